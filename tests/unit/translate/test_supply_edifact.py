"""ORDCHG, ORDRSP, DESADV, PRICAT, INVRPT, SLSRPT and REMADV of both directories.

Elements: docs/canonical.md. Most messages are those of the samples, whose documents are golden.
"""

from collections.abc import Sequence
from datetime import date
from decimal import Decimal

import pytest

from acktrail.documents.encoding import decode_document, encode
from acktrail.documents.kinds import Document, Remittance, Trade
from acktrail.documents.parts import DateRole, Identifier, Money, Quantity
from acktrail.documents.supply import (
    DespatchAdvice,
    InventoryReport,
    Lot,
    OrderAnswer,
    OrderChange,
    Package,
    ProductActivity,
    ReceivingAdvice,
)
from acktrail.documents.value import replace
from acktrail.formats.edifact.segment import Segment
from acktrail.ports import MessageEnd, MessageStart
from acktrail.translate.translator import Translator
from tests.conftest import SAMPLES
from tests.generators.edifact import Knobs, interchange
from tests.unit.edifact.reading import events_of
from tests.unit.translate.running import mapped

ADVICE = ("BGM+481+R-1+9", "DTM+137:20260205:102", "CUX+2:EUR:4")


def documents_of(data: bytes, translator: Translator) -> list[Document]:
    """Return what becomes of the messages; without a finding."""
    documents: list[Document] = []
    for event in events_of(data):
        if isinstance(event, MessageStart):
            translator.start(event.head)
        elif isinstance(event, Segment):
            translator.segment(event)
        elif isinstance(event, MessageEnd):
            found, findings = translator.finish()
            assert [one.rule for one in findings] == []
            documents += found
    return documents


def sampled(kind: str) -> list[Document]:
    (file,) = (SAMPLES / f"edifact-{kind}" / "inbound").iterdir()
    return documents_of(file.read_bytes(), mapped(f"edifact-{kind}"))


def of_one(kind: str, body: Sequence[str], release: str = "96A", una: str = "") -> Document:
    """Return the document of one message."""
    segments = [f"UNH+1+{kind.upper()}:D:{release}:UN", *body]
    segments.append(f"UNT+{len(segments) + 1}+1")
    (document,) = documents_of(interchange([segments], Knobs(una=una)), mapped(f"edifact-{kind}"))
    return document


@pytest.mark.parametrize("kind", ["ordchg", "ordrsp", "desadv", "slsrpt", "remadv"])
def test_both_directories_give_the_same_document(kind: str) -> None:
    """D.96A and D.01B number their groups differently; BGM has a composite in D.01B only."""
    old, new = sampled(kind)[:2]

    assert replace(old.payload, **dict.fromkeys(old.payload.__struct_fields__, None)) == replace(
        new.payload, **dict.fromkeys(new.payload.__struct_fields__, None)
    )
    assert getattr(old.payload, "lines", ()) == getattr(new.payload, "lines", ())
    assert getattr(old.payload, "invoices", ()) == getattr(new.payload, "invoices", ())
    assert (old.kind, old.parties, old.issued) == (new.kind, new.parties, new.issued)


@pytest.mark.parametrize(
    "kind", ["ordchg", "ordrsp", "desadv", "pricat", "invrpt", "slsrpt", "remadv"]
)
def test_documents_survive_their_encoding(kind: str) -> None:
    for document in sampled(kind):
        assert decode_document(encode(document)) == document


def test_1229_says_what_becomes_of_a_line_of_an_order_change() -> None:
    payload = sampled("ordchg")[0].payload

    assert isinstance(payload, OrderChange)
    assert [one.action for one in payload.lines] == [
        "CHANGED",
        "DELETED",
        "ADDED",
        "REPLACED",
        "UNCHANGED",
    ]


def test_an_order_response_answers_line_by_line() -> None:
    payload = sampled("ordrsp")[0].payload

    assert isinstance(payload, OrderAnswer)
    assert payload.disposition == "ACCEPTED_AMENDED"
    whole, less, other, none, silent = [one.answers for one in payload.lines]
    assert [one.status for one in (*whole, *less, *other, *none)] == [
        "ACCEPTED",
        "ACCEPTED_AMENDED",
        "ACCEPTED_AMENDED",
        "SUBSTITUTED",
        "REJECTED",
    ]
    assert less[0].quantity == Quantity(Decimal(100), "C62", "PCE")
    assert less[0].dates == (DateRole("PROMISED", date(2026, 1, 13), None, "202601131200"),)
    assert other[1].substitute.ids == (Identifier("GTIN", "4000001200047"),)
    assert silent == ()


