from collections.abc import Iterable
from decimal import Decimal
from pathlib import Path

import pytest

from acktrail.documents.kinds import BankEntry, BankStatement, Document
from acktrail.documents.parts import Money
from acktrail.errors import TooLargeError
from acktrail.formats.bank import Bank
from acktrail.formats.bank import bai2_fields as fields_of
from acktrail.formats.bank.records import StatementRecord
from acktrail.model import Answering, Verdict
from acktrail.ports import Event, GroupEnd, InterchangeEnd, MessageEnd, MessageStart
from acktrail.translate import bank
from tests.conftest import CORPORA
from tests.generators import bank as make
from tests.generators import tabular as events_of

FORMAT = Bank(events_of.Layouts())
FOLDER = CORPORA / "bank/ministryofjustice__bai2"


def read(body: bytes, **options: object) -> list[Event]:
    return events_of.read(FORMAT.reader(options), body)


def documents(events: Iterable[Event]) -> list[Document]:
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


def entries(body: bytes, **options: object) -> tuple[BankEntry, ...]:
    (document,) = documents(read(body, **options))
    assert isinstance(document.payload, BankStatement)
    return document.payload.entries


def verdicts(events: list[Event]) -> tuple[list[Verdict], Verdict, Verdict]:
    """Return the verdicts of the messages, of the last group and of the file."""
    groups = [e.result.verdict for e in events if isinstance(e, GroupEnd)]
    files = [e.result.verdict for e in events if isinstance(e, InterchangeEnd)]
    return [m.verdict for m in events_of.messages(events)], groups[-1], files[-1]


def changed(old: str, new: str, body: bytes | None = None) -> bytes:
    text = (make.bai2() if body is None else body).decode()
    assert old in text
    return text.replace(old, new).encode()


def one(detail: str, cents: int = 100) -> bytes:
    """Return a file with one entry, whose 16 record says ``detail``."""
    return make.bai2([(cents,)], details=(detail,))


def names(events: list[Event]) -> list[str]:
    """Return the rules of all findings, those of groups and files included."""
    above = [e.result for e in events if isinstance(e, GroupEnd | InterchangeEnd)]
    return events_of.names(events) + [f.rule for one in above for f in one.findings]


def test_account_becomes_a_statement() -> None:
    events = read(make.bai2())

    assert names(events) == []
    (document,) = documents(events)
    payload = document.payload
    assert isinstance(payload, BankStatement)
    assert document.key == ("ACC1", "2026-03-02/2", "7")
    assert payload.opening == Money(Decimal("1000.00"), "USD")
    assert payload.closing == Money(Decimal("1100.45"), "USD")
    entry = payload.entries[1]
    assert entry.amount == Money(Decimal("-23.00"), "USD")
    assert (entry.bank_ref, entry.end_to_end, entry.type) == ("BANK1", "REF1", "455")
    assert (str(entry.booked_on), entry.remittance) == ("2026-03-02", "INVOICE 1, PART/B")
    assert isinstance(events[-1], InterchangeEnd)
    result = events[-1].result
    assert (result.sender, result.receiver, result.control) == ("ORIGIN", "RECEIVER", "7")


@pytest.mark.parametrize(
    ("currency", "amount"), [("JPY", "12345"), ("KWD", "12.345"), ("USD", "123.45"), ("", "123.45")]
)
def test_amounts_are_in_minor_units_of_the_currency(currency: str, amount: str) -> None:
    """BAI2 3: no decimal point; ISO 4217 says how many digits; USD where none is named."""
    entry = entries(make.bai2(currency=currency))[0]

    assert entry.amount == Money(Decimal(amount), currency or "USD")


def test_currency_of_the_group_holds_where_the_account_names_none() -> None:
    body = changed("2400,,2/", "2400,JPY,2/", make.bai2(currency=""))

    assert entries(body)[0].amount == Money(Decimal(12345), "JPY")


