"""Synthetic documents and options for the tests of posting."""

from datetime import UTC, date, datetime
from decimal import Decimal

from acktrail.app.home import parser_files
from acktrail.documents.clinical import Appointment, OrderedService, ServiceOrder
from acktrail.documents.health import (
    BatchAnswer,
    ClaimAcknowledgement,
    ClaimAnswer,
    PremiumAllocation,
    PremiumPayment,
    ProviderAnswer,
    StatusCode,
    StatusEntry,
)
from acktrail.documents.kinds import (
    BankEntry,
    BankStatement,
    Charge,
    ChargeLine,
    ClaimPayment,
    Document,
    PartyUpdate,
    Remittance,
    Trade,
)
from acktrail.documents.parts import (
    Adjustment,
    Code,
    DateRole,
    Identifier,
    Item,
    Line,
    Money,
    Party,
    Payment,
    Period,
    Quantity,
    Reference,
    Tax,
    Totals,
)
from acktrail.odoo.keys import Space, external_id
from acktrail.odoo.maps import PartnerMap, read_maps
from acktrail.odoo.options import OdooOptions

PARTNER = "demo-partner"
SECRET = b"only for tests"
MAPS = read_maps(parser_files())
TAX = "account.1_account_tax_us_purchase_7_25"
TABLE: dict[str, object] = {
    "receivable": "account.1_account_account_us_receivable",
    "outstanding": "account.1_account_journal_payment_debit_account_id",
    "adjustment": {"default": "account.1_account_account_us_other_income"},
    "bill_to_partner": True,
    "partner": {"name": "Demo Partner", "ref": "DEMO", "country": "base.us"},
    "taxes": {"S:7.25": TAX, "E:0": ""},
    "units": {"EA": "uom.product_uom_unit"},
}


def options(kind: str = "invoice", **changes: object) -> OdooOptions:
    return maps(**changes).options(kind)


def maps(**changes: object) -> PartnerMap:
    return PartnerMap(PARTNER, MAPS, {**TABLE, **changes}, pseudonym_key=SECRET)


def usd(amount: str) -> Money:
    return Money(Decimal(amount), "USD")


def line(no: str, quantity: str, price: str, role: str = "INVOICED", code: str = "A-1") -> Line:
    return Line(
        no,
        Item((Identifier("SELLER", code),), f"Gloves {code}"),
        {role: Quantity(Decimal(quantity), "EA")},
        usd(price),
    )


def invoice(number: str = "INV-1", **changes: object) -> Document:
    values: dict[str, object] = {
        "kind": "invoice",
        "id": number,
        "key": ("DEMO", "invoice", number, "2026"),
        "payload": Trade((line("1", "10", "4.25"),), Totals(total=usd("42.50"))),
        "issued": date(2026, 11, 3),
        "currency": "USD",
        "references": (Reference("ORDER", "PO-7"),),
    }
    return Document(**{**values, **changes})  # type: ignore[arg-type]


def taxed_invoice(number: str = "INV-2") -> Document:
    taxes = (Tax("VAT", "S", Decimal("7.250")),)
    lines = (
        Line(
            "1",
            Item((), "Gloves"),
            {"INVOICED": Quantity(Decimal(10), "EA")},
            usd("4"),
            taxes=taxes,
        ),
    )
    return invoice(number, payload=Trade(lines, Totals(total=usd("42.90"))))


def credit_note(number: str = "CN-1") -> Document:
    return invoice(number, kind="credit_note", key=("DEMO", "credit_note", number, "2026"))


def order(number: str = "PO-1", codes: tuple[str, ...] = ("A-1", "A-2")) -> Document:
    lines = tuple(line(str(at), "10", "0.125", "ORDERED", code) for at, code in enumerate(codes))
    return Document(
        "order",
        number,
        ("DEMO", number, "ORIGINAL"),
        Trade(lines),
        issued=date(2026, 11, 5),
        currency="USD",
        dates=(DateRole("REQUESTED_DELIVERY", date(2026, 11, 12)),),
    )


def catalogue(number: str = "CAT-1", codes: tuple[str, ...] = ("A-1", "A-2")) -> Document:
    lines = tuple(line(str(at), "5", "4.25", "MINIMUM", code) for at, code in enumerate(codes))
    valid = Period(date(2026, 11, 1), date(2027, 10, 31))
    return Document(
        "price_catalogue", number, ("DEMO", number, "1", "20261101"), Trade(lines, valid=valid)
    )


def charge(account: str = "CLM-1", price: str = "200.00") -> Document:
    lines = (
        ChargeLine("1", "CHARGE", Code("HCPCS", "99213"), None, None, Decimal(1), usd(price)),
        ChargeLine("2", "CHARGE", Code("HCPCS", "85025"), None, None, Decimal(2), usd("25.00")),
    )
    return Document(
        "charge",
        account,
        ("FACILITY", account),
        Charge("V1", account, None, lines),
        issued=date(2026, 11, 2),
    )


