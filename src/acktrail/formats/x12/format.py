"""The ``x12`` format: what the registry knows of it."""

import re
from collections.abc import Callable, Mapping

from acktrail.formats.x12.ack.advice import advice_numbers, advices
from acktrail.formats.x12.ack.answers import acknowledgements, numbers_due
from acktrail.formats.x12.ack.claim_answer import claim_answers, claim_numbers
from acktrail.formats.x12.ack.telling import AnswersTelling
from acktrail.formats.x12.guide.catalogue import Catalogue
from acktrail.formats.x12.legend import X12Legend
from acktrail.formats.x12.marks import ISA_LENGTH, Header, read_header
from acktrail.formats.x12.options import read_options
from acktrail.formats.x12.reader import X12Reader
from acktrail.formats.x12.replay import excerpt_of
from acktrail.formats.x12.rules import RULES
from acktrail.formats.x12.situation.checks import SITUATIONS
from acktrail.formats.x12.situation.codes import EXTERNAL
from acktrail.formats.x12.situation.partner import OVERLAY_RULES
from acktrail.model import Acknowledgement, Answering, MessageHead, ReadResult, Rule
from acktrail.ports import DataFiles, Excerpt

LEADING = "\xef\xbb\xbf\r\n\t "
ISA_CONTROL = re.compile("ISA[^A-Za-z0-9 ]")


class X12:
    """Reads X12 interchanges and answers them with TA1, 999, 997, 824 and 277CA."""

    name = "x12"
    rules: tuple[Rule, ...] = (*RULES, *SITUATIONS, *OVERLAY_RULES, EXTERNAL)

    def __init__(self, files: DataFiles, maps: Callable[[str], bytes]) -> None:
        self._catalogue = Catalogue(files, maps)

    def recognises(self, head: bytes) -> bool:
        """Tell whether ``head`` starts with an ISA segment."""
        return ISA_CONTROL.match(head.decode("latin-1").lstrip(LEADING)) is not None

    def complete(self, head: bytes, tail: bytes) -> bool | None:
        """Tell whether the last IEA is there and belongs to an ISA that can be seen."""
        headers = [*_headers(head.decode("latin-1")), *_headers(tail.decode("latin-1"))]
        if not headers:
            return None
        text = tail.decode("latin-1").rstrip("\r\n \t\x1a")
        for header in reversed(headers):
            separator, terminator = re.escape(header.marks.element), header.marks.segment
            end = re.search(
                f"IEA{separator}[0-9]+{separator}([0-9]{{9}})$", text.rstrip(terminator)
            )
            if end is not None and end.group(1) == header.control:
                return True
        # an IEA of an interchange whose ISA stands between head and tail cannot be judged
        odd = re.search(r"IEA([^A-Za-z0-9 ])[0-9]+\1[0-9]{9}[^A-Za-z0-9 ]?$", text)
        return None if odd is not None else False

    def reader(self, options: Mapping[str, object]) -> X12Reader:
        """Return a reader for one file under the ``[x12]`` table of a profile."""
        return X12Reader(read_options(options), self._catalogue)

    def alone(self, result: ReadResult, message: str) -> Excerpt:
        """Return one transaction set as an interchange of its own; see :class:`Divisible`."""
        return excerpt_of(result, message)

    def legend(self, head: MessageHead) -> X12Legend:
        """Return what the segments of a set mean by its guide."""
        guide = self._catalogue.guide(head.guide) if head.guide else None
        return X12Legend(guide, self._catalogue.segment_ids())

    def telling(self, options: Mapping[str, str]) -> AnswersTelling:
        """Return which refusals the answers under a profile tell."""
        return AnswersTelling(options)

    def numbers_needed(self, result: ReadResult, answering: Answering) -> int:
        """Return how many control numbers the answers take: one a TA1, one a group of sets."""
        functional = numbers_due(result, answering)
        return functional + advice_numbers(result, answering) + claim_numbers(result, answering)

    def acknowledge(self, result: ReadResult, answering: Answering) -> tuple[Acknowledgement, ...]:
        """Build the TA1, 999, 997, 824 and 277CA that are due.

        Raises:
            SetupError: If our delimiters occur in what an answer has to repeat, or fewer numbers
                were given than asked for.
        """
        functional = acknowledgements(result, answering, self._catalogue.element_kind)
        left = answering.numbers[numbers_due(result, answering) :]
        advised = advice_numbers(result, answering)
        claims = claim_answers(result, answering, left[advised:])
        return (*functional, *advices(result, answering, left), *claims)


def _headers(text: str) -> list[Header]:
    """Return the ISA segments that stand whole in ``text``."""
    starts = (found.start() for found in ISA_CONTROL.finditer(text))
    whole = (read_header(text, at) for at in starts if len(text) - at >= ISA_LENGTH)
    return [header for header in whole if header is not None]
