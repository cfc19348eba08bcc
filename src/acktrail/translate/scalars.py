"""The types of single values in a map: how each is compiled and read."""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from decimal import Decimal
from typing import Any, NoReturn

from acktrail.documents.parts import CLEAR, Money
from acktrail.errors import GuideError
from acktrail.ports import CutSegment
from acktrail.translate import rules
from acktrail.translate.building import Building
from acktrail.translate.paths import Path, Source, compile_source
from acktrail.translate.values import (
    EDIFACT_DATES,
    clean,
    to_date,
    to_decimal,
    to_edifact_date,
    to_hl7_date,
    to_instant,
    to_xml_date,
    zone_of,
)

Read = Callable[[Building, CutSegment], Any]
Texts = Mapping[str, str]
Compiled = tuple[Read, tuple[Path, ...]]  # and addresses beside the source's
CURRENCY_LETTERS = 3
REC20 = re.compile("[A-Z0-9]{2,3}")  # the form of codes of UN/ECE Recommendations 20 and 21
DATES = {"hl7": to_hl7_date, "xml": to_xml_date}
KEYS = {
    "text": {
        "from",
        "default",
        "default_by",
        "table",
        "other",
        "keep",
        "required",
        "weak",
        "unique",
    },
    "texts": {"from"},
    "owned": {"from", "table", "keep"},
    "flag": {"from", "table"},
    "date": {"from", "format", "required", "weak"},
    "instant": {"from", "required", "weak"},
    "zone": {"from"},
    "decimal": {"from", "default", "default_by", "table", "implied", "required", "weak"},
    "money": {"from", "currency", "implied", "required", "weak"},
    "unit": {"from", "default", "table", "keep"},
}


@dataclass(frozen=True, slots=True)
class Context:
    """Where in a map something is compiled, and with what."""

    where: str  # path of keys, for errors
    format: str
    tag: str
    options: Mapping[str, object]
    tables: Mapping[str, Texts]

    def at(self, key: str) -> "Context":
        """Return the context one key deeper."""
        return replace(self, where=f"{self.where}.{key}")

    def refuse(self, text: str) -> NoReturn:
        """Refuse the map.

        Raises:
            GuideError: With the path of keys to this place.
        """
        msg = f"{self.where}: {text}"
        raise GuideError(msg)

    def table(self, name: object) -> Texts:
        """Return a table of the map or of its lists."""
        if not isinstance(name, str) or name not in self.tables:
            self.refuse("no such table; known: " + ", ".join(sorted(self.tables)))
        return self.tables[name]


def source_of(text: object, context: Context) -> Source:
    """Compile an address or several of them.

    Raises:
        GuideError: If it is none.
    """
    if not isinstance(text, str):
        context.refuse("not an address")
    try:
        return compile_source(text, context.format, context.tag, context.options)
    except ValueError as error:
        problem = str(error)
    return context.refuse(problem)


def _default(spec: Mapping[str, Any], context: Context) -> str:
    """Return the default that holds under the profile's options, ``""`` for none."""
    default, option = spec.get("default", ""), spec.get("default_by", "")
    if not isinstance(default, str) or not isinstance(option, str):
        context.refuse("`default` and `default_by` are texts")
    return default if not option or context.options.get(option) is True else ""


def _lookup(spec: Mapping[str, Any], context: Context) -> tuple[Texts | None, str | None]:
    """Return the table, and what stands for codes that it lacks; None makes a finding."""
    if "table" not in spec:
        return None, None
    other = spec.get("other")
    if other is not None and not isinstance(other, str):
        context.at("other").refuse("not a text")
    return context.table(spec["table"]), other


def _simple(table: Texts | None) -> Texts:
    """Return the codes that are known by an element as it was sent: no mark is in them."""
    return {one: text for one, text in (table or {}).items() if one.isascii() and one.isalnum()}


