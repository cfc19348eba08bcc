"""The libraries bai2 and mt-940 as second opinions on statements; where they differ, and why."""

import re
from collections.abc import Iterable
from decimal import Decimal
from pathlib import Path
from typing import Any

import mt940
import pytest
from bai2 import bai2  # type: ignore[import-untyped]
from hypothesis import given
from hypothesis import strategies as st

from acktrail.formats.bank import Bank
from acktrail.formats.bank.records import StatementRecord
from acktrail.model import Severity, Verdict
from acktrail.pipeline.read import all_findings
from acktrail.ports import Event
from tests.conftest import CORPORA
from tests.generators import bank as make
from tests.generators import tabular as events_of

FORMAT = Bank(events_of.Layouts())
CENTS = st.integers(-10_000_000, 10_000_000)
WORD = st.text("ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789", max_size=12)
TEXT = st.text("ABC 12,/.-", max_size=30).map(lambda text: " ".join(text.split()))
FUNDS = st.sampled_from(
    ["", "0", "1", "2", "Z", "S,1,2,3", "V,260304,", "V,260304,1200", "D,2,0,1,1,2"]
)
STATEMENTS = sorted((CORPORA / "bank/WoLpH__mt940").rglob("*.sta"))
# Statements of mt-940's own files that we read otherwise
FRAGMENTS = frozenset(  # entries without an account and a balance: ours refuses them
    {"empty_entry_date.sta", "statement_details.sta", "statement_line.sta", "sparkassen.sta"}
)


def read(body: bytes) -> list[Event]:
    return events_of.read(FORMAT.reader({}), body)


def entries(events: Iterable[Event]) -> list[StatementRecord]:
    return [e for e in events if isinstance(e, StatementRecord) and e.tag == "entry"]


def theirs(body: bytes) -> Any:  # noqa: ANN401 - it has no types
    """Return what bai2 reads; None when it refuses the file."""
    try:
        return bai2.parse_from_string(body.decode("ascii"), check_integrity=True)
    except Exception:  # noqa: BLE001 - its own faults in a broken file are refusals, too
        return None


@given(st.lists(st.tuples(CENTS, FUNDS, WORD, WORD, TEXT), max_size=8), CENTS)
def test_bai2_reads_the_same_transactions(
    rows: list[tuple[int, str, str, str, str]], opening: int
) -> None:
    """Where they differ: bai2 keeps ``/`` at the end of a text that its record does not end."""
    details = [
        f"{'165' if cents >= 0 else '455'},{abs(cents)},{funds},{bank},{customer},{text}"
        for cents, funds, bank, customer, text in rows
        if not text.endswith("/")
    ]
    kept = [row[0] for row in rows if not row[4].endswith("/")]
    body = make.bai2([kept], opening=opening, details=details)

    file = theirs(body)
    events = read(body)

    assert file is not None
    (account,) = file.children[0].children
    known = [
        (t.type_code.code, t.amount, t.bank_reference or "", t.customer_reference or "")
        for t in account.children
    ]
    assert [
        (
            e.value("type"),
            abs(int(Decimal(e.value("amount")) * 100)),
            e.value("bank_ref"),
            e.value("end_to_end"),
        )
        for e in entries(events)
    ] == known
    assert [e.value("remittance") for e in entries(events)] == [
        " ".join((t.text or "").split()) for t in account.children
    ]
    assert [m.verdict for m in events_of.messages(events)] == [Verdict.ACCEPTED]


@given(st.data())
def test_what_bai2_refuses_is_refused(data: st.DataObject) -> None:
    """One digit is another: no total, count or form of an account and after it is passed over.

    Not looked at by us: when a file was made and at what time of the day a group is of.
    """
    body = make.bai2([[100, -250], [30]])
    first = body.index(b"03,ACC")
    digits = [at for at, byte in enumerate(body) if at >= first and byte in b"0123456789"]
    at = data.draw(st.sampled_from(digits))
    digit = data.draw(st.sampled_from(sorted(set(b"0123456789") - {body[at]})))
    body = body[:at] + bytes([digit]) + body[at + 1 :]

    refused = theirs(body) is None
    result = events_of.result_of("bank", read(body))
    faults = [one for one in all_findings(result) if one.severity is not Severity.INFO]

    if refused and not own_code(body):
        assert faults


