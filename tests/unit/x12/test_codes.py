"""SNIP 5: external code lists of the operator, by the day of the service."""

import pytest
from pydantic import ValidationError

from acktrail.errors import GuideError
from acktrail.formats.x12 import X12
from acktrail.formats.x12.guide.codes import read_codes
from acktrail.formats.x12.guide.pyx12_maps import read_wheel_map
from acktrail.model import Finding, ReadResult
from acktrail.profiles.formats import X12Table
from tests.generators.x12 import closed, group, interchange
from tests.unit.x12.reading import Folder, findings_of, messages_of, result_of
from tests.unit.x12.test_situations import CLAIM, changed

LIST = b"""# version 2026-03
code,valid_from,valid_to
A1,20260101,20260131
A1,20260301,
B2,,20251231
"""


class WithLists(Folder):
    """The guides, and one external list."""

    def read(self, path: str) -> bytes:
        return LIST if path == "codes/tiny.csv" else super().read(path)


def judged(body: list[str], **options: object) -> ReadResult:
    quiet: dict[str, object] = {"snip": {"3": "off", "4": "off"}}
    reader = X12(WithLists(), read_wheel_map).reader(quiet | options)
    data = interchange(group("HC", "005010X222A1", (closed(body),)))
    return result_of([*reader.feed(data), *reader.close()])


def external(result: ReadResult) -> list[Finding]:
    return [one for one in findings_of(result) if one.rule == "x12.code.external"]


def service(code: str, day: str) -> list[str]:
    body = changed(CLAIM, CLAIM[26], f"SV1*HC:{code}*120*UN*1***1")
    return changed(body, CLAIM[27], f"DTP*472*D8*{day}")


@pytest.mark.parametrize(
    ("code", "day", "right"),
    [
        ("A1", "20260115", True),
        ("A1", "20260215", False),
        ("A1", "20300101", True),
        ("B2", "20251231", True),
        ("B2", "20260101", False),
        ("C3", "20260115", False),
    ],
)
def test_code_is_judged_on_the_day_of_its_service(code: str, day: str, *, right: bool) -> None:
    result = judged(service(code, day), codes={"2400/SV101-2": "tiny"})

    found = external(result)
    assert [(f.code, f.place.address) for f in found] == ([] if right else [("IK403 7", "SV101-2")])


def test_code_without_a_day_of_its_own_is_judged_on_that_of_the_set() -> None:
    # BHT04 is 20260115; the diagnosis has no day before the first line
    right = judged(changed(CLAIM, "HI*ABK:J069", "HI*ABK:A1"), codes={"2300/HI01-2": "tiny"})
    wrong = judged(changed(CLAIM, "HI*ABK:J069", "HI*ABK:B2"), codes={"2300/HI01-2": "tiny"})

    assert external(right) == []
    assert [f.place.address for f in external(wrong)] == ["HI01-2"]


def test_type_5_is_off_until_a_list_is_named_and_switched_as_a_whole() -> None:
    body, named = service("C3", "20260115"), {"2400/SV101-2": "tiny"}

    assert external(judged(body)) == []
    assert external(judged(body, codes=named, snip={"5": "off"})) == []
    assert external(judged(body, codes=named))[0].severity.value == "warning"


def test_version_of_the_list_is_kept_with_the_verdict() -> None:
    (message,) = messages_of(judged(CLAIM, codes={"2400/SV101-2": "tiny"}))

    assert message.facts["codes"] == "tiny=2026-03"


def test_list_that_is_not_there_is_our_own_gap() -> None:
    with pytest.raises((GuideError, FileNotFoundError)):
        judged(CLAIM, codes={"2400/SV101-2": "none"})


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"code,valid_from,valid_to\n",
        b"# version 1\ncode;from;to\n",
        b"# version 1\ncode,valid_from,valid_to\nA,2026-01-01,\n",
        b"# version 1\ncode,valid_from,valid_to\n,,\n",
        b"# version 1\ncode,valid_from,valid_to\nA\n",
    ],
)
def test_list_of_another_form_is_refused_by_name_and_line(body: bytes) -> None:
    with pytest.raises(GuideError, match="tiny: line"):
        read_codes("tiny", body)


@pytest.mark.parametrize("codes", [{"SV1": "x"}, {"2400/SV101-2": "../x"}, {"sv1": "x"}])
def test_places_and_names_of_lists_are_linted(codes: dict[str, str]) -> None:
    with pytest.raises(ValidationError):
        X12Table.model_validate({"codes": codes})
