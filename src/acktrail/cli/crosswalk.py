"""``acktrail crosswalk``: operators' tables from a partner's codes to records of Odoo."""

from pathlib import Path

import click

from acktrail.app.crosswalks import Seen, check_files, check_records
from acktrail.app.home import Home
from acktrail.app.sender import Sender
from acktrail.app.wiring import open_tools
from acktrail.cli.failures import CHECKS_FAILED
from acktrail.cli.output import json_option, table


@click.group()
def crosswalk() -> None:
    """Tables from a partner's codes to records of Odoo (docs/operator.md)."""


@crosswalk.command()
@click.argument("partners", nargs=-1)
@click.pass_context
@json_option
def check(ctx: click.Context, partners: tuple[str, ...], *, as_json: bool) -> None:
    """Check crosswalks: columns, days, duplicates, overlaps, gaps, and records that Odoo lacks.

    Without PARTNERS those of all. Records are looked up where acktrail.toml names the Odoo. Exit 3
    when something has to be mended; a gap is a warning.
    """
    tools = open_tools(Home(Path(ctx.obj)))
    chosen = partners or tuple(tools.home.partners())
    found, usable = check_files(tools, chosen)
    sender = Sender(tools)
    for partner, rows in usable.items():
        profile = tools.home.profile(partner).profile
        broken = any(one.severity == "error" for one in found)
        if rows and not broken and sender.configured(profile.odoo.target):
            with sender.client_for(profile.odoo.target, confirm=False) as client:
                found += check_records(tools, profile, client, rows)
    seen = list(dict.fromkeys(found))
    table(Seen._fields, seen, as_json=as_json)
    tools.close()
    if any(one.severity == "error" for one in seen):
        ctx.exit(CHECKS_FAILED)