def own_code(body: bytes) -> bool:
    """Tell whether a type code is none of ours: bai2 refuses what it does not list."""
    codes = re.findall(rb"(?:^16,|,)([0-9]{3}),", body, re.MULTILINE)
    return any(code not in {b"010", b"015", b"165", b"455"} for code in codes)


@given(st.lists(CENTS, max_size=8), st.integers(-1_000_000, 1_000_000))
def test_mt940_reads_the_same_entries_and_balances(cents: list[int], opening: int) -> None:
    body = make.mt940(cents, opening=opening)

    known = mt940.parse(body.decode("ascii"))
    events = read(body)

    ours = [(Decimal(e.value("amount")), e.value("booked_on")) for e in entries(events)]
    assert ours == [
        (t.data["amount"].amount, t.data["entry_date"].isoformat())
        for t in known
        if t.data.get("amount")
    ]
    closing = [e for e in events if isinstance(e, StatementRecord) and e.tag == "closing"]
    assert Decimal(closing[0].value("amount")) == known.data["final_closing_balance"].amount.amount


def test_mt940_keeps_the_sign_of_a_reversed_credit_and_ours_does_not() -> None:
    """SWIFT field 61: RC reverses a credit, so that it is negative; mt-940 5.1.1 says positive."""
    body = make.mt940((100,)).replace(b"0302CR1,00", b"0302RCR1,00")

    (theirs_,) = mt940.parse(body.decode("ascii"))

    assert theirs_.data["amount"].amount == Decimal("1.00")
    assert entries(read(body))[0].value("amount") == "-1.00"


def test_mt940_takes_a_closing_balance_that_does_not_add_up_and_ours_does_not() -> None:
    body = make.mt940(off=1)

    assert len(mt940.parse(body.decode("ascii"))) == 2
    assert events_of.names(read(body)) == ["mt940.balance"]


@pytest.mark.skipif(not STATEMENTS, reason="the sample files of others are not here")
@pytest.mark.filterwarnings("ignore::DeprecationWarning")
@pytest.mark.parametrize("path", STATEMENTS, ids=lambda path: path.name)
def test_public_statement_is_read_as_mt940_reads_it(path: Path) -> None:
    if path.name in FRAGMENTS:
        assert events_of.names(read(path.read_bytes())) == ["mt940.outside_statement"]
        return
    known = [t.data for t in mt940.parse(path) if t.data.get("amount")]

    ours = entries(read(path.read_bytes()))

    assert [abs(Decimal(e.value("amount"))) for e in ours] == [
        abs(one["amount"].amount) for one in known
    ]
    turned = [
        one["status"]
        for e, one in zip(ours, known, strict=True)
        if Decimal(e.value("amount")) != one["amount"].amount
    ]
    assert set(turned) <= {"RC", "RD"}
    assert [e.value("booked_on") for e in ours] == [
        str(one.get("entry_date") or one["date"]) for one in known
    ]


@given(st.integers(0, 400))
def test_bai2_file_that_is_cut_is_never_whole(length: int) -> None:
    body = make.bai2([[100, -250], [30]])
    body = body[: length % len(body.rstrip(b"/\r\n"))]

    result = events_of.result_of("bank", read(body))

    assert not result.usable or result.interchanges[-1].verdict is Verdict.REJECTED


@given(st.integers(0, 400))
def test_mt940_statement_that_is_cut_is_never_another(length: int) -> None:
    """What is taken of a cut file is the whole statement: the last amount adds up or is refused."""
    body = make.mt940((100, -250))
    body = body[: length % len(body)]

    result = events_of.result_of("bank", read(body))

    if result.usable and result.interchanges[-1].verdict is Verdict.ACCEPTED:
        assert len(entries(read(body))) == 2
