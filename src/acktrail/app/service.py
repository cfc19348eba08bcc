"""The running service: a thread per inbound endpoint, the engine, an orderly stop."""

import gc
import logging
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import timedelta

from acktrail.app.drain import Returns
from acktrail.app.home import Found
from acktrail.app.lister import Lister
from acktrail.app.looks import endpoint_stream
from acktrail.app.sealing import SealLoop, sealing
from acktrail.app.wiring import Wired
from acktrail.engine.guard import kept_alive
from acktrail.engine.port import back_off
from acktrail.errors import AcktrailError, SetupError, UnavailableError
from acktrail.transports.watch import FolderWatch

log = logging.getLogger("acktrail.service")
REFUSED_LOGINS = 3
SETTLE_SECONDS = 0.1
LOOK_SECONDS = 5.0  # between two looks at watches and dead exchanges
DEFECT_SECONDS = 30.0  # after a turn of a loop that failed for an unknown reason
THREADS_SECONDS = 5.0  # that all polling threads together get to end
GC_THRESHOLD = 50_000


@dataclass(slots=True)
class EndpointState:
    """How an endpoint is doing, for ``status`` and the log."""

    partner: str
    failures: int = 0
    refused: int = 0
    stopped: str = ""  # code of the error that stopped it until a person acts
    taken: int = 0
    waiting: int = 0
    polls: int = 0
    resumed: bool = False  # the ledger says that it is polled


@dataclass(slots=True)
class EndpointLoop:
    """Polls one endpoint: on a wake, after the interval, backing off while it is away."""

    lister: Lister
    wake: threading.Event
    state: EndpointState
    stop: threading.Event
    renewed: Callable[[Lister], Lister | None]  # by the version that governs now

    def run(self) -> None:
        """Poll until the service stops or a person has to act."""
        while not self.stop.is_set() and not self.state.stopped:
            self.wake.wait(kept_alive(self.once, self.state.partner, DEFECT_SECONDS))
            self.wake.clear()
        self.lister.transport.close()

    def once(self) -> float:
        """Poll once; return how many seconds to wait before the next look."""
        ready = self.lister.found.profile.inbound.ready
        poll = self.lister.found.profile.inbound.poll.total_seconds()
        self.state.polls += 1
        try:
            if not self.state.resumed:  # said once; a database that is away ends no polling
                note_endpoint(self.lister, "resumed", "")
                self.state.resumed = True
            lister = self.renewed(self.lister)
            if lister is None:
                return poll
            self.lister = lister
            taken, self.state.waiting = lister.poll()
        except UnavailableError as error:
            self.state.failures += 1
            log.warning("poll failed: partner=%s code=%s", self.state.partner, error.code)
            return back_off(self.state.failures).total_seconds()
        except SetupError as error:
            return self._refused(error)
        self.state.failures = self.state.refused = 0
        self.state.taken += taken
        if self.state.waiting:
            return min(ready.interval.total_seconds(), poll)
        return SETTLE_SECONDS if taken else poll

    def _refused(self, error: SetupError) -> float:
        """Stop at once for a wrong host key, after three refusals for a login."""
        self.state.refused += 1
        if error.code != "setup.login" or self.state.refused >= REFUSED_LOGINS:
            self.state.stopped = error.code
            log.error("endpoint stopped: partner=%s code=%s", self.state.partner, error.code)
            note_endpoint(self.lister, "stopped", error.code)
        return back_off(self.state.refused).total_seconds()


def note_endpoint(lister: Lister, kind: str, code: str) -> None:
    """Write into the endpoint's stream that a person has to act, or that it goes on again."""
    shell, stream = lister.shell, endpoint_stream(lister.found.profile.id)
    with shell.ledger.begin() as tx:
        before = tx.entries(stream)
        if before[-1].kind != kind if before else kind == "stopped":
            tx.append(stream, kind, {"code": code}, shell.actor)


