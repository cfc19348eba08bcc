"""``acktrail doctor``: what is wrong with a home, and what to do."""

from pathlib import Path

import click

from acktrail.app.doctor import BROKEN, DOWN, FAILED, OK, Doctor, Symptom
from acktrail.app.home import Home
from acktrail.app.wiring import open_tools
from acktrail.cli import failures
from acktrail.cli.output import json_option, table


@click.command()
@click.option("--offline", is_flag=True, help="Ask no server whether it is there.")
@click.option("--all", "everything", is_flag=True, help="Show what is right, too.")
@click.pass_context
@json_option
def doctor(ctx: click.Context, *, offline: bool, everything: bool, as_json: bool) -> None:
    """Look at settings, profiles, rights, disk, clock, keys, ledger and servers; mend nothing.

    Exit 8 when the ledger or kept bytes are not as they were written, 3 when something must be
    mended, 7 when only a server is away, 0 when all is well or only advice is left.
    """
    tools = open_tools(Home(Path(ctx.obj)))
    found = list(Doctor(tools, reach=not offline).all())
    tools.close()
    shown = [one for one in found if everything or one.state != OK]
    table(Symptom._fields, shown, as_json=as_json)
    states = {one.state for one in found}
    click.echo(f"{len(found)} looks, {len(shown)} shown", err=True)
    for state, code in (
        (BROKEN, failures.BROKEN),
        (FAILED, failures.CHECKS_FAILED),
        (DOWN, failures.DOWN),
    ):
        if state in states:
            ctx.exit(code)
