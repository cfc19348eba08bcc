"""What stands in a message that is answered: read again, on demand, and kept nowhere.

Findings hold no values. An APERAK has to name the document and the line that it speaks of, so its
builder is given a way to read the opened file, and follows the message once more.
"""

import re
from collections.abc import Callable, Iterator
from typing import NamedTuple

from acktrail.formats.delimited import CHUNK_BYTES, last_cut, split_released
from acktrail.formats.edifact.characters import BLANKS, Script
from acktrail.formats.edifact.opening import WRAPPED
from acktrail.formats.edifact.patterns import DATE_FORMS
from acktrail.formats.edifact.reply import marks_of_subject, syntax_of
from acktrail.formats.edifact.segment import Segment, segment_of
from acktrail.model import InterchangeResult, MessageResult

LINE_ENDS = b"\r\n"
HEAD_AT_MOST = 50  # segments from UNH on in which a document says what it is
BEGIN, LINE, SECTION, DATE = "BGM", "LIN", "UNS", "DTM"
DOCUMENT_DATE = "137"  # 2005

Content = Callable[[int, int], bytes]  # offset and length in the opened file


class Original(NamedTuple):
    """What a message says of itself; ``""`` for what it does not."""

    number: str = ""  # of the document, BGM 1004
    date: tuple[str, str] = ("", "")  # 2380 and 2379 of its date
    lines: tuple[tuple[int, str], ...] = ()  # positions from which on a line number holds

    def line(self, position: int) -> str:
        """Return the number of the line that a position is in; ``""`` outside of lines."""
        held = ""
        for start, number in self.lines:
            if start > position:
                break
            held = number
        return held


def original_of(
    message: MessageResult, subject: InterchangeResult, content: Content, last: int
) -> Original:
    """Follow a message from UNH up to the position ``last``, and through its head anyway.

    A document that was read has BGM as its second segment.
    """
    number, date = "", ("", "")
    lines: list[tuple[int, str]] = []
    for segment in segments_of(message, subject, content):
        tag, at = segment.tag, segment.position
        if at > max(last, HEAD_AT_MOST):
            break
        if tag == BEGIN:
            number = segment.get(2, 1)
        elif tag == DATE and not lines and not date[0] and segment.get(1, 1) == DOCUMENT_DATE:
            date = _date(segment)
        elif tag == LINE:
            lines.append((at, segment.get(1)))
        elif tag == SECTION:
            lines.append((at, ""))
    return Original(number, date, tuple(lines))


def _date(segment: Segment) -> tuple[str, str]:
    value, form = segment.get(1, 2), segment.get(1, 3)
    known = form in DATE_FORMS and re.fullmatch(DATE_FORMS[form], value)
    return (value, form) if known else ("", "")


def segments_of(
    message: MessageResult, subject: InterchangeResult, content: Content
) -> Iterator[Segment]:
    """Yield the segments of a message from UNH on; positions are those of its findings."""
    script = Script(marks_of_subject(subject), subject.facts["encoding"], syntax_of(subject))
    marks, at, end = script.marks, message.offset, message.offset + message.length
    held, position = b"", 0
    while at < end:
        chunk = content(at, min(CHUNK_BYTES, end - at))
        if not chunk:
            return
        at += len(chunk)
        held += chunk.translate(None, LINE_ENDS) if subject.facts.get(WRAPPED) else chunk
        cut = last_cut(held, marks.segment.encode(), marks.release.encode())
        whole, held = held[: max(cut, 0)], held[cut + 1 :]
        for piece in split_released(whole.decode("latin-1"), marks.segment, marks.release):
            if raw := piece.lstrip(BLANKS):
                position += 1
                yield segment_of(raw, script, position, 0)
