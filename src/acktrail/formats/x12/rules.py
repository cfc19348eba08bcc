"""Every finding that X12 files can get: our name, severity, the standard's code, SNIP type.

Codes are those of the 999 (IK304, IK403, IK502), of AK905 and of the TA1; ``ack/codes.py`` turns
them into those of the 4010 997. Findings without a code never reach the partner by an answer.
Spec: code lists of DE 620, 621, 618 (999), 716 (AK905) and I18 (TA105); for sums X12 RFI 222, 264,
1115, 1294, 1555, 2548 and 2601.
"""

from acktrail.model import Rule, Severity

INFO, WARNING, ERROR, FATAL = Severity.INFO, Severity.WARNING, Severity.ERROR, Severity.FATAL
ENVELOPE = "envelope"
SNIP1, SNIP2, SNIP3, SNIP4 = "snip1", "snip2", "snip3", "snip4"

# ------------------------------------------------------------------------------ the file
LEADING_BYTES = Rule("x12.file.leading_bytes", WARNING, "", "file", "bytes before the first ISA")
TRAILING_BYTES = Rule("x12.file.trailing_bytes", WARNING, "", "file", "bytes after an IEA")
WRAPPED = Rule("x12.file.wrapped", FATAL, "", "file", "lines are wrapped inside segments")
UNWRAPPED = Rule(
    "x12.file.unwrapped", INFO, "", "file", "line ends were taken out; offsets count without them"
)
TRUNCATED = Rule("x12.file.truncated", FATAL, "", "file", "the file ends before its IEA")
UNTERMINATED = Rule(
    "x12.file.unterminated", WARNING, "", "file", "the last IEA has no segment terminator"
)
UNREADABLE_ISA = Rule(
    "x12.file.unreadable_isa", FATAL, "", "file", "an ISA does not hold 16 elements in place"
)
BINARY_LENGTH = Rule(
    "x12.binary.length", FATAL, "", "file", "BIN01 or BDS02 is not the length of the data behind it"
)
BINARY_UNWRAPPED = Rule(
    "x12.binary.unwrapped",
    FATAL,
    "",
    "file",
    "binary data in a file whose line ends were taken out: its length tells nothing",
)
LIMIT = Rule("x12.file.limit", FATAL, "", "file", "more than the configured limit")
FILE = (
    LEADING_BYTES,
    TRAILING_BYTES,
    WRAPPED,
    UNWRAPPED,
    TRUNCATED,
    UNTERMINATED,
    UNREADABLE_ISA,
    BINARY_LENGTH,
    BINARY_UNWRAPPED,
    LIMIT,
)

# ------------------------------------------------------------------------------ ISA and IEA
ISA_DELIMITER = Rule(
    "x12.isa.delimiter", ERROR, "TA1 022", ENVELOPE, "a delimiter is unusable or used twice"
)
ISA_ELEMENT = Rule(
    "x12.isa.element", ERROR, "TA1 022", ENVELOPE, "an ISA element holds what it may not hold"
)
IEA_CONTROL = Rule("x12.iea.control", WARNING, "TA1 001", ENVELOPE, "IEA02 differs from ISA13")
IEA_COUNT = Rule(
    "x12.iea.count", WARNING, "TA1 021", ENVELOPE, "IEA01 differs from the number of groups"
)
IEA_MISSING = Rule("x12.iea.missing", ERROR, "TA1 023", ENVELOPE, "the interchange has no IEA")
STRAY = Rule(
    "x12.interchange.stray", ERROR, "TA1 022", ENVELOPE, "a segment where no such one may stand"
)
GS_CONTENT = Rule(
    "x12.gs.content", ERROR, "TA1 024", ENVELOPE, "GS01, GS02, GS03 or GS08 is unusable"
)
EMPTY_INTERCHANGE = Rule(
    "x12.interchange.empty", INFO, "", ENVELOPE, "the interchange holds no group and no TA1"
)
EMPTY_SEGMENT = Rule(
    "x12.segment.empty", WARNING, "", ENVELOPE, "two segment terminators with nothing between"
)
INDENTED = Rule(
    "x12.segment.indented", WARNING, "", ENVELOPE, "blanks in front of a segment; they are skipped"
)
INTERCHANGE = (
    ISA_DELIMITER,
    ISA_ELEMENT,
    IEA_CONTROL,
    IEA_COUNT,
    IEA_MISSING,
    STRAY,
    GS_CONTENT,
    EMPTY_INTERCHANGE,
    EMPTY_SEGMENT,
    INDENTED,
)

