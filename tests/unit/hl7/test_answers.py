"""Acknowledgements. HL7 v2+ chapter 2, 2.8.2 (original), 2.8.3 (enhanced), 2.9.3.3 (batches)."""

import pytest

from tests.generators.hl7 import acknowledge, answers, batch, dft, read, written

HEADER = (
    "MSH|^~\\&|ACKTRAIL^2.999.1^ISO|ERP|BILL^2.999.2^ISO|HOSP|20260102030405+0000||{kind}"
    "|AT00000001|P|{version}\r"
)


def faulty(version: str = "2.5.1", modes: str = "|") -> bytes:
    return written(dft(version=version, modes=modes)).replace(b"|CG|", b"||", 1)


def codes(text: str) -> list[str]:
    return [line.split("|")[1] for line in text.split("\r") if line.startswith("MSA")]


@pytest.mark.parametrize(
    ("version", "kind"),
    [("2.3", "ACK^P03"), ("2.3.1", "ACK^P03^ACK"), ("2.5.1", "ACK^P03^ACK")],
)
def test_original_mode_answers_with_one_acknowledgement(version: str, kind: str) -> None:
    body = written(dft(version=version))

    assert answers(body) == [HEADER.format(kind=kind, version=version) + "MSA|AA|DFT000001\r"]
    assert [one.after_posting for one in acknowledge(read(body))] == [True]


def test_error_from_2_5_on_has_one_err_segment_a_finding() -> None:
    (text,) = answers(faulty())

    assert text.endswith(
        "MSA|AE|DFT000001\r"
        "ERR||FT1^1^6|101^Required field missing^HL70357|E|REQUIRED_MISSING|||"
        "Required field is missing\r"
    )


def test_error_before_2_5_is_one_err_segment_that_repeats() -> None:
    body = faulty("2.3.1").replace(b"|20260101120000|", b"|20260231|", 1)

    (text,) = answers(body)

    assert text.endswith(
        "MSA|AE|DFT000001|Not a time stamp\r"
        "ERR|FT1^1^4^102&Data type error&HL70357~FT1^1^6^101&Required field missing&HL70357\r"
    )


def test_occurrence_of_the_segment_is_counted_in_err() -> None:
    body = written(dft(lines=3)).replace(b"FT1|3|T000001-3||20260101120000", b"FT1|3|T000001-3||x")

    assert "ERR||FT1^3^4^1^1|102^" in answers(body)[0]


def test_rejection_by_findings_waits_for_no_posting() -> None:
    assert [one.after_posting for one in acknowledge(read(faulty()))] == [False]


@pytest.mark.parametrize(
    ("state", "code", "error"),
    [
        ("stored", "AA", ""),
        ("duplicate", "AA", ""),
        ("", "AA", ""),
        ("rejected:204", "AE", "204^Unknown key identifier"),
        ("conflict", "AE", "205^Duplicate key identifier"),
    ],
)
def test_outcome_of_posting_decides_the_application_answer(
    state: str, code: str, error: str
) -> None:
    (text,) = answers(written(dft()), posted={"DFT000001": state} if state else None)

    assert codes(text) == [code]
    assert ("ERR||" in text) is bool(error)
    assert error in text


@pytest.mark.parametrize("state", ["held", "rejected"])
def test_what_we_or_odoo_refuse_is_not_told_to_the_partner_as_his_fault(state: str) -> None:
    """Original mode: the one answer is not due while a message of the file is held."""
    body = batch([dft(1), dft(2)])
    decided = {"DFT000001": "stored", "DFT000002": "conflict"}

    assert answers(body, posted={"DFT000001": "stored", "DFT000002": state}) == []
    assert codes(answers(body, posted=decided)[0]) == ["AA", "AE"]


def test_accept_answer_goes_out_while_the_application_answer_is_held() -> None:
    body = written(dft(modes="AL|AL"))

    first = answers(body, posted={"DFT000001": "held"})
    later = answers(body, posted={"DFT000001": "stored"})

    assert [codes(text) for text in first] == [["CA"]]
    assert later[0] == first[0]  # byte for byte: it was sent already
    assert codes(later[1]) == ["AA"]


def test_held_message_that_wants_no_application_answer_holds_none_back() -> None:
    body = batch([dft(1, modes="AL|NE"), dft(2, modes="AL|AL")])

    texts = answers(body, posted={"DFT000001": "held", "DFT000002": "stored"})

    assert [codes(text) for text in texts] == [["CA", "CA"], ["AA"]]


