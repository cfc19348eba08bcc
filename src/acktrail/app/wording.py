"""How faults and values read, in whatever skin: masked values, who acts, safe texts."""

from itertools import groupby

from acktrail.app.tree import Fault, SegmentLine
from acktrail.model import Owner, Severity
from acktrail.ports import Piece, PieceKind

LONGEST = 120  # characters of a revealed value
ACTS = {
    Owner.PARTNER: "the partner acts",
    Owner.US: "we act",
    Owner.ODOO: "whoever keeps Odoo acts",
    Owner.NOBODY: "nobody has to act",
}


def printable(text: str) -> str:
    r"""Return a text in which no character can move the cursor or turn the writing around.

    Control, format and bidirectional characters and line ends become ``\xNN`` or ``\uNNNN``.
    """
    if text.isprintable():
        return text
    return "".join(
        sign if sign.isprintable() else sign.encode("unicode_escape").decode() for sign in text
    )


def shown(piece: Piece, *, reveal: bool) -> str:
    """Return a piece as it may be shown: a value is its length in brackets unless revealed."""
    if piece.kind is not PieceKind.VALUE:
        return printable(piece.text)
    if not reveal:
        return f"[{len(piece.text)}]" if piece.text else ""
    cut = printable(piece.text[:LONGEST])
    return cut if len(piece.text) <= LONGEST else f"{cut}...({len(piece.text)})"


def is_at(piece: Piece, fault: Fault) -> bool:
    """Tell whether a piece is what a fault speaks of."""
    place = fault.finding.place
    return (
        piece.kind is not PieceKind.MARK
        and place.element == piece.element > 0
        and (not place.component or piece.component in (0, place.component))
        and (not place.repetition or piece.repetition in (0, place.repetition))
    )


def by_field(pieces: tuple[Piece, ...]) -> list[tuple[str, list[Piece]]]:
    """Return the pieces of a segment field by field: its name, and what was sent.

    Empty when the fields have no names: such a segment is read in one line.
    """
    runs = ((element, list(run)) for element, run in groupby(pieces, key=lambda one: one.element))
    fields = [(_named(run), run) for element, run in runs if element]
    return fields if any(name for name, _ in fields) else []


def _named(run: list[Piece]) -> str:
    return next((piece.name for piece in run if piece.name), "")


def who(fault: Fault) -> str:
    """Return who has to act."""
    finding = fault.finding
    return ACTS[Owner.NOBODY if finding.severity is Severity.INFO else finding.owner]


def where(fault: Fault, line: SegmentLine | None = None) -> str:
    """Return the place in the standard's notation, with the field's name where there is one."""
    place = fault.finding.place
    address = place.address or place.segment
    named = (piece.name for piece in line.pieces if piece.name) if line else iter(())
    name = next((one for one in named if _numbered(one, place.segment, place.element)), "")
    return printable(f"{address} {name.partition(' ')[2]}".strip())


def _numbered(name: str, segment: str, element: int) -> bool:
    return bool(element) and name.startswith(f"{segment}-{element} ")
