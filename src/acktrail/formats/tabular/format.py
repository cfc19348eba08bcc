"""The tabular format as ``ports.Format``: chooses the layout, hands out readers and receipts."""

import csv
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace

from acktrail.errors import GuideError
from acktrail.formats.tabular import rows
from acktrail.formats.tabular.header import fits
from acktrail.formats.tabular.layout import Layout
from acktrail.formats.tabular.legend import RowLegend
from acktrail.formats.tabular.numerals import EBCDIC
from acktrail.formats.tabular.reader import TabularReader
from acktrail.formats.tabular.receipt import messages_of, receipt, with_conflicts
from acktrail.formats.tabular.rejects import rejects
from acktrail.formats.tabular.rules import RULES
from acktrail.formats.tabular.schema import is_plain, parse_layout
from acktrail.model import Acknowledgement, Answering, MessageHead, ReadResult, Rule
from acktrail.ports import DataFiles, Event, Reader

FOLDER = "tabular"
NAME = re.compile(r"[a-z0-9][a-z0-9-]{0,63}")
HEAD = 4096  # bytes within which the first line must end when the layout has to be found


class Tabular:
    """CSV and fixed-width files by declared layout (fulfils ``ports.Format``)."""

    name = "tabular"
    rules: tuple[Rule, ...] = RULES

    def __init__(self, files: DataFiles) -> None:
        """``files`` holds the layouts as ``tabular/<name>.toml``."""
        self._files = files
        self._layouts: dict[str, Layout] = {}

    def layout(self, name: str) -> Layout:
        """Return the layout ``name``, compiled once.

        Raises:
            GuideError: If it is not there or breaks its schema.
        """
        if name not in self._layouts:
            if not NAME.fullmatch(name):
                msg = "a layout's name is made of small letters, digits and dashes"
                raise GuideError(msg)
            layout = parse_layout(self._files.read(f"{FOLDER}/{name}.toml"), name)
            if layout.id != name:  # messages name their layout by its id
                msg = f"{name}: id: must be the name of the file"
                raise GuideError(msg)
            self._layouts[name] = layout
        return self._layouts[name]

    def recognises(self, head: bytes) -> bool:
        """Tell whether a shipped layout fits the first line."""
        return self._fitting(head) is not None

    def complete(self, head: bytes, tail: bytes) -> bool | None:
        """Tell whether the trailer is there, where the layout that fits ``head`` has one."""
        layout = self._fitting(head)
        if layout is None or layout.trailer is None:
            return None
        last = tail.rstrip(b"\r\n").rpartition(b"\n")[2].decode("latin-1")
        if layout.format == "fixed":
            start = layout.tag[0] - 1
            found = last[start : start + layout.tag[1]].strip(" ")
        else:
            cells = _cells(layout, last)
            found = cells[layout.tag[0] - 1] if len(cells) >= layout.tag[0] else ""
        return found == layout.trailer.match and tail.endswith(b"\n")

    def reader(self, options: Mapping[str, object]) -> Reader:
        """Return a reader; without option ``layout`` it looks for the one that fits the header.

        Options: ``layout``, ``encoding``, ``encoding_fallback``, ``on_error``, ``max_rows``,
        ``max_errors``, ``sender``.

        Raises:
            GuideError: If the layout is not there, or an option contradicts it.
        """
        name = options.get("layout")
        if name:
            return self._reader(self.layout(str(name)), options)
        return _FindingReader(self, options)

    def legend(self, head: MessageHead) -> RowLegend:
        """Return what rows mean: they bring their columns with them."""
        del head
        return RowLegend()

    def numbers_needed(self, result: ReadResult, answering: Answering) -> int:
        """Receipts carry no control numbers of their own."""
        del result, answering
        return 0

    def acknowledge(self, result: ReadResult, answering: Answering) -> tuple[Acknowledgement, ...]:
        """Return the receipt file, unless option ``receipt`` is ``none``; the rejects if agreed."""
        told = with_conflicts(result, answering.posted)
        guide = next((one.guide for one in messages_of(told)), "")
        layout = self.layout(guide.partition("@")[0]) if guide else None
        if layout is None or layout.guide != guide:
            return receipt(told, answering)
        return receipt(told, answering) + rejects(told, answering, layout)

    def found(self, head: bytes, options: Mapping[str, object]) -> Reader:
        """Return a reader for the layout that fits the first line of ``head``.

        Raises:
            GuideError: If none fits, or more than one.
        """
        layout = self._fitting(head)
        if layout is None:
            msg = "no layout fits this file, or more than one: name it in the profile"
            raise GuideError(msg, code="setup.no_layout")
        return self._reader(layout, options)

    def _reader(self, layout: Layout, options: Mapping[str, object]) -> TabularReader:
        return TabularReader(_adapted(layout, options), str(options.get("sender", "")))

    def _fitting(self, head: bytes) -> Layout | None:
        first = head.partition(b"\n")[0].removesuffix(b"\r").removeprefix(b"\xef\xbb\xbf")
        names = [n.removesuffix(".toml") for n in self._files.names(FOLDER) if n.endswith(".toml")]
        fitting = [one for one in map(self.layout, names) if _fits(one, first)]
        return fitting[0] if len(fitting) == 1 else None


