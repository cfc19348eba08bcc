"""``acktrail retention``: how long content stays, legal holds, disposal by two people."""

from datetime import UTC, datetime
from pathlib import Path

import click

from acktrail.app.access import permit
from acktrail.app.home import Home
from acktrail.app.retention import Order, Retention
from acktrail.app.wiring import open_tools
from acktrail.cli.actor import actor
from acktrail.cli.output import json_option, table
from acktrail.ledger.entry import instant

reason_option = click.option("--reason", required=True, help="Why; kept in the ledger for ever.")
before_option = click.option(
    "--before",
    type=click.DateTime(["%Y-%m-%d"]),
    help="Whose retention ended by this day (UTC) [default: now].",
)


def _open(ctx: click.Context, act: str = "") -> Retention:
    tools = open_tools(Home(Path(ctx.obj)))
    ctx.call_on_close(tools.close)
    if act:
        permit(tools, act, actor())
    return Retention(tools.ledger, tools.store, tools.vault, tools.clock)


def _utc(day: datetime | None) -> datetime | None:
    return day.replace(tzinfo=UTC) if day else None


@click.group()
def retention() -> None:
    """How long kept content stays, what holds it, and how two people dispose of it."""


@retention.command()
@before_option
@click.pass_context
@json_option
def due(ctx: click.Context, before: datetime | None, *, as_json: bool) -> None:
    """Count what may be disposed of: its retention ended and nobody holds it."""
    rows = [
        (one.kind, one.files, one.bytes, instant(one.oldest).isoformat())
        for one in _open(ctx).due(_utc(before))
    ]
    table(("kind", "files", "bytes", "oldest"), rows, as_json=as_json)


@retention.command()
@before_option
@reason_option
@click.pass_context
@json_option
def request(ctx: click.Context, before: datetime | None, reason: str, *, as_json: bool) -> None:
    """Ask for the disposal of all that is due; somebody else approves it. Exit 4: nothing is."""
    asked = _open(ctx, "retention.request").request(Order(actor(), reason), _utc(before))
    table(asked._fields, [asked], as_json=as_json)


@retention.command()
@click.argument("request", metavar="REQUEST")
@reason_option
@click.pass_context
@json_option
def approve(ctx: click.Context, request: str, reason: str, *, as_json: bool) -> None:
    """Dispose of what somebody else asked for; again after a kill: of what is left.

    Exit 5 for the one who asked, and when what is due changed since: ask again then.
    """
    done = _open(ctx, "retention.approve").approve(request, Order(actor(), reason))
    table(done._fields, [done], as_json=as_json)


@retention.command()
@reason_option
@click.pass_context
@json_option
def finish(ctx: click.Context, reason: str, *, as_json: bool) -> None:
    """Remove what a killed disposal left, and destroy retention keys of past months.

    A key is destroyed when no content needs it any more; that ends the copies in backups too.
    """
    done = _open(ctx, "retention.finish").finish(Order(actor(), reason))
    table(("files", "keys"), [done], as_json=as_json)


@retention.command()
@click.argument("subject", metavar="EXCHANGE|partner:ID")
@reason_option
@click.pass_context
@json_option
def hold(ctx: click.Context, subject: str, reason: str, *, as_json: bool) -> None:
    """Hold all content of an exchange or a partner, until unhold; it beats every retention."""
    place, files = _open(ctx, "retention.hold").hold(subject, Order(actor(), reason))
    table(("hold", "files"), [(place, files)], as_json=as_json)


@retention.command()
@click.argument("hold", metavar="HOLD")
@reason_option
@click.pass_context
@json_option
def unhold(ctx: click.Context, hold: str, reason: str, *, as_json: bool) -> None:
    """End a hold; exit 6 when it has ended."""
    files = _open(ctx, "retention.unhold").unhold(hold, Order(actor(), reason))
    table(("hold", "files"), [(hold, files)], as_json=as_json)


@retention.command()
@click.pass_context
@json_option
def holds(ctx: click.Context, *, as_json: bool) -> None:
    """List open holds."""
    table(("hold", "subject", "files"), _open(ctx).holds(), as_json=as_json)


@retention.command()
@click.pass_context
@json_option
def log(ctx: click.Context, *, as_json: bool) -> None:
    """List what was asked for, approved, disposed of, held, and by whom."""
    rows = []
    for entry in _open(ctx).log():
        facts = {k: v for k, v in entry.body.items() if as_json or k not in {"names", "step"}}
        day = entry.stream.partition(":")[2]
        at = entry.at.isoformat(timespec="seconds")
        rows.append((f"{day}/{entry.n}", at, entry.kind, entry.actor, facts))
    table(("place", "at", "kind", "actor", "facts"), rows, as_json=as_json)
