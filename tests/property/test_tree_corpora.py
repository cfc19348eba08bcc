"""The tree of files that others wrote: nothing crashes, no fault and no segment is lost."""

from pathlib import Path

import pytest

from acktrail.app.inspection import Inspected, make_inspector
from acktrail.app.tree import Heading, Line, SegmentLine
from acktrail.cli.tree_html import html_page
from acktrail.cli.tree_text import text_lines
from acktrail.errors import GuideError
from acktrail.pipeline.read import all_findings
from tests.conftest import CORPORA

INSPECTOR = make_inspector(None, "", "", keep_documents=False)
LARGEST = 1 << 20
FILES = [
    path
    for folder in ("x12", "hl7", "edifact", "bank")
    for path in sorted((CORPORA / folder).rglob("*"))
    if path.is_file() and path.stat().st_size < LARGEST
]
pytestmark = pytest.mark.skipif(not FILES, reason="the sample files of others are not here")


def inspected(path: Path) -> Inspected | None:
    """Return the inspection of a file in one of our formats, None for what is none (licences)."""
    with path.open("rb") as file:
        known = INSPECTOR.formats.recognise(file.read(4096))
    return INSPECTOR.inspect(path) if known else None


def shown(lines: list[Line]) -> list[object]:
    return [
        fault.finding
        for line in lines
        if isinstance(line, Heading | SegmentLine)
        for fault in line.faults
    ]


@pytest.mark.parametrize("folder", ["x12", "hl7", "edifact", "bank"])
def test_every_finding_and_segment_of_public_files_is_in_the_tree(folder: str) -> None:
    looked_at = 0
    for path in [one for one in FILES if one.is_relative_to(CORPORA / folder)]:
        try:
            one = inspected(path)
        except GuideError:
            continue  # no layout for a table
        if one is None:
            continue
        lines = list(INSPECTOR.tree(path, one, full=True))
        looked_at += 1

        assert sorted(map(repr, shown(lines))) == sorted(map(repr, all_findings(one.result))), path
        counted = sum(
            message.segments
            for interchange in one.result.interchanges
            for group in interchange.groups
            for message in group.messages
        )
        if folder in ("x12", "hl7", "edifact"):
            read = [line for line in lines if isinstance(line, SegmentLine) and line.pieces]
            assert 0 <= counted - len(read) <= _untold(folder, one), path
        assert list(text_lines(lines, reveal=True))
        assert "".join(html_page(path.name, lines, reveal=True)).endswith("</html>\n")
    assert looked_at > 10


def _untold(folder: str, one: Inspected) -> int:
    """Return how many segments are counted but not told: UNH and UNT belong to the envelope."""
    messages = sum(len(group.messages) for i in one.result.interchanges for group in i.groups)
    return 2 * messages if folder == "edifact" else 0