class _FindingReader:
    """Waits for the first line, then reads by the layout that fits it."""

    def __init__(self, tabular: Tabular, options: Mapping[str, object]) -> None:
        self._tabular = tabular
        self._options = options
        self._held = b""
        self._reader: Reader | None = None

    def feed(self, chunk: bytes) -> Iterable[Event]:
        """Take the next bytes."""
        if self._reader is not None:
            return self._reader.feed(chunk)
        self._held += chunk
        if b"\n" not in self._held and len(self._held) < HEAD:
            return ()
        return self._open().feed(self._held)

    def close(self) -> Iterable[Event]:
        """Say that the file is over."""
        if self._reader is not None:
            return self._reader.close()
        reader = self._open()
        return [*reader.feed(self._held), *reader.close()]

    def _open(self) -> Reader:
        self._reader = self._tabular.found(self._held[:HEAD], self._options)
        return self._reader


def _fits(layout: Layout, first: bytes) -> bool:
    """Tell whether the first line is this layout's header, or its first fixed-width record."""
    try:
        line = first.decode("utf-8")
    except UnicodeDecodeError:
        line = first.decode("latin-1")
    if layout.format == "csv":
        return layout.dialect.header and fits(layout, _cells(layout, line))
    start, length = layout.tag
    leader = next((one for one in layout.others if one.match == layout.leader), None)
    if leader is None or layout.record_length:
        return False
    tag = line[start - 1 : start - 1 + length].strip(" ")
    return tag == leader.match and len(line) == rows.record_width(leader)


def _cells(layout: Layout, line: str) -> Sequence[str]:
    dialect = layout.dialect
    try:
        found = csv.reader([line], delimiter=dialect.delimiter, quotechar=dialect.quote)
        return next(found, [])
    except csv.Error:
        return []


def _adapted(layout: Layout, options: Mapping[str, object]) -> Layout:
    """Return the layout with what the profile sets otherwise.

    Raises:
        GuideError: If an option has a value that no layout may have.
    """
    changes: dict[str, str | int] = {}
    for key in ("encoding", "encoding_fallback"):
        name = str(options.get(key) or "")
        alike = is_plain(name) if layout.encoding not in EBCDIC else name in EBCDIC
        if name and not alike:
            msg = f"option {key}: not an encoding that can replace the layout's"
            raise GuideError(msg)
        if name:
            changes[key] = name
    policy = str(options.get("on_error") or layout.on_error).removeprefix("reject_")
    if policy not in {"row", "document", "file"}:
        msg = "option on_error: must be row, document or file"
        raise GuideError(msg)
    for key in ("max_rows", "max_errors"):
        value = options.get(key)
        if isinstance(value, int) and value > 0:
            changes[key] = value
    return replace(layout, on_error=policy, **changes)  # type: ignore[arg-type]