@pytest.mark.parametrize(
    ("detail", "day", "refs"),
    [
        ("165,100,S,50,30,20,BANK,CUST,TEXT", None, ("BANK", "CUST", "TEXT")),
        ("165,100,V,260304,,BANK,CUST,TEXT", "2026-03-04", ("BANK", "CUST", "TEXT")),
        ("165,100,V,260304,9999,BANK,CUST,TEXT", "2026-03-04", ("BANK", "CUST", "TEXT")),
        ("165,100,D,2,0,60,1,40,BANK,CUST,TEXT", None, ("BANK", "CUST", "TEXT")),
        ("165,100,D,2,0,60/\n88,1,40,BANK,CUST,TEXT", None, ("BANK", "CUST", "TEXT")),
        ("165,100,0,BANK,CUST,A, B/C, D", None, ("BANK", "CUST", "A, B/C, D")),
        ("165,100,,BANK,CUST/\n88,ONE, A\n88,TWO/B/", None, ("BANK", "CUST", "ONE, A TWO/B")),
        ("165,100/", None, ("", "", "")),
        ("165,100,,/\n88,BANK,CUST,TEXT", None, ("", "BANK", "CUST,TEXT")),
    ],
)  # fmt: skip
def test_funds_type_moves_the_references_and_text_is_the_rest(
    detail: str, day: str | None, refs: tuple[str, str, str]
) -> None:
    """BAI2 16: S three amounts, V date and time, D a count of pairs; text may hold , and /."""
    entry = entries(one(detail))[0]

    assert (entry.bank_ref, entry.end_to_end, entry.remittance) == refs
    assert (str(entry.value_on) if entry.value_on else None) == day


@pytest.mark.parametrize(
    ("code", "sign"),
    [("100", 1), ("399", 1), ("400", -1), ("699", -1), ("721", 1), ("760", -1), ("890", 0)],
)
def test_type_code_tells_the_sign(code: str, sign: int) -> None:
    """BAI2, type codes: 100-399 credit, 400-699 debit, 700-799 loans by code."""
    assert fields_of.sign_of(code, {}) == sign


@pytest.mark.parametrize(("meaning", "cents"), [("credit", 100), ("debit", -100)])
def test_code_of_the_banks_own_needs_the_profile(meaning: str, cents: int) -> None:
    body = one("905,100,,,,FEE", cents)

    assert "bai2.type_code" in names(read(body))
    assert entries(body, type_codes={"905": meaning})[0].amount.amount == Decimal(cents) / 100


def test_information_without_money_is_no_entry() -> None:
    body = make.bai2([(100, 0)], details=("165,100,,,,PAID", "890,,,,,REMARK"))

    assert [e.remittance for e in entries(body)] == ["PAID"]


def test_trace_of_the_835_is_found_in_the_addendum() -> None:
    """005010X221A1 1.10.2.3: the CCD+ addendum is the TRN segment; 88 may cut it anywhere."""
    body = one("165,100,,BANK,CUST,HCCLAIMPMT TRN*1*8350\n88,00123*1999999999~")

    assert entries(body)[0].trace == "835000123"


@pytest.mark.parametrize("modifier", ["1", "3"])
def test_data_of_an_unfinished_day_informs_only(modifier: str) -> None:
    """BAI2 02, as-of date modifier 1 and 3: interim."""
    events = read(make.bai2(modifier=modifier, off=1))

    assert names(events) == ["bai2.informs"]
    assert documents(events) == []
    assert verdicts(events)[0] == [Verdict.ACCEPTED]


def test_account_without_any_data_is_no_fault() -> None:
    body = make.bai2().replace(b"03,ACC1", b"03,NONE,/\r\n49,,2/\r\n03,ACC1")
    body = body.replace(b",1,6/", b",2,8/").replace(b"1,8/", b"1,10/")

    events = read(body)

    assert names(events) == ["bai2.informs"]
    assert [d.key[0] for d in documents(events)] == ["ACC1"]


