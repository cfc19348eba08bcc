"""A living trading partner (mock-edi) in EDIFACT over drop folders.

Our order goes into its folder; CONTRL, ORDRSP, DESADV and INVOIC come back, are read and answered.

Where we differ from it, and why:

| what | it | we | why |
|---|---|---|---|
| CNT of an INVOIC | behind the MOA | refused: 15 | D.96A: UNS, CNT, then SG48 (MOA) |
| FTX of an ORDRSP line | behind PRI | refused: 15 | D.96A: FTX in SG26, PRI in SG30 behind it |
| UCM of what is accepted | listed | not listed | CONTRL: UCI 7 alone is complete |
"""

import os
from collections.abc import Iterator
from decimal import Decimal
from pathlib import Path

import pytest
from mockedi.testing import Mock  # type: ignore[import-untyped]

from acktrail.documents.kinds import AnswerReceived, Document, Trade
from acktrail.documents.supply import DespatchAdvice, OrderAnswer
from acktrail.formats.edifact.segment import Segment
from acktrail.model import Answering
from acktrail.ports import MessageStart
from acktrail.translate.answers import AnswerTranslator
from acktrail.translate.translator import Translator
from tests.generators.edifact import Knobs, interchange
from tests.unit.edifact.reading import AT, EDIFACT, events_of, read, told
from tests.unit.translate.running import mapped

US, LONG_AGO = "EURODIS", (1, 1)  # as the mock knows us; files just written are left alone
ORDER = [
    "UNH+1+ORDERS:D:96A:UN",
    "BGM+220+PO-7001+9",
    "DTM+137:20260314:102",
    "NAD+BY+EURODIS::92",
    "NAD+SU+MOCKEDI::92",
    "NAD+DP+DC1::92++Dock+Road 1+Musterstadt++00000+DE",
    "CUX+2:EUR:9",
    "LIN+1",
    "PIA+5+BRKT-050:SA",
    "QTY+21:100:PCE",
    "PRI+AAA:4.15",
    "LIN+2",
    "PIA+5+BRKT-075:SA",
    "QTY+21:10:PCE",
    "PRI+AAA:6.40",
    "UNS+S",
    "CNT+2:2",
    "UNT+18+1",
]


class Partner:
    """The mock and the two folders between us."""

    def __init__(self, mock: Mock, root: Path) -> None:
        self.mock = mock
        self._root = root

    def drop(self, name: str, data: bytes) -> None:
        """Put a file into its folder and have it read."""
        path = self._root / "to" / name
        path.write_bytes(data)
        os.utime(path, LONG_AGO)
        self.mock.post("/_mock/drop/scan")
        self.mock.settle()

    def sent(self) -> dict[str, bytes]:
        """Return what it has put into ours, by message type."""
        return {
            path.name.split("-")[1]: path.read_bytes() for path in (self._root / "from").iterdir()
        }


@pytest.fixture(params=["accept", "short-ship"])
def behaviour(request: pytest.FixtureRequest) -> str:
    """Whether it sends all that was ordered."""
    return str(request.param)


@pytest.fixture
def partner(tmp_path: Path, behaviour: str) -> Iterator[Partner]:
    (tmp_path / "to").mkdir()
    (tmp_path / "from").mkdir()
    folders = {"drop_dir": str(tmp_path / "to"), "pickup_dir": str(tmp_path / "from")}
    with Mock.start(**folders) as mock:
        mock.behaviour(US, behaviour)
        found = Partner(mock, tmp_path)
        knobs = Knobs(sender="EURODIS:14", receiver="MOCKEDI:14", request="1")
        found.drop("order.edi", interchange([ORDER], knobs))
        yield found


def translated(data: bytes, translator: Translator) -> Document:
    for event in events_of(data):
        if isinstance(event, MessageStart):
            translator.start(event.head)
        elif isinstance(event, Segment):
            translator.segment(event)
    documents, findings = translator.finish()
    assert [one.rule for one in findings] == []
    return documents[0]


def test_our_order_is_answered_by_contrl_ordrsp_desadv_and_invoic(
    partner: Partner, behaviour: str
) -> None:
    sent = partner.sent()
    assert set(sent) == {"CONTRL", "ORDRSP", "DESADV", "INVOIC"}
    misplaced = [] if behaviour == "accept" else [("segment_order", "15", "FTX")] * 2
    assert [one[:3] for one in told(read(sent["ORDRSP"]))] == misplaced
    for kind in ("CONTRL", "DESADV"):
        assert told(read(sent[kind])) == []

    contrl = translated(sent["CONTRL"], AnswerTranslator()).payload
    response = translated(sent["ORDRSP"], mapped("edifact-ordrsp")).payload
    despatch = translated(sent["DESADV"], mapped("edifact-desadv")).payload
    invoice = translated(sent["INVOIC"], mapped("edifact-invoic")).payload
    assert isinstance(contrl, AnswerReceived)
    assert contrl.disposition == "ACCEPTED"
    assert isinstance(response, OrderAnswer)
    assert isinstance(despatch, DespatchAdvice)
    assert isinstance(invoice, Trade)
    amounts = [100, 10] if behaviour == "accept" else [80, 8]
    answers = [one.answers[0] for one in response.lines]
    assert [one.quantity.value for one in answers if one.quantity] == amounts
    assert {one.status for one in answers} == {
        "ACCEPTED" if behaviour == "accept" else "ACCEPTED_AMENDED"
    }
    assert [dict(one.line.quantities or {})["SHIPPED"].value for one in despatch.lines] == amounts
    assert [one.line.references[-1].value for one in despatch.lines] == ["PO-7001"] * 2
    assert [dict(one.quantities or {})["INVOICED"].value for one in invoice.lines] == amounts
    assert invoice.totals is not None
    assert invoice.totals.lines is not None
    assert invoice.totals.lines.amount == Decimal("479" if behaviour == "accept" else "383.20")


def test_its_invoic_has_cnt_where_d96a_has_none(partner: Partner) -> None:
    assert [one[:3] for one in told(read(partner.sent()["INVOIC"]))] == [
        ("segment_order", "15", "CNT")
    ]


def test_our_contrls_close_what_it_waits_for(partner: Partner) -> None:
    kinds = {"ORDRSP": "response", "DESADV": "despatch", "INVOIC": "invoice"}
    for number, kind in enumerate(kinds, 71):
        result = read(partner.sent()[kind])
        (answer,) = EDIFACT.acknowledge(result, Answering(AT, (number,), {"contrl": "always"}))
        partner.drop(f"contrl-{number}.edi", answer.body)

    assert partner.mock.unacknowledged() == []
