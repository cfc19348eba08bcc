"""Codes of findings as a 999 and as a 4010 997 write them.

Spec: code lists of DE 618, 620, 621 (999), 716, 718, 720, 723 (997).
"""

from collections.abc import Iterable

from acktrail.model import Finding, Severity

SEGMENT, ELEMENT, SET, GROUP, INTERCHANGE = "IK304", "IK403", "IK502", "AK905", "TA1"
SEGMENT_HAS_ELEMENT_ERRORS = "8"
SEGMENTS_IN_ERROR = "5"
GUIDE_SEGMENTS_IN_ERROR = "I5"
CODES_AT_MOST = 5
# the 4010 lists are shorter: what they lack is told by the nearest that they have
TO_4010 = {
    SEGMENT: {"I4": "2", "I6": "3", "I7": "3", "I8": "3", "I9": "2"},
    ELEMENT: {
        "12": "3", "13": "3", "I6": "7", "I9": "1", "I10": "10", "I11": "1", "I12": "7",
        "I13": "10",
    },
    SET: {"I5": "5", "I6": "1", "18": "5", "19": "5", "23": "7"},
    GROUP: {"19": "6"},
}  # fmt: skip


def code_of(finding: Finding, kind: str, *, release_4010: bool) -> str:
    """Return the code of a finding in one code list; ``""`` when it is of another list."""
    listed, _space, code = finding.code.partition(" ")
    if listed != kind:
        return ""
    return TO_4010.get(kind, {}).get(code, code) if release_4010 else code


def codes_of(findings: Iterable[Finding], kind: str, *, release_4010: bool) -> list[str]:
    """Return the sorted codes of the refusing findings, each once, as many as fit."""
    codes = {
        code_of(finding, kind, release_4010=release_4010)
        for finding in findings
        if finding.severity is Severity.ERROR
    }
    return in_order(codes - {""})


def in_order(codes: Iterable[str]) -> list[str]:
    """Return codes in a stable order: numbers, then the implementation's; at most five."""
    return sorted(codes, key=lambda code: (not code.isalnum() or code[:1] == "I", len(code), code))[
        :CODES_AT_MOST
    ]
