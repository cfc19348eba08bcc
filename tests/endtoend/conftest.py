"""Homes for the real service on SQLite and on PostgreSQL, and the Odoo that it posts to.

PostgreSQL needs ``pytest_plugins = ["tests.service.postgres"]`` in the test module.
"""

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from tests.endtoend.house import House
from tests.fakes.odoo import Running
from tests.service.odoo.conftest import sandbox as odoo_sandbox

__all__ = ["odoo_sandbox"]


@pytest.fixture
def make_house(tmp_path: Path) -> Iterator[Callable[..., House]]:
    """Make homes whose services end with the test."""
    made: list[House] = []

    def make(database: str = "", max_wait: str = "2s") -> House:
        made.append(House(tmp_path / f"home-{len(made)}", database, max_wait))
        return made[-1]

    yield make
    for house in made:
        house.close()


@pytest.fixture(params=["sqlite", "postgresql"])
def house(request: pytest.FixtureRequest, make_house: Callable[..., House]) -> House:
    """The same test on both databases."""
    if request.param == "sqlite":
        return make_house()
    return make_house(str(request.getfixturevalue("postgres_url")))


@pytest.fixture
def fake_odoo(tmp_path: Path) -> Iterator[Running]:
    """An Odoo that counts, as a process of its own."""
    fake = Running(tmp_path / "odoo.db")
    yield fake
    fake.stop()
