"""Records of documents that a map describes: see :mod:`acktrail.odoo.record_map`."""

from collections.abc import Iterator, Mapping
from datetime import date, datetime
from decimal import Decimal
from typing import NamedTuple

from acktrail.documents.kinds import HEALTH_KINDS, Payload
from acktrail.documents.parts import NO_ITEM, Clear, Item, Quantity
from acktrail.model import Place
from acktrail.odoo import cells, loads
from acktrail.odoo.loads import Expected, Load, Plan, Planned, Refusal, Write
from acktrail.odoo.paths import ALL, values_at
from acktrail.odoo.questions import Key, Question, unmatched
from acktrail.odoo.record_map import CONSTANT, DOCUMENT, EACH, Cell, Codes, RecordMap, Sources
from acktrail.odoo.references import References, column

RULES = ("", "ref.record_ambiguous")  # none is no fault: it is made
ITEM_SCHEMES = ("SELLER", "GTIN", "UPC", "NDC", "BUYER", "MANUFACTURER")
Plain = str | float | bool


class At(NamedTuple):
    """Where in a document a map reads."""

    refs: References
    each: object  # the element that becomes a record; the payload itself without ``each``
    here: object  # that, or one of its lines
    place: str  # for findings: record 3, line 2

    def values(self, path: str) -> list[object]:
        """Return what a path of the map leads to; nothing when it was not sent."""
        if path.startswith(CONSTANT):
            return [path.removeprefix(CONSTANT)]
        if path.startswith(DOCUMENT):
            return values_at(self.refs.document, path.removeprefix(DOCUMENT))
        if path.startswith(EACH):
            return values_at(self.each, path.removeprefix(EACH))
        return values_at(self.here, path)


class Row(NamedTuple):
    """The columns of one row, as cells and as the values that they were made from."""

    cells: dict[str, str]
    plain: dict[str, Plain]


def records(refs: References, payload: Payload) -> Planned:
    """Plan a record for every element of the document that one of the kind's maps is for."""
    document = refs.document
    made: dict[str, Load] = {}
    writes: list[Write] = []
    compared: list[Expected] = []
    for one in refs.options.record:
        for at in _elements(refs, one, payload):
            found = _record(at, one)
            if isinstance(found, Load):
                made[found.external_id] = found
                compared += _expected(one, found)
            elif found:
                writes.append(found)
    own = identity(refs, payload)
    if refs.asked or refs.findings:
        return refs.stopped(own, "")
    if not made and not writes:
        return Refusal((loads.NOTHING.at(),))
    plan = Plan(
        document.kind,
        own,
        refs.options.company,
        tuple(made.values()),
        expected=compared[0] if len(made) == len(compared) == 1 and not writes else None,
        writes=tuple(one for one in writes if one.values),
        target=("", 0) if made else (writes[-1].model, writes[-1].record),
    )
    return refs.finish(plan)


def identity(refs: References, payload: Payload) -> str:
    """Return the external id of the posting: the record's own, where the document is one record.

    What the maps are not for, or only a person may post, has an id of its own.
    """
    key = refs.key(refs.document.kind, refs.document.key)
    at = At(refs, payload, payload, "document")
    whole = [one for one in refs.options.record if not one.each and _holds(at, one.when)]
    if len(whole) != 1 or not _holds(at, whole[0].needs):
        return key
    return _external_id(at, whole[0]) or key


def _elements(refs: References, one: RecordMap, payload: Payload) -> Iterator[At]:
    """Yield what the map is for; what it is for and may not be posted is a person's."""
    found = values_at(payload, f"{one.each}.{ALL}") if one.each else [payload]
    for number, element in enumerate(found, 1):
        at = At(refs, element, element, f"record {number}" if one.each else "document")
        if not _holds(at, one.when):
            continue
        if _holds(at, one.needs):
            yield at
        else:
            refs.findings.append(loads.FUNCTION_UNROUTED.at(Place(address=at.place)))


def _holds(at: At, codes: Codes) -> bool:
    """Tell whether everything that the paths lead to is one of their codes."""
    return all(
        bool(found) and all(_shown(one) in wanted for one in found)
        for wanted, found in ((wanted, at.values(path)) for path, wanted in codes.items())
    )


def _record(at: At, one: RecordMap) -> Load | Write | None:
    row = _row(at, one.cells)
    known = _known(at, one, row)
    if known:
        return Write(one.model, known, tuple(row.plain.items()) if one.overwrite else ())
    own = _external_id(at, one)
    if not own:
        return None
    head = {"id": own, **row.cells}
    rows: list[dict[str, str]] = []
    if one.lines:
        for number, line in enumerate(values_at(at.here, f"{one.lines.of}.{ALL}"), 1):
            place = f"line {number}" if at.place == "document" else f"{at.place} line {number}"
            cell = _row(at._replace(here=line, place=place), one.lines.cells)
            rows.append({f"{one.lines.field}/{name}": text for name, text in cell.cells.items()})
        if not rows:
            at.refs.findings.append(loads.LINES_MISSING.at(Place(address=at.place)))
        elif len({frozenset(n) for n in rows}) > 1:  # an empty cell would be taken for 0
            at.refs.findings.append(loads.VALUE_MISSING.at(Place(address=at.place)))
    names = (*head, *(rows[0] if rows else ()))
    blank = ("",) * len(head)
    body = tuple(
        (*(blank if n else head.values()), *line.values()) for n, line in enumerate(rows or [{}])
    )
    needs = tuple(n for n in dict.fromkeys(head.values()) if n.startswith("acktrail_") and n != own)
    return Load(one.model, own, names, body, needs, overwrite=one.overwrite)


