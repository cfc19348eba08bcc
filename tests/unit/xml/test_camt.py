from decimal import Decimal
from pathlib import Path

import pytest

from acktrail.documents.kinds import BankStatement, Document, Opaque
from acktrail.documents.parts import Money
from acktrail.errors import PartnerError, TruncatedFileError, UnreadableFileError
from acktrail.formats.xml import Xml
from acktrail.formats.xml.hardened import HardenedParser, discard
from acktrail.formats.xml.records import XmlRecord
from acktrail.model import Answering, Owner, Verdict
from acktrail.ports import Event, InterchangeEnd, MessageEnd, MessageStart
from acktrail.translate import bank, opaque
from acktrail.translate.translator import Translator
from tests.conftest import CORPORA
from tests.generators import bank as make
from tests.generators import tabular as events_of

FORMAT = Xml(events_of.Layouts())
FILES = sorted((CORPORA / "bank/genkgo__camt").rglob("*.xml"))


def read(body: bytes, **options: object) -> list[Event]:
    return events_of.read(FORMAT.reader(options), body)


def documents(events: list[Event]) -> list[Document]:
    built, used = list[Document](), list[Translator]()
    for event in events:
        match event:
            case MessageStart(head):
                used.append(opaque.translator() if head.type == "CDA" else bank.translator())
                used[-1].start(head)
            case XmlRecord():
                used[-1].segment(event)
            case MessageEnd():
                built += used[-1].finish()[0]
            case _:
                pass
    return built


@pytest.mark.parametrize("version", ["02", "03", "04", "08"])
def test_statement_becomes_a_document_in_every_version(version: str) -> None:
    """ISO 20022 camt.053.001.02 to .08: status and party names moved."""
    events = read(make.camt053(version=version))

    assert events_of.names(events) == []
    (document,) = documents(events)
    payload = document.payload
    assert isinstance(payload, BankStatement)
    assert document.key == (make.IBAN, "1", "S1")
    assert payload.opening == Money(Decimal("1000.00"), "EUR")
    entry = payload.entries[1]
    assert entry.amount == Money(Decimal("-23.00"), "EUR")
    assert (str(entry.booked_on), str(entry.value_on)) == ("2026-03-02", "2026-03-03")
    assert (entry.bank_ref, entry.end_to_end, entry.type) == ("BANK1", "E2E-1", "PMNT-RCDT-ESCT")
    assert (entry.counterparty, entry.remittance) == ("Synthetic Supplier Ltd", "INVOICE 1")


def test_statements_are_messages() -> None:
    events = read(make.camt053(statements=3), sender="bank")

    assert [m.control for m in events_of.messages(events)] == ["1", "2", "3"]
    assert {m.verdict for m in events_of.messages(events)} == {Verdict.ACCEPTED}


def changed(old: str, new: str) -> bytes:
    body = make.camt053().decode()
    assert old in body
    return body.replace(old, new).encode()


@pytest.mark.parametrize(
    ("body", "rule"),
    [
        (make.camt053(off=1), "camt.balance"),
        (make.camt053(version="99"), "camt.version_unknown"),
        (changed(".02", ".02").replace(b"camt.053", b"camt.054"), "camt.informs"),
        (changed("OPBD", "OPAV"), "camt.balance_missing"),
        (
            changed("<Id><IBAN>", "<Id><Other>").replace(b"</IBAN>", b"</Other>"),
            "camt.account_missing",
        ),
        (changed(">123.45<", ">1e3<"), "camt.amount"),
        (changed("2026-03-02</Dt>", "2026-02-30</Dt>").replace(b"ValDt", b"NoDt"), "camt.date"),
        (changed('"EUR">123.45', '"USD">123.45'), "camt.currency"),
        (changed("<Sts>BOOK", "<Sts>PDNG"), "camt.status"),
        (
            changed(
                "<Acct>", "<StmtPgntn><PgNb>1</PgNb><LastPgInd>false</LastPgInd></StmtPgntn><Acct>"
            ),
            "camt.page",
        ),
        (f'<Document xmlns="{make.CAMT}02"><A/></Document>'.encode(), "camt.no_statement"),
        (b"<a/>", "xml.kind_unknown"),
    ],
)
def test_fault_gives_its_finding(body: bytes, rule: str) -> None:
    assert rule in events_of.names(read(body))


def test_batch_is_one_entry_and_its_details_add_up() -> None:
    detail = '<TxDtls><Amt Ccy="EUR">{}</Amt></TxDtls>'
    one = "<TxDtls><Refs><EndToEndId>E2E-0</EndToEndId></Refs>"

    def batch(*amounts: str) -> bytes:
        return changed(
            one,
            "".join(map(detail.format, amounts)) + "<X><Refs><EndToEndId>E2E-0</EndToEndId></Refs>",
        ).replace(b"</TxDtls></NtryDtls>", b"</X></NtryDtls>", 1)

    good, bad = read(batch("100.00", "23.45")), read(batch("100.00", "23.00"))

    assert events_of.names(good) == []
    assert events_of.names(bad) == ["camt.batch"]
    (document,) = documents(good)
    assert isinstance(document.payload, BankStatement)
    assert len(document.payload.entries) == 2


