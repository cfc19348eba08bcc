"""Every rule of what an acknowledgement holds, with the whole text of an answer that shows it.

Sources: HL7 v2+ chapter 2 by section and field page (MSH, MSA, ERR, FHS, BHS), chapter 2C by table.
What needs more than one text is elsewhere: batches in ``test_large_batch.py``, functional answers
in ``test_functional.py``, MSA-2 of any bytes in ``tests/property``.
"""

from typing import NamedTuple

import pytest

from tests.generators.hl7 import acknowledge, batch, dft, read, written

US, THEM = "ACKTRAIL^2.999.1^ISO|ERP", "BILL^2.999.2^ISO|HOSP"
SENT_AT = "20260102030405+0000"


class Case(NamedTuple):
    """A message, what the profile says, what became of it, and the answers."""

    lines: list[str]
    answers: list[str]
    options: dict[str, object] = {}  # noqa: RUF012 - [hl7]
    how: dict[str, str] = {}  # noqa: RUF012 - [acknowledge]
    state: str = ""
    encoding: str = "ascii"


def msh(
    number: int = 1, version: str = "2.5.1", kind: str = "ACK^P03^ACK", behind: str = ""
) -> str:
    return f"MSH|^~\\&|{US}|{THEM}|{SENT_AT}||{kind}|AT{number:08d}|P|{version}{behind}\r"


def sent(**changed: str) -> list[str]:
    """Return a message with other fields of MSH, by their number: ``_10="X"``."""
    version = changed.pop("version", "2.5.1")
    lines = dft(version=version)
    fields = lines[0].split("|")
    for name, value in changed.items():
        number = int(name[1:]) - 1
        fields += [""] * (number + 1 - len(fields))
        fields[number] = value
    return ["|".join(fields).rstrip("|"), *lines[1:]]


def without_type(version: str = "2.5.1", **changed: str) -> list[str]:
    """Return a message with a fault: FT1-6 of its first charge is empty."""
    return [
        line.replace("|CG|", "||") if "FT1|1|" in line else line
        for line in sent(version=version, **changed)
    ]


AA, CA = "MSA|AA|DFT000001\r", "MSA|CA|DFT000001\r"
MISSING = (
    "ERR||FT1^1^6|101^Required field missing^HL70357|E|REQUIRED_MISSING|||"
    "Required field is missing\r"
)
TOO_LONG = "ERR||IN1^1^4^1|{}^HL70357|W|TOO_LONG|||Value is longer than agreed\r"


def refusal(code: str, text: str, field: int, name: str, said: str) -> str:
    return f"ERR||MSH^1^{field}|{code}^{text}^HL70357|E|{name}|||{said}\r"


EVENT = refusal("201", "Unsupported event code", 9, "UNSUPPORTED_EVENT", "Unsupported event code")
TYPE = refusal("200", "Unsupported message type", 9, "UNSUPPORTED_TYPE", "Unsupported message type")
PROCESSING = refusal(
    "202", "Unsupported processing id", 11, "UNSUPPORTED_PROCESSING_ID", "Unsupported processing id"
)
VERSION = refusal(
    "203", "Unsupported version id", 12, "UNSUPPORTED_VERSION", "Unsupported version id"
)
FRAGMENT = refusal(
    "207", "Application internal error", 14, "FRAGMENTED", "Continued messages are not supported"
)
NOT_TAKEN = "|E|NOT_TAKEN|||The receiving system did not take the content\r"
NE = "|||NE|NE"

