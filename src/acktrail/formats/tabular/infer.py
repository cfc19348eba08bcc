"""A layout drafted from sample files, for people to finish: ``acktrail layout infer``.

Nothing of this runs when files are read. The draft says how sure it is of each column and why; what
samples cannot show is left to a person: ``kind`` and ``x-map``, documents, record types, trailers.
No value of a sample is copied into it; a first line becomes column names only when it is surely no
row: it names every column, never twice, never as a value, and is no number where its column is one.
"""

import codecs
import csv
import json
from collections import Counter
from collections.abc import Iterator, Sequence
from typing import NamedTuple

from acktrail.errors import GuideError
from acktrail.formats.tabular.guess import Guess, guess
from acktrail.formats.tabular.header import USUAL_DELIMITERS, folded
from acktrail.formats.tabular.schema import MOST_COLUMNS, SCHEMA_ID

MOST_LINES = 20_000  # of a sample
AGREEING = 0.8  # share of the lines that have the usual number of columns
SAME_LENGTH = 0.5  # share of the lines that have the longest length: blanks behind get lost
FEWEST_LINES = 10  # under which blanks between columns are chance
LONGEST_NAME = 40


class Shape(NamedTuple):
    """How the samples are cut."""

    delimiter: str  # "" for fixed width
    rows: list[list[str]]  # of all samples, first lines too where they are no header
    spans: list[tuple[int, int]]  # of fixed-width columns: start from 1, length
    evidence: str


class Seen(NamedTuple):
    """All that the samples showed."""

    encoding: str
    about: str  # the encoding
    shape: Shape
    header: list[str]  # empty: none that is surely one
    guesses: list[Guess]
    rows: int


def infer_layout(samples: Sequence[bytes], name: str) -> str:
    """Return the draft of a layout as TOML that loads.

    Args:
        samples: Whole files, or their beginnings up to a line end.
        name: The layout's id.

    Raises:
        GuideError: If the samples are no text, or show no columns.
    """
    encoding, about = _encoding(samples)
    texts = [body.decode(encoding).removeprefix("\ufeff") for body in samples]
    lines = [_lines(text) for text in texts]
    if not any(lines):
        msg = "the samples hold no line"
        raise GuideError(msg)
    shape = _delimited(lines) or _fixed(lines)
    header = _header(shape) if shape.delimiter else []
    width = len(shape.rows[0])
    names = _names(header) or [f"column_{n + 1}" for n in range(width)]
    rows = [row for row in shape.rows if not header or row != header]
    guesses = [_guess(shape, names[n], n, rows, header) for n in range(width)]
    seen = Seen(encoding, about, shape, header, guesses, len(rows))
    return "\n".join(_draft(name, seen)) + "\n"


def _encoding(samples: Sequence[bytes]) -> tuple[str, str]:
    if any(body.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)) for body in samples):
        msg = "a sample is UTF-16: have it exported as UTF-8"
        raise GuideError(msg)
    if any(b"\x00" in body for body in samples):
        msg = "a sample is no text: binary, or a mainframe's (EBCDIC layouts are written by hand)"
        raise GuideError(msg)
    if all(body.isascii() for body in samples):
        return "utf-8", "only ASCII was seen: ask the partner"
    try:
        for body in samples:
            body.decode("utf-8")
    except UnicodeDecodeError:
        return "latin-1", "not UTF-8; which single-byte encoding cannot be seen: ask the partner"
    return "utf-8", "every sample is valid UTF-8 with other signs than ASCII"


def _lines(text: str) -> list[str]:
    lines = [line.removesuffix("\r") for line in text.split("\n")[:MOST_LINES]]
    return [line for line in lines if line.strip(" ")]


def _delimited(samples: Sequence[Sequence[str]]) -> Shape | None:
    """Let the usual delimiters vote by how many lines they cut alike; the wider one wins a tie."""
    votes: list[tuple[float, int, str, list[list[str]]]] = []
    for sign in USUAL_DELIMITERS:
        rows = [row for lines in samples for row in _cut(lines, sign)]
        (width, count), *_ = Counter(map(len, rows)).most_common(1) or [(0, 0)]
        if 1 < width <= MOST_COLUMNS and count >= AGREEING * len(rows):
            votes.append((count / len(rows), width, sign, rows))
    if not votes:
        return None
    share, width, sign, rows = max(votes, key=lambda vote: vote[:2])
    kept = [row for row in rows if len(row) == width]
    said = f'"{sign}" cuts {share:.0%} of {len(rows)} records into {width} columns'
    rivals = [json.dumps(vote[2]) for vote in votes if vote[0] == share and vote[2] != sign]
    if rivals:
        said += f"; {' and '.join(rivals)} would cut as evenly into fewer"
    return Shape(sign, kept, [], said.replace("\t", "TAB"))


def _cut(lines: Sequence[str], sign: str) -> Iterator[list[str]]:
    told = [line for line in lines if line != f"sep={sign}"]
    try:
        yield from csv.reader((f"{line}\n" for line in told), delimiter=sign, strict=True)
    except csv.Error:  # what was read before it votes; a quote that is broken is no delimiter's
        return


