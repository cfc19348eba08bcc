"""The rejects file: a partner's own refused rows, back with what is wrong, to be mended and resent.

Only where the profile allows it (``rejects = "csv"``): it holds data. Rows stand as they came, in
their order, delimiter and encoding, with three columns more: record, line, and the rules that the
row breaks with their columns. Cells that a spreadsheet would run are disarmed, numbers are not.
Same input, same bytes.

The file is read again in pieces as Latin-1, which gives every byte back. Rows beyond the cap are
left out, which a last row says. Records without line ends hold packed numbers: they are not told.
"""

import re
from bisect import bisect_right
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import replace
from typing import NamedTuple

from acktrail.formats.tabular.layout import Layout
from acktrail.formats.tabular.receipt import FORMULA_STARTS, messages_of
from acktrail.formats.tabular.records import Record, one_by_one, records_of
from acktrail.formats.tabular.rules import ERRORS_CAPPED
from acktrail.model import (
    Acknowledgement,
    Answering,
    Finding,
    ReadResult,
    Severity,
    Verdict,
)

MOST_ROWS = 10_000
MOST_SIGNS = 16 << 20
MOST_OFFSET = 1 << 62
PIECE = 1 << 20
MOST_LINE = 4096
MARK = b"\xef\xbb\xbf"  # byte order mark
ADDED = ["acktrail_record", "acktrail_line", "acktrail_errors"]
NUMBER = re.compile(r"[+-][0-9][0-9., ']{0,40}")
Content = Callable[[int, int], bytes]
GRAVE = frozenset({Severity.ERROR, Severity.FATAL})


class Refused(NamedTuple):
    """Which rows go back."""

    spans: tuple[tuple[int, int], ...]  # of refused documents: first byte, end
    faults: Mapping[int, list[Finding]]  # by record number

    def holds(self, number: int, offset: int) -> bool:
        """Tell whether a record goes back."""
        if number in self.faults:
            return True
        before = bisect_right(self.spans, (offset, MOST_OFFSET)) - 1
        return before >= 0 and offset < self.spans[before][1]


def rejects(
    result: ReadResult, answering: Answering, layout: Layout
) -> tuple[Acknowledgement, ...]:
    """Return the rejects file, or nothing: none agreed, no row refused, or no rows to read."""
    agreed = answering.options.get("rejects") == "csv"
    sign = layout.dialect.delimiter
    if not agreed or answering.content is None or layout.record_length or not sign.isascii():
        return ()
    refused = _refused(result)
    if not refused.spans and not refused.faults:
        return ()
    lines = list(_lines(answering.content, layout, refused))
    if len(lines) == 1:  # the heading: what was refused is no row
        return ()
    body = "".join(lines)
    control = answering.file_sha256[:12]
    return (
        Acknowledgement("REJECTS", control, "", body.encode("latin-1", "replace"), "rejects.csv"),
    )


def _refused(result: ReadResult) -> Refused:
    spans: list[tuple[int, int]] = []
    faults: dict[int, list[Finding]] = {}
    for finding in result.findings:
        if finding.severity is Severity.FATAL and finding.place.position:
            faults.setdefault(finding.place.position, []).append(finding)
    for message in messages_of(result):
        if message.verdict is Verdict.REJECTED:
            spans.append((message.offset, message.offset + message.length))
        for finding in message.findings:
            if finding.severity in GRAVE and finding.place.position:
                faults.setdefault(finding.place.position, []).append(finding)
    return Refused(_joined(spans), faults)


def _joined(spans: list[tuple[int, int]]) -> tuple[tuple[int, int], ...]:
    """Make one span of those that follow each other: a refused file is one."""
    joined: list[tuple[int, int]] = []
    for start, end in spans:
        if joined and joined[-1][1] == start:
            joined[-1] = (joined[-1][0], end)
        else:
            joined.append((start, end))
    return tuple(joined)


def _lines(content: Content, layout: Layout, refused: Refused) -> Iterator[str]:
    """Yield the heading and the refused rows, written; no more than the cap."""
    sign, left, size = layout.dialect.delimiter, MOST_ROWS, MOST_SIGNS
    headed = layout.format == "csv" and layout.dialect.header
    if not headed:
        names = layout.main.names if layout.format == "csv" else ("row",)
        yield _line([*names, *ADDED], sign)
    start = len(MARK) if content(0, len(MARK)) == MARK else 0
    for cells, number, line, offset, fault in _records(content, layout, start):
        if headed:
            if cells != ["sep=", ""]:
                headed = False
                yield _line([*cells, *ADDED], sign)
            continue
        if _is_envelope(layout, cells) or not refused.holds(number, offset + start):
            continue
        if not left or size < 0:
            yield _line(["", "", ERRORS_CAPPED.name], sign)
            return
        told = cells if fault is None else [_first_line(content, offset + start)]
        row = _line([*told, str(number), str(line), _told(refused.faults.get(number, ()))], sign)
        left, size = left - 1, size - len(row)
        yield row


def _records(content: Content, layout: Layout, start: int) -> Iterator[Record]:
    """Yield the records of the file once more; ``start`` bytes in front are passed over."""
    records, at = records_of(replace(layout, encoding="latin-1", encoding_fallback="")), start
    while piece := content(at, PIECE):
        at += len(piece)
        for found in records.feed(piece):
            yield from one_by_one(found)
    for found in records.close():
        yield from one_by_one(found)


def _first_line(content: Content, offset: int) -> str:
    """Return the line of a record that is not well-formed."""
    return content(offset, MOST_LINE).partition(b"\n")[0].rstrip(b"\r").decode("latin-1")


def _is_envelope(layout: Layout, cells: list[str]) -> bool:
    """Tell whether this is the header or the trailer record, which no row repeats."""
    first, length = layout.tag
    if not first or not cells:
        return False
    if layout.format == "fixed":
        tag = cells[0][first - 1 : first - 1 + length].strip(" ")
    else:
        tag = cells[first - 1] if first <= len(cells) else ""
    return tag in {layout.leader, layout.trailer.match if layout.trailer else layout.leader} - {""}


def _told(faults: Sequence[Finding]) -> str:
    return ", ".join(f"{one.rule} {one.place.address}".rstrip() for one in faults)


def _line(cells: Sequence[str], sign: str) -> str:
    """Write one row; formulas get an apostrophe in front, numbers stay as they are."""
    return sign.join(_cell(cell, sign) for cell in cells) + "\r\n"


def _cell(text: str, sign: str) -> str:
    if text.startswith(FORMULA_STARTS) and not NUMBER.fullmatch(text):
        text = "'" + text
    if any(mark in text for mark in (sign, '"', "\r", "\n")):
        text = '"' + text.replace('"', '""') + '"'
    return text