# ------------------------------------------------------------------------------ GS and GE
GROUP_UNSUPPORTED = Rule(
    "x12.gs.not_supported", ERROR, "AK905 1", ENVELOPE, "this kind of group is not agreed"
)
GROUP_VERSION = Rule(
    "x12.gs.version", ERROR, "AK905 2", ENVELOPE, "this version (GS08) is not agreed"
)
GE_MISSING = Rule("x12.ge.missing", ERROR, "AK905 3", ENVELOPE, "the group has no GE")
GE_CONTROL = Rule("x12.ge.control", ERROR, "AK905 4", ENVELOPE, "GE02 differs from GS06")
GE_COUNT = Rule(
    "x12.ge.count", ERROR, "AK905 5", ENVELOPE, "GE01 differs from the number of transaction sets"
)
ST_UNUSABLE = Rule(
    "x12.gs.set_unusable", ERROR, "AK905 5", ENVELOPE, "a set cannot be named in an answer"
)
GS_CONTROL = Rule("x12.gs.control", ERROR, "AK905 6", ENVELOPE, "GS06 is not a number of 1 to 9")
GS_DUPLICATE = Rule(
    "x12.gs.duplicate", ERROR, "AK905 19", ENVELOPE, "GS06 is used twice in the interchange"
)
GS_DATE = Rule("x12.gs.date", WARNING, "", ENVELOPE, "GS04 is no date or GS05 no time")
EMPTY_GROUP = Rule("x12.gs.empty", INFO, "", ENVELOPE, "the group holds no transaction set")
GROUP = (
    GROUP_UNSUPPORTED,
    GROUP_VERSION,
    GE_MISSING,
    GE_CONTROL,
    GE_COUNT,
    ST_UNUSABLE,
    GS_CONTROL,
    GS_DUPLICATE,
    GS_DATE,
    EMPTY_GROUP,
)

# ------------------------------------------------------------------------------ ST and SE
GUIDE_UNKNOWN = Rule(
    "x12.guide.unknown", ERROR, "IK502 1", ENVELOPE, "there is no guide for this transaction set"
)
NOT_AGREED = Rule(
    "x12.set.not_agreed", ERROR, "IK502 1", ENVELOPE, "this transaction set is not agreed"
)
SE_MISSING = Rule("x12.se.missing", ERROR, "IK502 2", SNIP1, "the transaction set has no SE")
SE_CONTROL = Rule("x12.se.control", ERROR, "IK502 3", SNIP1, "SE02 differs from ST02")
SE_COUNT = Rule("x12.se.count", ERROR, "IK502 4", SNIP1, "SE01 differs from the segments counted")
ST_ID = Rule("x12.st.id", ERROR, "IK502 6", SNIP1, "ST01 is no transaction set id")
ST_CONTROL = Rule("x12.st.control", ERROR, "IK502 7", SNIP1, "ST02 is no control number")
ST_GROUP = Rule("x12.st.group", ERROR, "IK502 18", SNIP1, "the set does not belong in its group")
ST_VERSION = Rule("x12.st.version", ERROR, "IK502 19", SNIP1, "ST03 contradicts GS08")
ST_DUPLICATE = Rule("x12.st.duplicate", ERROR, "IK502 23", SNIP1, "ST02 is used twice in the group")
SET = (
    GUIDE_UNKNOWN,
    NOT_AGREED,
    SE_MISSING,
    SE_CONTROL,
    SE_COUNT,
    ST_ID,
    ST_CONTROL,
    ST_GROUP,
    ST_VERSION,
    ST_DUPLICATE,
)

