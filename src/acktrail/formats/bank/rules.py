"""Every finding that the bank format can make: MT940 statements."""

from acktrail.model import Rule, Severity

ERROR, FATAL, WARNING = Severity.ERROR, Severity.FATAL, Severity.WARNING

ENCODING = Rule(
    "mt940.encoding", FATAL, "", "envelope", "bytes that are not text in the agreed encoding"
)
EMPTY = Rule("mt940.empty", FATAL, "", "envelope", "the file holds no statement")
TRUNCATED = Rule(
    "mt940.truncated", FATAL, "", "envelope", "the file ends before the closing balance"
)
TAG_UNKNOWN = Rule("mt940.tag_unknown", WARNING, "", "structure", "a field that is not read")
TEXT_OUTSIDE = Rule("mt940.text_outside", WARNING, "", "structure", "text that belongs to no field")
TAG_MISSING = Rule("mt940.tag_missing", ERROR, "", "structure", "a mandatory field is missing")
TAG_ORDER = Rule("mt940.tag_order", ERROR, "", "structure", "a field where it may not stand")
OUTSIDE = Rule(
    "mt940.outside_statement",
    FATAL,
    "",
    "structure",
    "an entry or closing balance that belongs to no statement: money would be lost",
)
CONTROL_CHARACTER = Rule(
    "mt940.control_character",
    ERROR,
    "",
    "value",
    "holds a control character, or a byte that is no character",
)
BALANCE_FORM = Rule("mt940.balance_form", ERROR, "", "value", "not a balance as field 60 or 62")
LINE_FORM = Rule("mt940.line_form", ERROR, "", "value", "not a statement line as field 61")
VALUE_DATE = Rule(
    "mt940.value_date", WARNING, "", "value", "no such value date: the entry date stands in"
)
CURRENCY = Rule(
    "mt940.currency", ERROR, "", "value", "opening and closing balance differ in currency"
)
BALANCE = Rule(
    "mt940.balance",
    ERROR,
    "",
    "balance",
    "opening balance plus entries is not the closing balance",
)
PAGE_BALANCE = Rule(
    "mt940.page_balance",
    ERROR,
    "",
    "balance",
    "a page does not open with the balance that the page before closed with",
)
INCOMPLETE = Rule(
    "mt940.incomplete",
    ERROR,
    "",
    "structure",
    "a page closes with an intermediate balance and no page follows",
)
INTERIM = Rule(
    "mt940.interim",
    Severity.INFO,
    "",
    "structure",
    "an interim report (MT942): informs, is not posted",
)
RULES: tuple[Rule, ...] = tuple(one for one in list(globals().values()) if isinstance(one, Rule))
