"""Odoo is away while all files come in; when it is there again, everything drains, once."""

from collections import Counter
from collections.abc import Callable

from acktrail.pipeline.states import AT_REST
from tests.endtoend.house import House
from tests.endtoend.traffic import (
    answered,
    expected_answers,
    expected_records,
    mixed,
    posted,
)
from tests.fakes.odoo import Running

pytest_plugins = ["tests.service.postgres"]

FILES = 24
TAKEN_SECONDS = 120
SAYS_WHAT_ODOO_SAID = "ACK"  # HL7's original mode: accepted means that the content was stored
DRAIN_SECONDS = 240  # the circuit to an Odoo that does not answer stays open for half a minute


def drained(house: House) -> list[str]:
    """Return the exchanges whose documents did not wait until they themselves woke."""
    with house.tools() as tools:
        entries = (one for row in house.exchanges() for one in tools.ledger.entries(row.id))
        return [
            one.stream for one in entries if one.kind == "posted" and one.body["mode"] == "drained"
        ]


def test_files_that_came_while_odoo_was_away_are_posted_once_when_it_is_back(
    house: House, fake_odoo: Running
) -> None:
    house.configure(odoo=fake_odoo.url)
    files = mixed(FILES)
    fake_odoo.stop()
    house.up()

    for file in files:
        house.drop(file.partner, file.name, file.body)
    house.settle(FILES, TAKEN_SECONDS, among=AT_REST | {"parked"})
    partners = {file.partner for file in files}
    meanwhile = answered(house, partners)
    fake_odoo.start()
    house.settle(FILES, DRAIN_SECONDS)

    assert house.stop() == 0
    due = expected_answers(files)
    assert meanwhile == Counter({one: n for one, n in due.items() if one[1] != SAYS_WHAT_ODOO_SAID})
    assert posted(fake_odoo.records()) == expected_records(files)
    assert answered(house, partners) == due
    assert {row.status for row in house.exchanges()} == {"closed"}
    assert house.faults() == []


def test_lane_that_a_person_paused_holds_documents_and_their_answers_only(
    make_house: Callable[..., House], fake_odoo: Running
) -> None:
    house = make_house()
    house.configure(odoo=fake_odoo.url)
    files = mixed(FILES)
    partners = {file.partner for file in files}
    due = expected_answers(files)
    house.up()
    assert house.run("lane", "pause", "main", "--reason", "maintenance").returncode == 0

    for file in files:
        house.drop(file.partner, file.name, file.body)
    house.settle(FILES, TAKEN_SECONDS, among=AT_REST | {"parked"})
    meanwhile, stored = answered(house, partners), fake_odoo.records()
    assert house.run("lane", "resume", "main", "--reason", "done").returncode == 0
    expected = expected_records(files)
    house.wait_for(lambda: posted(fake_odoo.records()) == expected, DRAIN_SECONDS)
    house.settle(FILES, DRAIN_SECONDS)

    assert house.stop() == 0
    assert drained(house), "every exchange slept to its end: nothing woke at the resume"
    assert posted(stored) == Counter()
    assert meanwhile == Counter({one: n for one, n in due.items() if one[1] != SAYS_WHAT_ODOO_SAID})
    assert answered(house, partners) == due
    assert house.faults() == []
