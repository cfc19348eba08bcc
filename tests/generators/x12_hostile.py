"""X12 files that are made to hurt: endless, empty, faulty, deep or crowded, of any size.

The names say what is wrong at full size; tests take less of the same.
"""

from collections.abc import Callable, Iterable, Iterator
from itertools import chain, repeat
from typing import NamedTuple

from tests.generators.x12 import group, interchange, payments

PIECE = 100_000  # bytes or segments of one piece
PAYMENT = interchange(payments(["ST*835*0001", "@"])).partition(b"@~")
DESPATCH = interchange(
    group("SH", "004010", [["ST*856*0001", "BSN*00*SHIP1*20260315*1200*0001", "@"]])
).partition(b"@~")


class Hostile(NamedTuple):
    """One kind of hostile file: what is wrong with it, and how to make ``count`` of that."""

    what: str
    full: int
    make: Callable[[int], Iterable[bytes]]
    rule: str = ""  # that has to be found; "" = what is odd about it is allowed


def _within(around: tuple[bytes, bytes, bytes], middle: Iterable[bytes]) -> Iterator[bytes]:
    head, _, tail = around
    return chain([head], middle, [tail])


def _filled(piece: bytes, count: int) -> Iterator[bytes]:
    """Yield ``count`` repetitions of a piece, many at a time."""
    many = max(1, PIECE // len(piece))
    yield from repeat(piece * many, count // many)
    yield piece * (count % many)


def endless(count: int) -> Iterable[bytes]:
    """Return a file with a segment of ``count`` bytes that has no terminator."""
    return chain([PAYMENT[0]], _filled(b"A", count))


def empty(count: int) -> Iterable[bytes]:
    """Return a file with ``count`` empty segments in a set."""
    return _within(PAYMENT, _filled(b"~", count))


def faulty(count: int) -> Iterable[bytes]:
    """Return a file with ``count`` misplaced segments that are wrong in themselves."""
    return _within(PAYMENT, _filled(b"DTM*XXX*99999999~", count))


def deep(count: int) -> Iterable[bytes]:
    """Return a despatch advice whose ``count`` levels each stand under the one before."""

    def levels() -> Iterator[bytes]:
        yield b"HL*1**S~"
        for at in range(2, count + 1, 1000):
            numbers = range(at, min(at + 1000, count + 1))
            yield b"".join(b"HL*%d*%d*I~LIN**VP*GAUZE~SN1**1*EA~" % (n, n - 1) for n in numbers)
        yield b"CTT*%d~SE*%d*0001~" % (count, 3 * count + 2)

    return _within(DESPATCH, levels())


def crowded(count: int) -> Iterable[bytes]:
    """Return a file with ``count`` segments whose values are full of delimiters."""
    return _within(PAYMENT, _filled(b"NM1*QC*1*A:B^C*D::E^^F~", count))


def swarming(count: int) -> Iterable[bytes]:
    """Return a file with a group of ``count`` sets that hold nothing."""
    sets = (b"ST*835*%04d~SE*2*%04d~" % (n, n) for n in range(1, count + 1))
    head, _, tail = interchange(payments(["ST*835*0001", "@"])).partition(b"ST*835*0001~@~")
    return chain([head], sets, [tail.replace(b"GE*1*", b"GE*%d*" % count)])


def attached(count: int) -> Iterable[bytes]:
    """Return a file with an attachment of ``count`` bytes that are all terminators."""
    return _within(PAYMENT, chain([b"BIN*%d*" % count], _filled(b"~", count), [b"~"]))


HOSTILE = (
    Hostile("unterminated segment of 200 MB", 200_000_000, endless, "x12.file.limit"),
    Hostile("10 million empty segments", 10_000_000, empty, "x12.segment.empty"),
    Hostile("a million faulty segments", 1_000_000, faulty, "x12.element.code"),
    Hostile("100,000 levels, each under the other", 100_000, deep, "x12.hl.depth"),
    Hostile("delimiters in 100,000 segments", 100_000, crowded, "x12.segment.unexpected"),
    Hostile("100,000 empty sets", 100_000, swarming, "x12.segment.missing"),
    Hostile("attachment of 60 MB of terminators", 60_000_000, attached, "x12.segment.unexpected"),
)
