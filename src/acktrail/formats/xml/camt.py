"""Bank statements, reports and notifications in camt.053, camt.052 and camt.054, entry by entry.

Elements are found by local name, so that all versions are read by one set of paths: where versions
differ (``Sts`` or ``Sts/Cd``, ``Dbtr/Nm`` or ``Dbtr/Pty/Nm``) both are looked at.
Spec: ISO 20022 camt.052, .053, .054, versions 02, 03, 04, 08.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from typing import NamedTuple

from acktrail.formats.xml import rules
from acktrail.formats.xml.hardened import Element
from acktrail.formats.xml.records import XmlRecord
from acktrail.model import Finding, MessageResult, Place, Rule, Severity, Verdict

NAMESPACE = re.compile(r"urn:iso:std:iso:20022:tech:xsd:(camt\.05[234])\.001\.([0-9]{2})")
KNOWN_VERSIONS = frozenset({"02", "03", "04", "08"})
STATEMENTS = frozenset({"Stmt", "Rpt", "Ntfctn"})
AMOUNT = re.compile(r"[0-9]{1,18}(?:\.[0-9]{0,17})?")
CURRENCY = re.compile("[A-Z]{3}")
DAY = re.compile(r"([0-9]{4}-[0-9]{2}-[0-9]{2})(?:$|[TZ+-])")
NO_REFERENCE = frozenset({"NOTPROVIDED", "NONREF", "NOT PROVIDED"})
MOST_FINDINGS = 1000
LONGEST_TEXT = 1000
REFUSING = frozenset({Severity.ERROR, Severity.FATAL})
SIGNS = {"CRDT": 1, "DBIT": -1}


class Sum(NamedTuple):
    """A signed amount."""

    amount: Decimal
    currency: str


class Detail(NamedTuple):
    """What one ``TxDtls`` says."""

    sum: Sum | None
    end_to_end: str
    counterparty: str
    account: str
    remittance: str
    structured: tuple[str, ...]


@dataclass(slots=True)
class CamtStatement:
    """The statement that is being read: its children come one by one."""

    type: str  # camt.053
    ordinal: int
    balances: dict[str, tuple[Sum, str]] = field(default_factory=dict)  # by code: sum, day
    header: dict[str, str] = field(default_factory=dict)
    total: Decimal = Decimal(0)  # of the booked entries
    children: int = 0
    details: list[Detail] = field(default_factory=list)  # of the open entry; the first only
    detail_count: int = 0
    detail_total: Decimal | None = Decimal(0)  # None: cannot be told
    findings: list[Finding] = field(default_factory=list)
    found: int = 0
    started: bool = False

    @property
    def posts(self) -> bool:
        """Only end-of-day statements are posted; reports and notifications inform."""
        return self.type == "camt.053"

    def child(self, name: str, element: Element) -> Iterator[XmlRecord]:
        """Take one child of the statement that is complete."""
        self.children += 1
        match name:
            case "Id":
                self.header["id"] = text_at(element)
            case "ElctrncSeqNb":
                self.header["sequence"] = text_at(element)
            case "LglSeqNb":
                self.header.setdefault("sequence", text_at(element))
            case "Acct":
                ids = (text_at(element, path) for path in ("Id/IBAN", "Id/Othr/Id"))
                self.header["account"] = next(filter(None, ids), "")
                self.header["currency"] = text_at(element, "Ccy")
            case "Bal":
                self._balance(element)
            case "StmtPgntn":
                last = text_at(element, "LastPgInd") in {"true", "1"}
                if not last or text_at(element, "PgNb") not in {"1", ""}:
                    self._find(rules.PAGE, element, name)
            case "Ntry":
                yield from self.start()
                yield from self._entry(element)
            case _:  # what the document does not take: kept in the stored file
                pass

    def start(self) -> Iterator[XmlRecord]:
        """Yield what stands before the entries, once."""
        if self.started:
            return
        self.started = True
        opening = self.balances.get("OPBD") or self.balances.get("PRCD")
        if not self.header.get("currency") and opening:
            self.header["currency"] = opening[0].currency
        yield XmlRecord("statement", dict(self.header), Place(address="Stmt"))
        if opening:
            yield self._record("opening", *opening)

    def end(self) -> Iterator[XmlRecord]:
        """Check the sums and yield the closing balance."""
        yield from self.start()
        if not self.header.get("account"):
            self._find(rules.ACCOUNT_MISSING, None, "Acct")
        opening = self.balances.get("OPBD") or self.balances.get("PRCD")
        closing = self.balances.get("CLBD")
        if not self.posts:
            self._find(rules.INFORMS, None, "Stmt")
        elif opening is None or closing is None:
            self._find(rules.BALANCE_MISSING, None, "Bal")
        else:
            currencies = {opening[0].currency, closing[0].currency}
            if currencies != {self.header.get("currency", "")}:
                self._find(rules.CURRENCY, None, "Bal")
            elif opening[0].amount + self.total != closing[0].amount:
                self._find(rules.BALANCE, None, "Bal")
        if closing:
            yield self._record("closing", *closing)

    def detail(self, element: Element, entry_sign: str) -> None:
        """Take one ``TxDtls`` of the open entry; of several only their sum is kept."""
        self.detail_count += 1
        found = _detail(element, entry_sign)
        if self.detail_count == 1:
            self.details = [found]
        known = self.details[0].sum
        if found.sum is None or known is None or found.sum.currency != known.currency:
            self.detail_total = None
        elif self.detail_total is not None:
            self.detail_total += found.sum.amount

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

    # ------------------------------------------------------------ parts

    def _balance(self, element: Element) -> None:
        code = text_at(element, "Tp/CdOrPrtry/Cd")
        if text_at(element, "Tp/SubTp/Cd") == "INTM":
            return  # of a page; the statement's own are without
        sum_ = signed(element)
        if sum_ is None:
            self._find(rules.AMOUNT, element, "Bal/Amt")
        elif code:
            self.balances.setdefault(code, (sum_, day_at(element, "Dt")))

    def _entry(self, element: Element) -> Iterator[XmlRecord]:
        details, count, total = self.details, self.detail_count, self.detail_total
        self.details, self.detail_count, self.detail_total = [], 0, Decimal(0)
        status = text_at(element, "Sts/Cd") or text_at(element, "Sts")
        if status != "BOOK":
            self._find(rules.STATUS, element, "Ntry/Sts")
            return
        sum_ = signed(element)
        booked, value = day_at(element, "BookgDt"), day_at(element, "ValDt")
        if sum_ is None:
            self._find(rules.AMOUNT, element, "Ntry/Amt")
            return
        if self.posts and not booked and not value:
            self._find(rules.DATE, element, "Ntry/BookgDt")
            return
        if sum_.currency != (self.header.get("currency") or sum_.currency):
            self._find(rules.CURRENCY, element, "Ntry/Amt")
        if count > 1 and total is not None and _adds_up(details[0], total, sum_) is False:
            self._find(rules.BATCH, element, "Ntry/NtryDtls")
        self.total += sum_.amount
        detail = details[0] if count == 1 else None
        yield XmlRecord(
            "entry",
            _entry_values(element, sum_, booked or value, value, detail),
            self._place(element),
        )

    def _record(self, tag: str, sum_: Sum, on: str) -> XmlRecord:
        values = {"amount": f"{sum_.amount:f}", "currency": sum_.currency, "on": on}
        return XmlRecord(tag, values, Place(address="Stmt/Bal"))

    def _place(self, element: Element | None, address: str = "Ntry") -> Place:
        del element
        return Place(address.partition("/")[0], self.children, address=f"Stmt/{address}")

    def _find(self, rule: Rule, element: Element | None, address: str) -> None:
        self.found += 1
        if len(self.findings) < MOST_FINDINGS:
            line = f"line {element.sourceline}" if element is not None else ""
            self.findings.append(rule.at(self._place(element, address), line))


def _adds_up(detail: Detail, total: Decimal, entry: Sum) -> bool | None:
    """Tell whether details in the entry's currency add up to it; None in another currency."""
    if detail.sum is None or detail.sum.currency != entry.currency:
        return None
    return total == entry.amount


