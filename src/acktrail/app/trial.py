"""Runs files through the whole line in a throw-away home: clock, ids and counters are frozen.

The same code as the service, with the in-memory engine: nothing is mocked, nothing leaves the
folder. Samples, the partners' own test cases and dry runs use it; same input, same output.
"""

import shutil
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path

import tomlkit

from acktrail.app.home import Home, make_home
from acktrail.app.lister import Lister
from acktrail.app.looks import kept_result
from acktrail.app.posting import Posting
from acktrail.app.sender import Sender
from acktrail.app.steps import ExchangeSteps
from acktrail.app.tools import last_body
from acktrail.app.wiring import Wired, open_tools
from acktrail.documents.encoding import decode_document, encode
from acktrail.engine.memory import MemoryEngine
from acktrail.ledger.ids import ExchangeIds
from acktrail.pipeline.read import all_findings
from acktrail.ports import Entry, ExchangeRow

START = datetime(2026, 1, 2, 3, 4, 5, tzinfo=UTC)
NAMING_KEY = "00" * 32
MOST_POLLS = 20
NOT_POSTED = frozenset({"rejected", "conflict", "duplicate"})
OF_THE_MACHINE = frozenset({"engine"})  # facts that are others elsewhere: version of gpg


@dataclass(slots=True)
class FrozenClock:
    """Stands still until it is told to go on."""

    at: datetime = START

    def now(self) -> datetime:
        """Return the same time until :meth:`advance`."""
        return self.at

    def advance(self, by: timedelta) -> None:
        """Go on."""
        self.at += by


@dataclass(frozen=True, slots=True)
class Trial:
    """A throw-away home with everything wired for runs by hand."""

    wired: Wired
    clock: FrozenClock
    listers: dict[str, Lister] = field(default_factory=dict)  # by partner: they remember looks

    def drop(self, partner: str, name: str, body: bytes) -> list[ExchangeRow]:
        """Drop one file and run until nothing is due; return the exchanges that came of it."""
        tools = self.wired.tools
        found = tools.home.profile(partner)
        lister = self._lister(partner)
        (self.wired.inbound_folder(found) / name).write_bytes(body)
        before = {row.id for row in tools.ledger.exchanges(limit=10_000)}
        for _ in range(MOST_POLLS):
            taken, waiting = lister.poll()
            self.clock.advance(timedelta(minutes=1))
            if taken or not waiting:
                break
        self._run()
        rows = tools.ledger.exchanges(limit=10_000)
        return sorted(row for row in rows if row.id not in before)

    def wait(self, by: timedelta, partner: str) -> list[ExchangeRow]:
        """Let time pass, poll once more, run."""
        self.clock.advance(by)
        tools = self.wired.tools
        before = {row.id for row in tools.ledger.exchanges(limit=10_000)}
        self._lister(partner).poll()
        self._run()
        rows = tools.ledger.exchanges(limit=10_000)
        return sorted(row for row in rows if row.id not in before)

    def _lister(self, partner: str) -> Lister:
        if partner not in self.listers:
            self.listers[partner] = self.wired.lister(self.wired.tools.home.profile(partner))
        return self.listers[partner]

    def _run(self) -> None:
        engine = self.wired.engine
        if isinstance(engine, MemoryEngine):
            engine.run()

    def close(self) -> None:
        """Close the database."""
        self.wired.close()


def open_trial(folder: Path, partners: Path, secrets_folder: Path) -> Trial:
    """Make the home in an empty ``folder`` with copies of ``partners`` and of our secrets."""
    home = trial_home(folder, partners, secrets_folder)
    (home.var / "keys" / "naming.key").unlink()
    (home.var / "keys" / "naming.key").write_text(NAMING_KEY)
    return reopen_trial(home)


def reopen_trial(home: Home) -> Trial:
    """Wire a throw-away home that is there already, as its settings are now."""
    clock = FrozenClock()
    tools = open_tools(home, clock)
    engine = MemoryEngine()
    sender = Sender(tools)
    steps = ExchangeSteps(tools, engine, Posting(tools, sender))
    engine.serve(steps)
    counter = iter(range(1, 1_000_000))
    ids = ExchangeIds(clock, lambda count: next(counter).to_bytes(count, "big"))
    return Trial(Wired(tools, engine, steps, sender, ids), clock)


