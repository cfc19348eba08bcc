"""Crosswalks: operators' CSV files that lead from a partner's code to a record of Odoo.

One file a table, ``partners/<id>/crosswalk/<table>.csv`` or ``parsers/crosswalk/<table>.csv`` for
all partners, UTF-8, first row the column names: ``code,odoo,valid_from,valid_to,note``. A code may
stand in several rows whose days do not overlap; an empty day is open.
"""

import csv
import io
from collections.abc import Iterable, Mapping
from datetime import date, timedelta
from itertools import groupby, pairwise
from typing import NamedTuple

from acktrail.errors import ProfileError

# File name -> the key of the [odoo] table that its rows are added to.
TABLES = {
    "parties": "parties",  # SCHEME:VALUE of a payer, buyer, supplier -> contact
    "accounts": "adjustment",  # CO-45, CO, PLB-WO, PLB, default -> account
    "analytic": "analytic",  # SCHEME:VALUE, DEPARTMENT:..., default -> analytic account
    "places": "places",  # SCHEME:VALUE of a ward or cost centre -> location, department
    "products": "items",  # SCHEME:VALUE, HCPCS:99213 -> product, in terms of ``products``
    "units": "units",  # UN/ECE Rec 20 -> unit of measure
    "taxes": "taxes",  # TYPE:CATEGORY:RATE -> tax
}
NEEDED = ("code", "odoo")
COLUMNS = (*NEEDED, "valid_from", "valid_to", "note")
MOST_BYTES = 10_000_000
MOST_CHARACTERS = 200  # of a cell


class Row(NamedTuple):
    """One row of a crosswalk."""

    table: str  # key of the [odoo] table
    code: str
    odoo: str
    since: date
    until: date
    line: int  # of its file

    def holds(self, on: date | None) -> bool:
        """Tell whether the row counts on a day; without a day only rows without an end do."""
        if on is None:
            return self.since == date.min and self.until == date.max
        return self.since <= on <= self.until


class Problem(NamedTuple):
    """One thing to mend; never holds the row's text."""

    line: int
    severity: str  # error: the file is not used; warning: it is, think again
    text: str


def read_rows(table: str, body: bytes) -> tuple[Row, ...]:
    """Read one file.

    Raises:
        ProfileError: One argument per error, ``crosswalk/<table>.csv line N: what is wrong``.
    """
    rows, problems = look(table, body)
    errors = [one for one in problems if one.severity == "error"]
    if errors:
        raise ProfileError(*(f"crosswalk/{table}.csv line {n.line}: {n.text}" for n in errors))
    return rows


def look(table: str, body: bytes) -> tuple[tuple[Row, ...], list[Problem]]:
    """Return the rows of a file that can be used, and everything questionable about it."""
    if table not in TABLES:
        return (), [Problem(0, "error", f"no such table; known: {', '.join(TABLES)}")]
    if len(body) > MOST_BYTES:
        return (), [Problem(0, "error", f"larger than {MOST_BYTES} bytes")]
    try:
        text = body.decode("utf-8-sig")
        lines = list(csv.reader(io.StringIO(text, newline=""), strict=True))
    except (UnicodeDecodeError, csv.Error):
        return (), [Problem(0, "error", "not CSV in UTF-8")]
    header = [one.strip() for one in lines[0]] if lines else []
    problems = _header(header)
    if problems:
        return (), problems
    rows: list[Row] = []
    for number, cells in enumerate(lines[1:], 2):
        found = _row(TABLES[table], dict(zip(header, cells, strict=False)), number)
        if len(cells) != len(header):
            found = Problem(number, "error", "another number of cells than the first row")
        if isinstance(found, Row):
            rows.append(found)
        elif cells:
            problems.append(found)
    return tuple(rows), [*problems, *_periods(rows)]


def _header(header: list[str]) -> list[Problem]:
    lacking = [name for name in NEEDED if name not in header]
    found = [Problem(1, "error", f"no column {name}") for name in lacking]
    for at, name in enumerate(header, 1):
        if name not in COLUMNS:
            known = ", ".join(COLUMNS)
            found.append(Problem(1, "error", f"column {at} is unknown; known: {known}"))
    if len(set(header)) < len(header):
        found.append(Problem(1, "error", "a column stands twice"))
    return found


def _row(table: str, cells: Mapping[str, str], number: int) -> Row | Problem:
    code, odoo = cells.get("code", "").strip(), cells.get("odoo", "").strip()
    if not code or (not odoo and table != "taxes"):  # "" is no tax
        return Problem(number, "error", "code or odoo is empty")
    if max(len(code), len(odoo)) > MOST_CHARACTERS:
        return Problem(number, "error", f"longer than {MOST_CHARACTERS} characters")
    try:
        since = _day(cells.get("valid_from", ""), date.min)
        until = _day(cells.get("valid_to", ""), date.max)
    except ValueError:
        return Problem(number, "error", "a day is not YYYY-MM-DD")
    if since > until:
        return Problem(number, "error", "valid_from comes after valid_to")
    return Row(table, code, odoo, since, until, number)


def _day(text: str, otherwise: date) -> date:
    return date.fromisoformat(text.strip()) if text.strip() else otherwise


def _periods(rows: Iterable[Row]) -> list[Problem]:
    """Return duplicates, overlaps and gaps between the rows of one code."""
    found = []
    ordered = sorted(rows, key=lambda one: (one.code, one.since, one.until, one.line))
    for _, same in groupby(ordered, key=lambda one: one.code):
        for before, after in pairwise(same):
            other = f"line {before.line}"
            if (before.odoo, before.since, before.until) == (after.odoo, after.since, after.until):
                found.append(Problem(after.line, "error", f"the same as {other}"))
            elif after.since <= before.until:
                found.append(Problem(after.line, "error", f"its days overlap those of {other}"))
            elif after.since - before.until > timedelta(days=1):
                found.append(Problem(after.line, "warning", f"there is a gap after {other}"))
    return found


def merged_into(table: Mapping[str, object], rows: Iterable[Row]) -> dict[str, object]:
    """Return the ``[odoo]`` table with the rows in its tables; a row wins over an equal key."""
    merged = dict(table)
    for row in rows:
        kept = merged.get(row.table)
        merged[row.table] = {**(kept if isinstance(kept, Mapping) else {}), row.code: row.odoo}
    return merged
