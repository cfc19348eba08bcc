"""Reading a file with no side effect: no ledger, no network, no home needed."""

import os
from collections.abc import Callable, Iterator, Mapping
from contextlib import ExitStack
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from functools import partial
from pathlib import Path
from tempfile import TemporaryDirectory, TemporaryFile
from typing import BinaryIO, cast

from acktrail.app.advice import Advice
from acktrail.app.chunks import chunks, digest_of
from acktrail.app.home import Found, Home, parser_files
from acktrail.app.registry import Formats, built_in
from acktrail.app.tools import seal_rules
from acktrail.app.tree import Line, Tree
from acktrail.documents.encoding import decode_document
from acktrail.documents.kinds import Document
from acktrail.errors import NotFoundError, PartnerError
from acktrail.model import (
    Acknowledgement,
    Answering,
    Finding,
    GroupResult,
    InterchangeResult,
    MessageHead,
    MessageResult,
    ReadResult,
    Severity,
)
from acktrail.pipeline.kept import KeptDocuments
from acktrail.pipeline.read import read_and_translate
from acktrail.pipeline.receive import wanted
from acktrail.ports import (
    DataFiles,
    Event,
    FileFinding,
    Format,
    GroupEnd,
    InterchangeEnd,
    Legend,
    Legible,
    MessageEnd,
    MessageStart,
)
from acktrail.profiles.partner import Flow
from acktrail.security import envelope
from acktrail.security.choose import sealer
from acktrail.security.inflate import Limits
from acktrail.security.masking import escape_name, keyed, safe_file_name
from acktrail.security.secrets import SecretResolver
from acktrail.translate.choose import Translators
from acktrail.translate.sources import ValueSource
from acktrail.translate.tracing import tracing_of

EPOCH = datetime(2000, 1, 1, tzinfo=UTC)  # an inspection's answers are not sent: a fixed time
HEAD_BYTES = 4096


@dataclass(frozen=True, slots=True)
class Inspected:
    """What an inspection found."""

    file: str
    sha256: str
    format: str
    result: ReadResult
    documents: tuple[Document, ...] = ()
    acknowledgements: tuple[Acknowledgement, ...] = ()


