"""``acktrail exception``: documents that a person has to decide about."""

from pathlib import Path

import click

from acktrail.app import exceptions
from acktrail.app.exceptions import Decision
from acktrail.app.home import Home
from acktrail.app.wiring import open_tools
from acktrail.cli.actor import actor
from acktrail.cli.output import json_option, line, table

COLUMNS = ("id", "exchange", "partner", "kind", "state", "error", "external_id")


@click.group()
def exception() -> None:
    """Documents that a person has to decide about. ID: number or external id of a journal row."""


@exception.command("list")
@click.option("--partner", default="", help="Of one partner.")
@click.option("--limit", default=50, show_default=True)
@click.pass_context
@json_option
def list_(ctx: click.Context, partner: str, limit: int, *, as_json: bool) -> None:
    """List them, newest first."""
    tools = open_tools(Home(Path(ctx.obj)))
    rows = [
        (r.id, r.exchange, r.partner, r.doctype, r.state, r.error, r.external_id)
        for r in tools.ledger.exceptions(limit, partner)
    ]
    table(COLUMNS, rows, as_json=as_json)
    tools.close()


@exception.command()
@click.argument("key", metavar="ID")
@click.pass_context
@json_option
def show(ctx: click.Context, key: str, *, as_json: bool) -> None:
    """Show why, and what there is to choose from: ids and labels of Odoo's records."""
    tools = open_tools(Home(Path(ctx.obj)))
    found = exceptions.show(tools, key)
    tools.close()
    if as_json:
        line(found)
        return
    for name, value in found.items():
        for one in value if isinstance(value, list) else [value]:
            text = "  ".join(f"{k}={v}" for k, v in one.items()) if isinstance(one, dict) else one
            click.echo(f"{name}: {text}")


@exception.command()
@click.argument("key", metavar="ID")
@click.option("--record", default=0, help="The Odoo record that is meant, by its id.")
@click.option(
    "--question", default="", help="What it is the answer to; left out where one is open."
)
@click.option("--accept", default="", metavar="RULE", help="Take a difference as it is.")
@click.option("--dismiss", is_flag=True, help="The document goes nowhere.")
@click.option("--reason", required=True, help="Why; kept in the ledger for ever.")
@click.pass_context
def resolve(
    ctx: click.Context,
    key: str,
    *,
    record: int,
    question: str,
    accept: str,
    dismiss: bool,
    reason: str,
) -> None:
    """Decide; then: acktrail exchange release. Exit 5 when the record is no candidate."""
    if sum((record > 0, bool(accept), dismiss)) != 1:
        msg = "one of --record, --accept and --dismiss"
        raise click.UsageError(msg)
    tools = open_tools(Home(Path(ctx.obj)))
    wanted = Decision(key, actor(), reason, question, record, accept, dismiss)
    row = exceptions.resolve(tools, wanted)
    tools.close()
    click.echo(f"resolved\t{row.id}\tacktrail exchange release {row.exchange}")
