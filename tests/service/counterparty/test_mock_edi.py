"""A living trading partner (mock-edi): it reads what we write, we read and answer what it sends.

Where we differ from it, and why:

| what | it | we | why |
|---|---|---|---|
| PID of an 855 line | behind ACK | refused: sequence | 004010, table 2: PID at 050, ACK at 270 |
| MAN of an 856 | no such segment | the SSCC of a package | 004010, table 2: MAN in the HL loop |
| AMT of an 850 | no such segment | the order's total | 004010, table 3: AMT in the CTT loop |
"""

from collections.abc import Iterator
from datetime import UTC, date, datetime
from decimal import Decimal

import pytest
from mockedi.testing import Document as Seen  # type: ignore[import-untyped]
from mockedi.testing import Mock

from acktrail.documents.kinds import AnswerReceived, Document, Trade
from acktrail.documents.parts import (
    Address,
    DateRole,
    Identifier,
    Item,
    Line,
    Money,
    Party,
    Quantity,
    Reference,
    Totals,
)
from acktrail.documents.supply import (
    AnsweredLine,
    DespatchAdvice,
    DespatchLine,
    LineAnswer,
    OrderAnswer,
    Package,
)
from acktrail.documents.value import replace
from acktrail.formats.x12.segment import SetSegment
from acktrail.formats.x12.write import Style
from acktrail.model import Answering, MessageHead, ReadResult, Verdict
from acktrail.translate.answers import AnswerTranslator
from acktrail.translate.outbound.codes import Codes
from acktrail.translate.outbound.interchange import Facts, interchange
from acktrail.translate.translator import Translator
from tests.unit.translate.running import mapped
from tests.unit.x12.reading import (
    FORMAT,
    Folder,
    codes_of,
    events_of,
    messages_of,
    read,
    result_of,
)

AT = datetime(2026, 3, 15, 12, 45, tzinfo=UTC)
DAY = date(2026, 3, 14)
CODES = Codes(Folder())
US = "ACME"  # as the mock knows us


def line(number: str, sku: str, count: int, price: str, role: str = "ORDERED") -> Line:
    quantity = Quantity(Decimal(count), "C62", "EA")
    item = Item((Identifier("SELLER", sku),))
    return Line(number, item, {role: quantity}, Money(Decimal(price), "USD"))


ORDER = Document(
    "order",
    "PO-7001",
    (),
    Trade((line("1", "BRKT-050", 100, "4.15"), line("2", "BRKT-075", 10, "6.40"))),
    issued=DAY,
    type_code="SA",
    currency="USD",
    parties=(
        Party("BUYER", (Identifier("BUYER", US),), "Acme"),
        Party(
            "SHIP_TO",
            (Identifier("BUYER", "DC1"),),
            "Dock",
            Address(("1 Road",), "Columbus", "43215", "OH", "US"),
        ),
    ),
    dates=(DateRole("REQUESTED_DELIVERY", date(2026, 4, 1)),),
)


def written(document: Document) -> str:
    facts = Facts(("ZZ", US), ("ZZ", "MOCKEDI"), US, "MOCKEDI", AT, "T")
    return interchange([document], facts, 17, Style(), (FORMAT, CODES)).decode()


def sent_by(mock: Mock) -> dict[str, bytes]:
    """Return what waits for us by kind, on one line."""
    return {row["kind"]: row["payload"].replace("\n", "").encode() for row in mock.mailbox(US)}


def translated(data: bytes, translator: Translator, type_: str = "") -> Document:
    translator.start(MessageHead("x12", type_, "", "1"))
    for event in events_of(data):
        if isinstance(event, SetSegment):
            translator.segment(event)
    documents, findings = translator.finish()
    assert [one.rule for one in findings] == []
    return documents[-1]


def answered(result: ReadResult, number: int) -> str:
    (answer,) = FORMAT.acknowledge(result, Answering(AT, (number,), {"functional": "997"}))
    return answer.body.decode()


