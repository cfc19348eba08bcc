"""Lines of a remittance's entry, and the accounts that its adjustments go to."""

from decimal import Decimal
from typing import NamedTuple

from acktrail.model import Place
from acktrail.odoo import cells, loads
from acktrail.odoo.references import References

PLACES = {"PLB": "PLB03", "INVOICE": "adjustment"}  # where a reason stands; else in a CAS


class Booking(NamedTuple):
    """One line of the entry; a positive amount is a debit."""

    name: str
    account: str
    partner: str
    amount: Decimal

    def cells(self) -> tuple[str, ...]:
        """Return name, account, partner, debit, credit and no tax; a cell is never negative."""
        debit, credit = max(self.amount, Decimal(0)), max(-self.amount, Decimal(0))
        return self.name, self.account, self.partner, cells.number(debit), cells.number(credit), ""


def account_of(refs: References, group: str, reason: str) -> str:
    """Return the account of an adjustment by the profile's table; "" with a finding."""
    table = refs.options.adjustment
    keys = (f"{group}-{reason}", group, "default")
    found = next((table[key] for key in keys if key in table), "")
    if not found:
        address = PLACES.get(group, "CAS02")
        refs.findings.append(loads.ACCOUNT_UNKNOWN.at(Place(address=address)))
    return found
