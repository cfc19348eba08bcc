"""A file with synthetic values of the same shape, byte for byte as long as the original.

Deny by default: what stays is structure, what the guide, directory or layout lists as a code,
numbers that name nobody, and the envelope, less its passwords. Each format tells in its own way.
"""

import re
from collections.abc import Callable, Iterable, Iterator
from typing import Final

from acktrail.formats.tabular.layout import Field, Layout
from acktrail.formats.tabular.numerals import EBCDIC
from acktrail.model import MessageHead
from acktrail.ports import (
    Event,
    FileFinding,
    GroupEnd,
    InterchangeEnd,
    Legend,
    MessageEnd,
    MessageStart,
    Piece,
    PieceKind,
    Segment,
)
from acktrail.security.synthetic import Synthesis

LegendOf = Callable[[MessageHead], Legend]
ALL: Final = frozenset(range(1, 100))
# Elements that are structure: what they hold has to agree with the rest of the file.
STRUCTURE: Final = {
    **dict.fromkeys(("GS", "GE", "ST", "SE", "IEA", "TA1", "HL", "LX", "LS", "LE"), ALL),
    **dict.fromkeys(("UNA", "UNG", "UNE", "UNH", "UNT", "UNZ", "UNS", "UCI", "UCM"), ALL),
    **dict.fromkeys(("BTS", "FTS", "MSA", "EVN"), ALL),
    "ISA": ALL - {2, 4},  # authorization, password
    "UNB": ALL - {6},  # recipient's reference or password
    **dict.fromkeys(("MSH", "FHS", "BHS"), ALL - {8}),  # security
    "BGM": frozenset({1, 3, 4}),
    "BHT": frozenset({1, 2, 6}),
    "OTI": frozenset({1}),
    **dict.fromkeys(("BAK", "BCA", "BCH"), frozenset({1, 2})),
    "POC": frozenset({1, 2}),
    "QTY": ALL,
    "PRI": ALL,
    "SVD": frozenset({1}),
    "FT1": frozenset({6}),
    "RQD": frozenset({6}),
    "RXD": frozenset({5}),
    "RXE": frozenset({11}),
    "IIM": frozenset({13}),
    "ITM": frozenset({3}),
}
# Components that are: authority and type of an identifier, kind of a procedure code and the code.
PARTS: Final = {
    **{("PID", field): frozenset({4, 5, 6}) for field in (2, 3, 4, 18)},
    **{(tag, 1): frozenset({1, 2}) for tag in ("SV1", "SVC", "SV3")},
    ("SV2", 2): frozenset({1, 2}),
}
ORGANISATION: Final = "2"  # NM102: no person
_TAG = re.compile("[A-Z][A-Z0-9]{1,2}")
_ISA = re.compile("ISA[^A-Za-z0-9 ]")
_RUN = re.compile("(?!\xef\xbb\xbf)[A-Za-z0-9\x80-\xff.]+")  # but for a byte order mark
_ENDS = re.compile("[\r\n]")


class Delimited:
    """X12, EDIFACT, HL7: the events of a reading say where each segment and value stands."""

    def __init__(self, body: bytes, synthesis: Synthesis, kept: frozenset[str]) -> None:
        """``kept`` names places as findings do: ``CLM05-1``, ``PID-3``; they are not replaced."""
        self._text = body.decode("latin-1")
        self._synthesis = synthesis
        self._kept = kept
        self._done: list[str] = []
        self._at = 0

    def written(self, events: Iterable[Event], legend_of: LegendOf) -> bytes:
        """Return the whole copy."""
        legend: Legend | None = None
        for event in events:
            match event:
                case MessageStart(head):
                    legend = legend_of(head)
                case MessageEnd() | GroupEnd() | InterchangeEnd() | FileFinding():
                    pass
                case segment:
                    self._segment(segment, tuple(legend.pieces(segment)) if legend else ())
        self._done.append(self._unread(self._text[self._at :]))
        return "".join(self._done).encode("latin-1")

    def _segment(self, segment: Segment, pieces: tuple[Piece, ...]) -> None:
        start = max(segment.place.offset, self._at)
        while self._text[start : start + 1].isspace():
            start += 1
        tokens = _aligned(self._text, start, pieces)
        if tokens is None:
            return  # it stays among what was not read
        self._done.append(self._unread(self._text[self._at : start]))
        whole = segment.tag == "NM1" and segment.get(2) == ORGANISATION
        for piece, token in zip(pieces, tokens, strict=True):
            stays = whole or self._stays(segment.tag, piece)
            self._done.append(token if stays else self._synthesis.value(token, plain=piece.plain))
            start += len(token)
        self._at = start

    def _stays(self, tag: str, piece: Piece) -> bool:
        if piece.kind is not PieceKind.VALUE or piece.element in STRUCTURE.get(tag, ()):
            return True
        if piece.component in PARTS.get((tag, piece.element), ()):
            return True
        places = (f"{tag}{piece.element:02}", f"{tag}-{piece.element}", f"{tag}+{piece.element}")
        return any(one in self._kept or f"{one}-{piece.component}" in self._kept for one in places)

    def _unread(self, text: str) -> str:
        """Return what no segment was read from: the envelope stays, the rest is denied."""
        first = _ISA.search(text)
        if first and len(text) - first.start() >= ISA_LENGTH:
            head = text[first.start() : first.start() + ISA_LENGTH]
            kept = head[:7] + self._synthesis.value(head[7:17]) + head[17:21]
            kept += self._synthesis.value(head[21:31]) + head[31:]
            rest = text[first.start() + ISA_LENGTH :]
            return self._unread(text[: first.start()]) + kept + self._unread(rest)
        terminator = self._terminator()
        parts = re.split(f"([{re.escape(terminator)}\r\n]+)", text)
        return "".join(self._envelope(part) for part in parts)

    def _terminator(self) -> str:
        first = _ISA.search(self._text)
        if first:
            return self._text[first.start() :][ISA_LENGTH - 1 : ISA_LENGTH] or "~"
        head = self._text.lstrip()
        return head[8:9] if head.startswith("UNA") else "'"

    def _envelope(self, part: str) -> str:
        tag = _TAG.match(part)
        if tag is None:
            return _RUN.sub(self._run, part)
        structure = STRUCTURE.get(tag[0], frozenset())
        if structure == ALL:
            return part
        mark = part[tag.end() : tag.end() + 1]
        elements = part.split(mark) if mark else [part]
        return mark.join(
            one if at == 0 or at in structure else _RUN.sub(self._run, one)
            for at, one in enumerate(elements)
        )

    def _run(self, found: re.Match[str]) -> str:
        return self._synthesis.value(found[0])


