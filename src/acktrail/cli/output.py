"""How tables leave: aligned for a terminal, TSV on a pipe, JSON Lines or CSV on demand."""

import csv
import json
import sys
from collections.abc import Iterable, Mapping, Sequence

import click

json_option = click.option("--json", "as_json", is_flag=True, help="One JSON object a line.")
csv_option = click.option("--csv", "as_csv", is_flag=True, help="CSV that is safe to open.")
FORMULA = ("=", "+", "-", "@", "\t", "\r")  # how a spreadsheet's formula may start


def table(columns: Sequence[str], rows: Iterable[Sequence[object]], *, as_json: bool) -> None:
    """Print rows; nothing is cut."""
    if as_json:
        for row in rows:
            line(dict(zip(columns, row, strict=True)))
        return
    texts = [[_cell(cell) for cell in row] for row in rows]
    if not sys.stdout.isatty():
        for text in [list(columns), *texts]:
            click.echo("\t".join(text))
        return
    aligned(columns, texts)


def csv_table(columns: Sequence[str], rows: Iterable[Sequence[object]]) -> None:
    """Print rows as CSV; a cell that a spreadsheet would take for a formula gets a ``'``.

    Spec: RFC 4180; OWASP, CSV Injection.
    """
    writer = csv.writer(sys.stdout, lineterminator="\n")
    writer.writerow(columns)
    for row in rows:
        texts = [_cell(cell) for cell in row]
        writer.writerow([f"'{text}" if text.startswith(FORMULA) else text for text in texts])


def aligned(columns: Sequence[str], texts: Sequence[Sequence[str]]) -> None:
    """Print rows under a heading, each column as wide as it needs to be."""
    widths = [max(len(row[at]) for row in [columns, *texts]) for at in range(len(columns))]
    for row in [columns, *texts]:
        click.echo("  ".join(map(str.ljust, row, widths)).rstrip())


def line(value: Mapping[str, object]) -> None:
    """Print one JSON object."""
    click.echo(json.dumps(value, ensure_ascii=False, default=_cell))


def _cell(value: object) -> str:
    if value is None:
        return ""
    if isinstance(value, Mapping):
        return " ".join(f"{key}={_cell(one)}" for key, one in value.items())
    return str(value)
