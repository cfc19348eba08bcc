"""``acktrail user``, ``roles`` and ``audit``: who may do what, and who did what."""

from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

import click

from acktrail.app import auditing
from acktrail.app.access import Order, Users
from acktrail.app.auditing import ACTIONS, Window
from acktrail.app.home import Home
from acktrail.app.wiring import open_tools
from acktrail.cli.actor import actor
from acktrail.cli.output import csv_option, csv_table, json_option, line, table
from acktrail.ports import Entry
from acktrail.security.roles import GRANTS, MATRIX

DAY = click.DateTime(["%Y-%m-%d"])  # UTC
INSTANT = click.DateTime(["%Y-%m-%d", "%Y-%m-%dT%H:%M:%S"])  # UTC
FIRST, LAST = datetime(1970, 1, 1, tzinfo=UTC), datetime(9999, 1, 1, tzinfo=UTC)
reason_option = click.option(
    "--reason", required=True, allow_from_autoenv=False, help="Kept in the ledger for ever."
)
role_argument = click.argument("role", type=click.Choice(GRANTS))


@click.group()
def user() -> None:
    """Users: who may do what. Asked for only with `[access] enforce = true` in acktrail.toml."""


def _of_user(name: str, act: Callable[[Users, Order], Entry], text: str) -> None:
    """Add the command for an act that needs a user and a reason, nothing else."""

    @user.command(name, help=text)
    @click.argument("name")
    @reason_option
    @click.pass_context
    def command(ctx: click.Context, name: str, reason: str) -> None:
        tools = open_tools(Home(Path(ctx.obj)))
        entry = act(Users(tools), Order(name, actor(), reason))
        tools.close()
        _said(entry)


_of_user("add", Users.add, "Add a user: NAME is the login name of the operating system.")
_of_user("disable", Users.disable, "End a user; exit 5 for the last administrator.")


@user.command()
@click.argument("name")
@role_argument
@click.option("--until", type=INSTANT, help="The grant ends then by itself, UTC.")
@reason_option
@click.pass_context
def grant(ctx: click.Context, name: str, role: str, until: datetime | None, reason: str) -> None:
    """Give a role, or the look at payloads; exit 5 to oneself, or for roles that must not meet."""
    tools = open_tools(Home(Path(ctx.obj)))
    end = until.replace(tzinfo=UTC) if until else None
    entry = Users(tools).grant(Order(name, actor(), reason, role, end))
    tools.close()
    _said(entry)


@user.command()
@click.argument("name")
@role_argument
@reason_option
@click.pass_context
def revoke(ctx: click.Context, name: str, role: str, reason: str) -> None:
    """Take a role back; exit 5 for the last administrator's."""
    tools = open_tools(Home(Path(ctx.obj)))
    entry = Users(tools).revoke(Order(name, actor(), reason, role))
    tools.close()
    _said(entry)


@user.command()
@click.argument("name")
@reason_option
@click.pass_context
def password(ctx: click.Context, name: str, reason: str) -> None:
    """Print a password for NAME's next sign-in at the console, this once; it ends after a day.

    The user chooses his own there. What he had before, and where he is signed in, ends now.
    """
    tools = open_tools(Home(Path(ctx.obj)))
    made = Users(tools).issue_password(Order(name, actor(), reason))
    tools.close()
    click.echo(made)


@user.command("list")
@click.pass_context
@json_option
@csv_option
def list_(ctx: click.Context, *, as_json: bool, as_csv: bool) -> None:
    """List every grant: whose, since when, by whom, why; a user without one has one empty row."""
    tools = open_tools(Home(Path(ctx.obj)))
    rows: list[tuple[object, ...]] = []
    for one in Users(tools).known():
        state = "disabled" if one.disabled else "active"
        for held in one.grants.values():
            until = held.until.isoformat() if held.until else ""
            since = held.at.isoformat(timespec="seconds")
            rows.append((one.name, state, held.role, since, until, held.by, held.reason))
        if not one.grants:
            rows.append((one.name, state, "", "", "", "", ""))
    tools.close()
    columns = ("user", "state", "role", "since", "until", "granted_by", "reason")
    _print(columns, rows, as_json=as_json, as_csv=as_csv)


@click.group()
def roles() -> None:
    """The roles, and what each may do."""


@roles.command("list")
@json_option
def list_roles(*, as_json: bool) -> None:
    """Show which roles may do each act."""
    rows = [(act, " ".join(sorted(allowed))) for act, allowed in MATRIX.items()]
    table(("act", "roles"), rows, as_json=as_json)


@roles.command()
@csv_option
def export(*, as_csv: bool) -> None:
    """Write the whole matrix, a row for each act and role: JSON, or CSV for an access review."""
    rows = [(act, role, role in allowed) for act, allowed in MATRIX.items() for role in GRANTS]
    if as_csv:
        csv_table(("act", "role", "allowed"), rows)
    else:
        line(
            {
                "schema": "acktrail/roles/1",
                "acts": {act: sorted(may) for act, may in MATRIX.items()},
            }
        )


@click.group()
def audit() -> None:
    """Who looked at payloads, and who intervened."""


def _window(user_: str, since: datetime | None, until: datetime | None) -> Window:
    return Window(
        since.replace(tzinfo=UTC) if since else FIRST,
        until.replace(tzinfo=UTC) if until else LAST,
        user_,
    )


user_option = click.option("--user", "user_", default="", help="Of this user only.")
from_option = click.option("--from", "since", type=DAY, help="At or after this day, UTC.")
to_option = click.option("--to", "until", type=DAY, help="Before this day, UTC.")


@audit.command("access")
@user_option
@from_option
@to_option
@click.pass_context
@json_option
@csv_option
def access_(
    ctx: click.Context,
    user_: str,
    since: datetime | None,
    until: datetime | None,
    *,
    as_json: bool,
    as_csv: bool,
) -> None:
    """Show who signed in, looked at payloads, took evidence away or was refused, when and why."""
    tools = open_tools(Home(Path(ctx.obj)))
    rows = auditing.looks(tools, _window(user_, since, until))
    _print(auditing.Look._fields, rows, as_json=as_json, as_csv=as_csv)
    tools.close()


@audit.command()
@click.option(
    "--kind", "kinds", default=",".join(ACTIONS), show_default=True, help="Some of these."
)
@user_option
@from_option
@to_option
@click.pass_context
@json_option
@csv_option
def actions(
    ctx: click.Context,
    kinds: str,
    user_: str,
    since: datetime | None,
    until: datetime | None,
    *,
    as_json: bool,
    as_csv: bool,
) -> None:
    """Show who replayed, released, overrode or parked, why, and under whose approved profile."""
    chosen = kinds.split(",")
    if not set(chosen) <= set(ACTIONS):
        msg = f"--kind: some of {', '.join(ACTIONS)}"
        raise click.UsageError(msg)
    tools = open_tools(Home(Path(ctx.obj)))
    rows = auditing.actions(tools, _window(user_, since, until), chosen)
    _print(auditing.Action._fields, rows, as_json=as_json, as_csv=as_csv)
    tools.close()


def _print(
    columns: tuple[str, ...],
    rows: list[tuple[object, ...]] | list[auditing.Look] | list[auditing.Action],
    *,
    as_json: bool,
    as_csv: bool,
) -> None:
    if as_csv:
        csv_table(columns, rows)
    else:
        table(columns, rows, as_json=as_json)


def _said(entry: Entry) -> None:
    role = entry.body.get("role", "")
    click.echo(f"{entry.kind}\t{entry.body['user']}\t{role}".rstrip())
