"""An 835 is written from a remittance, passes our own guide and balance, and is read as it was."""

from dataclasses import replace as with_
from datetime import UTC, date, datetime
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from acktrail.documents.kinds import (
    ClaimPayment,
    Document,
    InvoicePayment,
    Opaque,
    Remittance,
)
from acktrail.documents.parts import (
    Address,
    Adjustment,
    Code,
    Contact,
    Identifier,
    Money,
    Period,
    Reference,
)
from acktrail.documents.value import replace
from acktrail.errors import UnwritableError
from acktrail.formats.delimited import Marks
from acktrail.formats.x12.write import Style
from acktrail.translate.outbound.interchange import Facts as Envelope
from acktrail.translate.outbound.interchange import enclosed
from acktrail.translate.outbound.remittance import (
    GUIDE,
    Account,
    Accounts,
    Facts,
    Patient,
    remittance,
)
from acktrail.translate.outbound.source import Name
from tests.generators import x12 as make
from tests.unit.translate.health import documents_of
from tests.unit.x12.reading import FORMAT

AT = datetime(2026, 3, 15, 12, 45, tzinfo=UTC)
STYLES = (Style(), Style(Marks("|", ">", "^", "~"), "\r\n"))
NPI = "1992999874"
NAME = Name("CANARYLAST", "CANARYFIRST")
NUMBERS = [f"PCN{n:04}" for n in range(1, 7)]
FACTS = Facts(
    payer_address=Address(("1 PAYER PLAZA",), "DENVER", "80202", "CO"),
    contact=Contact("BL", "HELP DESK", "8005550100"),
    payee="EXAMPLE CLINIC",
    patients={one: Patient(NAME, "CANARYM1") for one in NUMBERS},
    names={Identifier("NPI", NPI): Name("CANARYDOC", "CANARYJO")},
    accounts=Accounts(
        "CCP",
        Account("01", "999999992", "DA", "123456"),
        "1512345678",
        Account("01", "999988880", "DA", "98765"),
    ),
    provider="1234567893",
    fiscal_end="20261231",
)


def written(document: Document, facts: Facts = FACTS, style: Style = STYLES[0]) -> bytes:
    envelope = Envelope(("ZZ", "WE"), ("ZZ", "THEY"), "WE", "THEY", AT, "T", GUIDE)
    return enclosed([remittance(document, facts)], envelope, 17, style, FORMAT)


def read(*claims: make.Claim, plb: int = 1500) -> Document:
    sets = make.remittance(claims=claims or make.TWO_CLAIMS, plb=plb)
    (document,) = documents_of(make.interchange(make.payments(sets)))
    return document


def paid(document: Document) -> Remittance:
    assert isinstance(document.payload, Remittance)
    return document.payload


def with_claim(document: Document, **changes: object) -> Document:
    """Return the document with its first claim changed."""
    first, *others = paid(document).claims
    claims = (replace(first, **changes), *others)
    return replace(document, payload=replace(paid(document), claims=claims))


def same(document: Document) -> Document:
    return replace(document, ext={})


lines = st.builds(
    make.Line,
    charge=st.integers(10_000, 9_999_999),
    contractual=st.integers(0, 5_000),
    patient=st.integers(0, 5_000),
    procedure=st.sampled_from(("99213", "85025", "93000")),
)
claims = st.builds(
    make.Claim,
    status=st.sampled_from(("1", "2", "19")),
    lines=st.lists(lines, min_size=1, max_size=4).map(tuple),
)


@given(st.lists(claims, min_size=1, max_size=5), st.integers(0, 1500), st.sampled_from(STYLES))
def test_remittance_that_is_written_is_read_back(
    made: list[make.Claim], plb: int, style: Style
) -> None:
    numbered = [with_(one, number=no) for one, no in zip(made, NUMBERS, strict=False)]
    document = read(*numbered, plb=plb)

    (again,) = documents_of(written(document, style=style))

    assert same(again) == same(document)
    assert again.key == document.key


