"""UBL documents: what becomes of each, what is found, what is answered."""

import re
from datetime import UTC, datetime
from decimal import Decimal

import pytest
from lxml import etree  # type: ignore[import-untyped]

from acktrail.documents.kinds import Trade
from acktrail.documents.parts import Identifier, Money, Quantity
from acktrail.model import Answering, Verdict
from tests.conftest import SAMPLES
from tests.generators import ubl as make
from tests.unit.xml.reading import FORMAT, answered, found, only, translate

AT = datetime(2026, 3, 4, 5, 6, 7, tzinfo=UTC)
ANSWERING = Answering(at=AT, numbers=(17,))
NAMES = {"r": make.UBL + "ApplicationResponse-2"} | {
    prefix: f"{make.UBL}Common{name}Components-2"
    for prefix, name in (("cac", "Aggregate"), ("cbc", "Basic"))
}
VALUE = re.compile(r">([^<>\s][^<>]{3,})<")


def test_invoice_becomes_the_document_that_x12_and_edifact_become() -> None:
    document = only(make.invoice())

    assert (document.kind, document.id, document.currency) == ("invoice", "N-1", "EUR")
    assert document.key == (make.SELLER, "invoice", "N-1", "2026")
    assert [one.role for one in document.parties] == ["SELLER", "BUYER"]
    assert document.parties[0].ids == (Identifier("GLN", make.SELLER),)
    assert isinstance(document.payload, Trade)
    (line,) = document.payload.lines
    assert line.quantities == {"INVOICED": Quantity(Decimal(20), "H87", "H87")}
    assert (line.price, line.amount) == (
        Money(Decimal("10.00"), "EUR"),
        Money(Decimal("200.00"), "EUR"),
    )


@pytest.mark.parametrize(
    ("body", "rule"),
    [
        (make.invoice(), []),
        (make.invoice(taxes=make.tax(subtotal="49.99")), ["ubl.tax_total"]),
        (make.invoice(taxes=make.tax(base="204.00")), ["ubl.tax_amount"]),
        (make.invoice(taxes=make.tax(base="203.90")), []),
        (make.invoice(lines=make.line(1, net="200.01")), ["sum.line_amount", "sum.inv_lines"]),
        (make.invoice(lines=make.line(1) + make.line(2)), ["sum.inv_lines"]),
        (make.invoice(payable="249.99"), ["sum.inv_payable"]),
        (make.invoice(payable="249.90", rounding="-0.10"), []),
        (make.invoice(payable="249.90", rounding="0.10"), ["sum.inv_payable"]),
    ],
)
def test_en16931_br_co_sums_hold_to_the_cent(body: bytes, rule: list[str]) -> None:
    """EN 16931 BR-CO-10, -14, -16 and -17; BR-CO-17 with the slack of one unit."""
    assert [one for one, _place in found(body)] == rule


def test_price_is_for_base_quantity() -> None:
    """UBL 2.1 Price/BaseQuantity: 100 gloves for 50.00."""
    base = '<cbc:BaseQuantity unitCode="H87">100</cbc:BaseQuantity></cac:Price>'
    sold = make.line(1, quantity="400", price="50.00").replace("</cac:Price>", base)

    assert found(make.invoice(lines=sold)) == []


def test_same_name_in_another_namespace_fills_nothing() -> None:
    """Namespaces in XML 1.0: a name is a namespace and a local name."""
    body = make.invoice(extra='<x:BuyerReference xmlns:x="urn:x">W</x:BuyerReference>')

    assert found(body) == [("xml.namespace", "/Invoice/BuyerReference[1]")]


def test_extensions_are_passed_over() -> None:
    extension = f'<e:UBLExtensions xmlns:e="{make.UBL}CommonExtensionComponents-2"><a/>'
    body = make.invoice(extra=f"{extension}</e:UBLExtensions>")

    assert found(body) == []


def test_kind_comes_of_the_root_and_never_of_schema_location() -> None:
    """xsi:schemaLocation is a hint of the sender's."""
    where = (
        'xsi:schemaLocation="urn:oasis:names:specification:ubl:schema:xsd:Order-2 Order.xsd"'
        ' xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance"'
    )
    body = make.invoice().replace(b"<Invoice ", f"<Invoice {where} ".encode(), 1)

    assert only(body).kind == "invoice"


def test_root_of_another_documents_namespace_is_unknown() -> None:
    body = make.invoice().replace(b"xsd:Invoice-2", b"xsd:Order-2")

    assert [one for one, _place in found(body)] == ["xml.kind_unknown"]


