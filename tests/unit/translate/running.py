"""Runs a message of compact text through a translator, with the maps of the repository."""

from collections.abc import Mapping, Sequence
from pathlib import Path

from acktrail.documents.kinds import Document
from acktrail.errors import GuideError
from acktrail.model import Finding, MessageHead
from acktrail.translate.engine import MapTranslator
from acktrail.translate.maps import compile_map, read_map
from acktrail.translate.translator import Translator
from tests.fakes.segment import segments

PARSERS = Path(__file__).parents[3] / "parsers"


class Folder:
    """``parsers/`` as it is."""

    def read(self, path: str) -> bytes:
        try:
            return (PARSERS / path).read_bytes()
        except OSError:
            msg = f"{path}: not there"
            raise GuideError(msg) from None

    def names(self, folder: str) -> Sequence[str]:
        return sorted(one.name for one in (PARSERS / folder).glob("*") if one.is_file())


class Files:
    """A folder in memory."""

    def __init__(self, files: Mapping[str, str]) -> None:
        self._files = files

    def read(self, path: str) -> bytes:
        if path not in self._files:
            msg = f"{path}: not there"
            raise GuideError(msg)
        return self._files[path].encode()

    def names(self, folder: str) -> Sequence[str]:
        start = folder + "/"
        names = (one.removeprefix(start) for one in self._files if one.startswith(start))
        return sorted(one for one in names if "/" not in one)


def mapped(name: str, options: Mapping[str, object] | None = None, **more: object) -> MapTranslator:
    files = Folder()
    compiled = compile_map(files, name, read_map(files, name), options or {})
    return MapTranslator(compiled, **more)  # type: ignore[arg-type]


def run(
    translator: Translator, text: str, format_: str = "x12", head: MessageHead | None = None
) -> tuple[tuple[Document, ...], tuple[Finding, ...]]:
    translator.start(head or MessageHead(format_, "", "", "C1"))
    for segment in segments(text, format_):
        translator.segment(segment)
    return translator.finish()


def only(result: tuple[tuple[Document, ...], tuple[Finding, ...]]) -> Document:
    documents, findings = result
    assert not findings, findings
    assert len(documents) == 1
    return documents[0]


def rules(result: tuple[tuple[Document, ...], tuple[Finding, ...]]) -> list[str]:
    return [finding.rule for finding in result[1]]
