"""The three functional acknowledgements, and the codes of findings as each of them writes them.

Spec: code lists of DE 620, 621, 618 (999); 720, 723, 718 (997, shorter in 4010); 716 (AK905).
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace

from acktrail.errors import SetupError
from acktrail.formats.x12.agreement import HIPAA_GROUPS, is_hipaa
from acktrail.formats.x12.write import RELEASE_4010, RELEASE_5010
from acktrail.model import Finding, GroupResult, Severity

SEGMENT, ELEMENT, SET, GROUP, INTERCHANGE = "IK304", "IK403", "IK502", "AK905", "TA1"
SEGMENT_HAS_ELEMENT_ERRORS = "8"
SEGMENTS_IN_ERROR = "5"
GUIDE_SEGMENTS_IN_ERROR = "I5"
COUNT_WRONG = "5"  # AK905
CODES_AT_MOST = 5
MODERN = "005"  # GS08 of 5010 groups
# the lists of the 997 lack the codes of implementation guides: the nearest that they have
TO_997 = {
    SEGMENT: {"I4": "2", "I6": "3", "I7": "3", "I8": "3", "I9": "2"},
    ELEMENT: {"I6": "7", "I9": "1", "I10": "10", "I11": "1", "I12": "7", "I13": "10"},
    SET: {"I5": "5", "I6": "1"},
    GROUP: {},
}  # fmt: skip
TO_4010 = {
    SEGMENT: TO_997[SEGMENT],
    ELEMENT: TO_997[ELEMENT] | {"12": "3", "13": "3"},
    SET: TO_997[SET] | {"18": "5", "19": "5", "23": "7"},
    GROUP: {"19": "6"},
}


@dataclass(frozen=True, slots=True)
class Dialect:
    """One functional acknowledgement in one release."""

    kind: str  # ST01
    release: str  # ISA12
    version: str  # GS08
    names: tuple[str, str, str] = ("AK3", "AK4", "AK5")  # about segment, element, set
    # in place of those of the 999
    codes: Mapping[str, Mapping[str, str]] | None = field(default=None, compare=False)
    most_positions: int = 9_999_999_999  # DE 719
    modern: bool = True  # AK103, AK203, positions of repetitions
    implementation: bool = False  # ST03, CTX, guide-level codes

    def code(self, finding: Finding, list_: str) -> str:
        """Return the code of a finding in one code list; ``""`` when it is of another list."""
        listed, _space, code = finding.code.partition(" ")
        if listed != list_:
            return ""
        return code if self.codes is None else self.codes[list_].get(code, code)

    def refusing_codes(self, findings: Iterable[Finding], list_: str) -> set[str]:
        """Return the codes of the findings that refuse."""
        errors = (finding for finding in findings if finding.severity is Severity.ERROR)
        return {self.code(finding, list_) for finding in errors} - {""}


THE_999 = Dialect("999", RELEASE_5010, "005010X231A1", ("IK3", "IK4", "IK5"), implementation=True)
THE_997_5010 = Dialect("997", RELEASE_5010, "005010", codes=TO_997)
THE_997_4010 = Dialect(
    "997", RELEASE_4010, "004010", codes=TO_4010, most_positions=999_999, modern=False
)
PINNED = {
    "005010X231": THE_999,
    "005010X231A1": THE_999,
    "005010": THE_997_5010,
    "005010X230": THE_997_5010,
    "004010": THE_997_4010,
}


def dialect_for(group: GroupResult, options: Mapping[str, str]) -> Dialect:
    """Return how a group is answered: 999 for HIPAA groups of 5010, 997 for all others.

    AK101 of the 999 can name no other kinds of group, whatever the profile says.

    Raises:
        SetupError: If the profile pins a version that we do not write.
    """
    functional, pinned = options.get("functional") or "auto", options.get("functional_version", "")
    modern = group.version.startswith(MODERN)
    wanted = {"999": group.kind in HIPAA_GROUPS, "auto": is_hipaa(group.kind, group.version)}
    the_997 = THE_997_5010 if modern else THE_997_4010
    usual = THE_999 if wanted.get(functional) else the_997
    if not pinned:
        return usual
    if pinned not in PINNED:
        msg = "acknowledge.functional_version is none that we write"
        raise SetupError(msg)
    chosen = PINNED[pinned]
    return replace(chosen, version=pinned) if chosen.kind == usual.kind else usual


def in_order(codes: Iterable[str]) -> list[str]:
    """Return codes in a stable order: numbers, then the implementation's; at most five."""
    return sorted(codes, key=lambda code: (code[:1] == "I", len(code), code))[:CODES_AT_MOST]
