from decimal import Decimal
from pathlib import Path

import pytest

from acktrail.documents.kinds import BankStatement, Document, Opaque
from acktrail.documents.parts import Money
from acktrail.errors import PartnerError, TooLargeError, TruncatedFileError, UnreadableFileError
from acktrail.formats.xml import Xml
from acktrail.formats.xml.camt_batch import MOST_KEPT
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


@pytest.mark.parametrize("version", ["02", "03", "04", "05", "06", "07", "08"])
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


def batched(details: str, inside: str = "") -> bytes:
    """Return a statement whose first entry (123.45) has these details and nothing else."""
    body = make.camt053().decode()
    start, end = body.index("<NtryDtls>"), body.index("</NtryDtls>")
    return (body[:start] + inside + details + body[end + len("</NtryDtls>") :]).encode()


def block(*amounts: str, said: str = "", total: str = "", more: str = "") -> str:
    count = f"<NbOfTxs>{said}</NbOfTxs>" if said else ""
    sum_ = f'<TtlAmt Ccy="EUR">{total}</TtlAmt>' if total else ""
    batch = f"<Btch>{count}{sum_}</Btch>" if count or sum_ else ""
    detail = '<TxDtls><Amt Ccy="EUR">{}</Amt>' + more + "</TxDtls>"
    return f"<NtryDtls>{batch}{''.join(map(detail.format, amounts))}</NtryDtls>"


BACK = "<CdtDbtInd>DBIT</CdtDbtInd>"
CHARGES = "<Chrgs><TtlChrgsAndTaxAmt Ccy='EUR'>1</TtlChrgsAndTaxAmt></Chrgs>"


@pytest.mark.parametrize(
    ("body", "right"),
    [
        (batched(block("100.00", "23.45", said="2", total="123.45")), True),
        (batched(block("100.00", "23.45", said="3")), False),
        (batched(block("100.00", "23.45", total="100.00")), False),
        (batched(block(said="40", total="123.45")), True),  # the details come apart
        (batched(block(said="40", total="123.00")), False),
        (batched(block("123.45", said="1")), True),
        (batched(block("100.00") + block("20.00", "3.45")), True),
        (batched(block("100.00") + block("20.00", "3.44")), False),
        (batched(block("100.00", said="1") + block(said="2", total="23.45")), True),
        (batched(block("100.00", "20.00", "3.45", said="3") + block()), True),
        (batched(block("200.00") + block("76.55", more=BACK)), True),  # one was taken back
        (batched(block("100.00", "20.00"), CHARGES), True),  # cannot be told
        (batched(block("100.00", "20.00", more=CHARGES)), True),
        (batched(block("100.00", "20.00").replace("EUR", "USD")), True),
    ],
)
def test_batch_counts_and_adds_up(body: bytes, *, right: bool) -> None:
    """ISO 20022 NtryDtls/Btch: NbOfTxs, TtlAmt; blocks and details make up the entry."""
    for size in (1, 1 << 18):
        found = events_of.names(events_of.read(FORMAT.reader({}), body, size))

        assert found == ([] if right else ["camt.batch"])


def test_batch_takes_no_reference_of_one_of_its_details() -> None:
    refs = "<Refs><EndToEndId>E2E</EndToEndId></Refs>"
    body = batched(block("100.00", "23.45", more=refs))

    (document,) = documents(read(body))

    assert isinstance(document.payload, BankStatement)
    assert document.payload.entries[0].end_to_end == ""


def test_batch_tells_its_transactions_behind_its_entry() -> None:
    """camt.053 NtryDtls/TxDtls: each with its sign, parties, references and remittance."""
    party = "<RltdPties><Dbtr><Nm>Clinic A</Nm></Dbtr><Cdtr><Nm>Clinic B</Nm></Cdtr></RltdPties>"
    strd = "<RmtInf><Strd><RfrdDocInf><Nb>INV-9</Nb></RfrdDocInf></Strd></RmtInf>"
    refs = "<Refs><EndToEndId>E2E-7</EndToEndId></Refs>"
    paid, back = block("200.00", more=refs + party + strd), block("76.55", more=BACK + party)

    (document,) = documents(read(batched(paid + back)))

    assert isinstance(document.payload, BankStatement)
    entry, alone = document.payload.entries
    first, second = entry.details
    amounts = [Money(Decimal(one), "EUR") for one in ("200.00", "-76.55")]
    assert [first.amount, second.amount] == amounts
    assert (first.counterparty, second.counterparty) == ("Clinic A", "Clinic B")
    assert (first.end_to_end, first.structured) == ("E2E-7", ("INV-9",))
    assert sum(one.amount.amount for one in entry.details) == entry.amount.amount
    assert alone.details == ()
    assert (entry.unique_ref, alone.unique_ref) == ("BANK0", "BANK1")


