"""Reads MT940 statements line by line; each statement, with all its pages, is one message.

Pages: a block that closes with 62M goes on in the next block if that opens with 60M for the same
account. Interim reports (MT942) have no balances: they are read as messages of their own type and
inform only. An entry that stands in no statement makes the file unusable: what it moved would be
missing in the books.
"""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from decimal import Decimal

from acktrail.errors import TooLargeError
from acktrail.formats.bank import rules
from acktrail.formats.bank.fields import Balance, Entry, to_balance, to_entry, to_information
from acktrail.formats.bank.lines import CONTROL, Lines
from acktrail.formats.bank.records import StatementRecord
from acktrail.model import (
    Finding,
    GroupResult,
    InterchangeResult,
    MessageHead,
    MessageResult,
    Place,
    Rule,
    Severity,
    Verdict,
    fold_verdicts,
)
from acktrail.ports import Event, FileFinding, GroupEnd, InterchangeEnd, MessageEnd, MessageStart

FIELD = re.compile(r":([0-9]{2}[A-Z]?|NS):(.*)", re.DOTALL)
READ_FIELDS = frozenset({"20", "25", "28", "28C", "60F", "60M", "61", "62F", "62M", "86"})
OTHER_FIELDS = frozenset({"21", "13", "13D", "34F", "64", "65", "90C", "90D", "NS"})
LONGEST_FIELD = 200  # lines
MOST_FINDINGS = 1000
REFUSING = frozenset({Severity.ERROR, Severity.FATAL})


@dataclass(slots=True)
class Statement:
    """What is known of the statement that is being read."""

    type: str
    account: str
    offset: int
    total: Decimal = Decimal(0)  # opening plus entries so far
    currency: str = ""
    closed: str = ""  # 62F | 62M
    fields: int = 0
    findings: list[Finding] = field(default_factory=list)
    found: int = 0


