from decimal import Decimal
from pathlib import Path

import pytest

from acktrail.documents.kinds import BankStatement, Document
from acktrail.documents.parts import Money
from acktrail.errors import GuideError, TooLargeError
from acktrail.formats.bank import Bank
from acktrail.formats.bank.fields import to_balance, to_entry, to_information
from acktrail.formats.bank.records import StatementRecord
from acktrail.model import Answering, Verdict
from acktrail.ports import Event, MessageEnd, MessageStart
from acktrail.translate import bank
from tests.conftest import CORPORA
from tests.generators import bank as make
from tests.generators import tabular as events_of

FORMAT = Bank(events_of.Layouts())
FILES = sorted((CORPORA / "bank/WoLpH__mt940").rglob("*.sta"))
HEAD = ":20:A\r\n:25:ACC\r\n:28C:1/1\r\n"


def read(body: bytes | str, **options: object) -> list[Event]:
    body = body.encode() if isinstance(body, str) else body
    return events_of.read(FORMAT.reader(options), body)


def entries(events: list[Event]) -> list[StatementRecord]:
    return [e for e in events if isinstance(e, StatementRecord) and e.tag == "entry"]


def documents(events: list[Event]) -> list[Document]:
    translator, built = bank.translator(), list[Document]()
    for event in events:
        match event:
            case MessageStart(head):
                translator.start(head)
            case StatementRecord():
                translator.segment(event)
            case MessageEnd():
                built += translator.finish()[0]
            case _:
                pass
    return built


def test_statement_becomes_a_document() -> None:
    (document,) = documents(read(make.mt940()))

    payload = document.payload
    assert isinstance(payload, BankStatement)
    assert document.key == (make.IBAN, "1/1", "STMT1")
    assert payload.opening == Money(Decimal("1000.00"), "EUR")
    assert payload.closing == Money(Decimal("1100.45"), "EUR")
    entry = payload.entries[1]
    assert entry.amount == Money(Decimal("-23.00"), "EUR")
    assert (entry.bank_ref, entry.end_to_end, entry.type) == ("BANK1", "E2E-1", "166")
    assert (entry.counterparty, entry.remittance) == ("SYNTHETIC SUPPLIER LTD", "INVOICE 1")
    assert entry.counterparty_account == make.IBAN


def test_statements_of_one_file_are_messages_of_one_group() -> None:
    events = read(make.mt940() + make.mt940(number=2), sender="bank")

    assert [m.verdict for m in events_of.messages(events)] == [Verdict.ACCEPTED] * 2
    assert events_of.names(events) == []
    assert [d.id for d in documents(events)] == ["STMT1", "STMT2"]


def test_balance_that_does_not_add_up_refuses_the_statement() -> None:
    events = read(make.mt940(off=1) + make.mt940(number=2))

    assert events_of.names(events) == ["mt940.balance"]
    assert [m.verdict for m in events_of.messages(events)] == [Verdict.REJECTED, Verdict.ACCEPTED]


@pytest.mark.parametrize(
    ("mark", "amount"), [("C", "5.00"), ("D", "-5.00"), ("RC", "-5.00"), ("RD", "5.00")]
)
def test_reversal_marks_turn_the_sign(mark: str, amount: str) -> None:
    """SWIFT MT940 field 61, sub-field 3: RC reverses a credit, RD a debit."""
    entry = to_entry(f"2603020302{mark}R5,00NTRFNONREF//B1\nmore")

    assert entry is not None
    assert f"{entry.amount}" == amount
    assert entry.reversal is (len(mark) == 2)


@pytest.mark.parametrize(
    ("value", "entry_day", "booked"),
    [
        ("260102", "1231", "2025-12-31"),
        ("251231", "0102", "2026-01-02"),
        ("260302", "", "2026-03-02"),
        ("160230", "0301", "2016-03-01"),
        ("991231", "1231", "1999-12-31"),
    ],
)
def test_entry_date_takes_the_year_nearest_to_the_value_date(
    value: str, entry_day: str, booked: str
) -> None:
    entry = to_entry(f"{value}{entry_day}C5,NTRFNONREF")

    assert entry is not None
    assert entry.booked_on.isoformat() == booked


