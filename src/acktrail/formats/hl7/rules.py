"""Every finding that the HL7 reader can make, and what each does to the answer.

Spec: HL7 v2+ chapter 2 (2.5.2, 2.7.1, 2.9.3), table 0357 for the codes.
"""

from collections.abc import Mapping
from dataclasses import replace

from acktrail.model import NOWHERE, Finding, Owner, Place, Rule, Severity

_INFO, _WARNING = Severity.INFO, Severity.WARNING
_ERROR, _FATAL = Severity.ERROR, Severity.FATAL


def _rule(name: str, severity: Severity, code: str, category: str, text: str) -> Rule:
    return Rule(f"hl7.{name}", severity, code, category, text)


# ---------------------------------------------------------------- the file and its envelope
EMPTY_INPUT = _rule("empty_input", _FATAL, "", "envelope", "The file is empty")
NO_MSH = _rule("no_msh", _FATAL, "", "envelope", "No message can be read in the file")
TRUNCATED = _rule("truncated", _FATAL, "", "envelope", "The file ends inside a message header")
TRAILER_MISSING = _rule("trailer_missing", _FATAL, "", "envelope", "Trailer segment is missing")
HEADER_MISSING = _rule("header_missing", _WARNING, "", "envelope", "Trailer without its header")
COUNT_MISMATCH = _rule("count_mismatch", _ERROR, "", "envelope", "Count of the trailer is wrong")
TOTAL_MISMATCH = _rule("total_mismatch", _ERROR, "", "envelope", "Total of the batch is wrong")
OUTSIDE_BATCH = _rule("outside_batch", _WARNING, "", "envelope", "Message outside a batch")
TERMINATOR_MISSING = _rule(
    "terminator_missing", _INFO, "", "envelope", "The last segment has no terminator"
)
BOM = _rule("bom", _INFO, "", "envelope", "The text starts with a byte order mark")
MLLP_BYTES = _rule("mllp_bytes", _INFO, "", "envelope", "Bytes of the MLLP transport are present")
TERMINATOR_LF = _rule("terminator_lf", _INFO, "", "envelope", "Segments end with LF, not CR")
TERMINATOR_CRLF = _rule("terminator_crlf", _INFO, "", "envelope", "Segments end with CR LF")
LEADING_GARBAGE = _rule("leading_garbage", _INFO, "", "envelope", "Bytes before the first segment")

# ---------------------------------------------------------------- the message header
MSH_TOO_SHORT = _rule("msh_too_short", _ERROR, "", "envelope", "Message header is incomplete")
BAD_DELIMITERS = _rule("bad_delimiters", _ERROR, "", "envelope", "Delimiters are not usable")
UNDECODABLE = _rule("undecodable", _ERROR, "", "envelope", "Text is not in its character set")
UNSUPPORTED_TYPE = _rule("unsupported_type", _ERROR, "200", "usage", "Unsupported message type")
UNSUPPORTED_EVENT = _rule("unsupported_event", _ERROR, "201", "usage", "Unsupported event code")
NOT_SUBSCRIBED = _rule(
    "not_subscribed", _INFO, "", "usage", "Nobody subscribed to the event: kept, not interpreted"
)
UNSUPPORTED_PROCESSING_ID = _rule(
    "unsupported_processing_id", _ERROR, "202", "usage", "Unsupported processing id"
)
UNSUPPORTED_VERSION = _rule("unsupported_version", _ERROR, "203", "usage", "Unsupported version id")
CONTROL_ID_MISSING = _rule(
    "control_id_missing", _ERROR, "101", "usage", "Message control id is missing"
)
FRAGMENTED = _rule("fragmented", _ERROR, "207", "usage", "Continued messages are not supported")
UNKNOWN_STRUCTURE = _rule(
    "unknown_structure", _ERROR, "200", "usage", "No message structure is known for the event"
)
CHARSET_GUESSED = _rule("charset_guessed", _WARNING, "", "value", "Character set was guessed")
CHARSET_UNKNOWN = _rule("charset_unknown", _WARNING, "", "value", "Character set is not known")
ACK_MODE_HALF = _rule(
    "ack_mode_half", _WARNING, "", "usage", "Only one of MSH-15 and MSH-16 is filled"
)
ACK_MODE_INVALID = _rule(
    "ack_mode_invalid", _WARNING, "", "usage", "MSH-15 or MSH-16 is not a code of table 0155"
)
TRUNCATION_EARLY = _rule(
    "msh2_truncation_early", _INFO, "", "envelope", "Truncation character before version 2.7"
)
STRUCTURE_ID_WRONG = _rule(
    "structure_id_wrong", _INFO, "", "structure", "MSH-9.3 names no structure of the version"
)
VERSION_APPROXIMATED = _rule(
    "version_approximated", _INFO, "", "structure", "Checked with the tables of a near version"
)

