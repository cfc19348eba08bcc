"""CONTRL rule by rule, what ``test_contrl`` and ``test_contrl_readers`` do not show.

Sources: CONTRL D.3 (1997); ISO 9735-10 for syntax 4; SVC-3 and SVC-4: service code lists 0083 and
0085 in their editions for syntax 3 and 4.
"""

import re
from dataclasses import replace

import pytest

from acktrail.formats.edifact.rules import CHARSET_UNSUPPORTED, DECIMAL_MARK, RULES
from acktrail.model import Severity
from tests.generators.edifact import Knobs, interchange, invoic, orders
from tests.unit.edifact.reading import (
    EDIFACT,
    answered,
    contrl,
    read,
    segments_of,
    told,
)

NEWER = Knobs(syntax="UNOW:4::7", una=":+.?*'")
BAD = [one.replace("QTY+21:10", "QTY+21:x") for one in orders()]
IN_BOTH = {2, 7, 12, 13, 14, 15, 16, 17, 18, 20, 21, 22, 23, 24, 25, 26, 28, 29, 30, 32, 33}
IN_BOTH |= {35, 36, 37, 39, 40}
ONLY_3 = {19, 27, 31, 34, 38, 41, 42, 43}
ONLY_4 = {45, 46, 47, 48}
GONE = {1, 3, 4, 5, 6, 8, 9, 10, 11, 44}
WRONG = [
    "QTY+21:-.5",
    "QTY+21:x",
    "QTY+21:1234567890123456789",
    "QTY",
    "QTY+21:1+2",
    "XYZ+1",
    "BGM+220",
]


def test_0085_codes_are_those_of_both_lists_and_of_one_only_where_it_holds() -> None:
    """SVC-3 and SVC-4, list 0085."""
    codes = {int(one.code) for one in RULES if one.code and one.severity is not Severity.WARNING}

    assert codes - {int(DECIMAL_MARK.code)} <= IN_BOTH
    assert int(DECIMAL_MARK.code) in ONLY_3
    assert int(CHARSET_UNSUPPORTED.code) in IN_BOTH
    assert not codes & (GONE | ONLY_4)


@pytest.mark.parametrize("wrong", WRONG)
@pytest.mark.parametrize(("knobs", "other"), [(Knobs(), ONLY_4), (NEWER, ONLY_3)])
def test_code_of_the_other_list_is_never_written(wrong: str, knobs: Knobs, other: set[int]) -> None:
    message = [wrong if one == "QTY+21:10:PCE" else one for one in orders()]
    text = contrl(interchange([message], knobs))

    (code, *more) = re.findall(r"(?:UCD\+|UCS\+[0-9]+\+)([0-9]+)", text)
    assert not {int(one) for one in (code, *more)} & (other | GONE)


def test_0083_is_4_7_or_8_and_nothing_else() -> None:
    """List 0083; 1, 2, 3, 5 and 6 were taken out."""
    files = [
        interchange([orders(), [*BAD[:-1], BAD[-1]]]),
        interchange([BAD], Knobs(group="G1")),
        interchange([BAD], Knobs(unz_count="9")),
        interchange([orders()], replace(NEWER, request="2")),
    ]
    said = [
        action
        for data in files
        for options in ({"contrl": "on_request"}, {"contrl": "always"})
        for one in answered(read(data), **options)
        for action in re.findall(rb"UC[IFM]\+.*?\+([0-9])[+']", one.body)
    ]

    assert set(said) == {b"4", b"7", b"8"}


def test_one_contrl_answers_one_interchange() -> None:
    """CONTRL D.3, 1.2: a message per interchange; ours stand alone in theirs."""
    data = interchange([orders(), invoic("2")]) + interchange([orders()], Knobs(control="IC78"))

    built = answered(read(data))

    assert [one.subject for one in built] == ["IC77", "IC78"]
    assert all(one.body.count(b"UNH+") == one.body.count(b"UCI+") == 1 for one in built)
    assert all(one.body.endswith(b"UNZ+1+%s'" % one.control.encode()) for one in built)


