"""Real Odoos 19 and 14: the sandboxes of tools/odoo-sandbox. Skips, with the reason, without one.

``make odoo`` makes them (Debian 12, root; ``ODOO_SANDBOX_HOME`` says where). Each test gets
external ids of its own, so that no test sees another's records.
"""

import json
import os
import signal
import subprocess
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import cache
from itertools import count
from pathlib import Path
from time import monotonic, sleep, time_ns
from typing import Any, Literal

import pytest

from acktrail.app.home import parser_files
from acktrail.documents.kinds import Document
from acktrail.odoo.asking import ask
from acktrail.odoo.attempts import Attempts
from acktrail.odoo.bridge import Bridge
from acktrail.odoo.client import Done
from acktrail.odoo.connect import Address, connect
from acktrail.odoo.dialect import Dialects
from acktrail.odoo.follow_up import FollowUp
from acktrail.odoo.json2 import Json2
from acktrail.odoo.jsonrpc import JsonRpc
from acktrail.odoo.loads import Asks, Plan, Planned
from acktrail.odoo.maps import PartnerMap
from acktrail.odoo.options import OdooOptions
from acktrail.odoo.plan import Known
from acktrail.odoo.poster import Poster, Stored
from acktrail.odoo.questions import Question, Record
from tests.unit.odoo import samples

SCRIPT = Path(__file__).parents[3] / "tools" / "odoo-sandbox"
HOME = Path(os.environ.get("ODOO_SANDBOX_HOME", "/var/tmp/acktrail-odoo"))  # noqa: S108 - as in the Makefile
DIALECTS = Dialects.read(parser_files())
STARTED = datetime(2026, 11, 24, tzinfo=UTC)
NUMBERS = count(time_ns())
Talks = Json2 | JsonRpc | Bridge
CHART = "l10n_generic_coa.1"
NAMES_OF_14: dict[str, object] = {
    "sale_journal": "masterdata.sale_journal",
    "purchase_journal": "masterdata.purchase_journal",
    "general_journal": "masterdata.general_journal",
    "receivable": f"{CHART}_receivable",
    "outstanding": f"{CHART}_current_assets",
    "adjustment": {"default": f"{CHART}_other_income"},
    "taxes": {"S:7.25": "masterdata.tax_purchase", "E:0": ""},
}


class RunningClock:
    """A clock that runs, from a fixed start."""

    def __init__(self) -> None:
        self.begin = monotonic()

    def now(self) -> datetime:
        return STARTED + timedelta(seconds=monotonic() - self.begin)


@dataclass(frozen=True)
class Sandbox:
    """One server and its keys."""

    version: str
    credentials: dict[str, Any]
    adapter: Literal["load", "bridge"] = "load"

    def client(self, user: str = "bot", key: str = "api_key", timeout: float = 60.0) -> Talks:
        return self.client_of(user, self.credentials[user][key], timeout)

    def client_of(self, user: str, key: str, timeout: float = 60.0) -> Talks:
        """Return a client with a key that is said."""
        login = self.credentials[user]["login"]
        url, database = self.credentials["url"], self.credentials["db"]
        adapter = "load" if user == "admin" else self.adapter
        address = Address(url, database, key, login, "auto", timeout, adapter)
        return connect(address, DIALECTS, confirm=(0.1, 0.1))

    def kill(self) -> None:
        """SIGKILL Odoo, by the process id that the sandbox wrote down."""
        os.kill(int((HOME / self.version / "run/odoo.pid").read_text()), 9)

    def kill_database(self) -> None:
        """End PostgreSQL at once, in the middle of whatever it does."""
        process = int((HOME / self.version / "pg/postmaster.pid").read_text().split()[0])
        os.kill(process, signal.SIGQUIT)
        while Path(f"/proc/{process}").exists():
            sleep(0.05)

    def up(self) -> None:
        _script("up", self.version)

    def restart(self, *options: str) -> None:
        """Stop everything and start it with these options of the sandbox; without, as usual."""
        _script("down", self.version)
        _script("up", self.version, *options)

    def sql(self, script: str) -> None:
        """Run SQL as the superuser, beside the database."""
        self._postgres("psql", "-d", "postgres", "-v", "ON_ERROR_STOP=1", script=script)

    def dump(self) -> bytes:
        """Return the whole database as text."""
        return self._postgres("pg_dump", "-d", self.credentials["db"])

    def _postgres(self, *words: str, script: str = "") -> bytes:
        place = HOME / self.version / "pg"
        port = (place / "postmaster.pid").read_text().splitlines()[3]
        user = ["setpriv", "--reuid=postgres", "--regid=postgres", "--init-groups", "--"]
        told = [*user, words[0], "-h", str(place), "-p", port, "-U", "postgres", *words[1:]]
        done = subprocess.run(told, check=True, capture_output=True, cwd="/", input=script.encode())
        return done.stdout

    @property
    def bank_journal(self) -> str:
        return "masterdata.bank_journal" if self.version == "14" else "account.1_bank"

    def options(self, **changes: object) -> OdooOptions:
        """Return a profile's options in this server's names."""
        return self.maps(**changes).options("invoice")

    def maps(self, **changes: object) -> PartnerMap:
        """Return a profile's maps in this server's names."""
        named = NAMES_OF_14 if self.version == "14" else {}
        return samples.maps(**{**named, **changes})


