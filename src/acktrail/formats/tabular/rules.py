"""Every finding that the tabular format can make: CSV and fixed-width files by declared layout."""

from acktrail.model import Rule, Severity

ERROR, FATAL, WARNING, INFO = Severity.ERROR, Severity.FATAL, Severity.WARNING, Severity.INFO

ENCODING = Rule(
    "tabular.encoding", FATAL, "", "envelope", "bytes that are not text in the agreed encoding"
)
DELIMITER = Rule(
    "tabular.delimiter", FATAL, "", "envelope", "another column delimiter than the agreed one"
)
EMPTY = Rule("tabular.empty", FATAL, "", "envelope", "the file holds no whole record")
NO_ROWS = Rule("tabular.no_rows", WARNING, "", "structure", "a header and no rows")
COLUMN_MISSING = Rule(
    "tabular.column_missing", FATAL, "", "structure", "a required column is not in the header"
)
COLUMN_DUPLICATE = Rule(
    "tabular.column_duplicate", FATAL, "", "structure", "two columns of the header are the same"
)
COLUMN_EXTRA = Rule(
    "tabular.column_extra", WARNING, "", "structure", "a column that the layout does not know"
)
COLUMN_REFUSED = Rule(
    "tabular.column_refused", FATAL, "", "structure", "a column that the layout does not allow"
)
ROW_SHORT = Rule("tabular.row_short", ERROR, "", "structure", "the row has too few columns")
ROW_LONG = Rule("tabular.row_long", ERROR, "", "structure", "the row has too many columns")
PADDED = Rule(
    "tabular.padded", WARNING, "", "structure", "a short record was filled up with blanks"
)
FINAL_NEWLINE = Rule(
    "tabular.final_newline",
    ERROR,
    "",
    "structure",
    "the last row does not end with a line break: perhaps the file was cut",
)
QUOTE = Rule(
    "tabular.quote", ERROR, "", "structure", "the record is not well-formed: quotes or length"
)
QUOTE_OPEN = Rule(
    "tabular.quote_unbalanced", FATAL, "", "structure", "a quote that opens here is never closed"
)
RECORD_UNKNOWN = Rule(
    "tabular.record_unknown", ERROR, "", "structure", "a record type that the layout does not know"
)
LEADER_MISSING = Rule(
    "tabular.leader_missing",
    FATAL,
    "",
    "envelope",
    "the file does not start with its header record",
)
LEADER_AGAIN = Rule(
    "tabular.leader_again", FATAL, "", "envelope", "a second header record inside the file"
)
TRAILER_MISSING = Rule(
    "tabular.trailer_missing", FATAL, "", "envelope", "the file ends without its trailer record"
)
TRAILER_COUNT = Rule(
    "tabular.trailer_count", FATAL, "", "envelope", "the trailer counts other rows than there are"
)
TRAILER_TOTAL = Rule(
    "tabular.trailer_total",
    FATAL,
    "",
    "balance",
    "the total of the trailer is not that of the rows",
)
TRAILER_VALUE = Rule(
    "tabular.trailer_value", FATAL, "", "envelope", "a value of a header or trailer record is wrong"
)
AFTER_TRAILER = Rule(
    "tabular.after_trailer", FATAL, "", "envelope", "records after the trailer record"
)
GROUP_SPLIT = Rule(
    "tabular.group_split", ERROR, "", "structure", "rows of one document are not together"
)
FILE_SPLIT = Rule(
    "tabular.file_split",
    ERROR,
    "",
    "structure",
    "rows of one document are not together: the whole file is refused, no document is taken",
)
NEIGHBOUR_LOST = Rule(
    "tabular.neighbour_lost",
    ERROR,
    "",
    "structure",
    "a row before this document may be a part of it: it is unreadable or names no document",
)
REQUIRED_MISSING = Rule(
    "tabular.required_missing", ERROR, "", "value", "a required value is missing"
)
NUMBER = Rule("tabular.number", ERROR, "", "value", "not a number as agreed")
INTEGER = Rule("tabular.integer", ERROR, "", "value", "not a whole number")
DATE = Rule("tabular.date", ERROR, "", "value", "not a date in the agreed form")
PATTERN = Rule("tabular.pattern", ERROR, "", "value", "does not have the agreed form")
ENUM = Rule("tabular.enum", ERROR, "", "value", "not one of the agreed values")
LENGTH = Rule("tabular.length", ERROR, "", "value", "too short or too long")
RANGE = Rule("tabular.range", ERROR, "", "value", "outside the agreed range")
CONTROL_CHARACTER = Rule(
    "tabular.control_character", ERROR, "", "value", "holds a control character"
)
ERRORS_CAPPED = Rule(
    "tabular.errors_capped", INFO, "", "structure", "more errors than are listed; all are counted"
)
RULES: tuple[Rule, ...] = tuple(one for one in list(globals().values()) if isinstance(one, Rule))