@pytest.mark.parametrize(
    ("body", "rule"),
    [
        (changed(",,,2/", ",,,1/"), "bai2.version"),
        (changed("99,", "97,"), "bai2.order"),
        (changed("03,ACC1", "16,ACC1"), "bai2.order"),
        (make.bai2()[:-20], "bai2.truncated"),
        (make.bai2() + b"TEXT\r\n", "bai2.order"),
        (changed("16,165,12345,Z", "16,165,12345,Q"), "bai2.form"),
        (changed("16,165,12345", "16,165,-12345"), "bai2.form"),
        (changed("16,165,12345", "16,16,12345"), "bai2.form"),
        (changed("16,165,12345", "16,165,1_2345"), "bai2.form"),
        (changed("010,100000", "010,1e5"), "bai2.form"),
        (changed("98,", "98,X"), "bai2.form"),
        (changed("260302", "260230"), "bai2.as_of_date"),
        (one("165,100,V,260230,,BANK,CUST,TEXT"), "bai2.value_date"),
        (make.bai2(currency="us"), "bai2.currency"),
        (one("905,100,,,,FEE"), "bai2.type_code"),
        (changed("INVOICE 1", "\x02"), "bai2.control_character"),
        (changed("03,ACC1", "03,"), "bai2.account_missing"),
        (changed("010,100000", "040,100000"), "bai2.balance_missing"),
        (make.bai2(off=1), "bai2.balance"),
        (changed("49,2", "49,3"), "bai2.total"),
        (changed(",4/", ",5/"), "bai2.records"),
        (changed(",1,6/", ",2,6/"), "bai2.parts"),
        (make.bai2(status="2"), "bai2.group_status"),
        (make.bai2(status="4"), "bai2.informs"),
    ],
)  # fmt: skip
def test_fault_gives_its_finding(body: bytes, rule: str) -> None:
    assert rule in names(read(body))


@pytest.mark.parametrize("old", ["49,", "98,", "99,"])
@pytest.mark.parametrize("field", [1, -1])
def test_trailer_that_is_wrong_refuses_all_that_stands_above_it(old: str, field: int) -> None:
    """BAI2 49, 98, 99: control total and number of records of each level."""
    lines = make.bai2(((100,), (200,))).decode().splitlines()
    at = next(n for n, line in enumerate(lines) if line.startswith(old))
    fields = lines[at].removesuffix("/").split(",")
    fields[field] = str(int(fields[field]) + 1)
    lines[at] = ",".join(fields) + "/"

    messages, group, file = verdicts(read("\r\n".join(lines).encode()))

    refused = (messages[0], group, file)[("49,", "98,", "99,").index(old)]
    assert refused is Verdict.REJECTED


def test_text_in_another_encoding_than_declared_is_unusable() -> None:
    body = changed("INVOICE 1", "M\xfcller").decode().encode("latin-1")

    assert "bai2.encoding" in names(read(body, encoding="utf-8"))
    assert "M\xfcller" in entries(body)[1].remittance


def test_file_of_several_groups_and_files_in_one() -> None:
    events = read(make.bai2() + make.bai2())

    assert names(events) == []
    assert sum(isinstance(e, InterchangeEnd) for e in events) == 2


def test_record_without_end_is_refused_at_the_cap() -> None:
    with pytest.raises(TooLargeError):
        read(make.bai2()[:200] + b"88,TEXT\r\n" * 1001)


def test_recognition_completeness_and_silence() -> None:
    body = make.bai2()

    assert FORMAT.recognises(body)
    assert not FORMAT.recognises(b"01,ONE,TWO\r\n01,ONE,TWO\r\n")
    assert FORMAT.complete(body, body) is True
    assert FORMAT.complete(body, body[:-15]) is False
    result = events_of.result_of("bank", read(body))
    assert FORMAT.acknowledge(result, Answering(events_of.AT)) == ()


@pytest.mark.skipif(not FOLDER.exists(), reason="the sample files of others are not here")
@pytest.mark.parametrize(
    ("name", "rules", "built"),
    [
        ("nwb_example", [], 1),
        ("svb_us_example", [], 2),
        ("citi_example", ["bai2.balance"], 1),  # 100.00 and 0.01 are not 100.00
        ("account_trailer_amount_blank_example", ["bai2.informs", "bai2.informs"], 0),
    ],
)
def test_public_file_gets_its_verdict(name: str, rules: list[str], built: int) -> None:
    (path,) = Path(FOLDER).rglob(f"{name}.bai2")

    events = read(path.read_bytes())

    assert names(events) == rules
    assert len(documents(events)) == built