CASES = {
    # ---- 2.8.2 original mode: MSH-15 and MSH-16 are empty, one answer says what became of it
    "2.8.2 AA: it is in the books": Case(sent(), [msh() + AA]),
    "2.8.2 AA: known and done before": Case(sent(), [msh() + AA], state="duplicate"),
    "2.8.2 AE: a fault of the content": Case(
        without_type(), [msh() + "MSA|AE|DFT000001\r" + MISSING]
    ),
    "2.8.2 AE 204: a key that Odoo does not know": Case(
        sent(),
        [msh() + "MSA|AE|DFT000001\rERR|||204^Unknown key identifier^HL70357" + NOT_TAKEN],
        state="rejected:204",
    ),
    "2.8.2 AE 205: the same number with other content": Case(
        sent(),
        [msh() + "MSA|AE|DFT000001\rERR|||205^Duplicate key identifier^HL70357" + NOT_TAKEN],
        state="conflict",
    ),
    "2.8.2 AE 205: the same control id with other content": Case(
        sent(),
        [
            msh() + "MSA|AE|DFT000001\rERR|||205^Duplicate key identifier^HL70357|E"
            "|DUPLICATE_CONFLICT|||The control id was used for other content before\r"
        ],
        how={"duplicate": "true"},
    ),
    "2.8.2 nothing yet: Odoo is down, or the fault is ours": Case(sent(), [], state="held"),
    "2.8.2.1 AR 200: the type": Case(
        sent(), [msh() + "MSA|AR|DFT000001\r" + TYPE], {"events": ["ADT"]}
    ),
    "2.8.2.1 AR 201: the event": Case(
        sent(), [msh() + "MSA|AR|DFT000001\r" + EVENT], {"events": ["DFT^P11"]}
    ),
    "2.8.2.1 AR 202: the processing id": Case(
        sent(), [msh() + "MSA|AR|DFT000001\r" + PROCESSING], {"processing_ids": ["D"]}
    ),
    "2.8.2.1 AR 203: the version": Case(
        sent(), [msh(version="2.6") + "MSA|AR|DFT000001\r" + VERSION], {"versions": ["2.6"]}
    ),
    "2.8.2 AR 207: a fragment": Case(sent(_14="X"), [msh() + "MSA|AR|DFT000001\r" + FRAGMENT]),
    # ---- 2.8.3 enhanced mode: receipt, then what became of it
    "2.8.3.1 CA, 2.8.3.2 AA: receipt and outcome are two answers": Case(
        sent(_15="AL", _16="AL"), [msh() + CA, msh(2, behind=NE) + AA]
    ),
    "2.8.3.1 CA, 2.8.3.2 AE: content is no matter of the receipt": Case(
        without_type(_15="AL", _16="AL"),
        [msh() + CA, msh(2, behind=NE) + "MSA|AE|DFT000001\r" + MISSING],
    ),
    "2.8.3.1 CA stands while Odoo is down": Case(
        sent(_15="AL", _16="AL"), [msh() + CA], state="held"
    ),
    "2.8.3.1 CR 200: the type; no application answer": Case(
        sent(_15="AL", _16="AL"), [msh() + "MSA|CR|DFT000001\r" + TYPE], {"events": ["ADT"]}
    ),
    "2.8.3.1 CR 202: the processing id": Case(
        sent(_15="AL", _16="AL"),
        [msh() + "MSA|CR|DFT000001\r" + PROCESSING],
        {"processing_ids": ["D"]},
    ),
    "2.8.3.1 CR 203: the version": Case(
        sent(_15="AL", _16="AL"),
        [msh(version="2.6") + "MSA|CR|DFT000001\r" + VERSION],
        {"versions": ["2.6"]},
    ),
    "2.8.3.1 CE: another reason": Case(
        sent(_14="X", _15="AL", _16="AL"), [msh() + "MSA|CE|DFT000001\r" + FRAGMENT]
    ),
    # ---- table 0155: when each of the two is wanted
    "0155 NE: no receipt": Case(sent(_15="NE", _16="AL"), [msh(behind=NE) + AA]),
    "0155 NE: no application answer": Case(sent(_15="AL", _16="NE"), [msh() + CA]),
    "0155 ER: nothing on success": Case(sent(_15="ER", _16="ER"), []),
    "0155 ER: an error": Case(
        without_type(_15="NE", _16="ER"),
        [msh(behind=NE) + "MSA|AE|DFT000001\r" + MISSING],
    ),
    "0155 SU: success": Case(sent(_15="SU", _16="SU"), [msh() + CA, msh(2, behind=NE) + AA]),
    "0155 SU: nothing on an error": Case(without_type(_15="NE", _16="SU"), []),
    "MSH-15 alone: the other is NE": Case(sent(_15="AL"), [msh() + CA]),
    "MSH-16 alone: the other is NE": Case(sent(_16="AL"), [msh(behind=NE) + AA]),
    "MSH-15 and MSH-16 not of table 0155: original mode": Case(
        sent(_15="YES", _16="NO"), [msh() + AA]
    ),
    "profile: enhanced where the message asks for nothing": Case(
        sent(), [msh() + CA, msh(2, behind=NE) + AA], how={"mode": "enhanced"}
    ),
    "profile: original whatever the message asks for": Case(
        sent(_15="AL", _16="AL"), [msh() + AA], how={"mode": "original"}
    ),
    "profile: never": Case(sent(_15="AL", _16="AL"), [], how={"mode": "none"}),
    # ---- never answered
    "2.8 an ACK": Case([sent(_9="ACK^P03^ACK")[0], "MSA|AA|X"], []),
    "2.8 a message with MSA": Case([sent(_9="ORR^O02")[0], "MSA|AA|X"], []),
    "MSH-10 empty: nothing that could be named": Case(sent(_10=""), []),
    "MSH-10 empty, answered where the profile says so": Case(
        sent(_10=""),
        [
            msh() + "MSA|AR|\rERR||MSH^1^10|101^Required field missing^HL70357|E"
            "|CONTROL_ID_MISSING|||Message control id is missing\r"
        ],
        how={"answer_without_control_id": "true"},
    ),
    # ---- MSH of the answer
    "MSH-2 is completed to four": Case(
        [line.replace("^~\\&|", "^~|") for line in sent()], [msh() + AA]
    ),
    "MSH-2 keeps a fifth": Case(
        [line.replace("^~\\&|", "^~\\&#|") for line in sent()],
        [msh().replace("^~\\&|", "^~\\&#|") + AA],
    ),
    "MSH-3 to MSH-6 are exchanged whole": Case(
        sent(_3="A^1.2^ISO", _4="B^3.4^ISO", _5="C^5.6^ISO", _6="D^7.8^ISO"),
        [
            f"MSH|^~\\&|C^5.6^ISO|D^7.8^ISO|A^1.2^ISO|B^3.4^ISO|{SENT_AT}||ACK^P03^ACK"
            "|AT00000001|P|2.5.1\r" + AA
        ],
    ),
    "MSH-5 and MSH-6 empty: the profile's identity": Case(
        sent(_5="", _6=""),
        [msh().replace(US, "TRAIL^2.999.9^ISO|HUB") + AA],
        how={"identity": "TRAIL^2.999.9^ISO|HUB"},
    ),
    "2.8.2.1 MSH-7 and MSH-10 are our own": Case(
        sent(_7="19990101", _10="X1"), [msh() + "MSA|AA|X1\r"], how={"control_prefix": "AT"}
    ),
    "2.16.1 MSH-9 until 2.3": Case(sent(version="2.3"), [msh(version="2.3", kind="ACK^P03") + AA]),
    "2.16.1 MSH-9 from 2.3.1": Case(sent(version="2.3.1"), [msh(version="2.3.1") + AA]),
    "profile: MSH-9 code alone": Case(sent(), [msh(kind="ACK") + AA], how={"ack_msh9": "code"}),
    "profile: MSH-9 code and event": Case(
        sent(), [msh(kind="ACK^P03") + AA], how={"ack_msh9": "code_event"}
    ),
    "MSH-11 comes back whole": Case(
        sent(_11="P^T"), [msh().replace("|P|2.5.1", "|P^T|2.5.1") + AA]
    ),
    "MSH-12 comes back whole": Case(
        sent(_12="2.5.1^USA"), [msh().replace("|2.5.1", "|2.5.1^USA") + AA]
    ),
    "MSH-12 unknown: the profile's": Case(
        sent(_12="3.0"),
        [
            msh(version="2.4") + "MSA|AR|DFT000001|Unsupported version id\r"
            "ERR|MSH^1^12^203&Unsupported version id&HL70357\r"
        ],
        how={"ack_version": "2.4"},
    ),
    "MSH-18 comes back, and the bytes are of that set": Case(
        sent(_4="H\xf4pital", _18="8859/1"),
        [msh(behind="||||||8859/1").replace("HOSP", "H\xf4pital") + AA],
        encoding="latin-1",
    ),
    # ---- MSA
    "MSA-2 is MSH-10 byte for byte": Case(
        sent(_10=" a\\T\\b^c "), [msh() + "MSA|AA| a\\T\\b^c \r"]
    ),
    "MSA-3 is a text until 2.4, escaped": Case(
        without_type(version="2.4"),
        [
            msh(version="2.4") + "MSA|AE|DFT000001|Required field is missing\r"
            "ERR|FT1^1^6^101&Required field missing&HL70357\r"
        ],
    ),
    # ---- ERR
    "ERR until 2.4: one that repeats": Case(
        [line.replace("|20260102|", "|x|") for line in without_type(version="2.3.1")],
        [
            msh(version="2.3.1") + "MSA|AE|DFT000001|Not a time stamp\r"
            "ERR|FT1^1^5^102&Data type error&HL70357"
            "~FT1^1^6^101&Required field missing&HL70357"
            "~FT1^2^5^102&Data type error&HL70357\r"
        ],
    ),
    "ERR from 2.5: one a finding, ERR-1 empty, the occurrence in ERR-2": Case(
        [line.replace("|20260102|", "|x|") if "FT1|2" in line else line for line in without_type()],
        [
            msh() + "MSA|AE|DFT000001\r" + MISSING + "ERR||FT1^2^5^1^1|102^Data type error^HL70357"
            "|E|BAD_TS|||Not a time stamp\r"
        ],
    ),
    "ERR with AA only if the profile wants warnings": Case(
        [*sent(), "ZZ1|x"],
        [
            msh() + AA + "ERR||ZZ1^1|100^Segment sequence error^HL70357|W|Z_SEGMENT|||"
            "Locally defined segment\r"
        ],
        how={"ack_warnings": "true"},
    ),
    "ERR-3 102 for a length until 2.6": Case(
        sent(version="2.6"),
        [msh(version="2.6") + AA + TOO_LONG.format("102^Data type error")],
        {"lengths": {"IN1-4": 5}},
        {"ack_warnings": "true"},
    ),
    "ERR-3 104 for a length from 2.7 on": Case(
        sent(version="2.7"),
        [msh(version="2.7") + AA + TOO_LONG.format("104^Value too long")],
        {"lengths": {"IN1-4": 5}},
        {"ack_warnings": "true"},
    ),
}