@pytest.mark.parametrize(
    ("text", "amount"),
    [("C260301EUR1,", "1"), ("D260301EUR000,12", "-0.12"), ("C260301EUR7 ", "7")],
)
def test_balance_amount_forms(text: str, amount: str) -> None:
    balance = to_balance(text)

    assert balance is not None
    assert balance.amount == Decimal(amount)


@pytest.mark.parametrize(
    "text", ["C260230EUR1,", "X260301EUR1,", "C260301EU1,", "C260301EUR1.5", ""]
)
def test_wrong_balance_is_none(text: str) -> None:
    assert to_balance(text) is None


def test_german_subfields_keep_account_and_name_apart() -> None:
    text = "166?00X?20EREF+E1?21SVWZ+PAY ?22ME?30BIC?31DE00?32NAME ONE?33 TWO?60 NOW"

    info = to_information(text, "auto")

    assert (info.type, info.end_to_end, info.account) == ("166", "E1", "DE00")
    assert (info.counterparty, info.remittance) == ("NAME ONE TWO", "PAY ME NOW")


def test_sepa_words_and_free_text() -> None:
    sepa = to_information("/EREF/E9/CNTP/NL00/BANKDEFF/Firm/City/REMI/USTD//Rent may/", "auto")
    free = to_information("just\n  text", "auto")

    assert (sepa.end_to_end, sepa.account, sepa.counterparty) == ("E9", "NL00", "Firm")
    assert sepa.remittance == "Rent may"
    assert free.remittance == "just text"
    assert to_information("/EREF/E9/", "free").remittance == "/EREF/E9/"


@pytest.mark.parametrize(
    "text",
    [
        "166?00SEPA?20EREF+E1?21MREF+M-1?22SVWZ+HCCLAIMPMT TRN*1*8350?2300123*1999~?32PAYER",
        "/EREF/E1/MARF/M-1/REMI/USTD/HCCLAIMPMT TRN*1*8350\n00123*1999~",
    ],
)
def test_mandate_and_trace_are_found_in_every_dialect(text: str) -> None:
    """DFUe appendix 3 MREF, SEPA /MARF/; 005010X221A1 1.10.2.3: the addendum, cut anywhere."""
    info = to_information(text, "auto")

    assert (info.end_to_end, info.mandate, info.trace) == ("E1", "M-1", "835000123")


def test_trace_in_free_text_reaches_the_document() -> None:
    text = ":86:NORTHWIND HCCLAIMPMT\r\nTRN*1*8350\r\n00123*1999999999\\\r\n"
    head, _, tail = make.mt940((100,)).decode().partition(":86:")
    body = head + text + tail[tail.index(":62F:") :]

    (document,) = documents(read(body))

    assert isinstance(document.payload, BankStatement)
    assert document.payload.entries[0].trace == "835000123"


def test_structured_reference_is_kept_apart() -> None:
    assert to_information("/REMI/STRD/CUR/RF18539007547034/", "sepa").structured == (
        "RF18539007547034",
    )


def test_pages_of_one_statement_are_one_message() -> None:
    text = (
        f"{HEAD}:60F:C260301EUR100,\r\n:61:260302C10,NTRFX\r\n:62M:C260302EUR110,\r\n-\r\n"
        ":20:A\r\n:25:ACC\r\n:28C:1/2\r\n:60M:C260302EUR110,\r\n:61:260302D5,NTRFY\r\n"
        ":62F:C260302EUR105,\r\n-\r\n"
    )

    events = read(text)

    assert events_of.names(events) == []
    (document,) = documents(events)
    assert isinstance(document.payload, BankStatement)
    assert len(document.payload.entries) == 2
    assert "mt940.page_balance" in events_of.names(
        read(text.replace("60M:C260302EUR110", "60M:C260302EUR111"))
    )
    assert "mt940.incomplete" in events_of.names(read(text.partition("-\r\n")[0]))


