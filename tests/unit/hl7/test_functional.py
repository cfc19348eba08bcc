"""Functional answers. HL7 v2+ chapter 2, 2.16.5 (MFK); chapter 4 (orders); chapter 8 (MFI, MFA)."""

from importlib import import_module

import hl7kit
import pytest
from hl7types import decode_er7

from acktrail.formats.hl7 import functional
from tests.generators import clinic
from tests.generators.hl7 import acknowledge, answers, dft, messages, read, written

ON = {"functional": True}
AT = "20260102030405+0000"


def master_file(level: str = "AL", version: str = "2.5.1", event: str = "M04") -> list[str]:
    head = clinic.header(f"MFN^{event}", f"MFN_{event}", "MFN1", version)
    head = head if version >= "2.3.1" else head.replace(f"^MFN_{event}", "")
    records = [("MAD", "R1", "C1"), ("MDC", "R2", "C2&x")]
    lines = [
        line
        for action, control, key in records
        for line in (f"MFE|{action}|{control}|20260101|{key}|CE|X1", f"CDM|{key}")
    ]
    return [head, f"MFI|CDM^Charges^HL70175|APP|UPD|20260101|20260102|{level}|more", *lines]


def told(lines: list[str], options: dict[str, str] | None = None, *, good: bool = True) -> str:
    """Return the application answer without its header."""
    result = read(written(lines), ON)
    control = lines[0].split("|")[9]
    (answer,) = acknowledge(result, options, {} if good else {control: "rejected:204"})
    return answer.body.decode()


def type_of(text: str) -> str:
    return text.split("|")[8]


FILE = "MFI|CDM^Charges^HL70175|APP|UPD|20260101|20260102|{level}\r"
RECORDS = f"MFA|MAD|R1|{AT}|{{0}}|C1|CE\rMFA|MDC|R2|{AT}|{{0}}|C2&x|CE\r"


@pytest.mark.parametrize(
    ("level", "good", "records"),
    [
        *(("AL", True, RECORDS.format("S")), ("AL", False, RECORDS.format("U"))),
        *(("ER", True, ""), ("ER", False, RECORDS.format("U"))),
        *(("SU", True, RECORDS.format("S")), ("SU", False, "")),
        *(("NE", True, ""), ("NE", False, "")),
        ("", True, RECORDS.format("S")),
    ],
)
def test_mfi_6_says_of_which_records_an_mfk_tells(level: str, good: bool, records: str) -> None:  # noqa: FBT001
    """Chapter 8, MFI-6, table 0179; MFA-4, table 0181. MFI-1 to MFI-6 come back as sent."""
    text = told(master_file(level), good=good)

    assert type_of(text) == "MFK^M04^MFK_M01"
    error = "" if good else "ERR|||204^Unknown key identifier^HL70357|E|NOT_TAKEN|||"
    error += "" if good else "The receiving system did not take the content\r"
    file = FILE.format(level=level).replace("|\r", "\r")
    assert text.partition("\r")[2] == f"MSA|{'AA' if good else 'AE'}|MFN1\r{error}{file}{records}"


def test_type_of_the_key_is_told_from_2_3_1_on() -> None:
    """MFE-5 and MFA-6 came with 2.3.1; before it MSH-9 has two components."""
    text = told(master_file(version="2.3"))

    assert type_of(text) == "MFK^M04"
    assert text.endswith(f"MFA|MDC|R2|{AT}|S|C2&x\r")


@pytest.mark.parametrize(
    ("lines", "answer"),
    [
        (clinic.order(), "ORR^O02^ORR_O02"),
        (clinic.supplies("OMS^O05"), "ORS^O06^ORS_O06"),
        (clinic.supplies("OMN^O07"), "ORN^O08^ORN_O08"),
        (clinic.dispense(), "RRD^O14^RRD_O14"),
    ],
)
def test_answer_to_orders_is_of_their_own_type_and_names_no_patient(
    lines: list[str], answer: str
) -> None:
    """Chapter 4: all behind MSA and ERR is optional, and PID stands in front of every order."""
    text = told(lines)

    assert type_of(text) == answer
    assert [line[:3] for line in text.split("\r")] == ["MSH", "MSA", ""]
    failed = told(lines, good=False)
    assert [line[:3] for line in failed.split("\r")] == ["MSH", "MSA", "ERR", ""]