def remittance(trace: str = "0012345", claim: str = "CLM-1") -> Document:
    """160 paid and 40 written off of 250 billed; 50 are the patient's; a WO of 10 was kept."""
    adjustments = (
        Adjustment("CO", Code("CARC", "45"), usd("40.00")),
        Adjustment("PR", Code("CARC", "1"), usd("50.00")),
    )
    paid = ClaimPayment(claim, "1", usd("250.00"), usd("160.00"), adjustments=adjustments)
    withheld = Adjustment("", Code("PLB", "WO"), usd("10.00"))
    payment = Payment("ACH", usd("150.00"), date(2026, 11, 10), trace, "1234567890")
    return Document(
        "remittance",
        trace,
        ("1234567890", trace, "20261110"),
        Remittance(payment, claims=(paid,), provider_adjustments=(withheld,)),
    )


def person(number: str = "MRN-1", **changes: object) -> Document:
    values: dict[str, object] = {
        "action": "UPDATE",
        "role": "PATIENT",
        "event_at": datetime(2026, 11, 2, 8, tzinfo=UTC),
        "name": "Canaryname Testperson",
        "city": "Canarytown",
        "country": "US",
    }
    update = PartyUpdate(**{**values, **changes})  # type: ignore[arg-type]
    return Document("party", number, ("HOSP", number), update)


def statement() -> Document:
    entries = (
        BankEntry(usd("150.00"), date(2026, 11, 10), remittance="TRN 0012345"),
        BankEntry(usd("-12.50"), date(2026, 11, 10), bank_ref="FEE"),
    )
    booked = BankStatement("ACC", "17", usd("0.00"), usd("137.50"), entries)
    return Document("bank_statement", "17", ("ACC", "17", "S17"), booked)


def buyer(scheme: str, value: str) -> Party:
    return Party("BUYER", (Identifier(scheme, value),))


def person_id(number: str) -> str:
    """The external id of a person without an assigning authority."""
    space = Space("demo_partner", 1, PARTNER)
    return external_id(space, "person", ("", number), SECRET)


def appointment(status: str = "BOOKED", hour: int = 14) -> Document:
    """An appointment of a patient with a number; hour 0 = no time is sent."""
    start = datetime(2026, 11, 25, hour, tzinfo=UTC) if hour else None
    end = datetime(2026, 11, 25, hour, 30, tzinfo=UTC) if hour else None
    place = (Identifier("LOCATION", "CLINIC2"),)
    wanted = Appointment(status, start, end, (), place, (), Identifier("MRN", "MRN-1"))
    return Document("appointment", "SCH-1", ("SCH-1",), wanted)


def claim_answer(*numbered: str) -> Document:
    """A 277CA: a claim's number and the categories of its statuses."""
    number, *categories = numbered
    statuses = tuple(StatusEntry((StatusCode(one, "21"),)) for one in categories)
    provider = ProviderAnswer(claims=(ClaimAnswer(number, statuses=statuses),))
    payload = ClaimAcknowledgement(batches=(BatchAnswer(providers=(provider,)),))
    return Document("claim_acknowledgement", "1", ("SOURCE", "1"), payload)


def premium(trace: str = "PREM-1", amount: str = "310.00", *invoices: str) -> Document:
    """An 820: what an employer pays, naming invoices, and a member by a pseudonym."""
    named = tuple(
        PremiumAllocation("ORGANISATION", reference=Reference("INVOICE", one), paid=usd(amount))
        for one in invoices
    )
    member = PremiumAllocation("INDIVIDUAL", reference=Reference("INVOICE", "CANARYMEMBER"))
    payment = Payment("ACH", usd(amount), date(2026, 11, 10), trace, "1234567890")
    payload = PremiumPayment(payment, "C", allocations=(*named, member))
    return Document("premium_payment", trace, ("1234567890", trace, "2026-11-10"), payload)


def services(
    control: str = "NEW",
    *,
    message: str = "M-1",
    facility: str = "LAKESIDE",
    numbers: tuple[str, str] = ("P-1", "P-2"),
    codes: tuple[str, str] = ("CBC", "GLU"),
) -> Document:
    """Two services that a facility orders for a visit, the second three times."""
    wanted = datetime(2026, 11, 6, 8, 30, tzinfo=UTC)
    first, second = (Code("L", one) for one in codes)
    items = (
        OrderedService("NEW", numbers[0], "", "G-1", first, None, wanted),
        OrderedService(control, numbers[1], "", "G-1", second, Decimal(3)),
    )
    ordered = ServiceOrder(items, "CANARYVISIT", "CANARYACCOUNT")
    key = (facility, *numbers, message)
    return Document("service_order", numbers[0], key, ordered, issued=date(2026, 11, 5))
