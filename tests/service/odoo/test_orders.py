"""Order to cash and order to bill on a real Odoo: 850, 855, 856 and 810 against our orders."""

from contextlib import AbstractContextManager
from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from acktrail.app.sender import Sender
from acktrail.documents.kinds import Document, Trade
from acktrail.documents.parts import (
    DateRole,
    Identifier,
    Item,
    Line,
    Quantity,
    Reference,
    Totals,
)
from acktrail.documents.supply import (
    AnsweredLine,
    ChangedLine,
    DespatchAdvice,
    DespatchLine,
    LineAnswer,
    Lot,
    OrderAnswer,
    OrderChange,
    Package,
)
from acktrail.odoo.client import Done
from acktrail.odoo.follow_up import Posted
from acktrail.odoo.loads import Plan, Refusal
from tests.service.odoo.books import Books, Dying, DyingError, books
from tests.service.odoo.conftest import Desk
from tests.unit.odoo.samples import usd

EACH = "EA"


@dataclass(frozen=True)
class Shop:
    """A supplier and a confirmed order of ours for two of his articles."""

    desk: Desk
    supplier: str  # external id
    order: int
    name: str
    lines: tuple[int, int]
    codes: tuple[str, str]  # the supplier's

    @property
    def changes(self) -> dict[str, object]:
        return {"partner": self.supplier, "products": "default_code", "orders": True}

    def refused(self, document: Document, **more: object) -> list[tuple[str, str]]:
        made = self.desk.planned(document, **self.changes, **more)
        assert isinstance(made, Refusal), made
        return [(one.rule, one.place.address) for one in made.findings]

    def post(self, document: Document, **more: object) -> int:
        made = self.desk.planned(document, **self.changes, **more)
        assert isinstance(made, Plan), made
        record = self.desk.store(made)[0]
        assert self.desk.store(made) == [record]  # a repeat is harmless
        done = self.desk.follow_up.finish([(1, made, record)]).outcomes
        assert isinstance(done[1], Posted), done
        return record

    def line(self, at: int) -> dict[str, Any]:
        fields = ("date_planned", "product_qty", "price_unit", "qty_invoiced", "qty_received")
        return self.desk.read("purchase.order.line", self.lines[at], *fields)

    def receipt(self) -> dict[str, Any]:
        fields = ("state", "scheduled_date", "note")
        domain = [["origin", "=", self.name]]
        (found,) = self.desk.search("stock.picking", domain, *fields)
        return found


def create(desk: Desk, made: str, /, **values: object) -> int:
    answer = desk.admin().call(made, "create", {"vals_list": [values]})
    assert isinstance(answer, Done), (made, answer)
    return int(answer.value[0])


def storable(desk: Desk) -> dict[str, object]:
    """What makes a product one that is counted in stock."""
    old = desk.sandbox.version == "14"
    return {"type": "product"} if old else {"type": "consu", "is_storable": True}


@pytest.fixture
def shop(desk: Desk) -> Shop:
    supplier = create(desk, "res.partner", name=f"Supplier {desk.slug}", is_company=True)
    named = f"supplier_{desk.slug}"
    create(
        desk, "ir.model.data", module="masterdata", name=named, model="res.partner", res_id=supplier
    )
    codes = (f"S1-{desk.slug}", f"S2-{desk.slug}")
    products = []
    for code in codes:
        product = create(
            desk,
            "product.product",
            name=f"Article {code}",
            default_code=f"OUR-{code}",
            purchase_method="purchase",
            **storable(desk),
        )
        template = desk.read("product.product", product, "product_tmpl_id")["product_tmpl_id"][0]
        create(
            desk,
            "product.supplierinfo",
            partner_id=supplier,
            product_id=product,
            product_tmpl_id=template,
            product_code=code,
            price=4.25,
        )
        products.append(product)
    lines = [[0, 0, {"product_id": one, "product_qty": 10, "price_unit": 4.25}] for one in products]
    order = create(desk, "purchase.order", partner_id=supplier, order_line=lines)
    desk.admin().call("purchase.order", "button_confirm", {"ids": [order]})
    kept = desk.read("purchase.order", order, "name", "order_line", "state")
    assert kept["state"] == "purchase"
    first, second = sorted(kept["order_line"])
    return Shop(desk, f"masterdata.{named}", order, kept["name"], (first, second), codes)


