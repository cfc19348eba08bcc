"""How tables leave: aligned for a terminal, TSV on a pipe, JSON Lines on demand."""

import json
import sys
from collections.abc import Iterable, Mapping, Sequence

import click

json_option = click.option("--json", "as_json", is_flag=True, help="One JSON object a line.")


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
