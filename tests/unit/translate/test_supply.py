"""Sets 832, 846, 855, 856, 860, 865, 867 and 824; element positions: docs/canonical.md."""

from datetime import date
from decimal import Decimal

import pytest

from acktrail.documents.encoding import decode_document, encode
from acktrail.documents.kinds import AnswerReceived, Document, Trade
from acktrail.documents.parts import (
    Code,
    DateRole,
    Identifier,
    Money,
    Period,
    Quantity,
    Reference,
)
from acktrail.documents.supply import (
    DespatchAdvice,
    InventoryReport,
    Lot,
    OrderAnswer,
    OrderChange,
    Package,
    ProductActivity,
)
from acktrail.model import MessageHead
from acktrail.translate.answers import AnswerTranslator
from tests.unit.translate.running import mapped, only, rules, run

CHANGE = """
ST*860*1
BCH*04*SA*PO1**2*20260102*****20260105
CUR*BY*USD
N1*BY*Hospital*UL*4000000000006
POC*1*QI*12*2*EA*250*HP*VP*V123
POC*2*DI
POC*3*AI*4**EA*5**VP*V9
POC*4*XX
CTT*4
"""
ANSWER = """
ST*855*1
BAK*00*AC*PO1*20260102****S77*20260103
N1*SE*Supplier*UL*4000000000013
PO1*1*10*EA*2.50**VP*V123
ACK*IA*6*EA*068*20260110
ACK*IB*4*EA
DTM*068*20260120
PO1*2*5*EA*3**VP*V2
ACK*IS*5*EA****VP*V2B
PO1*3*5*EA*3**VP*V3
ACK*ID
CTT*3
"""
DESPATCH = """
ST*856*1
BSN*00*D1*20260110*0815*0001
HL*1**S
TD5**2*UPSN*M*UPS GROUND
REF*CN*1Z999
DTM*011*20260110
N1*SF*Supplier*UL*4000000000013
N1*ST*Hospital*UL*4000000000006
HL*2*1*O
PRF*PO1***20260102
REF*VN*S77
HL*3*2*T
MAN*GM*00006141411234567890
HL*4*3*P
MAN*CP*BOX7**AA*006141411234567890
HL*5*4*I
LIN*1*VP*V123*LT*L77
SN1**10*EA**12*EA
PID*F****Gloves
DTM*036*20271231
HL*6*2*I
LIN*2*VP*V2*SN*S1
SN1**1*EA
HL*7*1*O
PRF*PO2
CTT*7
"""
CATALOGUE = """
ST*832*1
BCT*PC*CAT9*V3
DTM*007*20260101
DTM*036*20261231
CUR*SE*USD
N1*SE*Supplier*UL*4000000000013
LIN*1*VP*V123
PID*F****Gloves
CTP**CON*2.50*1*EA
CTP**CON*200*100*EA****HP
DTM*007*20260201
CTP**LPR*4
LIN*2*VP*V2
CTT*2
"""
INVENTORY = """
ST*846*1
BIA*00*SI*R1*20260110*0900
DTM*007*20260109
N1*SU*Supplier*UL*4000000000013
LIN*1*VP*V123*LT*L7
DTM*036*20271231
QTY*17*100*EA
QTY*33*-3*EA
QTY*ZZ*5*EA
N1*WH*East*UL*4000000000006
CTT*1
"""
ACTIVITY = """
ST*867*1
BPT*00*R1*20260201*SR
DTM*090*20260101
DTM*091*20260131
N1*DB*Distributor*UL*4000000000013
PTD*SS***IV*I1
N1*ST*Hospital*UL*4000000000006
QTY*32*10*EA
LIN*1*VP*V123*LT*L7
QTY*76*-2*EA
LIN*2*VP*V2
PTD*SD
QTY*99*1*EA
LIN*3*VP*V3
CTT*3
"""
ADVICE = """
ST*824*1
BGN*11*A1*20260110
OTI*TR*IV*INV1*****7*0001
TED*024*Canaryname
OTI*IA*PO*PO9
"""


def made(name: str, text: str) -> Document:
    return only(run(mapped(name), text))


def change() -> OrderChange:
    payload = made("x12-860", CHANGE).payload
    assert isinstance(payload, OrderChange)
    return payload


def answer(text: str = ANSWER, name: str = "x12-855") -> OrderAnswer:
    payload = made(name, text).payload
    assert isinstance(payload, OrderAnswer)
    return payload


def despatch(text: str = DESPATCH) -> DespatchAdvice:
    payload = made("x12-856", text).payload
    assert isinstance(payload, DespatchAdvice)
    return payload


