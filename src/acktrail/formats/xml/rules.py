"""Every finding that the XML format can make."""

from acktrail.model import Owner, Rule, Severity

ERROR, FATAL, WARNING, INFO = Severity.ERROR, Severity.FATAL, Severity.WARNING, Severity.INFO

KIND_UNKNOWN = Rule(
    "xml.kind_unknown",
    ERROR,
    "",
    "envelope",
    "well-formed XML of a kind that is not read here",
    Owner.US,
)
VERSION_UNKNOWN = Rule(
    "camt.version_unknown",
    WARNING,
    "",
    "envelope",
    "a version that is not known: read as the nearest lower one",
)
NO_STATEMENT = Rule("camt.no_statement", FATAL, "", "envelope", "the file holds no statement")
ACCOUNT_MISSING = Rule("camt.account_missing", ERROR, "", "usage", "the statement names no account")
BALANCE_MISSING = Rule(
    "camt.balance_missing", ERROR, "", "usage", "no booked opening or closing balance"
)
AMOUNT = Rule(
    "camt.amount", ERROR, "", "value", "an amount or its sign or currency is missing or wrong"
)
DATE = Rule("camt.date", ERROR, "", "value", "an entry without a booking or value date that exists")
CURRENCY = Rule(
    "camt.currency", ERROR, "", "value", "an entry or balance in another currency than the account"
)
STATUS = Rule("camt.status", INFO, "", "usage", "an entry that is not booked: it is not posted")
BATCH = Rule("camt.batch", ERROR, "", "balance", "the details of a batch entry do not add up to it")
DETAILS_CAPPED = Rule(
    "camt.details_capped",
    INFO,
    "",
    "structure",
    "a batch of so many transactions that they are not told one by one",
)
PAGE = Rule(
    "camt.page", ERROR, "", "structure", "a page of a statement whose other pages are not here"
)
PAGE_BALANCE = Rule(
    "camt.page_balance",
    ERROR,
    "",
    "balance",
    "a page does not open with the balance that the page before closed with",
)
BALANCE = Rule(
    "camt.balance", ERROR, "", "balance", "opening balance plus entries is not the closing balance"
)
INFORMS = Rule(
    "camt.informs", INFO, "", "usage", "a report or notification: informs, is not posted"
)
NOT_AGREED = Rule(
    "xml.not_agreed", ERROR, "", "envelope", "a document or customization that is not agreed"
)
SCHEMA = Rule(
    "xml.schema", ERROR, "", "structure", "the document does not keep to its schema: see the code"
)
SCHEMA_NONE = Rule(
    "xml.schema_none",
    ERROR,
    "",
    "envelope",
    "no schema of the profile describes this kind of document",
    Owner.US,
)
SCHEMA_CAPPED = Rule(
    "xml.schema_capped",
    INFO,
    "",
    "structure",
    "faults against the schema are not looked for any further",
)
NAMESPACE = Rule(
    "xml.namespace",
    ERROR,
    "",
    "structure",
    "an element in a namespace that the document may not use",
)
HEADER_MISSING = Rule(
    "ubl.header_missing", ERROR, "", "usage", "the document has no identifier or date of issue"
)
TAX_TOTAL = Rule(
    "ubl.tax_total", ERROR, "", "balance", "the tax total is not the sum of its subtotals"
)
TAX_AMOUNT = Rule(
    "ubl.tax_amount", ERROR, "", "balance", "a tax amount is not its base times its rate"
)
PAYLOAD_ID = Rule("cxml.payload_id", ERROR, "", "envelope", "the cXML document has no payloadID")
RULES: tuple[Rule, ...] = tuple(one for one in list(globals().values()) if isinstance(one, Rule))
