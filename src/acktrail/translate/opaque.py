"""Content that is kept and never interpreted (CDA) -> ``opaque``: its kind and its digest."""

from acktrail.documents.kinds import Document, Opaque
from acktrail.model import Finding, MessageHead, Rule
from acktrail.ports import Segment

RULES: tuple[Rule, ...] = ()
TYPE, SHA256 = 1, 2  # columns of the record ``opaque``: formats.xml.records.COLUMNS


class OpaqueTranslator:
    """Builds one document at a time (fulfils ``translator.Translator``)."""

    def __init__(self) -> None:
        """Start with nothing."""
        self._documents: tuple[Document, ...] = ()

    def start(self, head: MessageHead) -> None:
        """Begin a message."""
        del head
        self._documents = ()

    def segment(self, segment: Segment) -> None:
        """Take the one record that there is."""
        if segment.tag == "opaque":
            sha256 = segment.get(SHA256)
            payload = Opaque(segment.get(TYPE), sha256)
            self._documents = (Document("opaque", sha256, (sha256,), payload),)

    def finish(self) -> tuple[tuple[Document, ...], tuple[Finding, ...]]:
        """End the message."""
        return self._documents, ()


def translator() -> OpaqueTranslator:
    """Return a translator of opaque content."""
    return OpaqueTranslator()
