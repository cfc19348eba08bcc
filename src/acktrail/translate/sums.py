"""Cross-footing of canonical documents: do the figures that were sent agree with each other?

Exact decimals, rounded half-up to the minor unit of the currency before they are compared. A figure
that was not sent is never guessed: a rule that lacks one of its terms says nothing. Nothing is
corrected here. Not here: totals of formats (835 balancing, trailer totals, bank balances).
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from decimal import ROUND_HALF_UP, Context, Decimal, InvalidOperation, localcontext
from functools import lru_cache
from typing import NamedTuple

from acktrail.documents.currencies import minor_units
from acktrail.documents.kinds import Charge, ChargeLine, Document, Remittance, Trade
from acktrail.documents.parts import Allowance, Line, Money, Totals
from acktrail.model import Finding, Place, Rule, Severity

INV_LINES = Rule(
    "sum.inv_lines",
    Severity.ERROR,
    "",
    "balance",
    "the total of the lines is not the sum of the line amounts",
)
INV_TAXABLE = Rule(
    "sum.inv_taxable",
    Severity.ERROR,
    "",
    "balance",
    "the taxable total is not lines minus allowances plus charges",
)
INV_TOTAL = Rule(
    "sum.inv_total",
    Severity.ERROR,
    "",
    "balance",
    "the invoice total is not the net total plus tax",
)
INV_PAYABLE = Rule(
    "sum.inv_payable",
    Severity.ERROR,
    "",
    "balance",
    "the payable amount is not the total minus what was prepaid, rounded as was said",
)
LINE_AMOUNT = Rule(
    "sum.line_amount",
    Severity.ERROR,
    "",
    "balance",
    "the line amount is not quantity times price with allowances and charges",
)
ORD_TOTAL = Rule(
    "sum.ord_total",
    Severity.WARNING,
    "",
    "balance",
    "the order total is not the sum of its lines",
)
DFT_LINE = Rule(
    "sum.dft_line",
    Severity.ERROR,
    "",
    "balance",
    "the extended amount is not quantity times unit price",
)
PAYMENT = Rule(
    "sum.payment",
    Severity.ERROR,
    "",
    "balance",
    "the payment is not the sum of what it pays of invoices",
)
RULES: tuple[Rule, ...] = (
    PAYMENT,
    INV_LINES,
    INV_TAXABLE,
    INV_TOTAL,
    INV_PAYABLE,
    LINE_AMOUNT,
    ORD_TOTAL,
    DFT_LINE,
)

INVOICES = frozenset({"invoice", "credit_note"})
BILLED = ("INVOICED", "CREDITED")
ORDERED = ("ORDERED", "CONFIRMED")
ZERO = Decimal(0)
# Enough for the product of two amounts of 30 digits: exact, whatever the caller's context is.
EXACT = Context(prec=90, rounding=ROUND_HALF_UP)
WHOLE = Decimal(1)


class Miss(NamedTuple):
    """One rule that does not hold."""

    rule: Rule
    place: Place


def check(
    document: Document, switches: Mapping[str, str], places: Sequence[Place] = ()
) -> tuple[Finding, ...]:
    """Return one finding per rule that does not hold, in the order of the document.

    Args:
        document: Of any kind; kinds without rules of their own give nothing.
        switches: ``inv_lines``, ``line_amount``, ... (a rule's name without ``sum.``) ->
            ``reject`` | ``warn`` | ``off``; a rule that is not named keeps its own severity.
        places: Where the lines stand in the file, in the order of the lines; may be shorter.

    Spec: EN 16931 BR-CO-10, -13, -15, -16; docs/canonical.md, section Arithmetic rules.
    """
    match document.payload:
        case Trade() as trade:
            misses = _trade(document.kind, trade, places)
        case Charge() as charge:
            misses = _charge(charge, places)
        case Remittance() as remittance:
            misses = _payment(remittance)
        case _:
            return ()
    with localcontext(EXACT):
        try:
            found = list(misses)
        except InvalidOperation:  # beyond 90 digits: the readers' own limits are far below
            return ()
    return tuple(finding for miss in found for finding in _weighed(miss, switches))


def rounded(amount: Decimal, currency: str) -> Decimal:
    """Round half-up to the currency's minor unit; an unknown currency has two digits."""
    return amount.quantize(_minor_unit(currency), ROUND_HALF_UP, EXACT)


@lru_cache(maxsize=256)
def _minor_unit(currency: str) -> Decimal:
    return WHOLE.scaleb(-minor_units(currency))


def _line_net(line: Line, roles: Sequence[str] = BILLED) -> frozenset[Decimal]:
    """Return what the line may amount to by its quantity and price; empty when it cannot be told.

    Two values where a percentage is rounded: on the difference, or on the allowance itself. Both
    are seen, and no standard settles it.
    """
    quantity = _quantity(line, roles)
    if quantity is None or line.price is None or not line.basis:
        return frozenset()
    gross = EXACT.divide(EXACT.multiply(quantity, line.price.amount), line.basis)
    currency = line.price.currency
    if not line.allowances:
        return frozenset({rounded(gross, currency)})
    changes = [_signed(one, gross) for one in line.allowances]
    exact = sum(changes, gross)
    stepwise = sum((rounded(one, currency) for one in changes), rounded(gross, currency))
    return frozenset({rounded(exact, currency), rounded(stepwise, currency)})


def _quantity(line: Line, roles: Sequence[str]) -> Decimal | None:
    quantities = line.quantities or {}
    return next((quantities[role].value for role in roles if role in quantities), None)


def _plainly_right(line: Line, roles: Sequence[str]) -> bool:
    """Tell whether the amount is quantity times price to the last digit, as most are."""
    quantity, price, amount = _quantity(line, roles), line.price, line.amount
    if quantity is None or price is None or amount is None:
        return False
    if line.allowances or line.basis != WHOLE or price.currency != amount.currency:
        return False
    return EXACT.multiply(quantity, price.amount) == amount.amount


def _weighed(miss: Miss, switches: Mapping[str, str]) -> Iterator[Finding]:
    finding = miss.rule.at(miss.place)
    match switches.get(miss.rule.name.removeprefix("sum."), ""):
        case "off":
            return
        case "warn":
            yield replace(finding, severity=Severity.WARNING)
        case "reject":
            yield replace(finding, severity=Severity.ERROR)
        case _:
            yield finding


def _place(places: Sequence[Place], index: int, name: str) -> Place:
    if index < len(places):
        return places[index]
    return Place(segment="line", position=index + 1, address=name)


def _signed(allowance: Allowance, gross: Decimal) -> Decimal:
    sign = 1 if allowance.charge else -1
    if allowance.amount is not None:
        return sign * allowance.amount.amount
    return sign * gross * (allowance.percent or ZERO) / 100


def _trade(kind: str, trade: Trade, places: Sequence[Place]) -> Iterator[Miss]:
    if kind not in INVOICES | {"order"}:
        return
    roles = BILLED if kind in INVOICES else ORDERED
    for index, line in enumerate(trade.lines):
        if line.amount is None:
            continue
        if _plainly_right(line, roles):
            continue
        expected = _line_net(line, roles)
        if expected and rounded(line.amount.amount, line.amount.currency) not in expected:
            yield Miss(LINE_AMOUNT, _place(places, index, "line.amount"))
    if trade.totals is None:
        return
    summed = _sum_of_lines(trade.lines, roles)
    if kind in INVOICES:
        yield from _invoice_totals(trade, trade.totals, summed)
    else:
        yield from _order_total(trade.totals, summed)


def _sum_of_lines(lines: Sequence[Line], roles: Sequence[str]) -> Decimal | None:
    """Add the lines up; a line without an amount counts by its price, None when it has neither."""
    total = ZERO
    for line in lines:
        if line.amount is not None:
            total += line.amount.amount
            continue
        computed = _line_net(line, roles)
        if len(computed) != 1:
            return None
        total += next(iter(computed))
    return total


def _differs(sent: Money | None, expected: Decimal | None) -> bool:
    if sent is None or expected is None or sent.amount == expected:
        return False
    return rounded(sent.amount, sent.currency) != rounded(expected, sent.currency)


def _value(money: Money | None) -> Decimal:
    return ZERO if money is None else money.amount


def _net(totals: Totals, summed: Decimal | None) -> Decimal | None:
    base = summed if totals.lines is None else totals.lines.amount
    return None if base is None else base - _value(totals.allowances) + _value(totals.charges)


def _invoice_totals(trade: Trade, totals: Totals, summed: Decimal | None) -> Iterator[Miss]:
    net = _net(totals, summed)
    if _differs(totals.lines, summed):
        yield Miss(INV_LINES, Place(address="totals.lines"))
    if _differs(totals.taxable, net):
        yield Miss(INV_TAXABLE, Place(address="totals.taxable"))
    net = net if totals.taxable is None else totals.taxable.amount
    taxed = any(line.taxes for line in trade.lines)
    known = net is not None and (totals.tax is not None or not taxed)
    if known and _differs(totals.total, (net or ZERO) + _value(totals.tax)):
        yield Miss(INV_TOTAL, Place(address="totals.total"))
    if totals.total is not None and _differs(
        totals.payable, totals.total.amount - _value(totals.prepaid) + _value(totals.rounding)
    ):
        yield Miss(INV_PAYABLE, Place(address="totals.payable"))


def _order_total(totals: Totals, summed: Decimal | None) -> Iterator[Miss]:
    if _differs(totals.lines, summed):
        yield Miss(ORD_TOTAL, Place(address="totals.lines"))
    net = _net(totals, summed)
    if net is not None and _differs(totals.total, net + _value(totals.tax)):
        yield Miss(ORD_TOTAL, Place(address="totals.total"))


def _charge(charge: Charge, places: Sequence[Place]) -> Iterator[Miss]:
    for index, line in enumerate(charge.lines):
        if not _extends(line):
            yield Miss(DFT_LINE, _place(places, index, "line.amount"))


def _payment(remittance: Remittance) -> Iterator[Miss]:
    """A payment that names no invoice is on account."""
    amount, invoices = remittance.payment.amount, remittance.invoices
    currencies = {amount.currency, *(one.paid.currency for one in invoices)}
    paid = sum((one.paid.amount for one in invoices), ZERO)
    if invoices and (len(currencies) > 1 or paid != amount.amount):
        yield Miss(PAYMENT, Place(address="payment.amount"))


def _extends(line: ChargeLine) -> bool:
    if line.unit_price is None or line.amount is None:
        return True
    extended = EXACT.multiply(line.quantity, line.unit_price.amount)
    if extended == line.amount.amount:
        return True
    currency = line.amount.currency
    return rounded(line.amount.amount, currency) == rounded(extended, currency)
