"""The named checks: in a profile their names stand without the prefix.

Codes are those for what a situation asks for: I6 a segment that is missing (IK304) or a code that
does not fit (IK403), I9 a segment that may not be there (IK304) or an element that is missing
(IK403), I13 an element that may not be there.
Spec: code lists of DE 620 and 621; X12 RFI 2502; the guides that each check's module names.
"""

from acktrail.formats.x12.rules import SITUATION_PREFIX, SNIP4
from acktrail.model import Rule, Severity


def _check(name: str, code: str, text: str) -> Rule:
    return Rule(SITUATION_PREFIX + name, Severity.WARNING, code, SNIP4, text)


# ------------------------------------------------------------------------------ HL
OPEN_PARENT = _check("hl.parent", "IK403 7", "HL02 names a level that is no longer open")
CHILDREN = _check("hl.children", "IK403 I6", "HL04 does not say whether lower levels follow")
TRACKING = _check("276.claim_level", "IK304 I9", "a claim of the subscriber beside a dependent's")

# ------------------------------------------------------------------------------ 837
PATIENT_LEVEL = _check(
    "837.patient_level", "IK304 I9", "a patient level under a subscriber who is the patient"
)
PATIENT_MISSING = _check(
    "837.patient_missing", "IK304 I6", "a claim without patient level, and SBR02 is not 18"
)
SUBSCRIBER_DATA = _check(
    "837.subscriber_data", "IK304 I6", "address and birth date of a subscriber who is the patient"
)
ORIGINAL_REFERENCE = _check(
    "837.original_reference", "IK304 I6", "REF*F8 is missing where CLM05-3 is 7 or 8"
)
ACCIDENT_DATE = _check(
    "837.accident_date", "IK304 I6", "DTP*439 is missing where CLM11 names an accident"
)
ACCIDENT_STATE = _check(
    "837.accident_state", "IK403 I9", "the state of an automobile accident is missing"
)
FIRST_NAME = _check("837.first_name", "IK403 I9", "a person (NM102 is 1) without NM104")
NO_FIRST_NAME = _check("837.organisation", "IK403 I13", "an organisation (NM102 is 2) with NM104")
PAYER_ORDER = _check("837.payer_order", "IK403 I6", "two payers of a claim have the same SBR01")
LINE_PAYER = _check("837.line_payer", "IK403 I6", "SVD01 is no other payer of the claim")

# ------------------------------------------------------------------------------ 835, 834
BANK_ACCOUNT = _check("835.bank_account", "IK403 I9", "an electronic payment without its accounts")
NO_PAYMENT = _check("835.no_payment", "IK403 I6", "BPR04 is NON and BPR02 is not zero")
RELATIONSHIP = _check("834.relationship", "IK403 I6", "INS02 is 18 if and only if INS01 is Y")

SITUATIONS: tuple[Rule, ...] = (
    OPEN_PARENT,
    CHILDREN,
    TRACKING,
    PATIENT_LEVEL,
    PATIENT_MISSING,
    SUBSCRIBER_DATA,
    ORIGINAL_REFERENCE,
    ACCIDENT_DATE,
    ACCIDENT_STATE,
    FIRST_NAME,
    NO_FIRST_NAME,
    PAYER_ORDER,
    LINE_PAYER,
    BANK_ACCOUNT,
    NO_PAYMENT,
    RELATIONSHIP,
)
