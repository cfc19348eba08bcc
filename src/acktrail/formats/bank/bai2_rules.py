"""Every finding that a BAI2 file can make."""

from acktrail.model import Rule, Severity

ERROR, FATAL, WARNING, INFO = Severity.ERROR, Severity.FATAL, Severity.WARNING, Severity.INFO

ENCODING = Rule(
    "bai2.encoding", FATAL, "", "envelope", "bytes that are not text in the agreed encoding"
)
VERSION = Rule("bai2.version", FATAL, "", "envelope", "the file header does not name version 2")
TRUNCATED = Rule("bai2.truncated", FATAL, "", "envelope", "the file ends before its trailer (99)")
ORDER = Rule(
    "bai2.order",
    FATAL,
    "",
    "structure",
    "a record of an unknown type, or where it may not stand: what it counts for cannot be told",
)
FORM = Rule("bai2.form", ERROR, "", "value", "a field is missing or has not the form it must have")
AS_OF_DATE = Rule("bai2.as_of_date", ERROR, "", "value", "the group has no as-of date that exists")
VALUE_DATE = Rule("bai2.value_date", WARNING, "", "value", "no such value date: it is left out")
CURRENCY = Rule("bai2.currency", ERROR, "", "value", "not a currency code of three letters")
TYPE_CODE = Rule(
    "bai2.type_code",
    ERROR,
    "",
    "value",
    "a type code of the bank's own: the profile has to say whether it is a credit or a debit",
)
CONTROL_CHARACTER = Rule(
    "bai2.control_character",
    ERROR,
    "",
    "value",
    "holds a control character, or a byte that is no character",
)
ACCOUNT_MISSING = Rule("bai2.account_missing", ERROR, "", "usage", "the record names no account")
BALANCE_MISSING = Rule(
    "bai2.balance_missing", ERROR, "", "usage", "no opening (010) or closing (015) ledger balance"
)
BALANCE = Rule(
    "bai2.balance", ERROR, "", "balance", "opening balance plus entries is not the closing balance"
)
TOTAL = Rule(
    "bai2.total", ERROR, "", "balance", "the control total is not the sum of what stands above it"
)
RECORDS = Rule("bai2.records", ERROR, "", "balance", "the number of records is another")
PARTS = Rule("bai2.parts", ERROR, "", "balance", "the number of accounts or groups is another")
GROUP_STATUS = Rule(
    "bai2.group_status",
    ERROR,
    "",
    "usage",
    "the group takes back or corrects an earlier one: a person has to do it",
)
INFORMS = Rule(
    "bai2.informs",
    INFO,
    "",
    "usage",
    "data of an unfinished day, a test, or an account without balances: informs, is not posted",
)
RULES: tuple[Rule, ...] = tuple(one for one in list(globals().values()) if isinstance(one, Rule))