# ---------------------------------------------------------------- structure
SEGMENT_MISSING = _rule("segment_missing", _ERROR, "100", "cardinality", "Segment is missing")
SEGMENT_UNEXPECTED = _rule(
    "segment_unexpected", _WARNING, "100", "unexpected", "Segment is out of place"
)
UNKNOWN_SEGMENT = _rule(
    "unknown_segment", _WARNING, "100", "unexpected", "Segment is not in this version"
)
Z_SEGMENT = _rule("z_segment", _WARNING, "100", "extra", "Locally defined segment")
NON_SEGMENT_LINE = _rule(
    "non_segment_line", _WARNING, "100", "unescaped_separator", "Line that is no segment"
)

# ---------------------------------------------------------------- fields
REQUIRED_MISSING = _rule("required_missing", _ERROR, "101", "usage", "Required field is missing")
BAD_CODE = _rule("bad_code", _ERROR, "103", "code_not_found", "Code is not in its table")
BAD_NM = _rule("bad_nm", _ERROR, "102", "format", "Not a number")
BAD_SI = _rule("bad_si", _ERROR, "102", "format", "Not a sequence number")
BAD_DT = _rule("bad_dt", _ERROR, "102", "format", "Not a date")
BAD_TM = _rule("bad_tm", _ERROR, "102", "format", "Not a time")
BAD_TS = _rule("bad_ts", _ERROR, "102", "format", "Not a time stamp")
OFFSET_ODD = _rule("offset_odd", _WARNING, "102", "format", "Time zone offset is malformed")
AMOUNT_MISMATCH = _rule(
    "amount_mismatch", _ERROR, "102", "content", "Amount is not quantity times unit price"
)
TOO_LONG = _rule("too_long", _WARNING, "104", "length", "Value is longer than agreed")
EXTRA_FIELD = _rule("extra_field", _WARNING, "", "extra", "Field beyond the segment's table")
EXTRA_COMPONENT = _rule(
    "extra_component", _WARNING, "", "unescaped_separator", "Component beyond the type's table"
)
EXTRA_REPETITION = _rule(
    "extra_repetition", _WARNING, "", "cardinality", "Field is repeated too often"
)
WITHDRAWN_FIELD = _rule("withdrawn_field", _WARNING, "", "usage", "Field is withdrawn")
UNKNOWN_ESCAPE = _rule("unknown_escape", _WARNING, "", "value", "Escape sequence is not known")
UNTERMINATED_ESCAPE = _rule(
    "unterminated_escape", _WARNING, "", "unescaped_separator", "Escape sequence does not end"
)
REQUIRED_EMPTY = _rule(
    "required_empty", _WARNING, "101", "usage", "Field that is sent when known is empty"
)
NOT_SUPPORTED = _rule("not_supported", _WARNING, "", "usage", "Not supported by the specification")
TOO_SHORT = _rule("too_short", _WARNING, "102", "length", "Value is shorter than agreed")
BAD_PATTERN = _rule("bad_pattern", _ERROR, "102", "format", "Value is not of the agreed form")
TOO_FEW_REPETITIONS = _rule(
    "too_few_repetitions", _ERROR, "101", "cardinality", "Field is repeated too seldom"
)
TOO_MANY_REPETITIONS = _rule(
    "too_many_repetitions", _ERROR, "102", "cardinality", "Field is repeated more than agreed"
)
TOO_FEW_SEGMENTS = _rule(
    "too_few_segments", _ERROR, "100", "cardinality", "Segment comes less often than agreed"
)
TOO_MANY_SEGMENTS = _rule(
    "too_many_segments", _ERROR, "100", "cardinality", "Segment comes more often than agreed"
)
MORE_FINDINGS = _rule("more_findings", _WARNING, "", "envelope", "More findings than are listed")

