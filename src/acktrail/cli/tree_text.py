"""The tree of a file as text for a terminal: the fault marked in place, one line a segment."""

from collections.abc import Iterable, Iterator
from typing import assert_never

from acktrail.app.tree import Fault, GapLine, Heading, Line, LoopLine, SegmentLine
from acktrail.app.wording import by_field, is_at, printable, shown, where, who
from acktrail.ports import Piece

INDENT = "  "
GUTTER = 8  # columns for the number of a segment


def text_lines(lines: Iterable[Line], *, reveal: bool) -> Iterator[str]:
    """Return the lines as text, in ASCII where the file is."""
    for line in lines:
        match line:
            case Heading():
                yield from _heading(line)
            case LoopLine(depth, name):
                yield f"{INDENT * depth}{'':{GUTTER}}loop {printable(name)}"
            case SegmentLine():
                yield from _segment(line, reveal=reveal)
            case GapLine(depth, what):
                yield f"{INDENT * depth}{'':{GUTTER}}... {what}"
            case _ as never:
                assert_never(never)


def _heading(line: Heading) -> Iterator[str]:
    facts = "  ".join(f"{name} {printable(text)}" for name, text in line.facts if text)
    margin = INDENT * line.depth
    yield f"{margin}{line.kind}: {facts}: {line.verdict}"
    for fault in line.faults:
        yield from _fault(fault, f"{margin}{INDENT}", where(fault))


def _segment(line: SegmentLine, *, reveal: bool) -> Iterator[str]:
    margin = INDENT * line.depth
    number = f"{margin}{'>' if line.faults else ' '}{line.position:>{GUTTER - 3}}  "
    fields = by_field(line.pieces)
    if fields:
        yield number + shown(line.pieces[0], reveal=reveal)
        for name, run in fields:
            text = "".join(shown(piece, reveal=reveal) for piece in run)
            if text or any(is_at(piece, fault) for piece in run for fault in line.faults):
                yield from _marked(f"{'':{len(number)}}{name:<40}  ", run, line, reveal=reveal)
    else:
        yield from _marked(number, line.pieces, line, reveal=reveal)
    for fault in line.faults:
        yield from _fault(fault, " " * len(number), where(fault, line))


def _marked(
    start: str, pieces: Iterable[Piece], line: SegmentLine, *, reveal: bool
) -> Iterator[str]:
    """Yield the pieces, and carets under those that a fault speaks of."""
    text, carets = start, " " * len(start)
    for piece in pieces:
        one = shown(piece, reveal=reveal)
        at = any(is_at(piece, fault) for fault in line.faults)
        text += one
        carets += ("^" if at else " ") * max(len(one), int(at))
    yield text.rstrip() if line.pieces else f"{start}(no segment read here)"
    if "^" in carets:
        yield carets.rstrip()


def _fault(fault: Fault, margin: str, place: str) -> Iterator[str]:
    finding = fault.finding
    code = f" ({finding.code})" if finding.code else ""
    yield f"{margin}{finding.severity}: {place or 'file'}{code}: {finding.message}"
    advice = f" {fault.advice}" if fault.advice else ""
    yield f"{margin}  {finding.rule}; {who(fault)}.{advice}"
