"""A premium payment (820 X218) as a draft payment that was received.

What it is for stays in the document: Odoo gets the trace, and the invoice where the payment names
one that is there exactly once. Members are pseudonyms and never leave.
"""

from acktrail.documents.health import PremiumPayment
from acktrail.model import Place
from acktrail.odoo import loads, payment
from acktrail.odoo.loads import Planned, Refusal
from acktrail.odoo.references import References

PRENOTIFICATION = "P"  # BPR01: no money moves yet
INVOICE = "INVOICE"  # RMR01 IK
ORGANISATION = "ORGANISATION"


def received(refs: References, premium: PremiumPayment) -> Planned:
    """Plan one payment; money that is taken back (BPR03 D) is for a person.

    Spec: X12 005010X218, BPR01 to BPR03, BPR16, TRN02.
    """
    if premium.handling == PRENOTIFICATION or not premium.payment.amount.amount:
        return Refusal((loads.NOTHING.at(Place(address="BPR01")),))
    named = {
        one.reference.value
        for one in premium.allocations
        if one.level == ORGANISATION and one.reference and one.reference.kind == INVOICE
    }
    return payment.received(refs, premium.payment, ("PAYER",), "820 TRN", named)
