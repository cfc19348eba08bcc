"""The folder an installation lives in: inbound/, outbound/, parsers/, partners/, var/."""

import os
import secrets
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache
from hashlib import sha256
from importlib.resources import files
from pathlib import Path

from acktrail.app.settings import EXAMPLE, Settings, read_settings
from acktrail.errors import ConflictError, GuideError, NotFoundError, ProfileError
from acktrail.profiles.partner import PartnerProfile, read_profile

FOLDERS = ("inbound", "outbound", "partners", "parsers", "secrets", "var")
SETTINGS = "acktrail.toml"
CHECKOUT = Path(__file__).parents[3]  # the repository's root when installed editable


@dataclass(frozen=True, slots=True)
class Found:
    """A profile with the bytes it was read from."""

    profile: PartnerProfile
    sha256: str
    path: Path


@dataclass(frozen=True, slots=True)
class Home:
    """One installation's folder; the repository root is one."""

    root: Path

    @property
    def var(self) -> Path:
        """Run-time state: database, store, keys of this installation."""
        return self.root / "var"

    def settings(self) -> Settings:
        """Read ``acktrail.toml``.

        Raises:
            NotFoundError: This is no home.
        """
        try:
            body = (self.root / SETTINGS).read_bytes()
        except FileNotFoundError:
            msg = f"no {SETTINGS} here; make a home with: acktrail init DIR"
            raise NotFoundError(msg) from None
        return read_settings(body, os.environ)

    def partners(self) -> list[str]:
        """Return the ids of all partners that have a profile."""
        folder = self.root / "partners"
        return sorted({path.parent.name for path in folder.glob("*/[0-9]*.toml")})

    def profile(self, partner: str, version: int = 0) -> Found:
        """Read one version of a partner's profile; 0 = the newest.

        Raises:
            NotFoundError: There is none.
            ProfileError: It breaks the schema, or says another id or version than its path.
        """
        folder = self.root / "partners" / partner
        known = {int(path.stem): path for path in folder.glob("[0-9]*.toml") if path.stem.isascii()}
        path = known.get(version or max(known, default=0))
        if path is None or "/" in partner:
            msg = f"no profile for partner {partner!r}"
            raise NotFoundError(msg)
        body = path.read_bytes()
        profile = _parsed(body)
        if (profile.id, str(profile.version)) != (partner, path.stem):
            msg = f"id, version: must be {partner!r} and {path.stem} in this place"
            raise ProfileError(msg)
        return Found(profile, sha256(body).hexdigest(), path)

    def profiles(self) -> Iterator[Found]:
        """Read the newest profile of every partner."""
        for partner in self.partners():
            yield self.profile(partner)

    def naming_key(self) -> bytes:
        """Return the key of this installation's keyed hashes; made at ``init``, never lost."""
        try:
            return bytes.fromhex((self.var / "keys" / "naming.key").read_text("ascii"))
        except FileNotFoundError:
            msg = "var/keys/naming.key is missing; complete the home with: acktrail init DIR"
            raise NotFoundError(msg) from None

    def ledger_key(self) -> Path:
        """Return where the key that signs checkpoints lies, unless the settings name another."""
        return self.var / "keys" / "ledger.key"

    def crosswalks(self, partner: str) -> list[tuple[str, bytes]]:
        """Return the partner's crosswalk files: table and content."""
        folder = self.root / "partners" / partner / "crosswalk"
        return [(path.stem, path.read_bytes()) for path in sorted(folder.glob("*.csv"))]

    def key_file(self, partner: str, name: str) -> bytes:
        """Return a public key file of a partner, named relative to the partner's folder."""
        folder = (self.root / "partners" / partner).resolve()
        path = (folder / name).resolve()
        if not path.is_relative_to(folder) or not path.is_file():
            msg = f"partners/{partner}: no key file {name!r}"
            raise ProfileError(msg)
        return path.read_bytes()


@lru_cache(maxsize=512)
def _parsed(body: bytes) -> PartnerProfile:
    """Read a profile's bytes once: every step of every exchange asks for it."""
    return read_profile(body)


def make_home(root: Path) -> Home:
    """Make a new home, or complete one that has its settings but was never run (a checkout).

    Raises:
        ConflictError: There is one already: its naming key must never be replaced.
    """
    key = root / "var" / "keys" / "naming.key"
    if key.exists():
        msg = "there is a home already"
        raise ConflictError(msg)
    for name in FOLDERS:
        (root / name).mkdir(parents=True, exist_ok=True)
    for folder in (root / "secrets", root / "var"):
        folder.chmod(0o700)
    key.parent.mkdir(mode=0o700, exist_ok=True)
    with os.fdopen(os.open(key, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o400), "w") as file:
        file.write(secrets.token_hex(32))
    if not (root / SETTINGS).exists():
        (root / SETTINGS).write_text(EXAMPLE)
    return Home(root)


class ParserFiles:
    """The folder ``parsers/`` of a home over the one that came with the package.

    A file of the home stands before a packaged one of the same path, so that an operator can add
    guides, layouts and maps, and replace them knowingly.
    """

    def __init__(self, *folders: Path) -> None:
        self._folders = folders

    def read(self, path: str) -> bytes:
        """Return a file's bytes."""
        for folder in self._folders:
            file = folder / path
            if file.is_file() and ".." not in Path(path).parts:
                return file.read_bytes()
        msg = f"no file parsers/{path}"
        raise GuideError(msg)

    def names(self, folder: str) -> Sequence[str]:
        """Return the sorted names of the files in ``folder`` of any of the places."""
        places = [place / folder for place in self._folders if (place / folder).is_dir()]
        return sorted({file.name for place in places for file in place.iterdir() if file.is_file()})


def parser_files(home: Home | None = None) -> ParserFiles:
    """Return the data files: the home's, then the packaged ones, then the checkout's."""
    packaged = Path(str(files("acktrail"))) / "_parsers"
    own = [home.root / "parsers"] if home else []
    return ParserFiles(*own, packaged, CHECKOUT / "parsers")