@dataclass(frozen=True, slots=True)
class Inspector:
    """Reads files as a partner's profile says, or as they look."""

    files: DataFiles
    formats: Formats
    translators: Translators
    home: Home | None = None
    found: Found | None = None
    format_name: str = ""
    at: datetime = EPOCH
    keep_documents: bool = True  # False: they are counted only, and memory stays small

    def inspect(self, path: Path) -> Inspected:
        """Read one file; whatever is wrong with it is in the result."""
        flow = self._flow(path.name)
        with ExitStack() as files:
            file = files.enter_context(path.open("rb"))
            digest = digest_of(file)
            file.seek(0)
            name = flow.format if flow else self.format_name
            try:
                clear = self._opened(flow, file, files)
                head = clear.read(HEAD_BYTES)
                clear.seek(0)
                format_ = self.formats.get(name) if name else self.formats.recognise(head)
            except PartnerError as error:
                return self._refused(path, digest, name or "", error)
            if format_ is None:
                finding = Finding(
                    "file.unrecognised",
                    Severity.FATAL,
                    "no format knows this file",
                    category="file",
                )
                result = ReadResult("", usable=False, findings=(finding,))
                return Inspected(path.name, digest, "", result)
            return self._read(path, digest, clear, format_, flow)

    def tree(self, path: Path, one: Inspected, *, full: bool = False) -> Iterator[Line]:
        """Return an inspected file as a tree: it is read once more, for its segments.

        Raises:
            GuideError: If the sentences on what to do are not there.
        """
        format_ = self.formats.get(one.format) if one.format else None
        legible = format_ if isinstance(format_, Legible) else None

        def legend_of(head: MessageHead) -> Legend | None:
            return legible.legend(head) if legible else None

        tree = Tree(one.result, Advice(self.files), legend_of, full)
        events = self._events(path, format_) if format_ else iter(())
        return tree.lines(escape_name(os.fsencode(path.name)), events)

    def sources(self, path: Path, one: Inspected) -> Iterator[dict[str, object]]:
        """Yield where each value of a document comes from: the file is read once more.

        Documents of files without elements (tables, statements) have no entry; values are never
        in it.
        """
        format_ = self.formats.get(one.format) if one.format else None
        translate = self._translate(self._flow(path.name))
        tracing = tracing_of(None)
        for event in self._events(path, format_) if format_ else ():
            match event:
                case MessageStart(head):
                    tracing = self.translators.trace(head, translate)
                    tracing.start(head)
                case MessageEnd(message):
                    yield from (_source(message, found) for found in tracing.finish())
                case GroupEnd() | InterchangeEnd() | FileFinding():
                    pass
                case segment:
                    tracing.segment(segment)

    def _translate(self, flow: Flow | None) -> dict[str, object]:
        """Return the options that a partner's messages are translated with."""
        translate = dict(self._options(flow))
        if self.found:
            table = self.found.profile.translate
            translate |= table.model_dump(exclude_none=True, exclude_unset=True)
        return translate

    def _events(self, path: Path, format_: Format) -> Iterator[Event]:
        """Read the file's events; what cannot be read is among the findings already."""
        flow = self._flow(path.name)
        with ExitStack() as files:
            try:
                clear = self._opened(flow, files.enter_context(path.open("rb")), files)
                reader = format_.reader(self._options(flow))
                for chunk in chunks(clear):
                    yield from reader.feed(chunk)
                yield from reader.close()
            except PartnerError:
                return

    def _options(self, flow: Flow | None) -> Mapping[str, object]:
        return self.found.profile.options(flow) if self.found and flow else {}

    def _flow(self, name: str) -> Flow | None:
        """Return the partner's flow for a file name, else its first flow of the format asked."""
        if self.found is None:
            return None
        flows = self.found.profile.flow
        by_name = next((f for f in flows if wanted(os.fsencode(name), f.include)), None)
        return by_name or next((f for f in flows if f.format == self.format_name), flows[0])

    def _opened(self, flow: Flow | None, raw: BinaryIO, files: ExitStack) -> BinaryIO:
        if flow is None or not flow.envelope or self.home is None or self.found is None:
            return raw
        profile = self.found.profile
        limits = profile.inbound.limits
        secrets = SecretResolver(self.home.root, os.environ)
        rules = seal_rules(self.home, secrets, profile.id, flow, limits.opened)
        steps = [envelope.Step(one.step) for one in flow.envelope]
        caps = Limits(limits.opened, limits.ratio, limits.members)
        with TemporaryDirectory() as folder:
            clear, _ = envelope.open_steps(
                raw,
                steps,
                caps,
                sealer("auto", Path(folder)),
                rules,
                lambda: files.enter_context(_spool()),
            )
        return clear

    def _read(
        self, path: Path, digest: str, clear: BinaryIO, format_: Format, flow: Flow | None
    ) -> Inspected:
        options, translate = self._options(flow), self._translate(flow)
        bodies: list[bytes] = []

        def keep(body: bytes) -> int:
            at = len(bodies)
            if self.keep_documents:
                bodies.append(body)
            return at

        done = read_and_translate(
            format_.name,
            format_.reader(options),
            chunks(clear),
            lambda head: self.translators.find(head, translate),
            keep,
        )
        released = done.released if self.keep_documents else KeptDocuments()
        documents = tuple(decode_document(bodies[kept.at]) for kept in released)
        answers = self._answers(path, digest, clear, format_, done.result)
        return Inspected(path.name, digest, format_.name, done.result, documents, answers)

    def _answers(
        self, path: Path, digest: str, clear: BinaryIO, format_: Format, result: ReadResult
    ) -> tuple[Acknowledgement, ...]:
        """Build the answers that would be sent, numbered from 1, everything posted."""
        profile = self.found.profile if self.found else None
        answering = Answering(
            at=self.at,
            options=profile.acknowledge.plain() if profile else {},
            file_name=safe_file_name(path.name),
            file_sha256=digest,
            profile=profile.label if profile else "",
            content=lambda offset, length: _part(clear, offset, length),
        )
        needed = format_.numbers_needed(result, answering)
        numbered = replace(answering, numbers=tuple(range(1, needed + 1)))
        return format_.acknowledge(result, numbered)

    def _refused(self, path: Path, digest: str, name: str, error: PartnerError) -> Inspected:
        finding = Finding(error.code, Severity.FATAL, str(error), category="envelope")
        return Inspected(path.name, digest, name, ReadResult(name, False, (finding,)))  # noqa: FBT003


