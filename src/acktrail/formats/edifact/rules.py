"""Every finding that reading EDIFACT can make, with its 0085 code and its weight.

0085 codes are those that the lists of syntax 3 and 4 share, unless a comment says otherwise.
Spec: UN/EDIFACT service code list 0085, editions for syntax 3 and 4.
"""

from acktrail.model import Rule, Severity

PREFIX = "edifact."
FATAL, ERROR, WARNING = Severity.FATAL, Severity.ERROR, Severity.WARNING


def _rule(name: str, severity: Severity, code: str, category: str, text: str) -> Rule:
    return Rule(PREFIX + name, severity, code, category, text)


TRUNCATED = _rule(
    "truncated", FATAL, "13", "envelope", "the file ends before the interchange trailer"
)
TRAILING_BYTES = _rule(
    "trailing_bytes", FATAL, "18", "envelope", "bytes after the trailer begin no interchange"
)
UNA_CHARACTERS = _rule(
    "una_characters", FATAL, "20", "envelope", "UNA declares unusable service characters"
)
INTERACTIVE = _rule("interactive", FATAL, "2", "envelope", "interactive EDIFACT is not supported")
PACKAGE_LOST = _rule(
    "package_lost", FATAL, "13", "envelope", "no UNP where the length in UNO says it must be"
)
SYNTAX_UNSUPPORTED = _rule(
    "syntax_unsupported", ERROR, "2", "envelope", "syntax identifier or version not supported"
)
# 46 (character set not supported) exists in the list of syntax 4 only
CHARSET_UNSUPPORTED = _rule(
    "charset_unsupported", ERROR, "18", "envelope", "character set not supported"
)
DATE_FORM = _rule(
    "date_form", WARNING, "", "envelope", "date or time is not in the form of this syntax version"
)
UNZ_MISSING = _rule("unz_missing", ERROR, "13", "envelope", "interchange trailer missing")
UNZ_REFERENCE = _rule(
    "unz_reference", ERROR, "28", "envelope", "control reference of UNZ is not that of UNB"
)
UNZ_COUNT = _rule(
    "unz_count", ERROR, "29", "envelope", "count in UNZ is not the number of messages or groups"
)
# syntax 4 counts packages, but published examples do not
UNZ_PACKAGES = _rule(
    "unz_packages", WARNING, "", "envelope", "count in UNZ leaves the packages out"
)
EMPTY_INTERCHANGE = _rule(
    "empty_interchange", ERROR, "32", "envelope", "interchange without message, package or group"
)
GROUPS_MIXED = _rule(
    "groups_mixed", ERROR, "30", "envelope", "messages inside and outside of groups"
)
SEGMENT_OUTSIDE = _rule("segment_outside", ERROR, "15", "envelope", "segment outside of a message")
UNE_MISSING = _rule("une_missing", ERROR, "13", "envelope", "group trailer missing")
UNE_REFERENCE = _rule(
    "une_reference", ERROR, "28", "envelope", "reference of UNE is not that of UNG"
)
UNE_COUNT = _rule(
    "une_count", ERROR, "29", "envelope", "count in UNE is not the number of messages"
)
UNT_MISSING = _rule("unt_missing", ERROR, "13", "envelope", "message trailer missing")
UNT_REFERENCE = _rule(
    "unt_reference", ERROR, "28", "envelope", "reference of UNT is not that of UNH"
)
UNT_COUNT = _rule(
    "unt_count", ERROR, "29", "envelope", "count in UNT is not the number of segments"
)
UNP_REFERENCE = _rule(
    "unp_reference", ERROR, "28", "envelope", "reference or length of UNP is not that of UNO"
)
MESSAGE_NOT_AGREED = _rule(
    "message_not_agreed", ERROR, "17", "envelope", "no agreement for this message type"
)
MESSAGE_REUSED = _rule(
    "message_reused", ERROR, "26", "envelope", "message reference used twice in the interchange"
)
DIRECTORY_UNKNOWN = _rule(
    "directory_unknown", WARNING, "", "structure", "no directory: only the envelope was checked"
)
SEGMENT_UNKNOWN = _rule(
    "segment_unknown", ERROR, "15", "structure", "segment is not part of the message"
)
SEGMENT_ORDER = _rule(
    "segment_order", ERROR, "15", "structure", "segment stands where the message has no place"
)
SEGMENT_MISSING = _rule(
    "segment_missing", ERROR, "13", "structure", "mandatory segment missing after this one"
)
GROUP_MISSING = _rule(
    "group_missing", ERROR, "13", "structure", "mandatory group missing after this segment"
)
SEGMENT_REPEATS = _rule(
    "segment_repeats", ERROR, "35", "structure", "segment is repeated too often"
)
GROUP_REPEATS = _rule("group_repeats", ERROR, "36", "structure", "group is repeated too often")
ELEMENT_MISSING = _rule(
    "element_missing", ERROR, "13", "element", "mandatory element or component missing"
)
ELEMENT_EXTRA = _rule("element_extra", ERROR, "16", "element", "more parts than the segment has")
ELEMENT_LONG = _rule("element_long", ERROR, "39", "element", "element is too long")
ELEMENT_SHORT = _rule("element_short", ERROR, "40", "element", "element is too short")
ELEMENT_TYPE = _rule("element_type", ERROR, "37", "element", "characters of another type")
ELEMENT_REPEATS = _rule("element_repeats", ERROR, "35", "element", "element is repeated too often")
# 38 (no digit before the decimal mark) exists in the list of syntax 3 only; elsewhere it is 37
DECIMAL_MARK = _rule("decimal_mark", ERROR, "38", "element", "no digit before the decimal mark")
DATE_INVALID = _rule("date_invalid", WARNING, "12", "element", "2380 is not as 2379 says")
UNDECODABLE = _rule(
    "undecodable", ERROR, "21", "characters", "bytes are not in the declared character set"
)
CHARACTERS = _rule(
    "characters", WARNING, "21", "characters", "characters outside of the declared repertoire"
)

RULES: tuple[Rule, ...] = tuple(rule for rule in list(globals().values()) if isinstance(rule, Rule))
