"""From the right side of a map's rule to a function that reads one typed value from a segment."""

from collections.abc import Mapping
from typing import NamedTuple

from acktrail.documents.parts import Identifier, Quantity
from acktrail.ports import CutSegment
from acktrail.translate import rules
from acktrail.translate.building import Building
from acktrail.translate.fields import SHAPES
from acktrail.translate.paths import Path
from acktrail.translate.scalars import COMPILERS, KEYS, Context, Read, source_of
from acktrail.translate.shapes import OTHER, Values
from acktrail.translate.values import check_digit_fails, to_decimal

IDENTIFIER, QUANTITY = "identifier", "quantity"
NEEDED = {
    IDENTIFIER: "value",
    "reference": "value",
    "code": "value",
    "date_role": "on",
    QUANTITY: "value",
}
SPEAKING = frozenset({"flag", "unit"})  # types whose absence is told
RAW = {IDENTIFIER: "scheme", "date_role": "on"}  # of which the text as sent is kept


class Reader(NamedTuple):
    """A compiled value: how it is read and from which addresses."""

    read: Read
    paths: tuple[Path, ...]
    weak: bool = False
    required: bool = False
    least: int = (
        0  # the first element of it; where fewer were sent, nothing comes of it; 0: not known
    )


def compile_reader(type_: str, spec: object, context: Context) -> Reader:
    """Compile the right side of a rule for a field of ``type_``.

    Raises:
        GuideError: With the path of keys to what is wrong.
    """
    if type_.startswith("one:"):
        return _alternatives(type_[4:], spec, context)
    if isinstance(spec, str):
        if spec.startswith("="):
            return _constant(type_, spec[1:], context)
        spec = {"from": spec}
    if not isinstance(spec, Mapping):
        context.refuse("neither an address nor a table")
    if unknown := sorted(set(spec) - KEYS[type_]):
        context.at(unknown[0]).refuse(f"no such key; known: {', '.join(sorted(KEYS[type_]))}")
    if "from" not in spec:
        context.refuse("no `from`")
    source = source_of(spec["from"], context.at("from"))
    read, more = COMPILERS[type_](spec, source, context)
    required, weak = spec.get("required", False), spec.get("weak", False)
    if not isinstance(required, bool) or not isinstance(weak, bool):
        context.refuse("`required` and `weak` are true or false")
    silent = type_ not in SPEAKING and "default" not in spec
    return Reader(read, source.paths + more, weak, required, _least(source.paths) if silent else 0)


def compile_part(shape: str, spec: object, context: Context) -> Reader:
    """Compile a table of fields into a reader of one part; ``each`` must be expanded before."""
    fields = SHAPES[shape].fields
    if not isinstance(spec, Mapping):
        context.refuse(f"not a table of {shape}")
    readers: dict[str, Reader] = {}
    for name, value in spec.items():
        if name in {"weak", "required"}:
            continue
        if name not in fields:
            context.at(name).refuse(f"no such field; known: {', '.join(fields)}")
        readers[name] = compile_reader(fields[name], value, context.at(name))
    if (needed := NEEDED.get(shape, "")) and needed not in readers:
        context.refuse(f"no `{needed}`")
    raws = {name: reader.paths[0] for name, reader in readers.items() if reader.paths}
    paths = tuple(path for reader in readers.values() for path in reader.paths)
    read = _part(shape, {name: one.read for name, one in readers.items()}, raws)
    weak, required = spec.get("weak") is True, spec.get("required") is True
    if needed:
        silent = readers[needed].least > 0
    else:
        silent = all(one.least for one in readers.values()) and SHAPES[shape].build({}) is None
    return Reader(read, paths, weak, required, _least(paths) if silent else 0)


def _least(paths: tuple[Path, ...]) -> int:
    return min((path.element for path in paths), default=0)


def _part(shape: str, reads: Mapping[str, Read], raws: Mapping[str, Path]) -> Read:
    """Return the reader of a part; what it cannot be without is read first."""
    if shape == QUANTITY and reads.keys() == {"value", "unit"}:
        return _quantity(reads["value"], reads["unit"])
    if shape == IDENTIFIER and reads.keys() == {"scheme", "value"}:
        return _identifier(reads["scheme"], reads["value"], raws)
    build = SHAPES[shape].build
    needed = NEEDED.get(shape, "")
    first = reads.get(needed)
    items = tuple((name, one) for name, one in reads.items() if name != needed)
    sent = raws.get(RAW.get(shape, ""))

    def read(building: Building, segment: CutSegment) -> object | None:
        values: Values = {}
        if first is not None:
            value = first(building, segment)
            if value is None:
                return None
            values[needed] = value
        for name, one in items:
            value = one(building, segment)
            if value is not None:
                values[name] = value
        if sent is not None and (shape != IDENTIFIER or values.get("scheme") == OTHER):
            values[RAW[shape] + "_raw"] = sent.read(segment)
        part: object | None = build(values)
        if shape == IDENTIFIER and check_digit_fails(values.get("scheme", ""), values["value"]):
            building.found(rules.CHECK_DIGIT, raws.get("value"), segment)
        return part

    return read


def _quantity(number_of: Read, unit_of: Read) -> Read:
    """Return the reader of a quantity, which most lines have."""

    def read(building: Building, segment: CutSegment) -> Quantity | None:
        number = number_of(building, segment)
        unit = None if number is None else unit_of(building, segment)
        return None if unit is None else Quantity(number, unit[0], unit[1])

    return read


def _identifier(scheme_of: Read, value_of: Read, raws: Mapping[str, Path]) -> Read:
    """Return the reader of an identifier whose agency is not sent; see ``shapes.identifier``."""
    value_path, scheme_path = raws.get("value"), raws.get("scheme")

    def read(building: Building, segment: CutSegment) -> Identifier | None:
        value: str | None = value_of(building, segment)
        if value is None:
            return None
        scheme: str = scheme_of(building, segment) or ""
        agency = scheme_path.read(segment) if scheme_path and scheme == OTHER else ""
        part = Identifier(scheme or OTHER, value, agency)
        if check_digit_fails(scheme, value):
            building.found(rules.CHECK_DIGIT, value_path, segment)
        return part

    return read


def _alternatives(shape: str, spec: object, context: Context) -> Reader:
    specs = spec if isinstance(spec, list) else [spec]
    readers = [
        compile_part(shape, one, context.at(str(index)) if len(specs) > 1 else context)
        for index, one in enumerate(specs)
    ]
    if len(readers) == 1:
        return readers[0]

    def read(building: Building, segment: CutSegment) -> object | None:
        for reader in readers:
            part: object | None = reader.read(building, segment)
            if part is not None:
                return part
        return None

    paths = tuple(path for reader in readers for path in reader.paths)
    return Reader(
        read,
        paths,
        any(one.weak for one in readers),
        any(one.required for one in readers),
        min(one.least for one in readers),
    )


def _constant(type_: str, text: str, context: Context) -> Reader:
    value: object = text
    if type_ == "decimal":
        value = to_decimal(text, "")
    elif type_ == "flag":
        value = {"true": True, "false": False}.get(text)
    elif type_ not in {"text", "texts"}:
        value = None
    if value is None:
        context.refuse(f"={text} is no constant of type {type_}")
    return Reader(lambda _building, _segment: value, ())
