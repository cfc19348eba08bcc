"""Envelope, delimiters, positions. Spec: ISO 9735-1."""

import pytest

from acktrail.errors import PartnerError, ProfileError, TooLargeError, UnreadableFileError
from acktrail.model import Severity, Verdict
from acktrail.ports import MessageStart
from tests.generators.edifact import Knobs, interchange, invoic, orders
from tests.unit.edifact.reading import (
    EDIFACT,
    events_of,
    findings_of,
    messages_of,
    read,
    segments_of,
    told,
)

PLAIN = interchange([orders()])
# a free text that holds a whole envelope with other delimiters, the marks of the outer one released
SMUGGLED = interchange(
    [
        orders(
            text="x?'UNA|^.~ \nUNB^UNOC|3^CANARY|14^HOSP|14^260315|1230^IC9\n"
            "UNH^1^ORDERS|D|96A|UN\nBGM^220^PO666^9\nUNT^3^1^"
        )
    ]
)


@pytest.mark.parametrize("message", [orders(), invoic()])
def test_right_interchange_is_accepted_without_a_finding(message: list[str]) -> None:
    result = read(interchange([message, [*orders("2")]]))

    assert result.usable
    assert result.verdict is Verdict.ACCEPTED
    assert findings_of(result) == []
    assert [one.control for one in messages_of(result)] == ["1", "2"]


def test_message_head_names_directory_version_and_parties() -> None:
    data = interchange([invoic("7")], Knobs(test="1"))

    (head,) = [one.head for one in events_of(data) if isinstance(one, MessageStart)]

    assert (head.type, head.version, head.guide) == ("INVOIC", "D:96A:UN:EAN008", "INVOIC D.96A")
    assert (head.sender, head.receiver, head.test) == ("SUPPLIER:14", "HOSP:14", True)
    assert (head.control, head.interchange) == ("7", "IC77")


def test_interchange_without_ung_has_one_implicit_group() -> None:
    (one,) = read(PLAIN).interchanges

    assert [(group.control, group.kind, group.facts) for group in one.groups] == [
        ("", "ORDERS", {})
    ]


def test_group_is_read_with_its_facts() -> None:
    (one,) = read(interchange([orders()], Knobs(group="G1"))).interchanges

    assert one.verdict is Verdict.ACCEPTED
    assert one.groups[0].control == "G1"
    assert one.groups[0].facts == {"0048": "G1", "S006": "SUPPLIER:14", "S007": "HOSP:14"}


def test_interchange_facts_hold_what_an_answer_copies() -> None:
    (one,) = read(interchange([orders()], Knobs(request="1", test="1"))).interchanges

    assert one.facts == {
        "S001": "UNOC:3",
        "S002": "SUPPLIER:14",
        "S003": "HOSP:14",
        "S004": "260315:1230",
        "0020": "IC77",
        "0031": "1",
        "0035": "1",
        "una": ":+.? '",
        "encoding": "latin-1",
        "syntax": "3",
    }


def test_free_text_with_an_envelope_in_it_stays_text() -> None:
    (one,) = read(SMUGGLED).interchanges

    assert (one.sender, one.control) == ("SUPPLIER:14", "IC77")
    assert [message.control for message in one.groups[0].messages] == ["1"]
    assert [s.get(2) for s in segments_of(SMUGGLED) if s.tag == "BGM"] == ["PO1"]


def test_released_una_in_a_text_is_data() -> None:
    data = interchange([orders(text="?'UNAVAILABLE")])

    assert findings_of(read(data)) == []
    assert "'UNAVAILABLE" in [s.get(4) for s in segments_of(data)]


def test_two_interchanges_have_their_own_senders_and_delimiters() -> None:
    other = Knobs(control="IC78", sender="OTHER:14", una="|^.~ !")
    data = PLAIN + b"\r\n" + interchange([invoic()], other)

    first, second = read(data).interchanges

    assert (first.sender, second.sender) == ("SUPPLIER:14", "OTHER:14")
    assert second.verdict is Verdict.ACCEPTED
    assert findings_of(read(data)) == []


