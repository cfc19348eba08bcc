"""Reads business documents through the reader and their maps, as the pipeline does."""

from collections.abc import Mapping

from acktrail.documents.encoding import decode_document
from acktrail.documents.kinds import Document
from acktrail.formats.xml import Xml
from acktrail.model import Answering, ReadResult
from acktrail.pipeline.read import Translated, read_and_translate
from acktrail.translate.choose import Translators
from tests.unit.translate.running import Folder

Options = Mapping[str, object] | None
FORMAT = Xml(Folder())
MAPS = Translators(Folder())


def translate(
    body: bytes, options: Options = None, size: int = 1 << 16
) -> tuple[Translated, list[bytes]]:
    """Return the outcome of both stages and the documents' bytes."""
    spool: list[bytes] = []

    def keep(document: bytes) -> int:
        spool.append(document)
        return len(spool) - 1

    chunks = [body[at : at + size] for at in range(0, len(body), size)]
    outcome = read_and_translate(
        "xml", FORMAT.reader(options or {}), chunks, lambda head: MAPS.find(head, {}), keep
    )
    return outcome, [spool[one.at] for one in outcome.released]


def only(body: bytes, options: Options = None) -> Document:
    """Return the one document that comes of a file."""
    _outcome, (document,) = translate(body, options)
    return decode_document(document)


def found(body: bytes, options: Options = None) -> list[tuple[str, str]]:
    """Return rule and place of every finding, those of the file first."""
    result = translate(body, options)[0].result
    inside = [
        one
        for interchange in result.interchanges
        for group in interchange.groups
        for message in group.messages
        for one in message.findings
    ]
    return [(one.rule, one.place.address) for one in (*result.findings, *inside)]


def answered(result: ReadResult, answering: Answering) -> list[bytes]:
    """Return the answers' bytes."""
    return [one.body for one in FORMAT.acknowledge(result, answering)]
