"""Balancing (SNIP 3): sums and counts that a transaction set has to keep, exact to the cent."""

from acktrail.formats.x12.balance.remittance import RemittanceBalance
from acktrail.formats.x12.balance.trade import InvoiceBalance, OrderCount
from acktrail.formats.x12.balance.watch import Balance

__all__ = ["balance_of"]

MAKERS: dict[str, type[Balance]] = {
    "835": RemittanceBalance,
    "810": InvoiceBalance,
    "850": OrderCount,
}


def balance_of(set_id: str) -> Balance | None:
    """Return a fresh balance for a set of this kind; None where nothing is to be summed."""
    maker = MAKERS.get(set_id)
    return None if maker is None else maker()
