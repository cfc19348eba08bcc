"""A million rows with 1,049 planted faults: exactly those are found, in constant memory.

``python -m bench.tabular --million`` makes the catalogue with 100,000 and with 1,000,000 rows and
reads each in a process of its own: findings against what was planted, receipt, CPU and peak memory.
"""

import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import BinaryIO

from acktrail.app.home import parser_files
from acktrail.formats.tabular import Tabular
from acktrail.model import Answering, Finding, InterchangeResult, ReadResult
from acktrail.ports import Event, FileFinding, InterchangeEnd
from bench.measure import cpu_seconds, peak_kib
from bench.reading import AT, CHUNK_BYTES
from tests.generators import planted

FAULTS = 1049
SIZES = (100_000, 1_000_000)
OPTIONS = {"layout": planted.LAYOUT, "max_rows": 2_000_000, "max_errors": 5000}
MOST_GROWTH = 15 << 10  # KiB of peak memory from the smaller file to the larger


def run() -> int:
    """Make both files, read both, print; 3 when a fault is missed, invented, or memory grows."""
    peaks: list[int] = []
    kept = True
    with TemporaryDirectory() as folder:
        for rows in SIZES:
            path = Path(folder) / f"catalogue-{rows}.csv"
            with path.open("wb") as file:
                file.writelines(planted.catalogue(rows, FAULTS))
            print(f"{rows} rows, {path.stat().st_size / 1e6:.0f} MB", flush=True)
            code, peak = _in_a_child(path, rows)
            kept &= code == 0
            peaks.append(peak)
    print(f"peak memory {peaks[0] >> 10} MiB, then {peaks[1] >> 10} MiB")
    return 0 if kept and peaks[1] - peaks[0] <= MOST_GROWTH else 3


def _in_a_child(path: Path, rows: int) -> tuple[int, int]:
    """Return exit code and peak memory in KiB of a process that reads the file."""
    command = [sys.executable, "-m", "bench.million", str(path), str(rows)]
    before = cpu_seconds()
    done = subprocess.run(command, check=False, capture_output=True, text=True)  # noqa: S603 - our own
    *told, peak = done.stdout.splitlines()
    print("\n".join(told))
    print(f"  {cpu_seconds() - before:.1f} s CPU with start, peak {int(peak) >> 10} MiB")
    return done.returncode, int(peak)


def read(path: Path, rows: int) -> int:
    """Read one file and compare what is found with what was planted."""
    format_ = Tabular(parser_files())
    with _events(format_, path) as events:
        result = _folded(events)
    found = {planted.Planted(f.place.position, f.place.address, f.rule) for f in _findings(result)}
    wanted = planted.expected(rows, FAULTS)
    (answer,) = format_.acknowledge(result, Answering(AT, file_name=path.name, profile="bench@1"))
    lines = answer.body.decode().split("\r\n")[:-1]
    print(f"  planted {len(wanted)}, found {len(found & wanted)}, invented {len(found - wanted)}")
    print(f"  receipt {len(answer.body)} bytes, {len(lines) - 1} faults: {lines[0][-40:]}")
    return 0 if found == wanted and len(lines) == 1 + FAULTS else 3


@contextmanager
def _events(format_: Tabular, path: Path) -> Iterator[Iterator[Event]]:
    with path.open("rb") as file:
        yield _read(format_, file)


def _read(format_: Tabular, file: BinaryIO) -> Iterator[Event]:
    reader = format_.reader(OPTIONS)
    while chunk := file.read(CHUNK_BYTES):
        yield from reader.feed(chunk)
    yield from reader.close()


def _folded(events: Iterator[Event]) -> ReadResult:
    findings: list[Finding] = []
    ends: list[InterchangeResult] = []
    for event in events:
        if isinstance(event, FileFinding):
            findings.append(event.finding)
        elif isinstance(event, InterchangeEnd):
            ends.append(event.result)
    return ReadResult("tabular", True, tuple(findings), tuple(ends))  # noqa: FBT003


def _findings(result: ReadResult) -> Iterator[Finding]:
    yield from result.findings
    for interchange in result.interchanges:
        for group in interchange.groups:
            for message in group.messages:
                yield from message.findings


if __name__ == "__main__":
    code = read(Path(sys.argv[1]), int(sys.argv[2]))
    print(peak_kib())
    sys.exit(code)
