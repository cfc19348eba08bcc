"""Bank statements (MT940, BAI2, camt.053) -> ``bank_statement``.

The readers give all of them in one shape: records ``statement``, ``opening``, ``entry``,
``closing``. Reports and notifications (MT942, BAI2 of the same day, camt.052,
camt.054) inform: they give no document.
Not here: sums, the readers check them.
"""

from datetime import date
from decimal import Decimal
from typing import Protocol, cast

from acktrail.documents.kinds import BankEntry, BankStatement, Document
from acktrail.documents.parts import Money
from acktrail.model import Finding, MessageHead, Place, Rule
from acktrail.ports import Segment
from acktrail.translate import rules

RULES: tuple[Rule, ...] = ()  # those of ``rules``; none of its own
POSTED = frozenset({"MT940", "BAI2", "camt.053"})
STRUCTURED = 10  # column of an entry: formats.bank.records.COLUMNS


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

    def start(self, head: MessageHead) -> None:
        """Begin a statement."""
        self._posted = head.type in POSTED
        self._header = self._opening = self._closing = None
        self._entries = []

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
                self._entries.append(_entry(record))
            case _:
                pass

    def finish(self) -> tuple[tuple[Document, ...], tuple[Finding, ...]]:
        """End the statement: its document, or what it lacks."""
        if not self._posted:
            return (), ()
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


def translator() -> StatementTranslator:
    """Return a translator of bank statements."""
    return StatementTranslator()


def _money(record: Named) -> Money:
    return Money(Decimal(record.value("amount")), record.value("currency"))


def _day(text: str) -> date | None:
    return date.fromisoformat(text) if text else None


def _entry(record: Named) -> BankEntry:
    count = record.repetitions(STRUCTURED)
    return BankEntry(
        amount=_money(record),
        booked_on=date.fromisoformat(record.value("booked_on")),
        value_on=_day(record.value("value_on")),
        bank_ref=record.value("bank_ref"),
        end_to_end=record.value("end_to_end"),
        counterparty=record.value("counterparty"),
        counterparty_account=record.value("counterparty_account"),
        remittance=record.value("remittance"),
        structured=tuple(record.get(STRUCTURED, repetition=n) for n in range(1, count + 1)),
        type=record.value("type"),
        reversal=bool(record.value("reversal")),
        mandate=record.value("mandate"),
        uetr=record.value("uetr"),
        transaction_id=record.value("transaction_id"),
        trace=record.value("trace"),
    )