@dataclass(frozen=True)
class Desk:
    """What a test posts with: options with a slug of its own, a poster, a reader."""

    sandbox: Sandbox
    slug: str
    client: Talks
    poster: Poster
    follow_up: FollowUp

    def plan(self, document: Document, **changes: object) -> Plan:
        planned = self.planned(document, **changes)
        assert isinstance(planned, Plan)
        return planned

    def planned(self, document: Document, **changes: object) -> Planned:
        """Plan, asking the server what the plan asks."""
        maps = self.sandbox.maps(slug=self.slug, **changes)
        attempts = Attempts(self.client, RunningClock())
        answers: dict[Question, tuple[Record, ...]] = dict[Question, tuple[Record, ...]]()
        planned = maps.plan(document)
        while isinstance(planned, Asks) and not set(planned.questions) <= answers.keys():
            answers |= ask(attempts, planned.company, planned.questions)
            planned = maps.plan(document, Known(answers))
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

    def search(self, model: str, domain: Sequence[object], *fields: str) -> list[dict[str, Any]]:
        answer = self.admin().call(
            model, "search_read", {"domain": list(domain), "fields": list(fields)}
        )
        assert isinstance(answer, Done)
        return list(answer.value)

    def records(self, model: str) -> int:
        """Count the records of this test by their external ids."""
        domain = [["module", "=", f"acktrail_{self.slug}"], ["model", "=", model]]
        return len(self.search("ir.model.data", [*domain], "res_id"))

    def admin(self) -> Talks:
        return self.sandbox.client("admin")


@pytest.fixture(scope="session")
def sandbox() -> Sandbox:
    return _sandbox("19")


def odoo14() -> Sandbox:
    """Return the old one, for what only JSON-RPC has."""
    return _sandbox("14")


@pytest.fixture(scope="session", params=["19", "14"], ids=["odoo19", "odoo14"])
def either(request: pytest.FixtureRequest) -> Sandbox:
    """Each server in turn: what is asked of both."""
    return _sandbox(str(request.param))


@pytest.fixture(scope="session", params=["19", "14", "bridge"], ids=["odoo19", "odoo14", "bridge"])
def server(request: pytest.FixtureRequest) -> Sandbox:
    """Each server and, on 19, the bridge module: the contract of all adapters."""
    if request.param != "bridge":
        return _sandbox(str(request.param))
    return bridged()


@cache
def bridged() -> Sandbox:
    """Odoo 19 with addons/acktrail_bridge; installing it restarts Odoo once."""
    _sandbox("19")
    _script("install", "19", "acktrail_bridge")
    _script("bots", "19")
    bots = json.loads((HOME / "19/bots.json").read_text())
    credentials = json.loads((HOME / "19/credentials.json").read_text())
    return Sandbox("19", {**credentials, **bots}, "bridge")


@cache
def _sandbox(version: str) -> Sandbox:
    credentials = HOME / version / "credentials.json"
    if os.geteuid() != 0 or not os.access(SCRIPT, os.X_OK) or not credentials.exists():
        command = f"tools/odoo-sandbox up --version {version}"
        pytest.skip(f"no Odoo {version} in {HOME}: run {command} as root")
    if _script("status", version, check=False).returncode != 0:
        _script("up", version)
    _script("bots", version)
    bots = json.loads((HOME / version / "bots.json").read_text())
    found = Sandbox(version, {**json.loads(credentials.read_text()), **bots})
    if version == "14":
        _name_master_data(found)
    return found


def _name_master_data(sandbox: Sandbox) -> None:
    """Give what a profile names external ids, and the bot an address: 14 gives neither.

    A bill that is tied to an order, and a receipt that is validated, write a message in Odoo 14.
    """
    with sandbox.client("admin") as admin:
        domain: list[list[object]] = [["login", "=", sandbox.credentials["bot"]["login"]]]
        bots = admin.call("res.users", "search_read", {"domain": domain, "fields": ["id"]})
        assert isinstance(bots, Done)
        address = {"email": "edi-bot@example.org"}
        admin.call("res.users", "write", {"ids": [bots.value[0]["id"]], "vals": address})
        fields = ["id", "name", "amount", "type_tax_use"]
        tax = ["masterdata.tax_purchase", "7.25 %", "7.25", "Purchases"]
        context = {"lang": "en_US", "mode": "update", "noupdate": True}
        admin.call("account.tax", "load", {"fields": fields, "data": [tax], "context": context})
        for kind in ("sale", "purchase", "general", "bank"):
            domain = [["type", "=", kind]]
            found = admin.call("account.journal", "search_read", {"domain": domain, "fields": []})
            assert isinstance(found, Done)
            name = {"module": "masterdata", "name": f"{kind}_journal", "model": "account.journal"}
            place = {**name, "res_id": found.value[0]["id"], "noupdate": True}
            admin.call(
                "ir.model.data", "create", {"vals_list": [place]}
            )  # refused when it is there


@pytest.fixture
def desk(server: Sandbox) -> Iterator[Desk]:
    with server.client() as client:
        clock = RunningClock()
        limit = timedelta(seconds=90)
        yield Desk(
            server,
            f"t{next(NUMBERS)}",
            client,
            Poster(client, clock, limit=limit, pause=lambda wait: sleep(min(wait, 1.0))),
            FollowUp(client, clock),
        )


def _script(
    command: str, version: str, *more: str, check: bool = True
) -> subprocess.CompletedProcess[bytes]:
    environment = {**os.environ, "ODOO_SANDBOX_HOME": str(HOME)}
    words = [str(SCRIPT), command, *more, "--version", version]
    return subprocess.run(words, check=check, capture_output=True, env=environment)
