"""``acktrail partner submit``, ``approve`` and the other moves: who may do what, with a reason."""

from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import NamedTuple

import click

from acktrail.app import submitting
from acktrail.app.governing import Move, Moves, PartnerState, partner_state
from acktrail.app.home import Home
from acktrail.app.wiring import open_tools
from acktrail.cli.actor import actor
from acktrail.cli.output import json_option, line, table
from acktrail.cli.rehearsal import split
from acktrail.ports import Entry
from acktrail.profiles.lifecycle import Standing, standing, stream

INSTANT = click.DateTime(["%Y-%m-%d", "%Y-%m-%dT%H:%M:%S", "%Y-%m-%dT%H:%MZ"])  # UTC
Command = Callable[..., None]


def _reasoned(command: Command) -> Command:
    """Add the reason that every move needs; it is never taken from the environment."""
    return click.option(
        "--reason", required=True, allow_from_autoenv=False, help="Kept in the ledger for ever."
    )(command)


def _moved(ctx: click.Context, name: str, reason: str, act: Callable[[Moves, Move], Entry]) -> None:
    tools = open_tools(Home(Path(ctx.obj)))
    partner, version = split(name)
    try:
        tools.home.profile(partner, version)  # says that there is none
        entry = act(Moves(tools), Move(partner, actor(), reason, version))
    finally:
        tools.close()
    facts = " ".join(f"{key}={entry.body[key]}" for key in sorted(entry.body) if key != "evidence")
    click.echo(f"{partner}: {entry.kind} {facts}")


@click.command()
@click.argument("name", metavar="PARTNER[@VERSION]")
@_reasoned
@click.pass_context
def submit(ctx: click.Context, name: str, reason: str) -> None:
    """Freeze a version and let it be tested: it reads and answers test files, and posts nothing.

    Exit 3 while lint finds errors or a test case of the partner fails, 6 when the version was
    approved or submitted already.
    """
    tools = open_tools(Home(Path(ctx.obj)))
    try:
        partner, version = split(name)
        entry = submitting.submit(tools, Move(partner, actor(), reason, version))
    finally:
        tools.close()
    click.echo(f"{partner}@{entry.body['version']}: testing sha256={entry.body['sha256']}")
    click.echo(f"Next: somebody else: acktrail partner approve {partner}", err=True)


@click.command()
@click.argument("name", metavar="PARTNER[@VERSION]")
@click.option("--effective", type=INSTANT, help="In force from this time, UTC [default: now]")
@_reasoned
@click.pass_context
def approve(ctx: click.Context, name: str, effective: datetime | None, reason: str) -> None:
    """Let a tested version act. Exit 5 for whoever wrote or submitted it, 6 if the file changed."""
    at = effective.replace(tzinfo=UTC) if effective else None
    _moved(ctx, name, reason, lambda moves, move: moves.approve(move._replace(effective=at)))


@click.command()
@click.argument("name", metavar="PARTNER@VERSION")
@click.option("--effective", type=INSTANT, help="In force from this time, UTC [default: now]")
@_reasoned
@click.pass_context
def rollback(ctx: click.Context, name: str, effective: datetime | None, reason: str) -> None:
    """Go back to a version that was approved before: a new activation, no new approval."""
    at = effective.replace(tzinfo=UTC) if effective else None
    _moved(ctx, name, reason, lambda moves, move: moves.rollback(move._replace(effective=at)))


class _Simple(NamedTuple):
    """A move that needs a partner and a reason, nothing else."""

    name: str
    argument: str
    act: Callable[[Moves, Move], Entry]
    help: str


SIMPLE = (
    _Simple("withdraw", "PARTNER[@VERSION]", Moves.withdraw, "Take a tested version back."),
    _Simple(
        "suspend",
        "PARTNER",
        Moves.suspend,
        "Stop posting and answering at once; files are still taken, read and kept.",
    ),
    _Simple(
        "resume",
        "PARTNER",
        Moves.resume,
        "Let a suspended partner act again; exit 5 for whoever suspended it.\n\n"
        "What was held meanwhile waits for its release.",
    ),
    _Simple(
        "retire",
        "PARTNER",
        Moves.retire,
        "End a partner for good; exit 5 while exchanges are unfinished.",
    ),
)


def _simple(one: _Simple) -> click.Command:
    @click.command(one.name, help=one.help)
    @click.argument("name", metavar=one.argument)
    @_reasoned
    @click.pass_context
    def command(ctx: click.Context, name: str, reason: str) -> None:
        _moved(ctx, name, reason, one.act)

    return command


@click.command("log")
@click.argument("name", metavar="PARTNER")
@click.option("--at", type=INSTANT, help="What was in force at this time, UTC.")
@click.pass_context
@json_option
def log_(ctx: click.Context, name: str, at: datetime | None, *, as_json: bool) -> None:
    """Show who moved a partner's versions, when and why; with --at what was in force then."""
    tools = open_tools(Home(Path(ctx.obj)))
    entries = tools.ledger.entries(stream(name))
    if at is not None:
        _print_standing(standing(entries, at.replace(tzinfo=UTC)), as_json=as_json)
    else:
        table(
            ("at", "move", "version", "actor", "reason", "sha256"),
            [
                (
                    one.at.isoformat(timespec="seconds"),
                    one.kind,
                    one.body.get("version", ""),
                    one.actor,
                    one.body.get("reason", ""),
                    one.body.get("sha256", ""),
                )
                for one in entries
            ],
            as_json=as_json,
        )
    tools.close()


@click.command("list")
@click.pass_context
@json_option
def list_(ctx: click.Context, *, as_json: bool) -> None:
    """Show where every partner's profile stands."""
    tools = open_tools(Home(Path(ctx.obj)))
    rows = [partner_state(tools, one) for one in tools.home.partners()]
    table(PartnerState._fields, rows, as_json=as_json)
    tools.close()


def _print_standing(then: Standing, *, as_json: bool) -> None:
    rows = [
        (
            one.number,
            one.state,
            one.sha256,
            ", ".join(one.submitted_by),
            one.approved_by,
            one.effective.isoformat() if one.effective else "",
        )
        for one in sorted(then.versions.values())
    ]
    columns = ("version", "state", "sha256", "submitted_by", "approved_by", "effective")
    table(columns, rows, as_json=as_json)
    if then.suspended_by or then.retired:
        line({"suspended_by": then.suspended_by, "retired": then.retired})


COMMANDS = (list_, submit, approve, rollback, *map(_simple, SIMPLE), log_)
