"""Odoo is away while all files come in; when it is there again, everything drains, once."""

from collections import Counter

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