@pytest.mark.parametrize(
    ("body", "rule"),
    [
        ("", "mt940.empty"),
        (f"{HEAD}:60F:C260301EUR1,\r\n", "mt940.truncated"),
        (f"{HEAD}:60F:nonsense\r\n:62F:C260301EUR1,\r\n", "mt940.balance_form"),
        (f"{HEAD}:60F:C260301EUR1,\r\n:61:nonsense\r\n:62F:C260301EUR1,\r\n", "mt940.line_form"),
        (f"{HEAD}:60F:C260301EUR1,\r\n:62F:C260301USD1,\r\n", "mt940.currency"),
        (
            f"{HEAD}:60F:C260301EUR1,\r\n:62F:C260301EUR1,\r\n:61:260302C10,NTRFX\r\n",
            "mt940.tag_order",
        ),
        (f"{HEAD}:60F:C260301EUR1,\r\n:99X:?\r\n:62F:C260301EUR1,\r\n", "mt940.tag_unknown"),
        (f"junk\r\n{HEAD}:60F:C260301EUR1,\r\n:62F:C260301EUR1,\r\n", "mt940.text_outside"),
        (":20:A\r\n:60F:C260301EUR1,\r\n:62F:C260301EUR1,\r\n", "mt940.tag_missing"),
        (
            f"{HEAD}:60F:C260301EUR1,\r\n{HEAD}:60F:C260301EUR1,\r\n:62F:C260301EUR1,\r\n",
            "mt940.tag_missing",
        ),
        (f"{HEAD}:34F:EURD0,\r\n:61:260302C10,NTRFX\r\n", "mt940.interim"),
        (
            f"{HEAD}:60F:C160229EUR1,\r\n:61:1602300301C1,NTRFX\r\n:62F:C160301EUR2,\r\n",
            "mt940.value_date",
        ),
    ],
)
def test_fault_gives_its_finding(body: str, rule: str) -> None:
    assert rule in events_of.names(read(body))


def test_interim_report_gives_no_document() -> None:
    assert documents(read(f"{HEAD}:34F:EURD0,\r\n:61:260302C10,NTRFX\r\n")) == []


def test_text_that_looks_like_a_field_stays_in_its_86() -> None:
    body = make.mt940().replace(b"INVOICE 1", b"AT 12\r\n:26:37 HOURS")

    events = read(body)

    assert events_of.names(events) == []
    assert entries(events)[1].value("remittance") == "AT 12:26:37 HOURS"


def test_cut_anywhere_is_never_wrong_about_the_balance() -> None:
    body = make.mt940()
    closing = body.index(b":62F:")

    for length in range(closing + len(":62F:C260302EUR1100")):
        result = events_of.result_of("bank", read(body[:length]))
        assert result.verdict is Verdict.REJECTED, length


def test_declared_encoding_is_strict_else_cp1252_helps() -> None:
    body = make.mt940().replace(b"SUPPLIER", b"SUPPLI\xcbR \x80")

    assert events_of.names(read(body, encoding="utf-8")) == ["mt940.encoding"]
    assert "SUPPLI\xcbR \u20ac" in entries(read(body))[0].value("counterparty")


@pytest.mark.parametrize(
    "odd", [b"\x81", b"\x8d", b"\x90", b"\x00", b"\x7f", b"\xc2\x81", b"\x85\x9d"]
)
@pytest.mark.parametrize("word", [b"SUPPLIER", b"STMT1", b"BANK1"])
def test_control_characters_and_undefined_bytes_refuse_their_statement(
    odd: bytes, word: bytes
) -> None:
    # cp1252 has no characters at 0x81, 0x8D, 0x8F, 0x90, 0x9D; C0 and C1 are no text
    body = make.mt940().replace(word, word[:2] + odd + word[2:])

    events = read(body + make.mt940(number=2))

    (first, second) = events_of.messages(events)
    assert {one.rule for one in first.findings} == {"mt940.control_character"}
    assert (first.verdict, second.verdict) == (Verdict.REJECTED, Verdict.ACCEPTED)


@pytest.mark.parametrize(
    "orphan", [":61:2603020302C5,NTRFX\r\n", ":62F:C260301EUR1,\r\n", ":62M:C260301EUR1,\r\n"]
)
@pytest.mark.parametrize("head", ["", HEAD])
def test_entry_or_balance_that_belongs_to_no_statement_refuses_the_file(
    orphan: str, head: str
) -> None:
    """Whatever money it moved would be missing in the books, were the rest posted without it."""
    for body in (head + orphan + make.mt940().decode(), make.mt940().decode() + HEAD + orphan):
        events = read(body)

        assert events_of.names(events) == ["mt940.outside_statement"]
        result = events_of.result_of("bank", events)
        assert (result.usable, result.verdict) == (False, Verdict.REJECTED)


