"""A price catalogue of any size with faults planted in known cells: same arguments, same bytes."""

from collections.abc import Iterator
from random import Random
from typing import NamedTuple

COLUMNS = (
    *("supplier_code", "valid_from", "description", "price", "currency"),
    *("discount_pct", "lead_days"),
)
LAYOUT = "supplier-catalogue"
FAULTS = (  # column, what stands there, the rule that it breaks
    ("price", "12,50", "tabular.number"),
    ("price", "1_000", "tabular.number"),
    ("price", "NaN", "tabular.number"),
    ("price", "\u0661\u0662", "tabular.number"),
    ("price", "1E3", "tabular.number"),
    ("price", "-1", "tabular.range"),
    ("price", "", "tabular.required_missing"),
    ("valid_from", "31/12/2026", "tabular.date"),
    ("valid_from", "2026-02-30", "tabular.date"),
    ("currency", "eur", "tabular.pattern"),
    ("lead_days", "1.5", "tabular.integer"),
    ("discount_pct", "100.01", "tabular.range"),
    ("supplier_code", "A" * 36, "tabular.length"),
    ("description", "a\x00b", "tabular.control_character"),
    ("", "one;more", "tabular.row_long"),
    ("", "", "tabular.row_short"),
)


class Planted(NamedTuple):
    """Where a fault was planted, as a finding names it."""

    record: int  # the header is 1
    column: str
    rule: str


def places(rows: int, faults: int) -> dict[int, tuple[str, str, str]]:
    """Return the faults by row, from 1; every kind of fault comes about as often."""
    chosen = sorted(Random(rows).sample(range(1, rows + 1), faults))  # noqa: S311 - a fixed choice
    return {row: FAULTS[n % len(FAULTS)] for n, row in enumerate(chosen)}


def expected(rows: int, faults: int) -> set[Planted]:
    """Return what has to be found, and nothing else."""
    return {Planted(row + 1, fault[0], fault[2]) for row, fault in places(rows, faults).items()}


def catalogue(rows: int, faults: int, piece: int = 2000) -> Iterator[bytes]:
    """Yield the file, ``piece`` rows at a time."""
    planted = places(rows, faults)
    yield (";".join(COLUMNS) + "\r\n").encode()
    for start in range(1, rows + 1, piece):
        lines = (_row(n, planted) for n in range(start, min(start + piece, rows + 1)))
        yield "".join(lines).encode()


def _row(number: int, planted: dict[int, tuple[str, str, str]]) -> str:
    cells = [
        f"ART-{number:07}",
        f"2026-{number % 12 + 1:02}-{number % 28 + 1:02}",
        f"Dressing {number % 977}, sterile",
        f"{number % 991}.{number % 100:02}",
        "EUR",
        f"{number % 41}",
        f"{number % 30}",
    ]
    if number in planted:
        column, text, _rule = planted[number]
        if column:
            cells[COLUMNS.index(column)] = text
        else:
            cells[-1:] = text.split(";") if text else []
    return ";".join(cells) + "\r\n"
