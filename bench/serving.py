"""Many small files through the running service, against the same work one file after another."""

import time
from collections.abc import Iterator
from pathlib import Path
from tempfile import TemporaryDirectory

from acktrail.app.cases import SECRETS
from acktrail.app.home import CHECKOUT
from acktrail.app.trial import open_trial
from bench.measure import Row
from tests.endtoend.house import House
from tests.endtoend.traffic import File, mixed

FILES = 60
ROUNDS = 3
SECONDS = 120
BAR = 0.5


def rows() -> Iterator[Row]:
    """Yield wall time: from the first drop to the last closed exchange, start-up left out."""
    with TemporaryDirectory() as folder:
        house = House(Path(folder) / "service")
        house.up()
        try:
            found = [_round(house, Path(folder), number) for number in range(ROUNDS)]
        finally:
            house.close()
    found.sort()
    middle = found[len(found) // 2]
    yield Row(
        f"{FILES} small files, service on SQLite",
        "the same steps one by one",
        middle,
        found[0],
        found[-1],
        f"<= {BAR:g}",
        middle <= BAR,
    )


def _round(house: House, folder: Path, number: int) -> float:
    files = mixed(FILES, first=1 + number * FILES)
    return _served(house, files, (number + 1) * FILES) / _one_by_one(folder / str(number), files)


def _served(house: House, files: list[File], total: int) -> float:
    start = time.monotonic()
    for file in files:
        house.drop(file.partner, file.name, file.body)
    house.settle(total, SECONDS)
    return time.monotonic() - start


def _one_by_one(folder: Path, files: list[File]) -> float:
    """Run the steps without an engine: no durable queue, no threads, no checkpoints."""
    trial = open_trial(folder, CHECKOUT / "partners", SECRETS)
    start = time.monotonic()
    for file in files:
        trial.drop(file.partner, file.name, file.body)
    seconds = time.monotonic() - start
    trial.close()
    return seconds