def make_inspector(
    home: Home | None,
    partner: str,
    format_name: str,
    at: datetime = EPOCH,
    *,
    keep_documents: bool = True,
) -> Inspector:
    """Return an inspector; a home is needed only for a partner's profile."""
    files = parser_files(home)
    found = home.profile(partner) if home and partner else None
    return Inspector(
        files,
        built_in(files),
        Translators(files, _hide(home)),
        home,
        found,
        format_name,
        at,
        keep_documents,
    )


def _hide(home: Home | None) -> Callable[[str], str] | None:
    """Return what makes pseudonyms of persons' numbers; None without a home that has a key."""
    if home is None:
        return None
    try:
        return partial(keyed, home.naming_key())
    except NotFoundError:
        return None


def as_json(one: Inspected) -> dict[str, object]:
    """Return the contract's object for one file (docs/reference/inspect.md)."""
    result = one.result
    return {
        "file": one.file,
        "sha256": one.sha256,
        "format": one.format,
        "usable": result.usable,
        "findings": [_finding(finding) for finding in result.findings],
        "interchanges": [_interchange(interchange) for interchange in result.interchanges],
        "documents": dict(sorted(result.documents.items())),
        "acknowledgements": [
            {
                "kind": ack.kind,
                "control": ack.control,
                "for": ack.subject,
                "bytes": len(ack.body),
                "path": "",
            }
            for ack in one.acknowledgements
        ],
    }


def _source(message: MessageResult, found: ValueSource) -> dict[str, object]:
    return {
        "message": message.control,
        "type": message.type,
        "document": found.document,
        "field": found.field,
        "address": found.address,
        "segment": found.place.segment,
        "position": found.place.position,
        "offset": found.place.offset,
    }


def _interchange(one: InterchangeResult) -> dict[str, object]:
    return {
        "control": one.control,
        "sender": one.sender,
        "receiver": one.receiver,
        "test": one.test,
        "verdict": str(one.verdict),
        "findings": [_finding(f) for f in one.findings],
        "groups": [_group(group) for group in one.groups],
    }


def _group(one: GroupResult) -> dict[str, object]:
    return {
        "control": one.control,
        "kind": one.kind,
        "version": one.version,
        "verdict": str(one.verdict),
        "findings": [_finding(f) for f in one.findings],
        "messages": [_message(message) for message in one.messages],
    }


def _message(one: MessageResult) -> dict[str, object]:
    return {
        "control": one.control,
        "type": one.type,
        "guide": one.guide,
        "verdict": str(one.verdict),
        "segments": one.segments,
        "documents": one.documents,
        "findings": [_finding(finding) for finding in one.findings],
    }


def _finding(one: Finding) -> dict[str, object]:
    place = one.place
    return {
        "code": one.code,
        "rule": one.rule,
        "category": one.category,
        "severity": str(one.severity),
        "segment": place.segment,
        "position": place.position,
        "element": place.element,
        "component": place.component,
        "repetition": place.repetition,
        "offset": place.offset,
        "message": one.message,
    }


def _spool() -> BinaryIO:
    return cast("BinaryIO", TemporaryFile())


def _part(source: BinaryIO, offset: int, length: int) -> bytes:
    source.seek(offset)
    return source.read(length)