def test_delimiters_do_not_carry_over_to_the_next_interchange() -> None:
    data = interchange([orders()], Knobs(una="|^.~ !")) + PLAIN

    assert [one.verdict for one in read(data).interchanges] == [Verdict.ACCEPTED] * 2


@pytest.mark.parametrize("una", ["\x1f\x1d.? \x1c", ":+.?\x20\n", ":+,? '", "|^.~ \r"])
def test_una_may_declare_any_distinct_signs(una: str) -> None:
    data = interchange([invoic(text="WHY??")], Knobs(una=una))
    if "," in una:
        data = data.replace(b".00", b",00").replace(b".50", b",50")

    assert told(read(data)) == []


@pytest.mark.parametrize("una", ["++.? '", ":A.? '", " +.? '", ":+.?+'"])
def test_una_with_unusable_characters_makes_the_file_unusable(una: str) -> None:
    result = read(b"UNA" + una.encode() + PLAIN)

    assert [finding.rule for finding in result.findings] == ["edifact.una_characters"]
    assert not result.usable


def test_control_characters_without_una_need_the_profile() -> None:
    data = interchange([orders()], Knobs(una="\x1f\x1d.? \x1c", syntax="UNOB:1"))

    assert told(read(data[9:], control_characters=True)) == []
    with pytest.raises(UnreadableFileError):
        read(data[9:])


def test_blank_release_character_means_none() -> None:
    data = interchange([orders(text="WHY?")], Knobs(una=":+.  '")).replace(b"WHY ", b"WHY?")

    assert "WHY?" in [s.get(4) for s in segments_of(data)]


@pytest.mark.parametrize("lead", [b"\xef\xbb\xbf", b" \r\n", b"\xef\xbb\xbf\n"])
def test_order_mark_and_blanks_before_the_file_are_skipped_and_counted(lead: bytes) -> None:
    (bgm,) = [one for one in segments_of(lead + PLAIN) if one.tag == "BGM"]

    assert bgm.place.offset == len(lead) + PLAIN.index(b"BGM")


@pytest.mark.parametrize("newline", ["\n", "\r\n", " \r\n"])
def test_line_breaks_after_terminators_are_decoration(newline: str) -> None:
    data = interchange([orders()], Knobs(newline=newline))

    assert told(read(data)) == []
    assert segments_of(data)[0].place.offset == data.index(b"BGM")


def test_positions_count_from_unh_and_offsets_are_exact() -> None:
    found = [(s.tag, s.place.position, s.place.offset) for s in segments_of(PLAIN)]

    assert found[0] == ("BGM", 2, PLAIN.index(b"BGM"))
    assert [position for _, position, _ in found] == list(range(2, len(found) + 2))
    assert all(PLAIN[at : at + 3].decode() == tag for tag, _, at in found)


def test_message_span_covers_unh_to_unt() -> None:
    (message,) = messages_of(read(PLAIN))

    span = PLAIN[message.offset : message.offset + message.length]
    assert span.startswith(b"UNH+1")
    assert span.endswith(b"+1'")
    assert message.segments == len(orders())


@pytest.mark.parametrize("chunk", [0, 1])
def test_empty_segments_are_decoration(chunk: int) -> None:
    data = b"UNA:+.? '\r\n''" + PLAIN.replace(b"'UNH", b"'\n''UNH").replace(b"'LIN", b"'\r\n'LIN")

    assert told(read(data, chunk, strip_newlines="never")) == []


@pytest.mark.parametrize("newline", [b"\n", b"\r\n"])
def test_large_wrapped_file_is_joined_piece_by_piece(newline: bytes) -> None:
    messages = [orders(str(number), 40) for number in range(200)]
    data = interchange(messages, Knobs(width=35)).replace(b"\n", newline)

    segments = segments_of(data, 32 * 1024)

    assert told(read(data, 32 * 1024)) == []
    last = segments[-1].place.offset
    assert data[last:].replace(newline, b"").startswith(b"CNT+2:40'UNT")