@pytest.fixture(params=["accept", "short-ship"])
def behaviour(request: pytest.FixtureRequest) -> str:
    """Whether it sends all that was ordered."""
    return str(request.param)


@pytest.fixture
def mock() -> Iterator[Mock]:
    with Mock.start() as started:
        yield started


@pytest.fixture
def ordered(mock: Mock, behaviour: str) -> dict[str, bytes]:
    """What comes back for the order that we wrote."""
    mock.behaviour(US, behaviour)
    order = written(ORDER)
    assert mock.findings(order) == ["850/0001: accepted"]
    assert mock.send(order)["accepted"]
    return sent_by(mock)


def test_our_order_is_taken_and_its_997_is_read_as_accepted(ordered: dict[str, bytes]) -> None:
    document = translated(ordered["acknowledgment"], AnswerTranslator(), "997")

    assert isinstance(document.payload, AnswerReceived)
    assert document.payload.disposition == "ACCEPTED"
    assert codes_of(read(ordered["acknowledgment"])) == []


def test_its_despatch_and_invoice_are_accepted_and_agree(
    ordered: dict[str, bytes], behaviour: str
) -> None:
    for kind in ("despatch", "invoice"):
        assert codes_of(read(ordered[kind])) == []

    despatch = translated(ordered["despatch"], mapped("x12-856")).payload
    invoice = translated(ordered["invoice"], mapped("x12-810")).payload
    assert isinstance(despatch, DespatchAdvice)
    assert isinstance(invoice, Trade)
    assert invoice.totals is not None
    assert invoice.totals.total is not None
    sent = [dict(one.line.quantities or {})["SHIPPED"].value for one in despatch.lines]
    billed = [dict(one.quantities or {})["INVOICED"].value for one in invoice.lines]
    assert sent == billed == ([100, 10] if behaviour == "accept" else [80, 8])
    assert invoice.totals.total.amount == (
        Decimal(479) if behaviour == "accept" else Decimal("383.20")
    )
    assert [one.line.references[-1].value for one in despatch.lines] == ["PO-7001"] * 2


def test_its_855_has_pid_behind_ack_which_004010_does_not_allow(
    ordered: dict[str, bytes], behaviour: str
) -> None:
    data = ordered["response"]
    assert codes_of(read(data)) == [("IK304 7", "PID")] * 2

    payload = translated(data, mapped("x12-855")).payload
    assert isinstance(payload, OrderAnswer)
    first = payload.lines[0].answers[0]
    assert first.quantity is not None
    assert first.quantity.value == (100 if behaviour == "accept" else 80)
    assert first.status == ("ACCEPTED" if behaviour == "accept" else "ACCEPTED_AMENDED")


def test_it_does_not_know_the_total_of_an_order(mock: Mock) -> None:
    assert isinstance(ORDER.payload, Trade)
    totals = Totals(total=Money(Decimal(479), "USD"))
    data = written(replace(ORDER, payload=replace(ORDER.payload, totals=totals)))

    assert [one.strip() for one in mock.findings(data)][1] == (
        "AMT at segment 12: AMT is not a segment this transaction set defines"
    )


def test_our_997s_close_what_it_waits_for(mock: Mock, ordered: dict[str, bytes]) -> None:
    assert {one["kind"] for one in mock.unacknowledged()} == {"response", "despatch", "invoice"}
    verdicts = {}
    for number, kind in enumerate(("response", "despatch", "invoice"), 71):
        reply = mock.send(answered(result_of(events_of(ordered[kind])), number))
        (seen,) = reply["acknowledged"]
        verdicts[kind] = (seen["matched"], seen["status"])

    assert verdicts == {
        "response": (True, "rejected"),
        "despatch": (True, "accepted"),
        "invoice": (True, "accepted"),
    }
    assert mock.unacknowledged() == []


