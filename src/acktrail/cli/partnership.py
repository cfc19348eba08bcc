"""``acktrail partner check``, ``keys`` and ``card``: what connects us with a partner."""

from datetime import timedelta
from pathlib import Path

import click

from acktrail.app.access import permit
from acktrail.app.card import card
from acktrail.app.checking import Checked, Checking
from acktrail.app.home import Home
from acktrail.app.keys import ALIVE, Key, keys_of, public_texts
from acktrail.app.wiring import open_tools
from acktrail.cli.actor import actor
from acktrail.cli.card_html import card_page
from acktrail.cli.failures import CHECKS_FAILED, DOWN
from acktrail.cli.output import json_option, table
from acktrail.cli.rehearsal import split
from acktrail.profiles.values import read_duration


@click.command()
@click.argument("name", metavar="PARTNER[@VERSION]")
@click.option("--write", is_flag=True, help="Write a small file at both places and remove it.")
@click.pass_context
@json_option
def check(ctx: click.Context, name: str, *, write: bool, as_json: bool) -> None:
    """Look at all that a profile leads to: servers, login, listing, clock, OpenPGP, Odoo rights.

    Exit 3 when something must be mended, 7 when something is away.
    """
    tools = open_tools(Home(Path(ctx.obj)))
    partner, version = split(name)
    if write:
        permit(tools, "partner.probe", actor(), partner)
    found = list(Checking(tools, tools.home.profile(partner, version).profile, write).all())
    tools.close()
    table(Checked._fields, found, as_json=as_json)
    states = {one.state for one in found}
    if states & {"failed", "missing", "denied"}:
        ctx.exit(CHECKS_FAILED)
    if states & {"down", "unreachable"}:
        ctx.exit(DOWN)


@click.command()
@click.argument("names", nargs=-1, metavar="[PARTNER]...")
@click.option("--expiring", default="60d", show_default=True, help="Ends within this time.")
@click.option("--public", is_flag=True, help="Print our public keys instead: a text to send.")
@click.pass_context
@json_option
def keys(
    ctx: click.Context, names: tuple[str, ...], expiring: str, *, public: bool, as_json: bool
) -> None:
    """List the keys of partners: ours and theirs, in use and announced, and until when.

    Exit 3 when one has ended, ends soon or cannot be read.
    """
    soon = _duration(expiring)
    tools = open_tools(Home(Path(ctx.obj)))
    rows: list[tuple[str, Key]] = []
    for one in names or tools.home.partners():
        profile = tools.home.profile(one).profile
        if public:
            for text in public_texts(tools, profile):
                click.echo(text.rstrip("\n"))
        rows += [(one, key) for key in keys_of(tools, profile, soon)]
    tools.close()
    if public:
        return
    shown = Key._fields[:-1]
    table(("partner", *shown), [(one, *key[: len(shown)]) for one, key in rows], as_json=as_json)
    if any(key.state != ALIVE for _, key in rows):
        ctx.exit(CHECKS_FAILED)


@click.command("card")
@click.argument("name", metavar="PARTNER[@VERSION]")
@click.pass_context
def card_(ctx: click.Context, name: str) -> None:
    """Write a page to send to the partner: ids, places, file names, keys, answers, test results.

    HTML on stdout, self-contained; no secret and no data of anybody is in it.
    """
    tools = open_tools(Home(Path(ctx.obj)))
    partner, version = split(name)
    profile = tools.home.profile(partner, version).profile
    for piece in card_page(f"Connection card: {profile.name}", card(tools, profile)):
        click.echo(piece, nl=False)
    tools.close()


def _duration(text: str) -> timedelta:
    try:
        return read_duration(text)
    except ValueError as error:
        msg = f"--expiring: {error}"
        raise click.UsageError(msg) from None


COMMANDS = (check, keys, card_)
