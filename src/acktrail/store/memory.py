"""A store that forgets: for trying a file without keeping it, and for tests."""

from datetime import timedelta
from hashlib import sha256
from io import BytesIO
from typing import BinaryIO

from acktrail.errors import NotFoundError
from acktrail.ports import DERIVED


class MemoryStore:
    """Keeps everything in a dict, by SHA-256; see :class:`acktrail.ports.Store`."""

    def __init__(self) -> None:
        self._kept: dict[str, bytes] = {}

    def put(self, body: bytes, kind: str = DERIVED, stay: timedelta | None = None) -> str:
        """Keep ``body`` and return its name."""
        del kind, stay  # nothing stays
        name = sha256(body).hexdigest()
        self._kept[name] = bytes(body)
        return name

    def put_stream(
        self, source: BinaryIO, kind: str = DERIVED, stay: timedelta | None = None
    ) -> str:
        """Keep all that ``source`` yields."""
        return self.put(source.read(), kind, stay)

    def get(self, name: str) -> bytes:
        """Return the bytes kept under ``name``.

        Raises:
            NotFoundError: If nothing is kept under it.
        """
        if name not in self._kept:
            msg = "nothing is kept under this name"
            raise NotFoundError(msg)
        return self._kept[name]

    def open(self, name: str) -> BinaryIO:
        """Open the content for reading."""
        return BytesIO(self.get(name))
