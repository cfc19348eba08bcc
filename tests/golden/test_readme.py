"""``samples/README.md`` holds a table of all cases; ``--accept`` writes it anew."""

from pathlib import Path

import pytest

from acktrail.app.cases import Case, cases
from tests.conftest import SAMPLES

README = SAMPLES / "README.md"
START = "<!-- cases: written by `make samples-accept` -->\n"


def test_readme_lists_every_case(request: pytest.FixtureRequest) -> None:
    text = README.read_text("utf-8")
    head = text.partition(START)[0]
    wanted = f"{head}{START}{table()}"
    if request.config.getoption("--accept"):
        README.write_text(wanted, "utf-8")

    assert README.read_text("utf-8") == wanted, "run `make samples-accept`"


def table() -> str:
    rows = ["| case | partner | what it shows | demo |", "|---|---|---|---|"]
    rows += [row_of(one) for one in cases()]
    return "\n".join(rows) + "\n"


def row_of(case: Case) -> str:
    link = f"[{case.name}]({Path(case.name).as_posix()}/)"
    return f"| {link} | {case.partner} | {case.what} | {'yes' if case.demo else ''} |"
