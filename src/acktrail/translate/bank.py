"""Bank statements (MT940, BAI2, camt.053) -> ``bank_statement``.

The readers give all of them in one shape: records ``statement``, ``opening``, ``entry``,
``closing``. Reports and notifications (MT942, BAI2 of the same day, camt.052,
camt.054) inform: they give no document.
Not here: sums, the readers check them.
"""

from datetime import date
from decimal import Decimal
from typing import Protocol, cast

from acktrail.documents.kinds import BankDetail, BankEntry, BankStatement, Document
from acktrail.documents.parts import Money
from acktrail.documents.value import replace
from acktrail.model import Finding, MessageHead, Place, Rule
from acktrail.ports import Segment
from acktrail.translate import rules

RULES: tuple[Rule, ...] = ()  # those of ``rules``; none of its own
POSTED = frozenset({"MT940", "BAI2", "camt.053"})
STRUCTURED = {"entry": 10, "detail": 7}  # column by record: formats.xml.records.COLUMNS


class Named(Segment, Protocol):
    """A record whose columns have names."""

    def value(self, name: str) -> str:
        """Return the text of a column."""
        ...


class StatementTranslator:
    """Builds one statement at a time (fulfils ``translator.Translator``)."""

    def __init__(self) -> None:
        """Start with no statement."""
        self._posted = False
        self._header: Named | None = None
        self._opening: Named | None = None
        self._closing: Named | None = None
        self._entries: list[BankEntry] = []
        self._details: list[BankDetail] = []  # of the last entry

    def start(self, head: MessageHead) -> None:
        """Begin a statement."""
        self._posted = head.type in POSTED
        self._header = self._opening = self._closing = None
        self._entries, self._details = [], []

    def segment(self, segment: Segment) -> None:
        """Take a record."""
        if not self._posted:
            return
        record = cast("Named", segment)
        match record.tag:
            case "statement":
                self._header = record
            case "opening":
                self._opening = record
            case "closing":
                self._closing = record
            case "entry":
                self._close_entry()
                self._entries.append(_entry(record))
            case "detail":
                self._details.append(_detail(record))
            case _:
                pass

    def finish(self) -> tuple[tuple[Document, ...], tuple[Finding, ...]]:
        """End the statement: its document, or what it lacks."""
        if not self._posted:
            return (), ()
        self._close_entry()
        header, opening, closing = self._header, self._opening, self._closing
        if header is None or opening is None or closing is None:
            names = {"statement": header, "opening": opening, "closing": closing}
            return (), tuple(
                rules.REQUIRED_MISSING.at(Place(name, address=name))
                for name, record in names.items()
                if record is None
            )
        account, sequence = header.value("account"), header.value("sequence")
        statement_id = header.value("id") or sequence
        document = Document(
            kind="bank_statement",
            id=statement_id,
            key=(account, sequence, statement_id),
            payload=BankStatement(
                account, sequence, _money(opening), _money(closing), tuple(self._entries)
            ),
            issued=_day(closing.value("on")),
            currency=_money(opening).currency,
        )
        return (document,), ()

    def _close_entry(self) -> None:
        """Give the last entry its details, which came behind it."""
        if self._details:
            self._entries[-1] = replace(self._entries[-1], details=tuple(self._details))
            self._details = []


def translator() -> StatementTranslator:
    """Return a translator of bank statements."""
    return StatementTranslator()


def _money(record: Named) -> Money:
    return Money(Decimal(record.value("amount")), record.value("currency"))


def _day(text: str) -> date | None:
    return date.fromisoformat(text) if text else None


def _entry(record: Named) -> BankEntry:
    return BankEntry(
        amount=_money(record),
        booked_on=date.fromisoformat(record.value("booked_on")),
        value_on=_day(record.value("value_on")),
        bank_ref=record.value("bank_ref"),
        end_to_end=record.value("end_to_end"),
        counterparty=record.value("counterparty"),
        counterparty_account=record.value("counterparty_account"),
        remittance=record.value("remittance"),
        structured=_structured(record),
        type=record.value("type"),
        reversal=bool(record.value("reversal")),
        mandate=record.value("mandate"),
        uetr=record.value("uetr"),
        transaction_id=record.value("transaction_id"),
        trace=record.value("trace"),
        unique_ref=record.value("unique_ref"),
    )


def _detail(record: Named) -> BankDetail:
    return BankDetail(
        amount=_money(record),
        end_to_end=record.value("end_to_end"),
        counterparty=record.value("counterparty"),
        counterparty_account=record.value("counterparty_account"),
        remittance=record.value("remittance"),
        structured=_structured(record),
        mandate=record.value("mandate"),
        uetr=record.value("uetr"),
        transaction_id=record.value("transaction_id"),
        trace=record.value("trace"),
    )


def _structured(record: Named) -> tuple[str, ...]:
    column = STRUCTURED[record.tag]
    return tuple(record.get(column, repetition=n) for n in range(1, record.repetitions(column) + 1))
