"""``acktrail exchange``, ``find`` and ``status``: what became of a file."""

import shutil
import sys
from pathlib import Path

import click

from acktrail.app import attention, capturing, looks, payloads, previews
from acktrail.app.home import Home
from acktrail.app.restarting import Act, Order
from acktrail.app.wiring import open_tools, restarts
from acktrail.cli.actor import actor
from acktrail.cli.failures import CONFLICT
from acktrail.cli.output import aligned, json_option, line, table
from acktrail.ledger.queries import Page

COLUMNS = ("id", "opened", "partner", "file", "size", "status", "outcome")


@click.group()
def exchange() -> None:
    """What became of a file. KEY: id, unique prefix, file name or sha256."""


@exchange.command("list")
@click.option("--partner", default="", help="Of one partner.")
@click.option("--status", default="", help="With one status.")
@click.option("--limit", default=50, show_default=True)
@click.option("--before", default="", help="Older than this id: the next page.")
@click.pass_context
@json_option
def list_(
    ctx: click.Context, partner: str, status: str, limit: int, before: str, *, as_json: bool
) -> None:
    """List exchanges, newest first."""
    tools = open_tools(Home(Path(ctx.obj)))
    rows = looks.listed(tools, Page(partner, status, limit=limit, before=before))
    table(
        COLUMNS,
        [
            (
                r.id,
                r.opened_at.isoformat(timespec="seconds"),
                r.partner,
                r.name,
                r.size,
                r.status,
                outcome,
            )
            for r, outcome in rows
        ],
        as_json=as_json,
    )
    tools.close()


@exchange.command()
@click.argument("key")
@click.option("--payload", is_flag=True, help="The file itself, opened: patient data.")
@click.option("--reason", default="", allow_from_autoenv=False, help="Why --payload; kept.")
@click.pass_context
@json_option
def show(ctx: click.Context, key: str, reason: str, *, payload: bool, as_json: bool) -> None:
    """Show one exchange: facts, answers, journal rows, entries.

    --payload writes the file's bytes to stdout instead; that needs --reason and is an entry.
    """
    tools = open_tools(Home(Path(ctx.obj)))
    if payload:
        with payloads.opened(tools, key, actor(), reason) as file:
            shutil.copyfileobj(file, sys.stdout.buffer)
        tools.close()
        return
    found = looks.show(tools, key)
    if as_json:
        line(found)
    else:
        for name, value in found.items():
            if isinstance(value, list):
                click.echo(f"{name}:")
                for one in value:
                    click.echo("  " + "  ".join(f"{k}={v}" for k, v in one.items() if v != ""))
            else:
                click.echo(f"{name}: {value}")
    tools.close()


@exchange.command()
@click.argument("key")
@click.pass_context
@json_option
def why(ctx: click.Context, key: str, *, as_json: bool) -> None:
    """Say why an exchange is where it is: findings, places, who has to act."""
    tools = open_tools(Home(Path(ctx.obj)))
    found = looks.why(tools, key)
    if as_json:
        for one in found:
            line(one)
    else:
        columns = ("severity", "rule", "code", "where", "owner", "message")
        texts = [[str(one.get(name, "")) for name in columns] for one in found]
        aligned(columns, texts)
    tools.close()


@exchange.command()
@click.argument("key")
@click.pass_context
@json_option
def trace(ctx: click.Context, key: str, *, as_json: bool) -> None:
    """Show the lineage: file, messages, documents, Odoo records, acknowledgements."""
    tools = open_tools(Home(Path(ctx.obj)))
    found = looks.trace(tools, key)
    if as_json:
        for one in found:
            line(one)
    else:
        for one in found:
            click.echo(f"{'  ' * int(str(one['depth']))}{one['what']}")
    tools.close()


reason_option = click.option(
    "--reason",
    required=True,
    allow_from_autoenv=False,
    help="Why; kept in the ledger for ever.",
)
profile_option = click.option(
    "--profile",
    type=click.Choice(["same", "newest"]),
    default="same",
    show_default=True,
    help="Version of the partner's profile: that of the exchange, or the newest.",
)


dry_option = click.option("--dry-run", is_flag=True, help="Say what it would do; do nothing.")


