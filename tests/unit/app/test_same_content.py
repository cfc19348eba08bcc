"""Whether a document that comes again says the same, also when an older version kept the first."""

import json
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from acktrail.app.cases import SECRETS
from acktrail.app.journal import same_content
from acktrail.app.tools import Tools
from acktrail.app.trial import open_trial
from acktrail.documents.encoding import encode_compact
from acktrail.ports import PostingRow
from tests.conftest import ROOT
from tests.unit.odoo import samples

TODAY = encode_compact(samples.remittance())


@pytest.fixture
def tools(tmp_path: Path) -> Iterator[Tools]:
    trial = open_trial(tmp_path / "home", ROOT / "partners", SECRETS)
    yield trial.wired.tools
    trial.close()


def kept(tools: Tools, body: bytes) -> PostingRow:
    blob = tools.store.put(body)
    place = f"{blob}:0:{len(body)}"
    row = PostingRow(
        0, "x", "p", "t", "m", "remittance", "id", "1", place, "", "queued", 0, None, "", "", ""
    )
    return row._replace(digest=blob)


def told(change: Callable[[dict[str, object]], object]) -> bytes:
    """Return the remittance with its payload changed."""
    table = json.loads(TODAY)
    change(table["payload"])
    return json.dumps(table, sort_keys=True).encode()


def test_remittance_that_a_version_without_invoices_kept_is_the_same_content(tools: Tools) -> None:
    older = told(lambda payload: payload.pop("invoices"))

    assert older != TODAY
    assert same_content(tools, kept(tools, TODAY), kept(tools, older))


def test_remittance_that_says_something_else_is_other_content(tools: Tools) -> None:
    other = told(lambda payload: payload.update(handling="P"))

    assert not same_content(tools, kept(tools, TODAY), kept(tools, other))


def test_content_that_cannot_be_read_back_is_other_content(tools: Tools) -> None:
    unknown = told(lambda payload: payload.pop("payment"))
    gone = kept(tools, TODAY)._replace(document=f"{'0' * 64}:0:1", digest="gone")

    assert not same_content(tools, kept(tools, TODAY), kept(tools, unknown))
    assert not same_content(tools, kept(tools, TODAY), gone)