class Mt940Reader:
    """Reads one file (fulfils ``ports.Reader``)."""

    def __init__(self, dialect: str, encoding: str, sender: str) -> None:
        """``dialect`` is that of field 86; without ``encoding`` UTF-8, else cp1252."""
        self._dialect, self._sender = dialect, sender
        self._input = Lines(encoding)
        self._tag = ""  # of the open field
        self._lines: list[str] = []
        self._at = 0  # offset of the open field
        self._ordinal = 0
        self._position = 0  # of the open field in its statement
        self._header = {"id": "", "account": "", "sequence": ""}
        self._odd_headers: list[str] = []  # tags of the header that hold control characters
        self._statement: Statement | None = None
        self._entry: tuple[Entry, Place] | None = None
        self._results: list[MessageResult] = []
        self._given_up = False
        self._outside = 0  # findings of the file, listed so far

    def feed(self, chunk: bytes) -> Iterator[Event]:
        """Take the next bytes; yield what they complete (see ``ports.Reader``)."""
        for _, line in self._input.feed(chunk):
            yield from self._line(line)

    def close(self) -> Iterator[Event]:
        """Yield what is left, then the verdicts."""
        for _, line in self._input.close():
            yield from self._line(line)
        if not self._given_up:
            yield from self._end_field()
        if not self._given_up:
            yield from self._end_of_file()
        yield from self._end_statement(cut=self._given_up)
        verdict = fold_verdicts(tuple(one.verdict for one in self._results))
        verdict = Verdict.REJECTED if self._given_up else verdict
        group = GroupResult("", "MT940", "", verdict, tuple(self._results))
        yield GroupEnd(group)
        yield InterchangeEnd(
            InterchangeResult("", self._sender, "", False, verdict, (group,))  # noqa: FBT003
        )

    # ------------------------------------------------------------ lines and fields

    def _line(self, line: str | None) -> Iterator[Event]:
        if self._given_up:
            return
        if line is None:
            yield self._give_up(rules.ENCODING)
            return
        found = FIELD.match(line)
        # Free text may be broken right before a ``:nn:`` of its own.
        known = found is not None and found[1] in READ_FIELDS | OTHER_FIELDS
        if found is not None and (known or self._tag != "86"):
            yield from self._end_field()
            self._tag, self._lines, self._at = found[1], [found[2]], self._input.offset
        elif line.strip() in {"-", "-}"}:
            yield from self._end_field()
        elif self._tag and not line.startswith("{"):
            self._lines.append(line)
            if len(self._lines) > LONGEST_FIELD:
                msg = f"a field has more than {LONGEST_FIELD} lines"
                raise TooLargeError(msg)
        elif line.strip() and not line.startswith("{"):
            yield from self._found_outside(rules.TEXT_OUTSIDE, Place(offset=self._input.offset))

    def _end_field(self) -> Iterator[Event]:
        tag, text, self._tag = self._tag, "\n".join(self._lines), ""
        self._position += 1
        if self._statement is not None:
            self._statement.fields += 1
        yield from self._field(tag, text)
        if tag in READ_FIELDS and CONTROL.search(text):
            if self._statement is None:
                self._odd_headers.append(tag)
            self._find(rules.CONTROL_CHARACTER, tag)

    def _field(self, tag: str, text: str) -> Iterator[Event]:
        match tag:
            case "":
                self._position -= 1
            case "20":
                yield from self._block(text)
            case "25":
                self._header["account"] = text.strip()
            case "28" | "28C":
                self._header["sequence"] = text.strip()
            case "60F" | "60M":
                yield from self._opening(tag, text)
            case "61":
                yield from self._entry_line(text)
            case "62F" | "62M":
                yield from self._closing(tag, text)
            case "86":
                yield from self._information(text)
            case _:
                yield from self._other(tag)

    # ------------------------------------------------------------ the statement's parts

    def _block(self, text: str) -> Iterator[Event]:
        """Begin a block (field 20): the next statement, or the next page of this one."""
        yield from self._flush()
        statement = self._statement
        if statement is not None and statement.closed != "62M":
            yield from self._end_statement()
        self._header = {"id": text.strip(), "account": "", "sequence": ""}
        self._odd_headers = []

    def _opening(self, tag: str, text: str) -> Iterator[Event]:
        statement, balance = self._statement, to_balance(text)
        goes_on = (
            tag == "60M"
            and statement is not None
            and statement.closed == "62M"
            and statement.account == self._header["account"]
        )
        if goes_on and statement is not None:
            statement.closed = ""
            if balance is None:
                self._find(rules.BALANCE_FORM, tag)
            elif balance.amount != statement.total:
                self._find(rules.PAGE_BALANCE, tag)
            return
        yield from self._end_statement()
        statement = self._start("MT940")
        yield MessageStart(self._head(statement))
        if tag == "60M":
            self._find(rules.INCOMPLETE, tag)
        if balance is None:
            self._find(rules.BALANCE_FORM, tag)
            return
        statement.total, statement.currency = balance.amount, balance.currency
        yield self._record("statement", {**self._header, "currency": balance.currency}, tag)
        yield self._record("opening", _balance_values(balance), tag)

    def _head(self, statement: Statement) -> MessageHead:
        type_ = statement.type
        return MessageHead("bank", type_, "", str(self._ordinal), guide=type_, sender=self._sender)

    def _start(self, type_: str) -> Statement:
        """Open a statement; the fields before its balance have been read."""
        self._ordinal += 1
        sent = [name for name, text in self._header.items() if text]
        self._position = len(sent) + 1
        statement = Statement(type_, self._header["account"], self._at, fields=self._position)
        self._statement = statement
        for name, tag in (("id", "20"), ("account", "25"), ("sequence", "28C")):
            if name not in sent:
                self._find(rules.TAG_MISSING, tag)
        for tag in self._odd_headers:
            self._find(rules.CONTROL_CHARACTER, tag)
        return statement

    def _entry_line(self, text: str) -> Iterator[Event]:
        yield from self._flush()
        statement, place = self._statement, Place("61", self._position, offset=self._at)
        if statement is None or statement.closed:
            if statement is None:
                yield self._give_up(rules.OUTSIDE, place)
            else:
                self._find(rules.TAG_ORDER, "61")
            return
        entry = to_entry(text)
        if entry is None:
            self._find(rules.LINE_FORM, "61")
            return
        if entry.value_on is None:
            self._find(rules.VALUE_DATE, "61")
        statement.total += entry.amount
        self._entry = (entry, place)

    def _information(self, text: str) -> Iterator[Event]:
        """Take field 86: of the entry before it, or of the whole statement (not read)."""
        if self._entry is not None:
            yield from self._flush(text)

    def _flush(self, information: str = "") -> Iterator[Event]:
        """Hand on the entry that waits for its field 86."""
        if self._entry is None or self._statement is None:
            return
        (entry, place), self._entry = self._entry, None
        info = to_information(information, self._dialect)
        values: dict[str, str | tuple[str, ...]] = {
            "amount": f"{entry.amount:f}",
            "currency": self._statement.currency,
            "booked_on": entry.booked_on.isoformat(),
            "value_on": entry.value_on.isoformat() if entry.value_on else "",
            "bank_ref": entry.bank_ref,
            "end_to_end": info.end_to_end or entry.customer_ref,
            "counterparty": info.counterparty,
            "counterparty_account": info.account,
            "remittance": info.remittance,
            "structured": info.structured,
            "type": info.type or entry.type,
            "reversal": "1" if entry.reversal else "",
            "mandate": info.mandate,
            "trace": info.trace,
        }
        yield StatementRecord("entry", values, place)

    def _closing(self, tag: str, text: str) -> Iterator[Event]:
        yield from self._flush()
        statement, balance = self._statement, to_balance(text)
        if statement is None:
            yield self._give_up(rules.OUTSIDE, Place(tag, self._position, offset=self._at))
            return
        if statement.closed:
            self._find(rules.TAG_ORDER, tag)
            return
        statement.closed = tag
        if balance is None:
            self._find(rules.BALANCE_FORM, tag)
            return
        if statement.currency and balance.currency != statement.currency:
            self._find(rules.CURRENCY, tag)
        if statement.currency and balance.amount != statement.total:
            self._find(rules.BALANCE, tag)
        if tag == "62F":
            yield self._record("closing", _balance_values(balance), tag)

    def _other(self, tag: str) -> Iterator[Event]:
        yield from self._flush()
        if tag == "34F" and self._statement is None:
            yield MessageStart(self._head(self._start("MT942")))
            self._find(rules.INTERIM, tag)
        elif tag not in OTHER_FIELDS:
            place = Place("", self._position, offset=self._at)
            yield from self._found_outside(rules.TAG_UNKNOWN, place)

    # ------------------------------------------------------------ ends and findings

    def _end_statement(self, *, cut: bool = False) -> Iterator[Event]:
        statement = self._statement
        if statement is None:
            return
        yield from self._flush()
        if statement.closed == "62M":
            self._find(rules.INCOMPLETE, "62M")
        elif not statement.closed and statement.type == "MT940" and not cut:
            self._find(rules.TAG_MISSING, "62F")
        refused = cut or any(one.severity in REFUSING for one in statement.findings)
        result = MessageResult(
            control=str(self._ordinal),
            type=statement.type,
            guide=statement.type,
            verdict=Verdict.REJECTED if refused else Verdict.ACCEPTED,
            segments=statement.fields,
            findings=tuple(statement.findings),
            offset=statement.offset,
            length=self._input.offset - statement.offset,
            findings_total=statement.found,
        )
        self._results.append(result)
        self._statement = None
        yield MessageEnd(result)

    def _end_of_file(self) -> Iterator[Event]:
        statement = self._statement
        if statement is not None and not statement.closed and statement.type == "MT940":
            yield self._give_up(rules.TRUNCATED)
        elif statement is None and not self._results:
            yield self._give_up(rules.EMPTY)

    def _record(self, tag: str, values: Mapping[str, str], field_: str) -> StatementRecord:
        return StatementRecord(tag, values, Place(field_, self._position, offset=self._at))

    def _find(self, rule: Rule, tag: str) -> None:
        statement = self._statement
        if statement is None:
            return
        statement.found += 1
        if len(statement.findings) < MOST_FINDINGS:
            place = Place(tag, self._position, offset=self._at, address=f":{tag}:")
            statement.findings.append(rule.at(place))

    def _found_outside(self, rule: Rule, place: Place) -> Iterator[Event]:
        """Yield a finding that belongs to no statement, up to the cap."""
        self._outside += 1
        if self._outside <= MOST_FINDINGS:
            yield FileFinding(rule.at(place))

    def _give_up(self, rule: Rule, place: Place | None = None) -> FileFinding:
        self._given_up = True
        return FileFinding(rule.at(place or Place(offset=self._input.offset)))


def _balance_values(balance: Balance) -> dict[str, str]:
    return {
        "amount": f"{balance.amount:f}",
        "currency": balance.currency,
        "on": balance.on.isoformat(),
    }
