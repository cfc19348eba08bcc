"""The receive stage's shell: looks at one endpoint, takes what is complete, once.

Order of effects: the bytes are durable in the store, then claim, exchange, first entry and enqueue
are one transaction, and only then is the file at the partner's side touched. Two processes may
fetch the same file; one of them wins the claim.
"""

import logging
import tempfile
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime
from hashlib import sha256
from pathlib import Path

from acktrail.app.home import Found
from acktrail.engine.port import Engine, Task
from acktrail.errors import ChangedError, TooLargeError, UnavailableError
from acktrail.pipeline.receive import (
    GiveUp,
    Observation,
    Wait,
    as_seen,
    interval,
    is_temporary,
    marker_of,
    observe,
    readiness,
    wanted,
)
from acktrail.ports import (
    ORIGINAL,
    Arrival,
    Clock,
    Evidence,
    Format,
    Ledger,
    NewExchange,
    Seen,
    Store,
    Transport,
)
from acktrail.profiles.partner import Flow
from acktrail.security.masking import escape_name

log = logging.getLogger("acktrail.receive")
PEEK_BYTES = 4096


@dataclass(frozen=True, slots=True)
class Shell:
    """What every lister works with."""

    ledger: Ledger
    store: Store
    engine: Engine
    clock: Clock
    new_id: Callable[[], str]
    format_of: Callable[[str], Format]
    staging: Path
    actor: str


