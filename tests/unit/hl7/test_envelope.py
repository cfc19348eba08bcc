"""Batches. HL7 v2+ chapter 2, 2.9.3: all four envelope segments are optional."""

import pytest

from acktrail.model import Owner, Severity, Verdict
from tests.generators.hl7 import batch, dft, messages, read, rule_names, written

TWO = [dft(1), dft(2)]


def test_batch_in_a_file_is_group_in_interchange() -> None:
    result = read(batch(TWO))

    (interchange,) = result.interchanges
    (group,) = interchange.groups
    assert (interchange.control, interchange.sender) == ("F0001", "BILL^HOSP")
    assert (group.control, group.kind, group.version) == ("B0001", "DFT", "2.5.1")
    assert result.usable
    assert result.verdict is Verdict.ACCEPTED
    assert rule_names(result) == []


def test_batch_without_file_header_is_in_an_implicit_interchange() -> None:
    result = read(batch(TWO, file_header=False))

    assert [one.control for one in result.interchanges] == ["B0001"]
    assert len(messages(result)) == 2
    assert rule_names(result) == []


def test_batch_without_messages_is_legal() -> None:
    # 2.9.3.1: a scheduled empty batch, or "no errors" in a response
    result = read(batch([]))

    assert result.usable
    assert (messages(result), rule_names(result)) == ([], [])


def test_wrong_batch_count_rejects_the_batch_unless_the_profile_says_process() -> None:
    body = batch(TWO, count=3)

    refused, processed = read(body), read(body, {"on_count_mismatch": "process"})

    assert rule_names(refused) == rule_names(processed) == ["count_mismatch"]
    assert refused.verdict is Verdict.REJECTED
    assert processed.verdict is Verdict.ACCEPTED
    assert [one.verdict.value for one in messages(refused)] == ["accepted", "accepted"]
    assert refused.interchanges[0].groups[0].findings[0].place.address == "BTS-1"


def test_wrong_file_count_rejects_the_interchange() -> None:
    body = batch(TWO).replace(b"FTS|1", b"FTS|2")

    result = read(body)

    assert result.interchanges[0].verdict is Verdict.REJECTED
    assert result.interchanges[0].findings[0].place.address == "FTS-1"


@pytest.mark.parametrize(
    ("sent", "how", "found"),
    [
        ("", "reject", []),
        ("1050.00", "reject", []),  # two messages of 150.00 and 375.00
        ("105E1", "reject", ["total_mismatch"]),
        ("1050.01", "reject", ["total_mismatch"]),
        ("1050.01", "process", ["total_mismatch"]),
        ("7~1050", "reject", []),  # it repeats from 2.2 on
        ("7^1050.0&USD", "reject", []),  # and had components before
    ],
)
def test_2_9_3_2_total_of_a_batch_is_the_sum_that_the_profile_names(
    sent: str, how: str, found: list[str]
) -> None:
    body = batch([dft(1), dft(2)]).replace(b"BTS|2\r", f"BTS|2||{sent}\r".encode())

    result = read(body, {"totals": "FT1-11.1", "on_count_mismatch": how})

    assert rule_names(read(body)) == []
    assert rule_names(result) == found
    refused = bool(found) and how == "reject"
    assert (result.verdict is Verdict.REJECTED) is refused
    assert [one.place.address for one in result.interchanges[0].groups[0].findings] == [
        "BTS-3" for _ in found
    ]


def test_total_of_a_batch_with_an_amount_that_is_no_number_is_not_compared() -> None:
    odd = [line.replace("|150.00&USD|75.00", "|many|75.00") for line in dft(2)]
    body = batch([dft(1), odd]).replace(b"BTS|2\r", b"BTS|2||1.00\r")

    names = rule_names(read(body, {"totals": "FT1-11.1"}))

    assert "total_mismatch" not in names
    assert "bad_nm" in names


def test_totals_begin_anew_with_each_batch() -> None:
    one = batch([dft(1)]).replace(b"BTS|1\r", b"BTS|1||TOTAL\r")
    body = one.replace(b"TOTAL", b"525.00") * 2

    assert rule_names(read(body, {"totals": "FT1-11.1"})) == []


