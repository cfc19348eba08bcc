"""``acktrail inspect``: read files without any side effect."""

import json
import os
from pathlib import Path
from typing import NamedTuple

import click

from acktrail.app.home import SETTINGS, Home
from acktrail.app.inspection import Inspected, Inspector, as_json, make_inspector
from acktrail.cli.failures import CHECKS_FAILED
from acktrail.cli.tree_html import html_page
from acktrail.cli.tree_text import text_lines
from acktrail.documents.encoding import encode
from acktrail.model import Verdict
from acktrail.security.masking import escape_name


class Looks(NamedTuple):
    """How the tree is shown."""

    html: Path | None
    full: bool
    reveal: bool


@click.command()
@click.argument(
    "files",
    nargs=-1,
    required=True,
    type=click.Path(exists=True, dir_okay=False, path_type=Path),
)
@click.option("--partner", default="", metavar="ID", help="Read as this partner's profile says.")
@click.option(
    "--format", "format_name", default="", metavar="NAME", help="Do not guess the format."
)
@click.option("--json", "json_lines", is_flag=True, help="One JSON object a file.")
@click.option("--acks", type=click.Path(path_type=Path), help="Write the answers into this folder.")
@click.option(
    "--documents", type=click.Path(path_type=Path), help="Write the documents into this folder."
)
@click.option("--sources", is_flag=True, help="One JSON object a value: where it comes from.")
@click.option("--html", type=click.Path(path_type=Path), help="Write the tree as one page.")
@click.option("--full", is_flag=True, help="Show every segment of a large file.")
@click.option("--reveal", is_flag=True, help="Show values: they may name patients.")
@click.pass_context
def inspect(
    ctx: click.Context,
    files: tuple[Path, ...],
    partner: str,
    format_name: str,
    acks: Path | None,
    documents: Path | None,
    html: Path | None,
    *,
    json_lines: bool,
    sources: bool,
    full: bool,
    reveal: bool,
) -> None:
    """Read FILES; exit 3 when anything is rejected. No ledger, no network.

    For people: a tree with each fault marked in its place, what is wrong, who acts and how. Values
    are masked: [8] stands for 8 characters.
    """
    if html and len(files) > 1:
        msg = "--html takes one FILE"
        raise click.UsageError(msg)
    root = Path(ctx.obj)
    home = Home(root) if partner or (root / SETTINGS).exists() else None
    inspector = make_inspector(home, partner, format_name, keep_documents=documents is not None)
    how = Looks(html, full, reveal)
    rejected = False
    for path in files:
        one = inspector.inspect(path)
        table = as_json(one)
        if acks:
            table["acknowledgements"] = _write_answers(one, acks, table)
        if documents:
            _write_documents(one, documents)
        if sources:
            for source in inspector.sources(path, one):
                click.echo(json.dumps(source, ensure_ascii=False))
        elif json_lines:
            click.echo(json.dumps(table, ensure_ascii=False))
        else:
            _show(inspector, path, one, how)
        _write_page(inspector, path, one, how)
        rejected = rejected or _rejects(one)
    if rejected:
        ctx.exit(CHECKS_FAILED)


def _rejects(one: Inspected) -> bool:
    verdicts = {v for i in one.result.interchanges for v in (i.verdict, *_below(i))}
    return not one.result.usable or Verdict.REJECTED in verdicts


def _below(interchange: object) -> list[Verdict]:
    groups = getattr(interchange, "groups", ())
    return [v for g in groups for v in (g.verdict, *(m.verdict for m in g.messages))]


def _write_answers(one: Inspected, folder: Path, table: dict[str, object]) -> object:
    folder.mkdir(parents=True, exist_ok=True)
    rows = table["acknowledgements"]
    assert isinstance(rows, list)  # noqa: S101 - as_json made it
    for number, (ack, row) in enumerate(zip(one.acknowledgements, rows, strict=True), 1):
        path = folder / f"{Path(one.file).name}.{number:03}.{ack.kind.lower()}.{ack.extension}"
        path.write_bytes(ack.body)
        row["path"] = str(path)
    return rows


def _write_documents(one: Inspected, folder: Path) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    for number, document in enumerate(one.documents, 1):
        path = folder / f"{Path(one.file).name}.{number:03}.{document.kind}.json"
        path.write_bytes(encode(document))


def _show(inspector: Inspector, path: Path, one: Inspected, how: Looks) -> None:
    """Print the tree for people; write it as a page where one is asked for."""
    for line in text_lines(inspector.tree(path, one, full=how.full), reveal=how.reveal):
        click.echo(line)
    for kind, count in sorted(one.result.documents.items()):
        click.echo(f"documents: {count} {kind}")
    for ack in one.acknowledgements:
        click.echo(f"answer: {ack.kind} {ack.control}, {len(ack.body)} bytes")


def _write_page(inspector: Inspector, path: Path, one: Inspected, how: Looks) -> None:
    """Write the tree as one page, readable by its owner only."""
    if how.html is None:
        return
    title = escape_name(os.fsencode(path.name))
    with open(how.html, "w", encoding="utf-8", opener=_private) as page:
        page.writelines(
            html_page(title, inspector.tree(path, one, full=how.full), reveal=how.reveal)
        )


def _private(name: str, flags: int) -> int:
    return os.open(name, flags, 0o600)
