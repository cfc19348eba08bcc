"""What the drain sends, what it leaves, and that no return of an Odoo is missed; on the fake."""

import tomllib
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
import tomlkit

from acktrail.app.circuits import Order
from acktrail.app.drain import Returns
from acktrail.app.governing import Move, Moves
from acktrail.app.restarting import PARKED
from acktrail.app.sender import Sender, Sent
from acktrail.app.settings import ProfileSettings
from acktrail.odoo.client import Done
from acktrail.odoo.json2 import Json2
from tests.fakes.odoo import DATABASE, KEY, Running, theirs
from tests.service.odoo.books import Books, Dying, DyingError, books
from tests.service.odoo.conftest import Sandbox
from tests.unit.odoo import samples

STOP, GO = Order("main", "user:test", "maintenance"), Order("main", "user:test", "done")


@pytest.fixture
def fake(tmp_path: Path) -> Iterator[Running]:
    running = Running(tmp_path / "odoo.db")
    yield running
    running.stop()


def served(fake: Running) -> Sandbox:
    bot = {"login": "bot", "api_key": KEY}
    return Sandbox("19", {"url": fake.url, "db": DATABASE, "bot": bot})


@pytest.fixture
def desk(tmp_path: Path, fake: Running) -> Iterator[Books]:
    with books(tmp_path / "home", served(fake), "drained") as found:
        yield found


def moves(fake: Running) -> int:
    return sum(one["model"] == "account.move" for one in fake.records())


def returns(desk: Books) -> Returns:
    return Returns(desk.tools, desk.sender)


def test_stop_that_was_over_before_anybody_looked_is_drained_after(desk: Books) -> None:
    looking = returns(desk)
    looking.look()
    desk.sender.circuits.pause(STOP)
    exchange, _ = desk.take([samples.charge("A-1")])  # goes to sleep for a while
    desk.sender.circuits.resume(GO)

    looking.look()

    assert desk.states(exchange) == {"posted": 1}


def test_rows_that_an_exchange_is_about_to_send_itself_are_left_to_it(desk: Books) -> None:
    looking = returns(desk)
    looking.look()
    exchange, _ = desk.take([samples.charge("A-1")])

    looking.look()

    assert desk.states(exchange) == {"queued": 1}


def test_pause_is_kept_and_its_end_drained(desk: Books) -> None:
    looking = returns(desk)
    exchange, _ = desk.take([samples.charge("A-1")])
    desk.sender.circuits.pause(STOP)
    looking.look()
    assert desk.states(exchange) == {"queued": 1}
    desk.sender.circuits.resume(GO)

    looking.look()

    assert desk.states(exchange) == {"posted": 1}


def test_exchange_that_a_person_parked_is_not_drained(desk: Books, fake: Running) -> None:
    parked, _ = desk.take([samples.charge("A-1")])
    other, _ = desk.take([samples.charge("A-2")])
    with desk.tools.ledger.begin() as tx:
        tx.append(parked, "held", {"code": PARKED, "reason": "wrong file"}, "user:test")

    assert desk.drain() == Sent(stored=1)

    assert (desk.states(parked), desk.states(other)) == ({"queued": 1}, {"posted": 1})
    assert moves(fake) == 1


def test_documents_of_a_suspended_partner_are_not_drained(desk: Books, fake: Running) -> None:
    exchange, _ = desk.take([samples.charge("A-1")])
    Moves(desk.tools).suspend(Move(samples.PARTNER, "user:test", "wrong amounts"))

    assert desk.drain() == Sent()

    assert desk.states(exchange) == {"queued": 1}
    assert fake.records() == []


def test_version_that_nobody_approved_does_not_map_what_is_drained(desk: Books) -> None:
    exchange, _ = desk.take([samples.charge("A-1")])
    approval = ProfileSettings(approval="required")
    settings = desk.tools.settings.model_copy(update={"profiles": approval})
    governed = replace(desk, tools=replace(desk.tools, settings=settings))
    lifecycle = Moves(governed.tools)
    lifecycle.submit(Move(samples.PARTNER, "user:writer", "new partner"))
    lifecycle.approve(Move(samples.PARTNER, "user:approver", "tested"))
    folder = desk.tools.home.root / "partners" / samples.PARTNER
    draft = tomllib.loads((folder / "1.toml").read_text()) | {"version": 2}
    draft["odoo"]["slug"] = "another"
    (folder / "2.toml").write_text(tomlkit.dumps(draft))

    assert governed.drain() == Sent(stored=1)

    assert governed.states(exchange) == {"posted": 1}


def test_drain_asks_of_each_document_nothing_but_to_be_stored(desk: Books, fake: Running) -> None:
    desk.take([samples.charge(f"A-{at}") for at in range(20)])

    assert desk.drain() == Sent(stored=20)

    assert sum(fake.calls().values()) <= 5  # partner, documents, what was stored, its partner


def _load(client: Json2, model: str, cells: dict[str, object]) -> int:
    answer = client.call(model, "load", {"fields": list(cells), "data": [list(cells.values())]})
    assert isinstance(answer, Done), answer
    return int(answer.value["ids"][0])


def ordered(fake: Running, billed: int) -> None:
    """Let the supplier have an order of ours, of which so many pieces are billed."""
    head = {
        "id": "their.order",
        "name": "PO-7",
        "company_id": 1,
        "partner_id/id": "masterdata.supplier",
        "partner_ref": False,
        "acknowledged": False,
    }
    with Json2(fake.url, DATABASE, KEY, 20.0) as client:
        order = _load(client, "purchase.order", head | {"state": "purchase"})
        line = {
            "id": "their.line",
            "order_id": order,
            "sequence": 1,
            "product_id": [7, "Gloves"],
            "product_uom_id": [theirs("uom.product_uom_unit"), "Units"],
            "product_qty": 10,
            "price_unit": "4.25",
            "qty_invoiced": billed,
        }
        _load(client, "purchase.order.line", line)


def test_bill_whose_answer_was_lost_is_found_again_though_its_order_counts_it(
    tmp_path: Path, fake: Running
) -> None:
    server = served(fake)
    match, supplier = {"order_line": ["line"]}, "masterdata.supplier"
    with books(
        tmp_path / "home", server, "billed", partner=supplier, orders=True, match=match
    ) as found:
        ordered(fake, billed=0)
        lost, _ = found.take([samples.invoice("B-1")])
        other, _ = found.take([samples.invoice("B-2")])
        dying = Sender(found.tools, connect=lambda _: Dying(server.client()))
        with pytest.raises(DyingError):
            replace(found, sender=dying).send(lost)
        ordered(fake, billed=10)

        found.send(lost)
        found.send(other)

        assert found.states(lost) == {"posted": 1}
        assert [one.error for one in found.rows(other)] == ["match.quantity_differs:line 1"]
    assert moves(fake) == 1