@pytest.mark.parametrize("trailers", ["", "BTS", "FTS"])
def test_missing_trailer_holds_the_file(trailers: str) -> None:
    body = batch(TWO, trailers=trailers)

    held, refused = read(body), read(body, {"on_missing_trailer": "reject"})

    assert not held.usable
    assert {one.owner for one in held.findings} == {Owner.US}
    assert {one.owner for one in refused.findings} == {Owner.PARTNER}
    assert {one.severity for one in refused.findings} == {Severity.FATAL}
    assert read(body, {"on_missing_trailer": "process"}).usable


def test_trailers_without_header_are_remarks() -> None:
    headless = batch(TWO).split(b"\r", 2)[2]

    result = read(headless)

    assert rule_names(result).count("header_missing") == 2
    assert len(messages(result)) == 2


def test_messages_outside_the_batches_are_read_and_flagged() -> None:
    result = read(batch([dft(1)], file_header=False) + written(dft(2)))

    assert [one.control for one in messages(result)] == ["DFT000001", "DFT000002"]
    assert rule_names(result) == ["outside_batch"]


def test_two_files_in_one_are_two_interchanges() -> None:
    result = read(batch([dft(1)]) + batch([dft(2)]))

    assert len(result.interchanges) == 2
    assert rule_names(result) == []


def test_each_message_of_a_batch_has_its_own_delimiters() -> None:
    other = [line.translate(str.maketrans("|^~\\&", "!*%?+")) for line in dft(2)]

    result = read(batch([dft(1), other]))

    assert [one.control for one in messages(result)] == ["DFT000001", "DFT000002"]
    assert rule_names(result) == []


def test_one_bad_message_does_not_stop_the_others() -> None:
    bad = [dft(2)[0].replace("^~\\&", "&&&&"), *dft(2)[1:]]

    result = read(batch([dft(1), bad, dft(3)]))

    assert [one.verdict.value for one in messages(result)] == ["accepted", "rejected", "accepted"]
    assert result.verdict is Verdict.PARTIALLY_ACCEPTED


def test_control_id_may_stand_in_field_nine() -> None:
    body = batch([dft()]).replace(b"|20260102030405||||F0001", b"|20260102030405||F0001")
    body = body.replace(b"|20260102030405||||B0001", b"|20260102030405||B0001")
    first = b"FHS|^~\\&|A|B|C|D|20260102030405||F9\rBHS|^~\\&|A|B|C|D|20260102030405||B9\r"
    body = first + written(dft()) + b"BTS|1\rFTS|1\r"

    assert read(body).interchanges[0].control == ""
    assert read(body, {"control_id_fallback": True}).interchanges[0].control == "F9"


def test_segments_between_batch_header_and_message_stay_with_the_batch() -> None:
    # 2.9.3.1: ARV may follow BHS
    body = batch(TWO).replace(b"B0001\r", b"B0001\rARV||A\r")

    result = read(body)

    assert rule_names(result) == []
    assert len(messages(result)) == 2


def test_corrected_batch_names_the_one_it_replaces() -> None:
    # BHS-12: reference batch control id
    body = batch(TWO).replace(b"||B0001\r", b"||B0001|B0000\r")

    assert read(body).interchanges[0].groups[0].facts["corrects"] == "B0000"


def test_every_message_names_its_own_sides_not_those_of_its_batch() -> None:
    foreign = dft(2)
    foreign[0] = foreign[0].replace("|BILL^2.999.2^ISO|HOSP|", "|OTHER|ELSEWHERE|")

    one, two = messages(read(batch([dft(1), foreign])))

    assert (one.facts["sender"], one.facts["receiver"]) == ("BILL^HOSP", "ACKTRAIL^ERP")
    assert (two.facts["sender"], two.facts["receiver"]) == ("OTHER^ELSEWHERE", "ACKTRAIL^ERP")


def test_message_whose_header_was_cut_names_nobody() -> None:
    """Half a name would be a stranger's."""
    (message,) = messages(read(b"MSH|^~\\&|BILL|HO"))

    assert "sender" not in message.facts
    assert "receiver" not in message.facts


def test_findings_about_a_file_are_capped_by_rule() -> None:
    """A fault that refuses the file is told whatever else was told before it."""
    stray = b"BTS|1\r" * 80
    body = stray + batch([dft(1)], trailers="")

    names = rule_names(read(body))

    assert names.count("header_missing") == 50
    assert names.count("trailer_missing") == 2
    assert names.count("more_findings") == 1
    assert not read(body).usable
