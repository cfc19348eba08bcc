"""One message of a kept file, read and translated again alone.

A file of a gigabyte with one refused set is not read a second time for it: only the bytes of the
set are, in an envelope of their own. The result is then put into that of the whole file.
"""

from collections.abc import Iterator
from dataclasses import replace
from typing import BinaryIO, NamedTuple

from acktrail.app.tools import Tools, last_body
from acktrail.documents.encoding import decode_result
from acktrail.errors import ConflictError
from acktrail.model import ReadResult
from acktrail.pipeline.merge import merged, withheld
from acktrail.pipeline.read import Translated
from acktrail.ports import Divisible, Entry, Excerpt

CHUNK_BYTES = 256 * 1024


class Alone(NamedTuple):
    """A message to be read alone, and what is known of its file."""

    excerpt: Excerpt
    whole: ReadResult
    withheld: int
    nameless: int

    def chunks(self, clear: BinaryIO) -> Iterator[bytes]:
        """Yield the bytes of the message as a file of its own."""
        for piece in self.excerpt.pieces:
            if isinstance(piece, bytes):
                yield piece
                continue
            clear.seek(piece.offset)
            left = piece.length
            while left and (chunk := clear.read(min(left, CHUNK_BYTES))):
                left -= len(chunk)
                yield chunk

    def joined(self, again: Translated) -> Translated | None:
        """Return what the whole file is now; None when no whole message was read."""
        number = self.excerpt.number
        result = merged(self.whole, number, again.result)
        if result is None:
            return None
        left = withheld(self.whole, number, self.withheld, again)
        return replace(again, result=result, withheld=left, nameless=self.nameless)


def message_alone(
    tools: Tools, format_name: str, entries: tuple[Entry, ...], message: str
) -> Alone:
    """Return one message of an exchange, ready to be read alone.

    Raises:
        NotFoundError: The file has no such message.
        ConflictError: It cannot stand alone; the text says why.
    """
    format_ = tools.formats.get(format_name)
    if not isinstance(format_, Divisible):
        msg = f"messages of format {format_name} cannot be read alone: replay the whole file"
        raise ConflictError(msg)
    kept = last_body(entries, "read").get("result")
    if not kept:
        msg = "the file was not read to its end yet: replay the whole file"
        raise ConflictError(msg)
    whole = decode_result(tools.store.get(str(kept)))
    translated = last_body(entries, "translated")
    held, nameless = (int(str(translated.get(one, 0))) for one in ("withheld", "nameless"))
    return Alone(format_.alone(whole, message), whole, held, nameless)


def ordered_message(entries: tuple[Entry, ...], generation: int) -> str:
    """Return the number of the message that this generation reads alone; "" = the whole file."""
    orders = (one.body for one in entries if one.kind == "replayed" and "message" in one.body)
    mine = next((body for body in orders if body.get("generation") == generation), None)
    return str(mine["message"]) if mine else ""
