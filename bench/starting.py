"""How long the command takes to say what it can do."""

import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

from bench.measure import Row, ratio

COMMAND = Path(sys.executable).with_name("acktrail")


def rows() -> Iterator[Row]:
    """Yield the start of the command against an interpreter that only imports click."""
    yield ratio(
        "acktrail --help",
        lambda: _run(str(COMMAND), "--help"),
        "python -c 'import click'",
        lambda: _run(sys.executable, "-c", "import click"),
        bar=3,
        rounds=11,
    )


def _run(*command: str) -> None:
    subprocess.run(command, check=True, stdout=subprocess.DEVNULL)  # noqa: S603 - our own