def test_receipt_has_uci_only() -> None:
    """0083 8: interchange received; nothing is said of what is below."""
    data = interchange([BAD], replace(NEWER, request="2", group="G1"))

    assert contrl(data, contrl="on_request") == "UCI+IC77+SUPPLIER:14+HOSP:14+8'"


@pytest.mark.parametrize(
    "knobs", [Knobs(unz_count="9"), Knobs(unz_reference="X"), Knobs(syntax="UNOC:9")]
)
def test_error_of_the_interchange_comes_before_those_of_messages(knobs: Knobs) -> None:
    """0083 4: this level and all below; no UCM stands under it."""
    text = contrl(interchange([BAD], replace(knobs, group="G1")))

    assert text.startswith("UCI+IC77+SUPPLIER:14+HOSP:14+4+")
    assert "UCF" not in text
    assert "UCM" not in text


def test_error_of_the_group_comes_before_those_of_messages() -> None:
    text = contrl(interchange([BAD], Knobs(group="G1", une_reference="X")))

    assert text.endswith("UCF+G1+SUPPLIER:14+HOSP:14+4+28+UNE+3'")


def test_ucf_copies_0048_s006_and_s007() -> None:
    text = contrl(interchange([BAD], Knobs(group="G1")))

    assert "UCF+G1+SUPPLIER:14+HOSP:14+7'UCM+1+ORDERS:D:96A:UN+4'" in text


def test_acknowledged_messages_are_listed_by_the_profile_only() -> None:
    """UCI 7 alone is a complete answer."""
    data = interchange([orders(), invoic("2")])

    assert contrl(data) == "UCI+IC77+SUPPLIER:14+HOSP:14+7'"
    assert contrl(data, contrl_messages="all").endswith(
        "UCM+1+ORDERS:D:96A:UN+7'UCM+2+INVOIC:D:96A:UN:EAN008+7'"
    )
    grouped = interchange([orders(), ["UNH+2+CONTRL:D:3:UN", "UNT+2+2"]], Knobs(group="G1"))
    assert contrl(grouped, contrl_messages="all").endswith(
        "UCF+G1+SUPPLIER:14+HOSP:14+7'UCM+1+ORDERS:D:96A:UN+7'"
    )


@pytest.mark.parametrize("knobs", [Knobs(), NEWER])
def test_service_segment_at_fault_is_named_by_0013_or_0135(knobs: Knobs) -> None:
    """Both stand behind 0085, before S011; UNT's count is its element 2, the tag being 1."""
    data = interchange([[*orders()[:-1], "UNT+99+1"]], knobs)

    assert contrl(data).endswith("UCM+1+ORDERS:D:96A:UN+4+29+UNT+2'")


def test_segment_instance_has_one_error_and_each_element_its_own() -> None:
    """UCS: 0096 and one 0085; UCD: one 0085 each."""
    data = interchange([[one.replace("BGM+220+PO1+9", "BGM+2200++9999") for one in orders()]])

    assert contrl(data).endswith("UCS+2'UCD+39+2:1'UCD+39+4'")


def test_0096_counts_unh_as_1_and_0098_the_tag() -> None:
    (bad,) = [one for one in segments_of(interchange([BAD])) if one.get(1, 2) == "x"]

    assert contrl(interchange([BAD])).endswith(f"UCS+{bad.position}'UCD+37+2:2'")
    assert BAD[bad.position - 1].startswith("QTY")


def test_0096_of_a_missing_segment_is_the_last_one_before_its_place() -> None:
    message = [one for one in invoic() if not one.startswith("DTM")]
    message[-1] = f"UNT+{len(message)}+1"

    assert contrl(interchange([message])).endswith("UCM+1+INVOIC:D:96A:UN:EAN008+4'UCS+2+13'")


