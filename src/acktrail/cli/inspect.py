"""``acktrail inspect``: read files without any side effect."""

import json
from pathlib import Path

import click

from acktrail.app.home import SETTINGS, Home
from acktrail.app.inspection import Inspected, as_json, make_inspector
from acktrail.cli.failures import CHECKS_FAILED
from acktrail.documents.encoding import encode
from acktrail.model import Verdict
from acktrail.pipeline.read import all_findings


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
@click.pass_context
def inspect(
    ctx: click.Context,
    files: tuple[Path, ...],
    partner: str,
    format_name: str,
    acks: Path | None,
    documents: Path | None,
    *,
    json_lines: bool,
) -> None:
    """Read FILES; exit 3 when anything is rejected. No ledger, no network."""
    root = Path(ctx.obj)
    home = Home(root) if partner or (root / SETTINGS).exists() else None
    inspector = make_inspector(home, partner, format_name)
    rejected = False
    for path in files:
        one = inspector.inspect(path)
        table = as_json(one)
        if acks:
            table["acknowledgements"] = _write_answers(one, acks, table)
        if documents:
            _write_documents(one, documents)
        if json_lines:
            click.echo(json.dumps(table, ensure_ascii=False))
        else:
            _show(one)
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


def _show(one: Inspected) -> None:
    """Print for people: one line a level, findings under it."""
    result = one.result
    state = "usable" if result.usable else "NOT USABLE"
    click.echo(f"{one.file}: {one.format or 'unknown format'}, {state}")
    for interchange in result.interchanges:
        click.echo(
            f"  interchange {interchange.control or '-'} {interchange.sender or '-'} -> "
            f"{interchange.receiver or '-'}: {interchange.verdict}"
        )
        for group in interchange.groups:
            for message in group.messages:
                click.echo(
                    f"    {message.type} {message.control}: {message.verdict}, "
                    f"{message.segments} segments, {message.documents} documents"
                )
    for finding in all_findings(result):
        where = finding.place.address or finding.place.segment or "file"
        at = f" @ {finding.place.position}" if finding.place.position else ""
        click.echo(f"  {finding.severity}: {where}{at}: {finding.message} [{finding.rule}]")
    for kind, count in sorted(result.documents.items()):
        click.echo(f"  documents: {count} {kind}")
    for ack in one.acknowledgements:
        click.echo(f"  answer: {ack.kind} {ack.control}, {len(ack.body)} bytes")