def line(no: str, code: str, quantity: str, role: str, price: str = "") -> Line:
    item = Item((Identifier("SELLER", code),), f"Article {code}")
    amount = usd(price) if price else None
    return Line(no, item, {role: Quantity(Decimal(quantity), EACH)}, amount)


def answer(
    shop: Shop, quantity: str = "10", price: str = "4.25", status: str = "ACCEPTED"
) -> Document:
    """An 855: the first article as it is said, the second as ordered."""
    promised = (DateRole("PROMISED", date(2026, 12, 24)),)
    first = LineAnswer(status, "IA", Quantity(Decimal(quantity), EACH), promised)
    second = LineAnswer("ACCEPTED", "IA", Quantity(Decimal(10), EACH), promised)
    lines = (
        AnsweredLine(line("1", shop.codes[0], "10", "ORDERED", price), (first,)),
        AnsweredLine(line("2", shop.codes[1], "10", "ORDERED", "4.25"), (second,)),
    )
    return Document(
        "order_response",
        f"SO-{shop.desk.slug}",
        ("SELLER", shop.name, f"SO-{shop.desk.slug}"),
        OrderAnswer("ACCEPTED", lines),
        issued=date(2026, 11, 20),
        currency="USD",
        references=(Reference("ORDER", shop.name),),
    )


def despatch(
    shop: Shop, first: str = "10", lots: tuple[Lot, ...] = (), second: str = "4"
) -> Document:
    order = (Reference("ORDER", shop.name),)
    shipped = [
        line(str(at), code, amount, "SHIPPED")
        for at, (code, amount) in enumerate(zip(shop.codes, (first, second), strict=True), 1)
    ]
    lines = tuple(
        DespatchLine(
            Line(one.no, one.item, one.quantities, references=order), lots=lots if at == 0 else ()
        )
        for at, one in enumerate(shipped)
    )
    package = Package("1", "PALLET", (Identifier("SSCC", "106141410000000019"),))
    return Document(
        "despatch_advice",
        f"ASN-{shop.desk.slug}",
        ("SELLER", f"ASN-{shop.desk.slug}"),
        DespatchAdvice(lines, (package,)),
        issued=date(2026, 11, 21),
        dates=(DateRole("EST_ARRIVAL", date(2026, 12, 26)),),
        references=(Reference("TRACKING", "1Z0001"),),
    )


def bill(shop: Shop, quantity: str = "10", price: str = "4.25", number: str = "B1") -> Document:
    lines = (
        line("1", shop.codes[0], quantity, "INVOICED", price),
        line("2", shop.codes[1], "10", "INVOICED", "4.25"),
    )
    total = Decimal(quantity) * Decimal(price) + Decimal("42.50")
    name = f"{number}-{shop.desk.slug}"
    return Document(
        "invoice",
        name,
        ("SELLER", "invoice", name, "2026"),
        Trade(lines, Totals(total=usd(str(total)))),
        issued=date(2026, 11, 22),
        currency="USD",
        references=(Reference("ORDER", shop.name),),
    )


def home_of(shop: Shop, root: Path) -> AbstractContextManager[Books]:
    """Make a home whose partner is the shop's supplier; bills and receipts are acted on."""
    server, slug, partner = shop.desk.sandbox, shop.desk.slug, shop.supplier
    return books(
        root,
        server,
        slug,
        partner=partner,
        products="default_code",
        orders=True,
        post=True,
        validate=True,
    )


def test_order_response_writes_reference_and_dates_and_nothing_else(shop: Shop) -> None:
    record = shop.post(answer(shop))

    assert record == shop.order
    kept = shop.desk.read("purchase.order", shop.order, "partner_ref", "acknowledged", "state")
    assert kept["partner_ref"] == f"SO-{shop.desk.slug}"
    assert (kept["acknowledged"], kept["state"]) == (True, "purchase")
    for at in (0, 1):
        ordered = shop.line(at)
        assert ordered["date_planned"].startswith("2026-12-24")
        assert (ordered["product_qty"], ordered["price_unit"]) == (10, Decimal("4.25"))


