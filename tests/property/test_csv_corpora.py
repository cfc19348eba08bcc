"""Public tables: read by a layout that is drafted from each, with the verdict that it deserves.

The drafts of these files say that a row ends with a line break and that a column of numbers holds
numbers: what is then refused breaks one of both.
"""

from pathlib import Path

import pytest

from acktrail.errors import GuideError, PartnerError
from acktrail.formats.tabular.infer import infer_layout
from acktrail.formats.tabular.reader import TabularReader
from acktrail.formats.tabular.schema import parse_layout
from tests.conftest import CORPORA
from tests.generators import tabular as make

FILES = {path.name: path for path in sorted((CORPORA / "csv").rglob("*.csv"))}
# The verdict of each file and what is found in it; what stands not here is accepted as it is.
VERDICTS = {
    "analysis-data.csv": "rejected tabular.final_newline",
    "ascii-notvalid.csv": "rejected tabular.final_newline",
    "ascii.csv": "rejected tabular.final_newline",
    "capital-invalid.csv": "rejected tabular.row_long tabular.row_short",
    "capitals.csv": "rejected tabular.integer",
    "countries-truefalsevalues.csv": "rejected tabular.final_newline",
    "countries.csv": "no layout",
    "country-2.csv": "rejected tabular.column_extra tabular.row_long",
    "defective-rows.csv": "no layout",
    "dialect.csv": "no layout",
    "duplicate-column.csv": "rejected tabular.final_newline",
    "floats.csv": "no layout",
    "invalid.csv": "no layout",
    "issue-1004-data1.csv": "no layout",
    "issue-1004-data2.csv": "no layout",
    "issue-1066-largecellsize.csv": "rejected tabular.final_newline tabular.length",
    "issue-1066-largecellsizewithdeviation.csv": "rejected tabular.length",
    "issue-1066-smallcellsize.csv": "rejected tabular.final_newline",
    "issue-1066-smallcellsizewithdeviation.csv": "rejected tabular.final_newline tabular.length",
    "issue-1341.csv": "rejected tabular.integer",
    "issue-277.csv": "rejected tabular.integer tabular.length",
    "leading-zeros.csv": "rejected tabular.final_newline tabular.padded",
    "matrix-with-comment.csv": "rejected tabular.column_extra tabular.row_long",
    "primary-file-types.csv": "rejected tabular.final_newline",
    "schema-errors.csv": "rejected tabular.row_long",
    "skip-blank-at-the-end.csv": "no layout",
    "skip-rows-before-headers.csv": "no layout",
    "skip-rows.csv": "no layout",
    "structure-errors.csv": "rejected tabular.row_long",
    "table-limits.csv": "rejected tabular.integer",
    "wide.csv": "no layout",
    "without-headers-extra.csv": "no layout",
}
pytestmark = pytest.mark.skipif(not FILES, reason="the sample files of others are not here")


def verdict(path: Path) -> str:
    """Return verdict and findings of a file as one text."""
    body = path.read_bytes()
    try:
        layout = parse_layout(infer_layout([body], "draft").encode(), "draft")
        events = make.read(TabularReader(layout), body)
    except GuideError:
        return "no layout"
    except PartnerError as error:
        return f"refused {error.code}"
    result = make.result_of("tabular", events)
    told = str(result.verdict) if result.usable else "unusable"
    return " ".join([told, *sorted(set(make.names(events)))])


@pytest.mark.parametrize("name", FILES)
def test_public_table_has_its_verdict(name: str) -> None:
    assert verdict(FILES[name]) == VERDICTS.get(name, "accepted")


def test_every_file_of_the_table_is_there() -> None:
    assert sorted(VERDICTS.keys() - FILES.keys()) == []