def test_1225_refuses_an_order_as_a_whole() -> None:
    payload = sampled("ordrsp")[2].payload

    assert isinstance(payload, OrderAnswer)
    assert (payload.disposition, payload.lines) == ("REJECTED", ())


def test_tree_of_cps_becomes_packages_in_packages() -> None:
    payload = sampled("desadv")[0].payload

    assert isinstance(payload, DespatchAdvice)
    assert payload.packages == (
        Package("2", "PALLET", (Identifier("SSCC", "340000030000000011"),)),
        Package("3", "CARTON", (Identifier("SSCC", "340000030000000028"),), "2"),
        Package("4", "CARTON", (), "2"),
    )
    assert [one.package for one in payload.lines] == ["3", "4"]


def test_package_at_the_top_is_one_only_when_it_has_a_number() -> None:
    """The first sample counts three packages at the top, the third names one pallet there."""
    counted, named = sampled("desadv")[0].payload, sampled("desadv")[2].payload

    assert isinstance(counted, DespatchAdvice)
    assert isinstance(named, DespatchAdvice)
    assert "1" not in [one.no for one in counted.packages]
    assert [(one.no, one.type) for one in named.packages] == [("1", "PALLET")]
    assert named.lines[0].package == "1"


def test_each_lot_of_a_despatch_line_has_its_own_day_and_quantity() -> None:
    payload = sampled("desadv")[0].payload

    assert isinstance(payload, DespatchAdvice)
    first, second = payload.lines
    assert first.lots == (
        Lot("L77", date(2027, 12, 31), Quantity(Decimal(30), "C62", "PCE")),
        Lot("L78", date(2028, 1, 31), Quantity(Decimal(10), "C62", "PCE")),
    )
    assert second.serials == ("SN-1", "SN-2")
    assert [one.line.references[0].value for one in payload.lines] == ["PO-7001"] * 2


def test_catalogue_has_a_line_for_each_net_price_and_its_own_currency() -> None:
    payload = sampled("pricat")[0].payload

    assert isinstance(payload, Trade)
    assert [(one.price, one.basis) for one in payload.lines] == [
        (Money(Decimal("3.85"), "EUR"), Decimal(100)),  # PRI 5284
        (Money(Decimal("1.12"), "EUR"), Decimal(1)),
        (Money(Decimal("0.99"), "EUR"), Decimal(1)),
        (Money(Decimal("6.40"), "EUR"), Decimal(1)),  # gross: no net price is sent
        (Money(Decimal("0.52"), "USD"), Decimal(1)),
    ]
    assert [(one.quantities or {}).get("MINIMUM") for one in payload.lines[1:3]] == [
        Quantity(Decimal(1), "C62", "PCE"),
        Quantity(Decimal(100), "C62", "PCE"),
    ]


def test_currency_beside_a_price_goes_before_the_lines_and_the_documents() -> None:
    lines = ("LIN+1++4000001200016:EN", "CUX+2:USD:8", "PRI+AAA:1", "CUX+2:GBP:8", "PRI+AAA:2")
    head = ("BGM+9+C-1+9", "DTM+137:20260101:102", "NAD+SU+4000003000003::9", "CUX+2:EUR:9")

    payload = of_one("pricat", [*head, "PGI+11", *lines]).payload

    assert isinstance(payload, Trade)
    assert [one.price for one in payload.lines] == [
        Money(Decimal(1), "GBP"),
        Money(Decimal(2), "USD"),
    ]


def test_stock_by_lot_is_added_up_apart_where_units_differ() -> None:
    old, new = (one.payload for one in sampled("invrpt"))

    assert isinstance(old, InventoryReport)
    assert isinstance(new, InventoryReport)
    assert old.lines[0].line.quantities == {
        "ON_HAND": Quantity(Decimal(100), "C62", "PCE"),
        "AVAILABLE": Quantity(Decimal(90), "C62", "PCE"),
        "IN_TRANSIT": Quantity(Decimal(12), "C62", "PCE"),
    }
    assert [one.number for one in old.lines[0].lots] == ["L77", "L78"]
    assert set(new.lines[0].line.quantities or {}) == {"ON_HAND", "ON_HAND_DZN"}
    assert (old.as_of, new.as_of) == (date(2026, 1, 30), date(2026, 1, 30))


def test_sales_are_told_by_place() -> None:
    payload = sampled("slsrpt")[0].payload

    assert isinstance(payload, ProductActivity)
    assert [one.line.references[0].value for one in payload.lines] == [
        "4000003000010",
        "4000003000027",
    ]
    assert set(payload.lines[0].line.quantities or {}) == {"SOLD", "RETURNED"}


