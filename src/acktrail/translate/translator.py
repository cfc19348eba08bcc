"""What every translator of messages offers, whether it follows a map or is written in code."""

from typing import Protocol

from acktrail.documents.kinds import Document
from acktrail.model import Finding, MessageHead
from acktrail.ports import Segment


class Translator(Protocol):
    """Turns the segments of one message at a time into documents; usable again and again."""

    def start(self, head: MessageHead) -> None:
        """Begin a message; what is left of one that was not finished is forgotten."""
        ...

    def segment(self, segment: Segment) -> None:
        """Take the next segment of the message."""
        ...

    def finish(self) -> tuple[tuple[Document, ...], tuple[Finding, ...]]:
        """End the message: its documents, and the faults found while translating.

        With a finding of severity error there is no document.
        """
        ...
