"""``acktrail odoo``: the Odoo side."""

from dataclasses import astuple, fields
from datetime import UTC, datetime, timedelta
from pathlib import Path

import click

from acktrail.app.access import permit
from acktrail.app.drain import Drain
from acktrail.app.home import Home
from acktrail.app.journal import partner_map
from acktrail.app.odoo_rights import rights
from acktrail.app.reconcile import Difference, Reconciliation, Total, Window
from acktrail.app.sender import Sender
from acktrail.app.wiring import open_tools
from acktrail.cli.actor import actor
from acktrail.cli.failures import CHECKS_FAILED, DOWN
from acktrail.cli.output import json_option, line, table

TOTAL_COLUMNS = ("partner", "kind", *(one.name for one in fields(Total)))


@click.group()
def odoo() -> None:
    """The Odoo side."""


@odoo.command()
@click.argument("partners", nargs=-1)
@click.pass_context
@json_option
def check(ctx: click.Context, partners: tuple[str, ...], *, as_json: bool) -> None:
    """Check what the profiles need of Odoo, and what the key's user may do beyond it.

    Exit 3 when something lacks, 7 when Odoo is away; `beyond` alone is no fault.
    """
    tools = open_tools(Home(Path(ctx.obj)))
    rows: list[tuple[object, ...]] = []
    sender = Sender(tools)
    for partner in partners or tools.home.partners():
        found = rights(tools, sender, tools.home.profile(partner).profile)
        rows += [(partner, *one) for one in found]
    table(("partner", "target", "what", "state", "hint"), rows, as_json=as_json)
    tools.close()
    states = {row[3] for row in rows}
    if "unreachable" in states:
        ctx.exit(DOWN)
    if states & {"missing", "denied"}:
        ctx.exit(CHECKS_FAILED)


@odoo.command()
@click.argument("partners", nargs=-1)
@click.pass_context
@json_option
def routes(ctx: click.Context, partners: tuple[str, ...], *, as_json: bool) -> None:
    """Show the routing matrix: who may put what where. What is not in it is denied."""
    tools = open_tools(Home(Path(ctx.obj)))
    rows: list[tuple[object, ...]] = []
    for partner in partners or tools.home.partners():
        profile = tools.home.profile(partner).profile
        maps = partner_map(tools, profile)
        for route in profile.route:
            if route.to == "odoo":
                options = maps.options(route.document)
                company = route.company or options.company
                rows += [
                    (partner, route.document, model, company, options.target, " ".join(fields))
                    for model, fields in options.send.items()
                    if not route.models or model in route.models
                ]
    table(("partner", "kind", "model", "company", "target", "fields"), rows, as_json=as_json)
    tools.close()


@odoo.command()
@click.option("--target", default="main", show_default=True, help="A database of acktrail.toml.")
@click.option("--rate", type=click.FloatRange(0.1), help="Documents a second, at most.")
@click.pass_context
@json_option
def drain(ctx: click.Context, target: str, rate: float | None, *, as_json: bool) -> None:
    """Send the kept calls that are due, the real-time lane first; exit 7 when Odoo is away."""
    tools = open_tools(Home(Path(ctx.obj)))
    permit(tools, "odoo.drain", actor(), target)
    sender = Sender(tools)
    if not sender.configured(target):
        click.echo(f"setup: no [odoo.{target}] in acktrail.toml: calls are kept", err=True)
        ctx.exit(1)
    done = Drain(tools, sender, rate or 0.0).run(target)
    left = sum(1 for _ in tools.ledger.due(target, 1))
    found = {
        "stored": done.stored,
        "rejected": done.rejected,
        "parked": done.parked,
        "unknown": done.unknown,
        "waiting": done.waiting,
    }
    if as_json:
        line(found)
    else:
        click.echo("  ".join(f"{name} {count}" for name, count in found.items()))
    tools.close()
    if done.unknown or left:
        ctx.exit(DOWN)


@odoo.command()
@click.option("--from", "since", type=click.DateTime(["%Y-%m-%d"]), required=True, help="Day, UTC.")
@click.option("--to", "until", type=click.DateTime(["%Y-%m-%d"]), required=True, help="Last day.")
@click.option("--partner", default="", help="Of this partner only.")
@click.pass_context
@json_option
def reconcile(
    ctx: click.Context, since: datetime, until: datetime, partner: str, *, as_json: bool
) -> None:
    """Compare files, documents, Odoo's records and answers; exit 3 on any difference.

    First the totals by partner and kind, then each difference. With --json one object a line:
    `total` or `difference` says which.
    """
    tools = open_tools(Home(Path(ctx.obj)))
    window = Window(
        since.replace(tzinfo=UTC), until.replace(tzinfo=UTC) + timedelta(days=1), partner
    )
    try:
        found = Reconciliation(tools, Sender(tools)).run(window)
    finally:
        tools.close()
    totals = [(*key, *astuple(one)) for key, one in sorted(found.totals.items()) if one != Total()]
    if as_json:
        for row in totals:
            line({"total": dict(zip(TOTAL_COLUMNS, row, strict=True))})
        for one in found.differences:
            line({"difference": one._asdict()})
    else:
        table(TOTAL_COLUMNS, totals, as_json=False)
        click.echo()
        table(Difference._fields, found.differences, as_json=False)
    if found.differences:
        ctx.exit(CHECKS_FAILED)
