"""Measures two pieces of work in turn, so that a busy machine weighs on both alike."""

import resource
import statistics
import time
from collections.abc import Callable
from pathlib import Path
from typing import NamedTuple

Work = Callable[[], object]
Watch = Callable[[], float]
LEAST_SECONDS = 0.1  # that the plain work is run for, in each round
SMALLEST = 0.0001


class Row(NamedTuple):
    """One line of the table."""

    what: str
    against: str
    ratio: float  # median over the rounds
    low: float
    high: float
    bar: str
    kept: bool


def cpu_seconds() -> float:
    """Return the CPU time of this process and of its ended children."""
    ended = resource.getrusage(resource.RUSAGE_CHILDREN)
    return time.process_time() + ended.ru_utime + ended.ru_stime


def peak_kib() -> int:
    """Return the peak memory of this process in KiB, since its program was started.

    Not ``ru_maxrss``: there a child begins with the peak of the process that started it.
    """
    lines = Path("/proc/self/status").read_text("ascii").splitlines()
    return next(int(line.split()[1]) for line in lines if line.startswith("VmHWM:"))


def ratio(  # noqa: PLR0913 - a comparison's facts
    what: str,
    work: Work,
    against: str,
    plain: Work,
    *,
    bar: float | None = None,
    rounds: int = 7,
    watch: Watch = cpu_seconds,
) -> Row:
    """Compare ``work`` with ``plain``: median of the ratios of rounds, each of both in turn.

    Args:
        what: Name of the work.
        work: Is run once before the measurement, to be warm.
        against: Name of what it is compared with.
        plain: As ``work``.
        bar: The ratio that must not be exceeded; None where there is none.
        rounds: How often both are run.
        watch: The clock.
    """
    work()
    once = _seconds(plain, watch, 1)
    often = max(1, round(LEAST_SECONDS / max(once, SMALLEST)))
    found = sorted(_seconds(work, watch, 1) / _seconds(plain, watch, often) for _ in range(rounds))
    middle = statistics.median(found)
    said = "" if bar is None else f"<= {bar:g}"
    return Row(what, against, middle, found[0], found[-1], said, bar is None or middle <= bar)


def _seconds(work: Work, watch: Watch, often: int) -> float:
    """Return the seconds of one run, measured over ``often`` of them."""
    start = watch()
    for _ in range(often):
        work()
    return (watch() - start) / often


def table(rows: list[Row]) -> str:
    """Return the rows as text in columns."""
    cells = [("", "work", "against", "ratio", "spread", "bar")]
    cells += [
        (
            "ok" if row.kept else "MISSED",
            row.what,
            row.against,
            f"{row.ratio:.2f}",
            f"{row.low:.2f} .. {row.high:.2f}",
            row.bar,
        )
        for row in rows
    ]
    widths = [max(len(row[at]) for row in cells) for at in range(len(cells[0]))]
    lines = ("  ".join(map(str.ljust, row, widths)).rstrip() for row in cells)
    return "\n".join(lines)