@pytest.mark.parametrize("name", CASES)
def test_answer_is_by_the_rule(name: str) -> None:
    lines, answers, options, how, state, encoding = CASES[name]
    body = "\r".join(lines).encode(encoding) + b"\r"
    control = lines[0].split("|")[9]

    files = acknowledge(read(body, options), how, {control: state} if state else None)

    assert [file.body.decode(encoding) for file in files] == answers


ENVELOPE = f"|^~\\&|ACKTRAIL|ERP|BILL|HOSP|{SENT_AT}||||"
STARTS = [f"FHS{ENVELOPE}AT00000001|F0001\r", f"BHS{ENVELOPE}AT00000002|B0001\r"]
BATCHES = {
    "2.9.3.1 no message is legal": (batch([]), {}, ["BTS|0\rFTS|1\r"]),
    "2.9.3.3 a: an answer to each": (
        batch([dft(1), without_type()]),
        {},
        [msh(3) + AA, msh(4) + "MSA|AE|DFT000001\r" + MISSING, "BTS|2\rFTS|1\r"],
    ),
    "2.9.3.3 c: the erroneous ones": (
        batch([dft(1), without_type()]),
        {"batch": "errors"},
        [msh(3) + "MSA|AE|DFT000001\r" + MISSING, "BTS|1\rFTS|1\r"],
    ),
    "2.9.3.3 c: empty says that all was accepted": (
        batch([dft(1)]),
        {"batch": "errors"},
        ["BTS|0\rFTS|1\r"],
    ),
}