def _text(spec: Mapping[str, Any], source: Source, context: Context) -> Compiled:
    table, other = _lookup(spec, context)
    default, keep = _default(spec, context), spec.get("keep") is True
    take, first, absent = source.read, source.first, default or None

    def read(building: Building, segment: CutSegment) -> str | None:
        text = take(segment)
        if not text:
            return absent
        if text.isprintable():  # as nearly all are; what is read is trimmed
            return text
        cleaned = clean(text)
        if cleaned is None:
            building.found(rules.CONTROL_CHARACTER, first, segment)
        return cleaned or None

    def read_code(building: Building, segment: CutSegment) -> str | None:
        text = take(segment)
        if not text:
            return absent
        known = codes.get(text, text if keep else other)
        if known is None:
            building.found(rules.UNKNOWN_CODE, first, segment)
        return known

    codes = table or {}
    if table is None:
        plain = _sent_text(source.element, read, absent)
    else:
        plain = _sent_code(source.element, read_code, absent, _simple(table))
    return (_unique(source, plain, absent) if spec.get("unique") is True else plain), ()


def _sent_text(element: int, read: Read, absent: str | None) -> Read:
    """Return what takes an element as it was sent where it can, and reads it otherwise."""

    def read_sent(building: Building, segment: CutSegment) -> str | None:
        elements = segment.elements
        text = elements[element] if element < len(elements) else ""
        if text.isalnum() and text.isascii():  # no mark is a letter or digit
            return text
        found: str | None = read(building, segment) if text else absent
        return found

    return read_sent if element else read


def _sent_code(element: int, read: Read, absent: str | None, simple: Texts) -> Read:
    """Return the same for an element that is looked up."""

    def read_sent(building: Building, segment: CutSegment) -> str | None:
        elements = segment.elements
        text = elements[element] if element < len(elements) else ""
        found = simple.get(text) if text else absent
        return read(building, segment) if text and found is None else found

    return read_sent if element else read


def _unique(source: Source, plain: Read, absent: str | None) -> Read:
    """Return what reads a value that may be repeated, but not be another one then."""
    take, first = source.read, source.first

    def read(building: Building, segment: CutSegment) -> str | None:
        if not take(segment):
            return absent
        if len(first.values(segment)) > 1:
            building.found(rules.TWO_CANDIDATES, first, segment)
            return None
        found: str | None = plain(building, segment)
        return found

    return read


def _owned(spec: Mapping[str, Any], source: Source, context: Context) -> Compiled:
    plain, _ = _text(spec, source, context)
    first = source.first

    def read(building: Building, segment: CutSegment) -> object | None:
        text: object | None = plain(building, segment)
        if text is None and first.deleted(segment):
            return CLEAR
        return text

    return read, ()


def _flag(spec: Mapping[str, Any], source: Source, context: Context) -> Compiled:
    table, _ = _lookup(spec, context)
    flags = {key: value == "true" for key, value in (table or {"true": "true"}).items()}
    take, first = source.read, source.first

    def read(building: Building, segment: CutSegment) -> bool | None:
        flag = flags.get(take(segment))
        if flag is None:
            building.found(rules.UNKNOWN_CODE, first, segment)
        return flag

    return read, ()


def _date(spec: Mapping[str, Any], source: Source, context: Context) -> Compiled:
    take, first = source.read, source.first
    if context.format == "edifact":
        if "format" not in spec:
            context.refuse("an EDIFACT date names the address of its `format` (2379)")
        form = source_of(spec["format"], context.at("format"))
        form_of = form.read

        def read_edifact(building: Building, segment: CutSegment) -> object | None:
            text, sent = take(segment), form_of(segment)
            if not text:
                return None
            if sent not in EDIFACT_DATES:
                building.found(rules.DATE_FORMAT, first, segment)
                return None
            day = to_edifact_date(text, sent)
            if day is None:
                building.found(rules.INVALID_DATE, first, segment)
            return day

        return read_edifact, form.paths
    convert = DATES.get(context.format, to_date)

    def read(building: Building, segment: CutSegment) -> object | None:
        text = take(segment)
        if not text:
            return None
        day = convert(text)
        if day is None:
            building.found(rules.INVALID_DATE, first, segment)
        return day

    return read, ()


def _instant(_spec: Mapping[str, Any], source: Source, _context: Context) -> Compiled:
    take, first = source.read, source.first

    def read(building: Building, segment: CutSegment) -> object | None:
        text = take(segment)
        if not text:
            return None
        instant = to_instant(text, building.zone)
        if instant is None:
            building.found(rules.INVALID_DATE, first, segment)
        return instant

    return read, ()


