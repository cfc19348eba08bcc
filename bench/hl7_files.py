"""Whole HL7 files, each in a process of its own: a large batch, and files that are made to hurt.

``python -m bench.hl7 --memory`` and ``--hostile`` print them. ``python -m bench.hl7_files NAME
BYTES`` is one of these processes.
"""

import subprocess
import sys
import time
from collections.abc import Iterable, Iterator
from pathlib import Path
from statistics import median
from typing import NamedTuple

from acktrail.model import Answering
from acktrail.ports import Event
from tests.generators import hl7
from tests.generators.hl7_hostile import HOSTILE

MIB = 1 << 20
CHUNK_BYTES = 256 * 1024
ROUNDS = 3
TWICE = 2.3  # the bar: what twice the size may take
BATCH, ANSWERED = "batch", "batch and its answer file"
LARGE = (10, 100)  # MiB
HURTING_BYTES = 290_000  # twice that is less than the fields and segments that a message may have
STARTS = b"FHS|^~\\&|A|B|C|D|20260102||||F1\rBHS|^~\\&|A|B|C|D|20260102||||B1\r"


class Cost(NamedTuple):
    """What a process took for a file."""

    seconds: float
    peak: int  # MiB, of the whole process
    grown: int  # MiB, above what it had before the file


def run(name: str, size: int) -> Cost:
    """Take a file in this process."""
    body = HOSTILE[name](size) if name in HOSTILE else b""
    before, began = _peak(), time.process_time()
    result = hl7.fold(_events(_pieces(body) if body else _batch(size)))
    if name != BATCH:
        needed = hl7.FORMAT.numbers_needed(result, Answering(hl7.AT))
        hl7.FORMAT.acknowledge(result, Answering(hl7.AT, tuple(range(1, needed + 1))))
    return Cost(time.process_time() - began, _peak(), _peak() - before)


def apart(name: str, size: int) -> Cost:
    """Take a file in a process of its own."""
    command = [sys.executable, "-m", "bench.hl7_files", name, str(size)]
    done = subprocess.run(command, check=True, capture_output=True, text=True)  # noqa: S603 - our own
    seconds, peak, grown = done.stdout.split()
    return Cost(float(seconds), int(peak), int(grown))


def large() -> Iterator[str]:
    """Yield a line for each way to take a batch: time and peak memory at 10 and 100 MiB."""
    for name in (BATCH, ANSWERED):
        costs = [apart(name, size * MIB) for size in LARGE]
        told = [
            f"{size} MiB in {cost.seconds:.1f} s, peak {cost.peak} MiB"
            for size, cost in zip(LARGE, costs, strict=True)
        ]
        yield f"{name}: " + "; ".join(told)


def hostile() -> Iterator[tuple[str, bool]]:
    """Yield a line for each hostile file, and whether twice the size took no more than that."""
    for name in HOSTILE:
        pairs = [
            (apart(name, HURTING_BYTES), apart(name, 2 * HURTING_BYTES)) for _ in range(ROUNDS)
        ]
        ratio = median(large.seconds / max(small.seconds, 0.001) for small, large in pairs)
        small, large = pairs[-1]
        kept = ratio <= TWICE
        shown = f"x{ratio:.2f} for twice the size, +{small.grown} and +{large.grown} MiB"
        verdict = "ok" if kept else "MISSED"
        yield f"{verdict:6}  {name:34}  {large.seconds:6.2f} s  {shown}", kept


def _batch(size: int) -> Iterator[bytes]:
    yield STARTS
    done = number = 0
    while done < size:
        piece = b"".join(hl7.written(hl7.dft(number + at, lines=5)) for at in range(50))
        number += 50
        done += len(piece)
        yield piece
    yield b"BTS|%d\rFTS|1\r" % number


def _pieces(body: bytes) -> Iterator[bytes]:
    for start in range(0, len(body), CHUNK_BYTES):
        yield body[start : start + CHUNK_BYTES]


def _events(chunks: Iterable[bytes]) -> Iterator[Event]:
    reader = hl7.FORMAT.reader({})
    for chunk in chunks:
        yield from reader.feed(chunk)
    yield from reader.close()


def _peak() -> int:
    """Return the most memory this process had, in MiB; ``ru_maxrss`` starts at its parent's."""
    told = Path("/proc/self/status").read_text(encoding="ascii")
    return int(told.partition("VmHWM:")[2].split()[0]) // 1024


if __name__ == "__main__":
    print(*run(sys.argv[1], int(sys.argv[2])))