def _fixed(samples: Sequence[Sequence[str]]) -> Shape:
    """Find the columns of fixed-width lines: between them stand blanks in every line."""
    lines = [line for sample in samples for line in sample]
    width = max(map(len, lines))
    if sum(len(line) == width for line in lines) < SAME_LENGTH * len(lines):
        msg = "no delimiter cuts the samples evenly, and their lines differ in length"
        raise GuideError(msg)
    used = [False] * (width + 1)
    for line in lines:
        for place, sign in enumerate(line):
            used[place] |= sign != " "
    spans: list[tuple[int, int]] = []
    start = -1
    for place, filled in enumerate(used):
        if filled and start < 0:
            start = place
        elif not filled and start >= 0:
            spans.append((start + 1, place - start))
            start = -1
    said = f"{len(spans)} columns between places that are blank in all {len(lines)} lines"
    if len(lines) < FEWEST_LINES:
        said += "; so few lines prove little"
    rows = [[line[a - 1 : a - 1 + size] for a, size in spans] for line in lines]
    return Shape("", rows, spans, f"{said}; columns that touch are seen as one")


def _header(shape: Shape) -> list[str]:
    """Return the first row if it is surely the names of the columns; else nothing."""
    first, *others = shape.rows
    body = [row for row in others if row != first]
    columns = [[row[n] for row in body] for n in range(len(first))]
    names = [folded(cell) for cell in first]
    named = all(any(map(str.isalpha, cell)) for cell in first) and len(set(names)) == len(names)
    if not body or not named or any(cell in col for cell, col in zip(first, columns, strict=True)):
        return []
    typed = [
        (found.field, cell)
        for cell, column in zip(first, columns, strict=True)
        if (found := guess("x", column, 1)).field.type != "string"
    ]
    marks = {"NULL", "NA", "NIL", "NONE"}
    return first if typed and not any(cell.upper() in marks for _, cell in typed) else []


def _names(header: Sequence[str]) -> list[str]:
    """Return the header's texts as names: small ASCII letters, digits and underscores."""
    names: list[str] = []
    for number, cell in enumerate(header, 1):
        signs = (sign if sign.isascii() and sign.isalnum() else "_" for sign in cell.lower())
        parts = [part for part in "".join(signs).split("_") if part]
        name = "_".join(parts)[:LONGEST_NAME] or f"column_{number}"
        names.append(name if name not in names else f"{name}_{number}")
    return names


def _guess(shape: Shape, name: str, number: int, rows: list[list[str]], header: list[str]) -> Guess:
    start, length = shape.spans[number] if shape.spans else (0, 0)
    return guess(name, [row[number] for row in rows], 2 if header else 1, start, length)


def _draft(name: str, seen: Seen) -> Iterator[str]:
    shape, header = seen.shape, seen.header
    yield f"# A draft, made of {seen.rows} rows of samples. It reads no file before a person gave"
    yield "# it kind and x-map, and has agreed with the partner on what stands here as a guess."
    yield "# Not inferred: documents (x-group-by), record types, trailer, lengths, lists of codes."
    yield f'schema = "{SCHEMA_ID}"\nid = "{name}"\nversion = "1"\nkind = "undecided"\n'
    yield f"[layout]\n# {shape.evidence}"
    yield f'format = "{"csv" if shape.delimiter else "fixed"}"'
    yield f'# {seen.about}\nencoding = "{seen.encoding}"'
    if shape.delimiter:
        found = (
            "names every column and is no row" if header else "may be a row: not taken for names"
        )
        sign = json.dumps(shape.delimiter)
        yield f"# the first line {found}"
        yield f"dialect = {{ delimiter = {sign}, header = {str(bool(header)).lower()} }}"
    missing = sorted(frozenset().union(*(one.missing for one in seen.guesses)))
    yield f"\n[layout.schema]\nmissingValues = {json.dumps(['', *missing])}"
    yield "fields = ["
    for number, one in enumerate(seen.guesses):
        yield f"  # confidence {one.confidence:.2f}: {one.evidence}"
        yield f"  {_field(one, header[number] if header else '')},"
    yield "]"


def _field(one: Guess, heading: str) -> str:
    field = one.field
    parts = [f'name = "{field.name}"', f'type = "{field.type}"']
    if field.type == "date":
        parts.append(f'format = "{field.date_format}"')
    if field.type == "number" and field.decimal_mark != ".":
        parts.append(f'decimalChar = "{field.decimal_mark}"')
    if field.group_mark:
        parts.append(f"groupChar = {json.dumps(field.group_mark)}")
    if field.sign != "leading":
        parts.append(f'x-sign = "{field.sign}"')
    if field.start:
        parts += [f"x-start = {field.start}", f"x-length = {field.length}"]
    if heading and folded(heading) != folded(field.name):
        parts.append(f"x-aliases = [{json.dumps(heading)}]")
    if field.required:
        parts.append("constraints = { required = true }")
    return f"{{ {', '.join(parts)} }}"
