"""What Odoo cannot match comes to a person; his decision, by command, brings the document in.

By the real commands, the real service and a real Odoo 19; skips without its sandbox.
"""

import json
import tomllib
from collections.abc import Callable
from dataclasses import dataclass
from itertools import count
from time import time_ns

import pytest
import tomlkit

from acktrail.odoo.client import Done
from tests.conftest import SAMPLES
from tests.endtoend.house import House
from tests.service.odoo.conftest import Sandbox

PARTNER = "supplier-eurobandage"
CODES = ("EB-4410", "EB-4422", "EB-5107", "EB-6003", "EB-7719")
LINES = ((40, 3.80), (120, 1.12), (60, 6.40), (200, 0.48))  # the bill says 3.85 for the first
NUMBERS = count(time_ns())
Values = dict[str, object]


@dataclass(frozen=True)
class Desk:
    """One home with one supplier, whose records in a real Odoo are this test's own."""

    house: House
    sandbox: Sandbox
    slug: str

    def create(self, of: str, /, **values: object) -> int:
        return int(self.ask(of, "create", vals_list=[values])[0])

    def ask(self, model: str, method: str, **body: object) -> list[int]:
        with self.sandbox.client("admin") as admin:
            answer = admin.call(model, method, body)
        assert isinstance(answer, Done), answer
        return list(answer.value) if isinstance(answer.value, list) else []

    def read(self, model: str, domain: list[list[object]], *fields: str) -> list[Values]:
        with self.sandbox.client("admin") as admin:
            answer = admin.call(model, "search_read", {"domain": domain, "fields": list(fields)})
        assert isinstance(answer, Done)
        return list(answer.value)

    def stored(self, model: str) -> list[int]:
        domain: list[list[object]] = [
            ["module", "=", f"acktrail_{self.slug}"],
            ["model", "=", model],
        ]
        return [int(str(one["res_id"])) for one in self.read("ir.model.data", domain, "res_id")]

    def take(self, body: bytes) -> None:
        self.house.drop(PARTNER, f"{self.slug}.edi", body)
        self.work()

    def work(self) -> None:
        done = self.house.run("run", "--once")
        assert done.returncode == 0, done.stderr.decode()

    def say(self, *words: str, code: int = 0) -> list[Values]:
        done = self.house.run(*words)
        assert done.returncode == code, done.stderr.decode()
        json_ = "--json" in words
        return [json.loads(one) for one in done.stdout.splitlines()] if json_ else []


@pytest.fixture
def desk(make_house: Callable[..., House], odoo_sandbox: Sandbox) -> Desk:
    house, known, slug = make_house(), odoo_sandbox.credentials, f"d{next(NUMBERS)}"
    house.configure(known["url"], known["db"], known["bot"]["api_key"])
    found = Desk(house, odoo_sandbox, slug)
    supplier = found.create("res.partner", name=f"Supplier {slug}", is_company=True)
    external: Values = {"module": "masterdata", "name": slug, "model": "res.partner"}
    found.create("ir.model.data", **external, res_id=supplier)
    path = house.root / "partners" / PARTNER / "1.toml"
    profile = tomllib.loads(path.read_text())
    profile["odoo"] = {
        "currency": "EUR",
        "slug": slug,
        "partner": f"masterdata.{slug}",
        "products": "default_code",
        "orders": True,
        "taxes": {"E:0": ""},
    }
    path.write_text(tomlkit.dumps(profile))
    return found


def sample(name: str) -> bytes:
    [path] = (SAMPLES / name / "inbound").iterdir()
    return path.read_bytes()


def test_record_that_a_person_chose_among_the_candidates_is_the_one_in_the_order(
    desk: Desk,
) -> None:
    body = sample("edifact-orders-clean")
    for code in CODES:
        body = body.replace(code.encode(), f"{code}-{desk.slug}".encode())
    first, chosen, *_ = [
        desk.create("product.product", name=f"Article {at}", default_code=f"{code}-{desk.slug}")
        for at, code in enumerate((CODES[0], *CODES))
    ]

    desk.take(body)
    wanted, other = desk.say("exception", "list", "--json")[::-1]
    [shown] = desk.say("exception", "show", str(wanted["id"]), "--json")
    resolve = ("exception", "resolve", str(wanted["id"]), "--reason", "asked the buyer")
    desk.say(*resolve, "--record", str(max(first, chosen) + 1000), code=5)
    desk.say(*resolve, "--record", str(chosen))
    dismiss = ("exception", "resolve", str(other["id"]), "--dismiss", "--reason", "sent twice")
    desk.say(*dismiss)
    assert desk.stored("sale.order") == []
    desk.say("exchange", "release", str(wanted["exchange"]), "--reason", "decided")
    desk.work()

    assert wanted["error"] == other["error"] == "ref.item_ambiguous:line 1"
    assert str(shown["questions"]).count("product.product:") == 2
    [order] = desk.stored("sale.order")
    lines = desk.read("sale.order.line", [["order_id", "=", order]], "product_id", "sequence")
    products = [one["product_id"][0] for one in lines if isinstance(one["product_id"], list)]
    assert chosen in products
    assert first not in products
    assert len(products) == len(CODES)
    assert list(desk.house.outcomes().values()) == ["closed, accepted"]
    assert desk.house.faults() == []


def test_difference_that_a_person_accepts_lets_the_bill_in_and_leaves_the_order_alone(
    desk: Desk,
) -> None:
    number = f"PO-{desk.slug}"
    order = _purchase(desk, number)
    desk.take(sample("edifact-invoic-clean").replace(b"PO-10017", number.encode()))

    [wanted] = desk.say("exception", "list", "--json")
    resolve = ("exception", "resolve", str(wanted["id"]), "--reason", "new price list")
    desk.say(*resolve, "--accept", "ref.item_unknown", code=5)
    desk.say(*resolve, "--accept", "match.price_differs")
    desk.say("exchange", "release", str(wanted["exchange"]), "--reason", "decided")
    desk.work()

    assert wanted["error"] == "match.price_differs:line 1"
    [bill] = desk.stored("account.move")
    [move] = desk.read("account.move", [["id", "=", bill]], "amount_total", "state")
    assert (f"{move['amount_total']:.2f}", move["state"]) == ("768.40", "draft")
    ordered = desk.read(
        "purchase.order.line", [["order_id", "=", order]], "price_unit", "qty_invoiced"
    )
    assert [float(str(one["price_unit"])) for one in ordered] == [price for _, price in LINES]
    assert [float(str(one["qty_invoiced"])) for one in ordered] == [many for many, _ in LINES]
    assert list(desk.house.outcomes().values()) == ["closed, accepted"]


def _purchase(desk: Desk, number: str) -> int:
    """Make our confirmed order that the bill names; return its id."""
    domain: list[list[object]] = [["module", "=", "masterdata"], ["name", "=", desk.slug]]
    [supplier] = desk.read("ir.model.data", domain, "res_id")
    article: Values = {"name": "Article", "type": "consu", "purchase_method": "purchase"}
    products = [desk.create("product.product", **article) for _ in LINES]
    lines = [
        [0, 0, {"product_id": product, "product_qty": many, "price_unit": price}]
        for product, (many, price) in zip(products, LINES, strict=True)
    ]
    order = desk.create(
        "purchase.order", partner_id=supplier["res_id"], partner_ref=number, order_line=lines
    )
    desk.ask("purchase.order", "button_confirm", ids=[order])
    return order