@pytest.mark.parametrize(
    ("options", "place"),
    [
        ({"agreed": ["Order"]}, "/Invoice"),
        ({"customizations": ["urn:example:2"]}, "/Invoice/CustomizationID"),
        ({"profiles": ["urn:example:ordering"]}, "/Invoice/ProfileID"),
        ({"agreed": ["Invoice"], "customizations": ["urn:example:1"]}, ""),
    ],
)
def test_what_is_not_agreed_is_refused(options: dict[str, object], place: str) -> None:
    wanted = [("xml.not_agreed", place)] if place else []

    assert found(make.invoice(), options) == wanted


def test_text_that_no_rule_reads_is_kept_by_its_path() -> None:
    body = make.invoice(extra="<cbc:AccountingCost>4711</cbc:AccountingCost>")

    assert only(body).ext["/Invoice/AccountingCost[1]"] == "4711"


def test_missing_line_number_names_the_line() -> None:
    body = make.invoice(lines=make.line(1).replace("<cbc:ID>1</cbc:ID>", "", 1))

    assert found(body) == [("map.required_missing", "/Invoice/InvoiceLine[1]/ID")]


@pytest.mark.parametrize(
    ("body", "code", "lines"),
    [
        (make.invoice(), "AP", []),
        (make.invoice(payable="1.00"), "RE", ["totals.payable"]),
        (make.invoice(taxes=make.tax(subtotal="1.00")), "RE", ["/Invoice/TaxTotal[1]"]),
    ],
)
def test_application_response_says_what_became_of_it_and_where(
    body: bytes, code: str, lines: list[str]
) -> None:
    """UBL 2.1 ApplicationResponse: AP or RE (UNCL4343), LineID is the place."""
    (answer,) = answered(translate(body)[0].result, ANSWERING)

    tree = etree.fromstring(answer)
    path = "cac:DocumentResponse/cac:"
    assert tree.findtext("cbc:ID", namespaces=NAMES) == "17"
    assert tree.findtext(f"{path}Response/cbc:ResponseCode", namespaces=NAMES) == code
    assert tree.findtext(f"{path}DocumentReference/cbc:ID", namespaces=NAMES) == "N-1"
    ids = tree.findall(f"{path}LineResponse/cac:LineReference/cbc:LineID", NAMES)
    assert [one.text for one in ids if not (one.text or "").endswith("]/TaxSubtotal[1]")] == lines
    sender = tree.findtext("cac:SenderParty/cbc:EndpointID", namespaces=NAMES)
    assert sender == make.BUYER


def test_application_response_is_the_same_bytes_again_and_repeats_no_value() -> None:
    body = make.invoice(payable="31337.00", extra="<cbc:Note>Canaryname</cbc:Note>")
    result = translate(body)[0].result

    first, again = answered(result, ANSWERING), answered(result, ANSWERING)

    assert first == again
    assert b"31337" not in first[0]
    assert b"Canaryname" not in first[0]


@pytest.mark.parametrize(
    ("how", "body", "count"),
    [
        ("always", make.invoice(), 1),
        ("errors_only", make.invoice(), 0),
        ("errors_only", make.invoice(payable="1.00"), 1),
        ("never", make.invoice(payable="1.00"), 0),
    ],
)
def test_profile_says_when_it_is_answered(how: str, body: bytes, count: int) -> None:
    answering = Answering(at=AT, numbers=(1,), options={"response": how})
    result = translate(body)[0].result

    assert FORMAT.numbers_needed(result, answering) == count
    assert len(answered(result, answering)) == count


def test_identifiers_in_an_answer_are_escaped() -> None:
    body = make.document("Statement", "", number="x").replace(b"Statement", b"Order")
    body = body.replace(b"<cbc:ID>x<", b"<cbc:ID>&lt;a&gt;&amp;&quot;<")

    (answer,) = answered(translate(body)[0].result, ANSWERING)

    found_id = etree.fromstring(answer).find(".//cac:DocumentReference/cbc:ID", NAMES)
    assert found_id is not None
    assert found_id.text == '<a>&"'


@pytest.mark.parametrize(
    "path", sorted((SAMPLES).glob("xml-ubl-*/inbound/*.xml")), ids=lambda one: one.name
)
def test_findings_of_samples_hold_no_value_of_the_document(path: object) -> None:
    body = path.read_bytes()  # type: ignore[attr-defined]
    result = translate(body)[0].result
    texts = {one for one in VALUE.findall(body.decode()) if not one.startswith("urn:")}

    for interchange in result.interchanges:
        for message in interchange.groups[0].messages:
            told = " ".join(repr(one) for one in message.findings)
            assert not [one for one in texts if one in told]
            assert message.verdict in Verdict