def trial_home(folder: Path, partners: Path, secrets_folder: Path, max_wait: str = "") -> Home:
    """Make a home with copies of profiles and secrets; every SFTP endpoint becomes a folder."""
    home = make_home(folder)
    shutil.copytree(partners, home.root / "partners", dirs_exist_ok=True)
    if secrets_folder.is_dir():
        for path in secrets_folder.iterdir():
            target = home.root / "secrets" / path.name
            target.write_bytes(path.read_bytes())
            target.chmod(0o600)
    for path in (home.root / "partners").glob("*/[0-9]*.toml"):
        path.write_text(local_only(path.read_text("utf-8"), max_wait), "utf-8")
    return home


def local_only(text: str, max_wait: str = "") -> str:
    """Return a profile's text with its endpoints as local folders and perhaps less patience."""
    table = tomlkit.parse(text)
    if max_wait and "ready" in table.get("inbound", {}):
        table["inbound"]["ready"]["max_wait"] = max_wait
    for name in ("inbound", "outbound"):
        endpoint = table.get(name)
        if endpoint is not None and endpoint.get("transport") == "sftp":
            for key in ("host", "port", "login", "host_key", "folder"):
                endpoint.pop(key, None)
            endpoint["transport"] = "folder"
    return tomlkit.dumps(table)


def outcome_files(trial: Trial, rows: Iterable[ExchangeRow]) -> dict[str, bytes]:
    """Return everything that exchanges left, as files by relative name, stable to the byte."""
    tools = trial.wired.tools
    files: dict[str, bytes] = {}
    findings: list[str] = ["exchange\tseverity\trule\tcode\twhere\tposition\toffset\tmessage"]
    ledger: list[str] = []
    for at, row in enumerate(rows, 1):
        entries = tools.ledger.entries(row.id)
        result = kept_result(tools, entries)
        for finding in all_findings(result) if result else ():
            place = finding.place
            where = place.address or place.segment
            findings.append(
                f"{at}\t{finding.severity}\t{finding.rule}\t{finding.code}\t{where}\t"
                f"{place.position}\t{place.offset}\t{finding.message}"
            )
        fresh = tools.ledger.exchange(row.id)
        ledger.append(f"exchange {at}: {fresh.name} {fresh.partner} -> {fresh.status}")
        for entry in entries:
            facts = " ".join(
                f"{name}={value}"
                for name, value in sorted(entry.body.items())
                if name not in OF_THE_MACHINE
            )
            ledger.append(f"{entry.n:3} {entry.kind} {facts}")
        with tools.ledger.begin() as tx:
            postings, answers = tx.postings(row.id), tx.outbox(row.id)
        rows_by_place = {one.document: one for one in postings}
        for number, (spot, body) in enumerate(released_documents(trial, entries), 1):
            document = decode_document(body)
            files[f"documents/{at}.{number:03}.{document.kind}.json"] = encode(document)
            posting = rows_by_place.get(spot)
            if posting and posting.calls:
                files[f"odoo/{at}.{number:03}.json"] = kept_calls(trial, posting.calls)
            if posting and posting.state in NOT_POSTED:
                rule = posting.error or f"post.{posting.state}"
                findings.append(f"{at}\t{posting.state}\t{rule}\t\tdocument {number:03}\t0\t0\t")
        for answer in answers:
            files[f"outbound/{answer.name}"] = tools.store.get(answer.blob)
    files["findings.tsv"] = ("\n".join(findings) + "\n").encode()
    files["ledger.txt"] = ("\n".join(ledger) + "\n").encode()
    return files


def released_documents(trial: Trial, entries: tuple[Entry, ...]) -> Iterator[tuple[str, bytes]]:
    """Yield every document that an exchange released, posted or not, and its place in the store."""
    blob = str(last_body(entries, "translated").get("documents", ""))
    if not blob:
        return
    at = 0
    for line in trial.wired.tools.store.get(blob).splitlines(keepends=True):
        yield f"{blob}:{at}:{len(line) - 1}", line
        at += len(line)


def kept_calls(trial: Trial, place: str) -> bytes:
    """Return the exact calls that a journal row keeps."""
    blob, at, length = place.split(":")
    with trial.wired.tools.store.open(blob) as source:
        source.seek(int(at))
        return source.read(int(length))
