"""A lane that Odoo is slow for holds itself up, and no other; on the fake."""

from collections.abc import Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field, replace
from pathlib import Path
from threading import Event, Lock, current_thread
from time import monotonic, sleep

import pytest

from acktrail.app.sender import Sender, Sent
from acktrail.odoo.client import Answer, Client
from tests.fakes.odoo import DATABASE, KEY, Running
from tests.service.odoo.books import Books, books
from tests.service.odoo.conftest import Sandbox
from tests.unit.odoo import samples

BATCH = "batch"  # begin of the names of the threads that send it
PLACES = 2  # what a home has that says nothing
SECONDS = 120.0


@dataclass
class Gate:
    """Odoo as it answers one sender: those of the batch lane when the gate is open."""

    client: Client
    house: "Gates"

    def call(self, model: str, method: str, body: Mapping[str, object]) -> Answer:
        if not current_thread().name.startswith(BATCH):
            return self.client.call(model, method, body)
        with self.house.held():
            return self.client.call(model, method, body)


@dataclass
class Gates:
    open: Event = field(default_factory=Event)
    inside: int = 0
    most: int = 0
    lock: Lock = field(default_factory=Lock)

    def held(self) -> "Gates":
        return self

    def __enter__(self) -> None:
        with self.lock:
            self.inside += 1
            self.most = max(self.most, self.inside)
        assert self.open.wait(SECONDS)

    def __exit__(self, *_: object) -> None:
        with self.lock:
            self.inside -= 1


@pytest.fixture
def fake(tmp_path: Path) -> Iterator[Running]:
    running = Running(tmp_path / "odoo.db")
    yield running
    running.stop()


@pytest.fixture
def served(fake: Running) -> Sandbox:
    bot = {"login": "bot", "api_key": KEY}
    return Sandbox("19", {"url": fake.url, "db": DATABASE, "bot": bot})


@pytest.fixture
def desk(tmp_path: Path, served: Sandbox) -> Iterator[Books]:
    with books(tmp_path / "home", served, "slots") as found:
        yield found


def test_slow_batch_lane_has_its_places_and_the_realtime_lane_its_own(
    desk: Books, served: Sandbox
) -> None:
    gates = Gates()
    sender = Sender(desk.tools, connect=lambda _: Gate(served.client(), gates))
    slow = replace(desk, sender=sender)
    files = [slow.take([samples.charge(f"B-{at}")])[0] for at in range(PLACES + 2)]
    urgent, _ = slow.take([samples.charge("R-1")], lane="realtime")
    with ThreadPoolExecutor(len(files), thread_name_prefix=BATCH) as pool:
        sent = [pool.submit(slow.send, one) for one in files]
        try:
            end = monotonic() + SECONDS
            while gates.inside < PLACES:
                assert monotonic() < end
                sleep(0.01)
            assert slow.send(urgent) == Sent(stored=1)
        finally:
            gates.open.set()
        done = [one.result(SECONDS) for one in sent]

    assert done == [Sent(stored=1)] * len(files)
    assert gates.most == PLACES
    assert slow.states(urgent) == {"posted": 1}
