"""``acktrail partner diff`` and ``try``: what a version would change, before it acts."""

from collections import Counter
from collections.abc import Iterable
from pathlib import Path

import click

from acktrail.app.home import Home
from acktrail.app.rehearsal import WORSE, Compared, rehearse
from acktrail.app.wiring import open_tools
from acktrail.cli.failures import CHECKS_FAILED
from acktrail.cli.output import json_option, line, table
from acktrail.profiles.difference import difference


def split(name: str) -> tuple[str, int]:
    """Split ``acme@8``; without a version the newest file is meant."""
    partner, _, version = name.partition("@")
    if version and not (version.isascii() and version.isdigit()):
        msg = "give PARTNER or PARTNER@VERSION"
        raise click.UsageError(msg)
    return partner, int(version or 0)


@click.command()
@click.argument("before", metavar="PARTNER@A")
@click.argument("after", metavar="PARTNER@B")
@click.option("--replay", default=0, help="Read this many of the last files under both, too.")
@click.pass_context
@json_option
def diff(ctx: click.Context, before: str, after: str, replay: int, *, as_json: bool) -> None:
    """Show what two versions say differently and, with --replay, what becomes of past files.

    Nothing is written or sent. Exit 3 when a file fares worse under the second one.
    """
    tools = open_tools(Home(Path(ctx.obj)))
    try:
        one, two = tools.home.profile(*split(before)), tools.home.profile(*split(after))
        table(("key", "before", "after"), difference(one.profile, two.profile), as_json=as_json)
        found = list(rehearse(tools, one, two, replay)) if replay else []
    finally:
        tools.close()
    if replay:
        _shown(ctx, found, as_json=as_json)


@click.command("try")
@click.argument("name", metavar="PARTNER[@VERSION]")
@click.option("--last", default=50, show_default=True, help="How many of the last files.")
@click.pass_context
@json_option
def try_(ctx: click.Context, name: str, last: int, *, as_json: bool) -> None:
    """Read the last files once more under a version: same, better, worse or other than they were.

    Nothing is written or sent. Exit 3 when a file fares worse.
    """
    tools = open_tools(Home(Path(ctx.obj)))
    try:
        found = list(rehearse(tools, None, tools.home.profile(*split(name)), last))
    finally:
        tools.close()
    _shown(ctx, found, as_json=as_json)


def _shown(ctx: click.Context, found: Iterable[Compared], *, as_json: bool) -> None:
    rows = list(found)
    table(
        ("exchange", "judgement", "what"),
        [(one.exchange, one.judgement, one.what) for one in rows if as_json or one.what],
        as_json=as_json,
    )
    counts = Counter(one.judgement for one in rows)
    if as_json:
        line({"files": len(rows), **counts})
    click.echo(
        f"{len(rows)} files: " + ", ".join(f"{n} {word}" for word, n in sorted(counts.items())),
        err=True,
    )
    if counts[WORSE]:
        ctx.exit(CHECKS_FAILED)


COMMANDS = (diff, try_)
