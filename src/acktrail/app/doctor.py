"""What is wrong with a home, each with what to do: settings, rights, keys, clock, disk, ledger.

Nothing is changed or mended. Every look stands for itself: one that fails does not stop the others.
"""

import ctypes
import os
import shutil
import socket
import stat
from collections.abc import Callable, Iterator
from contextlib import closing
from dataclasses import dataclass
from datetime import timedelta
from itertools import islice
from typing import Final, NamedTuple

from acktrail.app.home import SETTINGS, Home
from acktrail.app.keys import ALIVE, EXPIRING, keys_of
from acktrail.app.linting import Checks, read_newest, settings_problems
from acktrail.app.proving import faults_of
from acktrail.app.sealing import keys, sealing
from acktrail.app.sender import Sender
from acktrail.app.tools import Tools
from acktrail.errors import AcktrailError, LedgerError, UnavailableError
from acktrail.ledger import note as notes

OK, WARNING, FAILED, DOWN, BROKEN = "ok", "warning", "failed", "down", "broken"
FLOOR, LOW = 0.10, 0.20  # share of a disk that has to be free, and below which to think of it
TAIL, SAMPLE = 50, 5  # newest exchanges whose entries, and whose bytes, are proven
NO_SECRET: Final = frozenset({"README.md", "lock"})
REACH_SECONDS: Final = 5.0
OTHERS: Final = 0o077
UNSYNCHRONISED: Final = 5  # TIME_ERROR of adjtimex(2)
TIMEX_BYTES: Final = 512  # more than any struct timex


class Symptom(NamedTuple):
    """One thing that was looked at."""

    area: str
    what: str
    state: str  # ok, warning, failed, down, broken
    fix: str = ""


Look = Callable[[], Iterator[Symptom]]


@dataclass(frozen=True, slots=True)
class Doctor:
    """Looks at one home."""

    tools: Tools
    reach: bool = True  # ask servers whether they are there

    def all(self) -> Iterator[Symptom]:
        """Yield every look's symptoms, the quick ones first."""
        looks: tuple[tuple[str, Look], ...] = (
            ("settings", self._settings),
            ("profiles", self._profiles),
            ("rights", lambda: rights(self.tools.home)),
            ("disk", self._disk),
            ("clock", self._clock),
            ("keys", self._keys),
            ("ledger", self._ledger),
            ("endpoints", self._endpoints),
            ("odoo", self._odoo),
        )
        for area, look in looks:
            try:
                found = list(look())
            except AcktrailError as error:
                found = [Symptom(area, error.code, _state(error), "; ".join(map(str, error.args)))]
            yield from found or [Symptom(area, "all", OK)]

    def _settings(self) -> Iterator[Symptom]:
        for one in settings_problems(self.tools.home):
            yield Symptom("settings", one.path, FAILED, one.text)
        settings = self.tools.settings
        if not settings.store.encrypt:
            fix = "store.encrypt = true, then: acktrail store seal"
            yield Symptom("settings", "store.encrypt", WARNING, fix)
        if settings.profiles.approval != "required":
            fix = "approval = required, so that nothing posts that one person alone decided"
            yield Symptom("settings", "profiles.approval", WARNING, fix)
        if not settings.access.enforce:
            fix = "enforce = true, once there is an administrator"
            yield Symptom("settings", "access.enforce", WARNING, fix)
        if not settings.ledger.witness:
            fix = "name a witness: without one a rebuilt ledger cannot be told"
            yield Symptom("settings", "ledger.witness", WARNING, fix)

    def _profiles(self) -> Iterator[Symptom]:
        profiles, broken = read_newest(self.tools.home)
        checks = Checks(self.tools.home, profiles)
        for partner in sorted({*profiles, *broken}):
            problems = broken.get(partner) or checks.problems(profiles[partner])
            errors = sum(one.severity == "error" for one in problems)
            if errors:
                fix = f"{errors} errors: acktrail partner lint {partner}"
                yield Symptom("profiles", partner, FAILED, fix)

    def _disk(self) -> Iterator[Symptom]:
        for folder in (self.tools.home.var, self.tools.home.root / "inbound"):
            usage = shutil.disk_usage(folder)
            yield free_space(folder.name, usage.free, usage.total)

    def _clock(self) -> Iterator[Symptom]:
        if not synchronised():
            fix = "the system clock follows no time server: start chrony or systemd-timesyncd"
            yield Symptom("clock", "synchronised", WARNING, fix)
        newest = next(iter(self.tools.ledger.exchanges(limit=1)), None)
        if newest and newest.opened_at > self.tools.clock.now() + timedelta(minutes=5):
            fix = "the newest exchange is from the future: the clock was set back"
            yield Symptom("clock", "entries", FAILED, fix)

    def _keys(self) -> Iterator[Symptom]:
        for partner in self.tools.home.partners():
            try:
                profile = self.tools.home.profile(partner).profile
            except AcktrailError:
                continue  # told among the profiles
            for key in keys_of(self.tools, profile):
                if key.state == ALIVE:
                    continue
                state = WARNING if key.state == EXPIRING else FAILED
                what = f"{partner} {key.whose} {key.kind} {key.fingerprint or key.where}"
                yield Symptom("keys", what, state, f"{key.state} {key.expires}".rstrip())

    def _ledger(self) -> Iterator[Symptom]:
        ledger = self.tools.ledger
        newest = ledger.note_at()
        if not newest:
            yield Symptom("ledger", "checkpoint", WARNING, "none yet: acktrail ledger checkpoint")
            return
        tree, believed = sealing(self.tools), keys(self.tools)
        notes.verified(newest, believed.believed, believed.check)
        tree.check()
        for at, row in enumerate(islice(ledger.exchanges(limit=TAIL), TAIL)):
            for fault in faults_of(tree, row, payload=at < SAMPLE):
                waits = "no place in the tree yet" in fault
                yield Symptom("ledger", row.id, WARNING if waits else BROKEN, fault)

    def _endpoints(self) -> Iterator[Symptom]:
        if not self.reach:
            return
        profiles, _ = read_newest(self.tools.home)
        places: dict[tuple[str, int], str] = {}
        for partner, profile in sorted(profiles.items()):
            for one in (profile.inbound, profile.outbound):
                if one.transport == "sftp":
                    places.setdefault((one.host, one.port), partner)
        for (host, port), partner in places.items():
            if not _reached(host, port):
                fix = f"no connection: acktrail partner check {partner}"
                yield Symptom("endpoints", f"{partner} {host}:{port}", DOWN, fix)

    def _odoo(self) -> Iterator[Symptom]:
        if not self.reach:
            return
        sender = Sender(self.tools)
        with closing(sender):
            for target in self.tools.settings.odoo:
                found = sender.known(target).version
                if not any(found):
                    fix = "does not answer: documents wait, nothing is lost"
                    yield Symptom("odoo", target, DOWN, fix)


