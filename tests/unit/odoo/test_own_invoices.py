"""Invoices and credit notes that we gave, and analytic distributions of lines."""

import json
from dataclasses import dataclass

import pytest

from acktrail.documents.kinds import Charge, Document
from acktrail.documents.parts import Identifier, Party, Reference
from acktrail.documents.value import replace
from acktrail.errors import ProfileError
from acktrail.odoo.loads import Asks, Plan, Planned, Refusal
from acktrail.odoo.plan import Known
from acktrail.odoo.questions import Question, Record
from tests.unit.odoo import samples

SALE: dict[str, object] = {"side": "sale", "partner": "base.partner_demo"}
TIED: dict[str, object] = {**SALE, "match": {"invoice": ["ref", "name"]}}


@dataclass(frozen=True)
class Answered:
    """How many invoices Odoo has; accounts and contacts are there once."""

    invoices: int = 1

    def plan(self, document: Document, **changes: object) -> Planned:
        maps = samples.maps(**changes)
        found = maps.plan(document)
        answers = dict[Question, tuple[Record, ...]]()
        while isinstance(found, Asks):
            for at, one in enumerate(found.questions, len(answers)):
                hits = self.invoices if one.name == "invoice" else 1
                answers[one] = tuple({"id": 70 + at + n} for n in range(hits))
            found = maps.plan(document, Known(answers))
        return found

    def planned(self, document: Document, **changes: object) -> Plan:
        found = self.plan(document, **changes)
        assert isinstance(found, Plan), found
        return found


def cells(found: Plan, at: int = 0) -> dict[str, str]:
    load = found.loads[-1]
    return dict(zip(load.fields, load.rows[at], strict=True))


def buyer(document: Document) -> Document:
    parties = (
        Party("SELLER", (Identifier("GLN", "1"),)),
        Party("BUYER", (Identifier("GLN", "2"),)),
    )
    return replace(document, parties=parties)


@pytest.mark.parametrize(
    ("side", "kind", "move", "contact"),
    [
        ("purchase", "invoice", "in_invoice", "x.seller"),
        ("purchase", "credit_note", "in_refund", "x.seller"),
        ("sale", "invoice", "out_invoice", "x.buyer"),
        ("sale", "credit_note", "out_refund", "x.buyer"),
    ],
)
def test_side_of_the_profile_says_whose_invoices_and_credit_notes_they_are(
    side: str, kind: str, move: str, contact: str
) -> None:
    document = buyer(samples.invoice() if kind == "invoice" else samples.credit_note())
    parties = {"GLN:1": "x.seller", "GLN:2": "x.buyer"}

    found = cells(Answered().planned(document, side=side, parties=parties))

    assert (found["move_type"], found["partner_id/id"]) == (move, contact)
    assert found["journal_id/id"] == f"account.1_{side}"
    assert found["invoice_line_ids/price_unit"] == "4.25"  # the kind is the sign


def test_credit_note_is_tied_to_the_invoice_it_names_where_the_profile_says_how() -> None:
    document = replace(samples.credit_note(), references=(Reference("INVOICE", "INV-1"),))

    assert cells(Answered().planned(document, **TIED))["reversed_entry_id/.id"] == "71"
    assert "reversed_entry_id/.id" not in cells(Answered().planned(document, **SALE))
    assert "reversed_entry_id/.id" not in cells(Answered().planned(samples.credit_note(), **TIED))


@pytest.mark.parametrize(
    ("hits", "rule"), [(0, "ref.invoice_unknown"), (2, "ref.invoice_ambiguous")]
)
def test_credit_note_whose_invoice_is_not_there_once_is_refused(hits: int, rule: str) -> None:
    document = replace(samples.credit_note(), references=(Reference("INVOICE", "INV-1"),))

    found = Answered(hits).plan(document, **TIED)

    assert isinstance(found, Refusal)
    assert [one.rule for one in found.findings] == [rule]


def test_invoice_of_ours_is_not_matched_with_purchase_orders() -> None:
    assert Answered().planned(samples.invoice(), orders=True, **SALE).model == "account.move"


def test_analytic_distribution_of_a_line_is_by_item_else_the_default() -> None:
    table = {"SELLER:A-1": "a.ward:60,a.lab:40", "default": "a.ward"}
    other = replace(samples.invoice(), payload=samples.order(codes=("A-1", "A-9")).payload)

    found = Answered().planned(other, analytic=table)

    shares = [
        json.loads(cells(found, at)["invoice_line_ids/analytic_distribution"]) for at in (0, 1)
    ]
    assert [sorted(one.values()) for one in shares] == [[40.0, 60.0], [100.0]]
    assert {*shares[1]} < {*shares[0]}
    plain = cells(Answered().planned(samples.invoice()))
    assert "invoice_line_ids/analytic_distribution" not in plain


def test_analytic_distribution_of_a_charge_is_by_department_before_its_code() -> None:
    charge = samples.charge()
    assert isinstance(charge.payload, Charge)
    lines = (replace(charge.payload.lines[0], department="LAB"), charge.payload.lines[1])
    table = {"DEPARTMENT:LAB": "a.lab", "HCPCS:99213": "a.ward", "HCPCS:85025": "a.ward"}

    found = Answered().planned(
        replace(charge, payload=replace(charge.payload, lines=lines)), analytic=table
    )

    first, second = (cells(found, at)["invoice_line_ids/analytic_distribution"] for at in (0, 1))
    assert first != second
    assert [list(json.loads(one).values()) for one in (first, second)] == [[100.0], [100.0]]


def test_analytic_account_that_odoo_lacks_refuses_the_document() -> None:
    maps = samples.maps(analytic={"default": "a.never"}, partner="base.partner_demo")
    asked = maps.plan(samples.invoice())
    assert isinstance(asked, Asks)

    found = maps.plan(samples.invoice(), Known(dict.fromkeys(asked.questions, ())))

    assert isinstance(found, Refusal)
    assert [one.rule for one in found.findings] == ["ref.analytic_unknown"]


@pytest.mark.parametrize("shares", ["ward", "a.ward:x", "a.ward,a.lab", "a.ward:60;a.lab:40", ""])
def test_distribution_that_says_no_shares_is_named(shares: str) -> None:
    with pytest.raises(ProfileError, match=r"odoo\.analytic"):
        samples.options(analytic={"default": shares})


def test_fields_that_nothing_fills_are_not_asked_of_a_server() -> None:
    name = "invoice_line_ids/analytic_distribution"

    assert name not in samples.maps().sent(["invoice"])["account.move"]
    assert name in samples.maps(analytic={"default": "a.b"}).sent(["invoice"])["account.move"]
