"""Reads BAI2 files record by record; each account of a group is one message.

Every level is counted and added up: 49 the amounts of its account, 98 its accounts, 99 its groups,
each with the number of its physical records. A total that is wrong refuses what it stands for.
Data of the same day (as-of date modifier 1 or 3) and tests inform only.

Spec: BAI, Cash Management Balance Reporting Specifications, version 2.
"""

from collections.abc import Iterator, Mapping
from decimal import Decimal

from acktrail.documents.currencies import minor_units
from acktrail.errors import TooLargeError
from acktrail.formats.bank import bai2_fields as fields_of
from acktrail.formats.bank import bai2_rules as rules
from acktrail.formats.bank.bai2_levels import DEFAULT_CURRENCY, Account, Level, padded
from acktrail.formats.bank.lines import CONTROL, Lines
from acktrail.formats.bank.records import StatementRecord
from acktrail.model import (
    GroupResult,
    InterchangeResult,
    MessageHead,
    MessageResult,
    Place,
    Rule,
    Verdict,
    fold_verdicts,
)
from acktrail.ports import Event, FileFinding, GroupEnd, InterchangeEnd, MessageEnd, MessageStart

MOST_LINES = 1000  # of one record with its continuations
MOST_ACCOUNTS = 100_000  # of one group: their results are kept until it ends
VERSION = "2"
POSTS, INFORMS = "BAI2", "BAI2-interim"
UNFINISHED = frozenset({"1", "3"})  # as-of date modifiers of interim data
NEW, TEST = "1", "4"  # group status; 2 takes back, 3 corrects
OPENING, CLOSING = "010", "015"
# What may follow: the levels of the file, innermost last.
FOLLOWS = {
    "": {"01"},
    "01": {"02"},
    "02": {"03"},
    "03": {"16", "49"},
    "16": {"16", "49"},
    "49": {"03", "98"},
    "98": {"02", "99"},
    "99": {"01"},
}