# ------------------------------------------------------------------------------ segments
UNKNOWN = Rule("x12.segment.unknown", ERROR, "IK502 5", SNIP1, "no X12 segment has this id")
UNEXPECTED = Rule("x12.segment.unexpected", ERROR, "IK304 2", SNIP1, "not allowed at this place")
SEQUENCE = Rule("x12.segment.sequence", ERROR, "IK304 7", SNIP1, "belongs earlier in its loop")
MISSING = Rule("x12.segment.missing", ERROR, "IK304 3", SNIP2, "required and not there")
SEGMENT_MAX = Rule("x12.segment.max", ERROR, "IK304 5", SNIP2, "more often than allowed")
LOOP_MAX = Rule(
    "x12.loop.max", ERROR, "IK304 4", SNIP2, "its loop is there more often than allowed"
)
LOOP_MIN = Rule("x12.loop.min", ERROR, "IK304 I7", SNIP2, "its loop is required and not there")
SEGMENT = (UNKNOWN, UNEXPECTED, SEQUENCE, MISSING, SEGMENT_MAX, LOOP_MAX, LOOP_MIN)

# ------------------------------------------------------------------------------ elements
ELEMENT_MISSING = Rule("x12.element.missing", ERROR, "IK403 1", SNIP1, "required and not sent")
CONDITIONAL = Rule(
    "x12.element.conditional", ERROR, "IK403 2", SNIP1, "required because of another element"
)
EXCLUSIVE = Rule(
    "x12.element.exclusive", ERROR, "IK403 10", SNIP1, "not allowed beside another element"
)
EXTRA = Rule("x12.element.extra", ERROR, "IK403 3", SNIP1, "more elements than the segment has")
TRAILING = Rule(
    "x12.element.trailing", ERROR, "IK403 3", SNIP1, "separators after the last element sent"
)
COMPONENT_EXTRA = Rule(
    "x12.component.extra", ERROR, "IK403 13", SNIP1, "more components than the element has"
)
REPETITION_EXTRA = Rule(
    "x12.repetition.extra", ERROR, "IK403 12", SNIP1, "repeated more often than allowed"
)
SHORT = Rule("x12.element.short", ERROR, "IK403 4", SNIP1, "shorter than allowed")
LONG = Rule("x12.element.long", ERROR, "IK403 5", SNIP1, "longer than allowed")
CHARACTER = Rule(
    "x12.element.character", ERROR, "IK403 6", SNIP1, "a character that is not allowed"
)
CODE = Rule("x12.element.code", ERROR, "IK403 7", SNIP2, "not one of the codes allowed here")
DATE = Rule("x12.element.date", ERROR, "IK403 8", SNIP1, "no valid date")
TIME = Rule("x12.element.time", ERROR, "IK403 9", SNIP1, "no valid time")
ELEMENT_NOT_USED = Rule(
    "x12.element.not_used", ERROR, "IK403 I10", SNIP2, "the guide does not use it"
)
FORM = Rule("x12.element.form", ERROR, "IK403 I12", SNIP2, "not of the form asked for here")
HL_NUMBER = Rule("x12.hl.number", ERROR, "IK403 7", SNIP1, "HL01 is not the next number")
LINE_NUMBER = Rule("x12.lx.number", ERROR, "IK403 7", SNIP1, "LX01 is not the next number")
HL_UNIQUE = Rule("x12.hl.unique", ERROR, "IK403 7", SNIP1, "HL01 was used before in this set")
HL_PARENT = Rule("x12.hl.parent", ERROR, "IK403 7", SNIP1, "HL02 names no open parent")
HL_DEPTH = Rule(
    "x12.hl.depth", ERROR, "IK403 7", SNIP1, "levels stand deeper in each other than max_levels"
)
ELEMENT = (
    ELEMENT_MISSING,
    CONDITIONAL,
    EXCLUSIVE,
    EXTRA,
    TRAILING,
    COMPONENT_EXTRA,
    REPETITION_EXTRA,
    SHORT,
    LONG,
    CHARACTER,
    CODE,
    DATE,
    TIME,
    ELEMENT_NOT_USED,
    FORM,
    HL_NUMBER,
    LINE_NUMBER,
    HL_UNIQUE,
    HL_PARENT,
    HL_DEPTH,
)

# ------------------------------------------------------------------------------ sums and counts
# The name of the check in a profile is the rule's name without this prefix.
BALANCE_PREFIX = "x12.balance."
SITUATION_PREFIX = "x12.situation."  # of the checks in situation/checks.py


def _balance(check: str, severity: Severity, text: str) -> Rule:
    return Rule(BALANCE_PREFIX + check, severity, "", SNIP3, text)


