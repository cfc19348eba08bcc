"""The one place that picks implementations and hands them to the stages."""

import fcntl
import os
import secrets
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import partial
from io import TextIOWrapper
from pathlib import Path

from acktrail.app.clock import SystemClock
from acktrail.app.endpoints import local_folder, make_transport
from acktrail.app.governing import Governing
from acktrail.app.home import Found, Home, parser_files
from acktrail.app.lister import Lister, Shell
from acktrail.app.posting import Posting
from acktrail.app.registry import built_in
from acktrail.app.restarting import Restart
from acktrail.app.sender import Sender
from acktrail.app.settings import Settings
from acktrail.app.steps import ExchangeSteps
from acktrail.app.tools import Tools
from acktrail.app.vault import ContentVault, Rules
from acktrail.engine.dbos_engine import DbosEngine
from acktrail.engine.memory import MemoryEngine
from acktrail.errors import NodeLockedError
from acktrail.ledger import database
from acktrail.ledger.ids import ExchangeIds
from acktrail.ledger.sql_ledger import SqlLedger
from acktrail.pipeline.states import AT_REST
from acktrail.ports import Clock, Secrets
from acktrail.security.choose import sealer
from acktrail.security.masking import keyed
from acktrail.security.retention_keys import RetentionKeys, read_master_key
from acktrail.security.secrets import SecretResolver
from acktrail.store.local import LocalStore
from acktrail.translate.choose import Translators


def database_url(home: Home, configured: str) -> str:
    """Return the configured database, or the home's own file."""
    return configured or f"sqlite:///{home.var / 'ledger.db'}"


def open_tools(home: Home, clock: Clock | None = None) -> Tools:
    """Open ledger, store and formats of a home, upgrading the database where that is needed.

    Raises:
        LedgerError: The database lost its guards.
        NotFoundError: This is no home.
    """
    settings = home.settings()
    naming_key = home.naming_key()  # first: without it this is no home, and nothing is made
    clock = clock or SystemClock()
    engine = database.open_engine(database_url(home, settings.database), durable=True)
    database.upgrade(engine)
    database.check_triggers(engine)
    files = parser_files(home)
    actor = f"svc:{settings.node}"
    identity = settings.age.identity if settings.age else ""
    secret_of = SecretResolver(home.root, os.environ, settings.vault_login, identity=identity)
    ledger = SqlLedger(engine, clock, settings.node, naming_key)
    vault = _vault(home, settings, ledger, clock, secret_of)
    return Tools(
        home,
        settings,
        engine,
        ledger,
        LocalStore(home.var / "store", naming_key, vault),
        vault,
        built_in(files),
        files,
        Translators(files, partial(keyed, naming_key)),
        sealer(settings.openpgp, home.root),
        secret_of,
        clock,
        naming_key,
        actor,
    )


def _vault(
    home: Home, settings: Settings, ledger: SqlLedger, clock: Clock, secret_of: Secrets
) -> ContentVault:
    """Return what knows the keys of kept content."""
    reference = settings.store.key
    master = read_master_key(secret_of.get(reference)) if reference else b""
    keys = RetentionKeys(home.var / "keys" / "retention", master)
    rules = Rules(settings.store.encrypt, settings.retention.model_dump())
    return ContentVault(ledger, keys, clock, rules)


@dataclass(slots=True)
class Wired:
    """A service's parts, joined."""

    tools: Tools
    engine: DbosEngine | MemoryEngine
    steps: ExchangeSteps
    sender: Sender
    ids: ExchangeIds
    lock: TextIOWrapper | None = None

    def lister(self, found: Found, held: str = "") -> Lister:
        """Return the lister of a partner's inbound endpoint.

        Args:
            found: The version that governs.
            held: Code to hold every file with, ``""`` when the version may run.
        """
        tools, inbound = self.tools, found.profile.inbound
        transport = make_transport(
            tools.home, tools.secrets, inbound, f"inbound/{found.profile.id}", inbound.limits.names
        )
        shell = Shell(
            tools.ledger,
            tools.store,
            self.engine,
            tools.clock,
            self.ids.next,
            tools.formats.get,
            tools.staging,
            tools.actor,
        )
        return Lister(found, transport, shell, held)

    def renewed(self, lister: Lister) -> Lister | None:
        """Return the lister of the version that governs now; None: nothing is received.

        Raises:
            ProfileError: The file of that version breaks the schema or is gone.
        """
        governed = Governing(self.tools).governed(lister.found)
        if governed is None:
            return None
        if governed.found.sha256 == lister.found.sha256 and governed.held == lister.held:
            return lister
        lister.transport.close()
        return self.lister(*governed)

    def inbound_folder(self, found: Found) -> Path:
        """Return the local folder that a partner drops into."""
        return local_folder(self.tools.home, found.profile.inbound, f"inbound/{found.profile.id}")

    def note_dead(self) -> None:
        """Write ``failed`` for exchanges whose workflow ended in an error, so that they show."""
        if not isinstance(self.engine, DbosEngine):
            return
        for exchange, generation in self.engine.dead():
            with self.tools.ledger.begin() as tx:
                row = tx.lock(exchange)
                if row.generation == generation and row.status not in AT_REST:
                    tx.append(exchange, "failed", {"code": "past_recovery"}, self.tools.actor)

    def close(self) -> None:
        """Give the connections and the node's name back."""
        self.sender.close()
        self.tools.close()
        if self.lock:
            self.lock.close()


def wire(home: Home) -> Wired:
    """Join everything for a running service.

    Raises:
        NodeLockedError: Another process has this node's name.
    """
    tools = open_tools(home)
    lock = _lock_node(home.var / f"{tools.settings.node}.lock")
    url = database_url(home, tools.settings.database)
    engine = DbosEngine(
        url, database.open_engine(url, durable=False), tools.engine, tools.settings.node
    )
    sender = Sender(tools)
    steps = ExchangeSteps(tools, engine, Posting(tools, sender))
    engine.serve(steps)
    ids = ExchangeIds(tools.clock, secrets.token_bytes)
    return Wired(tools, engine, steps, sender, ids, lock)


@contextmanager
def restarts(home: Home) -> Iterator[Restart]:
    """Yield what starts exchanges anew; the service, running now or later, does the work."""
    tools = open_tools(home)
    url = database_url(home, tools.settings.database)
    checkpoints = database.open_engine(url, durable=False)
    engine = DbosEngine(url, checkpoints, tools.engine, tools.settings.node)
    try:
        yield Restart(tools, engine)
    finally:
        engine.close()
        tools.close()


def _lock_node(path: Path) -> TextIOWrapper:
    """Take the node's lock for as long as this process lives; the kernel gives it back."""
    file = path.open("a+", encoding="ascii")
    try:
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        file.close()
        msg = "another acktrail process runs here under the same node name"
        raise NodeLockedError(msg) from None
    file.seek(0)
    file.truncate()
    file.write(str(os.getpid()))
    file.flush()
    return file
