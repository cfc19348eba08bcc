"""``acktrail layout``: layouts of CSV and fixed-width files drafted from samples."""

from pathlib import Path

import click

from acktrail.formats.tabular.infer import infer_layout

MOST_BYTES = 4 << 20  # of a sample


@click.group()
def layout() -> None:
    """Layouts of CSV and fixed-width files (docs/layouts.md)."""


@layout.command()
@click.argument(
    "files", nargs=-1, required=True, type=click.Path(exists=True, dir_okay=False, path_type=Path)
)
@click.option("--id", "name", default="draft", show_default=True, help="The layout's id.")
def infer(files: tuple[Path, ...], name: str) -> None:
    """Draft a layout from sample FILES of one kind, as TOML on stdout.

    Each guess stands with its confidence and its evidence; values are never copied. The draft has
    no kind and no x-map: it reads no file before a person has finished it.
    """
    click.echo(infer_layout([_beginning(path) for path in files], name), nl=False)


def _beginning(path: Path) -> bytes:
    """Return a sample, whole or up to the last line end that fits."""
    with path.open("rb") as file:
        body = file.read(MOST_BYTES + 1)
    return body if len(body) <= MOST_BYTES else body[: body.rfind(b"\n") + 1]
