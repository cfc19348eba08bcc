"""TA1, 999 and 997; X12 RFI 1257, 1312, 1339, 1427, 1438 and 1591."""

import pytest

from acktrail.errors import SetupError
from acktrail.model import Answering, ReadResult, Verdict
from tests.generators.x12 import (
    Envelope,
    closed,
    group,
    interchange,
    invoices,
    order,
    order_file,
    orders,
    payment_file,
    payments,
    remittance,
)
from tests.unit.x12.reading import (
    AT,
    FORMAT,
    answer_segments,
    answers,
    findings_of,
    messages_of,
    read,
)


def bad(control: str = "0001") -> list[str]:
    """An 835 with a bad code in its BPR."""
    return [text.replace("BPR*I*", "BPR*Q*") for text in remittance(control)]


def kinds(result: ReadResult, **options: str) -> list[str]:
    return [answer.kind for answer in answers(result, **options)]


# ------------------------------------------------------------------------------ which answer


@pytest.mark.parametrize(
    ("policy", "plain", "requested", "faulty"),
    [
        ("on_request", False, True, False),
        ("on_reject", False, False, True),
        ("both", False, True, True),
        ("always", True, True, True),
        ("never", False, False, False),
    ],
)
def test_ta1_follows_the_policy(policy: str, plain: bool, requested: bool, faulty: bool) -> None:  # noqa: FBT001 - a table
    files = (
        payment_file(),
        payment_file(Envelope(request="1")),
        payment_file(Envelope(iea_control="000000001")),
    )

    got = ["TA1" in kinds(read(data), ta1=policy) for data in files]

    assert got == [plain, requested, faulty]


def test_hipaa_5010_group_gets_a_999_and_all_others_a_997() -> None:
    assert kinds(read(payment_file())) == ["999"]
    assert kinds(read(order_file())) == ["997"]
    assert kinds(read(payment_file()), functional="997") == ["997"]
    assert kinds(read(payment_file()), functional="none") == []


def test_each_kind_of_answer_has_an_interchange_and_a_number_of_its_own() -> None:
    result = read(interchange(payments(), orders(control="906"), invoices(control="907")))

    assert FORMAT.numbers_needed(result, Answering(AT)) == 2
    first, second = answers(result)
    assert (first.kind, first.control) == ("999", "000000071")
    assert (second.kind, second.control) == ("997", "000000072")
    assert second.body.count(b"ST*997*") == 2
    assert second.body.count(b"GS*FA*") == 1


def test_interchange_of_each_sender_gets_its_own_answer() -> None:
    two = payment_file(Envelope(sender="OTHERPAYER", control="000000077", marks="|>!'"))
    first, second = answers(read(payment_file() + two))

    assert (first.subject, second.subject) == ("000000905", "000000077")
    assert b"*ZZ*CLINICA        *ZZ*ACMEPAYER      *" in first.body
    assert b"*ZZ*CLINICA        *ZZ*OTHERPAYER     *" in second.body


def test_acknowledgements_are_never_acknowledged() -> None:
    sets = [closed(["ST*997*0001", "AK1*PO*7", "AK9*A*1*1*1"])]
    ta1 = ["TA1*000000017*260315*1200*A*000"]
    always = {"ta1": "always"}

    assert kinds(read(interchange(group("FA", "004010", sets))), **always) == []
    assert kinds(read(interchange(ta1)), **always) == []
    mixed = read(interchange(payments(), group("FA", "004010", sets, control="906")))
    (one,) = answers(mixed)
    assert one.body.count(b"AK1*") == 1


def test_group_that_hides_a_997_is_not_acknowledged() -> None:
    sets = [closed(["ST*997*0001", "AK1*PO*7", "AK9*A*1*1*1"])]

    assert kinds(read(interchange(group("PO", "004010", sets)))) == []


def test_rfi_1427_without_a_readable_isa13_there_is_no_answer() -> None:
    data = payment_file(Envelope(control="A00000905", request="1"))

    assert kinds(read(data)) == []