REMIT_SERVICE = _balance("835.service", ERROR, "SVC02 less its adjustments is not SVC03")
REMIT_CLAIM = _balance("835.claim", ERROR, "CLP03 less all adjustments is not CLP04")
REMIT_LINES = _balance("835.claim_lines", WARNING, "the sum of SVC02 is not CLP03")
REMIT_PATIENT = _balance("835.patient", WARNING, "CLP05 is not the sum of adjustments PR")
REMIT_PAYMENT = _balance("835.payment", ERROR, "BPR02 is not the sum of CLP04 less that of PLB")
REMIT_NEGATIVE = _balance("835.negative", ERROR, "BPR02 is negative")
REMIT_PLB_ZERO = _balance("835.plb_zero", WARNING, "an adjustment in PLB is zero")
CLAIM_CHARGE = _balance("837.charge", ERROR, "CLM02 is not the sum of the charges of its lines")
CLAIM_COB = _balance("837.cob", WARNING, "AMT*D and all adjustments of another payer are not CLM02")
CLAIM_COB_LINE = _balance(
    "837.cob_line", WARNING, "SVD02 and adjustments of another payer are not the line's charge"
)
CLAIM_COB_PAID = _balance(
    "837.cob_paid", WARNING, "AMT*D is not the sum of SVD02 less the claim's adjustments"
)
PREMIUM_PAYMENT = _balance("820.payment", WARNING, "BPR02 is not the sum of RMR04 and ADX01")
ANSWER_TOTALS = _balance("277ca.totals", WARNING, "a total is not that of the claims below it")
MEMBER_COUNT = _balance("count.834", WARNING, "QTY02 is not the number of members")
INVOICE_TOTAL = _balance("810.total", WARNING, "TDS01 is not the sum of lines, charges and taxes")
INVOICE_COUNT = _balance("count.810", WARNING, "CTT01 is not the number of IT1 segments")
ORDER_COUNT = _balance("count.850", WARNING, "CTT01 is not the number of PO1 segments")
ANSWER_COUNT = _balance("count.855", WARNING, "CTT01 is not the number of PO1 segments")
CHANGE_COUNT = _balance("count.860", WARNING, "CTT01 is not the number of POC segments")
CHANGE_ANSWER_COUNT = _balance("count.865", WARNING, "CTT01 is not the number of POC segments")
DESPATCH_COUNT = _balance("count.856", WARNING, "CTT01 is not the number of HL segments")
CATALOGUE_COUNT = _balance("count.832", WARNING, "CTT01 is not the number of LIN segments")
INVENTORY_COUNT = _balance("count.846", WARNING, "CTT01 is not the number of LIN segments")
ACTIVITY_COUNT = _balance("count.867", WARNING, "CTT01 is not the number of LIN segments")
RECEIPT_NAMED = _balance("ak9.named", WARNING, "AK903 is less than the sets that AK2 names")
RECEIPT_ACCEPTED = _balance("ak9.accepted", WARNING, "AK904 is not what the sets' IK5 or AK5 say")
RECEIPT_DECLARED = _balance(
    "ak9.declared", WARNING, "AK901 accepts a group whose AK902 and AK903 differ"
)
RECEIPT_VERDICT = _balance("ak9.verdict", WARNING, "AK901 accepts a group with a refused set")
BALANCE = (
    REMIT_SERVICE,
    REMIT_CLAIM,
    REMIT_LINES,
    REMIT_PATIENT,
    REMIT_PAYMENT,
    REMIT_NEGATIVE,
    REMIT_PLB_ZERO,
    CLAIM_CHARGE,
    CLAIM_COB,
    CLAIM_COB_LINE,
    CLAIM_COB_PAID,
    PREMIUM_PAYMENT,
    ANSWER_TOTALS,
    MEMBER_COUNT,
    INVOICE_TOTAL,
    INVOICE_COUNT,
    ORDER_COUNT,
    ANSWER_COUNT,
    CHANGE_COUNT,
    CHANGE_ANSWER_COUNT,
    DESPATCH_COUNT,
    CATALOGUE_COUNT,
    INVENTORY_COUNT,
    ACTIVITY_COUNT,
    RECEIPT_NAMED,
    RECEIPT_ACCEPTED,
    RECEIPT_DECLARED,
    RECEIPT_VERDICT,
)

RULES: tuple[Rule, ...] = (*FILE, *INTERCHANGE, *GROUP, *SET, *SEGMENT, *ELEMENT, *BALANCE)