@dataclass(slots=True)
class Lister:
    """One inbound endpoint of one partner."""

    found: Found
    transport: Transport
    shell: Shell
    held: str = ""  # code to hold every file with: the profile may not run
    looks: dict[bytes, Observation] = field(default_factory=dict)  # by path, our clock
    recovered: bool = False

    @property
    def endpoint(self) -> str:
        """Name the folder in claims."""
        return f"{self.found.profile.id}/inbound"

    def poll(self) -> tuple[int, int]:
        """Look once; return how many files were taken, and how many wait to be complete.

        Raises:
            UnavailableError: The other side does not answer.
            SetupError: A wrong host key or a refused login: the endpoint stops.
        """
        if not self.recovered:
            self._finish_disposals()
            self.recovered = True
        taken = waiting = 0
        listed = sorted(self.transport.list())
        now = self._look(listed)
        for seen in listed:
            flow = self._flow(seen)
            if flow is None:
                continue
            done = self._consider(seen, flow, now)
            taken += done is True
            waiting += done is False
        return taken, waiting

    def _look(self, listed: list[Seen]) -> datetime:
        """Add this listing to what was seen of each file; forget those that are gone.

        Returns:
            The time of the look: what is decided from it is decided by this time, however long
            the files before took.
        """
        now, every = self.shell.clock.now(), interval(self.found.profile.inbound.ready)
        self.looks = {
            seen.path: observe(self.looks.get(seen.path), seen, now, every)
            for seen in listed
            if not is_temporary(seen.path)
        }
        return now

    def _flow(self, seen: Seen) -> Flow | None:
        profile = self.found.profile
        return next((flow for flow in profile.flow if wanted(seen.path, flow.include)), None)

    def _consider(self, seen: Seen, flow: Flow, now: datetime) -> bool | None:
        """Take the file (True), let it wait (False), or see that it is dealt with (None)."""
        generation = self.shell.ledger.generation(self.endpoint, seen)
        if generation is None:
            return None
        ready = self.found.profile.inbound.ready
        complete = self._complete(seen, flow) if seen.size and not flow.envelope else None
        verdict = readiness(
            self.looks[seen.path],
            ready,
            now,
            marker=self.looks.get(marker_of(seen.path)),
            complete=complete,
        )
        match verdict:
            case Wait():
                return False
            case GiveUp(code):
                self._take(seen, flow, generation, held=code)
            case _:
                self._take(seen, flow, generation, held=self.held)
        return True

    def _complete(self, seen: Seen, flow: Flow) -> bool | None:
        """Ask the format whether the trailer is there, where clear bytes can be seen."""
        try:
            head, tail = self.transport.peek(seen, PEEK_BYTES)
        except (ChangedError, UnavailableError):
            return False
        return self.shell.format_of(flow.format).complete(head, tail)

    def _take(self, seen: Seen, flow: Flow, generation: int, held: str = "") -> None:
        profile = self.found.profile
        shell = self.shell
        arrival = Arrival(profile.id, self.endpoint, seen.path, seen.size, seen.mtime, generation)
        self.shell.staging.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryFile(dir=shell.staging) as staged:
            try:
                evidence = self.transport.fetch(seen, staged, profile.inbound.limits.file)
                staged.seek(0)
                raw = shell.store.put_stream(staged, ORIGINAL, profile.stays(ORIGINAL))
            except ChangedError:
                return
            except TooLargeError:  # nothing of it is kept but the fact
                evidence = Evidence(seen.size, sha256(b"").hexdigest(), {})
                raw, held = shell.store.put(b"", ORIGINAL), "partner.too_large"
        self._commit(arrival, flow, raw, evidence, held)
        self._dispose(arrival, keep=held == "partner.too_large")

    def _commit(
        self, arrival: Arrival, flow: Flow, raw: str, evidence: Evidence, held: str
    ) -> None:
        """Claim, open the exchange, write its first entry and enqueue it: all or nothing."""
        profile, shell = self.found.profile, self.shell
        exchange = shell.new_id()
        body = {
            "flow": flow.name,
            "size": evidence.size,
            "blob": raw,
            "profile": profile.label,
            "profile_sha256": self.found.sha256,
            "ready": profile.inbound.ready.mode,
            **transport_facts(evidence),
        }
        order = f"{profile.id}/{flow.name}" if flow.ordered else ""
        row = NewExchange(
            exchange,
            profile.id,
            profile.label,
            self.found.sha256,
            "in",
            flow.lane,
            order,
            escape_name(arrival.path),
            raw,
            evidence.sha256,
            evidence.size,
        )
        with shell.ledger.begin() as tx:
            if not tx.claim(arrival, exchange):
                return
            tx.open_exchange(row, body, shell.actor)
            if held:
                tx.append(exchange, "held", {"code": held}, shell.actor)
            else:
                key = order or f"{profile.id}/{flow.name}/{exchange[-1]}"
                shell.engine.submit(tx, Task(exchange, 0, lane=flow.lane, key=key))

    def _dispose(self, arrival: Arrival, *, keep: bool = False) -> None:
        """Deal with the remote file; a failure here only means that it is done later."""
        how = "keep" if keep else self.found.profile.inbound.after
        seen = as_seen(arrival)
        stamp = self.shell.clock.now().strftime("%Y%m%dT%H%M%S%f")
        try:
            done = self.transport.dispose(seen, how, f"{stamp}_{escape_name(arrival.path)}")
        except UnavailableError:
            log.warning("disposal postponed: endpoint=%s", self.endpoint)
            self.recovered = False
            return
        with self.shell.ledger.begin() as tx:
            tx.disposed(arrival, done)

    def _finish_disposals(self) -> None:
        """Finish what a stopped process left: claimed and kept, but still lying there."""
        listed = set(self.transport.list())
        for arrival, exchange in self.shell.ledger.undisposed(self.endpoint):
            seen = as_seen(arrival)
            if seen in listed and not self._same_bytes(seen, exchange):
                with self.shell.ledger.begin() as tx:  # a namesake of equal size and second
                    tx.disposed(arrival, "changed")
            else:
                self._dispose(arrival)

    def _same_bytes(self, seen: Seen, exchange: str) -> bool:
        with tempfile.TemporaryFile(dir=self.shell.staging) as staged:
            try:
                evidence = self.transport.fetch(
                    seen, staged, self.found.profile.inbound.limits.file
                )
            except (ChangedError, TooLargeError):
                return False
        return evidence.sha256 == self.shell.ledger.exchange(exchange).raw_sha256


def transport_facts(evidence: Evidence) -> dict[str, str]:
    """Return what a transport says of a file, under names that no other key of an entry has."""
    facts = evidence.facts.items()
    return {name if name == "transport" else f"transport_{name}": text for name, text in facts}
