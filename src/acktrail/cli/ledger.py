"""``acktrail ledger`` and ``acktrail db``."""

from datetime import UTC, datetime
from pathlib import Path

import click

from acktrail.app import handing_over
from acktrail.app.home import Home
from acktrail.app.packing import Wish
from acktrail.app.proving import faults_of
from acktrail.app.sealing import keys, sealing
from acktrail.app.tools import Tools
from acktrail.app.wiring import database_url, open_tools
from acktrail.cli.actor import actor
from acktrail.cli.failures import BROKEN, DOWN
from acktrail.cli.output import json_option, line
from acktrail.ledger import database

INSTANT = click.DateTime(["%Y-%m-%d", "%Y-%m-%dT%H:%M:%S"])  # UTC


@click.group()
def ledger() -> None:
    """The proof: entries, chains, their verification."""


@ledger.command()
@click.argument("key", required=False, default="")
@click.option("--payload", is_flag=True, help="With KEY: also the bytes that were kept.")
@click.option(
    "--anchors",
    type=click.Path(exists=True, path_type=Path),
    help="A checkpoint that was kept outside, or a folder of them.",
)
@click.pass_context
@json_option
def verify(
    ctx: click.Context, key: str, anchors: Path | None, *, payload: bool, as_json: bool
) -> None:
    """Recompute every chain and the tree; exit 8 with the places where something differs.

    With KEY (an exchange) only its chain, its places in the signed tree and, with --payload, its
    bytes. Without --anchors the ledger is proved consistent with itself and its own signatures.
    """
    tools = open_tools(Home(Path(ctx.obj)))
    if key:
        _verify_one(ctx, tools, key, payload=payload, as_json=as_json)
        return
    kept = _notes(anchors)
    faults = 0
    for fault in handing_over.faults(tools, kept):
        faults += 1
        click.echo(fault, err=True)
    entries, streams = tools.ledger.size()
    if as_json:
        line(
            {
                "ok": not faults,
                "entries": entries,
                "streams": streams,
                "faults": faults,
                "anchors": len(kept),
            }
        )
    else:
        word = "verified" if not faults else "BROKEN"
        click.echo(f"{word}: {entries} entries in {streams} streams, {faults} faults")
    tools.close()
    if faults:
        ctx.exit(BROKEN)


def _verify_one(
    ctx: click.Context, tools: Tools, key: str, *, payload: bool, as_json: bool
) -> None:
    row = tools.ledger.exchange(key)
    found = list(faults_of(sealing(tools), row, payload=payload))
    tools.close()
    for fault in found:
        click.echo(fault, err=True)
    if as_json:
        facts = {"exchange": row.id, "ok": not found, "entries": row.entries, "faults": len(found)}
        line(facts | ({"raw_sha256": row.raw_sha256} if payload else {}))
    else:
        word = "verified" if not found else "BROKEN"
        what = f", bytes sha256 {row.raw_sha256}" if payload else ""
        click.echo(f"{word}: {row.id}, {row.entries} entries{what}, {len(found)} faults")
    if found:
        ctx.exit(BROKEN)


def _notes(place: Path | None) -> list[str]:
    """Read the checkpoints that somebody kept."""
    if place is None:
        return []
    files = sorted(one for one in place.iterdir() if one.is_file()) if place.is_dir() else [place]
    return [one.read_text("utf-8", errors="replace") for one in files]


@ledger.command()
@click.pass_context
@json_option
def checkpoint(ctx: click.Context, *, as_json: bool) -> None:
    """Place what waits, sign, hand it to the witnesses, and print the checkpoint.

    Exit 7 when a witness could not be reached, 8 when one keeps another history.
    """
    tools = open_tools(Home(Path(ctx.obj)))
    done = handing_over.checkpoint(tools, actor())
    if as_json:
        given = [{"name": n, "size": s, "error": code} for n, s, code in done.witnesses]
        line({"size": done.size, "note": done.note, "witnesses": given})
    else:
        click.echo(done.note, nl=False)
    for name, size, code in done.witnesses:
        click.echo(f"{name}: {code or f'keeps {size}'}", err=True)
    tools.close()
    if any(code for _, _, code in done.witnesses):
        ctx.exit(DOWN)


@ledger.command()
@click.option("--partner", required=True)
@click.option("--from", "since", required=True, type=INSTANT, help="Received at or after this.")
@click.option("--to", "until", required=True, type=INSTANT, help="Received before this.")
@click.option("--out", required=True, type=click.Path(path_type=Path, dir_okay=False))
@click.option("--reason", required=True, help="Kept in the ledger; no patient data in it.")
@click.option("--at", default=0, help="As of the checkpoint of this size [default: the newest]")
@click.option("--payloads", is_flag=True, help="With the files and every answer: patient data.")
@click.pass_context
@json_option
def pack(
    ctx: click.Context,
    partner: str,
    since: datetime,
    until: datetime,
    out: Path,
    reason: str,
    at: int,
    *,
    payloads: bool,
    as_json: bool,
) -> None:
    """Write an evidence pack: entries with proofs, profiles, answers, a verifier; one zip file.

    The same question --at the same checkpoint gives the same bytes. Exit 4 when there is nothing.
    """
    tools = open_tools(Home(Path(ctx.obj)))
    wish = Wish(partner, since.replace(tzinfo=UTC), until.replace(tzinfo=UTC), at, payloads)
    try:
        done = handing_over.pack(tools, wish, actor(), reason, out)
    finally:
        tools.close()
    if as_json:
        line(done._asdict())
    else:
        click.echo(f"{out}: {done.exchanges} exchanges, {done.entries} entries, as of {done.size}")


@ledger.command()
@click.pass_context
def key(ctx: click.Context) -> None:
    """Print the public keys that checkpoints are checked with, one a line."""
    tools = open_tools(Home(Path(ctx.obj)))
    for one in keys(tools).believed:
        click.echo(str(one))
    tools.close()


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
