"""What a set of health data says and its document does not: the record that a writer is handed.

Documents of health data hold no name of a person, no address, no birth date and no diagnosis
(docs/canonical.md, Minimisation). Nothing of it is ever invented here, and none of it is shown.
"""

from collections.abc import Mapping
from typing import NamedTuple

from acktrail.documents.kinds import Document
from acktrail.documents.parts import Address, Adjustment, Code, Identifier, Reference
from acktrail.formats.x12.write import Composite
from acktrail.formats.x12.write import Line as Segment
from acktrail.translate.outbound import trade
from acktrail.translate.outbound.codes import empty, plain, refuse
from acktrail.translate.remittance_codes import PROCEDURES

TRIPLES = 6  # of a CAS
LISTS = {name: qualifier for qualifier, name in PROCEDURES.items()}


class Name(NamedTuple):
    """A name as NM1 has it."""

    last: str  # of an organisation: its name
    first: str = ""
    person: bool = True


Names = Mapping[Identifier, Name]  # of providers and organisations, by number


def named(code: str, name: Name, qualifier: str, number: str) -> Segment:
    """Return NM1."""
    kind = "1" if name.person else "2"
    return ("NM1", code, kind, name.last, name.first, "", "", "", qualifier if number else "",
            number)  # fmt: skip


def name_of(one: Identifier, names: Names, field: str) -> Name:
    """Return the name of who has a number.

    Raises:
        UnwritableError: If the record has none.
    """
    return names.get(one) or refuse(field, "has no name in the record")


def address(one: Address, field: str) -> tuple[Segment, Segment]:
    """Return N3 and N4.

    Raises:
        UnwritableError: If it has more lines than N3.
    """
    empty(one.lines[trade.NAME_LINES :], f"{field}.lines after the second")
    return ("N3", *one.lines), ("N4", one.city, one.region, one.postcode, one.country)


def adjustments(
    them: tuple[Adjustment, ...], document: Document, field: str
) -> tuple[Segment, ...]:
    """Return CAS: of those of one group that stand together up to six in one."""
    out: list[list[str]] = []
    for one in them:
        empty(one.reference, f"{field}.reference")
        if not out or out[-1][1] != one.group or len(out[-1]) >= 2 + 3 * TRIPLES:
            out.append(["CAS", one.group])
        units = "" if one.quantity is None else plain(one.quantity)
        out[-1] += [listed(one.reason, "CARC", field), trade.money(one.amount, document, field)]
        out[-1].append(units)
    return tuple(tuple(one) for one in out)


def listed(code: Code, name: str, field: str) -> str:
    """Return a code of the list that the place takes.

    Raises:
        UnwritableError: If it is of another, or has a text.
    """
    empty(code.text, f"{field}.text")
    return code.value if code.list == name else refuse(field, f"is no {name}")


def procedure(code: Code, modifiers: tuple[str, ...]) -> Composite:
    """Return a medical procedure (C003)."""
    empty(code.text, "procedure.text")
    empty(modifiers[4:], "modifiers after the fourth")
    return (LISTS.get(code.list, code.list), code.value, *modifiers)


def reference(one: Reference, codes: Mapping[str, str], field: str) -> Segment:
    """Return REF; ``codes`` are qualifiers by kind.

    Raises:
        UnwritableError: If its kind has no qualifier here.
    """
    empty(one.line, f"{field}.line")
    empty(one.on, f"{field}.on")
    return "REF", codes.get(one.kind) or refuse(f"{field}.kind", "has no X12 code"), one.value


def backwards(codes: Mapping[str, str]) -> dict[str, str]:
    """Return qualifiers by word; of several for one word the first."""
    return {word: code for code, word in reversed(list(codes.items()))}


def only(document: Document, *fields: str) -> None:
    """Refuse fields of the envelope that no set of health data has a place for.

    Raises:
        UnwritableError: If one beside those named holds anything.
    """
    for one in {"notes", "terms", "dates", "references", "type_code"} - set(fields):
        empty(getattr(document, one), one)
