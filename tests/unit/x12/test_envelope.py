"""Interchange, group and set envelopes: X12.5; codes of TA105, AK905 and IK502."""

import pytest

from acktrail.model import Owner, Verdict
from acktrail.ports import GroupEnd, InterchangeEnd, MessageEnd, MessageStart
from tests.generators.x12 import (
    Envelope,
    closed,
    group,
    interchange,
    invoice_file,
    order,
    order_file,
    payment_file,
    payments,
    remittance,
)
from tests.unit.x12.reading import (
    codes_of,
    events_of,
    findings_of,
    messages_of,
    read,
    rules_of,
    segments_of,
)


@pytest.mark.parametrize("file", [payment_file, order_file, invoice_file])
def test_clean_file_is_accepted_without_findings(file: object) -> None:
    assert callable(file)

    result = read(file())

    assert result.usable
    assert findings_of(result) == []
    assert result.verdict is Verdict.ACCEPTED


def test_events_come_in_the_order_of_the_file() -> None:
    events = events_of(interchange(payments(remittance("0001"), remittance("0002"))))

    kinds = [type(one).__name__ for one in events]
    assert kinds[0] == "MessageStart"
    assert kinds[-2:] == ["GroupEnd", "InterchangeEnd"]
    assert kinds.count("MessageStart") == kinds.count("MessageEnd") == 2
    assert sum(isinstance(one, GroupEnd | InterchangeEnd) for one in events) == 2


def test_head_and_result_name_what_answers_repeat() -> None:
    events = events_of(payment_file())
    (head,) = (one.head for one in events if isinstance(one, MessageStart))
    (result,) = (one.result for one in events if isinstance(one, MessageEnd))

    assert (head.type, head.version, head.control) == ("835", "005010X221A1", "0001")
    assert head.guide == result.guide == "835-005010X221A1"
    assert (head.sender, head.receiver, head.interchange) == ("ACMEPAYER", "CLINICA", "000000905")
    assert head.test
    assert head.facts["GS01"] == "HP"
    assert "ST03" not in head.facts
    assert result.facts["SE01"] == str(result.segments)


def test_segments_carry_loop_place_and_values() -> None:
    data = payment_file()
    segments = segments_of(data)

    services = [one for one in segments if one.tag == "SVC"]
    assert segments[0].tag == "ST"
    assert segments[-1].tag == "SE"
    assert [one.loop for one in services] == ["2110"] * 3
    assert {one.loop for one in segments if one.tag in ("ST", "BPR", "PLB", "SE")} == {""}
    assert (services[0].get(1), services[0].get(1, 2)) == ("HC", "99213")
    assert services[0].get(9) == services[0].get(1, 3) == services[0].get(2, 1, 2) == ""
    assert (services[0].repetitions(1), services[0].repetitions(4)) == (1, 0)
    at = services[0].place.offset
    assert data[at : at + 4] == b"SVC*"
    assert [one.position for one in segments] == list(range(1, len(segments) + 1))


def test_span_of_a_set_is_its_bytes_from_st_to_se() -> None:
    data = interchange(payments(remittance("0001"), remittance("0002")))

    for message in messages_of(read(data)):
        span = data[message.offset : message.offset + message.length]
        assert span.startswith(b"ST*835*" + message.control.encode())
        assert span.endswith(b"*" + message.control.encode() + b"~")


def test_interchanges_of_several_senders_and_delimiters_in_one_file_are_all_read() -> None:
    one = payment_file()
    two = payment_file(Envelope(sender="OTHERPAYER", control="000000077", marks="|>!'"))

    result = read(one + b"\r\n" + two)

    assert [i.control for i in result.interchanges] == ["000000905", "000000077"]
    assert [i.sender for i in result.interchanges] == ["ACMEPAYER", "OTHERPAYER"]
    assert findings_of(result) == []


@pytest.mark.parametrize("newline", ["\n", "\r\n"])
def test_line_ends_behind_terminators_are_no_fault(newline: str) -> None:
    result = read(payment_file(Envelope(newline=newline)))

    assert findings_of(result) == []


def test_newline_as_terminator_is_read() -> None:
    result = read(payment_file(Envelope(marks="*:^\n")))

    assert findings_of(result) == []
    assert result.verdict is Verdict.ACCEPTED


# ------------------------------------------------------------------------------ TA1


