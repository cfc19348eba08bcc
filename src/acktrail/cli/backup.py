"""``acktrail backup`` and ``acktrail restore``."""

from pathlib import Path

import click

from acktrail.app import backup as backups
from acktrail.app.access import permit
from acktrail.app.home import Home
from acktrail.app.restore import NUMBERS, Order
from acktrail.app.restore import restore as restore_home
from acktrail.app.wiring import open_tools
from acktrail.cli.actor import actor
from acktrail.cli.failures import BROKEN
from acktrail.cli.output import json_option, table
from acktrail.errors import NotFoundError

FOLDER = click.Path(path_type=Path, file_okay=False)


@click.command()
@click.argument("folder", type=FOLDER)
@click.option("--keys", type=FOLDER, help="Another folder, for keys and secrets; kept apart.")
@click.option("--verify", is_flag=True, help="Make none: compare the newest, or FOLDER itself.")
@click.pass_context
@json_option
def backup(
    ctx: click.Context, folder: Path, keys: Path | None, *, verify: bool, as_json: bool
) -> None:
    """Copy this home into FOLDER while the service runs; each backup adds what is new.

    Without keys the copy cannot be restored, and with them anybody can read it: two places. Exit 8
    when --verify finds a difference.
    """
    if verify:
        _verify(ctx, folder, as_json=as_json)
        return
    tools = open_tools(Home(Path(ctx.obj)))
    ctx.call_on_close(tools.close)
    permit(tools, "backup.make", actor())
    made = backups.make(tools, folder, keys)
    table(made._fields, [made], as_json=as_json)
    if keys is None:
        click.echo("Keys and secrets are not in it: keep var/keys/ and secrets/ apart.", err=True)


def _verify(ctx: click.Context, folder: Path, *, as_json: bool) -> None:
    found = folder if (folder / backups.MANIFEST).is_file() else backups.newest(folder)
    if found is None:
        msg = f"{folder}: no whole backup"
        raise NotFoundError(msg)
    faults = 0
    for fault in backups.faults(found):
        faults += 1
        click.echo(fault, err=True)
    table(
        ("backup", "made", "faults"),
        [(found, backups.manifest(found)["made"], faults)],
        as_json=as_json,
    )
    if faults:
        ctx.exit(BROKEN)


@click.command()
@click.argument("source", metavar="BACKUP", type=click.Path(path_type=Path, exists=True))
@click.option("--keys", type=FOLDER, required=True, help="The folder of its keys and secrets.")
@click.option("--to", "root", type=FOLDER, required=True, help="The home to make; empty or new.")
@click.option("--reason", required=True, help="Why; kept in the ledger for ever.")
@click.option(
    "--skip-numbers",
    type=click.IntRange(0, 1_000_000),
    default=NUMBERS,
    show_default=True,
    help="Control numbers of each series that may have been given since.",
)
@json_option
def restore(
    source: Path, keys: Path, root: Path, reason: str, skip_numbers: int, *, as_json: bool
) -> None:
    """Make a home from BACKUP, prove its ledger and say there what happened.

    Stop the service that ran before, for good, first. Exit 6 when the place is not empty, 8 when
    the backup is damaged.
    """
    done = restore_home(source, keys, root, Order(actor(), reason, skip_numbers))
    table(done._fields, [done], as_json=as_json)
    click.echo("Next: read docs/runbooks/restore.md, then start the service.", err=True)
