"""A stop waits for running steps, but not for an Odoo that never answers."""

import socket
from collections.abc import Callable, Iterator
from contextlib import closing

import pytest

from tests.endtoend.house import House
from tests.endtoend.traffic import answered, expected_answers, expected_records, mixed, posted
from tests.fakes.odoo import Running

FILES = 6
SECONDS = 60


@pytest.fixture
def silent_odoo() -> Iterator[str]:
    """An address that takes calls and never answers one."""
    with closing(socket.socket()) as server:
        server.bind(("127.0.0.1", 0))
        server.listen(100)
        yield f"http://127.0.0.1:{server.getsockname()[1]}"


def test_service_that_is_stopped_while_odoo_is_silent_ends_well_and_goes_on_later(
    make_house: Callable[..., House], silent_odoo: str, fake_odoo: Running
) -> None:
    house = make_house()
    house.configure(odoo=silent_odoo)
    files = mixed(FILES)
    house.up()
    for file in files:
        house.drop(file.partner, file.name, file.body)
    house.settle(FILES, SECONDS, among=frozenset({"posting"}))

    code = house.stop()
    house.configure(odoo=fake_odoo.url)
    house.up()
    house.settle(FILES, SECONDS)

    assert code == 0
    assert house.stop() == 0
    assert posted(fake_odoo.records()) == expected_records(files)
    assert answered(house, {file.partner for file in files}) == expected_answers(files)
