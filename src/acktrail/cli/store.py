"""``acktrail store``: the files that are kept."""

from pathlib import Path

import click

from acktrail.app.access import permit
from acktrail.app.home import Home
from acktrail.app.keeping import seal_all
from acktrail.app.wiring import open_tools
from acktrail.cli.actor import actor
from acktrail.cli.failures import BROKEN
from acktrail.cli.output import json_option, table


@click.group()
def store() -> None:
    """Encryption of the files that are kept (docs/operator.md)."""


@store.command()
@click.pass_context
@json_option
def seal(ctx: click.Context, *, as_json: bool) -> None:
    """Seal every file that is still kept plain; may be cut short and run again.

    Exit 8 when a file is no longer what was put there: it stays as it is.
    """
    tools = open_tools(Home(Path(ctx.obj)))
    permit(tools, "store.seal", actor())
    done = seal_all(tools)
    tools.close()
    table(done._fields, [done], as_json=as_json)
    if done.damaged:
        ctx.exit(BROKEN)


@store.command()
@click.pass_context
@json_option
def rotate(ctx: click.Context, *, as_json: bool) -> None:
    """Replace the retention keys: data keys are wrapped anew, no file is written again."""
    tools = open_tools(Home(Path(ctx.obj)))
    permit(tools, "store.rotate", actor())
    table(("old", "new", "files"), tools.vault.rotate(), as_json=as_json)
    tools.close()
