"""Charges straight from the fields of FT1 are what the map alone makes of them."""

from collections.abc import Sequence

import pytest
from hypothesis import given
from hypothesis import strategies as st

from acktrail.documents.kinds import Document
from acktrail.model import Finding, MessageHead
from acktrail.ports import FileFinding, GroupEnd, InterchangeEnd, MessageEnd, MessageStart
from acktrail.translate.charges import CHARGE, ChargeTranslator, line_rule
from acktrail.translate.engine import MapTranslator
from acktrail.translate.maps import Map, compile_map, read_map
from acktrail.translate.translator import Translator
from tests.generators.hl7 import charge, events
from tests.unit.translate.running import Files, Folder

OPTIONS: list[dict[str, object]] = [
    {"bill_to": "payer", "currency": "EUR"},
    {"bill_to": "patient", "authority": "HOSP", "default_quantity": True},
    {"bill_to": "guarantor"},
]
MAPS = [compile_map(Folder(), "hl7-dft", read_map(Folder(), "hl7-dft"), one) for one in OPTIONS]
MARKS = ["|^~\\&", "|^~\\&#", "!*+?:"]
CHARSETS = ["", "8859/1", "UNICODE UTF-8"]
PLAIN = st.sampled_from([*("", "1", "CG", "XX", "20260101", "20260231", "150.00", "1e3", "A1-2")])
ODD = st.sampled_from(
    [
        *('""', "^", "&", "~", "A~B", "A&B", "^USD", "150.00&USD", "150.00^EUR", "150.00&usd"),
        *(
            "99201^Text^C4",
            "^^C4",
            "\\F\\",
            "A\\XE9\\B",
            "\\T\\USD",
            "A\x01B",
            " A ",
            "+2",
            "-2.50",
        ),
        *("20260101120000+0100", "201", "x" * 120, "A*B", "150.00:USD", "?XE9?"),
    ]
)
VALUES = st.one_of(PLAIN, PLAIN, ODD)


def changed(line: str, values: dict[int, str]) -> str:
    """Put values into some fields of a line."""
    fields = line.split("|")
    fields += [""] * (max(values, default=0) + 1 - len(fields))
    for number, value in values.items():
        fields[number] = value
    return "|".join(fields)


GOOD = st.builds(charge, st.integers(1, 4), st.integers(1, 3))
PLACES = st.sampled_from([2, 4, 5, 6, 7, 7, 10, 11, 12, 13, 25, 25, 29, 31])
LINES = st.one_of(
    GOOD,
    st.builds(changed, GOOD, st.dictionaries(PLACES, VALUES, max_size=4)),
    st.lists(VALUES, max_size=31).map(lambda fields: "|".join([CHARGE, *fields])),
)
OTHERS = st.sampled_from(
    [
        *("PID|1||7^^^HOSP^MR||N||||||||||||A1", "PV1|1|O|||||||||||||||||V1^^^HOSP^VN"),
        *("DG1|1||E11.9", "IN1|1|P|PAY1", "GT1|1|G1", "NTE|1||T", "ZCH|1|2", "PR1|1||X", "EVN|P03"),
    ]
)
MESSAGES = st.tuples(
    st.sampled_from(MARKS), st.sampled_from(CHARSETS), st.lists(st.one_of(LINES, OTHERS))
)
Outcome = list[tuple[tuple[Document, ...], tuple[Finding, ...]]]


def written(marks: str, charset: str, segments: Sequence[str], control: int) -> bytes:
    header = (
        f"MSH|^~\\&|BILL|HOSP|HUB|ERP|20260102||DFT^P03^DFT_P03|C{control}|P|2.5.1||||||{charset}"
    )
    text = "\r".join([header, *segments, ""])
    text = text.translate(str.maketrans("|^~\\&", marks[:5])).replace(marks[1:5], marks[1:], 1)
    return text.encode("utf-8" if "UTF" in charset else "latin-1", "replace")


def outcome(translator: Translator, body: bytes) -> Outcome:
    """Translate every message of a file, as the pipeline does it."""
    found: Outcome = []
    for event in [*events(body), MessageStart(MessageHead("hl7", "", "", ""))]:
        if isinstance(event, MessageStart):
            found.append(translator.finish())
            translator.start(event.head)
        elif not isinstance(event, MessageEnd | GroupEnd | InterchangeEnd | FileFinding):
            translator.segment(event)
    return found[1:]


VISIT = "PV1|1|O|||||||||||||||||V1"
SAME_TEXTS = {  # that mean something else in the second message or line
    "delimiters": [(marks, "", [VISIT, changed(charge(1, 1), {13: "A*B"})]) for marks in MARKS],
    "character sets": [
        ("|^~\\&", charset, ["PID|1||||Zo\u00eb", VISIT, changed(charge(1, 1), {13: "\\XC3A9\\"})])
        for charset in CHARSETS[1:]
    ],
    "other fields": [
        ("|^~\\&", "", [VISIT, *(changed(charge(n, 1), {7: "", 25: f"X{n}"}) for n in (1, 2))])
    ],
    "numbers of fields": [
        ("|^~\\&", "", [VISIT, "FT1|1|T1|||||A", changed(charge(1, 1), {7: "A", 31: "1"})])
    ],
}


@pytest.mark.parametrize("sent", SAME_TEXTS.values(), ids=SAME_TEXTS)
def test_same_text_is_read_anew_where_it_means_something_else(
    sent: list[tuple[str, str, list[str]]],
) -> None:
    body = b"".join(
        written(marks, charset, lines, number)
        for number, (marks, charset, lines) in enumerate(sent)
    )
    for map_ in MAPS:
        direct, plain = ChargeTranslator(map_, currency="USD"), MapTranslator(map_, currency="USD")

        assert outcome(direct, body) == outcome(plain, body)


@given(st.sampled_from(MAPS), st.lists(MESSAGES, min_size=1, max_size=4))
def test_direct_lines_are_those_of_the_map(
    map_: Map, sent: list[tuple[str, str, list[str]]]
) -> None:
    body = b"".join(written(*one, control=number) for number, one in enumerate(sent))
    direct, plain = ChargeTranslator(map_, currency="USD"), MapTranslator(map_, currency="USD")

    assert outcome(direct, body * 2) == outcome(plain, body * 2)


ADDED = """
schema = "acktrail/map/1"
format = "hl7"
types = ["DFT^P03"]
kinds = ["charge"]
drop = ["*"]
[levels.line]
builds = "charge_line"
holds = ["PR1"]
[document.PV1]
visit = "PV1-19.1"
drop = true
[document.FT1]
open = "line"
key = "FT1-2.1"
drop = true
[line.PR1]
department = "PR1-3.1"
drop = true
"""


def test_line_that_a_later_segment_adds_to_goes_the_way_of_its_map() -> None:
    files = Files({"maps/own.toml": ADDED})
    map_ = compile_map(files, "own", read_map(files, "own"), {})
    body = written(MARKS[0], "", ["PV1|1|O|||||||||||||||||V1", "FT1|1|T1", "PR1|1||SURG"], 1)

    [(documents, findings)] = outcome(ChargeTranslator(map_), body)

    assert line_rule(map_) is None
    assert not findings
    assert [line.department for one in documents for line in one.payload.lines] == ["SURG"]  # type: ignore[union-attr]


def test_shipped_map_of_charges_has_direct_lines() -> None:
    assert all(line_rule(one) for one in MAPS)
