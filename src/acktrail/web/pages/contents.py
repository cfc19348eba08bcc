"""What a file holds: masked, one field revealed for one look, or the file itself for a reason."""

from collections.abc import Iterator
from itertools import islice
from typing import BinaryIO, Final

from starlette.responses import Response, StreamingResponse

from acktrail.app import contents, payloads
from acktrail.app.contents import Spot
from acktrail.app.tree import Heading, SegmentLine
from acktrail.errors import NotFoundError
from acktrail.security.masking import safe_file_name
from acktrail.security.roles import READ, READ_PAYLOAD
from acktrail.web.visits import Page, Visit

MOST_LINES: Final = 3000
CHUNK_BYTES: Final = 256 * 1024
_DIGITS: Final = 15


def _masked(visit: Visit) -> Response:
    key = visit.path["id"]
    lines = list(islice(contents.masked(visit.tools, key), MOST_LINES + 1))
    cut = len(lines) > MOST_LINES
    kinds = [(_kind(line), line) for line in lines[:MOST_LINES]]
    return visit.page("content.html", "Content, masked", id=key, lines=kinds, cut=cut)


def _kind(line: object) -> str:
    match line:
        case Heading():
            return "heading"
        case SegmentLine():
            return "segment"
        case _:
            return "note"


def _segment(visit: Visit) -> Response:
    spot = _spot(visit.path["spot"])
    line = contents.segment(visit.tools, visit.path["id"], spot)
    return visit.page("segment.html", "One segment", id=visit.path["id"], line=line, spot=spot)


def _revealed(visit: Visit) -> Response:
    spot, key = _spot(visit.path["spot"]), visit.path["id"]
    element = visit.form.get("element", "")
    spot = spot._replace(element=int(element) if _is_number(element) else 0)
    pieces = contents.revealed(visit.tools, key, spot, visit.actor, visit.form.get("reason", ""))
    return visit.page("revealed.html", "One field", id=key, spot=spot, pieces=pieces)


def _spot(text: str) -> Spot:
    offset, _, position = text.partition("-")
    if not _is_number(offset) or not _is_number(position):
        msg = "the file has no such segment"
        raise NotFoundError(msg)
    return Spot(int(offset), int(position))


def _is_number(text: str) -> bool:
    return 0 < len(text) <= _DIGITS and text.isascii() and text.isdigit()


def _file(visit: Visit) -> Response:
    """Hand the file over, to be kept and not shown: a browser must not run what a partner sent."""
    key = visit.path["id"]
    file = payloads.opened(visit.tools, key, visit.actor, visit.form.get("reason", ""))
    return attached(file, visit.tools.ledger.exchange(key).name)


def attached(file: BinaryIO, name: str) -> Response:
    """Return a file to be kept under its name, made safe."""
    return StreamingResponse(
        _chunks(file),
        media_type="application/octet-stream",
        headers={
            "content-disposition": f'attachment; filename="{safe_file_name(name)}"',
            "content-security-policy": "sandbox; default-src 'none'",
        },
    )


def _chunks(file: BinaryIO) -> Iterator[bytes]:
    with file:
        while chunk := file.read(CHUNK_BYTES):
            yield chunk


PAGES: Final = (
    Page("/exchanges/{id}/content", READ, _masked),
    Page("/exchanges/{id}/segments/{spot}", READ_PAYLOAD, _segment),
    Page("/exchanges/{id}/segments/{spot}", READ_PAYLOAD, _revealed, "POST"),
    Page("/exchanges/{id}/file", READ_PAYLOAD, _file, "POST"),
)