@pytest.mark.parametrize("width", [35, 80])
@pytest.mark.parametrize("policy", ["auto", "always"])
def test_wrapped_file_is_joined_and_offsets_still_count_line_ends(width: int, policy: str) -> None:
    data = interchange([orders(text="10?'x4")], Knobs(width=width))

    assert told(read(data, strip_newlines=policy)) == []
    (last,) = [s for s in segments_of(data, strip_newlines=policy) if s.tag == "CNT"]
    assert data[last.place.offset :].replace(b"\n", b"").startswith(b"CNT")


def test_wrapped_file_is_left_alone_when_the_profile_says_never() -> None:
    assert told(read(interchange([orders()], Knobs(width=35)), strip_newlines="never"))


def test_line_break_inside_a_text_is_data() -> None:
    data = interchange([orders(text="one\ntwo")])

    assert "one\ntwo" in [s.get(4) for s in segments_of(data)]


@pytest.mark.parametrize("text", ["O?'NEILL", "5?+1", "1?:2", "WHY??", "A?+B?:C?'D"])
def test_release_character_makes_the_next_sign_data(text: str) -> None:
    (ftx,) = [s for s in segments_of(interchange([orders(text=text)])) if s.tag == "FTX"]

    plain = text.replace("??", "\0").replace("?", "").replace("\0", "?")
    assert ftx.get(4) == plain
    assert ftx.get(4, 2) == ""


def test_syntax_4_splits_repetitions_and_syntax_3_does_not() -> None:
    message = [*orders()]
    message[3] = "FTX+AAI*ZZZ+++x?*y"
    newer = interchange([message], Knobs(syntax="UNOW:4::7", una=":+.?*'"))
    older = interchange([message], Knobs())

    (ftx,) = [s for s in segments_of(newer) if s.tag == "FTX"]
    assert (ftx.repetitions(1), ftx.get(1, 0, 2), ftx.get(4)) == (2, "ZZZ", "x*y")
    assert ftx.get(1, 0, 3) == ""
    (ftx,) = [s for s in segments_of(older) if s.tag == "FTX"]
    assert (ftx.repetitions(1), ftx.get(1), ftx.get(1, 0, 2)) == (1, "AAI*ZZZ", "")
    (ftx,) = [s for s in segments_of(newer, repetition="none") if s.tag == "FTX"]
    assert ftx.get(1) == "AAI*ZZZ"


def test_segment_answers_empty_for_what_was_not_sent() -> None:
    (bgm,) = [one for one in segments_of(PLAIN) if one.tag == "BGM"]

    assert (bgm.get(9), bgm.get(1, 5), bgm.get(1, 1, 2), bgm.get(1, part=2)) == ("",) * 4
    assert (bgm.repetitions(9), bgm.repetitions(1)) == (0, 1)


def test_groups_of_the_tree_are_told_by_their_number() -> None:
    loops = {(s.tag, s.loop) for s in segments_of(PLAIN)}

    assert {("BGM", ""), ("NAD", "SG2"), ("LIN", "SG25"), ("PRI", "SG28"), ("CNT", "")} <= loops


# ------------------------------------------------------------ counts and references


@pytest.mark.parametrize(
    ("knobs", "expected"),
    [
        (Knobs(unz_count="9"), ("unz_count", "29", "UNZ", 0, 1, 0)),
        (Knobs(unz_reference="IC7"), ("unz_reference", "28", "UNZ", 0, 2, 0)),
        (Knobs(unz_reference="0IC77"), ("unz_reference", "28", "UNZ", 0, 2, 0)),
        (Knobs(group="G1", une_count="2"), ("une_count", "29", "UNE", 0, 1, 0)),
        (Knobs(group="G1", une_reference="G2"), ("une_reference", "28", "UNE", 0, 2, 0)),
        (Knobs(group="G1", unz_count="9"), ("unz_count", "29", "UNZ", 0, 1, 0)),
    ],
)
def test_wrong_trailer_of_group_or_interchange_rejects(
    knobs: Knobs, expected: tuple[str, str, str, int, int, int]
) -> None:
    result = read(interchange([orders()], knobs))

    assert told(result) == [expected]
    assert result.verdict is Verdict.REJECTED