def test_batch_with_a_transaction_without_amount_tells_none_of_them() -> None:
    body = batched("<NtryDtls><TxDtls/>" + block("123.45").removeprefix("<NtryDtls>"))

    (document,) = documents(read(body))

    assert isinstance(document.payload, BankStatement)
    assert document.payload.entries[0].details == ()


def test_batch_of_very_many_transactions_is_not_told_one_by_one() -> None:
    body = batched(block(*["0.00"] * MOST_KEPT, "123.45"))

    events = read(body)

    assert events_of.names(events) == ["camt.details_capped"]
    (document,) = documents(events)
    assert isinstance(document.payload, BankStatement)
    assert document.payload.entries[0].details == ()


def test_references_and_structured_remittance() -> None:
    """ISO 20022 Refs: UETR from .08 on, MndtId, TxId; Strd: CdtrRefInf, RfrdDocInf."""
    uetr = "eb6305c9-1f7f-49de-aed0-16487c27b42d"
    more = f"<MndtId>M-1</MndtId><TxId>T-1</TxId><UETR>{uetr}</UETR></Refs>"
    strd = (
        "<Strd><RfrdDocInf><Nb>INV-1</Nb></RfrdDocInf><RfrdDocInf><Nb>INV-2</Nb></RfrdDocInf>"
        "<CdtrRefInf><Ref>RF18-1</Ref></CdtrRefInf></Strd></RmtInf>"
    )
    body = make.camt053(version="08").replace(b"</Refs>", more.encode())

    (document,) = documents(read(body.replace(b"</RmtInf>", strd.encode())))

    assert isinstance(document.payload, BankStatement)
    entry = document.payload.entries[0]
    assert (entry.mandate, entry.transaction_id, entry.uetr) == ("M-1", "T-1", uetr)
    assert entry.structured == ("RF18-1", "INV-1", "INV-2")


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("<Ustrd>INVOICE 0</Ustrd>", "<Ustrd>TRN*1*8350</Ustrd><Ustrd>00123*1999~</Ustrd>"),
        (
            "<Ustrd>INVOICE 0</Ustrd>",
            "<Strd><AddtlRmtInf>TRN*1*835000123*1999~</AddtlRmtInf></Strd>",
        ),
        ("</TxDtls>", "<AddtlTxInf>TRN*1*835000123*1999~</AddtlTxInf></TxDtls>"),
        ("</NtryDtls>", "</NtryDtls><AddtlNtryInf>HCCLAIMPMT TRN*1*835000123~</AddtlNtryInf>"),
    ],
)
def test_trace_of_the_835_is_found_in_the_remittance(old: str, new: str) -> None:
    """005010X221A1 1.10.2.3: the addendum, wherever a bank puts its text."""
    (document,) = documents(read(changed(old, new)))

    assert isinstance(document.payload, BankStatement)
    assert document.payload.entries[0].trace == "835000123"


def paged(*, middle: int = 112_345, last: str = "true", second: int = 2) -> bytes:
    """Return a statement in two pages; ``middle`` is what the second page opens with."""
    body = make.camt053((12345,)).decode()
    start, end = body.index("<Stmt>"), body.index("</Stmt>") + len("</Stmt>")
    page = body[start:end]

    def numbered(number: int, last: str, text: str) -> str:
        told = f"<StmtPgntn><PgNb>{number}</PgNb><LastPgInd>{last}</LastPgInd></StmtPgntn>"
        return text.replace("<ElctrncSeqNb>", f"{told}<ElctrncSeqNb>", 1)

    inter = "</CdOrPrtry><SubTp><Cd>INTM</Cd></SubTp>"
    closes = page.replace("<Cd>CLBD</Cd></CdOrPrtry>", f"<Cd>CLBD</Cd>{inter}", 1)
    opens = page.replace("<Cd>OPBD</Cd></CdOrPrtry>", f"<Cd>OPBD</Cd>{inter}", 1)
    opens = opens.replace(">1123.45<", ">1246.90<", 1)
    opens = opens.replace(">1000.00<", f">{middle // 100}.{middle % 100:02}<", 1)
    pages = numbered(1, "false", closes) + numbered(second, last, opens)
    return (body[:start] + pages + body[end:]).encode()