def test_rejected_interchange_gets_its_ta1_and_no_999() -> None:
    result = read(payment_file(Envelope(date="269999")))

    assert answer_segments(result, "TA1")[0] == "TA1*000000905*269999*1200*R*014"
    assert kinds(result) == ["TA1"]


def test_duplicate_gets_025_and_its_content_no_answer() -> None:
    result = read(payment_file())

    assert kinds(result, duplicate="1") == ["TA1"]
    assert answer_segments(result, "TA1", duplicate="1")[0].endswith("*R*025")


def test_truncated_file_gets_023_only() -> None:
    data = payment_file(Envelope(control="000000904")) + payment_file()

    result = read(data[:-40])

    assert kinds(result) == ["TA1"]
    assert answer_segments(result, "TA1")[0].startswith("TA1*000000905*")
    assert answer_segments(result, "TA1")[0].endswith("*R*023")


def test_gap_of_ours_never_makes_a_negative_answer() -> None:
    data = interchange(group("PI", "004050", [closed(["ST*275*0001", "BGN*02*R1*20260315"])]))

    assert kinds(read(data, agreed=["275"])) == []


# ------------------------------------------------------------------------------ envelope


def test_answer_swaps_the_ids_and_copies_the_usage() -> None:
    (one,) = answers(read(payment_file(Envelope(usage="P"))))

    isa, gs = one.body.decode().split("~")[:2]
    assert isa.startswith("ISA*00*          *00*          *ZZ*CLINICA        *ZZ*ACMEPAYER      *")
    assert isa.endswith("*260315*1245*^*00501*000000071*0*P*:")
    assert gs == "GS*FA*CLINICA*ACMEPAYER*20260315*1245*71*X*005010X231A1"
    assert one.extension == "edi"
    assert not one.after_posting


def test_delimiters_and_line_ends_come_from_the_options() -> None:
    options = {
        "element_separator": "|",
        "component_separator": ">",
        "repetition_separator": "!",
        "segment_terminator": "'",
        "newline": "1",
    }
    (one,) = answers(read(payment_file()), **options)

    lines = one.body.decode().split("\n")
    assert lines[0].startswith("ISA|00|")
    assert lines[0].endswith("|!|00501|000000071|0|T|>'")
    assert lines[-2:] == ["IEA|1|000000071'", ""]
    assert findings_of(read(one.body)) == []


def test_delimiter_of_ours_in_what_is_repeated_is_a_setup_fault() -> None:
    data = payment_file(Envelope(sender="ACME:PAYER", marks="|>!'"))

    with pytest.raises(SetupError):
        answers(read(data))


def test_too_few_numbers_are_a_setup_fault() -> None:
    with pytest.raises(SetupError):
        FORMAT.acknowledge(read(payment_file()), Answering(AT))


def test_same_input_gives_the_same_bytes() -> None:
    result = read(interchange(payments(bad(), remittance("0002"))))

    assert answers(result) == answers(result)


# ------------------------------------------------------------------------------ 999


def test_999_of_a_good_and_a_bad_set() -> None:
    result = read(interchange(payments(remittance("0001"), bad("0002"))))

    assert answer_segments(result) == [
        "ST*999*0001*005010X231A1",
        "AK1*HP*905*005010X221A1",
        "AK2*835*0001",
        "IK5*A",
        "AK2*835*0002",
        "IK3*BPR*2**8",
        "IK4*1*305*7",
        "IK5*R*5",
        "AK9*P*2*2*1",
        "SE*10*0001",
        "GE*1*71",
        "IEA*1*000000071",
    ]


def test_997_writes_the_codes_that_4010_has() -> None:
    body = order()
    broken = [text.replace("PO1*1*10*EA", "PO1*1*1O*EA") for text in body if text[:3] != "BEG"]
    result = read(interchange(orders(closed(broken))))

    assert answer_segments(result, "997")[1:-2] == [
        "AK1*PO*905",
        "AK2*850*0001",
        "AK3*PO1*9**8",
        "AK4*2*330*6",
        "AK3*BEG*14**3",
        "AK5*R*5",
        "AK9*R*1*1*0",
        "SE*9*0001",
    ]