@pytest.mark.parametrize(("owner", "kept"), [("partner", "theirs"), ("odoo", "a person's")])
def test_field_that_a_person_filled_is_written_only_where_the_partner_owns_it(
    shop: Shop, owner: str, kept: str
) -> None:
    _fill(shop, "a person's")

    shop.post(answer(shop), owner={"purchase.order.partner_ref": owner})

    found = shop.desk.read("purchase.order", shop.order, "partner_ref", "acknowledged")
    told = {"theirs": f"SO-{shop.desk.slug}"}.get(kept, kept)
    assert found["partner_ref"] == told
    assert found["acknowledged"] is True


def test_field_that_odoo_owns_and_nobody_filled_is_written(shop: Shop) -> None:
    shop.post(answer(shop), owner={"purchase.order.partner_ref": "odoo"})

    found = shop.desk.read("purchase.order", shop.order, "partner_ref")
    assert found["partner_ref"] == f"SO-{shop.desk.slug}"


def test_field_about_which_a_person_is_asked_refuses_the_document_and_writes_nothing(
    shop: Shop,
) -> None:
    _fill(shop, "a person's")

    asked = shop.refused(answer(shop), owner={"purchase.order.partner_ref": "ask"})

    assert asked == [("match.field_asks", "order purchase.order.partner_ref")]
    found = shop.desk.read("purchase.order", shop.order, "partner_ref", "acknowledged")
    assert (found["partner_ref"], found["acknowledged"]) == ("a person's", False)


def _fill(shop: Shop, reference: str) -> None:
    body = {"ids": [shop.order], "vals": {"partner_ref": reference}}
    shop.desk.admin().call("purchase.order", "write", body)


def test_despatch_advice_prepares_the_receipt_and_does_not_validate_it(shop: Shop) -> None:
    shop.post(despatch(shop))

    kept = shop.receipt()
    assert kept["state"] == "assigned"
    assert kept["scheduled_date"].startswith("2026-12-26")
    assert "SSCC 106141410000000019" in kept["note"]
    assert "TRACKING 1Z0001" in kept["note"]
    moves = shop.desk.search("stock.move", [["picking_id", "=", kept["id"]]], "quantity")
    assert sorted(one["quantity"] for one in moves) == [4, 10]
    assert shop.line(0)["qty_received"] == 0


def test_despatch_advice_is_validated_where_the_profile_says_so(shop: Shop) -> None:
    shop.post(despatch(shop), validate=True)

    states = shop.desk.search("stock.picking", [["origin", "=", shop.name]], "state")
    assert sorted(one["state"] for one in states) == ["assigned", "done"]  # the rest stays open
    assert (shop.line(0)["qty_received"], shop.line(1)["qty_received"]) == (10, 4)


def test_receipt_that_was_validated_before_we_were_killed_is_not_looked_for_among_open_ones(
    shop: Shop, tmp_path: Path
) -> None:
    """The whole order came: nothing of it is open any more when we look again."""
    whole = despatch(shop, second="10")
    with home_of(shop, tmp_path / "home") as found:
        exchange, [row] = found.take([whole])
        receipt = shop.post(whole, validate=True)
        with found.tools.ledger.begin() as tx:  # killed after the verb, before the commit
            tx.set_posting(row.id, "stored", odoo_id=receipt)

        found.send(exchange)

        assert found.states(exchange) == {"posted": 1}
    assert (shop.line(0)["qty_received"], shop.line(1)["qty_received"]) == (10, 10)


def lots_of(desk: Desk, *more: str) -> dict[str, object]:
    """Odoo 14 wants the places of a lot too."""
    old = desk.sandbox.version == "14"
    places = ("location_id", "location_dest_id") if old else ()
    kept = desk.sandbox.maps().options("despatch_advice").send["stock.move.line"]
    return {"send": {"stock.move.line": [*kept, *places, *more]}}