def path_of(path: str) -> str:
    """Return a path of local names as lxml finds it in any namespace."""
    return "/".join(f"{{*}}{part}" for part in path.split("/"))


def text_at(element: Element, path: str = "") -> str:
    """Return the trimmed text at ``path``; ``""`` when there is none."""
    found = element.find(path_of(path)) if path else element
    text = (found.text or "").strip() if found is not None else ""
    return text[:LONGEST_TEXT]


def day_at(element: Element, path: str) -> str:
    """Return the day of a date or date and time as ISO 8601; ``""`` when there is none."""
    text = text_at(element, f"{path}/Dt") or text_at(element, f"{path}/DtTm")
    found = DAY.match(text)
    if found is None:
        return ""
    try:
        return date.fromisoformat(found[1]).isoformat()
    except ValueError:
        return ""


def signed(element: Element) -> Sum | None:
    """Return an amount with the sign of its indicator. ``RvslInd`` does not turn it again."""
    return _sum(element, "Amt", text_at(element, "CdtDbtInd"))


def _sum(element: Element, path: str, indicator: str) -> Sum | None:
    amount = element.find(path_of(path))
    if amount is None or indicator not in SIGNS:
        return None
    text, currency = text_at(amount), amount.get("Ccy", "")
    if not AMOUNT.fullmatch(text) or not CURRENCY.fullmatch(currency):
        return None
    return Sum(SIGNS[indicator] * Decimal(text.removesuffix(".")), currency)