def test_everything_that_a_claim_and_a_service_can_hold_is_read_back() -> None:
    document = read(plb=0)
    service, *others = paid(document).claims[0].services
    full = replace(
        service,
        units=Decimal("1.5"),
        modifiers=("25", "59"),
        on=Period(date(2026, 3, 1), date(2026, 3, 2)),
        line_control="LINE1",
        remarks=(Code("RARC", "N130"), Code("NCPDP", "70")),
    )
    document = with_claim(
        document,
        services=(full, *others),
        service=Period(date(2026, 3, 1), date(2026, 3, 2)),
        remarks=(Code("RARC", "MA01"), Code("RARC", "MA07")),
        references=(Reference("RENDERING", NPI), Reference("RECORD", "REC1")),
        supplemental={"AU": Money(Decimal(120), "USD")},
    )

    (again,) = documents_of(written(document))

    assert same(again) == same(document)


def test_remarks_of_a_stay_stand_in_mia() -> None:
    document = with_claim(read(), remarks=tuple(Code("RARC", f"MA0{n}") for n in (1, 2, 3)))
    stay = Patient(NAME, "CANARYM1", Decimal(3))
    facts = FACTS._replace(patients={**FACTS.patients, "PCN0001": stay})

    data = written(document, facts)

    assert b"~MIA*3****MA01" in data
    assert same(documents_of(data)[0]) == same(document)


def reversed_(one: ClaimPayment) -> ClaimPayment:
    """Return what undoes a payment of a claim."""
    return ClaimPayment(
        one.patient_control_no,
        "22",
        minus(one.charge),
        minus(one.paid),
        payer_control_no=one.payer_control_no,
        filing=one.filing,
        adjustments=(
            Adjustment("CO", Code("CARC", "45"), Money(one.paid.amount - one.charge.amount, "USD")),
        ),
    )


def minus(amount: Money) -> Money:
    return Money(-amount.amount, amount.currency)


def with_amount(document: Document, amount: Money) -> Document:
    payment = replace(paid(document).payment, amount=amount)
    return replace(document, payload=replace(paid(document), payment=payment))


def test_reversal_is_read_back() -> None:
    document = read(plb=0)
    first, second = paid(document).claims
    payload = replace(paid(document), claims=(first, second, reversed_(first)))
    document = with_amount(replace(document, payload=payload), second.paid)

    data = written(document)

    assert b"*22*-" in data
    assert same(documents_of(data)[0]) == same(document)


def test_currency_other_than_dollars_is_told() -> None:
    text = make.interchange(make.payments(make.remittance()))
    (document,) = documents_of(recounted(text.replace(b"~DTM*405", b"~CUR*PR*CAD~DTM*405")))

    data = written(document)

    assert document.currency == "CAD"
    assert b"~CUR*PR*CAD~" in data
    assert same(documents_of(data)[0]) == same(document)


def recounted(data: bytes) -> bytes:
    """Return one set with SE01 right after a segment was put in."""
    before, _, behind = data.partition(b"~SE*")
    count = before[before.index(b"~ST*") :].count(b"~") + 1
    return before + b"~SE*%d*" % count + behind.partition(b"*")[2]


def test_seven_adjustments_of_a_group_stand_in_two_cas() -> None:
    document = read(make.Claim("PCN0001", "1", (make.Line(10_000, 0, 0),)), plb=0)
    (one,) = paid(document).claims
    (service,) = one.services
    cents = tuple(
        Adjustment("CO", Code("CARC", str(n)), Money(Decimal(1), "USD")) for n in range(45, 52)
    )
    left = Money(Decimal(93), "USD")
    document = with_claim(
        document, paid=left, services=(replace(service, paid=left, adjustments=cents),)
    )
    document = with_amount(document, left)

    data = written(document)

    assert data.count(b"~CAS*CO*") == 2
    assert same(documents_of(data)[0]) == same(document)