@pytest.mark.parametrize(
    ("name", "text", "key"),
    [
        ("x12-860", CHANGE, ("4000000000006", "PO1", "2")),
        ("x12-855", ANSWER, ("4000000000013", "PO1", "S77")),
        ("x12-856", DESPATCH, ("4000000000013", "D1")),
        ("x12-832", CATALOGUE, ("4000000000013", "CAT9", "V3", "2026-01-01")),
        ("x12-846", INVENTORY, ("4000000000013", "R1", "2026-01-09")),
        ("x12-867", ACTIVITY, ("4000000000013", "R1", "2026-01-01")),
    ],
)
def test_document_has_its_natural_key_and_survives_its_json(
    name: str, text: str, key: tuple[str, ...]
) -> None:
    document = made(name, text)

    assert document.key == key
    assert decode_document(encode(document)) == document


# ------------------------------------------------------------------------------ 860
def test_order_change_names_the_order_and_what_becomes_of_each_line() -> None:
    document = made("x12-860", CHANGE)

    assert (document.kind, document.id, document.function) == ("order_change", "PO1", "CHANGE")
    assert document.references == (Reference("ORDER", "PO1", "", date(2026, 1, 2)),)
    assert (document.issued, document.terms["sequence"]) == (date(2026, 1, 5), "2")
    assert [one.action for one in change().lines] == ["CHANGED", "DELETED", "ADDED", "OTHER"]
    first = change().lines[0].line
    assert (first.price, first.basis) == (Money(Decimal(250), "USD"), Decimal(100))
    assert first.quantities == {
        "ORDERED": Quantity(Decimal(12), "C62", "EA"),
        "OPEN": Quantity(Decimal(2), "C62", "EA"),
    }


def test_line_that_is_deleted_needs_no_quantity() -> None:
    assert change().lines[1].line.quantities is None


# ------------------------------------------------------------------------------ 855 and 865
def test_order_response_may_answer_a_line_in_parts() -> None:
    first = answer().lines[0]

    assert [(one.status, one.code) for one in first.answers] == [
        ("ACCEPTED", "IA"),
        ("BACKORDERED", "IB"),
    ]
    assert [one.quantity for one in first.answers] == [
        Quantity(Decimal(6), "C62", "EA"),
        Quantity(Decimal(4), "C62", "EA"),
    ]
    assert [one.dates for one in first.answers] == [
        (DateRole("PROMISED", date(2026, 1, 10), None, "20260110"),),
        (DateRole("PROMISED", date(2026, 1, 20), None, "20260120"),),
    ]


def test_substitute_is_the_item_that_the_answer_names() -> None:
    (one,) = answer().lines[1].answers

    assert (one.status, one.substitute.ids) == ("SUBSTITUTED", (Identifier("SELLER", "V2B"),))


def test_ack01_id_means_deleted() -> None:
    """X12 list 668: ID is no identifier, the item is deleted."""
    assert [one.status for one in answer().lines[2].answers] == ["DELETED"]


@pytest.mark.parametrize(
    ("code", "disposition"),
    [("AC", "ACCEPTED_AMENDED"), ("AD", "ACCEPTED"), ("RJ", "REJECTED"), ("AH", "HOLD")],
)
def test_bak02_says_what_becomes_of_the_order(code: str, disposition: str) -> None:
    assert answer(ANSWER.replace("BAK*00*AC", f"BAK*00*{code}")).disposition == disposition


def test_unknown_disposition_makes_no_document() -> None:
    assert rules(run(mapped("x12-855"), ANSWER.replace("BAK*00*AC", "BAK*00*QQ"))) == [
        "map.unknown_code"
    ]


def test_response_without_a_number_of_the_seller_is_known_by_the_order() -> None:
    document = made("x12-855", ANSWER.replace("****S77", "****"))

    assert (document.id, document.key) == ("PO1", ("4000000000013", "PO1", "PO1"))


def test_change_response_answers_the_lines_of_the_change() -> None:
    text = """
ST*865*1
BCA*00*AC*PO1**2*20260102***S78*20260106
N1*SE*Supplier*UL*4000000000013
POC*1*QI*12*2*EA*2.50*PE*VP*V123
ACK*IQ*11*EA*068*20260110
CTT*1
"""
    document, payload = made("x12-865", text), answer(text, "x12-865")

    assert (document.id, document.issued, document.terms["sequence"]) == (
        "S78",
        date(2026, 1, 6),
        "2",
    )
    assert [(one.status, one.code) for one in payload.lines[0].answers] == [
        ("ACCEPTED_AMENDED", "IQ")
    ]


# ------------------------------------------------------------------------------ 856
def test_packages_stand_in_packages_and_lines_in_the_next_one_above() -> None:
    payload = despatch()

    sscc = Identifier("SSCC", "006141411234567890")
    assert payload.packages == (
        Package("3", "PALLET", (sscc,)),
        Package("4", "CARTON", (sscc, Identifier("OTHER", "BOX7", "CP")), "3"),
    )
    assert [one.package for one in payload.lines] == ["4", ""]