@pytest.mark.parametrize(
    ("modes", "options"), [("AL|ER", {}), ("NE|ER", {}), ("|", {"batch": "errors"})]
)
@pytest.mark.parametrize("bare", [True, False])
def test_numbers_are_reserved_for_answers_that_only_posting_calls_for(
    modes: str, options: dict[str, str], *, bare: bool
) -> None:
    message = dft(modes=modes)
    body = written(message) if bare else batch([message])

    texts = answers(body, options=options, posted={"DFT000001": "conflict"})

    assert codes(texts[-1]) == ["AE"]


@pytest.mark.parametrize(
    ("options", "original", "enhanced"),
    [
        ({"events": ["DFT^P11"]}, "AR", "CR"),
        ({"events": ["ADT"]}, "AR", "CR"),
        ({"processing_ids": ["T"]}, "AR", "CR"),
        ({"versions": ["2.3"]}, "AR", "CR"),
    ],
)
def test_header_alone_refuses_with_reject(
    options: dict[str, object], original: str, enhanced: str
) -> None:
    # 2.8.2.1 and 2.8.3: CR for message type, processing id and version only
    plain, asked = read(written(dft()), options), read(written(dft(modes="AL|AL")), options)

    assert codes(acknowledge(plain)[0].body.decode()) == [original]
    assert [codes(one.body.decode()) for one in acknowledge(asked)] == [[enhanced]]


def test_fragment_is_refused_with_ce_in_enhanced_mode() -> None:
    lines = [*dft(modes="AL|AL"), "DSC|1"]

    (text,) = answers(written(lines))

    assert codes(text) == ["CE"]
    assert "ERR||DSC" not in text
    assert "207^" in text


def test_enhanced_mode_answers_receipt_and_outcome_apart() -> None:
    first, second = acknowledge(read(faulty(modes="AL|AL")))

    assert (codes(first.body.decode()), first.after_posting) == (["CA"], False)
    assert codes(second.body.decode()) == ["AE"]
    assert (first.control, second.control) == ("AT00000001", "AT00000002")
    assert "ERR" not in first.body.decode()


def modes_of(text: str) -> list[list[str]]:
    """Return MSH-15 and MSH-16 of each acknowledgement."""
    headers = [line.split("|") for line in text.split("\r") if line.startswith("MSH")]
    return [[*header, "", "", "", ""][14:16] for header in headers]


def test_application_answer_of_enhanced_mode_asks_for_no_answer_itself() -> None:
    """2.8.3: MSH-16 of an application answer is NE; accept answers leave both fields empty."""
    accept, application = answers(batch([dft(1, modes="AL|AL"), dft(2, modes="AL|AL")]))
    (original,) = answers(written(dft()))

    assert modes_of(accept) == [["", ""]] * 2
    assert modes_of(application) == [["NE", "NE"]] * 2
    assert modes_of(original) == [["", ""]]


def test_character_set_stands_behind_the_modes_of_an_application_answer() -> None:
    header, *rest = dft(modes="AL|AL")
    body = written([f"{header}||8859/1", *rest])

    accept, application = answers(body)

    assert accept.partition("\r")[0].endswith("|2.5.1||||||8859/1")
    assert application.partition("\r")[0].endswith("|2.5.1|||NE|NE||8859/1")


def test_enhanced_outcome_of_an_accepted_message_waits_for_posting() -> None:
    files = acknowledge(read(written(dft(modes="AL|AL"))))

    assert [one.after_posting for one in files] == [False, True]


@pytest.mark.parametrize(
    ("modes", "good", "bad"),
    [
        ("AL|NE", ["CA"], ["CA"]),
        ("NE|AL", ["AA"], ["AE"]),
        ("NE|ER", [], ["AE"]),
        ("NE|SU", ["AA"], []),
        ("ER|ER", [], ["AE"]),
        ("SU|NE", ["CA"], ["CA"]),
        ("AL|", ["CA"], ["CA"]),
        ("|AL", ["AA"], ["AE"]),
        ("YES|NO", ["AA"], ["AE"]),
        ("NE|NE", [], []),
    ],
)
def test_conditions_of_table_0155_decide_who_is_answered(
    modes: str, good: list[str], bad: list[str]
) -> None:
    sound = answers(written(dft(modes=modes)))

    assert [code for text in sound for code in codes(text)] == good
    assert [code for text in answers(faulty(modes=modes)) for code in codes(text)] == bad


