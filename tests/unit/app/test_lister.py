"""What one look decides, however long it takes."""

from dataclasses import replace
from datetime import timedelta
from pathlib import Path

from acktrail.app.cases import SECRETS
from acktrail.app.trial import FrozenClock, open_trial
from acktrail.ports import Seen, Transport
from tests.conftest import ROOT

PARTNER = "supplier-csvmart"
SECOND = timedelta(seconds=1)


class Slow:
    """A transport at whose other side a look into a file takes its time."""

    def __init__(self, inner: Transport, clock: FrozenClock, takes: timedelta) -> None:
        self._inner = inner
        self._clock = clock
        self._takes = takes

    def peek(self, seen: Seen, size: int) -> tuple[bytes, bytes]:
        """Look as the inner one does, later."""
        self._clock.advance(self._takes)
        return self._inner.peek(seen, size)

    def __getattr__(self, name: str) -> object:
        return getattr(self._inner, name)


def test_look_that_takes_longer_than_max_wait_does_not_make_a_file_unstable(tmp_path: Path) -> None:
    trial = open_trial(tmp_path / "home", ROOT / "partners", SECRETS)
    tools = trial.wired.tools
    found = tools.home.profile(PARTNER)
    ready = found.profile.inbound.ready.model_copy(update={"interval": SECOND, "max_wait": SECOND})
    inbound = found.profile.inbound.model_copy(update={"ready": ready})
    hasty = replace(found, profile=found.profile.model_copy(update={"inbound": inbound}))
    lister = trial.wired.lister(hasty)
    lister.transport = Slow(lister.transport, trial.clock, 2 * SECOND)  # type: ignore[assignment]
    folder = trial.wired.inbound_folder(found)
    (folder / "catalogue.csv").write_bytes(b"still,here\r\n")

    first, second = lister.poll(), lister.poll()

    assert (first, second) == ((0, 1), (1, 0))
    (row,) = tools.ledger.exchanges()
    assert row.status != "held"
    trial.close()