@pytest.mark.parametrize(
    ("sent", "answer"),
    [
        *(("OML^O21", "ORL^O22^ORL_O22"), ("OML^O33", "ORL^O34^ORL_O34")),
        *(("OML^O35", "ORL^O36^ORL_O36"), ("RDE^O11", "RRE^O12^RRE_O12")),
        ("RDE^O25", "RRE^O26^RRE_O12"),
    ],
)
def test_type_of_the_answer_follows_the_event(sent: str, answer: str) -> None:
    header, *rest = clinic.order()
    lines = [header.replace("ORM^O01^ORM_O01", sent), *rest]

    assert type_of(told(lines)) == answer


@pytest.mark.parametrize(
    "lines",
    [
        dft(),  # has none
        [*clinic.order()[:1], "PID|1||1"],  # ORM and ORR end with 2.6
        [line for line in master_file() if not line.startswith("MFI")],  # MFK has to repeat it
    ],
)
def test_general_acknowledgement_is_the_answer_where_there_is_no_other(lines: list[str]) -> None:
    if "ORM" in lines[0]:
        lines = [lines[0].replace("|2.5.1", "|2.7"), *lines[1:]]

    assert type_of(told(lines)).startswith("ACK^")


def test_general_acknowledgement_answers_where_the_profile_does_not_ask_for_more() -> None:
    (text,) = answers(written(master_file()))

    assert type_of(text) == "ACK^M04^ACK"
    assert "MF" not in text.partition("\r")[2].replace("MFN1", "")


def test_version_that_is_not_agreed_is_answered_by_a_general_acknowledgement() -> None:
    result = read(written(master_file()), {**ON, "versions": ["2.4"]})

    (answer,) = acknowledge(result)

    assert "|ACK^M04^ACK|AT00000001|P|2.4\rMSA|AR|MFN1|" in answer.body.decode()


def test_accept_answer_is_a_general_acknowledgement() -> None:
    """2.8.3: only the application answer is functional."""
    lines = master_file()
    lines[0] += "|||AL|AL"

    accept, application = acknowledge(read(written(lines), ON))

    assert b"|ACK^M04^ACK|" in accept.body
    assert b"|MFK^M04^MFK_M01|" in application.body
    assert b"MFA" not in accept.body


@pytest.mark.parametrize(("form", "sent"), [("code", "MFK"), ("code_event", "MFK^M04")])
def test_form_of_msh_9_is_the_profiles(form: str, sent: str) -> None:
    assert type_of(told(master_file(), {"ack_msh9": form})) == sent


def test_delimiters_of_the_message_are_those_of_its_records() -> None:
    marks = str.maketrans("|^~\\&", "!*%?+")

    result = read(written([line.translate(marks) for line in master_file()]), ON)
    text = acknowledge(result)[0].body.decode()

    assert text.endswith(f"MFA!MDC!R2!{AT}!S!C2+x!CE\r")


CASES = [
    *((version, master_file(version=version)) for version in ("2.3.1", "2.4", "2.5", "2.5.1")),
    # of the type "varies", which MFA-5 has from 2.6 on, hl7types reads nothing
    *((version, master_file("NE", version)) for version in ("2.6", "2.7", "2.8")),
    *(("2.5.1", lines) for lines in (clinic.order(), clinic.supplies(), clinic.dispense())),
]


@pytest.mark.parametrize(("version", "lines"), CASES)
@pytest.mark.parametrize("good", [True, False])
def test_other_readers_and_we_take_every_functional_answer(
    version: str,
    lines: list[str],
    good: bool,  # noqa: FBT001
) -> None:
    text = told(lines, good=good)
    structure = type_of(text).split("^")[2]
    module = import_module(f"hl7types.hl7.v{version.replace('.', '_')}.messages.{structure}")

    decoded = decode_er7(text, getattr(module, structure), strict=True)
    (again,) = messages(read(text.encode()))

    assert type(decoded).__name__ == structure
    assert (again.guide, again.findings) == (f"{structure}@{version}", ())


@pytest.mark.parametrize(
    "type_",
    [one.replace("MFK", "MFK^M01") for one in functional.ANSWERS.values() if "O02" not in one],
)
def test_functional_answer_to_something_of_ours_needs_no_agreement_and_gets_no_answer(
    type_: str,
) -> None:
    lines = [dft()[0].replace("DFT^P03^DFT_P03", type_), "MSA|AA|X1", "MFI|CDM||UPD|||NE"]

    result = read(written(lines), {"events": ["ADT"]})

    assert [one.verdict.value for one in messages(result)] == ["accepted"]
    assert acknowledge(result) == []


def test_another_reader_finds_the_key_of_every_record() -> None:
    peer = hl7kit.parse(told(master_file(version="2.6")).encode())

    assert [peer.get(f"MFA[{at}]-5.1.1") for at in (1, 2)] == ["C1", "C2"]
    assert [peer.get(f"MFA[{at}]-2") for at in (1, 2)] == ["R1", "R2"]