@pytest.mark.parametrize(
    ("mode", "expected"),
    [("original", [["AA"]]), ("enhanced", [["CA"], ["AA"]]), ("none", [])],
)
def test_profile_may_set_the_mode(mode: str, expected: list[list[str]]) -> None:
    assert [codes(text) for text in answers(written(dft()), {"mode": mode})] == expected


def test_half_pair_may_be_completed_by_the_profile() -> None:
    texts = answers(written(dft(modes="AL|")), {"half_pair": "AL"})

    assert [codes(text) for text in texts] == [["CA"], ["AA"]]


@pytest.mark.parametrize("form", [("code", "ACK"), ("code_event", "ACK^P03")])
def test_message_type_of_the_answer_is_a_matter_of_the_profile(form: tuple[str, str]) -> None:
    (text,) = answers(written(dft()), {"ack_msh9": form[0]})

    assert text == HEADER.format(kind=form[1], version="2.5.1") + "MSA|AA|DFT000001\r"


@pytest.mark.parametrize("control", ["A B", " pad ", "x\\T\\y", "1^2", "Zoë"])
def test_control_id_comes_back_byte_for_byte(control: str) -> None:
    body = written([dft()[0].replace("DFT000001", control), *dft()[1:]])

    (answer,) = acknowledge(read(body))

    assert f"MSA|AA|{control}\r".encode() in answer.body


def test_delimiters_and_character_set_of_the_message_are_kept() -> None:
    lines = [line.translate(str.maketrans("|^~\\&", "!*%?+")) for line in dft()]
    lines[0] += "!!!!!!8859/1"
    lines[0] = lines[0].replace("HOSP", "H\xf4p")
    body = ("\r".join(lines) + "\r").encode("latin-1")

    (text,) = answers(body)

    fields = text.split("\r")[0].split("!")
    assert fields[1] == "*%?+"
    assert fields[5] == "H\xf4p"
    assert (fields[8], fields[17]) == ("ACK*P03*ACK", "8859/1")


def test_answer_to_a_version_we_do_not_know_is_in_one_we_do() -> None:
    (text,) = answers(written(dft(version="3.0")))

    assert "|P|2.5.1\r" in text
    assert codes(text) == ["AR"]


@pytest.mark.parametrize(
    ("sent", "agreed", "options", "version"),
    [
        ("2.8", ["2.3.1", "2.5.1", "2.4"], {}, "2.5.1"),
        ("2.8", ["2.3.1", "2.5.1"], {"ack_version": "2.3.1"}, "2.3.1"),
        ("3.0", ["2.3", "2.2"], {}, "2.3"),
        ("3.0", ["3.0", "2.4"], {}, "2.4"),  # agreed, but nothing that we have tables for
        ("2.4", ["2.4", "2.5.1"], {"ack_version": "2.3.1"}, "2.4"),
        ("2.4", [], {"ack_version": "2.3.1"}, "2.4"),
    ],
)
def test_answer_is_in_the_version_of_the_message_only_if_that_is_agreed(
    sent: str, agreed: list[str], options: dict[str, str], version: str
) -> None:
    """MSH-12: echoed if supported, else the profile's, else the highest agreed one."""
    found = read(written(dft(version=sent)), {"versions": agreed})

    (answer,) = acknowledge(found, options)

    assert f"|P|{version}\r" in answer.body.decode()


def test_agreed_versions_are_compared_as_numbers() -> None:
    found = read(written(dft(version="2.2")), {"versions": ["2.8.2", "2.8", "2.9"]})

    assert "|P|2.9\r" in acknowledge(found)[0].body.decode()


def test_own_identity_fills_an_empty_receiver() -> None:
    body = written(dft()).replace(b"|ACKTRAIL^2.999.1^ISO|ERP|", b"|||")

    (text,) = answers(body, {"identity": "TRAIL^2.999.9^ISO|HUB"})

    assert text.startswith("MSH|^~\\&|TRAIL^2.999.9^ISO|HUB|BILL^2.999.2^ISO|HOSP|")


@pytest.mark.parametrize("kind", ["ACK", "ACK^P03^ACK", "ORR^O02"])
def test_acknowledgements_are_never_answered(kind: str) -> None:
    lines = [dft()[0].replace("DFT^P03^DFT_P03", kind), "MSA|AA|X1"]

    assert answers(written(lines)) == []