@pytest.mark.parametrize(
    ("trailer", "expected"),
    [
        ("UNT+99+1", ("unt_count", "29", "UNT", 18, 1, 0)),
        ("UNT+18+01", ("unt_reference", "28", "UNT", 18, 2, 0)),
    ],
)
def test_wrong_unt_rejects_the_message(
    trailer: str, expected: tuple[str, str, str, int, int, int]
) -> None:
    message = orders()
    result = read(interchange([[*message[:-1], trailer], orders("2")]))

    assert told(result) == [expected]
    assert [one.verdict for one in messages_of(result)] == [Verdict.REJECTED, Verdict.ACCEPTED]
    assert result.verdict is Verdict.PARTIALLY_ACCEPTED


def test_counts_are_numbers_so_leading_zeros_do_not_matter() -> None:
    message = orders()
    data = interchange([[*message[:-1], "UNT+0018+1"]], Knobs(unz_count="01"))

    assert told(read(data)) == []


def test_wrong_counts_are_a_remark_when_the_profile_says_warn() -> None:
    message = orders()
    data = interchange(
        [[*message[:-1], "UNT+99+1"]], Knobs(group="G1", unz_count="9", une_count="9")
    )

    result = read(data, counts="warn")

    assert {one.severity for one in findings_of(result)} == {Severity.WARNING}
    assert len(findings_of(result)) == 3
    assert result.verdict is Verdict.ACCEPTED


@pytest.mark.parametrize(
    ("lost", "rule", "code"),
    [("UNT", "unt_missing", "13"), ("UNE", "une_missing", "13"), ("UNZ", "unz_missing", "13")],
)
def test_lost_trailer_is_found(lost: str, rule: str, code: str) -> None:
    whole = interchange([orders()], Knobs(group="G1", newline="\n")) + PLAIN
    lines = whole.split(b"\n")
    data = b"\n".join(line for line in lines if not line.startswith(lost.encode()))

    result = read(data)

    assert (rule, code) in [(one[0], one[1]) for one in told(result)]
    assert [one.verdict for one in result.interchanges] == [Verdict.REJECTED, Verdict.ACCEPTED]


def test_lost_unh_leaves_segments_outside() -> None:
    lines = interchange([orders(), orders("2")], Knobs(newline="\n")).split(b"\n")
    del lines[1]

    result = read(b"\n".join(lines))

    assert ("segment_outside", "15") in [(one[0], one[1]) for one in told(result)]
    assert result.verdict is Verdict.REJECTED


@pytest.mark.parametrize("tag", ["UNT+1+1", "UNE+1+1", "BGM+220", "xyz+1"])
def test_segment_outside_of_a_message_is_found(tag: str) -> None:
    result = read(interchange([orders(), [tag]], Knobs(unz_count="1")))

    assert [one[:2] for one in told(result)] == [("segment_outside", "15")]


def test_empty_interchange_is_found() -> None:
    assert [one[:2] for one in told(read(interchange([])))] == [("empty_interchange", "32")]


@pytest.mark.parametrize("first", [True, False])
def test_messages_inside_and_outside_of_groups_are_found(first: bool) -> None:  # noqa: FBT001
    group = ["UNG+ORDERS+A+B+260315:1230+G1+UN+D:96A", *orders("2"), "UNE+1+G1"]
    parts = [orders(), group] if first else [group, orders()]

    result = read(interchange(parts, Knobs(unz_count="1")))

    assert [one[:2] for one in told(result)] == [("groups_mixed", "30")]


def test_message_reference_used_twice_is_found() -> None:
    result = read(interchange([orders(), orders()]))

    assert told(result) == [("message_reused", "26", "UNH", 1, 1, 0)]


# ------------------------------------------------------------ how a file ends


def test_cut_file_is_never_usable_and_what_was_open_is_rejected() -> None:
    result = read(PLAIN[: PLAIN.index(b"PRI")])

    assert not result.usable
    assert told(result)[0][0] == "truncated"
    assert {"unz_missing", "unt_missing"} <= {one[0] for one in told(result)}
    assert [one.verdict for one in result.interchanges] == [Verdict.REJECTED]


def test_file_without_its_last_terminator_is_truncated() -> None:
    assert not read(PLAIN[:-1]).usable