RULES = tuple(value for value in list(globals().values()) if isinstance(value, Rule))

# what a message cannot be read, placed or answered without: no profile makes less, or more, of it
_FIXED = (
    *(EMPTY_INPUT, NO_MSH, TRUNCATED, TRAILER_MISSING, HEADER_MISSING, COUNT_MISMATCH),
    TOTAL_MISMATCH,
    *(TERMINATOR_MISSING, BOM, MLLP_BYTES, TERMINATOR_LF, TERMINATOR_CRLF, LEADING_GARBAGE),
    *(MSH_TOO_SHORT, BAD_DELIMITERS, UNDECODABLE, CONTROL_ID_MISSING, FRAGMENTED, MORE_FINDINGS),
)
MOVABLE = frozenset(rule.name for rule in RULES) - {rule.name for rule in _FIXED}

BAD_FORMAT = {"NM": BAD_NM, "SI": BAD_SI, "DT": BAD_DT, "TM": BAD_TM, "TS": BAD_TS}

# AR in original mode and CR in enhanced mode: these alone (2.8.2, 2.8.3)
HEADER_REFUSALS = frozenset(
    rule.name
    for rule in (
        UNSUPPORTED_TYPE,
        UNSUPPORTED_EVENT,
        UNSUPPORTED_PROCESSING_ID,
        UNSUPPORTED_VERSION,
    )
)
# AR in original mode, CE in enhanced mode: not accepted for another reason
OTHER_REFUSALS = frozenset(
    rule.name
    for rule in (CONTROL_ID_MISSING, FRAGMENTED, UNDECODABLE, MSH_TOO_SHORT, BAD_DELIMITERS)
)
# faults against the version's tables: they fail a message where it is used, or always if strict
TABLE_RULES = frozenset(
    rule.name
    for rule in (
        *BAD_FORMAT.values(),
        REQUIRED_MISSING,
        BAD_CODE,
        SEGMENT_MISSING,
        SEGMENT_UNEXPECTED,
        UNKNOWN_SEGMENT,
        EXTRA_FIELD,
        EXTRA_COMPONENT,
        EXTRA_REPETITION,
    )
)


def found(
    rule: Rule,
    place: Place = NOWHERE,
    *,
    severity: Severity | None = None,
    owner: Owner | None = None,
    text: str = "",
) -> Finding:
    """Return the finding of ``rule`` at ``place``, moved up or down where the caller says so."""
    return Finding(
        rule.name,
        severity or rule.severity,
        text or rule.text,
        rule.code,
        rule.category,
        place,
        owner=owner or rule.owner,
    )


class Collector:
    """The findings of one message: errors first in line when there are too many.

    ``moved`` is what the profile says of the severity of rules; it has the last word.
    """

    __slots__ = ("_limit", "_moved", "errors", "remarks", "total")

    def __init__(self, limit: int, moved: Mapping[str, Severity]) -> None:
        self._limit = limit
        self._moved = moved
        self.errors: list[Finding] = []
        self.remarks: list[Finding] = []
        self.total = 0

    def full(self, severity: Severity) -> bool:
        """Count a finding and tell whether there is no room for it; then it need not be made."""
        self.total += 1
        if self._moved:  # it is not yet known which list it goes to
            return min(len(self.errors), len(self.remarks)) >= self._limit
        return len(self._list(severity)) >= self._limit

    def add(self, finding: Finding) -> None:
        """Keep ``finding`` unless the list is full; count it in any case."""
        if not self.full(finding.severity):
            self.keep(finding)

    def keep(self, finding: Finding) -> None:
        """Keep a finding that :meth:`full` had room for."""
        severity = self._moved.get(finding.rule)
        if severity is None:
            self._list(finding.severity).append(finding)
        elif len(self._list(severity)) < self._limit:
            self._list(severity).append(replace(finding, severity=severity))

    def _list(self, severity: Severity) -> list[Finding]:
        return self.errors if severity in (_ERROR, _FATAL) else self.remarks

    def listed(self) -> tuple[Finding, ...]:
        """Return what is kept, in the order of the segments."""
        if not self.total:
            return ()
        kept = [*self.errors, *self.remarks[: self._limit - len(self.errors)]]
        kept.sort(key=lambda finding: finding.place[1:4])
        if self.total > len(kept):
            kept.append(MORE_FINDINGS.at())
        return tuple(kept)
