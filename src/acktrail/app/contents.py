"""What a kept file holds, as lines for people: masked, or one field of one segment for one look."""

from collections.abc import Iterator
from contextlib import closing
from typing import Final, NamedTuple

from acktrail.app.access import VIEWED, note, permit_look
from acktrail.app.advice import Advice
from acktrail.app.looks import kept_result
from acktrail.app.tools import Tools, received_flow
from acktrail.app.tree import Line, SegmentLine, Tree
from acktrail.errors import ConflictError, NotFoundError, PartnerError
from acktrail.model import MessageHead
from acktrail.ports import Event, ExchangeRow, Format, Legend, Legible, Piece, PieceKind

CHUNK_BYTES: Final = 256 * 1024
LARGEST: Final = 20_000_000  # bytes of a file that is read again for somebody who looks


class Spot(NamedTuple):
    """One segment of a file, or one field of it."""

    offset: int  # of the segment's first byte
    position: int  # of the segment in its message
    element: int = 0


def masked(tools: Tools, key: str, *, full: bool = False) -> Iterator[Line]:
    """Yield the lines of an exchange's file; whoever shows them masks the values.

    Raises:
        ConflictError: It was not read yet, or is too large to be read again for a look.
        NotFoundError: No such exchange, or its content is not kept any more.
    """
    row = tools.ledger.exchange(key)
    return _lines(tools, row, full=full)


def segment(tools: Tools, key: str, spot: Spot) -> SegmentLine:
    """Return one segment of an exchange's file.

    Raises:
        ConflictError: The file was not read yet, or is too large.
        NotFoundError: It has no such segment, or is not kept any more.
    """
    row = tools.ledger.exchange(key)
    for line in _lines(tools, row, full=True):
        if isinstance(line, SegmentLine) and (line.offset, line.position) == spot[:2]:
            return line
    msg = "the file has no such segment"
    raise NotFoundError(msg)


def revealed(tools: Tools, key: str, spot: Spot, actor: str, reason: str) -> tuple[Piece, ...]:
    """Return the pieces of one field, values and all; the look is in the ledger first.

    Raises:
        NotFoundError: There is no such field.
        PolicyError: There is no reason, or no grant to look at payloads.
    """
    permit_look(tools, actor, reason, key)
    row = tools.ledger.exchange(key)
    line = segment(tools, row.id, spot)
    found = tuple(piece for piece in line.pieces if piece.element == spot.element)
    if not any(piece.kind is PieceKind.VALUE for piece in found):
        msg = "that field holds nothing that is masked"
        raise NotFoundError(msg)
    part = f"segment {spot.position} at {spot.offset}, element {spot.element}"
    facts = {"exchange": row.id, "partner": row.partner, "part": part, "reason": reason}
    note(tools, VIEWED, actor, facts)
    return found


def _lines(tools: Tools, row: ExchangeRow, *, full: bool) -> Iterator[Line]:
    entries = tools.ledger.entries(row.id)
    result = kept_result(tools, entries)
    if result is None or not row.clear:
        msg = "the file was not read: there is nothing to show of it"
        raise ConflictError(msg)
    if row.size > LARGEST:
        msg = f"a file beyond {LARGEST} bytes is not read again for a look: acktrail inspect"
        raise ConflictError(msg)
    format_ = tools.formats.get(result.format or received_flow(entries, tools.in_force(row)).format)
    legible = format_ if isinstance(format_, Legible) else None

    def legend_of(head: MessageHead) -> Legend | None:
        return legible.legend(head) if legible else None

    tree = Tree(result, Advice(tools.files), legend_of, full)
    return tree.lines(row.name, _events(tools, row, format_))


def _events(tools: Tools, row: ExchangeRow, format_: Format) -> Iterator[Event]:
    """Read the file's events once more; what cannot be read is among the findings already."""
    found = tools.in_force(row)
    flow = received_flow(tools.ledger.entries(row.id), found)
    reader = format_.reader(found.profile.options(flow))
    with closing(tools.store.open(row.clear)) as clear:
        try:
            while chunk := clear.read(CHUNK_BYTES):
                yield from reader.feed(chunk)
            yield from reader.close()
        except PartnerError:
            return
