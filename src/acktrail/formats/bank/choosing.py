"""Chooses between the standards by how a file begins: BAI2 has a 01 record, MT940 a field."""

from collections.abc import Iterable

from acktrail.formats.bank.lines import MARK
from acktrail.ports import Event, Reader

BAI2 = b"01,"


class BankReader:
    """Reads one file of either standard (fulfils ``ports.Reader``)."""

    def __init__(self, *, mt940: Reader, bai2: Reader) -> None:
        """One of the two will be used."""
        self._mt940, self._bai2 = mt940, bai2
        self._chosen: Reader | None = None
        self._head = b""

    def feed(self, chunk: bytes) -> Iterable[Event]:
        """Take the next bytes; return what they complete (see ``ports.Reader``)."""
        if self._chosen is not None:
            return self._chosen.feed(chunk)
        self._head += chunk
        start = self._head.removeprefix(MARK).lstrip()
        if len(start) < len(BAI2) and len(self._head) < 1024:  # noqa: PLR2004 - or it is blank
            return ()
        return self._choose(start).feed(self._head)

    def close(self) -> Iterable[Event]:
        """Say that the file is over; return what is left, then the verdicts."""
        if self._chosen is None:
            chosen = self._choose(b"")
            return (*chosen.feed(self._head), *chosen.close())
        return self._chosen.close()

    def _choose(self, start: bytes) -> Reader:
        self._chosen = self._bai2 if start.startswith(BAI2) else self._mt940
        return self._chosen