@pytest.mark.parametrize("name", BATCHES)
def test_answer_to_a_batch_is_by_the_rule(name: str) -> None:
    """FHS-12 and BHS-12: what is answered. FHS-11, BHS-11: our own. BTS-1, FTS-1: counts."""
    body, how, parts = BATCHES[name]

    (file,) = acknowledge(read(body), how)

    assert file.body.decode() == "".join([*STARTS, *parts])


def test_2_9_3_3_response_without_messages_is_an_answer_and_gets_none() -> None:
    """FHS-12, BHS-12: two systems would else answer each other for ever."""
    empty = batch([])
    response = empty.replace(b"||||B0001", b"||||B0001|B7")

    assert response != empty
    assert len(acknowledge(read(empty))) == 1
    assert acknowledge(read(response)) == []


def test_2_9_3_4_message_outside_a_batch_is_answered_behind_it() -> None:
    body = batch([dft(1)]) + written(dft(2))

    texts = [file.body.decode() for file in acknowledge(read(body))]

    assert texts == [
        "".join([*STARTS, msh(3) + AA, "BTS|1\rFTS|1\r", msh(4) + AA.replace("01\r", "02\r")])
    ]


def test_unreadable_file_is_answered_by_a_batch_without_messages_and_no_invented_id() -> None:
    (file,) = acknowledge(read(b"no header at all"))

    head = f"|^~\\&|||||{SENT_AT}|||No message could be read|AT0000000"
    assert file.body.decode() == f"FHS{head}1\rBHS{head}2\rBTS|0\rFTS|1\r"