@pytest.mark.parametrize("tail", [b"X", b"UNH+1'", b"\x1a", b"UNZ+1+IC77'", b"UNA:+.? 'XYZ+1'"])
def test_bytes_after_the_trailer_make_the_file_unusable(tail: bytes) -> None:
    result = read(PLAIN + tail)

    assert not result.usable
    assert "edifact.trailing_bytes" in [one.rule for one in result.findings]


@pytest.mark.parametrize("tail", [b"", b"\r\n", b"  \n\n"])
def test_blanks_after_the_trailer_are_nothing(tail: bytes) -> None:
    assert told(read(PLAIN + tail)) == []


@pytest.mark.parametrize(
    "data",
    [b"", b"  \n", b"ISA*00*", b"UNX+1'2345678", b"UNA:+.? 'UNH+1'", PLAIN.replace(b"+", b"^")],
)
def test_what_is_not_edifact_is_refused(data: bytes) -> None:
    with pytest.raises(PartnerError):
        read(data)


def test_second_interchange_that_is_cut_inside_of_unb_is_truncated() -> None:
    result = read(PLAIN + b"UNA:+.? 'UNB+UNOC:3")

    assert [one[0] for one in told(result)] == ["truncated"]
    assert [one.verdict for one in result.interchanges] == [Verdict.ACCEPTED]


def test_file_that_ends_inside_of_unb_is_refused() -> None:
    with pytest.raises(PartnerError):
        read(PLAIN[:30])


def test_interactive_edifact_is_recognised_and_refused() -> None:
    result = read(b"UIB+IATA:1++CANARY'UIH+X'")

    assert [(one.rule, one.code) for one in result.findings] == [("edifact.interactive", "2")]


def test_nothing_is_read_after_a_fatal_fault() -> None:
    reader = EDIFACT.reader({"strip_newlines": "never"})
    list(reader.feed(PLAIN + b"garbage garbage "))

    assert list(reader.feed(PLAIN)) == []
    assert list(reader.close()) == []


# ------------------------------------------------------------ packages


def package(length: str, body: bytes, reference: str = "P1", trailer: str = "P1") -> bytes:
    head = f"UNO+{reference}+X:1+X+{length}:1'".encode()
    return head + body + f"UNP+{length}+{trailer}'".encode()


def wrapped_in(body: bytes, count: int) -> bytes:
    whole = interchange([], Knobs(syntax="UNOW:4::7", unz_count=str(count)))
    at = whole.index(b"UNZ")
    return whole[:at] + body + whole[at:]


BINARY = b"\x00'UNZ+1+IC77'\xff?"


@pytest.mark.parametrize("chunk", [0, 1, 7])
def test_package_is_left_out_by_its_length(chunk: int) -> None:
    data = wrapped_in(package(str(len(BINARY)), BINARY), 1)

    assert told(read(data, chunk, strip_newlines="never")) == []


def test_package_that_is_not_as_long_as_uno_says_loses_the_file() -> None:
    result = read(wrapped_in(package(str(len(BINARY) - 1), BINARY), 1))

    assert [one.rule for one in result.findings] == ["edifact.package_lost"]


def test_package_without_a_length_loses_the_file() -> None:
    assert not read(wrapped_in(package("x", BINARY), 1)).usable


def test_unp_with_another_reference_is_found() -> None:
    data = wrapped_in(package(str(len(BINARY)), BINARY, trailer="P2"), 1)

    assert told(read(data)) == [("unp_reference", "28", "UNP", 0, 2, 0)]


def test_unz_that_leaves_packages_out_is_only_a_remark() -> None:
    message = "".join(f"{one}'" for one in orders()).encode()
    body = message + package(str(len(BINARY)), BINARY)

    assert told(read(wrapped_in(body, 2))) == []
    assert told(read(wrapped_in(body, 1))) == [("unz_packages", "", "UNZ", 0, 1, 0)]


def test_package_in_syntax_3_is_outside() -> None:
    data = PLAIN.replace(b"UNZ", b"UNO+P1+X+X+3:1'UNZ")

    assert [one[0] for one in told(read(data))] == ["segment_outside"]


# ------------------------------------------------------------ syntax and character sets


