"""The service is killed again and again while files flow in: nothing is lost, nothing comes twice.

``ACKTRAIL_KILLS`` and ``ACKTRAIL_FILES`` make it longer; ``ACKTRAIL_SEED`` another one.
"""

import os
from random import Random
from time import sleep

from tests.endtoend.house import House
from tests.endtoend.traffic import (
    File,
    answered,
    expected_answers,
    expected_records,
    mixed,
    posted,
)
from tests.fakes.odoo import Running

pytest_plugins = ["tests.service.postgres"]

KILLS = int(os.environ.get("ACKTRAIL_KILLS", "6"))
FILES = int(os.environ.get("ACKTRAIL_FILES", "60"))
SEED = int(os.environ.get("ACKTRAIL_SEED", "19"))
LONGEST_LIFE = 2.0  # seconds under load before a kill
DURING_START = 0.2  # of the kills; the others hit a service that serves
SETTLE_SECONDS = 120 + FILES


def test_service_killed_at_random_loses_nothing_and_does_nothing_twice(
    house: House, fake_odoo: Running
) -> None:
    house.configure(odoo=fake_odoo.url)
    files, random = mixed(FILES), Random(SEED)  # noqa: S311 - a replayable one

    left = list(files)
    for kill in range(KILLS, 0, -1):
        share = len(left) // kill
        _live_and_die(house, left[:share], random)
        left = left[share:]
    house.up()
    house.settle(len(files), SETTLE_SECONDS)
    assert house.stop() == 0

    rows = house.exchanges()
    partners = {file.partner for file in files}
    assert house.lost([file.body for file in files]) == 0
    assert house.still_there() == []
    assert len(rows) == len(files)
    assert {row.status for row in rows} == {"closed"}
    assert posted(fake_odoo.records()) == expected_records(files)
    assert answered(house, partners) == expected_answers(files)
    assert house.faults() == []


def _live_and_die(house: House, files: list[File], random: Random) -> None:
    """Let the service live for a while, files coming in, and kill it."""
    starting = random.random() < DURING_START
    if starting:
        house.start()
    else:
        house.up()
    life = random.uniform(0, LONGEST_LIFE)
    for file in files:
        sleep(life / len(files))
        house.drop(file.partner, file.name, file.body)
    house.kill()