class Bai2Reader:
    """Reads one file (fulfils ``ports.Reader``)."""

    def __init__(self, encoding: str, sender: str, type_codes: Mapping[str, str]) -> None:
        """``type_codes`` are those that the bank defined itself: credit, debit or ignore."""
        self._sender, self._codes = sender, type_codes
        self._input = Lines(encoding)
        self._record: list[str] = []  # the open record: the lines of it without their type
        self._type = ""  # of the open record
        self._before = ""  # type of the record before
        self._at = 0  # offset of the open record
        self._position = 0  # of the open record in the file
        self._lines = 0  # physical records so far
        self._file, self._group, self._account = Level(), Level(), Account()
        self._header: list[str] = []
        self._group_header: list[str] = []
        self._day = ""
        self._results: list[MessageResult] = []  # of the open group
        self._groups: list[GroupResult] = []
        self._ordinal = 0
        self._given_up = False

    def feed(self, chunk: bytes) -> Iterator[Event]:
        """Take the next bytes; yield what they complete (see ``ports.Reader``)."""
        for offset, line in self._input.feed(chunk):
            yield from self._line(offset, line)

    def close(self) -> Iterator[Event]:
        """Yield what is left, then the verdicts."""
        for offset, line in self._input.close():
            yield from self._line(offset, line)
        if not self._given_up:
            yield from self._end_record()
        if not self._given_up and self._before != "99":
            yield self._give_up(rules.TRUNCATED)
        if self._given_up:
            yield from self._break_off()

    # ------------------------------------------------------------ records

    def _line(self, offset: int, line: str | None) -> Iterator[Event]:
        if self._given_up:
            return
        if line is None:
            yield self._give_up(rules.ENCODING)
            return
        type_, text = line[:2], line[3:]
        if not line.strip():
            return
        if type_ == "88" and self._type and line[2:3] == ",":
            self._record.append(text)
            if len(self._record) > MOST_LINES:
                msg = f"a record goes on for more than {MOST_LINES} lines"
                raise TooLargeError(msg)
        else:
            yield from self._end_record()
            self._type, self._record, self._at = type_, [text], offset
            self._position = self._lines + 1
            known = line[2:3] in {",", "/"} and type_ in FOLLOWS[self._before]
            if not known and not self._given_up:
                yield self._give_up(rules.ORDER)
        self._lines += 1

    def _end_record(self) -> Iterator[Event]:
        type_, lines = self._type, self._record
        self._type, self._record = "", []
        if not type_:
            return
        self._before = type_
        if type_ != "01":
            self._file.records += len(lines)
            self._group.records += len(lines)
            self._account.records += len(lines)
        match type_:
            case "01":
                yield from self._start_file(lines)
            case "02":
                self._start_group(lines)
            case "03":
                yield from self._start_account(lines)
            case "16":
                yield from self._detail(lines)
            case "49":
                yield from self._end_account(lines)
            case "98":
                yield from self._end_group(lines)
            case _:
                yield from self._end_file(lines)

    # ------------------------------------------------------------ headers

    def _start_file(self, lines: list[str]) -> Iterator[Event]:
        self._file, self._groups = Level(records=len(lines)), []
        self._header = padded(fields_of.joined(lines), 8)
        if self._header[7].strip() != VERSION:
            yield self._give_up(rules.VERSION)

    def _start_group(self, lines: list[str]) -> None:
        self._group, self._results = Level(records=len(lines)), []
        self._group_header = padded(fields_of.joined(lines), 7)
        day = fields_of.day_of(self._group_header[3])
        self._day = day.isoformat() if day else ""
        if day is None:
            self._group.find(rules.AS_OF_DATE, self._place())
        if self._group_header[2] not in {NEW, TEST}:
            self._group.find(rules.GROUP_STATUS, self._place())

    def _start_account(self, lines: list[str]) -> Iterator[Event]:
        header = self._group_header
        informs = header[6] in UNFINISHED or header[2] == TEST
        fields = padded(fields_of.joined(lines), 2)
        type_ = (
            POSTS if any(fields[2:]) and not informs else INFORMS
        )  # no balances: nothing to post
        currency = fields[1].strip() or header[5].strip() or DEFAULT_CURRENCY
        account = Account(
            records=len(lines),
            type=type_,
            posts=not informs,
            offset=self._at,
            currency=currency,
            minor=minor_units(currency),
        )
        self._account = account
        self._ordinal += 1
        yield MessageStart(
            MessageHead(
                *("bank", type_, VERSION, str(self._ordinal)),
                guide=type_,
                sender=self._header[0] or self._sender,
            )
        )
        if type_ == INFORMS:
            self._find(rules.INFORMS)
        if not fields[0].strip():
            self._find(rules.ACCOUNT_MISSING)
        if not (len(currency) == 3 and currency.isascii() and currency.isupper()):  # noqa: PLR2004
            self._find(rules.CURRENCY)
        self._check_text(lines)
        self._summaries(fields[2:])
        sequence = "/".join(filter(None, (self._day, header[6])))
        values = {"account": fields[0].strip(), "sequence": sequence, "id": self._header[4]}
        yield StatementRecord("statement", {**values, "currency": currency}, self._place())
        if account.opening is not None:
            yield self._balance("opening", account.opening)

    def _summaries(self, fields: list[str]) -> None:
        account = self._account
        for one in fields_of.summaries(fields):
            if one is None:
                self._find(rules.FORM)
                return
            account.total += one.amount or 0
            if one.code == OPENING:
                account.opening = one.amount
            elif one.code == CLOSING:
                account.closing = one.amount

    def _detail(self, lines: list[str]) -> Iterator[Event]:
        account, detail = self._account, fields_of.to_detail(lines)
        self._check_text(lines)
        if detail is None:
            self._find(rules.FORM)
            return
        account.total += detail.amount
        sign = fields_of.sign_of(detail.code, self._codes)
        if sign is None:
            self._find(rules.TYPE_CODE)
        if not sign:
            return
        value_on = fields_of.day_of(detail.value_day)
        if detail.value_day and value_on is None:
            self._find(rules.VALUE_DATE)
        account.moved += sign * detail.amount
        account.entries += 1
        if not self._day:  # the whole group is refused
            return
        values: dict[str, str | tuple[str, ...]] = {
            "amount": self._amount(sign * detail.amount),
            "currency": account.currency,
            "booked_on": self._day,
            "value_on": value_on.isoformat() if value_on else "",
            "bank_ref": detail.bank_ref,
            "end_to_end": detail.customer_ref,
            "remittance": detail.text,
            "type": detail.code,
            "trace": detail.trace,
        }
        yield StatementRecord("entry", values, self._place())

    # ------------------------------------------------------------ trailers

    def _end_account(self, lines: list[str]) -> Iterator[Event]:
        account = self._account
        total = account.compare(lines, self._place())
        self._group.total += total
        self._group.parts += 1
        if account.type == POSTS or (account.posts and account.entries):
            if account.opening is None or account.closing is None:
                self._find(rules.BALANCE_MISSING)
            elif account.opening + account.moved != account.closing:
                self._find(rules.BALANCE)
        if account.closing is not None:
            yield self._balance("closing", account.closing)
        result = MessageResult(
            control=str(self._ordinal),
            type=account.type,
            guide=account.type,
            verdict=Verdict.REJECTED if account.refused else Verdict.ACCEPTED,
            segments=account.records,
            findings=tuple(account.findings),
            offset=account.offset,
            length=self._input.offset - account.offset,
            findings_total=account.found,
        )
        self._results.append(result)
        if len(self._results) > MOST_ACCOUNTS:
            msg = f"a group has more than {MOST_ACCOUNTS} accounts"
            raise TooLargeError(msg)
        yield MessageEnd(result)

    def _end_group(self, lines: list[str]) -> Iterator[Event]:
        self._file.total += self._group.compare(lines, self._place(), parts=True)
        self._file.parts += 1
        yield GroupEnd(self._judged_group())

    def _judged_group(self, *, refused: bool = False) -> GroupResult:
        verdict = fold_verdicts(tuple(one.verdict for one in self._results))
        verdict = Verdict.REJECTED if refused or self._group.refused else verdict
        results, self._results = tuple(self._results), []
        control = str(len(self._groups) + 1)
        group = GroupResult(control, POSTS, VERSION, verdict, results, tuple(self._group.findings))
        self._groups.append(group)
        return group

    def _end_file(self, lines: list[str]) -> Iterator[Event]:
        self._file.compare(lines, self._place(), parts=True)
        yield InterchangeEnd(self._judged_file())

    def _judged_file(self, *, refused: bool = False) -> InterchangeResult:
        verdict = fold_verdicts(tuple(one.verdict for one in self._groups))
        verdict = Verdict.REJECTED if refused or self._file.refused else verdict
        header = padded(self._header, 8)
        sender, receiver, control = header[0] or self._sender, header[1], header[4]
        groups, self._groups = tuple(self._groups), []
        findings = tuple(self._file.findings)
        return InterchangeResult(
            control=control,
            sender=sender,
            receiver=receiver,
            test=False,
            verdict=verdict,
            groups=groups,
            findings=findings,
        )

    def _break_off(self) -> Iterator[Event]:
        """End what is open of a file that cannot be read to its end: all of it is refused."""
        if self._before in {"03", "16"}:
            account = self._account
            result = MessageResult(
                *(str(self._ordinal), account.type, account.type, Verdict.REJECTED),
                segments=account.records,
                findings=tuple(account.findings),
                offset=account.offset,
                length=self._input.offset - account.offset,
                findings_total=account.found,
            )
            self._results.append(result)
            yield MessageEnd(result)
        if self._before != "99":  # else the file had ended before the fault
            yield GroupEnd(self._judged_group(refused=True))
            yield InterchangeEnd(self._judged_file(refused=True))

    # ------------------------------------------------------------ parts

    def _amount(self, minor: int) -> str:
        return f"{Decimal(minor).scaleb(-self._account.minor):f}"

    def _balance(self, tag: str, minor: int) -> StatementRecord:
        values = {
            "amount": self._amount(minor),
            "currency": self._account.currency,
            "on": self._day,
        }
        return StatementRecord(tag, values, self._place())

    def _check_text(self, lines: list[str]) -> None:
        if any(CONTROL.search(line) for line in lines):
            self._find(rules.CONTROL_CHARACTER)

    def _find(self, rule: Rule) -> None:
        self._account.find(rule, self._place())

    def _place(self) -> Place:
        return Place(self._before, self._position, offset=self._at, address=self._before)

    def _give_up(self, rule: Rule) -> FileFinding:
        self._given_up = True
        return FileFinding(rule.at(Place("", self._position, offset=self._at)))
