"""The tree over all entries in a running home: its keys, its files, its witnesses."""

import logging
import os
import threading
from collections.abc import Iterator
from contextlib import closing, suppress
from dataclasses import dataclass
from datetime import timedelta

from acktrail.app.endpoints import make_transport
from acktrail.app.settings import Witness
from acktrail.app.tools import Tools
from acktrail.engine.guard import kept_alive
from acktrail.errors import AcktrailError, ConflictError, LedgerError
from acktrail.ledger.note import PublicKey, public_key
from acktrail.ledger.sequencer import Grown, Keys, Sequencer
from acktrail.ledger.tile_files import TileFiles
from acktrail.ports import Transport
from acktrail.security.masking import keyed
from acktrail.security.signing import Ed25519Signer, new_key, signature_holds
from acktrail.transports.witness import Behind, Statement, add_checkpoint

log = logging.getLogger("acktrail.ledger")
SUFFIX = ".checkpoint"
DEFECT_SECONDS = 30.0
RECEIPT = "kept"


@dataclass(slots=True)
class Sealing:
    """Places entries, signs checkpoints and hands them to the witnesses."""

    tools: Tools
    sequencer: Sequencer

    def check(self) -> None:
        """Compare the database with what was signed before; witnesses that are away are skipped.

        Raises:
            LedgerError: With code ``ledger.forked``: an older copy, or another history.
        """
        self.sequencer.check(list(self._anchors()))

    def seal(self) -> Grown | None:
        """Place what waits and sign; None when there was nothing to do."""
        return self.sequencer.run()

    def anchor(self) -> list[tuple[str, int, str]]:
        """Hand the newest checkpoint to every witness: name, size, and the error's code or ``""``.

        Raises:
            LedgerError: With code ``ledger.forked``: a witness keeps another history.
        """
        newest = self.sequencer.newest()
        done = []
        for one in self.tools.settings.ledger.witness if newest.note else ():
            code = ""
            try:
                self._give(one, newest)
            except LedgerError:
                raise
            except AcktrailError as error:
                code = error.code
                log.warning("witness failed: witness=%s code=%s", one.name, code)
            done.append((one.name, newest.newest.size, code))
        return done

    def _give(self, witness: Witness, newest: Grown) -> None:
        size = newest.newest.size
        last = self.sequencer.last_anchor(witness.name)
        if last == size:
            return
        receipt = RECEIPT
        if witness.url:
            receipt = self._ask(witness, newest, last)
        else:
            with closing(self._place(witness)) as place:
                try:
                    place.put(f"{size:016d}{SUFFIX}", newest.note.encode())
                except ConflictError:
                    msg = "a witness keeps another checkpoint of this size"
                    raise LedgerError(msg, code="ledger.forked") from None
        self.sequencer.anchored(witness.name, size, receipt)

    def _ask(self, witness: Witness, newest: Grown, last: int) -> str:
        """Ask an HTTPS witness; one that saw more than we noted is asked again from there."""
        size = newest.newest.size
        for _ in range(2):
            proof = self.sequencer.proof(last, size)
            answer = add_checkpoint(witness.url, Statement(last, proof, newest.note))
            if not isinstance(answer, Behind):
                return answer
            last = answer.size
            if last > size:
                break
        msg = "a witness saw a larger ledger: an older copy runs"
        raise LedgerError(msg, code="ledger.forked")

    def _place(self, witness: Witness) -> Transport:
        return make_transport(
            self.tools.home, self.tools.secrets, witness, f"var/witness/{witness.name}"
        )

    def _anchors(self) -> Iterator[str]:
        """Yield the newest note of every witness that can be read now."""
        for one in self.tools.settings.ledger.witness:
            if one.url:
                continue
            try:
                with closing(self._place(one)) as place:
                    kept = [s for s in place.list() if s.path.endswith(SUFFIX.encode())]
                    if kept:
                        newest = max(kept, key=lambda seen: seen.path)
                        yield place.peek(newest, newest.size)[0].decode("utf-8", "replace")
            except AcktrailError as error:
                log.warning("witness not read: witness=%s code=%s", one.name, error.code)


def sealing(tools: Tools) -> Sealing:
    """Make what seals the ledger of a home; its first key is made here.

    Raises:
        SecretError: The signing key cannot be read.
        LedgerError: A public key in the settings cannot be read.
    """
    return Sealing(tools, tools.ledger.sequencer(tile_files(tools), keys(tools)))


def tile_files(tools: Tools) -> TileFiles:
    """Return the folder of the tree's files."""
    return TileFiles(tools.home.var / "tiles")


def keys(tools: Tools) -> Keys:
    """Read the signing keys; the public halves are believed, with those of before."""
    settings = tools.settings.ledger
    named = [one for one in (settings.signing_key, settings.next_key) if one is not None]
    texts = [tools.secrets.get(one) for one in named]
    if settings.signing_key is None:
        texts.insert(0, _own_key(tools))
    signers = [Ed25519Signer(text) for text in texts]
    own = [PublicKey(one.name, one.key) for one in signers]
    return Keys(signers, [*own, *map(public_key, settings.believed)], signature_holds)


def _own_key(tools: Tools) -> str:
    """Read the home's own signing key; the first one who asks makes it."""
    path = tools.home.ledger_key()
    if not path.exists():
        text = new_key(f"acktrail.local/{keyed(tools.naming_key, 'ledger')[:16]}")
        flags = os.O_WRONLY | os.O_CREAT | os.O_EXCL
        with suppress(FileExistsError), os.fdopen(os.open(path, flags, 0o400), "w") as file:
            file.write(text)
            file.flush()
            os.fsync(file.fileno())
    return path.read_text("ascii")


@dataclass(slots=True)
class SealLoop:
    """Seals every second and anchors every few minutes, until the service stops."""

    sealing: Sealing
    stop: threading.Event
    forked: bool = False  # not the history that was signed: the service has to end
    waited: timedelta = timedelta.max

    def run(self) -> None:
        """Go on until the service stops; a fork stops it: nothing more is signed or posted."""
        pause = 0.0
        while not self.stop.wait(pause):
            pause = kept_alive(self.once, "ledger", DEFECT_SECONDS)

    def once(self) -> float:
        """Seal and, when it is time, anchor; return the seconds to the next look."""
        settings = self.sealing.tools.settings.ledger
        try:
            self.sealing.seal()
            if self.waited >= settings.anchor_every:
                self.sealing.anchor()
                self.waited = timedelta(0)
            self.waited += settings.every
        except LedgerError as error:
            log.critical("ledger is not as it was signed: code=%s", error.code)
            self.forked = True
            self.stop.set()
        except AcktrailError as error:
            log.warning("sealing failed: code=%s", error.code)
        return settings.every.total_seconds()
