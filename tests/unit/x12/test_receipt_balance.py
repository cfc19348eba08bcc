"""AK9 of a 997 or 999 against its sets: elements 715, 97, 123 and 2; X12 RFI 1339."""

import pytest

from acktrail.model import Severity
from tests.generators.x12 import closed, group, interchange
from tests.unit.x12.reading import answers, findings_of, read

REFUSED, ACCEPTED, WITH_ERRORS = "R*5", "A", "E"


def receipt(kind: str, closing: str, *sets: str) -> bytes:
    mark, version = ("IK", "005010X231A1") if kind == "999" else ("AK", "004010")
    set_id, about, third = ("837", "HC", "*005010X222A1") if kind == "999" else ("810", "IN", "")
    lines = [f"ST*{kind}*0001" + (f"*{version}" if kind == "999" else ""), f"AK1*{about}*17{third}"]
    for number, said in enumerate(sets, 1):
        lines += [f"AK2*{set_id}*{number:04d}{third}", f"{mark}5*{said}"]
    return interchange(group("FA", version, [closed([*lines, f"AK9*{closing}"])]))


def found(data: bytes) -> list[tuple[str, str]]:
    findings = findings_of(read(data))
    assert {one.severity for one in findings} <= {Severity.WARNING}
    return [(one.rule.removeprefix("x12.balance."), one.place.address) for one in findings]


@pytest.mark.parametrize("kind", ["997", "999"])
@pytest.mark.parametrize(
    ("closing", "sets", "expected"),
    [
        ("A*2*2*2", (ACCEPTED, WITH_ERRORS), []),
        ("P*2*2*1", (ACCEPTED, REFUSED), []),
        ("R*1*1*0", (REFUSED,), []),
        ("A*1*1*2", (ACCEPTED,), [("ak9.accepted", "AK904")]),
        ("P*2*2*2", (ACCEPTED, REFUSED), [("ak9.accepted", "AK904")]),
        ("P*2*2*0", (ACCEPTED, REFUSED), [("ak9.accepted", "AK904")]),
        ("A*1*1*1", (ACCEPTED, ACCEPTED), [("ak9.named", "AK903"), ("ak9.accepted", "AK904")]),
        ("A*3*2*2", (ACCEPTED, ACCEPTED), [("ak9.declared", "AK902")]),
        ("A*2*2*1", (ACCEPTED, REFUSED), [("ak9.verdict", "AK901")]),
        ("R*1*1*1", (ACCEPTED,), [("ak9.accepted", "AK904")]),
    ],
)
def test_elements_715_97_123_and_2_agree_with_the_sets(
    kind: str, closing: str, sets: tuple[str, ...], expected: list[tuple[str, str]]
) -> None:
    assert found(receipt(kind, closing, *sets)) == expected


@pytest.mark.parametrize(
    ("closing", "sets"),
    [
        ("A*5*5*5", ()),
        ("P*5*5*4", (REFUSED,)),
        ("R*2*2*0*4", (ACCEPTED, ACCEPTED)),
    ],
)
def test_rfi_1339_sets_that_are_not_named_and_groups_refused_as_a_whole_are_no_contradiction(
    closing: str, sets: tuple[str, ...]
) -> None:
    assert found(receipt("997", closing, *sets)) == []


def test_receipt_that_contradicts_itself_is_not_answered() -> None:
    assert answers(read(receipt("997", "A*9*1*4", REFUSED)), ta1="always") == ()
