"""Fixtures with a real PostgreSQL: a private cluster, gone with the test session.

Use them by ``pytest_plugins = ["tests.service.postgres"]`` in a test module; do not import this
module, or pytest warns that it comes too late to rewrite it.
"""

import shutil
import tempfile
from collections.abc import Iterator
from itertools import count
from pathlib import Path
from typing import Final

import pytest
from psycopg import sql

from tests.service.cluster import Cluster, installed_binaries

NAMES: Final = (f"ledger_{number}" for number in count())
ROLES: Final = ("acktrail_app", "acktrail_audit")


@pytest.fixture(scope="session")
def postgres_server() -> Iterator[Cluster]:
    binaries = installed_binaries()
    if binaries is None:
        pytest.skip("PostgreSQL's initdb and pg_ctl are not installed")
    folder = Path(tempfile.mkdtemp(prefix="acktrail-pg-"))
    cluster = Cluster(binaries, folder)
    try:
        cluster.start()
        for role in ROLES:
            cluster.execute(sql.SQL("CREATE ROLE {} LOGIN").format(sql.Identifier(role)))
        yield cluster
        cluster.stop()
    finally:
        shutil.rmtree(folder, ignore_errors=True)


@pytest.fixture
def postgres_url(postgres_server: Cluster) -> Iterator[str]:
    """A database of this test alone, as superuser; drop and create take a few milliseconds."""
    name = next(NAMES)
    postgres_server.execute(sql.SQL("CREATE DATABASE {}").format(sql.Identifier(name)))
    yield postgres_server.url(name)
    drop = sql.SQL("DROP DATABASE {} WITH (FORCE)")
    postgres_server.execute(drop.format(sql.Identifier(name)))


@pytest.fixture(params=["sqlite", "postgresql"])
def database_url(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """The same test on both databases."""
    if request.param == "sqlite":
        return f"sqlite:///{tmp_path / 'ledger.db'}"
    return str(request.getfixturevalue("postgres_url"))
