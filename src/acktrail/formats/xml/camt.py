"""Bank statements, reports and notifications in camt.053, camt.052 and camt.054, entry by entry.

A statement may come in several pages, each an element of its own: they are one message. Reports
and notifications inform only.
Spec: ISO 20022 camt.052, .053, .054, versions 02 to 08; later ones are read as 08.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field
from decimal import Decimal

from acktrail.formats.addenda import trace_of
from acktrail.formats.xml import rules
from acktrail.formats.xml.camt_batch import Batch
from acktrail.formats.xml.camt_entry import EntryValues
from acktrail.formats.xml.camt_values import Sum, day_at, day_of, signed, sum_at, text_at
from acktrail.formats.xml.hardened import Element
from acktrail.formats.xml.records import XmlRecord
from acktrail.model import Finding, MessageResult, Place, Rule, Severity, Verdict

NO_REFERENCE = frozenset({"NOTPROVIDED", "NONREF", "NOT PROVIDED"})
MOST_FINDINGS = 1000
LONGEST_TEXT = 1000
REFUSING = frozenset({Severity.ERROR, Severity.FATAL})
POSTED = "camt.053"
BOOKED = "BOOK"
YES = frozenset({"true", "1"})
Values = dict[str, str | tuple[str, ...]]
PAGE = "INTM"  # sub-type of a balance that is of a page, not of the statement


@dataclass(slots=True)
class Header:
    """What stands before the entries of one page of a statement."""

    id: str = ""
    sequence: str = ""
    account: str = ""
    currency: str = ""
    page: int = 1
    last: bool = True
    balances: dict[str, tuple[Sum, str]] = field(default_factory=dict)  # by code: sum, day
    of_page: dict[str, Sum] = field(default_factory=dict)  # by code, where they are of the page
    wrong: list[Element] = field(default_factory=list)  # balances without a sum

    def take(self, space: str, name: str, element: Element) -> None:
        """Take one child of the statement."""
        match name:
            case "Id":
                self.id = text_at(space, element)
            case "ElctrncSeqNb":
                self.sequence = text_at(space, element)
            case "LglSeqNb":
                self.sequence = self.sequence or text_at(space, element)
            case "Acct":
                ids = (text_at(space, element, path) for path in ("Id/IBAN", "Id/Othr/Id"))
                self.account = next(filter(None, ids), "")
                self.currency = text_at(space, element, "Ccy")
            case "StmtPgntn":
                page = text_at(space, element, "PgNb") or "1"
                self.page = int(page) if page.isascii() and page.isdigit() else 0
                self.last = text_at(space, element, "LastPgInd") in YES
            case "Bal":
                self._balance(space, element)
            case _:  # what the document does not take: kept in the stored file
                pass

    @property
    def opening(self) -> tuple[Sum, str] | None:
        """Return the booked opening balance; that of the day before stands in."""
        return self.balances.get("OPBD") or self.balances.get("PRCD")

    def _balance(self, space: str, element: Element) -> None:
        code = text_at(space, element, "Tp/CdOrPrtry/Cd")
        sum_ = sum_at(space, element, "Amt", text_at(space, element, "CdtDbtInd"))
        if sum_ is None:
            self.wrong.append(element)
        elif text_at(space, element, "Tp/SubTp/Cd") == PAGE:
            self.of_page.setdefault(code, sum_)
        elif code:
            self.balances.setdefault(code, (sum_, day_at(space, element, "Dt")))


@dataclass(slots=True)
class CamtStatement:
    """The statement that is being read: header, then entry by entry."""

    type: str  # camt.053
    ordinal: int
    header: Header
    children: int = 0
    total: Decimal = Decimal(0)  # of the booked entries
    findings: list[Finding] = field(default_factory=list)
    found: int = 0

    @property
    def posts(self) -> bool:
        """Only end-of-day statements are posted; reports and notifications inform."""
        return self.type == POSTED

    def start(self) -> Iterator[XmlRecord]:
        """Yield what stands before the entries."""
        header, opening = self.header, self.header.opening
        self._faults(header)
        if header.page != 1:
            self.find(rules.PAGE, "StmtPgntn")
        if not header.currency and opening:
            header.currency = opening[0].currency
        values = {"id": header.id, "sequence": header.sequence, "account": header.account}
        values["currency"] = header.currency
        yield XmlRecord("statement", values, Place(address="Stmt"))
        if opening:
            yield _balance("opening", *opening)

    def continues(self, header: Header) -> bool:
        """Tell whether a page is the next one of this statement."""
        mine = self.header
        same = (header.id, header.account) == (mine.id, mine.account)
        return same and not mine.last and header.page == mine.page + 1

    def turn(self, header: Header) -> None:
        """Go on with the next page: its opening balance is where we are."""
        mine = self.header
        self._faults(header)
        at = mine.opening
        opening = header.of_page.get("OPBD")
        if at and opening and opening != Sum(at[0].amount + self.total, at[0].currency):
            self.find(rules.PAGE_BALANCE, "Bal")
        mine.page, mine.last = header.page, header.last
        for code, balance in header.balances.items():
            mine.balances.setdefault(code, balance)

    def late(self, space: str, name: str, element: Element) -> None:
        """Take a child that stands behind the entries: of those only balances count."""
        if name == "Bal":
            self.header.take(space, name, element)
            self._faults(self.header)

    def entry(self, element: Element, said: EntryValues, batch: Batch) -> Iterator[XmlRecord]:
        """Take an entry that is complete."""
        texts, header = said.texts, self.header
        if texts.get("status") != BOOKED:
            self.find(rules.STATUS, "Ntry/Sts", element)
            return
        sum_ = signed(texts.get("amount", ""), said.currency, texts.get("sign", ""))
        if sum_ is None:
            self.find(rules.AMOUNT, "Ntry/Amt", element)
            return
        booked, value = day_of(texts.get("booked", "")), day_of(texts.get("value", ""))
        if self.posts and not booked and not value:
            self.find(rules.DATE, "Ntry/BookgDt", element)
            return
        if sum_.currency != (header.currency or sum_.currency):
            self.find(rules.CURRENCY, "Ntry/Amt", element)
        alone = True
        if said.batch or batch.begun:
            if not batch.end(element, sum_):
                self.find(rules.BATCH, "Ntry/NtryDtls", element)
            alone = batch.count <= 1
        self.total += sum_.amount
        values = _entry_values(said, sum_, alone=alone)
        values["booked_on"], values["value_on"] = booked or value, value
        yield XmlRecord("entry", values, self._place("Ntry"))
        if not alone:
            yield from self._details(element, batch)

    def _details(self, element: Element, batch: Batch) -> Iterator[XmlRecord]:
        """Yield what a batch is made of, behind its entry."""
        if batch.capped:
            self.find(rules.DETAILS_CAPPED, "Ntry/NtryDtls", element)
        for one in batch.details:
            values = _sum_values(one.sum) | _detail_values(one.said, one.sign)
            yield XmlRecord("detail", values, self._place("Ntry/NtryDtls/TxDtls"))

    def end(self) -> Iterator[XmlRecord]:
        """Check the sums and yield the closing balance."""
        header, opening = self.header, self.header.opening
        closing = header.balances.get("CLBD")
        if not header.account:
            self.find(rules.ACCOUNT_MISSING, "Acct")
        if not header.last:
            self.find(rules.PAGE, "StmtPgntn")
        if not self.posts:
            self.find(rules.INFORMS, "Stmt")
        elif opening is None or closing is None:
            self.find(rules.BALANCE_MISSING, "Bal")
        else:
            currencies = {opening[0].currency, closing[0].currency}
            if currencies != {header.currency}:
                self.find(rules.CURRENCY, "Bal")
            elif opening[0].amount + self.total != closing[0].amount:
                self.find(rules.BALANCE, "Bal")
        if closing:
            yield _balance("closing", *closing)

    def result(self) -> MessageResult:
        """Judge the statement."""
        refused = any(one.severity in REFUSING for one in self.findings)
        return MessageResult(
            control=str(self.ordinal),
            type=self.type,
            guide=self.type,
            verdict=Verdict.REJECTED if refused else Verdict.ACCEPTED,
            segments=self.children,
            findings=tuple(self.findings),
            findings_total=self.found,
        )

    def find(self, rule: Rule, address: str, element: Element | None = None) -> None:
        """Add a finding, up to the cap."""
        self.found += 1
        if len(self.findings) < MOST_FINDINGS:
            line = f"line {element.sourceline}" if element is not None else ""
            self.findings.append(rule.at(self._place(address), line))

    def _faults(self, header: Header) -> None:
        for element in header.wrong:
            self.find(rules.AMOUNT, "Bal/Amt", element)
        header.wrong = []

    def _place(self, address: str) -> Place:
        return Place(address.partition("/")[0], self.children, address=f"Stmt/{address}")


def _balance(tag: str, sum_: Sum, on: str) -> XmlRecord:
    values = {"amount": f"{sum_.amount:f}", "currency": sum_.currency, "on": on}
    return XmlRecord(tag, values, Place(address="Stmt/Bal"))


def _entry_values(said: EntryValues, sum_: Sum, *, alone: bool) -> Values:
    """Return the columns of an entry; of a batch only what is said of it as a whole."""
    texts = said.texts
    code = "-".join(texts[part] for part in ("domain", "family", "subfamily") if part in texts)
    values: Values = _sum_values(sum_) | {
        "bank_ref": texts.get("bank_ref", ""),
        "unique_ref": _reference(texts.get("unique_ref", "")),
        "remittance": texts.get("information", ""),
        "structured": (),
        "type": code or texts.get("proprietary", ""),
        "reversal": "1" if texts.get("reversal") in YES else "",
    }
    if alone:
        values |= _detail_values(said, texts["sign"])
        values["remittance"] = values["remittance"] or texts.get("information", "")
    return values


def _sum_values(sum_: Sum) -> Values:
    return {"amount": f"{sum_.amount:f}", "currency": sum_.currency}


def _detail_values(said: EntryValues, sign: str) -> Values:
    """Return the columns of one transaction."""
    texts = said.texts
    side = "debtor" if sign == "CRDT" else "creditor"
    free = said.several.get("unstructured", ())
    return {
        "end_to_end": _reference(texts.get("end_to_end", "")),
        "counterparty": texts.get(side, ""),
        "counterparty_account": texts.get(f"{side}_account", ""),
        "remittance": " ".join(free)[:LONGEST_TEXT],
        "structured": tuple(one[:LONGEST_TEXT] for one in said.several.get("structured", ())),
        "mandate": _reference(texts.get("mandate", "")),
        "uetr": texts.get("uetr", ""),
        "transaction_id": _reference(texts.get("transaction_id", "")),
        "trace": _trace(said, free),
    }


def _reference(text: str) -> str:
    return "" if text in NO_REFERENCE else text


def _trace(said: EntryValues, free: tuple[str, ...]) -> str:
    """Return the trace of the addendum, wherever the bank puts its text."""
    lone = (said.texts.get(name, "") for name in ("detail_information", "information"))
    for lines in (free, said.several.get("additional", ()), *((one,) for one in lone if one)):
        found = trace_of(lines) if lines else ""
        if found:
            return found
    return ""