def test_our_response_is_read_as_we_meant_it(mock: Mock) -> None:
    answer = LineAnswer(
        "ACCEPTED_AMENDED",
        "IQ",
        Quantity(Decimal(90), "C62", "EA"),
        (DateRole("PROMISED", date(2026, 4, 2)),),
    )
    document = Document(
        "order_response",
        "S-1",
        (),
        OrderAnswer(
            "ACCEPTED_AMENDED", (AnsweredLine(line("1", "BRKT-050", 100, "4.15"), (answer,)),)
        ),
        issued=DAY,
        currency="USD",
        references=(Reference("ORDER", "PO-7001", "", DAY),),
    )
    data = written(document)

    assert mock.findings(data) == ["855/0001: accepted"]
    seen = Seen(data).as_response()
    assert (seen.po_number, seen.seller_order, seen.verdict) == ("PO-7001", "S-1", "AC")
    (one,) = seen.lines
    assert (one.sku, one.quantity, one.confirmed) == ("BRKT-050", 100, 90)
    assert (one.status, one.scheduled_on) == ("IQ", date(2026, 4, 2))


def test_our_despatch_is_read_as_we_meant_it(mock: Mock) -> None:
    shipped = replace(
        line("1", "BRKT-050", 90, "4.15", "SHIPPED"),
        price=None,
        references=(Reference("ORDER", "PO-7001", "1", DAY),),
    )
    document = Document(
        "despatch_advice",
        "D-1",
        (),
        DespatchAdvice(
            (DespatchLine(shipped, "5"),),
            (Package("5", "CARTON", (Identifier("SSCC", "106141410000000018"),)),),
        ),
        issued=DAY,
        parties=(Party("CARRIER", (Identifier("SCAC", "UPSN"),), "Parcel"),),
        references=(Reference("TRACKING", "1Z1"),),
        dates=(DateRole("SHIPPED", DAY),),
        terms={"packages": "1", "weight": "20.5", "weight_unit": "LB"},
    )
    data = written(document)

    assert [one.strip() for one in mock.findings(data)][1] == (
        "MAN at segment 11 in the HL loop: MAN is not a segment this transaction set defines"
    )
    seen = Seen(data).as_despatch()
    assert (seen.shipment_id, seen.po_number, seen.shipped_on) == ("D-1", "PO-7001", DAY)
    assert (seen.scac, seen.tracking, seen.cartons, seen.weight) == (
        "UPSN",
        "1Z1",
        1,
        Decimal("20.5"),
    )
    assert [(one.sku, one.quantity) for one in seen.items] == [("BRKT-050", 90)]


def test_our_invoice_is_read_as_we_meant_it(mock: Mock) -> None:
    document = Document(
        "invoice",
        "INV-1",
        (),
        Trade(
            (line("1", "BRKT-050", 90, "4.15", "INVOICED"),),
            Totals(total=Money(Decimal("378.50"), "USD"), charges=Money(Decimal(5), "USD")),
        ),
        issued=DAY,
        currency="USD",
        references=(Reference("ORDER", "PO-7001", "", DAY),),
    )
    data = written(document)

    assert mock.findings(data) == ["810/0001: accepted"]
    seen = Seen(data).as_invoice()
    assert (seen.invoice_number, seen.po_number, seen.invoiced_on) == ("INV-1", "PO-7001", DAY)
    assert (seen.total, seen.charges) == (Decimal("378.50"), Decimal(5))


def test_verdicts_of_both_sides_on_its_files_are_the_same_but_for_the_order_of_pid(
    mock: Mock, ordered: dict[str, bytes]
) -> None:
    ours = {kind: messages_of(read(data))[0].verdict for kind, data in ordered.items()}

    assert ours == {
        "acknowledgment": Verdict.ACCEPTED,
        "response": Verdict.REJECTED,
        "despatch": Verdict.ACCEPTED,
        "invoice": Verdict.ACCEPTED,
    }
    for data in ordered.values():
        assert all(one.endswith(": accepted") for one in mock.findings(data.decode()))
