"""The tree of a file as one HTML page: self-contained, without script, every text escaped."""

import base64
import hashlib
from collections.abc import Iterable, Iterator
from html import escape
from typing import assert_never

from acktrail.app.tree import Fault, GapLine, Heading, Line, LoopLine, SegmentLine
from acktrail.app.wording import by_field, is_at, printable, shown, where, who
from acktrail.ports import Piece

STYLE = """
:root { color-scheme: light }
body { font: 1rem/1.5 system-ui, sans-serif; color: #1b1b1b; background: #fff;
  margin: 0 auto; max-width: 75rem; padding: 1rem }
h1, h2, h3, h4 { line-height: 1.25; margin: 1.5rem 0 .5rem; overflow-wrap: anywhere }
h1 { font-size: 1.6rem } h2 { font-size: 1.35rem } h3 { font-size: 1.15rem } h4 { font-size: 1rem }
dl { display: flex; flex-wrap: wrap; gap: .25rem 1.5rem; margin: 0 }
dl div { display: flex; gap: .4rem } dt { color: #555 } dd { margin: 0; overflow-wrap: anywhere }
table { border-collapse: collapse; width: 100% }
caption { text-align: left; color: #555 }
th, td { text-align: left; vertical-align: top; padding: .15rem .5rem; border-top: 1px solid #ddd }
td.number { text-align: right; width: 6.5rem; white-space: nowrap; color: #555 }
th[scope=rowgroup] { background: #f1f3f5; font-weight: 600 }
code { font: .95rem/1.5 ui-monospace, monospace; overflow-wrap: anywhere; white-space: pre-wrap }
tr.fault td { background: #fff4f4 } tr.fault td.number { color: #8a1c1c; font-weight: 700 }
mark { background: #8a1c1c; color: #fff; padding: 0 .2rem; border-radius: .2rem }
ul.faults { margin: .25rem 0; padding: .5rem .5rem .5rem 1.75rem;
  border-left: .3rem solid #8a1c1c; background: #fff4f4 }
ul.fields { list-style: none; margin: 0; padding: 0 0 0 1rem }
.verdict { font-weight: 700 } .note { color: #555 }
@media print { body { max-width: none } }
"""
DIGEST = base64.b64encode(hashlib.sha256(STYLE.encode()).digest()).decode()
POLICY = f"default-src 'none'; style-src 'sha256-{DIGEST}'; base-uri 'none'; form-action 'none'"


def html_page(title: str, lines: Iterable[Line], *, reveal: bool) -> Iterator[str]:
    """Return the page piece by piece; memory does not grow with the file."""
    values = "Values are shown." if reveal else "Values are masked: [8] stands for 8 characters."
    yield page_head(title, values)
    table = False
    for line in lines:
        if isinstance(line, Heading):
            yield "</tbody>\n</table>\n" if table else ""
            table = False
            yield from _heading(line)
        else:
            yield "" if table else _table_start()
            table = True
            yield from _row(line, reveal=reveal)
    yield "</tbody>\n</table>\n" if table else ""
    yield "</main>\n</body>\n</html>\n"


def page_head(title: str, note: str) -> str:
    """Return the beginning of a page, up to its heading and a note below it."""
    return "".join((
        '<!doctype html>\n<html lang="en">\n<head>\n<meta charset="utf-8">\n',
        f'<meta http-equiv="Content-Security-Policy" content="{escape(POLICY)}">\n',
        '<meta name="referrer" content="no-referrer">\n',
        '<meta name="viewport" content="width=device-width, initial-scale=1">\n',
        f"<title>{_safe(title)}: acktrail</title>\n<style>{STYLE}</style>\n</head>\n<body>\n",
        f'<main>\n<h1>{_safe(title)}</h1>\n<p class="note">{escape(note)}</p>\n',
    ))  # fmt: skip


def _safe(text: str) -> str:
    return escape(printable(text))


def _heading(line: Heading) -> Iterator[str]:
    if line.depth:
        level = line.depth + 1
        control = next((text for name, text in line.facts if name == "control"), "")
        yield f"<h{level}>{line.kind.capitalize()} {_safe(control)}</h{level}>\n"
    facts = [(name, text) for name, text in line.facts if text]
    yield "<dl>\n"
    for name, text in facts:
        yield f"<div><dt>{name}</dt><dd>{_safe(text)}</dd></div>\n"
    yield f'<div><dt>verdict</dt><dd class="verdict">{_safe(line.verdict)}</dd></div>\n</dl>\n'
    yield _faults((fault, where(fault)) for fault in line.faults)


def _table_start() -> str:
    return (
        "<table>\n<caption>Segments in the order they were sent</caption>\n"
        '<thead><tr><th scope="col">Number</th><th scope="col">Segment</th></tr></thead>\n<tbody>\n'
    )


def _row(line: LoopLine | SegmentLine | GapLine, *, reveal: bool) -> Iterator[str]:
    match line:
        case LoopLine(_, name):
            yield "</tbody>\n<tbody>\n"
            yield f'<tr><th scope="rowgroup" colspan="2">Loop {_safe(name)}</th></tr>\n'
        case GapLine(_, what):
            yield f'<tr><td></td><td class="note">{_safe(what)}</td></tr>\n'
        case SegmentLine():
            yield _segment(line, reveal=reveal)
        case _ as never:
            assert_never(never)


def _segment(line: SegmentLine, *, reveal: bool) -> str:
    fields = by_field(line.pieces)
    if fields:
        rows = "".join(
            f"<li>{_safe(name)}: <code>{_pieces(run, line, reveal=reveal)}</code></li>\n"
            for name, run in fields
            if any(piece.text or _is_marked(piece, line) for piece in run)
        )
        tag = _pieces(line.pieces[:1], line, reveal=reveal)
        text = f'<code>{tag}</code>\n<ul class="fields">\n{rows}</ul>\n'
    elif line.pieces:
        text = f"<code>{_pieces(line.pieces, line, reveal=reveal)}</code>"
    else:
        text = "(no segment read here)"
    faults = _faults((fault, where(fault, line)) for fault in line.faults)
    start = '<tr class="fault">' if line.faults else "<tr>"
    number = f"{'Fault at ' if line.faults else ''}{line.position}"
    return f'{start}<td class="number">{number}</td><td>{text}{faults}</td></tr>\n'


def _is_marked(piece: Piece, line: SegmentLine) -> bool:
    return any(is_at(piece, fault) for fault in line.faults)


def _pieces(pieces: Iterable[Piece], line: SegmentLine, *, reveal: bool) -> str:
    texts = ((escape(shown(piece, reveal=reveal)), _is_marked(piece, line)) for piece in pieces)
    return "".join(f"<mark>{text or '(empty)'}</mark>" if at else text for text, at in texts)


def _faults(faults: Iterable[tuple[Fault, str]]) -> str:
    items = "".join(_fault(fault, place) for fault, place in faults)
    return f'<ul class="faults">\n{items}</ul>\n' if items else ""


def _fault(fault: Fault, place: str) -> str:
    finding = fault.finding
    code = f" ({escape(finding.code)})" if finding.code else ""
    advice = f" {escape(fault.advice)}" if fault.advice else ""
    return (
        f"<li><strong>{finding.severity}: {escape(place or 'file')}{code}</strong>: "
        f'{_safe(finding.message)}.<br><span class="note">{escape(finding.rule)}</span>; '
        f"{escape(who(fault))}.{advice}</li>\n"
    )
