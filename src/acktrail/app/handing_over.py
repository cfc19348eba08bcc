"""What an auditor does with the ledger: look at its proof, sign it now, take evidence away."""

from collections.abc import Iterable, Iterator
from itertools import chain
from pathlib import Path
from typing import NamedTuple

from acktrail.app import packing
from acktrail.app.access import EXPORTED, need_reason, note, permit, permit_look
from acktrail.app.packing import Packed, Wish
from acktrail.app.sealing import keys, sealing, tile_files
from acktrail.app.tools import Tools


class Sealed(NamedTuple):
    """A checkpoint that was signed now, and who keeps it."""

    size: int
    note: str
    witnesses: list[tuple[str, int, str]]  # name, size, code of what went wrong or ""


def faults(tools: Tools, anchors: Iterable[str] = ()) -> Iterator[str]:
    """Recompute every chain and the tree; yield each fault as ``place: what differs``."""
    kept = list(anchors)
    yield from chain(
        tools.ledger.verify(), tools.ledger.verify_tree(tile_files(tools), keys(tools), kept)
    )


def checkpoint(tools: Tools, actor: str) -> Sealed:
    """Place what waits, sign, and hand the checkpoint to the witnesses.

    Raises:
        LedgerError: The ledger, or a witness, keeps another history.
        PolicyError: The role is missing.
    """
    permit(tools, "ledger.checkpoint", actor)
    one = sealing(tools)
    one.check()
    one.seal()
    newest = one.sequencer.newest()
    return Sealed(newest.newest.size, newest.note, one.anchor())


def pack(tools: Tools, wish: Wish, actor: str, reason: str, out: Path) -> Packed:
    """Write an evidence pack; that it was taken is in the ledger before anybody has it.

    Raises:
        NotFoundError: There is nothing to pack.
        PolicyError: The role, the grant to look at payloads or the reason is missing.
    """
    if wish.payloads:
        permit_look(tools, actor, reason, wish.partner)
    permit(tools, "ledger.pack", actor, wish.partner)
    need_reason(reason)
    draft = out.with_name(f".{out.name}.part")
    try:
        done = packing.pack(sealing(tools), wish, draft)
        facts = {"partner": wish.partner, "payloads": wish.payloads, "reason": reason}
        note(tools, EXPORTED, actor, {**done._asdict(), **facts})
        draft.replace(out)
    finally:
        draft.unlink(missing_ok=True)
    return done