def test_lots_of_a_despatch_advice_are_proposals_on_the_receipt(shop: Shop) -> None:
    product = shop.desk.read("purchase.order.line", shop.lines[0], "product_id")["product_id"][0]
    template = shop.desk.read("product.product", product, "product_tmpl_id")["product_tmpl_id"][0]
    shop.desk.admin().call(
        "product.template", "write", {"ids": [template], "vals": {"tracking": "lot"}}
    )
    amounts = {"LOT-A": 6, "LOT-B": 4}
    lots = tuple(
        Lot(name, quantity=Quantity(Decimal(amount), EACH)) for name, amount in amounts.items()
    )

    shop.post(despatch(shop, lots=lots), **lots_of(shop.desk))

    domain = [["picking_id", "=", shop.receipt()["id"]], ["product_id", "=", product]]
    kept = shop.desk.search("stock.move.line", domain, "lot_name", "quantity", "lot_id")
    filled = [one for one in kept if one["quantity"]]  # 14 keeps the line that it reserved
    assert sorted((one["lot_name"] or "", one["quantity"]) for one in filled) == [
        ("LOT-A", 6),
        ("LOT-B", 4),
    ]
    assert not any(one["lot_id"] for one in kept)


@pytest.fixture
def expiring(desk: Desk) -> None:
    """Install Odoo's module product_expiry, once."""
    domain = [["name", "=", "product_expiry"]]
    (module,) = desk.search("ir.module.module", domain, "state")
    if module["state"] != "installed":
        with desk.sandbox.client("admin", timeout=180.0) as admin:
            body = {"ids": [module["id"]]}
            done = admin.call("ir.module.module", "button_immediate_install", body)
            assert isinstance(done, Done), done


@pytest.mark.usefixtures("expiring")
def test_lots_expire_on_the_day_that_the_despatch_advice_says(shop: Shop) -> None:
    product = shop.desk.read("purchase.order.line", shop.lines[0], "product_id")["product_id"][0]
    template = shop.desk.read("product.product", product, "product_tmpl_id")["product_tmpl_id"][0]
    values = {"tracking": "lot", "use_expiration_date": True}
    shop.desk.admin().call("product.template", "write", {"ids": [template], "vals": values})
    days = {f"A-{shop.desk.slug}": date(2027, 6, 30), f"B-{shop.desk.slug}": date(2028, 1, 31)}
    lots = tuple(Lot(name, on, Quantity(Decimal(5), EACH)) for name, on in days.items())

    shop.post(despatch(shop, lots=lots), validate=True, **lots_of(shop.desk, "expiration_date"))

    model = "stock.production.lot" if shop.desk.sandbox.version == "14" else "stock.lot"
    domain = [["product_id", "=", product]]
    kept = shop.desk.search(model, domain, "name", "expiration_date", "product_qty")
    assert {one["name"]: one["expiration_date"] for one in kept} == {
        name: f"{on.isoformat()} 00:00:00" for name, on in days.items()
    }
    assert [one["product_qty"] for one in kept] == [5, 5]


def changed(number: str, quantity: str) -> Document:
    first = ChangedLine("CHANGED", line("1", "A-1", quantity, "ORDERED", "4.10"))
    gone = ChangedLine("DELETED", line("2", "A-2", "10", "ORDERED"))
    return Document(
        "order_change",
        number,
        ("BUYER", number, "2"),
        OrderChange((first, gone)),
        "CHANGE",
        references=(Reference("ORDER", number),),
    )


def test_order_change_is_an_activity_on_the_sale_order_and_changes_nothing(shop: Shop) -> None:
    number = f"PO-{shop.desk.slug}"
    partner = shop.desk.read("purchase.order", shop.order, "partner_id")["partner_id"][0]
    order = create(shop.desk, "sale.order", partner_id=partner, client_order_ref=number)
    fields = ("state", "client_order_ref", "amount_total", "write_date")
    before = shop.desk.read("sale.order", order, *fields)

    shop.post(changed(number, "12"))

    domain = [["res_model", "=", "sale.order"], ["res_id", "=", order]]
    (kept,) = shop.desk.search("mail.activity", domain, "summary", "note")
    assert kept["summary"] == "Order change: 1 changed, 1 deleted"
    assert "line 1 CHANGED A-1 12 EA at 4.10" in kept["note"]
    assert "line 2 DELETED A-2 10 EA" in kept["note"]
    assert shop.desk.read("sale.order", order, *fields) == before
    assert [rule for rule, _ in shop.refused(changed("PO-NEVER", "1"))] == ["ref.order_unknown"]
    made = shop.desk.planned(
        changed(number, "12"), **{**shop.changes, "partner": "base.main_partner"}
    )
    assert isinstance(made, Refusal)
    assert [one.rule for one in made.findings] == ["match.order_foreign"]


