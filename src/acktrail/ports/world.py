"""What lies outside: folders and servers, OpenPGP, secrets, the store, the clock."""

from collections.abc import Callable, Iterator, Mapping
from datetime import datetime, timedelta
from typing import BinaryIO, Final, NamedTuple, Protocol

# What kept content is, which says how long it stays.
ORIGINAL: Final = "original"  # as it came, and opened
ANSWER: Final = "answer"
DERIVED: Final = "derived"  # what was read of it, documents, calls


class Seen(NamedTuple):
    """A file as a listing shows it."""

    path: bytes  # relative to the endpoint's folder; bytes end to end
    size: int
    mtime: int  # the other side's clock, whole seconds: compared for equality only


class Evidence(NamedTuple):
    """What is known of bytes that were moved."""

    size: int
    sha256: str
    facts: Mapping[str, str]  # host key fingerprint, cipher, ...: for the ledger, never a name


class Transport(Protocol):
    """One inbound or outbound folder of one partner."""

    def list(self) -> Iterator[Seen]:
        """List regular files; names that could leave the folder are dropped."""
        ...

    def peek(self, seen: Seen, length: int) -> tuple[bytes, bytes]:
        """Return the first and last ``length`` bytes."""
        ...

    def fetch(self, seen: Seen, sink: BinaryIO, limit: int) -> Evidence:
        """Copy the file into ``sink``.

        Raises:
            TooLargeError: If it is larger than ``limit`` bytes.
            ChangedError: If it changed before or while it was read.
            UnavailableError: If the other side does not answer.
        """
        ...

    def dispose(self, seen: Seen, how: str, name: str) -> str:
        """``archive`` (to ``.archive/<name>``), ``delete`` or ``keep``; return what was done.

        A file that is gone counts as done (``gone``); one that changed is left (``changed``).
        """
        ...

    def put(self, name: str, body: bytes) -> Evidence:
        """Write under a temporary name, verify the size, rename; an equal file counts as done.

        Raises:
            ConflictError: If another file has that name already.
        """
        ...

    def close(self) -> None:
        """End the connection."""
        ...


class Opened(NamedTuple):
    """A file after one step of its envelope."""

    size: int
    sha256: str
    facts: Mapping[str, str]  # signer and recipient fingerprints, cipher, engine, members, ratio


class Sealer(Protocol):
    """Opens and makes OpenPGP messages."""

    @property
    def name(self) -> str:
        """Engine and version, for the ledger."""
        ...

    def open(self, source: BinaryIO, target: BinaryIO, rules: "SealRules") -> Opened:
        """Decrypt ``source`` into ``target`` and check its signature.

        Raises:
            EnvelopeError: With ``code`` ``pgp.<word>``: the partner's doing.
            KeyMissingError: A current key of ours is not there.
        """
        ...

    def seal(self, body: bytes, rules: "SealRules") -> bytes:
        """Sign and encrypt."""
        ...


class SealRules(NamedTuple):
    """What the profile says of OpenPGP."""

    signers: tuple[str, ...] = ()  # primary fingerprints; empty: unsigned is allowed
    recipients: tuple[str, ...] = ()  # for sealing
    ours: tuple[str, ...] = ()  # our current decryption and signing keys
    keys: tuple[bytes, ...] = ()  # key files: theirs public, ours secret
    passphrase: str = ""
    limit: int = 1 << 31  # bytes that may come out
    at: datetime | None = None  # when validity is judged; None = now


class Secrets(Protocol):
    """Resolves ``env:``, ``file:``, ``credential:`` and ``vault:`` references."""

    def get(self, reference: str) -> str:
        """Return the secret.

        Raises:
            SecretError: Without repeating the reference's value.
        """
        ...


class Store(Protocol):
    """Keeps content for good. A name is derived from the content and is safe to show."""

    def put(self, body: bytes, kind: str = DERIVED, stay: timedelta | None = None) -> str:
        """Keep ``body`` durably (file and folder synced) and return its name.

        Args:
            body: The content.
            kind: Says how long it stays: ``original``, ``answer`` or ``derived``.
            stay: How long at least by the partner's profile; None: as the settings say.
        """
        ...

    def put_stream(
        self, source: BinaryIO, kind: str = DERIVED, stay: timedelta | None = None
    ) -> str:
        """Keep all that ``source`` yields."""
        ...

    def get(self, name: str) -> bytes:
        """Return the bytes kept under ``name``.

        Raises:
            NotFoundError: If nothing is kept under it.
        """
        ...

    def open(self, name: str) -> BinaryIO:
        """Open the content for reading."""
        ...


class Seal(Protocol):
    """Seals one piece of content under its key and to its name."""

    def write(self, source: BinaryIO, target: BinaryIO) -> None:
        """Write what ``source`` yields to ``target``, sealed."""
        ...

    def open(self, source: BinaryIO) -> BinaryIO:
        """Open sealed content for reading and seeking; closing it closes ``source``."""
        ...

    def size(self, size: int) -> int:
        """Return how long ``size`` bytes of content are when they are sealed."""
        ...


class ToKeep(NamedTuple):
    """Content that is about to be kept."""

    name: str
    size: int
    kind: str  # original, answer, derived
    stay: timedelta | None = None  # how long at least; None: as the settings say of its kind


class Vault(Protocol):
    """Knows each piece of kept content: its seal (None: kept plain), and if it may be read."""

    def keep(self, content: ToKeep, drop: Callable[[], None]) -> Seal | None:
        """Note durably that content is about to be kept, and return what seals it.

        ``drop`` removes what a disposal that was cut short left under the name.
        """
        ...

    def kept(self, name: str) -> Seal | None:
        """Return what opens the content.

        Raises:
            NotFoundError: With code ``store.disposed``.
        """
        ...

    def draft(self, name: str) -> Seal | None:
        """Return a seal for a draft; nobody else can open it."""
        ...


class Clock(Protocol):
    """The one clock."""

    def now(self) -> datetime:
        """Return the time, aware, UTC."""
        ...