def test_reversal_indicator_does_not_turn_the_sign_again() -> None:
    body = changed("<Sts>BOOK", "<RvslInd>true</RvslInd><Sts>BOOK")

    (document,) = documents(read(body))

    assert isinstance(document.payload, BankStatement)
    entry = document.payload.entries[0]
    assert (entry.reversal, entry.amount.amount) == (True, Decimal("123.45"))


def test_notification_gives_no_document() -> None:
    assert documents(read(make.camt053().replace(b"camt.053", b"camt.054"))) == []


def test_unknown_kind_is_our_matter_and_not_accepted() -> None:
    events = read(b'<Order xmlns="urn:x"><ID>1</ID></Order>')

    assert events_of.all_findings(events)[0].owner is Owner.US
    assert isinstance(events[-1], InterchangeEnd)
    assert events[-1].result.verdict is Verdict.REJECTED


def test_clinical_document_is_opaque() -> None:
    body = (
        b'<ClinicalDocument xmlns="urn:hl7-org:v3"><id root="1.2.3"/>'
        b"<title>CANARY</title></ClinicalDocument>"
    )

    events = read(body)

    (document,) = documents(events)
    assert isinstance(document.payload, Opaque)
    assert document.payload.type == "CDA"
    assert document.key == (document.payload.sha256,)
    assert "CANARY" not in repr(events)


ENTITY = b'<!DOCTYPE a [<!ENTITY e "boom">]><a>&e;</a>'
LAUGHS = (
    b'<!DOCTYPE l [<!ENTITY a "ha"><!ENTITY b "'
    + b"&a;" * 10
    + b'"><!ENTITY c "'
    + b"&b;" * 10
    + b'">]><l>&c;</l>'
)


@pytest.mark.parametrize(
    ("body", "code"),
    [
        (ENTITY, "xml.doctype"),
        (LAUGHS, "xml.doctype"),
        (b'<!DOCTYPE a SYSTEM "http://example.invalid/a.dtd"><a/>', "xml.doctype"),
        (b'<!DOCTYPE a [<!ENTITY e SYSTEM "file:///etc/hostname">]><a>&e;</a>', "xml.doctype"),
        ("<a/>".encode("utf-16"), "xml.encoding"),
        ("<a/>".encode("utf-16-le"), "xml.encoding"),
        (b"<a>" * 65 + b"</a>" * 65, "xml.depth"),
        (b"<a><b></a>", "xml.malformed"),
        (b"no xml", "xml.malformed"),
        (b"<a/><b/>", "xml.malformed"),
        (b"<a>&undefined;</a>", "xml.malformed"),
    ],
)
def test_hostile_xml_is_refused(body: bytes, code: str) -> None:
    """Entity declarations, external entities, billion laughs, depth, UTF-16."""
    for size in (1, 1 << 18):
        with pytest.raises(UnreadableFileError) as caught:
            events_of.read(FORMAT.reader({}), body, size)
        assert caught.value.code == code
        assert caught.value.__cause__ is None


def test_error_text_of_the_library_is_never_passed_on() -> None:
    with pytest.raises(PartnerError) as caught:
        read(b"<a><CANARYNAME></a>")

    assert "CANARY" not in str(caught.value)


def test_cut_anywhere_is_refused() -> None:
    body = make.camt053()

    for length in range(len(body.rstrip())):
        with pytest.raises(PartnerError):
            read(body[:length])
    with pytest.raises(TruncatedFileError):
        read(b"")


def test_depth_is_an_option() -> None:
    with pytest.raises(UnreadableFileError):
        read(make.camt053(), max_depth=4)


def test_discarded_elements_leave_the_tree() -> None:
    parser, held = HardenedParser(), list[int]()

    for chunk in (b"<a>", *[b"<b><c/></b>"] * 500, b"</a>"):
        for event, element in parser.feed(chunk):
            if event == "end" and element.tag == "b":
                discard(element)
                root = element.getparent()
                assert root is not None
                held.append(len(root.findall("*")))

    assert len(held) == 500
    assert max(held) == 1


def test_recognition_completeness_and_silence() -> None:
    body = make.camt053()

    assert FORMAT.recognises(body)
    assert FORMAT.recognises(b"\xef\xbb\xbf  <a:b>")
    assert not FORMAT.recognises(b"ISA*00*")
    assert FORMAT.complete(body, body[-4096:]) is True
    assert FORMAT.complete(body, body[:-20]) is False
    assert FORMAT.complete(b"", b"") is None
    result = events_of.result_of("xml", read(body))
    answering = Answering(events_of.AT)
    assert FORMAT.numbers_needed(result, answering) == 0
    assert FORMAT.acknowledge(result, answering) == ()


@pytest.mark.skipif(not FILES, reason="../shared/corpora/bank/genkgo__camt is not there")
@pytest.mark.parametrize("path", FILES, ids=lambda path: path.name)
def test_public_statement_gets_a_verdict_and_loses_no_entry(path: Path) -> None:
    body = path.read_bytes()

    events = read(body)

    kept = sum(isinstance(e, XmlRecord) and e.tag == "entry" for e in events)
    refused = sum(
        name in {"camt.status", "camt.amount", "camt.date"} for name in events_of.names(events)
    )
    assert kept + refused == body.count(b"<Ntry>")
