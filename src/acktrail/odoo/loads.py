"""The values of a plan: what is going to be asked of Odoo for one document, before any call."""

from dataclasses import dataclass
from decimal import Decimal
from typing import NamedTuple

from acktrail.model import Finding, Owner, Rule, Severity
from acktrail.odoo.questions import Question, Unmatched


def _words(text: str) -> frozenset[str]:
    return frozenset(text.split())


# Without these a record would say something else: a profile may not withhold them.
NEEDED: dict[str, frozenset[str]] = {
    "account.move": _words(
        "move_type partner_id journal_id date invoice_date ref invoice_line_ids/quantity "
        "invoice_line_ids/price_unit invoice_line_ids/tax_ids invoice_line_ids/product_uom_id "
        "line_ids/name line_ids/account_id line_ids/partner_id line_ids/debit line_ids/credit "
        "line_ids/tax_ids"
    ),
    "sale.order": _words(
        "partner_id client_order_ref order_line/product_id order_line/product_uom_qty "
        "order_line/product_uom_id order_line/price_unit order_line/tax_ids"
    ),
    "product.supplierinfo": _words("partner_id product_id price min_qty date_start date_end"),
    "account.payment": _words(
        "payment_type partner_type partner_id journal_id date amount payment_reference"
    ),
    "account.bank.statement.line": _words("journal_id date payment_ref amount"),
    "purchase.order": _words(
        "partner_id order_line/product_id order_line/product_qty order_line/product_uom_id"
    ),
    "stock.picking": _words(
        "picking_type_id location_id location_dest_id move_ids/product_id "
        "move_ids/product_uom_qty move_ids/product_uom"
    ),
    "stock.quant": _words("location_id product_id inventory_quantity"),
}


def field_of(column: str) -> str:
    """Return the field that a column of ``load`` fills, without how a reference is spelled."""
    return column.removesuffix("/id").removesuffix("/.id")


class Load(NamedTuple):
    """One record for Odoo's ``load``: insert if absent, by external id. All cells are text."""

    model: str
    external_id: str
    fields: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]  # the first carries the record, the others further lines
    depends_on: tuple[str, ...] = ()  # external ids that have to be stored before
    shared: bool = False  # master data that several documents need: the first one counts
    overwrite: bool = False  # an owned record that is written again (profile: party_updates)


class Settlement(NamedTuple):
    """Lines of a remittance's entry that belong to one invoice."""

    label: str  # the lines' names begin with it
    invoice: Question
    reversal: bool = False  # takes an earlier payment of the same claim back


class Write(NamedTuple):
    """Fields of a record of Odoo's own that a document fills; the same write again is no harm."""

    model: str
    record: int
    values: tuple[tuple[str, str | float | bool], ...]


class Expected(NamedTuple):
    """What the stored record must say when it is read back; empty parts are not compared."""

    reference_field: str
    reference: str
    partner: str = ""  # external id
    amount_field: str = ""
    amount: Decimal | None = None


@dataclass(frozen=True, slots=True)
class Plan:
    """All that one document asks of Odoo.

    ``external_id`` is the posting's identity in our journal. The last load is the document's own
    record; the loads before it are what that record refers to.
    """

    kind: str
    external_id: str
    company: int
    loads: tuple[Load, ...]
    lookups: tuple[Question, ...] = ()  # each has to hit exactly one record before storing
    expected: Expected | None = None
    verb: str = ""  # action_post, action_confirm: only where the profile says so
    settles: tuple[Settlement, ...] = ()  # what a posted remittance pays
    traces: tuple[str, ...] = ()  # payments to be found among the bank's lines, or the reverse
    minor: int = 2  # decimal places of the currency
    writes: tuple[Write, ...] = ()  # before the loads
    target: tuple[str, int] = ("", 0)  # the record that the document is about, when it is Odoo's

    @property
    def model(self) -> str:
        """The model of the document's own record."""
        return self.target[0] or self.loads[-1].model

    @property
    def depends_on(self) -> tuple[str, ...]:
        """External ids of ours that must be in Odoo before and that the plan does not bring."""
        own = {load.external_id for load in self.loads}
        needed = {one for load in self.loads for one in load.depends_on}
        return tuple(sorted(needed - own))