def test_component_and_repetition_are_written_where_they_are_known() -> None:
    text = "~".join(remittance()).replace("SVC*HC:99213*", "SVC*HC:*", 1)
    result = read(interchange(payments(text.split("~"))))

    segments = answer_segments(result)
    assert [one for one in segments if one[:3] == "IK4"] == ["IK4*1:2**3", "IK4*1:2*234*1"]


def test_rfi_1257_unknown_segment_gets_no_ik3() -> None:
    body = remittance()
    result = read(interchange(payments(closed([*body[:3], "ZZZ*X", *body[3:]]))))

    assert answer_segments(result)[2:5] == ["AK2*835*0001", "IK5*R*5", "AK9*R*1*1*0"]


def test_guide_level_errors_only_are_i5() -> None:
    body = remittance()
    body[3] = "DTM*405*20260314*1200"  # DTM03 is not used
    result = read(interchange(payments(body)))

    assert "IK5*R*I5" in answer_segments(result)


def test_rfi_1312_findings_of_balance_are_not_told() -> None:
    text = "~".join(remittance()).replace("BPR*I*370", "BPR*I*371")
    result = read(interchange(payments(text.split("~"))))

    assert messages_of(result)[0].verdict is Verdict.REJECTED
    assert answer_segments(result)[2:4] == ["AK2*835*0001", "IK5*A"]


def test_accept_with_errors_is_told_only_when_the_profile_allows_it() -> None:
    result = read(interchange(payments(bad())), snip={"2": "warn"})

    assert "IK5*A" in answer_segments(result)
    told = answer_segments(result, accept_with_errors="1")
    assert told[2:8] == [
        "AK2*835*0001",
        "IK3*BPR*2**8",
        "IK4*1*305*7",
        "IK5*E",
        "AK9*E*1*1*1",
        "SE*8*0001",
    ]


def test_group_fault_rejects_with_its_code_and_counts_ge01_as_sent() -> None:
    data = interchange(group("HP", "005010X221A1", [remittance()], ge_count="3"))

    assert "AK9*R*3*1*0*5" in answer_segments(read(data))


def test_ge_that_is_no_number_counts_what_was_read() -> None:
    data = interchange(group("HP", "005010X221A1", [remittance()], ge_count="x"))

    assert "AK9*R*1*1*0*5" in answer_segments(read(data))


def test_codes_of_a_set_are_sorted_once_and_five_at_most() -> None:
    body = bad()
    data = interchange(payments([*body[:-1], "SE*99*0009"]))

    assert "IK5*R*3*4*5" in answer_segments(read(data))


def test_rfi_1339_set_that_no_ak2_can_name_refuses_the_group() -> None:
    data = interchange(payments(["ST*835*1", *remittance()[1:-1], "SE*33*1"]))

    segments = answer_segments(read(data))
    assert not any(one.startswith("AK2") for one in segments)
    assert "AK9*R*1*1*0*5" in segments


def test_rfi_1438_wrong_st03_rejects_the_set_and_is_repeated() -> None:
    body = remittance("0002")
    sets = (remittance(), ["ST*835*0002*005010X218", *body[1:]])
    segments = answer_segments(read(interchange(payments(*sets))))

    assert "AK2*835*0002*005010X218" in segments
    assert any(one.startswith("IK5*R*") and "*19" in one for one in segments)
    assert "AK9*P*2*2*1" in segments


def test_answers_read_clean_under_our_guides_and_get_no_answer() -> None:
    broken = "~".join(remittance("0002")).replace("CAS*CO*45*20~", "CAS*CO*45*2O~").split("~")
    results = [
        read(interchange(payments(remittance(), broken, bad("0003")))),
        read(interchange(orders(order(), closed(order("0002")[:-3])))),
        read(payment_file(Envelope(request="1", iea_count="3"))),
    ]
    for result in results:
        for one in answers(result, ta1="always", accept_with_errors="1"):
            again = read(one.body)

            assert findings_of(again) == []
            assert again.interchanges[0].verdict is Verdict.ACCEPTED
            assert answers(again, ta1="always") == ()


