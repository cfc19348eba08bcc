"""UN/EDIFACT as a format: what the rest of the system sees of this package."""

import re
from collections.abc import Mapping

from acktrail.formats.delimited import Marks, split_released
from acktrail.formats.edifact import aperak, contrl, rules
from acktrail.formats.edifact.characters import (
    BLANKS,
    CONTROL_MARKS,
    DEFAULT_MARKS,
    UNA_LENGTH,
    marks_of,
)
from acktrail.formats.edifact.directories import Directories
from acktrail.formats.edifact.legend import EdifactLegend
from acktrail.formats.edifact.options import options_of
from acktrail.formats.edifact.reader import EdifactReader
from acktrail.formats.edifact.supply import ORDER_MARK
from acktrail.formats.edifact.telling import AnswersTelling
from acktrail.model import (
    Acknowledgement,
    Answering,
    MessageHead,
    ReadResult,
    Rule,
)
from acktrail.ports import DataFiles

TRAILER = ("UNZ", "0036", "0020")
BEGIN_REFERENCE = 5  # 0020 among the elements of UNB
BEGIN = re.compile(rb"UNA.{6}[ \r\n]*UNB|UNB[+\x1d]|UIB[+\x1d]", re.DOTALL)


class Edifact:
    """Reads UN/EDIFACT of syntax 1-4, answers with CONTRL and APERAK; see the port ``Format``."""

    name = "edifact"

    def __init__(self, files: DataFiles) -> None:
        self._directories = Directories(files)

    @property
    def rules(self) -> tuple[Rule, ...]:
        """Every finding that the reader can make."""
        return rules.RULES

    def recognises(self, head: bytes) -> bool:
        """Tell whether a file that starts with ``head`` is EDIFACT, wrapped or not."""
        flat = _flat(head[:64])
        return BEGIN.match(flat) is not None

    def complete(self, head: bytes, tail: bytes) -> bool | None:
        """Tell whether the file ends with an UNZ.

        0020 of UNZ has to be that of the UNB at the start; with several interchanges in the file
        the two differ, and the answer is None.
        """
        start = _flat(head)
        if not BEGIN.match(start):
            return None
        marks = _marks(start)
        body = start[UNA_LENGTH:] if start.startswith(b"UNA") else start
        opening = _segments(body, marks)[0]
        *whole, rest = _segments(tail, marks)
        if rest != [""] or not whole or whole[-1][0] != "UNZ" or len(whole[-1]) < len(TRAILER):
            return False
        same = opening[BEGIN_REFERENCE : BEGIN_REFERENCE + 1] == whole[-1][2:3]
        return True if same else None

    def reader(self, options: Mapping[str, object]) -> EdifactReader:
        """Return a reader for one file; ``options`` is the table ``[edifact]``."""
        return EdifactReader(self._directories, options_of(options))

    def legend(self, head: MessageHead) -> EdifactLegend:
        """Return what the segments of a message mean by its directory."""
        directories = self._directories
        directory = directories.named(head.type, head.version)
        return EdifactLegend(directory, head.type, directories.tags())

    def telling(self, options: Mapping[str, str]) -> AnswersTelling:
        """Return which refusals the answers under a profile tell."""
        return AnswersTelling(options, self._directories)

    def numbers_needed(self, result: ReadResult, answering: Answering) -> int:
        """Return one number for each interchange that gets a CONTRL or may get an APERAK."""
        return len(contrl.answered(result, answering)) + len(aperak.told_of(result, answering))

    def acknowledge(self, result: ReadResult, answering: Answering) -> tuple[Acknowledgement, ...]:
        """Build a CONTRL and, after posting, an APERAK for each interchange that wants one.

        Raises:
            SetupError: If an APERAK that is due cannot be written, or numbers are lacking.
        """
        left = answering.numbers[len(contrl.answered(result, answering)) :]
        syntax = contrl.answers(result, answering, self._directories)
        return (*syntax, *aperak.aperaks(result, answering, left, self._directories))


def _flat(head: bytes) -> bytes:
    """Return the start of a file without order mark and blanks."""
    return head.removeprefix(ORDER_MARK).lstrip(BLANKS.encode())


def _marks(start: bytes) -> Marks:
    if start.startswith(b"UNA"):
        return marks_of(start[:UNA_LENGTH]) or DEFAULT_MARKS
    return CONTROL_MARKS if start.startswith(b"UNB\x1d") else DEFAULT_MARKS


def _segments(data: bytes, marks: Marks) -> list[list[str]]:
    """Cut into segments and raw elements, line ends and blanks left out; the last is a rest."""
    text = data.decode("latin-1")
    if marks.segment in BLANKS:
        text = text.rstrip(BLANKS) + marks.segment
    else:
        text = text.replace("\r", "").replace("\n", "")
    pieces = split_released(text, marks.segment, marks.release)
    return [split_released(one.strip(" "), marks.element, marks.release) for one in pieces]