class Asks(NamedTuple):
    """What has to be known of Odoo before the document can be planned."""

    kind: str
    external_id: str  # the posting's identity, known before any answer
    model: str
    company: int
    questions: tuple[Question, ...]


class Refusal(NamedTuple):
    """Why a document is not planned; for a person of ours, nothing was sent."""

    findings: tuple[Finding, ...]
    unmatched: tuple[Unmatched, ...] = ()


Planned = Plan | Asks | Refusal


def _rule(name: str, text: str, severity: Severity = Severity.ERROR) -> Rule:
    return Rule(name, severity, "", "posting", text, Owner.US)


KIND_UNROUTED = _rule("post.kind_unrouted", "documents of this kind have no place in Odoo yet")
FUNCTION_UNROUTED = _rule(
    "post.function_unrouted", "a change or cancellation is decided by a person, not posted"
)
OPTION_MISSING = _rule("post.option_missing", "the profile's [odoo] table lacks a needed key")
CURRENCY = _rule("post.currency", "the currency is not the one that the profile names")
DATE_MISSING = _rule("post.date_missing", "the document has no date to book it on")
LINES_MISSING = _rule("post.lines_missing", "the document has no line")
PRICE_MISSING = _rule("post.price_missing", "a line has neither a price nor an amount")
QUANTITY_MISSING = _rule("post.quantity_missing", "a line has no quantity of the needed role")
NEGATIVE_TOTAL = _rule("post.negative_total", "the total is negative: a credit note was expected")
UNBALANCED = _rule("post.unbalanced", "payment is not claims less provider adjustments")
CLAIM_UNBALANCED = _rule("post.claim_unbalanced", "a claim's charge less adjustments is not paid")
INVOICE_OVERPAID = _rule(
    "post.invoice_overpaid", "more is paid and deducted of an invoice than was billed"
)
WITHHELD = _rule("post.field_withheld", "a field that the record needs is not on the allow list")
ROUTE_DENIED = _rule(
    "post.route_denied", "the profile's route does not lead to this model or company"
)
VALUE_MISSING = _rule("post.value_missing", "the document lacks a value that the map needs")
CODE_UNKNOWN = _rule("post.code_unknown", "a code is not in the map's table")
LINE_UNROUTED = _rule("post.line_unrouted", "a charge line of this type is decided by a person")
MERGE = _rule("post.merge_by_person", "a merge of two persons is decided by a person")
REMOVAL = _rule("post.removal_by_person", "that a record goes is decided by a person")
NOTHING = _rule(
    "post.nothing_to_post", "no record: it moves no money, or is only kept", Severity.INFO
)
PARTY_UNKNOWN = _rule("ref.party_unknown", "a party is not in the profile's parties table")
PARTY_AMBIGUOUS = _rule("ref.party_ambiguous", "a party's number leads to several contacts")
ITEM_UNKNOWN = _rule("ref.item_unknown", "an item has no number that leads to a product")
ITEM_AMBIGUOUS = _rule("ref.item_ambiguous", "an item's number leads to several products")
ANALYTIC_UNKNOWN = _rule("ref.analytic_unknown", "an analytic account of the profile is not there")
ORDER_UNKNOWN = _rule("ref.order_unknown", "the order's number leads to no order of ours")
ORDER_AMBIGUOUS = _rule("ref.order_ambiguous", "the order's number leads to several orders")
LINE_UNKNOWN = _rule("ref.order_line_unknown", "a line leads to no line of the order")
LINE_AMBIGUOUS = _rule("ref.order_line_ambiguous", "a line leads to several lines of the order")

