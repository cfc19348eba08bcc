"""The segments of one APERAK, between UNH and UNT.

Of the partner's values only what names a document is repeated: its number and date, the number of
a line. Texts are ours.
Spec: UNSM APERAK D.96A and D.01B.
"""

import re
from collections.abc import Iterator
from textwrap import wrap
from typing import NamedTuple

from acktrail.formats.edifact.original import Original, original_of
from acktrail.formats.edifact.reply import parts_of
from acktrail.formats.edifact.writer import Line, Sending
from acktrail.model import Answering, InterchangeResult, MessageResult

REFUSED, ACCEPTED = "27", "29"  # 1225
NAMES = {REFUSED: "313", ACCEPTED: "312"}  # 1001; D.96A has no name for it
PREVIOUS, LINE_NUMBER = "ACW", "LI"  # 1153
DOCUMENT_NUMBERS = {"ORDERS": "ON", "ORDCHG": "ON", "INVOIC": "IV", "DESADV": "DQ"}  # 1153
ANY_DOCUMENT = "DM"
QUALIFIER, GS1 = "14", "9"  # 0007 and 3055
GLN = re.compile("[0-9]{13}")
ISSUER, RECIPIENT = "MS", "MR"  # 3035
WRITTEN, REFERRED, DAY = "137", "171", "102"  # 2005 and 2379
ERROR_TEXT = "AAO"  # 4451
TEXT_PIECE, TEXT_PIECES = 70, 5  # 4440 of D.96A, C108
NUMBER_AT_MOST = 35  # 1154


class Error(NamedTuple):
    """Why the content of a document is refused."""

    code: str  # 9321
    text: str
    position: int = 0  # of the segment, from UNH = 1; 0 = the document as a whole


class Body:
    """Writes what is told of the messages of one interchange."""

    def __init__(
        self, answering: Answering, interchange: InterchangeResult, *, coded: bool
    ) -> None:
        """``coded``: the directory has codes for the name of an APERAK."""
        self._answering = answering
        self._interchange = interchange
        self._coded = coded
        self._sending = Sending(parts_of(interchange, "S001")[0], interchange.facts["encoding"])

    def lines(self, number: str, one: MessageResult, errors: list[Error]) -> list[Line]:
        """Return the segments; ``number`` is the APERAK's own."""
        code = REFUSED if errors else ACCEPTED
        original = self._original(one, errors)
        day = self._answering.at.strftime("%Y%m%d")
        return [
            ("BGM", [NAMES[code] if self._coded else "", number, code]),
            ("DTM", [[WRITTEN, day, DAY]]),
            ("RFF", [[PREVIOUS, one.control]]),
            *self._document(one.type, original),
            *self._parties(),
            *(line for error in errors for line in self._error(error, original)),
        ]

    def _original(self, one: MessageResult, errors: list[Error]) -> Original:
        if self._answering.content is None:
            return Original()
        last = max((error.position for error in errors), default=0)
        return original_of(one, self._interchange, self._answering.content, last)

    def _document(self, type_: str, original: Original) -> Iterator[Line]:
        """Yield what names the document: its number, and its date with it."""
        if not self._fits(original.number):
            return
        yield ("RFF", [[DOCUMENT_NUMBERS.get(type_, ANY_DOCUMENT), original.number]])
        if original.date[0]:
            yield ("DTM", [[REFERRED, *original.date]])

    def _parties(self) -> Iterator[Line]:
        """Yield who writes to whom, where both are known by a number of GS1."""
        sender, receiver = (parts_of(self._interchange, name) for name in ("S002", "S003"))
        if all(
            party[1:2] == [QUALIFIER] and GLN.fullmatch(party[0]) for party in (sender, receiver)
        ):
            yield ("NAD", [ISSUER, [receiver[0], "", GS1]])
            yield ("NAD", [RECIPIENT, [sender[0], "", GS1]])

    def _error(self, error: Error, original: Original) -> Iterator[Line]:
        yield ("ERC", [error.code])
        yield ("FTX", [ERROR_TEXT, "", "", self._text(error.text)])
        line = original.line(error.position)
        if self._fits(line):
            yield ("RFF", [[LINE_NUMBER, line]])

    def _text(self, text: str) -> list[str]:
        """Return our sentence in pieces; in capital letters where UNOA knows no others."""
        said = text if self._sending.fits(text) else text.upper()
        return wrap(said, TEXT_PIECE)[:TEXT_PIECES]

    def _fits(self, value: str) -> bool:
        """Tell whether a number of the partner's can be repeated."""
        return 0 < len(value) <= NUMBER_AT_MOST and self._sending.fits(value)
