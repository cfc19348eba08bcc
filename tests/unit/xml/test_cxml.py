"""cXML requests: what becomes of each, what is found, what is answered."""

from datetime import UTC, datetime
from decimal import Decimal
from pathlib import Path

import pytest
from lxml import etree  # type: ignore[import-untyped]

from acktrail.documents.kinds import Trade
from acktrail.documents.supply import DespatchAdvice, OrderAnswer
from acktrail.model import Answering
from tests.conftest import SAMPLES
from tests.unit.xml.reading import answered, found, only, translate

DTD = "http://xml.cxml.org/schemas/cXML/1.2.060/cXML.dtd"
AGREED: dict[str, object] = {"doctypes": [DTD]}
ANSWERING = Answering(at=datetime(2026, 3, 4, 5, 6, 7, tzinfo=UTC), numbers=(17,))
DOCUMENTS = SAMPLES / "xml-cxml-documents/inbound"


def sample(path: Path) -> bytes:
    return path.read_bytes()


ORDER = sample(SAMPLES / "xml-cxml-order/inbound/order.xml")
INVOICE = sample(DOCUMENTS / "c-invoice.xml")


def test_order_request_becomes_an_order() -> None:
    """cXML 1.2 OrderRequest: orderID, ItemOut, Money with its currency."""
    document = only(ORDER, AGREED)

    assert (document.kind, document.id, document.currency) == ("order", "PO-88", "EUR")
    assert [one.role for one in document.parties] == ["BUYER", "SELLER", "SHIP_TO"]
    assert isinstance(document.payload, Trade)
    assert [line.no for line in document.payload.lines] == ["1", "2"]
    assert "synthetic" not in repr(document), "the shared secret of the sender"


def test_confirmation_of_a_split_line_has_two_answers() -> None:
    """cXML 1.2 ConfirmationItem: one ConfirmationStatus for each part of the quantity."""
    document = only(sample(DOCUMENTS / "a-confirmation.xml"), AGREED)

    assert isinstance(document.payload, OrderAnswer)
    (line,) = document.payload.lines
    assert [one.status for one in line.answers] == ["ACCEPTED", "BACKORDERED"]


def test_ship_notice_has_lots() -> None:
    document = only(sample(DOCUMENTS / "b-ship-notice.xml"), AGREED)

    assert isinstance(document.payload, DespatchAdvice)
    (line,) = document.payload.lines
    assert [one.number for one in line.lots] == ["L-11"]


def test_invoice_detail_adds_up_to_the_cent() -> None:
    document = only(INVOICE, AGREED)

    assert document.kind == "invoice"
    assert isinstance(document.payload, Trade)
    assert document.payload.totals is not None
    assert document.payload.totals.total is not None
    assert document.payload.totals.total.amount == Decimal("32.00")
    wrong = INVOICE.replace(b"30.00", b"30.01", 1)
    assert {rule for rule, _place in found(wrong, AGREED)} >= {"sum.line_amount"}


@pytest.mark.parametrize(
    ("old", "new"),
    [
        (DTD, "http://example.invalid/cXML.dtd"),
        (f'SYSTEM "{DTD}">', f'SYSTEM "{DTD}" []>'),
        (f'SYSTEM "{DTD}">', f'SYSTEM "{DTD}" [<!ENTITY a "b">]>'),
        (f'SYSTEM "{DTD}">', f'SYSTEM "{DTD}" [<!ENTITY % a "b">]>'),
        (f'SYSTEM "{DTD}">', f'SYSTEM "{DTD}" [<!ATTLIST cXML x CDATA "1">]>'),
        (f'SYSTEM "{DTD}">', "[<!ELEMENT cXML ANY>]>"),
    ],
)
def test_doctype_is_the_agreed_one_and_declares_nothing(old: str, new: str) -> None:
    body = ORDER.replace(old.encode(), new.encode())

    assert found(body, AGREED)[0][0] == "xml.doctype"


def test_entity_that_only_the_dtd_could_declare_cuts_no_text() -> None:
    """An unread external subset makes undeclared entities well-formed: XML 1.0, 4.1."""
    body = ORDER.replace(b">Gloves<", b">Glo&secret;ves<")

    assert found(body, AGREED)[0][0] == "xml.entity"


def test_response_repeats_the_doctype_and_says_where() -> None:
    """cXML 1.2 Response: Status code 200 or 400."""
    good = answered(translate(INVOICE, AGREED)[0].result, ANSWERING)
    bad = answered(translate(INVOICE.replace(b"32.00", b"33.00"), AGREED)[0].result, ANSWERING)

    status = [etree.fromstring(one).find("Response/Status") for one in (*good, *bad)]
    assert [one.get("code") for one in status] == ["200", "400"]
    assert f'<!DOCTYPE cXML SYSTEM "{DTD}">'.encode() in good[0]
    assert "sum.inv_total totals.total" in status[1].text
    assert b"33.00" not in bad[0]


def test_cxml_without_a_known_request_is_unknown() -> None:
    body = sample(SAMPLES / "xml-cxml-faults/inbound/e-request.xml")

    assert found(body, AGREED) == [("xml.kind_unknown", "/cXML")]


@pytest.mark.parametrize("size", [1, 7, 64, 997])
def test_chunked_equals_whole(size: int) -> None:
    assert translate(ORDER, AGREED, size)[0].result == translate(ORDER, AGREED)[0].result


def test_cut_anywhere_is_never_complete() -> None:
    for length in range(0, len(ORDER) - 9, 11):
        assert not translate(ORDER[:length], AGREED)[0].result.usable