def test_seven_provider_adjustments_stand_in_two_plb() -> None:
    document = read(plb=0)
    them = tuple(
        Adjustment("", Code("PLB", "WO"), Money(Decimal(1), "USD"), None, f"R{n}") for n in range(7)
    )
    amount = Money(paid(document).payment.amount.amount - 7, "USD")
    document = with_amount(
        replace(document, payload=replace(paid(document), provider_adjustments=them)), amount
    )

    data = written(document)

    assert data.count(b"~PLB*") == 2
    assert same(documents_of(data)[0]) == same(document)


# ------------------------------------------------------------------------------ refusals
def refused(document: Document, facts: Facts = FACTS) -> str:
    with pytest.raises(UnwritableError) as raised:
        written(document, facts)
    message = str(raised.value)
    assert "CANARY" not in message
    return message


def test_835_that_does_not_balance_is_refused() -> None:
    document = read()
    more = Money(paid(document).payment.amount.amount + 1, "USD")

    assert "x12.balance.835.payment" in refused(with_amount(document, more))


def test_negative_payment_is_refused() -> None:
    assert "payment.amount" in refused(with_amount(read(), Money(Decimal(-5), "USD")))


def test_patient_is_never_invented() -> None:
    assert "claims has no patient" in refused(read(), FACTS._replace(patients={}))


def test_rendering_provider_is_never_invented() -> None:
    document = with_claim(read(), references=(Reference("RENDERING", NPI),))

    assert "claims.references has no name" in refused(document, FACTS._replace(names={}))


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"id": "CANARY"}, "id"),
        ({"notes": ("CANARY",)}, "notes"),
        ({"terms": {"freight": "CANARY"}}, "terms"),
        ({"references": (Reference("ORDER", "CANARY"),)}, "references"),
        ({"type_code": "CANARY"}, "type_code"),
        ({"currency": "CAD"}, "payment.amount"),
        ({"parties": ()}, "parties"),
    ],
)
def test_field_without_a_place_is_refused_by_its_name(
    changes: dict[str, object], field: str
) -> None:
    assert refused(replace(read(), **changes)).startswith(f"cannot write X12: {field} ")


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"references": (Reference("CROSSOVER", "CANARY"),)}, "claims.references.kind"),
        ({"remarks": (Code("NCPDP", "70"),)}, "claims.remarks"),
        ({"remarks": (Code("RARC", "N1"),) * 6}, "claims.remarks after the fifth"),
        ({"patient_control_no": "CANARY"}, "claims"),
        (
            {"adjustments": (Adjustment("CO", Code("X", "1"), Money(Decimal(1), "USD")),)},
            "claims.adjustments",
        ),
    ],
)
def test_field_of_a_claim_without_a_place_is_refused_by_its_name(
    changes: dict[str, object], field: str
) -> None:
    assert refused(with_claim(read(), **changes)).startswith(f"cannot write X12: {field} ")


@pytest.mark.parametrize("mark", ["*", ":", "^", "~"])
def test_delimiter_in_data_is_refused(mark: str) -> None:
    patients = {one: Patient(Name(f"CANARY{mark}LAST"), "M1") for one in NUMBERS}

    assert "NM103 holds one of the delimiters" in refused(read(), FACTS._replace(patients=patients))


def test_payer_without_a_name_is_refused_by_our_own_guide() -> None:
    document = read()
    payer, payee = document.parties

    message = refused(replace(document, parties=(replace(payer, name=""), payee)))

    assert message == "cannot write X12: x12.element.missing at N102"


def test_opaque_document_is_no_remittance() -> None:
    assert "payload is no remittance" in refused(replace(read(), payload=Opaque("CANARY")))


def test_remittance_of_trade_is_no_835() -> None:
    document = read()
    assert isinstance(document.payload, Remittance)
    paid = InvoicePayment(Reference("INVOICE", "CANARY"), document.payload.payment.amount)

    message = refused(replace(document, payload=replace(document.payload, invoices=(paid,))))

    assert message == "cannot write X12: invoices have no place in an 835"
