"""``acktrail partner``: the profiles that govern every file."""

from pathlib import Path

import click

from acktrail.app.access import permit
from acktrail.app.home import SETTINGS, Home
from acktrail.app.linting import Checks, read_newest, settings_problems
from acktrail.app.onboarding import copy_samples, inferred, read_under
from acktrail.app.profile_tests import SAME, Compared, results_of, run_cases
from acktrail.app.wiring import open_tools
from acktrail.cli import lifecycle, partnership, rehearsal
from acktrail.cli.actor import actor
from acktrail.cli.failures import CHECKS_FAILED, CONFLICT
from acktrail.cli.output import json_option, table
from acktrail.cli.rehearsal import split
from acktrail.profiles.draft import GLOBS, Wish, draft, draft_from
from acktrail.profiles.partner import read_profile


@click.group()
def partner() -> None:
    """The partners' profiles."""


@partner.command("lint")
@click.argument("ids", nargs=-1)
@click.pass_context
@json_option
def lint_command(ctx: click.Context, ids: tuple[str, ...], *, as_json: bool) -> None:
    """Name every problem of the newest profiles at once; exit 3 when one must be mended.

    Without IDS the settings are looked at, too, for secrets that were written into them.
    """
    home = Home(Path(ctx.obj))
    wanted = ids or tuple(home.partners())
    profiles, rows = read_newest(home)
    checks = Checks(home, profiles)
    for one in wanted:
        if one in profiles:
            rows[one] = checks.problems(profiles[one])
        elif one not in rows:
            home.profile(one)  # says that there is none
    if not ids:
        rows[SETTINGS] = settings_problems(home)
    named = [(one, p) for one in (*wanted, *([] if ids else [SETTINGS])) for p in rows.get(one, [])]
    table(
        ("partner", "severity", "where", "what"),
        [(one, p.severity, p.path, p.text) for one, p in named],
        as_json=as_json,
    )
    errors = sum(p.severity == "error" for _, p in named)
    click.echo(f"{len(wanted)} profiles, {errors} errors", err=True)
    if errors:
        ctx.exit(CHECKS_FAILED)


@partner.command()
@click.argument("partner_id")
@click.option("--name", default="", help="As people call it.")
@click.option("--format", "format_name", type=click.Choice(sorted(GLOBS)), default="x12")
@click.option("--transport", type=click.Choice(["folder", "sftp"]), default="folder")
@click.option("--layout", default="", help="Of a tabular partner.")
@click.option("--sender", default="", help="Their id in the envelope.")
@click.option("--receiver", default="", help="Our id in the envelope.")
@click.option(
    "--from",
    "samples",
    multiple=True,
    type=click.Path(exists=True, dir_okay=False, path_type=Path),
    help="A file of theirs; give several: what they show is written with its evidence.",
)
@click.pass_context
def new(
    ctx: click.Context,
    partner_id: str,
    name: str,
    format_name: str,
    transport: str,
    layout: str,
    sender: str,
    receiver: str,
    samples: tuple[Path, ...],
) -> None:
    """Write version 1 of a profile for PARTNER_ID, valid as it stands.

    With --from the format, ids, file names, versions and kinds of document are taken from sample
    files, and each sample is read once more under the new profile: 3 when one is not accepted.
    Copies of the samples with synthetic values become test cases: `acktrail partner test`.
    """
    home = Home(Path(ctx.obj))
    wish = Wish(partner_id, name or partner_id, format_name, transport, layout, sender, receiver)
    text = draft_from(wish, inferred(samples)) if samples else draft(wish)
    read_profile(text.encode())  # a bad id is refused here, before it names a folder
    tools = open_tools(home)
    permit(tools, "profile.write", actor(), partner_id)
    tools.close()
    path = home.root / "partners" / partner_id / "1.toml"
    if path.parent.exists() and any(path.parent.glob("[0-9]*.toml")):
        click.echo(f"conflict: there is a profile for {partner_id} already", err=True)
        ctx.exit(CONFLICT)
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text, "utf-8")
    if transport == "folder":
        for folder in ("inbound", "outbound"):
            (home.root / folder / partner_id).mkdir(parents=True, exist_ok=True)
    click.echo(str(path))
    click.echo(f"Next: edit it, then: acktrail partner lint {partner_id}", err=True)
    _make_cases(home, partner_id, samples)
    refused = [one for one in read_under(home, partner_id, samples) if one.refused]
    for one in refused:
        click.echo(f"{one.file}: {one.verdict}: {one.rule}", err=True)
    if refused:
        ctx.exit(CHECKS_FAILED)


def _make_cases(home: Home, partner_id: str, samples: tuple[Path, ...]) -> None:
    copied = list(copy_samples(home, partner_id, samples))
    for one in copied:
        if one.why:
            click.echo(f"{one.file}: no test case: {one.why}", err=True)
    made = sum(bool(one.case) for one in copied)
    if made:
        list(run_cases(home, partner_id, accept=True))
        click.echo(
            f"{made} test cases; read them, then: acktrail partner test {partner_id}", err=True
        )


@partner.command("test")
@click.argument("name", metavar="PARTNER[@VERSION]")
@click.option(
    "--accept", is_flag=True, help="Write what the cases leave as expected; read the diff."
)
@click.pass_context
@json_option
def test_(ctx: click.Context, name: str, *, accept: bool, as_json: bool) -> None:
    """Run the cases in partners/PARTNER/tests/ offline, clock and counters frozen.

    Everything a case leaves is compared byte for byte: findings, documents, Odoo calls, answers,
    entries. Exit 3 when something differs.
    """
    home = Home(Path(ctx.obj))
    if accept:
        tools = open_tools(home)
        permit(tools, "profile.write", actor(), name)
        tools.close()
    rows = list(run_cases(home, *split(name), accept=accept))
    shown = rows if as_json else [one for one in rows if one.state != SAME]
    table(Compared._fields, shown, as_json=as_json)
    done = results_of(rows)
    click.echo(f"{done['cases']} cases, {done['failed']} failed", err=True)
    if done["failed"]:
        ctx.exit(CHECKS_FAILED)


for _command in (*partnership.COMMANDS, *lifecycle.COMMANDS, *rehearsal.COMMANDS):
    partner.add_command(_command)
