"""``acktrail ledger`` and ``acktrail db``."""

from pathlib import Path

import click

from acktrail.app.home import Home
from acktrail.app.wiring import database_url, open_tools
from acktrail.cli.failures import BROKEN
from acktrail.cli.output import json_option, line
from acktrail.ledger import database


@click.group()
def ledger() -> None:
    """The proof: entries, chains, their verification."""


@ledger.command()
@click.pass_context
@json_option
def verify(ctx: click.Context, *, as_json: bool) -> None:
    """Recompute every chain; exit 8 with the first places where something differs."""
    tools = open_tools(Home(Path(ctx.obj)))
    faults = 0
    for fault in tools.ledger.verify():
        faults += 1
        click.echo(fault, err=True)
    entries, streams = tools.ledger.size()
    if as_json:
        line({"ok": not faults, "entries": entries, "streams": streams, "faults": faults})
    else:
        word = "verified" if not faults else "BROKEN"
        click.echo(f"{word}: {entries} entries in {streams} streams, {faults} faults")
    tools.close()
    if faults:
        ctx.exit(BROKEN)


@ledger.command()
@click.argument("stream")
@click.pass_context
@json_option
def show(ctx: click.Context, stream: str, *, as_json: bool) -> None:
    """Show every entry of STREAM: an exchange's id or another stream's name."""
    tools = open_tools(Home(Path(ctx.obj)))
    key = tools.ledger.exchange(stream).id if ":" not in stream else stream
    for entry in tools.ledger.entries(key):
        if as_json:
            line(
                {
                    "stream": entry.stream,
                    "n": entry.n,
                    "at": entry.at.isoformat(),
                    "kind": entry.kind,
                    "actor": entry.actor,
                    "body": dict(entry.body),
                    "hash": entry.hash.hex(),
                    "prev": entry.prev.hex(),
                }
            )
        else:
            facts = " ".join(f"{name}={value}" for name, value in sorted(entry.body.items()))
            click.echo(
                f"{entry.n}\t{entry.at.isoformat()}\t{entry.kind}\t{entry.actor}\t"
                f"{entry.hash.hex()[:16]}\t{facts}"
            )
    tools.close()


@click.group()
def db() -> None:
    """The database's tables."""


@db.command()
@click.pass_context
def upgrade(ctx: click.Context) -> None:
    """Bring the tables to the newest revision."""
    home = Home(Path(ctx.obj))
    engine = database.open_engine(database_url(home, home.settings().database), durable=True)
    database.upgrade(engine)
    database.check_triggers(engine)
    click.echo(database.current_revision(engine))
    engine.dispose()
