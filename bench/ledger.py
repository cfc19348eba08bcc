"""Verification of a large ledger: entries a second and core, beside the same SELECT and SHA-256.

``python -m bench.ledger --entries 1000000`` makes a ledger in a folder that is removed afterwards,
signs it, and verifies chains and tree. Bars: 250,000 entries a second and core, 3 x the bare pass.
"""

import sqlite3
import sys
from argparse import ArgumentParser
from collections.abc import Callable
from hashlib import sha256
from pathlib import Path
from tempfile import TemporaryDirectory
from time import process_time

from acktrail.ledger.note import PublicKey
from acktrail.ledger.sequencer import Keys
from acktrail.ledger.tile_files import TileFiles
from acktrail.security.signing import Ed25519Signer, new_key, signature_holds
from tests.service.ledger.samples import TickingClock, exchange_id, open_exchanges, opened_ledger

EACH = 10  # entries of an exchange
BATCH = 500  # exchanges in a transaction
KINDS = ("opened", "read", "translated", "planned", "posted", "acknowledged", "delivered", "closed")


def run(entries: int, folder: Path) -> int:
    """Make, sign and verify; print the figures; 3 when something is found."""
    path = folder / "ledger.db"
    ledger, engine = opened_ledger(f"sqlite:///{path}", TickingClock())
    for first in range(0, entries // EACH, BATCH):
        names = range(first, min(first + BATCH, entries // EACH))
        open_exchanges(ledger, *names)
        with ledger.begin() as tx:
            for number in names:
                for kind in KINDS:
                    tx.append(exchange_id(number), kind, {"messages": number}, "svc:bench")
                tx.append(exchange_id(number), "closed", {}, "svc:bench")
    signer = Ed25519Signer(new_key("acktrail.local/bench"))
    keys = Keys([signer], [PublicKey(signer.name, signer.key)], signature_holds)
    files = TileFiles(folder / "tiles")
    ledger.sequencer(files, keys).run()
    bare = _timed(lambda: _bare(path))
    faults: list[str] = []
    chain = _timed(lambda: faults.extend(ledger.verify()))
    tree = _timed(lambda: faults.extend(ledger.verify_tree(files, keys, [])))
    engine.dispose()
    for name, seconds in (("SELECT + SHA-256", bare), ("chains", chain), ("tree", tree)):
        print(
            f"{name}: {entries / seconds:,.0f} entries/s, {seconds / bare:.2f} x bare", flush=True
        )
    print(f"both: {entries / (chain + tree):,.0f} entries/s; faults: {len(faults)}")
    return 3 if faults else 0


def _bare(path: Path) -> None:
    with sqlite3.connect(path) as database:
        for (data,) in database.execute("SELECT data FROM ledger_entry ORDER BY stream, n"):
            sha256(data).digest()


def _timed(act: Callable[[], object]) -> float:
    start = process_time()
    act()
    return process_time() - start


if __name__ == "__main__":
    parser = ArgumentParser(description=__doc__)
    parser.add_argument("--entries", type=int, default=1_000_000)
    wanted = parser.parse_args().entries
    with TemporaryDirectory() as place:
        sys.exit(run(wanted, Path(place)))
