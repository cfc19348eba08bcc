"""OpenPGP by the gpg binary: constant memory, every message that the standard allows.

One private gpg home serves all partners; it is made once, as making one costs seconds. So a key in
it proves nothing: what counts is whether the profile at hand lists it.
"""

import hashlib
import io
import os
import shutil
import subprocess
import tempfile
import weakref
from collections.abc import Callable, Collection, Iterator, Sequence
from contextlib import contextmanager, suppress
from datetime import datetime
from pathlib import Path
from threading import BoundedSemaphore, Event, Lock, Timer
from typing import BinaryIO, NamedTuple

from acktrail.errors import EnvelopeError, KeyMissingError, SetupError, UnavailableError
from acktrail.ports import Opened, SealRules
from acktrail.security.gpg_status import PREFIX, Judged, judge
from acktrail.security.message import content_of, plain_body
from acktrail.security.refusals import Refusal

MAX_HOME = 90  # gpg-agent's socket lies inside; its path may have 107 bytes
BLOCK = 1 << 20
MAX_TEXT = 64 << 20  # a message in text mode is held in memory
MAX_STATUS = 1 << 20
START_SECONDS, PACE = 60.0, 1 << 20  # a call gets a minute and a second per MiB
HAS_SECRET = 16  # flag in IMPORT_OK
MAX_AT_ONCE = 3  # an agent that serves dozens at once begins to deny keys that it has
TRIES = 2
FIXED = (
    *("--no-options", "--batch", "--no-tty", "--pinentry-mode", "loopback"),
    *("--no-auto-key-locate", "--disable-dirmngr", "--no-auto-check-trustdb"),
    *("--trust-model", "always"),  # the profile decides whose key counts, by fingerprint
)
# Stored, not compressed; without the empty name the file's own would travel inside.
SEALING = (
    *("--sign", "--encrypt", "--cipher-algo", "AES256", "--digest-algo", "SHA512"),
    *("--compress-algo", "none", "--set-filename", ""),
)


class Ring(NamedTuple):
    """Primary fingerprints of the keys that one set of rules brings."""

    public: frozenset[str]
    secret: frozenset[str]


class Ran(NamedTuple):
    """How a call of gpg ended."""

    code: int
    status: str


