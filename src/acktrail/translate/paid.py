"""A remittance of trade from what a map filled: one payment, and the invoices that it is for."""

from acktrail.documents.kinds import Document, InvoicePayment, Remittance
from acktrail.documents.parts import Adjustment, Code, Money, Payment, Reference
from acktrail.documents.value import replace
from acktrail.model import Place
from acktrail.translate import rules
from acktrail.translate.building import Building
from acktrail.translate.shapes import Values, many

CREDIT_NOTE = "CREDIT_NOTE"
PLACES = {  # of the day and the amount of a payment
    "edifact": ("DTM.1.2", "MOA.1.2"),
    "xml": ("PaymentMeans/PaymentDueDate", "TotalPaymentAmount"),
}
PAYERS = ("PAYER", "BUYER")


def adjustment(values: Values) -> Adjustment | None:
    """What is deducted for good; None where no amount or no reason was sent."""
    if "amount" not in values or "reason" not in values:
        return None
    reason: Code = values["reason"]
    return Adjustment("", reason, values["amount"], reference=values.get("reference", ""))


def invoice_payment(values: Values) -> InvoicePayment | None:
    """What is paid of one invoice; a credit note is taken off, whatever sign it was sent with."""
    kind, paid, credit = values.get("kind", ""), values.get("paid"), values.get("credit")
    if credit is not None:  # UBL: debit less credit
        paid = replace(credit, amount=(paid.amount if paid else 0) - credit.amount)
    if paid is None or "number" not in values:
        return None
    if kind == CREDIT_NOTE:
        paid = replace(paid, amount=-abs(paid.amount))
    invoice = Reference(kind, values["number"], "", values.get("on"))
    return InvoicePayment(invoice, paid, values.get("billed"), many(values, "adjustments"))


def document(values: Values, building: Building) -> Document | None:
    """Return the remittance; None when nothing says how much was paid, or when."""
    day = values.get("paid_on", values.get("issued"))
    for address, value in zip(PLACES[building.format], (day, values.get("paid")), strict=True):
        if value is None:
            tag = address.partition(".")[0]
            building.found_at(rules.REQUIRED_MISSING, Place(tag, address=address))
    if day is None or "paid" not in values:
        return None
    parties = many(values, "parties")
    payer = next((one for role in PAYERS for one in parties if one.role == role), None)
    number = payer.ids[0].value if payer and payer.ids else ""
    trace = values.get("trace") or values.get("id", "")
    amount: Money = values["paid"]
    payment = Payment(values.get("method", ""), amount, day, trace, number)
    return Document(
        kind="remittance",
        id=trace,
        key=(number, trace, day.isoformat()),
        payload=Remittance(payment, invoices=many(values, "invoices")),
        issued=values.get("issued", day),
        type_code=values.get("type_code", ""),
        currency=building.currency,
        parties=parties,
        ext=building.ext,
    )
