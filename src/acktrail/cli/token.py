"""``acktrail token``: API tokens, each for some acts and some time."""

from datetime import UTC, datetime, timedelta
from pathlib import Path

import click

from acktrail.app.home import Home
from acktrail.app.tokens import Order, Tokens
from acktrail.app.wiring import open_tools
from acktrail.cli.actor import actor
from acktrail.cli.output import json_option, table
from acktrail.security.roles import MATRIX

DAYS = 90
INSTANT = click.DateTime(["%Y-%m-%d", "%Y-%m-%dT%H:%M:%S"])  # UTC
reason_option = click.option(
    "--reason", required=True, allow_from_autoenv=False, help="Kept in the ledger for ever."
)


@click.group()
def token() -> None:
    """API tokens: each for some acts, for some time, for one user."""


@token.command()
@click.option("--act", "acts", multiple=True, required=True, type=click.Choice(list(MATRIX)))
@click.option("--until", type=INSTANT, help=f"UTC, within a year [default: {DAYS} days]")
@reason_option
@click.pass_context
def issue(ctx: click.Context, acts: tuple[str, ...], until: datetime | None, reason: str) -> None:
    """Print a new token of yours, this once; exit 5 when it would do more than you may."""
    tools = open_tools(Home(Path(ctx.obj)))
    end = until.replace(tzinfo=UTC) if until else tools.clock.now() + timedelta(days=DAYS)
    made = Tokens(tools).issue(Order(actor(), reason, frozenset(acts), end))
    tools.close()
    click.echo(made)


@token.command("list")
@click.pass_context
@json_option
def list_(ctx: click.Context, *, as_json: bool) -> None:
    """List tokens by their ids; the tokens themselves are kept nowhere."""
    tools = open_tools(Home(Path(ctx.obj)))
    now = tools.clock.now()
    rows = [
        (
            one.id,
            one.user,
            "revoked" if one.revoked else "ended" if now >= one.until else "active",
            " ".join(sorted(one.acts)),
            one.since.isoformat(timespec="seconds"),
            one.until.isoformat(timespec="seconds"),
        )
        for one in Tokens(tools).known()
    ]
    table(("token", "user", "state", "acts", "since", "until"), rows, as_json=as_json)
    tools.close()


@token.command()
@click.argument("name", metavar="ID")
@reason_option
@click.pass_context
def revoke(ctx: click.Context, name: str, reason: str) -> None:
    """End a token of yours, or as an administrator anybody's."""
    tools = open_tools(Home(Path(ctx.obj)))
    Tokens(tools).revoke(name, actor(), reason)
    tools.close()
    click.echo(f"revoked\t{name}")
