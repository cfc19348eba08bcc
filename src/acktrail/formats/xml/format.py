"""The XML format as ``ports.Format``: camt and CDA in, no answer (banks expect none)."""

import re
from collections.abc import Mapping

from acktrail.formats.xml.hardened import MOST_DEPTH
from acktrail.formats.xml.legend import RecordLegend
from acktrail.formats.xml.reader import XmlReader
from acktrail.formats.xml.rules import RULES
from acktrail.model import Acknowledgement, Answering, MessageHead, ReadResult, Rule
from acktrail.ports import DataFiles, Reader

ROOT = re.compile(rb"<(?:[A-Za-z_][A-Za-z0-9_.-]{0,60}:)?([A-Za-z_][A-Za-z0-9_.-]{0,60})")


class Xml:
    """XML documents (fulfils ``ports.Format``)."""

    name = "xml"
    rules: tuple[Rule, ...] = RULES

    def __init__(self, files: DataFiles) -> None:
        """The kinds that are read need no data files."""
        del files

    def recognises(self, head: bytes) -> bool:
        """Tell whether the file starts as XML does."""
        text = head.removeprefix(b"\xef\xbb\xbf").lstrip(b" \t\r\n")
        return text.startswith((b"<?xml", b"<!")) or ROOT.match(text) is not None

    def complete(self, head: bytes, tail: bytes) -> bool | None:
        """Tell whether the root element is closed; None when its name is not in the head."""
        text = re.sub(rb"<[?!][^>]{0,4000}>", b"", head)
        root = ROOT.search(text)
        if root is None:
            return None
        last = tail.rstrip(b" \t\r\n\x00")
        return (
            last.endswith(b">")
            and re.search(rb"</(?:[^<>/]{0,61}:)?" + root[1] + rb"\s*>\Z", last) is not None
        )

    def reader(self, options: Mapping[str, object]) -> Reader:
        """Return a reader. Options: ``max_depth``, ``sender``."""
        depth = options.get("max_depth")
        return XmlReader(
            depth if isinstance(depth, int) else MOST_DEPTH, str(options.get("sender") or "")
        )

    def legend(self, head: MessageHead) -> RecordLegend:
        """Return what records mean: their columns have names."""
        del head
        return RecordLegend()

    def numbers_needed(self, result: ReadResult, answering: Answering) -> int:
        """Nothing is answered."""
        del result, answering
        return 0

    def acknowledge(self, result: ReadResult, answering: Answering) -> tuple[Acknowledgement, ...]:
        """Nothing is answered."""
        del result, answering
        return ()
