"""Files that others wrote: each gets a verdict, and every answer to it is right."""

from pathlib import Path

import pytest

from acktrail.errors import PartnerError
from tests.conftest import CORPORA
from tests.unit.x12.reading import FORMAT, answers, events_of, findings_of, read, result_of

FILES = [
    path
    for path in sorted((CORPORA / "x12").rglob("*"))
    if path.is_file() and FORMAT.recognises(path.read_bytes()[:4096])
]


@pytest.mark.skipif(not FILES, reason="the sample files of others are not here")
def test_there_are_enough_files_to_mean_something() -> None:
    assert len(FILES) > 40


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.name)
def test_file_of_others_gets_a_verdict_and_right_answers(path: Path) -> None:
    data = path.read_bytes()
    try:
        result = read(data)
    except PartnerError:
        return

    assert result_of(events_of(data, 61)) == result
    assert result.interchanges or not result.usable
    for one in answers(result, ta1="always"):
        assert findings_of(read(one.body)) == []
