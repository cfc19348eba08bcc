"""The XML format as ``ports.Format``: business documents and their answers, camt and CDA."""

import re
from collections.abc import Mapping

from acktrail.formats.xml.answers import application_answer, cxml_answer, is_ubl
from acktrail.formats.xml.business import Agreed
from acktrail.formats.xml.hardened import MOST_DEPTH
from acktrail.formats.xml.legend import RecordLegend
from acktrail.formats.xml.reader import XmlReader
from acktrail.formats.xml.rules import RULES
from acktrail.formats.xml.schemas import Schemas
from acktrail.model import (
    Acknowledgement,
    Answering,
    MessageHead,
    MessageResult,
    ReadResult,
    Rule,
    Verdict,
)
from acktrail.ports import DataFiles, Reader

ROOT = re.compile(rb"<(?:[A-Za-z_][A-Za-z0-9_.-]{0,60}:)?([A-Za-z_][A-Za-z0-9_.-]{0,60})")


class Xml:
    """XML documents (fulfils ``ports.Format``)."""

    name = "xml"
    rules: tuple[Rule, ...] = RULES

    def __init__(self, files: DataFiles) -> None:
        """``files`` holds the schemas that a profile names as ``schemas/<path>``."""
        self._schemas = Schemas(files)

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
        """Return a reader.

        Options: ``max_depth``, ``sender``, ``agreed``, ``customizations``, ``profiles``,
        ``doctypes``, ``schemas``.

        Raises:
            GuideError: If a schema is not there or is none.
        """
        depth = options.get("max_depth")
        agreed = (_names(options, key) for key in ("agreed", "customizations", "profiles"))
        return XmlReader(
            depth if isinstance(depth, int) else MOST_DEPTH,
            str(options.get("sender") or ""),
            Agreed(*agreed),
            _names(options, "doctypes"),
            self._schemas.named(sorted(_names(options, "schemas"))),
        )

    def legend(self, head: MessageHead) -> RecordLegend:
        """Return what records mean: their columns have names."""
        del head
        return RecordLegend()

    def numbers_needed(self, result: ReadResult, answering: Answering) -> int:
        """Return one for each business document that is answered; banks expect no answer."""
        return len(_answered(result, answering))

    def acknowledge(self, result: ReadResult, answering: Answering) -> tuple[Acknowledgement, ...]:
        """Answer each business document. Option: ``response``, see ``docs/reference``."""
        numbers = iter(answering.numbers)
        return tuple(
            application_answer(one, next(numbers), answering.at)
            if is_ubl(one)
            else cxml_answer(one, next(numbers), answering.at)
            for one in _answered(result, answering)
        )


def _answered(result: ReadResult, answering: Answering) -> list[MessageResult]:
    """Return the business documents that an answer is due for."""
    how = answering.options.get("response", "always")
    if how == "never":
        return []
    return [
        message
        for interchange in result.interchanges
        for group in interchange.groups
        for message in group.messages
        if "ID" in message.facts and (how == "always" or message.verdict is Verdict.REJECTED)
    ]


def _names(options: Mapping[str, object], key: str) -> frozenset[str]:
    names = options.get(key)
    return frozenset(map(str, names)) if isinstance(names, list | tuple) else frozenset()
