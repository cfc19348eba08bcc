"""From bytes to documents through the real readers."""

import re
from collections.abc import Mapping
from importlib import resources

import pytest

from acktrail.documents.encoding import decode_document, encode
from acktrail.documents.kinds import Charge, Document, Remittance, Trade
from acktrail.formats.edifact.format import Edifact
from acktrail.formats.hl7 import Hl7
from acktrail.formats.x12.format import X12
from acktrail.model import Finding
from acktrail.ports import (
    FileFinding,
    Format,
    GroupEnd,
    InterchangeEnd,
    MessageEnd,
    MessageStart,
)
from acktrail.translate.choose import Translators
from tests.generators import edifact, hl7
from tests.unit.translate.running import Folder
from tests.unit.translate.test_trade import INVOICE_X12, ORDER_X12

Result = tuple[list[Document], list[Finding]]


def translated(format_: Format, body: bytes, options: Mapping[str, object] | None = None) -> Result:
    """Read and translate a file; readers' findings of severity error count too."""
    reader = format_.reader({})
    documents: list[Document] = []
    findings: list[Finding] = []
    translator = None
    for event in [*reader.feed(body), *reader.close()]:
        match event:
            case MessageStart(head):
                translator = Translators(Folder()).find(head, options or {})
                if translator is not None:
                    translator.start(head)
            case MessageEnd(result):
                findings += [one for one in result.findings if one.severity == "error"]
                if translator is not None:
                    made, found = translator.finish()
                    documents += made
                    findings += found
            case GroupEnd() | InterchangeEnd():
                pass
            case FileFinding(finding):
                findings.append(finding)
            case segment:
                if translator is not None:
                    translator.segment(segment)
    return documents, findings


@pytest.mark.parametrize("version", hl7.VERSIONS)
def test_charges_of_hl7_come_through_the_reader(version: str) -> None:
    body = hl7.written([*hl7.dft(1, 2, version), *hl7.dft(2, 3, version)])

    documents, findings = translated(
        Hl7(hl7.ParserFiles()), body, {"bill_to": "payer", "default_quantity": True}
    )

    assert findings == []
    payloads = [one.payload for one in documents if isinstance(one.payload, Charge)]
    assert [len(one.lines) for one in payloads] == [2, 3]
    assert all(one.visit or one.account for one in payloads)
    assert {one.kind for one in documents} == {"charge"}


def test_patients_of_hl7_come_through_the_reader() -> None:
    documents, findings = translated(Hl7(hl7.ParserFiles()), hl7.written(hl7.adt(1)))

    assert findings == []
    assert [one.kind for one in documents] == ["party"]
    assert documents[0].key[1]


@pytest.mark.parametrize("kind", ["order", "invoice"])
def test_orders_and_invoices_of_edifact_come_through_the_reader(kind: str) -> None:
    message = (edifact.orders if kind == "order" else edifact.invoic)("1", 3)

    documents, findings = translated(Edifact(Folder()), edifact.interchange([message]))

    assert {one.rule for one in findings} <= {"map.check_digit"}  # the generator counts its GTINs
    assert [one.kind for one in documents] == [kind]
    payload = documents[0].payload
    assert isinstance(payload, Trade)
    assert len(payload.lines) == 3
    assert all(line.price and line.quantities and line.item.ids for line in payload.lines)


def test_every_document_reads_back_from_its_json() -> None:
    body = edifact.interchange([edifact.orders("1", 2)])
    charges = translated(Hl7(hl7.ParserFiles()), hl7.written(hl7.dft(1, 2)))[0]

    for document in [*translated(Edifact(Folder()), body)[0], *charges]:
        assert decode_document(encode(document)) == document
        assert re.search(rb'"kind": "(order|charge)"', encode(document))


def x12() -> X12:
    return X12(Folder(), lambda name: (resources.files("pyx12") / "map" / name).read_bytes())


def interchange(group: str, version: str, text: str) -> bytes:
    """Wrap one set; its segment count is put right."""
    lines = [line.strip() for line in text.strip().splitlines()]
    lines[-1] = f"SE*{len(lines)}*0001"
    isa = "ISA*00*          *00*          *ZZ*SENDER         *ZZ*RECEIVER       *260101*1200"
    repetition = "U" if version.startswith("004") else "^"
    head = f"{isa}*{repetition}*{version[:5]}*000000001*0*P*:"
    body = [
        head,
        f"GS*{group}*S*R*20260101*1200*1*X*{version}",
        *lines,
        "GE*1*1",
        "IEA*1*000000001",
    ]
    return "".join(line + "~" for line in body).encode()


@pytest.mark.parametrize(
    ("group", "text", "kind"), [("PO", ORDER_X12, "order"), ("IN", INVOICE_X12, "invoice")]
)
def test_orders_and_invoices_of_x12_come_through_the_reader(
    group: str, text: str, kind: str
) -> None:
    documents, findings = translated(x12(), interchange(group, "004010", text))

    assert findings == []
    assert [one.kind for one in documents] == [kind]
    assert documents[0].ext == {}


def test_answers_of_x12_come_through_the_reader() -> None:
    text = """ST*999*0001*005010X231A1
        AK1*HC*17*005010X222A1
        AK2*837*0001*005010X222A1
        IK5*A
        AK9*A*1*1*1
        SE*6*0001"""

    documents, findings = translated(x12(), interchange("FA", "005010X231A1", text))

    assert findings == []
    assert [one.key for one in documents] == [("999", "17", "0001"), ("999", "17")]


def test_remittances_of_x12_come_through_the_reader() -> None:
    text = """ST*835*0001
        BPR*I*150*C*CHK************20260105
        TRN*1*TR1*1234567890
        N1*PR*Payer Inc*XV*P1
        N3*1 Sample Street
        N4*Sampletown*NY*12207
        PER*BL*Canaryname*TE*5551212
        N1*PE*Canaryname*XX*1234567893
        LX*1
        CLP*A1*1*200*150*20*12*PC1*11*1
        NM1*QC*1*CANARYNAME*JANE****MI*CANARYID
        SVC*HC:99213:25*200*150**1
        DTM*472*20251201
        CAS*CO*45*30
        CAS*PR*1*20
        SE*1*0001"""

    documents, findings = translated(x12(), interchange("HP", "005010X221A1", text))

    assert findings == []
    (payload,) = [one.payload for one in documents if isinstance(one.payload, Remittance)]
    assert payload.claims[0].services[0].modifiers == ("25",)
    assert b"CANARY" not in encode(documents[0]).upper()