def test_0136_names_the_repetition_in_syntax_4_only() -> None:
    newer = [one.replace("CUX+2:EUR:9", "CUX+2:EUR:9*2:EUR:9") for one in orders()]

    assert contrl(interchange([newer], NEWER)).endswith("UCS+7'UCD+35+2::2'")


def test_errors_are_capped_at_999_segments_and_99_elements() -> None:
    """CONTRL D.3: UCS 999, UCD 99; the count in the ledger stays exact."""
    many = [one.replace("QTY+21:", "QTY+21:x") for one in orders(lines=1100)]
    text = contrl(interchange([many]), contrl="always")

    assert text.count("UCS+") == 999
    assert read(interchange([many])).interchanges[0].groups[0].messages[0].findings_total == 1100
    wide = "QTY+21:1" + "+x" * 98
    broad = [wide if one == "QTY+21:10:PCE" else one for one in orders()]
    assert contrl(interchange([broad])).count("UCD+16") <= 99


@pytest.mark.parametrize("test", ["1", "2", ""])
def test_unb_0035_is_copied(test: str) -> None:
    knobs = replace(NEWER, test=test)
    (answer,) = answered(read(interchange([orders()], knobs)))

    unb = answer.body.split(b"'")[0].split(b"+")
    assert unb[11:] == ([test.encode()] if test else [])


def test_unb_0031_and_0026_are_empty() -> None:
    (answer,) = answered(read(interchange([orders()], Knobs(request="1", test="1"))))

    unb = answer.body.split(b"'")[0].split(b"+")
    assert unb[6:11] == [b""] * 5


def test_ucm_without_reference_is_valid_in_syntax_4_and_not_in_3() -> None:
    """0062 and S009 are mandatory in UCM of D.3 and conditional in 4:1."""
    message = ["UNH++ORDERS:D:96A:UN", *orders()[1:-1], f"UNT+{len(orders())}+"]

    assert "UCM++ORDERS:D:96A:UN+4+13+UNH+2'" in contrl(interchange([message], NEWER))
    assert answered(read(interchange([message]))) == ()


@pytest.mark.parametrize(
    ("knobs", "contrl", "reached"),
    [
        (Knobs(), "always", True),
        (Knobs(sender="lower", syntax="UNOA:1"), "always", False),
        (Knobs(sender="lower", syntax="UNOA:1"), "never", True),
        (Knobs(sender="lower", syntax="UNOA:1"), "on_request", True),
        (Knobs(sender="lower", syntax="UNOA:1", request="1"), "on_request", False),
        (Knobs(control="x" * 15), "errors_only", False),
    ],
)
def test_interchange_that_no_valid_contrl_can_answer_is_a_persons(
    knobs: Knobs,
    contrl: str,
    reached: bool,  # noqa: FBT001
) -> None:
    (one,) = read(interchange([orders()], knobs)).interchanges

    assert EDIFACT.telling({"contrl": contrl}).reaches(one) == reached


def test_unb_that_cannot_be_decoded_is_a_persons() -> None:
    """S001 has to be copied, and this one (0080) is no UTF-8."""
    data = interchange([orders()], NEWER).replace(b"UNOW:4::7", b"UNOW:4:\xff:7")
    (one,) = read(data).interchanges

    assert answered(read(data)) == ()
    assert not EDIFACT.telling({"contrl": "always"}).reaches(one)


@pytest.mark.parametrize("wrong", WRONG)
@pytest.mark.parametrize("knobs", [Knobs(), NEWER, Knobs(group="G1")])
def test_contrl_of_an_error_class_is_right_by_our_own_guide(wrong: str, knobs: Knobs) -> None:
    message = [wrong if one == "QTY+21:10:PCE" else one for one in orders()]
    (answer,) = answered(read(interchange([message], knobs)))

    assert told(read(answer.body)) == []
    assert segments_of(answer.body)[0].tag == "UCI"