def _known(at: At, one: RecordMap, row: Row) -> int:
    """Return the record that Odoo has by the map's field; 0 = none, or while it is asked."""
    value = row.cells.get(one.find, "") if one.find else ""
    if not value:
        return 0
    refs = at.refs
    scope = f"{one.model} {at.place}"
    asked = Question(scope, one.model, (Key(one.find, value),), rules=RULES, many=True)
    found = refs.all(asked)
    missed = unmatched(asked._replace(many=False), found) if len(found) > 1 else None
    if missed:
        refs.missed.append(missed)
        refs.findings.append(loads.RECORD_AMBIGUOUS.at(Place(address=at.place)))
    return int(found[0]["id"]) if len(found) == 1 else 0


def _external_id(at: At, one: RecordMap) -> str:
    refs, document = at.refs, at.refs.document
    if not one.key:
        return refs.key(document.kind, document.key)
    key = tuple(_first(at, sources) for sources in one.key)
    if not all(key):
        refs.findings.append(loads.VALUE_MISSING.at(Place(address=f"{at.place} key")))
        return ""
    secret = refs.options.pseudonym_key if document.kind in HEALTH_KINDS else b""
    return refs.key(document.kind, (one.model, *key), secret)


def _first(at: At, sources: Sources) -> str:
    """Return the text of the first source that was sent."""
    for parts in sources:
        found = [at.values(part) for part in parts]
        texts = [" ".join(map(_shown, one)) for one in found if one]
        if len(texts) == len(parts) and all(texts):
            return " ".join(texts)
    return ""


def _row(at: At, wanted: Mapping[str, Cell]) -> Row:
    found, plain = {}, {}
    for name, cell in wanted.items():
        noted = len(at.refs.findings)
        column_, value = _cell(at, name, cell)
        if value != "":
            found[column_] = _shown(value)
            if "/" not in column_:
                plain[column_] = float(value) if isinstance(value, Decimal) else value
        elif cell.required and not at.refs.asked and len(at.refs.findings) == noted:
            at.refs.findings.append(loads.VALUE_MISSING.at(Place(address=f"{at.place} {name}")))
    return Row(found, plain)


def _cell(at: At, name: str, cell: Cell) -> tuple[str, str | bool | Decimal]:
    """Return the column with how its reference is spelled, and its value."""
    refs = at.refs
    match cell.lookup:
        case "party":
            known = refs.counterpart(cell.names)
            return column(name, known), known
        case "place":
            return f"{name}/id", _place(at, name, cell)
        case "analytic":
            number = _first(at, cell.sources)
            return name, refs.analytic([f"{cell.names[0]}:{number}"])
        case "item":
            item = next((n for n in at.values(cell.path) if isinstance(n, Item)), NO_ITEM)
            return f"{name}{refs.item_column}", refs.product(item, ITEM_SCHEMES, _number(at))
        case "unit":
            sent = (n for n in at.values(cell.path) if isinstance(n, Quantity))
            return f"{name}/id", next((refs.unit(one, _number(at)) for one in sent), "")
        case _:
            return name, _value(at, name, cell)


def _place(at: At, name: str, cell: Cell) -> str:
    """Return what the places table has for a number of the cell's scheme."""
    number = _first(at, cell.sources)
    if not number:
        return ""
    known = at.refs.options.places.get(f"{cell.names[0]}:{number}", "")
    if not known:
        at.refs.findings.append(loads.PLACE_UNKNOWN.at(Place(address=f"{at.place} {name}")))
    return known


def _value(at: At, name: str, cell: Cell) -> str | bool | Decimal:
    text = _first(at, cell.sources)
    if cell.table and text:
        known = cell.table.get(text, cell.other)
        if known is None:
            at.refs.findings.append(loads.CODE_UNKNOWN.at(Place(address=f"{at.place} {name}")))
        return "" if known is None else known
    sent = at.values(cell.path) if cell.path else []
    if len(sent) == 1 and isinstance(sent[0], bool | Decimal):
        return sent[0]
    return text or ("" if cell.other is None else cell.other)


def _number(at: At) -> int:
    return int(at.place.rpartition(" ")[2]) if at.place[-1].isdecimal() else 0


def _expected(one: RecordMap, load: Load) -> list[Expected]:
    if one.compare not in load.fields:
        return []
    return [Expected(one.compare, load.rows[0][load.fields.index(one.compare)])]


def _shown(value: object) -> str:
    """Return a value as a cell of ``load``."""
    match value:
        case None | Clear():
            return ""
        case bool():
            return "1" if value else "0"
        case Decimal():
            return cells.number(value)
        case datetime():
            return value.strftime("%Y-%m-%d %H:%M:%S")
        case date():
            return cells.day(value)
        case _:
            return cells.text(str(value))
