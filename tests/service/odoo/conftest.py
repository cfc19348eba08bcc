"""A real Odoo 19: the sandbox of tools/odoo-sandbox. Skips, with the reason, where none can be had.

``make odoo`` makes one (Debian 12, root; ``ODOO_SANDBOX_HOME`` says where). Each test gets
external ids of its own, so that no test sees another's records.
"""

import json
import os
import subprocess
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from itertools import count
from pathlib import Path
from time import monotonic, sleep, time_ns
from typing import Any

import pytest

from acktrail.documents.kinds import Document
from acktrail.odoo.client import Done, Json2
from acktrail.odoo.follow_up import FollowUp
from acktrail.odoo.loads import Plan
from acktrail.odoo.options import OdooOptions
from acktrail.odoo.plan import plan
from acktrail.odoo.poster import Poster, Stored
from tests.unit.odoo import samples

SCRIPT = Path(__file__).parents[3] / "tools" / "odoo-sandbox"
HOME = Path(os.environ.get("ODOO_SANDBOX_HOME", "/var/tmp/acktrail-odoo"))  # noqa: S108 - as in the Makefile
STARTED = datetime(2026, 11, 24, tzinfo=UTC)
NUMBERS = count(time_ns())


class RunningClock:
    """A clock that runs, from a fixed start."""

    def __init__(self) -> None:
        self.begin = monotonic()

    def now(self) -> datetime:
        return STARTED + timedelta(seconds=monotonic() - self.begin)


@dataclass(frozen=True)
class Sandbox:
    """The server and its keys."""

    credentials: dict[str, Any]

    def client(self, user: str = "bot", key: str = "api_key", timeout: float = 60.0) -> Json2:
        url, database = self.credentials["url"], self.credentials["db"]
        return Json2(url, database, self.credentials[user][key], timeout, confirm=(0.1, 0.1))

    def kill(self) -> None:
        """SIGKILL Odoo, by the process id that the sandbox wrote down."""
        os.kill(int((HOME / "19/run/odoo.pid").read_text()), 9)

    def up(self) -> None:
        _script("up")


@dataclass(frozen=True)
class Desk:
    """What a test posts with: options with a slug of its own, a poster, a reader."""

    sandbox: Sandbox
    slug: str
    client: Json2
    poster: Poster
    follow_up: FollowUp

    def options(self, **changes: object) -> OdooOptions:
        return samples.options(slug=self.slug, **changes)

    def plan(self, document: Document, **changes: object) -> Plan:
        planned = plan(document, self.options(**changes), samples.PARTNER)
        assert isinstance(planned, Plan)
        return planned

    def store(self, *plans: Plan) -> list[int]:
        """Deliver and return the ids; every plan has to be stored."""
        outcomes = self.poster.deliver(list(enumerate(plans))).outcomes
        kept = [outcomes[at] for at in range(len(plans))]
        assert all(isinstance(one, Stored) for one in kept), kept
        return [one.odoo_id for one in kept if isinstance(one, Stored)]

    def read(self, model: str, record: int, *fields: str) -> dict[str, Any]:
        body = {"domain": [["id", "=", record]], "fields": list(fields)}
        answer = self.admin().call(model, "search_read", body)
        assert isinstance(answer, Done)
        return dict(answer.value[0])

    def search(self, model: str, domain: list[object], *fields: str) -> list[dict[str, Any]]:
        answer = self.admin().call(model, "search_read", {"domain": domain, "fields": list(fields)})
        assert isinstance(answer, Done)
        return list(answer.value)

    def records(self, model: str) -> int:
        """Count the records of this test by their external ids."""
        domain = [["module", "=", f"acktrail_{self.slug}"], ["model", "=", model]]
        return len(self.search("ir.model.data", [*domain], "res_id"))

    def admin(self) -> Json2:
        return self.sandbox.client("admin")


@pytest.fixture(scope="session")
def sandbox() -> Sandbox:
    credentials = HOME / "19/credentials.json"
    if os.geteuid() != 0 or not os.access(SCRIPT, os.X_OK) or not credentials.exists():
        pytest.skip(f"no Odoo sandbox in {HOME}: run tools/odoo-sandbox up as root")
    if _script("status", check=False).returncode != 0:
        _script("up")
    return Sandbox(json.loads(credentials.read_text()))


@pytest.fixture
def desk(sandbox: Sandbox) -> Iterator[Desk]:
    with sandbox.client() as client:
        clock = RunningClock()
        limit = timedelta(seconds=90)
        yield Desk(
            sandbox,
            f"t{next(NUMBERS)}",
            client,
            Poster(client, clock, limit=limit, pause=lambda wait: sleep(min(wait, 1.0))),
            FollowUp(client, clock),
        )


def _script(command: str, *, check: bool = True) -> subprocess.CompletedProcess[bytes]:
    environment = {**os.environ, "ODOO_SANDBOX_HOME": str(HOME)}
    return subprocess.run([SCRIPT, command], check=check, capture_output=True, env=environment)