@dataclass(slots=True)
class Service:
    """Everything that runs in one process."""

    wired: Wired
    stopping: threading.Event = field(default_factory=threading.Event)
    loops: list[EndpointLoop] = field(default_factory=list)
    watches: list[FolderWatch] = field(default_factory=list)
    seal: SealLoop = field(init=False)

    def __post_init__(self) -> None:
        self.seal = SealLoop(sealing(self.wired.tools), self.stopping)

    def start(self) -> None:
        """Start the engine, which first finishes what was left.

        Raises:
            LedgerError: The ledger is older than, or other than, what was signed: nothing starts.
        """
        self.seal.sealing.check()
        gc.freeze()  # the guides stay for ever
        gc.set_threshold(GC_THRESHOLD)  # documents are trees without cycles
        self.wired.engine.start()
        self.wired.note_dead()
        for found in self._profiles():
            self.loops.append(self._loop(found))

    def _profiles(self) -> list[Found]:
        """Read all profiles; one that breaks its schema stops only its own partner."""
        found = []
        for partner in self.wired.tools.home.partners():
            try:
                found.append(self.wired.tools.home.profile(partner))
            except AcktrailError as error:
                log.error("profile refused: partner=%s code=%s", partner, error.code)  # noqa: TRY400
        return found

    def _loop(self, found: Found) -> EndpointLoop:
        state = EndpointState(found.profile.id)
        return EndpointLoop(
            self.wired.lister(found), threading.Event(), state, self.stopping, self.wired.renewed
        )

    def _watch(self, loop: EndpointLoop) -> None:
        """Let events wake the loop of a local folder; its own interval stays the safety net."""
        found = loop.lister.found
        inbound = found.profile.inbound
        if inbound.transport == "folder":
            folder = self.wired.inbound_folder(found)
            watch = FolderWatch([folder], wake=loop.wake, polling=inbound.watch == "poll")
            watch.start()
            self.watches.append(watch)

    def run(self) -> None:
        """Serve until :attr:`stopping` is set."""
        for loop in self.loops:
            self._watch(loop)
        threads = [
            threading.Thread(target=self._drain, name="drain", daemon=True),
            threading.Thread(target=self.seal.run, name="ledger", daemon=True),
        ]
        threads += [
            threading.Thread(target=loop.run, name=f"poll-{loop.state.partner}", daemon=True)
            for loop in self.loops
        ]
        for thread in threads:
            thread.start()
        pause = 0.0
        while not self.stopping.wait(pause):
            pause = kept_alive(self._look_after, "service", LOOK_SECONDS)
        for loop in self.loops:
            loop.wake.set()
        end = time.monotonic() + THREADS_SECONDS
        for thread in threads:
            thread.join(timeout=max(0.0, end - time.monotonic()))
        self.stop()

    def _look_after(self) -> float:
        """Renew watches that ended, and note what the engine gave up."""
        for watch in self.watches:
            watch.renew()
        self.wired.note_dead()
        return LOOK_SECONDS

    def _drain(self) -> None:
        """Send what the journal kept: at the start, and whenever an Odoo is there again."""
        returns, pause = Returns(self.wired.tools, self.wired.sender), 0.0

        def look() -> float:
            returns.look()
            return LOOK_SECONDS

        while not self.stopping.wait(pause):
            pause = kept_alive(look, "drain", LOOK_SECONDS)

    def run_once(self, patience: timedelta) -> bool:
        """Take what is there, finish it, stop; False when something was still open at the end."""
        done = self.settle(time.monotonic() + patience.total_seconds())
        for loop in self.loops:
            loop.lister.transport.close()
        self.stop()
        return done

    def settle(self, deadline: float) -> bool:
        """Poll until nothing waits to be taken, then wait until nothing is due or running."""
        self._until(self._nothing_waits, deadline)
        return self._until(lambda: self.wired.engine.backlog() == 0, deadline)

    def _nothing_waits(self) -> bool:
        """Poll every endpoint; tell whether none took a file and none has an incomplete one."""
        before = sum(loop.state.taken for loop in self.loops)
        for loop in self.loops:
            if not loop.state.stopped:
                loop.once()
        self.stopping.wait(SETTLE_SECONDS)
        taken = sum(loop.state.taken for loop in self.loops) - before
        return not taken and not any(loop.state.waiting for loop in self.loops)

    def _until(self, ready: Callable[[], bool], deadline: float) -> bool:
        while not ready():
            if time.monotonic() > deadline or self.stopping.wait(SETTLE_SECONDS / 2):
                return False
        return True

    def stop(self) -> None:
        """Stop watching, let running steps finish, end the engine."""
        self.stopping.set()
        for watch in self.watches:
            watch.stop()
        self.wired.engine.stop(self.wired.tools.settings.stop)
        if not self.seal.forked:
            self.seal.waited = timedelta.max  # what ends now is anchored now
            self.seal.once()
        self.wired.close()
