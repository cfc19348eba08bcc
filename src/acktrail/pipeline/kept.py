"""What is known of the documents that one file gave, in some forty bytes for each.

A file may hold a million claims; the documents themselves are in a spool.
"""

from array import array
from collections.abc import Iterator
from typing import NamedTuple

RAW = "surrogatepass"  # no text of a partner can fail to be kept


class Kept(NamedTuple):
    """One document that was built: where its bytes are and what it is."""

    message: str  # control number of its message
    ordinal: int  # of its message in its interchange, from 0: control numbers may be repeated
    kind: str
    id: str
    at: int  # where ``Keep`` put it
    length: int


class KeptDocuments:
    """Kept documents in the order they were added; what those of a message share is kept once."""

    __slots__ = ("_ats", "_ends", "_ids", "_lengths", "_runs")

    def __init__(self) -> None:
        self._runs: list[tuple[int, tuple[str, int, str]]] = []  # first; message, ordinal, kind
        self._ids = bytearray()
        self._ends = array("Q")  # of each id
        self._ats = array("Q")
        self._lengths = array("Q")

    def __len__(self) -> int:
        """Return how many there are."""
        return len(self._ends)

    def __iter__(self) -> Iterator[Kept]:
        """Yield each of them."""
        firsts = [first for first, _shared in self._runs]
        begin = 0
        for (first, shared), stop in zip(self._runs, [*firsts[1:], len(self)], strict=False):
            for n in range(first, stop):
                end = self._ends[n]
                id_ = self._ids[begin:end].decode(errors=RAW)
                yield Kept(*shared, id_, self._ats[n], self._lengths[n])
                begin = end

    def add(self, kept: Kept) -> None:
        """Keep one more."""
        shared = kept[:3]
        if not self._runs or self._runs[-1][1] != shared:
            self._runs.append((len(self), shared))
        self._ids += kept.id.encode(errors=RAW)
        self._ends.append(len(self._ids))
        self._ats.append(kept.at)
        self._lengths.append(kept.length)


def joined(
    before: KeptDocuments, more: KeptDocuments, refused: frozenset[int] = frozenset()
) -> KeptDocuments:
    """Return both in order, of ``more`` without those of refused messages, given by ordinal.

    Either may be changed by this.
    """
    if not (before or refused):
        return more
    for kept in more:
        if kept.ordinal not in refused:
            before.add(kept)
    return before