def _previewed(ctx: click.Context, key: str, act: Act, profile: str = "same") -> None:
    """Print what an act would do; exit 6 when it would be refused as things are."""
    tools = open_tools(Home(Path(ctx.obj)))
    found = previews.preview(tools, key, act, newest=profile == "newest")
    tools.close()
    click.echo(found.says)
    if found.refused:
        ctx.exit(CONFLICT)


@exchange.command()
@click.argument("key")
@reason_option
@profile_option
@dry_option
@click.pass_context
def release(ctx: click.Context, key: str, reason: str, profile: str, *, dry_run: bool) -> None:
    """End a hold: go on from the step that held. Exit 6 when the exchange is not held."""
    if dry_run:
        _previewed(ctx, key, "release", profile)
        return
    with restarts(Home(Path(ctx.obj))) as restart:
        part = restart.release(Order(key, actor(), reason, newest=profile == "newest"))
    click.echo(f"released\t{part}")


@exchange.command()
@click.argument("key")
@click.option(
    "--message",
    default="",
    help="Only this X12 transaction set: its control number (ST02), or its number in the file.",
)
@reason_option
@profile_option
@dry_option
@click.pass_context
def replay(
    ctx: click.Context, key: str, message: str, reason: str, profile: str, *, dry_run: bool
) -> None:
    """Read, translate and post again what is at rest; exit 6 when it is still on its way.

    What was posted or answered is neither posted nor answered a second time. Exit 6 too when the
    message cannot stand alone, 4 when there is no such one.
    """
    if dry_run:
        _previewed(ctx, key, "replay", profile)
        return
    with restarts(Home(Path(ctx.obj))) as restart:
        order = Order(key, actor(), reason, message, newest=profile == "newest")
        part = restart.replay(order)
    click.echo(f"replayed\t{part}")


@exchange.command()
@click.argument("key")
@reason_option
@dry_option
@click.pass_context
def park(ctx: click.Context, key: str, reason: str, *, dry_run: bool) -> None:
    """Stop an exchange until it is released; exit 6 when it is at rest already."""
    if dry_run:
        _previewed(ctx, key, "park")
        return
    with restarts(Home(Path(ctx.obj))) as restart:
        restart.park(Order(key, actor(), reason))
    click.echo("parked")


@exchange.command()
@click.argument("key")
@click.option("--out", required=True, type=click.Path(path_type=Path), help="A folder to make.")
@click.option(
    "--keep", multiple=True, help="A place that stays as it is: CLM05-1, PID-3, a column."
)
@reason_option
@click.pass_context
@json_option
def capture(
    ctx: click.Context, key: str, out: Path, keep: tuple[str, ...], reason: str, *, as_json: bool
) -> None:
    """Write a case with synthetic values of the same shape that fares as this exchange's file.

    For a bug report, or for partners/ID/tests/. Exit 3 when no copy fares alike: the places are
    named. Read the copy before it leaves the house; the look is an entry.
    """
    tools = open_tools(Home(Path(ctx.obj)))
    made = capturing.capture(
        tools, capturing.CaptureOrder(key, out, actor(), reason, frozenset(keep))
    )
    tools.close()
    table(made._fields, [made], as_json=as_json)


@click.command()
@click.argument("text")
@click.pass_context
@json_option
def find(ctx: click.Context, text: str, *, as_json: bool) -> None:
    """Search by file name, hash, control number, invoice, order, trace or Odoo record."""
    tools = open_tools(Home(Path(ctx.obj)))
    hits = looks.search(tools, text)
    table(
        ("id", "partner", "file", "status", "matched"),
        [(row.id, row.partner, row.name, row.status, matched) for row, matched in hits],
        as_json=as_json,
    )
    tools.close()
    if not hits:
        ctx.exit(4)


@click.command()
@click.pass_context
@json_option
def status(ctx: click.Context, *, as_json: bool) -> None:
    """Count exchanges by status and journal rows by state; name what needs a person."""
    tools = open_tools(Home(Path(ctx.obj)))
    found = attention.status(tools)
    if as_json:
        line(found)
    else:
        for name, value in found.items():
            click.echo(f"{name}\t{value}" if not isinstance(value, dict) else name)
            if isinstance(value, dict):
                for key, count in value.items():
                    click.echo(f"  {key}\t{count}")
    tools.close()