def test_bill_is_matched_with_the_lines_of_its_order(shop: Shop) -> None:
    record = shop.post(bill(shop), post=True)

    assert (shop.line(0)["qty_invoiced"], shop.line(1)["qty_invoiced"]) == (10, 10)
    kept = shop.desk.read("account.move", record, "amount_total", "state", "invoice_origin")
    assert (kept["amount_total"], kept["state"]) == (85, "posted")


@pytest.mark.parametrize(
    ("change", "rule"),
    [
        ({"price": "4.30"}, "match.price_differs"),
        ({"quantity": "12"}, "match.quantity_differs"),
        ({"quantity": "9", "status": "BACKORDERED"}, "match.not_accepted"),
    ],
    ids=["price", "quantity", "backorder"],
)
def test_order_response_that_differs_lands_in_the_queue_and_writes_nothing(
    shop: Shop, change: dict[str, str], rule: str
) -> None:
    assert shop.refused(answer(shop, **change)) == [(rule, "line 1")]
    assert shop.desk.read("purchase.order", shop.order, "partner_ref")["partner_ref"] is False


@pytest.mark.parametrize(
    ("change", "rule"),
    [({"price": "4.30"}, "match.price_differs"), ({"quantity": "11"}, "match.quantity_differs")],
    ids=["price", "quantity"],
)
def test_bill_that_differs_from_its_order_lands_in_the_queue(
    shop: Shop, change: dict[str, str], rule: str
) -> None:
    assert shop.refused(bill(shop, **change)) == [(rule, "line 1")]


def test_price_within_the_tolerance_is_taken(shop: Shop) -> None:
    shop.post(bill(shop, price="4.27"), price_tolerance="0.5")

    assert shop.line(0)["qty_invoiced"] == 10


def test_second_bill_for_the_same_goods_lands_in_the_queue(shop: Shop) -> None:
    shop.post(bill(shop))

    assert shop.refused(bill(shop, number="B2")) == [
        ("match.quantity_differs", "line 1"),
        ("match.quantity_differs", "line 2"),
    ]


def test_bill_whose_answer_was_lost_is_found_again_though_its_order_counts_it(
    shop: Shop, tmp_path: Path
) -> None:
    server = shop.desk.sandbox
    with home_of(shop, tmp_path / "home") as found:
        lost, _ = found.take([bill(shop)])
        dying = Sender(found.tools, connect=lambda _: Dying(server.client()))
        with pytest.raises(DyingError):
            replace(found, sender=dying).send(lost)
        assert shop.line(0)["qty_invoiced"] == 10
        other, _ = found.take([bill(shop, number="B2")])  # the same goods once more

        found.send(lost)
        found.send(other)

        assert found.states(lost) == {"posted": 1}
        assert [one.error for one in found.rows(other)] == ["match.quantity_differs:line 1"]
    assert (shop.line(0)["qty_invoiced"], shop.line(1)["qty_invoiced"]) == (10, 10)
    assert shop.desk.records("account.move") == 1


def test_goods_beyond_the_order_land_in_the_queue(shop: Shop) -> None:
    assert [rule for rule, _ in shop.refused(despatch(shop, first="11"))] == [
        "match.quantity_differs"
    ]


def test_order_of_another_supplier_is_never_touched(shop: Shop) -> None:
    other = {**shop.changes, "partner": "base.main_partner"}

    made = shop.desk.planned(answer(shop), **other)

    assert isinstance(made, Refusal)
    assert [one.rule for one in made.findings] == ["match.order_foreign"]


def test_order_that_is_not_ours_is_unknown(shop: Shop) -> None:
    document = answer(shop)
    strange = Document(
        document.kind,
        document.id,
        document.key,
        document.payload,
        references=(Reference("ORDER", "P-NEVER"),),
    )

    assert shop.refused(strange) == [("ref.order_unknown", "order")]