def test_line_carries_the_order_and_references_of_the_levels_above() -> None:
    first, second = (one.line for one in despatch().lines)

    assert first.references == (
        Reference("ORDER", "PO1", "1", date(2026, 1, 2)),
        Reference("ORDER_RESPONSE", "S77"),
    )
    assert second.references[0] == Reference("ORDER", "PO1", "2", date(2026, 1, 2))


def test_lots_expiry_and_serials_are_taken_out_of_item_and_dates() -> None:
    first, second = despatch().lines

    assert first.lots == (Lot("L77", date(2027, 12, 31)),)
    assert first.line.item.ids == (Identifier("SELLER", "V123"),)
    assert first.line.dates == ()
    assert (second.serials, second.line.item.ids) == (("S1",), (Identifier("SELLER", "V2"),))
    assert first.line.quantities == {
        "SHIPPED": Quantity(Decimal(10), "C62", "EA"),
        "ORDERED": Quantity(Decimal(12), "C62", "EA"),
    }


def test_reference_of_a_level_without_lines_goes_to_the_document() -> None:
    document = made("x12-856", DESPATCH)

    assert document.references == (Reference("TRACKING", "1Z999"), Reference("ORDER", "PO2"))
    assert [one.role for one in document.parties] == ["CARRIER", "SHIP_FROM", "SHIP_TO"]


def test_levels_that_stand_under_each_other_in_a_circle_end() -> None:
    circle = DESPATCH.replace("HL*3*2*T", "HL*3*4*T")

    payload = despatch(circle)

    assert payload.packages[0].parent == "4"
    assert payload.lines[0].package == "4"


# ------------------------------------------------------------------------------ 832, 846, 867
def test_catalogue_has_a_line_for_each_price_that_is_paid_by() -> None:
    document = made("x12-832", CATALOGUE)
    assert isinstance(document.payload, Trade)
    first, second, third = document.payload.lines

    assert document.payload.valid == Period(date(2026, 1, 1), date(2026, 12, 31))
    assert (first.no, second.no, third.no) == ("1", "1", "2")
    assert (first.price, first.basis) == (Money(Decimal("2.50"), "USD"), Decimal(1))
    assert (second.price, second.basis) == (Money(Decimal(200), "USD"), Decimal(100))
    assert second.quantities == {"MINIMUM": Quantity(Decimal(100), "C62", "EA")}
    assert [one.kind for one in second.dates] == ["EFFECTIVE"]
    assert third.price is None
    assert document.ext == {"CTP02@12": "LPR", "CTP03@12": "4"}  # a list price is not bought by


def test_inventory_report_says_what_is_where_with_its_sign() -> None:
    document = made("x12-846", INVENTORY)
    assert isinstance(document.payload, InventoryReport)
    (line,) = document.payload.lines

    assert document.payload.as_of == date(2026, 1, 9)
    assert line.line.quantities == {
        "ON_HAND": Quantity(Decimal(100), "C62", "EA"),
        "AVAILABLE": Quantity(Decimal(-3), "C62", "EA"),
    }
    assert [one.role for one in line.parties] == ["WAREHOUSE"]
    assert line.lots == (Lot("L7", date(2027, 12, 31)),)
    assert document.ext == {"QTY01@9": "ZZ", "QTY02@9": "5", "QTY03@9": "EA"}


def test_product_activity_carries_what_is_said_of_the_transfer() -> None:
    payload = made("x12-867", ACTIVITY).payload
    assert isinstance(payload, ProductActivity)

    assert payload.period == Period(date(2026, 1, 1), date(2026, 1, 31))
    assert [one.activity for one in payload.lines] == ["SS", "SS", "SD"]
    assert [list(one.line.quantities or {}) for one in payload.lines] == [
        ["SOLD"],
        ["RETURNED"],
        ["REPORTED"],
    ]
    assert payload.lines[1].line.references == (Reference("INVOICE", "I1"),)
    assert [len(one.parties) for one in payload.lines] == [1, 1, 0]


# ------------------------------------------------------------------------------ 824
def test_application_advice_answers_what_it_names_without_free_text() -> None:
    documents, findings = run(AnswerTranslator(), ADVICE, head=MessageHead("x12", "824", "", "1"))

    assert findings == ()
    first, second = (one.payload for one in documents)
    assert isinstance(first, AnswerReceived)
    assert isinstance(second, AnswerReceived)
    assert (first.standard, first.disposition, first.codes) == (
        "824",
        "REJECTED",
        (Code("TED01", "024"),),
    )
    assert first.subjects == (
        Reference("GROUP", "7"),
        Reference("MESSAGE", "0001"),
        Reference("INVOICE", "INV1"),
    )
    assert (second.disposition, second.subjects) == ("ACCEPTED", (Reference("ORDER", "PO9"),))
    assert "Canaryname" not in encode(documents[0]).decode()