def test_options_are_checked() -> None:
    with pytest.raises(GuideError):
        FORMAT.reader({"dialect": "klingon"})
    with pytest.raises(GuideError):
        FORMAT.reader({"encoding": "klingon"})


@pytest.mark.parametrize("body", [b":86:" + b"x" * 70_000, b":86:\n" + b"y\n" * 300])
def test_endless_fields_are_refused(body: bytes) -> None:
    with pytest.raises(TooLargeError):
        read(body)


def test_junk_is_capped() -> None:
    assert len(events_of.names(read(b"junk\n" * 3000))) == 1001


def test_recognition_completeness_and_silence() -> None:
    body = make.mt940()

    assert FORMAT.recognises(body)
    assert FORMAT.recognises(b"0000 01BANK\r\n940 00\r\n" + body)
    assert not FORMAT.recognises(b"ISA*00*")
    assert FORMAT.complete(body, body) is True
    assert FORMAT.complete(body, body[:200]) is False
    result = events_of.result_of("bank", read(body))
    answering = Answering(events_of.AT)
    assert FORMAT.numbers_needed(result, answering) == 0
    assert FORMAT.acknowledge(result, answering) == ()


INTERIM = f"{HEAD}:34F:EUR0,\r\n:13D:2603021200+0000\r\n:61:260302C10,NTRFX\r\n:86:NOTICE\r\n"


@pytest.mark.parametrize(
    ("text", "complete"),
    [
        (INTERIM, None),
        (f"{INTERIM}:90D:0EUR0,\r\n", True),
        (f"{INTERIM}:90C:1EUR10,\r\n:86:SUMS\r\n", True),
        (f"{INTERIM}-\r\n", True),
        (f"{{1:F01X}}{{4:\r\n{INTERIM}-}}\r\n", True),
        (f"{INTERIM}:90C:1EUR10,\r\n-\r\n{INTERIM}", None),
        (make.mt940().decode() + INTERIM, None),
        (INTERIM + make.mt940().decode(), True),
        (INTERIM + make.mt940().decode().partition(":62F:")[0], False),
    ],
)
def test_end_of_an_interim_report_is_told_by_its_sums_or_its_mark(
    text: str,
    complete: bool | None,  # noqa: FBT001 - a column of the table above
) -> None:
    """MT942: 90D and 90C are optional, and so is the mark of block 4 in files."""
    body = text.encode()

    assert FORMAT.complete(body[:4096], body[-4096:]) is complete


def test_long_interim_report_is_known_by_its_head() -> None:
    body = (INTERIM + ":61:260302C10,NTRFX\r\n" * 500).encode()

    assert FORMAT.complete(body[:4096], body[-4096:]) is None
    assert FORMAT.complete(b"", body[-4096:]) is False


def test_record_columns_by_number() -> None:
    record = StatementRecord(
        "entry", {"amount": "1", "structured": ("a", "b")}, entries(read(make.mt940()))[0].place
    )

    assert (record.get(1), record.get(10), record.get(10, repetition=2)) == ("1", "a", "b")
    assert (record.get(99), record.get(10, repetition=3), record.get(1, 2)) == ("", "", "")
    assert (record.repetitions(10), record.repetitions(1), record.repetitions(99)) == (2, 1, 0)
    assert (record.value("structured"), record.value("nothing"), record.loop) == ("a", "", "")


@pytest.mark.skipif(not FILES, reason="../shared/corpora/bank/WoLpH__mt940 is not there")
@pytest.mark.parametrize("path", FILES, ids=lambda path: path.name)
def test_public_statement_gets_a_verdict_and_loses_no_entry(path: Path) -> None:
    body = path.read_bytes()

    events = read(body)

    found = events_of.names(events)
    assert "mt940.outside_statement" in found or len(entries(events)) + found.count(
        "mt940.tag_order"
    ) >= body.count(b":61:")