# ------------------------------------------------------------------------------ which 997


@pytest.mark.parametrize(
    ("version", "options", "st", "gs08"),
    [
        ("004010", {}, "ST*997*0001", "004010"),
        ("005010", {}, "ST*997*0001", "005010"),
        ("005010", {"functional_version": "005010X230"}, "ST*997*0001", "005010X230"),
        ("005010", {"functional_version": "005010X231"}, "ST*997*0001", "005010"),
        ("004010", {"functional": "999"}, "ST*997*0001", "004010"),
    ],
)
def test_997_is_of_the_release_of_its_group(
    version: str, options: dict[str, str], st: str, gs08: str
) -> None:
    result = read(interchange(group("PO", version, [order()])))

    assert answer_segments(result, "997", **options)[0] == st
    (one,) = answers(result, **options)
    assert f"*X*{gs08}~" in one.body.decode()


def test_999_version_is_pinned_by_the_profile() -> None:
    segments = answer_segments(read(payment_file()), functional_version="005010X231")

    assert segments[0] == "ST*999*0001*005010X231"


def test_version_that_we_do_not_write_is_a_setup_fault() -> None:
    with pytest.raises(SetupError):
        answers(read(payment_file()), functional_version="003040")


def test_5010_997_names_versions_and_repetitions() -> None:
    text = "~".join(remittance()).replace("N4*DENVER*CO*80202", "N4*DENVER*CO*80202^80203")
    result = read(interchange(payments(text.split("~"))))

    assert answer_segments(result, "997", functional="997")[1:6] == [
        "AK1*HP*905*005010X221A1",
        "AK2*835*0001",
        "AK3*N4*7**8",
        "AK4*3::2*116*12",
        "AK5*R*5",
    ]


def test_groups_of_other_senders_get_groups_and_numbers_of_their_own() -> None:
    other = [one.replace("ACMEPAYER", "ACMEDENTAL") for one in payments(control="906")]
    result = read(interchange(payments(), other))

    assert FORMAT.numbers_needed(result, Answering(AT)) == 2
    (one,) = answers(result)
    heads = [text for text in one.body.decode().split("~") if text[:3] in ("GS*", "GE*", "IEA")]
    assert heads == [
        "GS*FA*CLINICA*ACMEPAYER*20260315*1245*71*X*005010X231A1",
        "GE*1*71",
        "GS*FA*CLINICA*ACMEDENTAL*20260315*1245*72*X*005010X231A1",
        "GE*1*72",
        "IEA*2*000000071",
    ]
    assert findings_of(read(one.body)) == []


def test_ge01_that_ak902_cannot_hold_counts_what_was_read() -> None:
    data = interchange(group("HP", "005010X221A1", [remittance()], ge_count="0000001"))

    assert "AK9*R*1*1*0*5" in answer_segments(read(data))


def test_rfi_1339_set_that_ak201_cannot_name_refuses_its_group() -> None:
    result = read(interchange(payments(remittance(), order("0002"))))

    assert answer_segments(result)[2:5] == ["AK2*835*0001", "IK5*A", "AK9*R*2*2*0*5"]
    assert result.verdict is Verdict.REJECTED


def test_balance_is_told_at_the_amount_where_the_profile_wants_it() -> None:
    text = "~".join(remittance()).replace("BPR*I*370", "BPR*I*371")
    result = read(interchange(payments(text.split("~"))))

    assert answer_segments(result, balance="999")[2:7] == [
        "AK2*835*0001",
        "IK3*BPR*2**8",
        "IK4*2**I12",
        "IK5*R*I5",
        "AK9*R*1*1*0",
    ]
    assert "AK4*2**7" in answer_segments(result, "997", balance="999", functional="997")