RECORD_AMBIGUOUS = _rule("ref.record_ambiguous", "a key of the map leads to several records")
RECEIPT_UNKNOWN = _rule("ref.receipt_unknown", "the order has no open receipt")
RECEIPT_AMBIGUOUS = _rule("ref.receipt_ambiguous", "the order has several open receipts")
ORDER_FOREIGN = _rule("match.order_foreign", "the order is of another partner")
ORDER_CLOSED = _rule("match.order_closed", "the order is not open: a draft, or cancelled")
QUANTITY_DIFFERS = _rule("match.quantity_differs", "a quantity is not the one that was ordered")
PRICE_DIFFERS = _rule("match.price_differs", "a price is not the one that was ordered")
UNIT_DIFFERS = _rule("match.unit_differs", "a line is not in the unit that was ordered")
NOT_ACCEPTED = _rule("match.not_accepted", "the supplier does not take a line as it was ordered")
FIELD_ASKS = _rule("match.field_asks", "a field has another value in Odoo, and a person decides")
CLAIM_UNKNOWN = _rule("ref.claim_unknown", "a claim's number leads to no posted invoice")
CLAIM_AMBIGUOUS = _rule("ref.claim_ambiguous", "a claim's number leads to several invoices")
INVOICE_UNKNOWN = _rule("ref.invoice_unknown", "an invoice's number leads to no posted invoice")
INVOICE_AMBIGUOUS = _rule("ref.invoice_ambiguous", "an invoice's number leads to several invoices")
PLACE_UNKNOWN = _rule("ref.place_unknown", "a place is not in the profile's places table")
TAX_UNKNOWN = _rule("ref.tax_unknown", "a tax is not in the profile's taxes table")
UNIT_UNKNOWN = _rule("ref.unit_unknown", "a unit is not in the profile's units table")
ACCOUNT_UNKNOWN = _rule("ref.account_unknown", "an adjustment has no account in the profile")

RULES = (
    KIND_UNROUTED,
    FUNCTION_UNROUTED,
    OPTION_MISSING,
    CURRENCY,
    DATE_MISSING,
    LINES_MISSING,
    PRICE_MISSING,
    QUANTITY_MISSING,
    NEGATIVE_TOTAL,
    UNBALANCED,
    CLAIM_UNBALANCED,
    INVOICE_OVERPAID,
    WITHHELD,
    ROUTE_DENIED,
    VALUE_MISSING,
    CODE_UNKNOWN,
    LINE_UNROUTED,
    MERGE,
    REMOVAL,
    NOTHING,
    PARTY_UNKNOWN,
    PARTY_AMBIGUOUS,
    ITEM_UNKNOWN,
    ITEM_AMBIGUOUS,
    ANALYTIC_UNKNOWN,
    ORDER_UNKNOWN,
    ORDER_AMBIGUOUS,
    LINE_UNKNOWN,
    LINE_AMBIGUOUS,
    RECORD_AMBIGUOUS,
    RECEIPT_UNKNOWN,
    RECEIPT_AMBIGUOUS,
    ORDER_FOREIGN,
    ORDER_CLOSED,
    QUANTITY_DIFFERS,
    PRICE_DIFFERS,
    UNIT_DIFFERS,
    NOT_ACCEPTED,
    FIELD_ASKS,
    CLAIM_UNKNOWN,
    CLAIM_AMBIGUOUS,
    INVOICE_UNKNOWN,
    INVOICE_AMBIGUOUS,
    PLACE_UNKNOWN,
    TAX_UNKNOWN,
    UNIT_UNKNOWN,
    ACCOUNT_UNKNOWN,
)
# Differences that a person may take as they are (exception resolve --accept).
ACCEPTABLE = frozenset(
    one.name for one in (QUANTITY_DIFFERS, PRICE_DIFFERS, UNIT_DIFFERS, NOT_ACCEPTED, FIELD_ASKS)
)
BY_NAME = {rule.name: rule for rule in RULES}
