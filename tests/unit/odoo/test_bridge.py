"""Verdicts of the bridge module in the words of ``load``."""

import ast

import pytest

from acktrail.errors import DeniedError
from acktrail.odoo.bridge import Bridge
from acktrail.odoo.client import Answer, Done, Faults, load
from acktrail.odoo.plan import context
from acktrail.odoo.wire import Wire
from tests.conftest import ROOT
from tests.unit.odoo import samples
from tests.unit.odoo.scripted import Body, Scripted

FIELDS = ["id", "name", "line_ids/name"]
DATA = [["m.a", "A", "1"], ["", "", "2"], ["m.b", "B", "3"]]


def body(*, overwrite: bool = False) -> dict[str, object]:
    return {"fields": FIELDS, "data": DATA, "context": context(1, overwrite=overwrite)}


def bridge(*statuses: str, messages: tuple[dict[str, str], ...] = ()) -> tuple[Bridge, Scripted]:
    def play(_: str, __: str, ___: Body) -> Answer:
        return Done(
            [
                {"key": f"m.{at}", "status": status, "id": at, "messages": list(messages)}
                for at, status in enumerate(statuses)
            ]
        )

    client = Scripted(play)
    return Bridge(client, Wire("http://127.0.0.1:9")), client


def test_records_are_sent_as_documents_with_all_their_rows() -> None:
    door, client = bridge("created", "duplicate")

    assert load(door, "account.move", body(), 2) == Done([0, 1])

    [(model, method, sent)] = client.calls
    assert (model, method) == ("acktrail.inbox", "post_documents")
    assert sent["docs"] == [
        {"key": "m.a", "model": "account.move", "fields": FIELDS, "rows": DATA[:2]},
        {"key": "m.b", "model": "account.move", "fields": FIELDS, "rows": DATA[2:]},
    ]


def test_conflict_and_a_record_that_is_gone_are_final_for_their_document() -> None:
    for status, said in (("conflict", "odoo.conflict"), ("missing", "odoo.gone")):
        found = load(bridge("created", status)[0], "account.move", body(), 2)

        assert isinstance(found, Faults)
        assert {at: one.error_class for at, one in found.rows.items()} == {1: said}


def test_rejection_keeps_what_odoo_said_of_the_field() -> None:
    message = {"message": "'x' does not seem to be a valid date", "field": "date"}

    found = load(bridge("created", "rejected", messages=(message,))[0], "m", body(), 2)

    assert isinstance(found, Faults)
    assert (found.rows[1].error_class, found.rows[1].field) == ("odoo.date", "date")


def test_record_that_is_written_again_goes_past_the_module() -> None:
    door, client = bridge()

    door.call("res.partner", "load", body(overwrite=True))
    door.call("res.partner", "search_read", {"domain": []})

    assert [call[:2] for call in client.calls] == [
        ("res.partner", "load"),
        ("res.partner", "search_read"),
    ]


def test_denial_is_passed_on() -> None:
    def play(_: str, __: str, ___: Body) -> Answer:
        msg = "Odoo refuses us: 403"
        raise DeniedError(msg)

    door = Bridge(Scripted(play), Wire("http://127.0.0.1:9"))
    with pytest.raises(DeniedError, match="403"):
        door.call("account.move", "load", body())


def test_module_is_open_for_every_model_that_a_map_inserts() -> None:
    """What is only written to goes past the module, with the user's own rights."""
    written = {"purchase.order", "purchase.order.line", "stock.picking", "stock.move"}
    kinds = [path.stem for path in (ROOT / "parsers" / "odoo").glob("*.toml")]
    module = ast.parse((ROOT / "addons/acktrail_bridge/models/inbox.py").read_text())
    (allowed,) = (
        node.value
        for node in module.body
        if isinstance(node, ast.Assign) and ast.unparse(node.targets[0]) == "ALLOWED"
    )
    assert isinstance(allowed, ast.Dict)
    names = {ast.literal_eval(one) for one in allowed.keys if one}

    assert set(samples.maps().sent(kinds)) - written <= names
