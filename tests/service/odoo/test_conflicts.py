"""The same key with other content, kind by kind, on a real Odoo 19: nothing of it is sent."""

from collections.abc import Mapping
from pathlib import Path
from time import time_ns
from typing import Any

import pytest

from acktrail.documents.clinical import MasterEntry
from acktrail.documents.kinds import Document
from acktrail.odoo.client import Done
from tests.service.odoo.books import books
from tests.service.odoo.conftest import Sandbox
from tests.service.odoo.test_records import master, request_of, wanted
from tests.service.odoo.test_trade_remittance import TABLE, advice
from tests.unit.odoo.samples import usd

Case = tuple[Document, Document]  # the first, and the other content


def request(name: str) -> Case:
    first, other = (request_of(name, wanted("1", name, quantity)) for quantity in ("12", "13"))
    return first, other


def article(name: str) -> Case:
    first, other = (
        master("ITEM", MasterEntry("ADD", name, "Sample gauze", prices={"PURCHASE": usd(price)}))
        for price in ("1.25", "1.50")
    )
    return first, other


def remittance(name: str) -> Case:
    """A payment of a customer without a word of what it is for."""
    return advice(name, "250.00"), advice(name, "240.00")


CASES = {"supply_request": request, "master_data": article, "remittance": remittance}


@pytest.mark.parametrize("kind", CASES)
def test_other_content_under_a_known_key_is_a_conflict_and_leaves_the_record(
    kind: str, tmp_path: Path, sandbox: Sandbox
) -> None:
    slug = f"c{time_ns()}"
    first, other = CASES[kind](slug)
    values = {"name": slug, "default_code": slug, "type": "consu"}
    told(sandbox, "product.product", "create", {"vals_list": [values]})
    table: dict[str, Any] = {**TABLE, "products": "default_code"}
    with books(tmp_path / "home", sandbox, slug, **table) as found:
        exchange, _ = found.take([first])
        found.until_drained()
        [row] = found.rows(exchange)
        assert (row.doctype, row.state, row.error) == (kind, "posted", "")
        kept = record(sandbox, row.model, row.odoo_id)

        changed, _ = found.take([other])
        again, _ = found.take([first])
        found.until_drained()

        assert found.states(changed) == {"conflict": 1}
        assert found.states(again) == {"duplicate": 1}
        assert record(sandbox, row.model, row.odoo_id) == kept


def record(sandbox: Sandbox, model: str, number: int | None) -> Mapping[str, Any]:
    body = {"domain": [["id", "=", number]], "fields": ["write_date", "display_name"]}
    [kept] = told(sandbox, model, "search_read", body)
    return dict(kept)


def told(sandbox: Sandbox, model: str, method: str, body: Mapping[str, object]) -> Any:  # noqa: ANN401
    with sandbox.client("admin") as admin:
        answer = admin.call(model, method, body)
    assert isinstance(answer, Done), answer
    return answer.value