@pytest.mark.parametrize("syntax", ["UNOC:5", "UNOC:x", "XXXX:3"])
def test_unknown_syntax_rejects_the_interchange(syntax: str) -> None:
    result = read(interchange([orders()], Knobs(syntax=syntax)))

    assert ("syntax_unsupported", "2", "UNB", 0, 1, 0) in told(result)
    assert result.verdict is Verdict.REJECTED


@pytest.mark.parametrize(("syntax", "code"), [("UNOX:3", "18"), ("UNOY:4::8", "46")])
def test_character_set_that_cannot_be_cut_is_refused(syntax: str, code: str) -> None:
    result = read(interchange([orders()], Knobs(syntax=syntax)))

    assert ("charset_unsupported", code, "UNB", 0, 1, 0) in told(result)


@pytest.mark.parametrize(
    ("syntax", "codec"), [("UNOC:3", "latin-1"), ("UNOW:4", "utf-8"), ("UNOY:4::7", "utf-8")]
)
def test_values_are_decoded_by_the_declared_set(syntax: str, codec: str) -> None:
    data = interchange([orders(text="@")], Knobs(syntax=syntax)).replace(b"@", "é".encode(codec))

    assert told(read(data)) == []
    (ftx,) = [s for s in segments_of(data) if s.tag == "FTX"]
    assert ftx.get(4) == "é"


def test_profile_encoding_wins_over_the_declared_set() -> None:
    data = interchange([orders(text="@")]).replace(b"@", "€".encode("cp1252"))

    (ftx,) = [s for s in segments_of(data, encoding="cp1252") if s.tag == "FTX"]
    assert ftx.get(4) == "€"


@pytest.mark.parametrize("encoding", ["utf-16", "cp500", "no-such"])
def test_encoding_that_cannot_be_cut_is_our_fault(encoding: str) -> None:
    with pytest.raises(ProfileError):
        read(PLAIN, encoding=encoding)


@pytest.mark.parametrize("option", [{"counts": "maybe"}, {"max_segments": "9"}])
def test_option_of_the_wrong_kind_is_our_fault(option: dict[str, object]) -> None:
    with pytest.raises(ProfileError):
        EDIFACT.reader(option)


def test_undecodable_bytes_reject_the_message_and_read_as_nothing() -> None:
    data = interchange([orders(text="@"), orders("2")], Knobs(syntax="UNOW:4"))
    data = data.replace(b"@", b"\xff")

    result = read(data)

    assert ("undecodable", "21", "FTX", 4, 0, 0) in told(result)
    assert [one.verdict for one in messages_of(result)] == [Verdict.REJECTED, Verdict.ACCEPTED]
    (ftx, _) = [s for s in segments_of(data) if s.tag == "FTX"]
    assert ftx.get(4) == ""


def test_undecodable_bytes_in_the_envelope_reject_the_interchange() -> None:
    data = interchange([orders()], Knobs(syntax="UNOW:4")).replace(b"SUPPLIER", b"SUPPLI\xff")

    assert told(read(data)) == [("undecodable", "21", "UNB", 0, 0, 0)]


def test_character_outside_of_the_repertoire_is_told_once_a_message() -> None:
    result = read(interchange([orders(text="lower case")], Knobs(syntax="UNOA:1")))

    assert told(result) == [("characters", "21", "FTX", 4, 0, 0)]
    assert result.verdict is Verdict.ACCEPTED


@pytest.mark.parametrize(
    ("day", "syntax"),
    [("20260315:1230", "UNOC:3"), ("260315:123000", "UNOC:3"), ("260315:1230", "UNOC:4")],
)
def test_date_of_another_syntax_version_is_a_remark(day: str, syntax: str) -> None:
    usual = b"20260315:1230" if syntax.endswith("4") else b"260315:1230"
    data = interchange([orders()], Knobs(syntax=syntax)).replace(usual, day.encode(), 1)

    result = read(data)

    assert {one[0] for one in told(result)} == {"date_form"}
    assert result.verdict is Verdict.ACCEPTED


# ------------------------------------------------------------ agreements and directories


def test_message_type_that_is_not_agreed_is_rejected() -> None:
    data = interchange([orders(), invoic("2")])

    result = read(data, agreed=["ORDERS:D:96A"])

    assert told(result) == [("message_not_agreed", "17", "UNH", 1, 2, 0)]