@pytest.mark.parametrize(
    ("envelope", "code", "verdict"),
    [
        (Envelope(iea_control="000000906"), "TA1 001", Verdict.ACCEPTED_WITH_ERRORS),
        (Envelope(iea_count="2"), "TA1 021", Verdict.ACCEPTED_WITH_ERRORS),
        (Envelope(qualifier="QQ"), "TA1 005", Verdict.REJECTED),
        (Envelope(sender=""), "TA1 006", Verdict.ACCEPTED_WITH_ERRORS),
        (Envelope(receiver=""), "TA1 008", Verdict.ACCEPTED_WITH_ERRORS),
        (Envelope(date="261332"), "TA1 014", Verdict.REJECTED),
        (Envelope(time="2561"), "TA1 015", Verdict.REJECTED),
        (Envelope(release="0050A"), "TA1 017", Verdict.REJECTED),
        (Envelope(release="00999"), "TA1 003", Verdict.ACCEPTED_WITH_ERRORS),
        (Envelope(control="A00000905"), "TA1 018", Verdict.REJECTED),
        (Envelope(request="2"), "TA1 019", Verdict.ACCEPTED_WITH_ERRORS),
        (Envelope(usage="X"), "TA1 020", Verdict.ACCEPTED_WITH_ERRORS),
        (Envelope(marks="*:A~"), "TA1 022", Verdict.REJECTED),
        (Envelope(marks="*::~"), "TA1 027", Verdict.REJECTED),
        (Envelope(marks="*A^~"), "TA1 027", Verdict.REJECTED),
        (Envelope(marks="*:^Q"), "TA1 004", Verdict.REJECTED),
    ],
)
def test_fault_of_isa_or_iea_makes_its_ta1_note(
    envelope: Envelope, code: str, verdict: Verdict
) -> None:
    result = read(interchange(envelope=envelope))

    (one,) = result.interchanges
    assert code in [finding.code for finding in one.findings]
    assert one.verdict is verdict


def test_016_is_given_for_4010_only_where_isa11_is_the_standard() -> None:
    data = order_file().replace(b"*U*00401*", b"*X*00401*")

    assert ("TA1 016", "ISA11") in codes_of(read(data))


def test_note_is_raised_by_the_profile() -> None:
    data = payment_file(Envelope(iea_control="000000906"))

    result = read(data, notes={"001": "R"})

    assert result.interchanges[0].verdict is Verdict.REJECTED


def test_interchange_without_iea_before_the_next_one_is_023_and_the_next_is_read() -> None:
    cut = payment_file().split(b"IEA")[0]

    result = read(cut + payment_file(Envelope(control="000000906", marks="|>!'")))

    first, second = result.interchanges
    assert [finding.code for finding in first.findings] == ["TA1 023"]
    assert first.verdict is Verdict.REJECTED
    assert (second.control, second.verdict) == ("000000906", Verdict.ACCEPTED)


def test_stray_segment_between_sets_is_022() -> None:
    segments = payments()
    data = interchange([segments[0], "CLP*X*1*1*1", *segments[1:]])

    assert ("TA1 022", "CLP") in codes_of(read(data))


@pytest.mark.parametrize("gs", ["GS*H*A*B*20260315*1200*905*X*005010X221A1", "GS*HP*A*B*20260315"])
def test_unusable_gs_is_024(gs: str) -> None:
    data = interchange([gs, *payments()[1:]])

    assert "TA1 024" in [code for code, _at in codes_of(read(data))]


def test_interchange_with_ta1_only_is_accepted_and_its_answer_is_kept() -> None:
    result = read(interchange(["TA1*000000017*260315*1200*R*023"]))

    (one,) = result.interchanges
    assert findings_of(result) == []
    assert one.facts["TA1"] == "000000017/R/023"


def test_ta1_that_says_nothing_is_a_fault() -> None:
    assert ("TA1 022", "TA1") in codes_of(read(interchange(["TA1*17*260315*1200*Q*1"])))


def test_service_segments_before_the_groups_are_accepted() -> None:
    result = read(interchange(["ISB*AB", "ISE*CD"], payments()))

    assert findings_of(result) == []


def test_empty_interchange_and_empty_group_are_stated_as_such() -> None:
    assert rules_of(read(interchange())) == ["x12.interchange.empty"]
    assert rules_of(read(interchange(group("HP", "005010X221A1", [])))) == ["x12.gs.empty"]


# ------------------------------------------------------------------------------ GS and GE


def test_ge_faults_reject_the_group() -> None:
    for knobs, code in (
        ({"ge_count": "2"}, "AK905 5"),
        ({"ge_count": "x"}, "AK905 5"),
        ({"ge_control": "906"}, "AK905 4"),
        ({"control": "9O5"}, "AK905 6"),
    ):
        result = read(interchange(group("HP", "005010X221A1", [remittance()], **knobs)))

        assert [found for found, _at in codes_of(result)] == [code]
        assert result.interchanges[0].groups[0].verdict is Verdict.REJECTED


def test_group_without_ge_is_ak905_3() -> None:
    result = read(interchange(payments()[:-1], payments(control="906")))

    first, second = result.interchanges[0].groups
    assert [finding.code for finding in first.findings] == ["AK905 3"]
    assert second.verdict is Verdict.ACCEPTED


