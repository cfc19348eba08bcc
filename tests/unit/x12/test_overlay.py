"""A partner's overlay on a guide: what it opens is the guide's, what it narrows is SNIP 7."""

import pytest
from pydantic import ValidationError

from acktrail.errors import GuideError
from acktrail.formats.x12.guide.overlay import AS_IT_IS, read_overlay, read_spot
from acktrail.formats.x12.options import read_options
from acktrail.model import Verdict
from acktrail.profiles.formats import X12Overlay
from tests.generators.x12 import closed, group, interchange
from tests.unit.x12.reading import FORMAT, codes_of, findings_of, messages_of, read
from tests.unit.x12.test_situations import CLAIM, changed, without

GUIDE = "837-005010X222A1"
QUIET = {"4": "off", "3": "off"}


def data_of(body: list[str]) -> bytes:
    return interchange(group("HC", "005010X222A1", (closed(body),)))


def told(body: list[str], **overlay: object) -> list[tuple[str, str, str]]:
    result = read(data_of(body), snip=QUIET, overlay={GUIDE: overlay})
    return [(f.rule, f.code, f.place.address) for f in findings_of(result)]


def test_without_an_overlay_nothing_is_told() -> None:
    assert told(CLAIM) == []


@pytest.mark.parametrize(
    ("overlay", "finding"),
    [
        ({"forbid": {"2300/CLM05-1": ["11"]}}, ("x12.overlay.code", "IK403 I6", "CLM05-1")),
        ({"forbid": {"SBR09": ["CI"]}}, ("x12.overlay.code", "IK403 I6", "SBR09")),
        ({"require": ["2000B/SBR03"]}, ("x12.overlay.element", "IK403 I9", "SBR03")),
        ({"require": ["2010AA/PER"]}, ("x12.overlay.segment", "IK304 I6", "PER")),
        ({"require": ["2400/K3"]}, ("x12.overlay.segment", "IK304 I6", "K3")),
        ({"repeat": {"2300/HI": 0}}, ("x12.overlay.repeat", "IK304 5", "HI")),
        ({"form": {"2300/CLM01": "[0-9]{8}"}}, ("x12.overlay.form", "IK403 I12", "CLM01")),
    ],
)
def test_what_narrows_the_guide_is_told_as_the_partners_own_rule(
    overlay: dict[str, object], finding: tuple[str, str, str]
) -> None:
    found = told(CLAIM, **overlay)

    assert finding in found
    assert {rule for rule, _code, _at in found} == {finding[0]}


@pytest.mark.parametrize(
    "overlay",
    [
        {"forbid": {"2300/CLM05-1": ["81"]}},
        {"require": ["2010AA/N3", "2000B/SBR09", "CLM01"]},
        {"repeat": {"2010AA/REF": 1}},
        {"form": {"2300/CLM01": "[A-Z][0-9]{1,7}"}},
    ],
)
def test_what_is_kept_is_not_told(overlay: dict[str, object]) -> None:
    assert told(CLAIM, **overlay) == []


def test_segments_are_counted_in_each_instance_of_their_loop() -> None:
    twice = [*CLAIM, "LX*2", "SV1*HC:99213*0*UN*1***1", "DTP*472*D8*20260110"]

    assert told(twice, repeat={"2400/DTP": 1}) == []
    assert [at for _r, _c, at in told(twice, require=["2400/K3"])] == ["K3", "K3"]


def test_code_that_is_added_is_right_for_this_partner_only() -> None:
    body = changed(CLAIM, CLAIM[11], "SBR*P*18*******XX")
    data = data_of(body)
    overlay = {GUIDE: {"allow": {"2000B/SBR09": ["XX"]}}}

    assert ("IK403 7", "SBR09") in codes_of(read(data, snip=QUIET))
    assert codes_of(read(data, snip=QUIET, overlay=overlay)) == []
    assert ("IK403 7", "SBR09") in codes_of(read(data, snip=QUIET))


def test_required_segment_or_element_is_relaxed_for_this_partner_only() -> None:
    body = without(CLAIM, "PER")
    overlay = {GUIDE: {"relax": ["1000A/PER", "2300/CLM07"]}}
    shorter = [text.replace("*Y*A*Y*Y", "*Y**Y*Y") for text in body]

    assert ("IK304 3", "PER") in codes_of(read(data_of(body), snip=QUIET))
    assert codes_of(read(data_of(shorter), snip=QUIET, overlay=overlay)) == []


def test_type_7_is_switched() -> None:
    overlay = {GUIDE: {"forbid": {"2300/CLM05-1": ["11"]}}}
    data = data_of(CLAIM)

    def verdict(switch: str) -> Verdict:
        options = {"snip": {**QUIET, "7": switch}, "overlay": overlay}
        return messages_of(read(data, **options))[0].verdict

    assert verdict("warn") is Verdict.ACCEPTED_WITH_ERRORS
    assert verdict("reject") is Verdict.REJECTED
    assert verdict("off") is Verdict.ACCEPTED


def test_overlay_is_part_of_the_compile_key() -> None:
    catalogue = FORMAT._catalogue  # noqa: SLF001 - the cache is what is tested
    (key,) = catalogue.keys("005010X222A1", "837", "HC")
    marks = next(iter(catalogue._machines))[1]  # noqa: SLF001 - as above
    relaxed = read_overlay({"relax": ["1000A/PER"]})

    plain = catalogue.machine(key, marks)
    assert catalogue.machine(key, marks, relaxed) is not plain
    assert catalogue.machine(key, marks, read_overlay({"relax": ["1000A/PER"]})) is (
        catalogue.machine(key, marks, relaxed)
    )
    assert catalogue.machine(key, marks, AS_IT_IS) is plain


@pytest.mark.parametrize("place", ["2300/CLM99", "9999/CLM01", "2300/ZZZ", "2300/CLM05-9"])
def test_place_that_the_guide_has_not_is_a_fault_of_the_profile(place: str) -> None:
    with pytest.raises(GuideError, match="nowhere"):
        read(data_of(CLAIM), overlay={GUIDE: {"forbid": {place: ["A"]}}})


@pytest.mark.parametrize("text", ["", "clm01", "2300/", "2300/CLM5", "2300/CLM05-", "A B"])
def test_text_that_is_no_place_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match="a place such as"):
        read_spot(text)


@pytest.mark.parametrize(
    "table",
    [
        {"form": {"2300/CLM01": "[A-Z]+"}},  # not bounded
        {"forbid": {"CLM": ("A",), "x": ("A",)}},
        {"require": ("PER",)},
        {"repeat": {"PER": 1}},
        {"widen": ("PER",)},
    ],
)
def test_overlay_of_a_profile_is_linted(table: dict[str, object]) -> None:
    with pytest.raises(ValidationError):
        X12Overlay.model_validate(table)


def test_places_are_written_as_they_are_read() -> None:
    for text in ("2300/CLM05-1", "2010AA/PER", "BPR04", "N403"):
        assert str(read_spot(text)) == text


def test_overlays_of_a_profile_are_options() -> None:
    options = read_options({"overlay": {GUIDE: {"relax": ["2010AA/N3"]}}})

    assert options.overlays[GUIDE].opens