def rights(home: Home) -> Iterator[Symptom]:
    """Yield what of a home others could read or write, and what is not ours."""
    private = [home.root / "secrets", home.var, home.var / "keys"]
    kept = [path for folder in (private[0], private[2]) for path in sorted(folder.rglob("*"))]
    kept = [path for path in kept if path.name not in NO_SECRET]
    for path in (*private, *kept):
        name = str(path.relative_to(home.root))
        if not path.exists():
            yield Symptom("rights", name, FAILED, "is missing")
            continue
        found = path.stat()
        if stat.S_IMODE(found.st_mode) & OTHERS:
            mode = "700" if path.is_dir() else "600"
            yield Symptom("rights", name, FAILED, f"others can get at it: chmod {mode}")
        if found.st_uid not in {0, os.geteuid()}:
            yield Symptom("rights", name, FAILED, "belongs to another user")
    for path in (home.root / SETTINGS, home.root / "partners"):
        if path.stat().st_mode & stat.S_IWOTH:
            fix = "everybody can change it: chmod o-w"
            yield Symptom("rights", path.name, FAILED, fix)


def free_space(name: str, free: int, total: int) -> Symptom:
    """Return what the free space of a disk says."""
    share = free / total if total else 0.0
    text = f"{share:.0%} free"
    if share < FLOOR:
        return Symptom("disk", name, FAILED, f"{text}: receiving is in danger; free some")
    return Symptom("disk", name, WARNING if share < LOW else OK, text)


def synchronised() -> bool:
    """Tell whether the kernel's clock follows a time server, as far as the kernel says."""
    try:
        ask = ctypes.CDLL(None).adjtimex
    except (AttributeError, OSError):
        return True  # no such kernel: nothing is known
    answer: int = ask(ctypes.create_string_buffer(TIMEX_BYTES))
    return answer != UNSYNCHRONISED


def _reached(host: str, port: int) -> bool:
    try:
        socket.create_connection((host, port), REACH_SECONDS).close()
    except OSError:
        return False
    return True


def _state(error: AcktrailError) -> str:
    if isinstance(error, LedgerError):
        return BROKEN
    return DOWN if isinstance(error, UnavailableError) else FAILED