def test_same_gs06_twice_is_ak905_19() -> None:
    result = read(interchange(payments(), payments()))

    assert [code for code, _at in codes_of(result)] == ["AK905 19"]


def test_odd_date_of_a_group_is_a_warning_without_a_code() -> None:
    segments = payments()
    data = interchange([segments[0].replace("20260315", "20261345"), *segments[1:]])

    (finding,) = findings_of(read(data))
    assert (finding.rule, finding.code) == ("x12.gs.date", "")


# ------------------------------------------------------------------------------ ST and SE


def test_set_envelope_faults_have_their_ik502_code() -> None:
    body = remittance()
    for segments, code in (
        ([*body[:-1], "SE*999*0001"], "IK502 4"),
        ([*body[:-1], body[-1].replace("*0001", "*0002")], "IK502 3"),
        (body[:-1], "IK502 2"),
        (closed(["ST*850*0001", *order()[1:]]), "IK502 18"),
        (closed(["ST*835*0001*005010X218", *body[1:]]), "IK502 19"),
    ):
        result = read(interchange(payments(segments)))

        assert code in [found for found, _at in codes_of(result)]
        assert messages_of(result)[0].verdict is Verdict.REJECTED


def test_st03_in_an_835_is_a_guide_fault_and_never_a_crash() -> None:
    data = interchange(payments(closed(["ST*835*0001*005010X221A1", *remittance()[1:]])))

    assert ("IK403 I10", "ST03") in codes_of(read(data))


def test_set_without_se_is_closed_by_the_next_st() -> None:
    result = read(interchange(payments(remittance("0001")[:-1], remittance("0002"))))

    first, second = messages_of(result)
    assert [finding.code for finding in first.findings] == ["IK502 2"]
    assert second.verdict is Verdict.ACCEPTED


def test_same_st02_twice_is_ik502_23() -> None:
    result = read(interchange(payments(remittance(), remittance())))

    first, second = messages_of(result)
    assert first.verdict is Verdict.ACCEPTED
    assert [finding.code for finding in second.findings] == ["IK502 23"]


@pytest.mark.parametrize(("st", "code"), [("ST*83*0001", "IK502 6"), ("ST*835*1", "IK502 7")])
def test_rfi_1339_unusable_st_refuses_its_group(st: str, code: str) -> None:
    result = read(interchange(payments([st, *remittance()[1:]])))

    codes = [found for found, _at in codes_of(result)]
    assert code in codes
    assert "AK905 5" in codes


def test_control_numbers_are_compared_as_text() -> None:
    body = remittance("0001")
    data = interchange(payments([*body[:-1], body[-1].replace("*0001", "*1")]))

    assert "IK502 3" in [code for code, _at in codes_of(read(data))]


# ------------------------------------------------------------------------------ agreement


def test_version_that_is_not_known_is_ak905_2_and_the_set_is_read() -> None:
    result = read(interchange(group("HP", "005010X999", [remittance()])))

    assert [code for code, _at in codes_of(result)] == ["AK905 2", "IK502 1"]
    assert messages_of(result)[0].segments == len(remittance())


def test_kind_that_is_not_known_is_ak905_1() -> None:
    result = read(interchange(group("QM", "004010", [closed(["ST*214*0001", "B10*X*Y*Z"])])))

    assert [code for code, _at in codes_of(result)] == ["AK905 1", "IK502 1"]


def test_set_that_is_not_agreed_is_refused_although_there_is_a_guide() -> None:
    result = read(order_file(), agreed=["835:005010X221A1"])

    assert [code for code, _at in codes_of(result)] == ["AK905 1", "IK502 1"]


def test_agreed_set_without_a_guide_is_our_own_gap() -> None:
    data = interchange(group("PI", "004050", [closed(["ST*275*0001", "BGN*02*R1*20260315"])]))

    (finding,) = findings_of(read(data, agreed=["275"]))
    assert (finding.rule, finding.owner, finding.code) == ("x12.guide.unknown", Owner.US, "")


def test_gs08_of_the_guide_without_its_addendum_is_an_alias() -> None:
    data = interchange(group("HP", "005010X221", [remittance()]))

    for options in ({}, {"agreed": ["835:005010X221A1"]}):
        assert findings_of(read(data, **options)) == []


def test_isa12_plays_no_part_in_choosing_the_guide() -> None:
    data = payment_file(Envelope(release="00401"))

    assert findings_of(read(data)) == []


def test_answers_are_always_agreed() -> None:
    sets = [closed(["ST*997*0001", "AK1*PO*7", "AK9*A*1*1*1"])]
    data = interchange(group("FA", "004010", sets), envelope=Envelope(release="00401"))

    assert findings_of(read(data, agreed=["850"])) == []
