"""Every finding that translating a message can make, and the standards' own codes for them."""

from dataclasses import replace

from acktrail.model import Finding, Owner, Place, Rule, Severity

REQUIRED_MISSING = Rule(
    "map.required_missing",
    Severity.ERROR,
    "",
    "usage",
    "data that the canonical document requires is missing",
)
UNKNOWN_CODE = Rule(
    "map.unknown_code", Severity.ERROR, "", "value", "the code has no canonical meaning"
)
UNKNOWN_UNIT = Rule(
    "map.unknown_unit",
    Severity.ERROR,
    "",
    "value",
    "the unit of measure is not one that the map or the profile knows",
)
INVALID_NUMBER = Rule("map.invalid_number", Severity.ERROR, "", "value", "not a decimal number")
INVALID_DATE = Rule("map.invalid_date", Severity.ERROR, "", "value", "not a date in its format")
DATE_FORMAT = Rule(
    "map.date_format",
    Severity.WARNING,
    "",
    "value",
    "the date is in a format that is not read: kept as text only",
)
TWO_CANDIDATES = Rule(
    "map.two_candidates",
    Severity.ERROR,
    "",
    "value",
    "several different values fit where one is wanted: the profile has to name one",
)
CONTROL_CHARACTER = Rule(
    "map.control_character", Severity.ERROR, "", "value", "text holds control characters"
)
CURRENCY_COMPONENT = Rule(
    "map.currency_component",
    Severity.WARNING,
    "",
    "value",
    "the currency stands in another component than the standard's",
)
CHECK_DIGIT = Rule(
    "map.check_digit", Severity.WARNING, "", "value", "the identifier's check digit is wrong"
)
NEGATIVE_TOTAL = Rule(
    "map.negative_total",
    Severity.ERROR,
    "",
    "value",
    "the total of an invoice is negative: it would be a credit note",
)
TOO_MANY_PARTS = Rule(
    "map.too_many_parts", Severity.ERROR, "", "structure", "more parts than one document may hold"
)
EXT_FULL = Rule(
    "map.ext_full",
    Severity.WARNING,
    "",
    "structure",
    "more unmapped elements than are kept beside the document",
    Owner.US,
)
RULES: tuple[Rule, ...] = (
    REQUIRED_MISSING,
    UNKNOWN_CODE,
    UNKNOWN_UNIT,
    INVALID_NUMBER,
    INVALID_DATE,
    DATE_FORMAT,
    TWO_CANDIDATES,
    CONTROL_CHARACTER,
    CURRENCY_COMPONENT,
    CHECK_DIGIT,
    NEGATIVE_TOTAL,
    TOO_MANY_PARTS,
    EXT_FULL,
)

# X12 element 723 (IK403), EDIFACT 0085 (the values of both its lists), HL7 table 0357.
_STANDARD: dict[str, dict[str, str]] = {
    "map.required_missing": {"x12": "1", "edifact": "13", "hl7": "101"},
    "map.unknown_code": {"x12": "7", "edifact": "12", "hl7": "103"},
    "map.unknown_unit": {"x12": "7", "edifact": "12", "hl7": "103"},
    "map.invalid_number": {"x12": "6", "edifact": "37", "hl7": "102"},
    "map.invalid_date": {"x12": "8", "edifact": "12", "hl7": "102"},
    "map.two_candidates": {"hl7": "102"},
    "map.control_character": {"x12": "6", "edifact": "21", "hl7": "102"},
}


def find(rule: Rule, format_: str, place: Place) -> Finding:
    """Return the finding of ``rule`` at ``place`` with the code of the message's standard."""
    found = rule.at(place)
    code = _STANDARD.get(rule.name, {}).get(format_, "")
    return replace(found, code=code) if code else found
