"""``acktrail lane``: what goes to each Odoo, and stopping it by hand."""

from datetime import UTC, datetime, timedelta
from pathlib import Path

import click

from acktrail.app import lanes
from acktrail.app.circuits import Order
from acktrail.app.home import Home
from acktrail.app.wiring import open_tools
from acktrail.cli.actor import actor
from acktrail.cli.output import json_option, table

HOUR, DAY = "%H:%M", "%Y-%m-%dT%H:%M"
NO_YEAR = 1900  # what strptime gives a time without a day
reason_option = click.option("--reason", required=True, help="Why; kept in the ledger for ever.")


@click.group()
def lane() -> None:
    """What goes to Odoo. LANE: a database of acktrail.toml, or DATABASE/PARTNER/MODEL."""


@lane.command("list")
@click.pass_context
@json_option
def list_(ctx: click.Context, *, as_json: bool) -> None:
    """List each Odoo, and each lane that is stopped, with what waits."""
    tools = open_tools(Home(Path(ctx.obj)))
    table(lanes.Lane._fields, lanes.lanes(tools), as_json=as_json)
    tools.close()


@lane.command()
@click.argument("name", metavar="LANE")
@click.option("--until", type=click.DateTime([HOUR, DAY]), help="UTC; else a person resumes it.")
@reason_option
@click.pass_context
def pause(ctx: click.Context, name: str, until: datetime | None, reason: str) -> None:
    """Send nothing more; files are taken, read and answered, documents wait in the journal."""
    tools = open_tools(Home(Path(ctx.obj)))
    end = until and _next(until, tools.clock.now())
    lanes.pause(tools, Order(name, actor(), reason, end))
    tools.close()
    click.echo(f"paused\t{name}\t{end.isoformat(timespec='minutes') if end else ''}".rstrip())


@lane.command()
@click.argument("name", metavar="LANE")
@reason_option
@click.pass_context
def resume(ctx: click.Context, name: str, reason: str) -> None:
    """End a pause, or try at once what stopped by itself; exit 6 when it is not stopped."""
    tools = open_tools(Home(Path(ctx.obj)))
    lanes.resume(tools, Order(name, actor(), reason))
    tools.close()
    click.echo(f"resumed\t{name}")


def _next(until: datetime, now: datetime) -> datetime:
    """Return the next such time of day, or the instant that was said.

    Raises:
        UsageError: If it is over.
    """
    told = until.replace(tzinfo=UTC)
    if until.year == NO_YEAR:  # a time of day
        told = datetime.combine(now.date(), until.time(), UTC)
        return told if told > now else told + timedelta(days=1)
    if told <= now:
        msg = "--until is over"
        raise click.UsageError(msg)
    return told