class GpgSealer:
    """Runs gpg; see :class:`acktrail.ports.Sealer`. Every call is a process of its own."""

    def __init__(self, home: Path, *, program: str = "gpg") -> None:
        """Keep the keys below ``home/var/gnupg``, or in a short temporary folder."""
        self._program = program
        self._folder, temporary = _private_home(home)
        self._imported: dict[str, Ring] = {}
        self._importing = Lock()
        self._places = BoundedSemaphore(MAX_AT_ONCE)
        self._end = weakref.finalize(self, _end, self._folder, temporary)
        self.name = _version(program)

    def open(self, source: BinaryIO, target: BinaryIO, rules: SealRules) -> Opened:
        """Decrypt ``source`` into ``target`` and check its signature."""
        ring = self._ring(rules)
        # For a hidden recipient gpg tries all keys it has, and a failed try counts as an error.
        ours = [word for one in rules.ours for word in ("--try-secret-key", one)]
        start = source.tell()
        for left in reversed(range(TRIES)):
            source.seek(start)
            meter = _Meter(target, rules.limit)
            ran = self._run([*ours, "--decrypt"], source, rules, meter.take)
            try:
                judged = self._judge(ran, ring, rules)
            except EnvelopeError as error:
                if left and error.code == f"pgp.{Refusal.NO_SECKEY}" and not meter.size:
                    continue  # a busy agent says so too
                raise
            if judged.text:
                source.seek(start)
                meter = self._reopen_text(source, target, rules, ours, meter.size)
            return Opened(meter.size, meter.digest.hexdigest(), self._facts(judged))
        raise UnavailableError

    def _reopen_text(
        self, source: BinaryIO, target: BinaryIO, rules: SealRules, ours: list[str], size: int
    ) -> "_Meter":
        """Write a text message again with the carriage returns that gpg has dropped.

        The message has been accepted; this second pass takes off the encryption only.
        """
        if size > MAX_TEXT:
            msg = "an OpenPGP text message of this size: the partner is to send binary"
            raise SetupError(msg, code="setup.text_mode")
        packed = io.BytesIO()
        self._run([*ours, "--unwrap", "--decrypt"], source, rules, packed.write)
        body = plain_body(content_of(packed.getvalue(), 2 * MAX_TEXT))
        target.seek(-size, io.SEEK_CUR)
        target.truncate()
        meter = _Meter(target, rules.limit)
        meter.take(body)
        return meter

    def seal(self, body: bytes, rules: SealRules) -> bytes:
        """Sign with the first of our keys and encrypt for every recipient.

        Raises:
            KeyMissingError: A key is missing, expired or revoked.
        """
        if not rules.ours or not rules.recipients:
            msg = "sealing needs a key of ours and a recipient"
            raise KeyMissingError(msg)
        self._ring(rules)
        recipients = [word for one in rules.recipients for word in ("--recipient", one)]
        command = [*SEALING, "--local-user", rules.ours[0], *recipients]
        sealed = io.BytesIO()
        ran = self._run(command, io.BytesIO(body), rules, sealed.write)
        if ran.code or not {"SIG_CREATED", "END_ENCRYPTION"} <= _said(ran.status):
            msg = "gpg cannot seal: a key is missing, expired or revoked"
            raise KeyMissingError(msg)
        return sealed.getvalue()

    def close(self) -> None:
        """Stop the agent; a temporary home is removed."""
        self._end()

    def _judge(self, ran: Ran, ring: Ring, rules: SealRules) -> Judged:
        signers = {signer.upper() for signer in rules.signers}
        known = ring.public | ring.secret
        return judge(ran.code, ran.status, ours=ring.secret, signers=signers, known=known)

    def _facts(self, judged: Judged) -> dict[str, str]:
        facts = {
            "step": "pgp",
            "engine": self.name,
            "recipient": judged.recipient,
            "cipher": judged.cipher,
            "literal": "text" if judged.text else "binary",
        }
        return facts | ({"signer": judged.signer, "hash": judged.hash} if judged.signer else {})

    def _ring(self, rules: SealRules) -> Ring:
        """Import what is new and return the keys that these rules bring.

        Raises:
            KeyMissingError: A key file is no key, or a key of ours is not among them.
        """
        rings = [self._import(key) for key in rules.keys]
        public = frozenset[str]().union(*(ring.public for ring in rings))
        secret = frozenset[str]().union(*(ring.secret for ring in rings))
        _need(rules.ours, secret, "a secret key of ours is not in the key folder")
        _need(rules.recipients, public | secret, "a recipient's key is not in the key folder")
        return Ring(public, secret)

    def _import(self, key: bytes) -> Ring:
        """Import a key file, once; gpg refuses to import while another import goes on."""
        digest = hashlib.sha256(key).hexdigest()
        with self._importing:
            for _ in range(TRIES):
                if digest in self._imported:
                    break
                ran = self._run(["--import"], io.BytesIO(key), SealRules(), lambda _: None)
                rows = [line.split(" ") for line in _lines(ran.status, "IMPORT_OK")]
                if rows:
                    secret = frozenset(row[1] for row in rows if int(row[0]) & HAS_SECRET)
                    self._imported[digest] = Ring(frozenset(row[1] for row in rows), secret)
        if digest not in self._imported:
            msg = "a key file holds no usable OpenPGP key"
            raise KeyMissingError(msg)
        return self._imported[digest]

    def _run(
        self,
        command: Sequence[str],
        source: BinaryIO,
        rules: SealRules,
        take: Callable[[bytes], object],
    ) -> Ran:
        """Run gpg over ``source``; output goes to ``take``, messages for people to nobody."""
        with (
            self._places,
            _as_file(source) as stdin,
            tempfile.TemporaryFile() as status,
            _secret(rules) as word,
        ):
            size = os.fstat(stdin).st_size
            call = [self._program, "--homedir", str(self._folder), *FIXED, *_time(rules.at)]
            call += ["--status-fd", str(status.fileno()), "--passphrase-fd", str(word), *command]
            with subprocess.Popen(  # noqa: S603 - no part of the command comes from a partner
                call,
                stdin=stdin,
                stdout=subprocess.PIPE,
                stderr=subprocess.DEVNULL,
                pass_fds=(status.fileno(), word),
                env={"PATH": os.environ.get("PATH", os.defpath), "LC_ALL": "C"},
            ) as process:
                code = _drain(process, take, START_SECONDS + size / PACE)
            status.seek(0)
            return Ran(code, status.read(MAX_STATUS).decode("ascii", "replace"))