def test_remittance_adds_up_with_deductions_and_the_credit_note() -> None:
    payload = sampled("remadv")[0].payload

    assert isinstance(payload, Remittance)
    assert [one.paid.amount for one in payload.invoices] == [
        Decimal(95),
        Decimal(98),
        Decimal(-13),
    ]
    assert sum(one.paid.amount for one in payload.invoices) == payload.payment.amount.amount
    assert [
        (kept.reason.value, kept.amount.amount, kept.reference)
        for one in payload.invoices
        for kept in one.adjustments
    ] == [("1", Decimal(5), "CLAIM-1"), ("52", Decimal(2), "")]


def test_credit_note_is_taken_off_whatever_its_sign() -> None:
    for sign in ("", "-"):
        body = [*ADVICE, "DOC+381+RINV/1", f"MOA+12:{sign}13", "UNS+S", "MOA+12:-13"]
        payload = of_one("remadv", body).payload
        assert isinstance(payload, Remittance)
        assert payload.invoices[0].paid.amount == Decimal(-13)


def test_remittance_without_a_day_or_an_amount_is_none() -> None:
    translator = mapped("edifact-remadv")
    segments = ["UNH+1+REMADV:D:96A:UN", "BGM+481+R-1+9", "UNS+S", "UNT+4+1"]
    for event in events_of(interchange([segments])):
        if isinstance(event, MessageStart):
            translator.start(event.head)
        elif isinstance(event, Segment):
            translator.segment(event)
    documents, findings = translator.finish()

    assert documents == ()
    assert {one.place.address for one in findings} == {"MOA.1.2", "DTM.1.2"}


@pytest.mark.parametrize(("una", "price"), [(":+,? '", "3,85"), (":+.? '", "3.85")])
def test_decimal_mark_is_the_declared_one(una: str, price: str) -> None:
    body = ["BGM+220+PO-1+9", "DTM+137:20260105:102", "CUX+2:EUR:9", "LIN+1++4000001200016:EN"]

    payload = of_one("orders", [*body, f"PRI+AAA:{price}:::100", "UNS+S"], una=una).payload

    assert isinstance(payload, Trade)
    assert payload.lines[0].price == Money(Decimal("3.85"), "EUR")
    assert payload.lines[0].basis == Decimal(100)


@pytest.mark.parametrize(
    ("text", "form"),
    [("20260105", "102"), ("202601051230", "203"), ("20260105123015", "204")],
)
def test_dates_are_read_by_2379(text: str, form: str) -> None:
    document = of_one("ordchg", ["BGM+230+C-1+4", f"DTM+137:{text}:{form}", "UNS+S"])

    assert document.issued == date(2026, 1, 5)


@pytest.mark.parametrize("release", ["96A", "01B"])
def test_receiving_advice_says_what_was_taken_and_what_goes_back(release: str) -> None:
    """RECADV D.96A and D.01B: QTY 6063 12, 48, 194, 195; lots by PCI and GIN."""
    document = of_one(
        "recadv",
        [
            "BGM+632+REC-1+9",
            "DTM+137:20260112:102",
            "RFF+DQ:DES-1",
            "NAD+SU+4000003000003::9",
            "NAD+DP+4000001000029::9",
            "CPS+1",
            "PAC+1++201",
            "PCI+33E",
            "GIN+BJ+340000030000000011",
            "LIN+1++4000001200016:EN",
            "QTY+12:40:PCE",
            "QTY+48:38:PCE",
            "QTY+194:35:PCE",
            "QTY+195:3:PCE",
            "QVR+2:66",
            "RFF+ON:PO-7001:1",
            "PCI+36E",
            "GIN+BX+L77",
        ],
        release,
    )
    payload = document.payload

    assert isinstance(payload, ReceivingAdvice)
    assert document.key == ("4000001000029", "REC-1")
    (line,) = payload.lines
    assert {role: one.value for role, one in (line.line.quantities or {}).items()} == {
        "SHIPPED": 40,
        "RECEIVED": 38,
        "ACCEPTED": 35,
        "RETURNED": 3,
    }
    assert (line.package, [one.number for one in line.lots]) == ("1", ["L77"])
    assert payload.packages == (
        Package("1", "PALLET", (Identifier("SSCC", "340000030000000011"),)),
    )
    assert document.ext["QVR.1.1@16"] == "2"


def test_remittance_names_only_who_pays() -> None:
    """docs/canonical.md, Minimisation: never the payee's name."""
    parties = ["NAD+PR+1::91++Payer", "NAD+PE+2::91++Payee"]
    body = [*ADVICE[:2], *parties, ADVICE[2], "DOC+380+INV/1", "MOA+12:1", "UNS+S", "MOA+12:1"]

    document = of_one("remadv", body)

    assert [(one.role, one.name) for one in document.parties] == [("PAYER", "Payer"), ("PAYEE", "")]
    assert "Payee" not in repr(document)
