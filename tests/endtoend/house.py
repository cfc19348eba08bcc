"""A home with the sample partners and the real service running in it as a process of its own.

Nothing is left behind: the service leads a process group that :meth:`House.close` ends, and where
``setpriv`` is installed it dies with the tests.
"""

import os
import shutil
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from hashlib import sha256
from pathlib import Path
from time import monotonic, sleep

from acktrail.app.cases import SECRETS
from acktrail.app.looks import outcome
from acktrail.app.sealing import keys, tile_files
from acktrail.app.tools import Tools
from acktrail.app.trial import trial_home
from acktrail.app.wiring import open_tools
from acktrail.pipeline.states import AT_REST
from acktrail.ports import ExchangeRow
from tests.conftest import ROOT

COMMAND = Path(sys.executable).with_name("acktrail")
DIE_WITH_US = ["setpriv", "--pdeathsig", "KILL"] if shutil.which("setpriv") else []
RUNNING = b"running; stop with SIGTERM"
LOOK_SECONDS = 0.05
START_SECONDS = 240
STOP_SECONDS = 120
MOST_ROWS = 100_000


class House:
    """One installation: its folder, its database, its service."""

    sealed = False  # set before `configure`: content is kept sealed, as in homes that init makes

    def __init__(self, root: Path, database: str = "", max_wait: str = "2s") -> None:
        self.home = trial_home(root, ROOT / "partners", SECRETS, max_wait)
        self.root = root
        self.log = root / "service.log"
        self.database = database
        self._process: subprocess.Popen[bytes] | None = None
        self.configure()

    def configure(self, odoo: str = "", database: str = "fake", key: str = "test-key") -> None:
        """Write ``acktrail.toml``; without ``odoo``, the URL of one, in journal mode."""
        lines = ['schema = "acktrail/settings/1"', 'stop = "3s"']
        lines += ["store.encrypt = true"] if self.sealed else []
        if self.database:
            lines.append(f'database = "{self.database}"')
        if odoo:
            secret = self.root / "secrets" / "odoo-main"
            secret.touch(0o600)
            secret.write_text(key)
            lines += ["[odoo.main]", f'url = "{odoo}"', f'database = "{database}"']
            lines += ['key = "file:odoo-main"']
        (self.root / "acktrail.toml").write_text("\n".join(lines) + "\n")

    # ---------------------------------------------------------------- the service

    def start(self) -> None:
        """Start the service without waiting for it."""
        with self.log.open("ab") as log:
            self._process = subprocess.Popen(
                [*DIE_WITH_US, COMMAND, "--home", self.root, "run"],
                stdout=log,
                stderr=log,
                stdin=subprocess.DEVNULL,
                start_new_session=True,
                env=clean_environment(),
            )

    def up(self) -> None:
        """Start the service and wait until it serves."""
        before = self.said().count(RUNNING)
        self.start()
        self.wait_for(lambda: self.said().count(RUNNING) > before, START_SECONDS)

    def said(self) -> bytes:
        """Return everything that any run of the service has written."""
        return self.log.read_bytes() if self.log.exists() else b""

    def kill(self) -> None:
        """End the service in the middle of whatever it does."""
        process = self._process
        assert process is not None
        os.killpg(process.pid, signal.SIGKILL)
        process.wait()
        self._process = None

    def stop(self) -> int:
        """Ask the service to stop and return its exit code."""
        process = self._process
        assert process is not None
        process.terminate()
        code = process.wait(STOP_SECONDS)
        self._process = None
        return code

    def close(self) -> None:
        """End what still runs."""
        if self._process is not None:
            self.kill()

    def run(self, *words: str, seconds: float = 120) -> subprocess.CompletedProcess[bytes]:
        """Run one command of ours in this home."""
        return subprocess.run(
            [COMMAND, "--home", self.root, *words],
            capture_output=True,
            timeout=seconds,
            check=False,
            env=clean_environment(),
        )

    def wait_for(self, ready: Callable[[], bool], seconds: float) -> None:
        """Wait until ``ready``; fail at once when the service ends meanwhile."""
        end = monotonic() + seconds
        while not ready():
            ended = self._process is not None and self._process.poll() is not None
            assert not ended, f"the service ended:\n{self.said()[-4000:].decode()}"
            assert monotonic() < end, f"not in {seconds} s:\n{self.said()[-4000:].decode()}"
            sleep(LOOK_SECONDS)

    # ---------------------------------------------------------------- files and facts

    def drop(self, partner: str, name: str, body: bytes) -> None:
        """Put a file where its partner does: under a temporary name first."""
        folder = self.root / "inbound" / partner
        folder.mkdir(parents=True, exist_ok=True)
        part = folder / f".{name}.part"
        part.write_bytes(body)
        part.rename(folder / name)

    def answers(self, partner: str) -> dict[str, bytes]:
        """Return what lies in a partner's pick-up folder."""
        folder = self.root / "outbound" / partner
        found = sorted(folder.iterdir()) if folder.is_dir() else []
        return {path.name: path.read_bytes() for path in found if not path.name.startswith(".")}

    def still_there(self) -> list[str]:
        """Return the names of the files that nobody has taken."""
        folders = (self.root / "inbound").iterdir()
        files = (path for folder in folders for path in folder.iterdir() if path.is_file())
        return sorted(path.name for path in files if not path.name.startswith("."))

    @contextmanager
    def tools(self) -> Iterator[Tools]:
        """Open ledger and store beside the service."""
        tools = open_tools(self.home)
        try:
            yield tools
        finally:
            tools.close()

    def exchanges(self) -> list[ExchangeRow]:
        """Return every exchange, oldest first."""
        with self.tools() as tools:
            return sorted(tools.ledger.exchanges(limit=MOST_ROWS))

    def outcomes(self) -> dict[str, str]:
        """Return by file name where its exchange is and how it went."""
        with self.tools() as tools:
            rows = tools.ledger.exchanges(limit=MOST_ROWS)
            return {row.name: f"{row.status}, {outcome(tools, row.id)}" for row in rows}

    def settle(self, files: int, seconds: float, among: frozenset[str] = AT_REST) -> None:
        """Wait until so many files were taken and each rests in one of these statuses."""
        with self.tools() as tools:

            def rests() -> bool:
                found = tools.ledger.counts().items()
                states = {
                    name.partition(".")[2]: n for name, n in found if name.startswith("exchange.")
                }
                return sum(states.values()) >= files and states.keys() <= among

            self.wait_for(rests, seconds)

    def lost(self, dropped: list[bytes]) -> int:
        """Count dropped files whose bytes no exchange has."""
        kept = {row.raw_sha256 for row in self.exchanges()}
        return sum(sha256(body).hexdigest() not in kept for body in dropped)

    def faults(self) -> list[str]:
        """Verify the chains and the tree of the ledger."""
        with self.tools() as tools:
            tree = tools.ledger.verify_tree(tile_files(tools), keys(tools), [])
            return [*tools.ledger.verify(), *tree]


def clean_environment() -> dict[str, str]:
    """Return our environment without what would configure the service."""
    return {name: value for name, value in os.environ.items() if not name.startswith("ACKTRAIL_")}
