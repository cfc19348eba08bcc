"""The sample cases under ``samples/``: what to drop where, and what it shows.

``case.toml``: partner, what (one sentence), demo (true when ``acktrail demo`` drops it). The files
in ``inbound/`` are dropped one after another in the order of their names; ``copy_as`` drops the
last one once more under another name.
"""

import tomllib
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

from acktrail.app.home import CHECKOUT
from acktrail.errors import NotFoundError

SAMPLES = CHECKOUT / "samples"
SECRETS = SAMPLES / "keys" / "secrets"


class Case(NamedTuple):
    """One sample case."""

    name: str
    folder: Path
    partner: str
    what: str
    demo: bool
    files: tuple[tuple[str, bytes], ...]  # in the order they are dropped
    hours: int  # that pass before the last look, for files that never become complete
    opened: bool = False  # the files are as they are once their envelope is undone


def cases(folder: Path = SAMPLES) -> Iterator[Case]:
    """Yield all cases in the order of their names.

    Raises:
        NotFoundError: The samples come with the source tree, not with the package.
    """
    if not folder.is_dir():
        msg = "no samples here: they come with acktrail's source tree"
        raise NotFoundError(msg)
    for path in sorted(folder.glob("*/case.toml")):
        yield read_case(path)


def read_case(path: Path) -> Case:
    """Read one ``case.toml`` and the files beside it."""
    table = tomllib.loads(path.read_text("utf-8"))
    inbound = sorted((path.parent / "inbound").iterdir())
    files = [(file.name, file.read_bytes()) for file in inbound]
    if "copy_as" in table:
        files.append((table["copy_as"], files[-1][1]))
    return Case(
        path.parent.name,
        path.parent,
        table["partner"],
        table["what"],
        bool(table.get("demo", False)),
        tuple(files),
        int(table.get("hours", 0)),
        bool(table.get("opened", False)),
    )
