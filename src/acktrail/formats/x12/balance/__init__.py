"""Balancing (SNIP 3): sums and counts that a transaction set has to keep, exact to the cent."""

from collections.abc import Callable
from functools import partial

from acktrail.formats.x12 import rules
from acktrail.formats.x12.balance.answer import AnswerBalance
from acktrail.formats.x12.balance.claim import ClaimBalance
from acktrail.formats.x12.balance.premium import MemberCount, PremiumBalance
from acktrail.formats.x12.balance.receipt import ReceiptBalance
from acktrail.formats.x12.balance.remittance import RemittanceBalance
from acktrail.formats.x12.balance.trade import Count, InvoiceBalance
from acktrail.formats.x12.balance.watch import Balance

__all__ = ["balance_of"]

MAKERS: dict[str, Callable[[], Balance]] = {
    "835": RemittanceBalance,
    "837": ClaimBalance,
    "277": AnswerBalance,
    "820": PremiumBalance,
    "834": MemberCount,
    "810": InvoiceBalance,
    "850": partial(Count, "PO1", rules.ORDER_COUNT),
    "855": partial(Count, "PO1", rules.ANSWER_COUNT),
    "860": partial(Count, "POC", rules.CHANGE_COUNT),
    "865": partial(Count, "POC", rules.CHANGE_ANSWER_COUNT),
    "856": partial(Count, "HL", rules.DESPATCH_COUNT),
    "832": partial(Count, "LIN", rules.CATALOGUE_COUNT),
    "846": partial(Count, "LIN", rules.INVENTORY_COUNT),
    "867": partial(Count, "LIN", rules.ACTIVITY_COUNT),
    "997": ReceiptBalance,
    "999": ReceiptBalance,
}


def balance_of(set_id: str) -> Balance | None:
    """Return a fresh balance for a set of this kind; None where nothing is to be summed."""
    maker = MAKERS.get(set_id)
    return None if maker is None else maker()
