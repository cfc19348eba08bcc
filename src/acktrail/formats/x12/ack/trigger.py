"""CTX, situational trigger: the element whose value made another one required, or forbade it.

Named only where the check has one such element; its loop stays empty (DE 447 has four characters).
Spec: 005010X231A1, CTX behind IK3 and behind IK4; X12 RFI 2502.
"""

from collections.abc import Mapping
from typing import NamedTuple

from acktrail.formats.x12.situation import checks
from acktrail.formats.x12.write import Line
from acktrail.model import Finding

NAME = "SITUATIONAL TRIGGER"


class Trigger(NamedTuple):
    """Where the value stands on which a check depends."""

    tag: str
    element: int
    component: int = 0


SELF = Trigger("SBR", 2)  # 18: the subscriber is the patient
ACCIDENT = Trigger("CLM", 11)
PERSON = Trigger("NM1", 2)
TRIGGERS = {
    checks.PATIENT_LEVEL.name: SELF,
    checks.PATIENT_MISSING.name: SELF,
    checks.SUBSCRIBER_DATA.name: SELF,
    checks.ORIGINAL_REFERENCE.name: Trigger("CLM", 5, 3),
    checks.ACCIDENT_DATE.name: ACCIDENT,
    checks.ACCIDENT_STATE.name: ACCIDENT,
    checks.FIRST_NAME.name: PERSON,
    checks.NO_FIRST_NAME.name: PERSON,
    checks.BANK_ACCOUNT.name: Trigger("BPR", 4),
    checks.NO_PAYMENT.name: Trigger("BPR", 2),
    checks.RELATIONSHIP.name: Trigger("INS", 1),
}
TAGS = frozenset(one.tag for one in TRIGGERS.values())


def trigger_of(finding: Finding, before: Mapping[str, int]) -> Line | None:
    """Return the CTX that names what a situational finding depends on; None where nothing does.

    Args:
        finding: Of any rule.
        before: By tag, the position of the last segment before the place of the finding.
    """
    trigger = TRIGGERS.get(finding.rule)
    if trigger is None:
        return None
    # an element depends on another one of its segment, a segment on one that came before it
    same = finding.place.element > 0
    position = finding.place.position if same else before.get(trigger.tag, 0)
    if not position:
        return None
    component = str(trigger.component) if trigger.component else ""
    element = (str(trigger.element), component)
    return ("CTX", NAME, trigger.tag, str(position), "", element)