class _Meter:
    """Passes output on, counts and hashes it, and stops it at the limit."""

    def __init__(self, target: BinaryIO, limit: int) -> None:
        self.size = 0
        self.digest = hashlib.sha256()
        self._target = target
        self._limit = limit

    def take(self, piece: bytes) -> None:
        self.size += len(piece)
        if self.size > self._limit:
            msg = "more comes out than the limits allow"
            raise EnvelopeError(msg, code="envelope.bomb")
        self.digest.update(piece)
        self._target.write(piece)


def _drain(
    process: subprocess.Popen[bytes], take: Callable[[bytes], object], seconds: float
) -> int:
    """Hand over all output and return the exit code; a late process is killed."""
    late = Event()

    def stop() -> None:
        late.set()
        process.kill()

    timer = Timer(seconds, stop)
    timer.start()
    try:
        if process.stdout is not None:
            while piece := process.stdout.read(BLOCK):
                take(piece)
        code = process.wait()
    finally:
        timer.cancel()
        process.kill()
    if late.is_set():
        msg = "gpg did not end in time"
        raise UnavailableError(msg)
    return code


@contextmanager
def _as_file(source: BinaryIO) -> Iterator[int]:
    """Lend a descriptor that stands where ``source`` does; what is no real file is copied."""
    buffered = isinstance(source, io.BufferedReader | io.BufferedRandom)
    if buffered and isinstance(getattr(source, "raw", None), io.FileIO) and source.seekable():
        source.flush()
        os.lseek(source.fileno(), source.tell(), os.SEEK_SET)
        yield source.fileno()
        return
    with tempfile.TemporaryFile() as copy:
        shutil.copyfileobj(source, copy)
        copy.flush()
        os.lseek(copy.fileno(), 0, os.SEEK_SET)
        yield copy.fileno()


@contextmanager
def _secret(rules: SealRules) -> Iterator[int]:
    """Lend a pipe that holds the passphrase: never an argument, never the environment."""
    reading, writing = os.pipe()
    try:
        os.write(writing, rules.passphrase.encode() + b"\n")
        os.close(writing)
        yield reading
    finally:
        os.close(reading)


def _private_home(home: Path) -> tuple[Path, bool]:
    """Return gpg's home and whether it is a temporary one."""
    folder = (home / "var" / "gnupg").absolute()
    if len(os.fsencode(folder)) >= MAX_HOME:
        return Path(tempfile.mkdtemp(prefix="gnupg-")), True
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    folder.chmod(0o700)
    return folder, False


def _end(folder: Path, temporary: bool) -> None:  # noqa: FBT001
    call = ["gpgconf", "--homedir", str(folder), "--kill", "gpg-agent"]
    with suppress(OSError):
        subprocess.run(call, check=False, capture_output=True)  # noqa: S603
    if temporary:
        shutil.rmtree(folder, ignore_errors=True)


def _version(program: str) -> str:
    """Return ``gpg <version>``."""
    try:
        told = subprocess.run([program, "--version"], check=True, capture_output=True)  # noqa: S603
    except (OSError, subprocess.CalledProcessError):
        msg = "gpg is not installed"
        raise UnavailableError(msg, code="unavailable.gpg") from None
    return "gpg " + told.stdout.split(b"\n")[0].decode("ascii", "replace").rpartition(" ")[2]


def _time(at: datetime | None) -> list[str]:
    return [] if at is None else ["--faked-system-time", f"{int(at.timestamp())}!"]


def _lines(status: str, word: str) -> list[str]:
    start = f"{PREFIX}{word} "
    return [line[len(start) :] for line in status.split("\n") if line.startswith(start)]


def _said(status: str) -> set[str]:
    lines = [line for line in status.split("\n") if line.startswith(PREFIX)]
    return {line[len(PREFIX) :].split(" ")[0] for line in lines}


def _need(wanted: Sequence[str], there: Collection[str], message: str) -> None:
    if not {one.upper() for one in wanted} <= set(there):
        raise KeyMissingError(message)
