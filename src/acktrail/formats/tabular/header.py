"""Which column of the file is which column of the layout.

Names are compared without case, accents and punctuation, then by the layout's aliases. Never by
position: a file without a header line is another layout.
Spec: Table Schema v2, ``fieldsMatch``.
"""

import unicodedata
from collections.abc import Iterator, Sequence
from typing import NamedTuple

from acktrail.formats.tabular import rules
from acktrail.formats.tabular.layout import Layout
from acktrail.model import Finding, Place, Rule

ABSENT = -1
MOST_COLUMNS = 500
USUAL_DELIMITERS = ";,\t|"


class Header(NamedTuple):
    """A header line understood."""

    width: int  # columns of every row
    order: tuple[int, ...]  # for each column of the layout its place in the file, or ABSENT
    findings: tuple[Finding, ...]

    @property
    def straight(self) -> bool:
        """Whether the file's columns are the layout's, in its order."""
        return self.order == tuple(range(self.width))


def folded(name: str) -> str:
    """Return a column name as it is compared: no case, accents, blanks or punctuation."""
    plain = unicodedata.normalize("NFKD", name[:200]).casefold()
    return "".join(sign for sign in plain if sign.isalnum())


def match_header(layout: Layout, cells: Sequence[str], offset: int = 0) -> Header:
    """Find the layout's columns in a header line; what does not fit becomes findings."""
    if len(cells) > MOST_COLUMNS:
        refused = rules.COLUMN_REFUSED.at(Place("header", 1, MOST_COLUMNS + 1, offset=offset))
        return Header(len(cells), (ABSENT,) * len(layout.main.fields), (refused,))
    names = [folded(cell) for cell in cells]
    order = _order(layout, names)
    seen = [name for name in names if name]
    findings: list[Finding] = []
    if len(cells) == 1 and len(layout.main.fields) > 1 and _other_delimiter(layout, cells[0]):
        findings.append(rules.DELIMITER.at(Place("header", 1, offset=offset)))
    elif len(set(seen)) != len(seen) or _taken_twice(order):
        findings += _at_columns(rules.COLUMN_DUPLICATE, _repeated(names, order), offset)
    else:
        findings += _missing(layout, order, offset)
        findings += _extra(layout, names, order, offset)
    return Header(len(cells), order, tuple(findings))


def fits(layout: Layout, cells: Sequence[str]) -> bool:
    """Tell whether a header line names every required column, and none twice."""
    found = match_header(layout, cells).findings
    return all(finding.severity not in {"fatal", "error"} for finding in found)


def _order(layout: Layout, names: Sequence[str]) -> tuple[int, ...]:
    places = {name: number for number, name in reversed(list(enumerate(names))) if name}
    order: list[int] = []
    for field in layout.main.fields:
        known = (folded(name) for name in (field.name, *field.aliases))
        order.append(next((places[name] for name in known if name in places), ABSENT))
    return tuple(order)


def _taken_twice(order: Sequence[int]) -> bool:
    found = [place for place in order if place != ABSENT]
    return len(set(found)) != len(found)


def _repeated(names: Sequence[str], order: Sequence[int]) -> Iterator[int]:
    """Yield the places of columns whose name came before, or that two columns would take."""
    for number, name in enumerate(names):
        if (name and name in names[:number]) or list(order).count(number) > 1:
            yield number


def _at_columns(rule: Rule, places: Iterator[int], offset: int) -> list[Finding]:
    return [
        rule.at(Place("header", 1, place + 1, offset=offset, address=f"column {place + 1}"))
        for place in places
    ]


def _missing(layout: Layout, order: Sequence[int], offset: int) -> Iterator[Finding]:
    all_needed = layout.fields_match in {"exact", "equal", "subset"}
    for field, place in zip(layout.main.fields, order, strict=True):
        if place == ABSENT and (field.required or all_needed):
            yield rules.COLUMN_MISSING.at(Place("header", 1, offset=offset, address=field.name))
    if layout.fields_match == "exact" and list(order) != sorted(order):
        yield rules.COLUMN_REFUSED.at(Place("header", 1, offset=offset))


def _extra(
    layout: Layout, names: Sequence[str], order: Sequence[int], offset: int
) -> list[Finding]:
    refused = layout.fields_match in {"exact", "equal", "superset"}
    rule = rules.COLUMN_REFUSED if refused else rules.COLUMN_EXTRA
    return _at_columns(rule, (n for n in range(len(names)) if n not in set(order)), offset)


def _other_delimiter(layout: Layout, line: str) -> bool:
    """Tell whether the line reads as several columns with a delimiter that was not agreed."""
    others = set(USUAL_DELIMITERS) - {layout.dialect.delimiter}
    known = {folded(n) for f in layout.main.fields for n in (f.name, *f.aliases)}
    return any(len(known & {folded(part) for part in line.split(sign)}) > 1 for sign in others)