def _zone(_spec: Mapping[str, Any], source: Source, _context: Context) -> Compiled:
    take = source.read

    def read(_building: Building, segment: CutSegment) -> object | None:
        return zone_of(take(segment))

    return read, ()


def _implied(spec: Mapping[str, Any], context: Context) -> int:
    implied = spec.get("implied", 0)
    if not isinstance(implied, int) or isinstance(implied, bool) or implied not in range(7):
        context.at("implied").refuse("not a number of decimal places from 0 to 6")
    return implied


def _decimal(spec: Mapping[str, Any], source: Source, context: Context) -> Compiled:
    table, _ = _lookup(spec, context)
    default, implied = _default(spec, context), _implied(spec, context)
    fallback = to_decimal(default, "") if default else None
    if default and fallback is None:
        context.at("default").refuse("not a number")
    take, first, format_ = source.read, source.first, context.format
    element = source.element

    def read_sent(building: Building, segment: CutSegment) -> Decimal | None:
        elements = segment.elements
        text = elements[element] if element < len(elements) else ""
        if not text:
            return fallback
        number = to_decimal(text, format_, implied) if text.isalnum() else None
        return read(building, segment) if number is None else number

    def read(building: Building, segment: CutSegment) -> Decimal | None:
        text = take(segment)
        if not text:
            return fallback
        if table is not None:
            if text not in table:
                building.found(rules.UNKNOWN_CODE, first, segment)
                return None
            text = table[text]
        number = to_decimal(text, format_, implied)
        if number is None:
            building.found(rules.INVALID_NUMBER, first, segment)
        return number

    return (read_sent if element and table is None else read), ()


def _money(spec: Mapping[str, Any], source: Source, context: Context) -> Compiled:
    implied = _implied(spec, context)
    sent = source_of(spec["currency"], context.at("currency")) if "currency" in spec else None
    take, first, format_ = source.read, source.first, context.format

    def read(building: Building, segment: CutSegment) -> Money | None:
        text = take(segment)
        if not text:
            return None
        number = to_decimal(text, format_, implied)
        if number is None:
            building.found(rules.INVALID_NUMBER, first, segment)
            return None
        return Money(number, _currency(sent, building, segment) if sent else building.currency)

    return read, sent.paths if sent else ()


def _currency(sent: Source, building: Building, segment: CutSegment) -> str:
    """Return the amount's own currency, else the document's; one in an odd place is reported."""
    text = sent.read(segment)
    if len(text) != CURRENCY_LETTERS or not (text.isascii() and text.isupper()):
        return building.currency
    if len(sent.paths) > 1 and not sent.first.read(segment):
        building.found(rules.CURRENCY_COMPONENT, sent.paths[-1], segment)
    return text


def _unit(spec: Mapping[str, Any], source: Source, context: Context) -> Compiled:
    table, _ = _lookup(spec, context)
    default = _default(spec, context)
    take, first = source.read, source.first
    kept = REC20.fullmatch if spec.get("keep") is True else None
    element, codes, simple = source.element, table or {}, _simple(table)

    def read_sent(building: Building, segment: CutSegment) -> tuple[str, str] | None:
        elements = segment.elements
        text = elements[element] if element < len(elements) else ""
        unit = None if text in building.units else simple.get(text)
        return read(building, segment) if unit is None else (unit, text)

    def read(building: Building, segment: CutSegment) -> tuple[str, str] | None:
        raw = take(segment)
        if not raw and default:
            return default, ""
        unit = building.units.get(raw) or codes.get(raw)
        if unit is None and kept is not None and kept(raw):
            unit = raw
        if unit is None:
            building.found(rules.UNKNOWN_UNIT if raw else rules.REQUIRED_MISSING, first, segment)
            return None
        return unit, raw

    return (read_sent if element else read), ()


COMPILERS: dict[str, Callable[[Mapping[str, Any], Source, Context], Compiled]] = {
    "text": _text,
    "texts": _text,
    "owned": _owned,
    "flag": _flag,
    "date": _date,
    "instant": _instant,
    "zone": _zone,
    "decimal": _decimal,
    "money": _money,
    "unit": _unit,
}