def test_pages_are_one_statement() -> None:
    """ISO 20022 StmtPgntn: PgNb, LastPgInd; balances of a page have the sub-type INTM."""
    events = read(paged())

    assert events_of.names(events) == []
    (document,) = documents(events)
    assert isinstance(document.payload, BankStatement)
    assert len(document.payload.entries) == 2
    assert document.payload.closing.amount == Decimal("1246.90")


@pytest.mark.parametrize(
    ("body", "rule"),
    [
        (paged(middle=1), "camt.page_balance"),
        (paged(last="false"), "camt.page"),
        (paged(second=3), "camt.page"),
    ],
)
def test_pages_that_do_not_fit_refuse_the_statement(body: bytes, rule: str) -> None:
    events = read(body)

    assert rule in events_of.names(events)
    assert Verdict.ACCEPTED not in {m.verdict for m in events_of.messages(events)}


def test_elements_in_wrong_places_are_no_entries_and_no_statements() -> None:
    deep = changed("</Stmt>", "<X><Ntry/><Stmt><Ntry/></Stmt></X></Stmt>")
    other = changed("<NtryDtls>", '<NtryDtls><TxDtls xmlns="urn:x"><Amt>1</Amt></TxDtls>')

    assert events_of.names(read(deep)) == []
    assert len(events_of.messages(read(deep))) == 1
    assert events_of.names(read(other)) == []


def test_only_balances_are_taken_from_behind_the_entries() -> None:
    body = make.camt053().decode()
    start, end = body.index("<Bal><Tp><CdOrPrtry><Cd>CLBD"), body.index("<Ntry>")
    balance = body[start:end]
    behind = body.replace(balance, "").replace("</Stmt>", f"{balance}</Stmt>")
    start, end = body.index("<Acct>"), body.index("<Bal>")
    account = body[start:end]
    moved = body.replace(account, "").replace("</Stmt>", f"{account}</Stmt>")

    assert events_of.names(read(behind.encode())) == []
    assert len(documents(read(behind.encode()))) == 1
    assert events_of.names(read(behind.replace(">1100.45<", ">x<").encode())) == [
        "camt.amount",
        "camt.balance_missing",
    ]
    assert "camt.account_missing" in events_of.names(read(moved.encode()))


def test_what_is_held_between_two_entries_is_capped() -> None:
    start = make.camt053().partition(b"<Ntry>")[0]

    with pytest.raises(TooLargeError):
        read(start + (b"<X>" + b"T" * 9_993 + b"</X>") * 1_800)
    with pytest.raises(TooLargeError):
        read((b"<!--" + b"T" * 9_993 + b"-->") * 300 + b"<a/>")


def test_entries_of_many_shapes_are_read_alike() -> None:
    body = make.camt053([100] * 625)
    for n in range(625):
        extra = b"<X/>" * (n % 25), b"<Y/>" * (n // 25)
        body = body.replace(b"<AcctSvcrRef>B", extra[0] + b"<AcctSvcrRef>b", 1)
        body = body.replace(b"<BkTxCd><Domn>", extra[1] + b"<BkTxCd> <Domn>", 1)

    events = read(body)

    assert events_of.names(events) == []
    (document,) = documents(events)
    assert isinstance(document.payload, BankStatement)
    assert [e.end_to_end for e in document.payload.entries] == [f"E2E-{n}" for n in range(625)]


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


def test_clinical_document_is_known_by_id_time_and_code_only() -> None:
    """HL7 CDA R2, 4.2.1: id, code and effectiveTime of the document, none of what it holds."""
    body = (
        b'<ClinicalDocument xmlns="urn:hl7-org:v3" xmlns:x="urn:x"><x:id root="9"/>'
        b'<id root="1.2.3" extension="D-1"/>'
        b'<code code="34133-9" codeSystem="2.16.840.1.113883.6.1"/>'
        b'<effectiveTime value="20260302101500"/><recordTarget><patientRole>'
        b'<id root="1.2.4" extension="CANARY"/></patientRole></recordTarget></ClinicalDocument>'
    )

    events = read(body)

    (end,) = [one for one in events if isinstance(one, MessageEnd)]
    assert end.result.facts == {
        "id": "1.2.3",
        "extension": "D-1",
        "code": "34133-9",
        "code_system": "2.16.840.1.113883.6.1",
        "time": "20260302101500",
    }
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
