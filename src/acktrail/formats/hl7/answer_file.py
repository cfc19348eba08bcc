"""One answer file while its control numbers are not known yet, and how it is written."""

from collections.abc import Callable, Iterator
from io import BytesIO
from itertools import chain
from typing import NamedTuple

from acktrail.formats.hl7.wording import Answer, Writer
from acktrail.model import Acknowledgement


class Run(NamedTuple):
    """Answers that differ in what they answer only: most of a batch, and then it is one list."""

    answer: Answer  # to the first of them
    answered: list[str]  # control ids


Opening = Callable[[str], bytes]  # takes a control number of its own
Piece = bytes | Run | Opening


class AnswerFile(NamedTuple):
    """One answer file before its control numbers are known."""

    pieces: tuple[Piece, ...]
    subject: str
    after_posting: bool
    writer: Writer
    kind: str = "ACK"
    extension: str = "hl7"

    @property
    def numbers(self) -> int:
        """How many control numbers it takes."""
        return sum(_numbers(piece) for piece in self.pieces)

    def written(self, controls: Iterator[str]) -> Acknowledgement:
        """Write the file, taking control numbers in order."""
        first = next(controls) if self.numbers else ""
        numbered = chain((first,), controls)
        body = BytesIO()  # a list of the answers would be as large again
        for piece in self.pieces:
            if isinstance(piece, bytes):
                body.write(piece)
            elif isinstance(piece, Run):
                body.writelines(self.writer.messages(piece.answer, piece.answered, numbered))
            else:
                body.write(piece(next(numbered)))
        return Acknowledgement(
            self.kind, first, self.subject, body.getvalue(), self.extension, self.after_posting
        )


def _numbers(piece: Piece) -> int:
    if isinstance(piece, Run):
        return len(piece.answered)
    return 0 if isinstance(piece, bytes) else 1
