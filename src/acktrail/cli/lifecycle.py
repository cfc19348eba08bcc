"""``acktrail partner submit``, ``approve`` and the other moves: who may do what, with a reason."""

from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

import click

from acktrail.app.governing import Governing, Move, Moves
from acktrail.app.home import Home
from acktrail.app.linting import problems_of
from acktrail.app.profile_tests import results_of, run_cases
from acktrail.app.tools import Tools
from acktrail.app.wiring import open_tools
from acktrail.cli.actor import actor
from acktrail.cli.failures import CHECKS_FAILED
from acktrail.cli.output import json_option, line, table
from acktrail.cli.rehearsal import split
from acktrail.errors import SetupError
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
        found = problems_of(tools.home, tools.home.profile(partner, version).profile)
        errors = [one for one in found if one.severity == "error"]
        for one in errors:
            click.echo(f"{one.path}: {one.text}", err=True)
        if errors:
            ctx.exit(CHECKS_FAILED)
        tests = list(run_cases(tools.home, partner, version))
        for case in sorted({one.case for one in tests if one.failed}):
            click.echo(f"the case {case} fails: acktrail partner test {name}", err=True)
        if any(one.failed for one in tests):
            ctx.exit(CHECKS_FAILED)
        checks = {"lint": {"errors": 0, "warnings": len(found)}, "tests": results_of(tests)}
        entry = Moves(tools).submit(Move(partner, actor(), reason, version, evidence=checks))
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


@click.command()
@click.argument("name", metavar="PARTNER[@VERSION]")
@_reasoned
@click.pass_context
def withdraw(ctx: click.Context, name: str, reason: str) -> None:
    """Take a tested version back."""
    _moved(ctx, name, reason, lambda moves, move: moves.withdraw(move))


@click.command()
@click.argument("name", metavar="PARTNER")
@_reasoned
@click.pass_context
def suspend(ctx: click.Context, name: str, reason: str) -> None:
    """Stop posting and answering at once; files are still taken, read and kept."""
    _moved(ctx, name, reason, lambda moves, move: moves.suspend(move))


@click.command()
@click.argument("name", metavar="PARTNER")
@_reasoned
@click.pass_context
def resume(ctx: click.Context, name: str, reason: str) -> None:
    """Let a suspended partner act again; exit 5 for whoever suspended it.

    What was held meanwhile waits for its release.
    """
    _moved(ctx, name, reason, lambda moves, move: moves.resume(move))


@click.command()
@click.argument("name", metavar="PARTNER")
@_reasoned
@click.pass_context
def retire(ctx: click.Context, name: str, reason: str) -> None:
    """End a partner for good; exit 5 while exchanges are unfinished."""
    _moved(ctx, name, reason, lambda moves, move: moves.retire(move))


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
    rows = [_row(tools, one) for one in tools.home.partners()]
    table(("partner", "state", "active", "testing", "newest"), rows, as_json=as_json)
    tools.close()


def _row(tools: Tools, partner: str) -> tuple[str, str, object, object, object]:
    governing = Governing(tools)
    now = governing.standing(partner)
    try:
        newest: object = tools.home.profile(partner).profile.version
    except SetupError as error:
        newest = error.code
    active: object = now.active.number if now.active else ""
    testing = now.testing.number if now.testing else ""
    state = "active" if now.active else "testing" if now.testing else "draft"
    if now.suspended_by:
        state = "suspended"
    if now.retired:
        state = "retired"
    if not governing.required and state == "draft":
        state = "active"  # the newest file governs
        active = newest
    return partner, state, active, testing, newest


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


COMMANDS = (list_, submit, approve, rollback, withdraw, suspend, resume, retire, log_)
