"""A night's batch: ten thousand messages, thirty-seven of them bad, and each kind of answer to it.

HL7 v2+ chapter 2, 2.9.3.3: (a) an answer to every message, (b) a control report, (c) answers to
the erroneous ones only; FHS-12 and BHS-12 name what is answered, BTS-1 and FTS-1 count.
"""

import re
from collections import Counter
from functools import lru_cache

import pytest

from acktrail.model import Acknowledgement, ReadResult
from tests.generators.hl7 import acknowledge, batch, dft, messages, read

MESSAGES, BAD = 10_000, 37
AGREED = {"events": ["DFT^P03"], "versions": ["2.5.1"], "processing_ids": ["P"]}
FAULTS = [  # what is put in the place of what, and the answer that it gets
    ("|CG|", "||", "AE", "ERR||FT1^1^6|101^Required field missing^HL70357|E|REQUIRED_MISSING"),
    (
        "|150.00&USD|",
        "|151.00&USD|",
        "AE",
        "ERR||FT1^1^11^1^1|102^Data type error^HL70357|E|AMOUNT",
    ),
    ("|20260102|", "|20260231|", "AE", "ERR||FT1^1^5^1^1|102^Data type error^HL70357|E|BAD_TS"),
    ("|75.00&USD|", "|x&USD|", "AE", "ERR||FT1^1^12^1^1|102^Data type error^HL70357|E|BAD_NM"),
    ("DFT^P03", "DFT^P11", "AR", "ERR||MSH^1^9|201^Unsupported event code^HL70357|E"),
    ("DFT^P03", "ADT^P03", "AR", "ERR||MSH^1^9|200^Unsupported message type^HL70357|E"),
    ("|P|2.5.1", "|T|2.5.1", "AR", "ERR||MSH^1^11|202^Unsupported processing id^HL70357|E"),
    ("|P|2.5.1", "|P|2.4", "AR", "ERR"),
]
STEP = MESSAGES // BAD
WRONG = {1 + at * STEP: FAULTS[at % len(FAULTS)] for at in range(BAD)}  # by number
HEADER = "|^~\\&|ACKTRAIL|ERP|BILL|HOSP|20260102030405+0000||||{control}|{answered}"


@lru_cache(maxsize=1)
def night() -> ReadResult:
    sent = []
    for number in range(1, MESSAGES + 1):
        lines = dft(number, lines=1)
        if number in WRONG:
            old, new, _, _ = WRONG[number]
            lines = "\r".join(lines).replace(old, new, 1).split("\r")
        sent.append(lines)
    return read(batch(sent), AGREED)


def lines_of(files: list[Acknowledgement]) -> list[str]:
    (file,) = files
    return file.body.decode().split("\r")


def outline(lines: list[str]) -> str:
    """Return the names of the segments, equal neighbours counted: FHS BHS 2x(MSH MSA) BTS FTS."""
    names = re.sub(r"MSH MSA((?: ERR)*)", r"(MSH MSA\1)", " ".join(line[:3] for line in lines))
    found: list[list[object]] = []
    for name in re.findall(r"\([^)]*\)|[A-Z]{3}", names):
        if found and found[-1][1] == name:
            found[-1][0] = int(str(found[-1][0])) + 1
        else:
            found.append([1, name])
    return " ".join(f"{count}x{name}" if count != 1 else str(name) for count, name in found)


def test_each_message_of_a_night_has_its_own_verdict() -> None:
    found = messages(night())

    assert len(found) == MESSAGES
    refused = {at for at, one in enumerate(found, 1) if one.verdict.value == "rejected"}
    assert refused == set(WRONG)
    assert night().usable
    assert night().interchanges[0].verdict.value == "partially_accepted"


def test_2_9_3_3_a_every_message_is_answered_in_its_order() -> None:
    lines = lines_of(acknowledge(night()))

    assert lines[:2] == [
        "FHS" + HEADER.format(control="AT00000001", answered="F0001"),
        "BHS" + HEADER.format(control="AT00000002", answered="B0001"),
    ]
    assert lines[-3:] == ["BTS|10000", "FTS|1", ""]
    told = [line.split("|") for line in lines if line.startswith("MSA")]
    assert [one[2] for one in told] == [f"DFT{number:06d}" for number in range(1, MESSAGES + 1)]
    wanted = [WRONG[number][2] if number in WRONG else "AA" for number in range(1, MESSAGES + 1)]
    assert [one[1] for one in told] == wanted
    own = [line.split("|")[9] for line in lines if line.startswith("MSH")]
    assert own == [f"AT{number:08d}" for number in range(3, MESSAGES + 3)]
    assert Counter(line[:3] for line in lines)["ERR"] == BAD


def test_2_9_3_3_c_only_the_erroneous_ones_are_answered() -> None:
    lines = lines_of(acknowledge(night(), {"batch": "errors"}))

    assert outline(lines) == f"FHS BHS {BAD}x(MSH MSA ERR) BTS FTS"
    assert lines[-3:] == [f"BTS|{BAD}", "FTS|1", ""]
    told = [line for line in lines if line.startswith(("MSA", "ERR"))]
    for (number, fault), answer, error in zip(WRONG.items(), told[::2], told[1::2], strict=True):
        assert answer.startswith(f"MSA|{fault[2]}|DFT{number:06d}")
        assert error.startswith(fault[3]), number


def test_2_9_3_3_b_the_report_has_a_line_for_each_message_and_finding() -> None:
    (report,) = acknowledge(night(), {"batch": "report"})
    lines = report.body.decode().split("\r\n")

    assert (report.kind, report.extension) == ("REPORT", "txt")
    assert Counter(line.split("\t")[2] for line in lines if line.count("\t") == 2) == {
        "accepted": MESSAGES - BAD,
        "rejected": BAD,
    }
    errors = [line for line in lines if "\terror\t" in line]
    assert len(errors) == BAD


def test_profile_may_want_no_answer() -> None:
    assert acknowledge(night(), {"batch": "none"}) == []


@pytest.mark.parametrize("mode", ["original", "enhanced"])
def test_no_answer_goes_out_before_what_it_tells_is_so(mode: str) -> None:
    """Original: after posting. Enhanced: receipt at once, application answers after posting."""
    files = acknowledge(night(), {"mode": mode})

    assert [file.after_posting for file in files] == (
        [True] if mode == "original" else [False, True]
    )