def test_message_without_control_id_is_answered_only_if_the_profile_says_so() -> None:
    body = written([dft()[0].replace("DFT000001", ""), *dft()[1:]])

    assert answers(body) == []
    (text,) = answers(body, {"answer_without_control_id": "true"})
    assert "MSA|AR|\rERR||MSH^1^10|101^" in text


def test_message_whose_header_cannot_be_read_is_not_answered() -> None:
    body = written([dft()[0].replace("^~\\&", "&&&&"), *dft()[1:]]) + written(dft(2))

    (text,) = answers(body)

    assert codes(text) == ["AA"]


def test_warnings_are_shown_on_request() -> None:
    body = written([*dft(), "ZZ1|local"])

    assert "ERR" not in answers(body)[0]
    assert "|W|Z_SEGMENT|" in answers(body, {"ack_warnings": "true"})[0]


def test_at_most_ten_errors_are_sent() -> None:
    body = written([*dft(), *["FT1|1"] * 20])

    assert answers(body)[0].count("\rERR|") == 10


# ---------------------------------------------------------------- batches


def test_response_batch_names_what_it_answers() -> None:
    (text,) = answers(batch([dft(1), dft(2)]))

    lines = text.split("\r")
    head = "|^~\\&|ACKTRAIL|ERP|BILL|HOSP|20260102030405+0000||||"
    assert lines[0] == f"FHS{head}AT00000001|F0001"
    assert lines[1] == f"BHS{head}AT00000002|B0001"
    assert lines[-3:] == ["BTS|2", "FTS|1", ""]
    assert codes(text) == ["AA", "AA"]


def test_messages_without_envelope_are_answered_in_one_file() -> None:
    (text,) = answers(written(dft(1)) + written(dft(2)))

    assert "HS|" not in text
    assert codes(text) == ["AA", "AA"]


def test_only_errors_leaves_positive_answers_out_and_an_empty_batch_means_accepted() -> None:
    bad = [line.replace("|CG|", "||") for line in dft(2)]

    (mixed,) = answers(batch([dft(1), bad]), {"batch": "errors"})
    (empty,) = answers(batch([dft(1)]), {"batch": "errors"})

    assert codes(mixed) == ["AE"]
    assert "\rBTS|1\r" in mixed
    assert "\rBTS|0\rFTS|1\r" in empty
    assert answers(written(dft(1)), {"batch": "errors"}) == []


def test_batch_without_messages_gets_its_like() -> None:
    (text,) = answers(batch([]))

    assert [line[:3] for line in text.split("\r")] == ["FHS", "BHS", "BTS", "FTS", ""]


@pytest.mark.parametrize(("how", "count"), [("none", 0), ("report", 1)])
def test_profile_may_want_no_protocol_answer(how: str, count: int) -> None:
    files = acknowledge(read(batch([dft(1)])), {"batch": how})

    assert [one.kind for one in files] == ["REPORT"] * count
    assert all(one.extension == "txt" for one in files)


def test_refused_batch_answers_every_message_with_a_refusal() -> None:
    (text,) = answers(batch([dft(1), dft(2)], count=5))

    assert codes(text) == ["AR", "AR"]
    assert text.count("|207^Application internal error^HL70357|") == 2


def test_held_file_is_not_answered() -> None:
    assert answers(batch([dft(1)], trailers="")) == []


def test_file_cut_short_is_refused_where_the_profile_does_not_hold_it() -> None:
    result = read(batch([dft(1)], trailers=""), {"on_missing_trailer": "reject"})

    (answer,) = acknowledge(result)

    assert codes(answer.body.decode()) == ["AR"]
    assert not answer.after_posting


def test_unreadable_file_gets_an_empty_batch_with_a_comment() -> None:
    (text,) = answers(b"no header at all")

    assert text.startswith("FHS|^~\\&|||||20260102030405+0000|||No message could be read|AT")
    assert codes(text) == []
    assert answers(b"no header at all", {"batch": "errors"}) == []


def test_same_input_gives_the_same_bytes() -> None:
    result = read(batch([dft(1, modes="AL|AL"), dft(2)]))

    assert acknowledge(result) == acknowledge(result)


def test_control_ids_have_the_prefix_of_the_profile() -> None:
    (answer,) = acknowledge(read(written(dft())), {"control_prefix": "H7"})

    assert (answer.control, answer.subject) == ("H700000001", "DFT000001")