ISA_LENGTH: Final = 106


def _aligned(text: str, start: int, pieces: tuple[Piece, ...]) -> list[str] | None:
    """Return the stretches of a segment as they stand in the file; None: they do not fit."""
    sent = [piece.sent for piece in pieces]
    if sent and text.startswith("".join(sent), start):
        return sent
    end = _ENDS.search(text, start)  # HL7: decoded by its charset, so look for the marks instead
    line = text[start : end.start() if end else len(text)]
    tokens, at = [], 0
    for place, piece in enumerate(pieces):
        after = next((one.text for one in pieces[place + 1 :] if one.kind is PieceKind.MARK), "")
        if piece.kind is PieceKind.MARK:
            stop = at + len(piece.text)
            if line[at:stop] != piece.text:
                return None
        else:
            found = line.find(after, at) if after else len(line)
            if found < 0:
                return None
            stop = found
        tokens.append(line[at:stop])
        at = stop
    return tokens if at == len(line) else None


def rows(body: bytes, layout: Layout, synthesis: Synthesis, kept: frozenset[str]) -> bytes | None:
    """Return the copy of a tabular file; None: nothing here knows how its numbers are stored."""
    if layout.encoding in EBCDIC or layout.record_length:
        return None
    lines = body.decode("latin-1").splitlines(keepends=True)
    one = _fixed if layout.format == "fixed" else _delimited_row
    order: list[Field] = list(layout.main.fields)
    done: list[str] = []
    for line in lines:
        names = _header(line, layout)
        if names is not None:
            order = names
            done.append(line)
        else:
            done.append(one(line, layout, order, lambda f, t: _cell(f, t, synthesis, kept)))
    return "".join(done).encode("latin-1")


Cell = Callable[[Field | None, str], str]


def _cell(field: Field | None, text: str, synthesis: Synthesis, kept: frozenset[str]) -> str:
    if field is None:
        return synthesis.value(text)
    if field.name in kept or (text.strip() in field.choices and not field.phi):
        return text
    if field.type == "date":
        return synthesis.day(text, field.date_format)
    return synthesis.value(text, plain=not field.phi)


def _cells(line: str, delimiter: str) -> Iterator[tuple[str, str, str]]:
    """Yield each cell of a line with the marks before and behind it."""
    quoted = re.compile(rf'("?)((?:(?<=")(?:[^"]|"")*)|[^{re.escape(delimiter)}\r\n]*)("?)')
    at = 0
    while at < len(line):
        found = quoted.match(line, at)
        stop = found.end() if found else at
        before, text, behind = found.groups() if found else ("", "", "")
        mark = line[stop : stop + 1]
        yield before, text, behind + mark
        at = stop + 1


def _header(line: str, layout: Layout) -> list[Field] | None:
    """Return the fields in the order that a header line names them; None: it is none."""
    named = {name.casefold(): f for f in layout.main.fields for name in (f.name, *f.aliases)}
    texts = [text.strip().casefold() for _, text, _ in _cells(line, layout.dialect.delimiter)]
    found = [named[one] for one in texts if one in named]
    if layout.format == "fixed" or len(found) < 2 or len(found) * 2 < len(texts):  # noqa: PLR2004
        return None
    return [named.get(one) or Field(one, "string") for one in texts if one]


def _delimited_row(line: str, layout: Layout, order: list[Field], cell: Cell) -> str:
    cells = list(_cells(line, layout.dialect.delimiter))
    tag = cells[layout.tag[0] - 1][1].strip() if 0 < layout.tag[0] <= len(cells) else ""
    for other in layout.others:
        if other.match and other.match == tag:
            order = list(other.fields)
    marks = {layout.leader, *(one.match for one in (layout.main, *layout.others))}
    marks |= {layout.trailer.match} if layout.trailer else set()
    trailer = layout.trailer is not None and tag == layout.trailer.match and bool(tag)
    return "".join(
        before
        + (text if text in marks or trailer else cell(order[at] if at < len(order) else None, text))
        + behind
        for at, (before, text, behind) in enumerate(cells)
    )


def _fixed(line: str, layout: Layout, order: list[Field], cell: Cell) -> str:
    first = layout.tag[0] - 1
    tag = line[first : first + layout.tag[1]].strip() if first >= 0 else ""
    if layout.trailer is not None and tag == layout.trailer.match:
        return line
    for other in layout.others:
        if other.match == tag:
            order = list(other.fields)
    signs = list(line)
    for field in order:
        at = slice(field.start - 1, min(field.start - 1 + field.length, len(line.rstrip("\r\n"))))
        known = layout.tag[0] == field.start and tag
        signs[at] = line[at] if known else cell(field, line[at])
    return "".join(signs)