@pytest.mark.parametrize(("agreed", "owner"), [([], "partner"), (["TAXCON:D:96A"], "us")])
def test_message_without_directory_is_checked_by_its_envelope(
    agreed: list[str], owner: str
) -> None:
    message = ["UNH+1+TAXCON:D:96A:UN", "XYZ+CANARY", "UNT+4+1"]

    result = read(interchange([message]), agreed=agreed)

    assert [one[0] for one in told(result)] == ["directory_unknown", "unt_count"]
    assert findings_of(result)[0].owner == owner


@pytest.mark.parametrize("release", ["99Z", "../..", ""])
def test_release_that_we_do_not_have_is_unknown(release: str) -> None:
    result = read(interchange([[f"UNH+1+ORDERS:D:{release}:UN", "UNT+2+1"]]))

    assert "directory_unknown" in [one[0] for one in told(result)]


def test_odd_segments_without_directory_are_found() -> None:
    body = ["ab+1", "", "XYZ" + "+1" * 100, "XYZ+" + ":1" * 100, "XYZ*1", "X\x00Y+1"]
    message = ["UNH+1+TAXCON:D:96A:UN", *body, f"UNT+{len(body) + 1}+1"]

    result = read(interchange([message]))

    assert [one[0] for one in told(result)] == [
        "directory_unknown",
        "segment_unknown",
        "element_extra",
        "element_extra",
        "segment_unknown",
        "characters",
        "segment_unknown",
    ]


# ------------------------------------------------------------ limits


@pytest.mark.parametrize(
    ("option", "value"),
    [
        ("max_segment_bytes", 20),
        ("max_segments", 5),
        ("max_message_bytes", 50),
        ("max_interchanges", 1),
    ],
)
def test_limit_is_enforced(option: str, value: int) -> None:
    with pytest.raises(TooLargeError) as caught:
        read(PLAIN + PLAIN, **{option: value})

    assert caught.value.code.startswith("edifact.")


def test_segment_that_never_ends_is_refused_without_reading_on() -> None:
    reader = EDIFACT.reader({})
    list(reader.feed(PLAIN[: PLAIN.index(b"FTX")] + b"FTX+"))

    for _ in range(6):
        list(reader.feed(b"x" * 10_000))

    with pytest.raises(TooLargeError):
        list(reader.feed(b"x" * 10_000))


def test_findings_are_capped_and_counted() -> None:
    message = orders(lines=50)
    message = [one.replace("QTY+21:", "QTY+21:x") for one in message]

    (one,) = messages_of(read(interchange([message]), max_findings=10))

    assert (len(one.findings), one.findings_total) == (10, 50)


# ------------------------------------------------------------ recognising


@pytest.mark.parametrize(
    ("head", "expected"),
    [
        (PLAIN, True),
        (b"\xef\xbb\xbf\r\n" + PLAIN, True),
        (interchange([orders()], Knobs(una=":+.? '")), True),
        (b"UNB\x1dUNOB", True),
        (b"UIB+IATA", True),
        (b"UNBELIEVABLE", False),
        (b"ISA*00", False),
        (b"", False),
    ],
)
def test_recognises_only_edifact(head: bytes, expected: bool) -> None:  # noqa: FBT001
    assert EDIFACT.recognises(head) is expected


@pytest.mark.parametrize(
    ("data", "expected"),
    [
        (PLAIN, True),
        (PLAIN + b"\r\n", True),
        (interchange([orders()], Knobs(una="|^.~ \n")), True),
        (interchange([orders()], Knobs(una="\x1f\x1d.? \x1c"))[9:], True),
        (interchange([orders()], Knobs(width=35)), True),
        (PLAIN[:-1], False),
        (PLAIN[:-8], False),
        (interchange([orders()], Knobs(unz_reference="IC99")), None),
        (b"ISA*00", None),
    ],
)
def test_complete_looks_for_the_trailer_of_the_first_interchange(
    data: bytes,
    expected: bool | None,  # noqa: FBT001
) -> None:
    assert EDIFACT.complete(data[:4096], data[-100:]) is expected
