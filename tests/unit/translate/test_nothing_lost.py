"""Every element of a business message is in the document, in ``ext``, or dropped by name."""

from collections.abc import Iterator

import pytest

from acktrail.documents.encoding import encode_compact
from acktrail.formats.delimited import Marks
from acktrail.formats.x12.segment import SetSegment
from acktrail.model import MessageHead
from tests.unit.translate.running import mapped, run
from tests.unit.translate.test_trade import (
    INVOICE_EDIFACT,
    INVOICE_X12,
    ORDER_EDIFACT,
    ORDER_X12,
)

FRAMING = {"ST", "SE", "UNH", "UNT", "UNS", "CTT", "CNT"}
# Codes that choose where a value goes, and codes that a table turns into another word.
QUALIFIERS = {
    "x12": {"CUR01", "REF01", "DTM01", "N101", "N103", "PID01", "AMT01", "SAC01", "PER03", "BEG01"}
    | {f"{tag}{n:02}" for tag in ("PO1", "IT1") for n in range(6, 25, 2)}
    | {"PO105", "BIG08", "TDS01", "SAC05", "TXI01"},
    "edifact": {
        "BGM.3.1", "DTM.1.1", "DTM.1.3", "RFF.1.1", "NAD.1.1", "NAD.2.3", "CUX.1.1", "LIN.3.2",
        "PIA.1.1", "PIA.2.2", "PIA.3.2", "IMD.1.1", "QTY.1.1", "PRI.1.1", "MOA.1.1", "TAX.1.1",
        "COM.1.2", "ALC.1.1",
    },
}  # fmt: skip
X12_EXTRA = """
N1*ZQ*ZZNAME*91*ZZID
N3*ZZSTREET
PER*BD*ZZPERSON*FX*ZZFAX
TD5**2*ZZROUTE***ZZSHIFT
REF*ZQ*ZZREF*ZZTEXT
"""
EDIFACT_EXTRA = """
TDT+20+ZZTRIP+30+31
LOC+7+ZZPLACE:139:6:ZZNAME
NAD+ZQ+ZZID::91+++++++ZZ
RFF+ZQ:ZZREF
DTM+171:ZZDAY:102
FTX+ZZZ+1+ZZCODE:1:2+ZZTEXT1:ZZTEXT2+EN
"""
EDIFACT_TAXES = """
MOA+77:12.67
TAX+7+ZZVAT+++:::ZZ19+ZZS
MOA+124:1.91
MOA+125:10.77
ALC+C
PCD+3:5.55
MOA+8:0.77
"""


def elements(text: str, format_: str) -> Iterator[tuple[str, str]]:
    """Yield address and value of every element or component sent."""
    mark = "*" if format_ == "x12" else "+"
    for line in text.split():
        tag, *values = line.split(mark)
        if tag in FRAMING:
            continue
        for number, value in enumerate(values, 1):
            if format_ == "x12":
                yield f"{tag}{number:02}", value
            else:
                parts = enumerate(value.split(":"), 1)
                yield from ((f"{tag}.{number}.{at}", part) for at, part in parts)


@pytest.mark.parametrize(
    ("name", "format_", "text"),
    [
        ("x12-850", "x12", ORDER_X12.replace("PO1*1", X12_EXTRA + "PO1*1")),
        ("x12-850", "x12", ORDER_X12.replace("CTT*2", X12_EXTRA + "CTT*2")),
        ("x12-810", "x12", INVOICE_X12.replace("IT1*1", X12_EXTRA + "IT1*1")),
        ("edifact-orders", "edifact", ORDER_EDIFACT.replace("LIN+1\n", EDIFACT_EXTRA + "LIN+1\n")),
        ("edifact-orders", "edifact", ORDER_EDIFACT.replace("UNS", EDIFACT_EXTRA + "UNS")),
        ("edifact-invoic", "edifact", INVOICE_EDIFACT.replace("UNS", EDIFACT_EXTRA + "UNS")),
        ("edifact-invoic", "edifact", INVOICE_EDIFACT.replace("MOA+77:11.90", EDIFACT_TAXES)),
    ],
)
def test_every_element_is_mapped_kept_or_dropped_by_name(
    name: str, format_: str, text: str
) -> None:
    documents, findings = run(mapped(name), text, format_)

    assert len(documents) == 1, findings
    shown = encode_compact(documents[0]).decode().replace("-", "")
    lost = [
        address
        for address, value in elements(text, format_)
        if value and value not in shown and address not in QUALIFIERS[format_]
    ]
    assert lost == []


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("x12-850", ORDER_X12 + X12_EXTRA.strip()),
        ("x12-810", INVOICE_X12.replace("TDS", "SLN*1*ZZ\nTDS")),
    ],
)
def test_segments_that_show_their_elements_leave_the_same_rest(name: str, text: str) -> None:
    marks = Marks("*", ":", "^", "~")
    translator = mapped(name)
    translator.start(MessageHead("x12", "", "", "C1"))
    for position, line in enumerate(text.strip().splitlines(), 1):
        translator.segment(SetSegment(line.split("*"), "", marks, position, position * 100))

    assert translator.finish() == run(mapped(name), text)