def _detail(element: Element, entry_sign: str) -> Detail:
    sign = text_at(element, "CdtDbtInd") or entry_sign
    side = "Dbtr" if entry_sign == "CRDT" else "Cdtr"
    names = (f"RltdPties/{side}/Pty/Nm", f"RltdPties/{side}/Nm", f"RltdPties/Ultmt{side}/Nm")
    accounts = (f"RltdPties/{side}Acct/Id/IBAN", f"RltdPties/{side}Acct/Id/Othr/Id")
    structured = [
        text_at(one)
        for path in ("RmtInf/Strd/CdtrRefInf/Ref", "RmtInf/Strd/RfrdDocInf/Nb")
        for one in element.findall(path_of(path))
    ]
    end_to_end = text_at(element, "Refs/EndToEndId")
    return Detail(
        _sum(element, "Amt", sign) or _sum(element, "AmtDtls/TxAmt/Amt", sign),
        "" if end_to_end in NO_REFERENCE else end_to_end,
        next(filter(None, (text_at(element, path) for path in names)), ""),
        next(filter(None, (text_at(element, path) for path in accounts)), ""),
        " ".join(text_at(one) for one in element.findall(path_of("RmtInf/Ustrd")))[:LONGEST_TEXT],
        tuple(filter(None, structured)),
    )


def _entry_values(
    element: Element, sum_: Sum, booked: str, value: str, detail: Detail | None
) -> dict[str, str | tuple[str, ...]]:
    domain = ("Cd", "Fmly/Cd", "Fmly/SubFmlyCd")
    code = "-".join(filter(None, (text_at(element, f"BkTxCd/Domn/{part}") for part in domain)))
    return {
        "amount": f"{sum_.amount:f}",
        "currency": sum_.currency,
        "booked_on": booked,
        "value_on": value,
        "bank_ref": text_at(element, "AcctSvcrRef") or text_at(element, "NtryRef"),
        "end_to_end": detail.end_to_end if detail else "",
        "counterparty": detail.counterparty if detail else "",
        "counterparty_account": detail.account if detail else "",
        "remittance": (detail.remittance if detail else "") or text_at(element, "AddtlNtryInf"),
        "structured": detail.structured if detail else (),
        "type": code or text_at(element, "BkTxCd/Prtry/Cd"),
        "reversal": "1" if text_at(element, "RvslInd") in {"true", "1"} else "",
    }
