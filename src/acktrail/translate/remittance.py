"""X12 835 (005010X221A1) -> remittance: one payment and what it is for.

In code and not by a map: the CAS triples, the PLB pairs and the qualified services are one shape
each, and this is the largest message there is. Names, member and tax numbers of persons, free text
and addresses never enter (docs/canonical.md, Minimisation); what is passed over is named in
``ext`` by its address. Balancing is the reader's (SNIP 3).
"""

import re
from datetime import date
from decimal import Decimal

from acktrail.documents.kinds import ClaimPayment, Document, Remittance
from acktrail.documents.parts import (
    Adjustment,
    Code,
    Identifier,
    Money,
    Party,
    Payment,
    Reference,
)
from acktrail.model import Finding, MessageHead, Place, Rule, Severity
from acktrail.ports import Segment, Take
from acktrail.translate import rules
from acktrail.translate.building import MAX_EXT, Building
from acktrail.translate.remittance_codes import (
    CAS_TRIPLES,
    CLAIM_NAMES,
    CLAIM_REFERENCES,
    DAYS,
    DEBIT,
    DOLLARS,
    FRAMING,
    LINE_CONTROL,
    MIA_REMARKS,
    MOA_REMARKS,
    MODIFIERS,
    PARTY_IDS,
    PARTY_REFERENCES,
    PARTY_ROLES,
    PLB_PAIRS,
    PROCEDURES,
    PRODUCTION,
    QUALIFIED,
    REMARK_LISTS,
    REQUIRED,
)
from acktrail.translate.remittance_parts import OpenClaim, OpenService, padded
from acktrail.translate.shapes import OTHER, Values
from acktrail.translate.values import NUMBER, check_digit_fails, clean, to_date, to_decimal

ZERO = Decimal(0)
PAYER = "PAYER"
QUALIFIER = re.compile("[A-Z0-9]{1,3}")
MEMO = 4096  # amounts, codes and days that are remembered, for a file repeats them


class RemittanceTranslator:
    """Translates one 835 at a time; a claim is made when the next one, PLB or the end comes."""

    def __init__(self) -> None:
        self._building = Building("x12", health=True, units={}, zone=None)
        self._known_money: dict[str, Money] = {}  # in the currency of the message
        self._known_reasons: dict[str, Code] = {}
        self._known_procedures: dict[str, tuple[Code, tuple[str, ...]]] = {}  # by SVC01
        self._clear()
        self._take: dict[str, Take] = {
            "BPR": self._bpr,
            "TRN": self._trn,
            "CUR": self._cur,
            "DTM": self._dtm,
            "N1": self._n1,
            "REF": self._ref,
            "CLP": self._clp,
            "CAS": self._cas,
            "NM1": self._nm1,
            "MIA": self._mia,
            "MOA": self._moa,
            "AMT": self._amt,
            "SVC": self._svc,
            "LQ": self._lq,
            "PLB": self._plb,
        }

    def start(self, head: MessageHead) -> None:
        """Begin a message."""
        del head
        self._building.begin(DOLLARS)
        self._clear()

    def taker(self, loop: str, tag: str) -> Take | None:
        """Return what takes the segments of one place; None for those that say nothing."""
        del loop
        return None if tag in FRAMING else self._take.get(tag, self._skip)

    def segment(self, segment: Segment) -> None:
        """Take the next segment."""
        take = self.taker(segment.loop, segment.tag)
        if take is not None:
            take(segment)

    def finish(self) -> tuple[tuple[Document, ...], tuple[Finding, ...]]:
        """End the message: one remittance, none when there is a finding of severity error."""
        self._close_claim()
        self._close_party()
        for name, address in REQUIRED:
            if self._payment.get(name) in (None, "") and not self._found_at(address):
                self._building.found_at(rules.REQUIRED_MISSING, Place(address=address))
        findings = tuple(self._building.findings)
        if any(one.severity in (Severity.ERROR, Severity.FATAL) for one in findings):
            return (), findings
        return (self._document(),), findings

    def _clear(self) -> None:
        self._known_money.clear()
        self._payment: Values = {}
        self._produced: date | None = None
        self._party: Values = {}
        self._parties: list[Party] = []
        self._claims: list[ClaimPayment] = []
        self._claim: OpenClaim | None = None
        self._service: OpenService | None = None
        self._adjustments: list[Adjustment] = []
        self._passed: set[tuple[str, str]] = set()

    def _document(self) -> Document:
        sent = self._payment
        amount = Money(sent["amount"], self._building.currency)
        payment = Payment(sent["method"], amount, sent["on"], sent["trace"], sent["payer"])
        return Document(
            kind="remittance",
            id=payment.trace,
            key=(payment.payer, payment.trace, payment.on.isoformat()),
            payload=Remittance(
                payment,
                sent["handling"],
                self._produced,
                tuple(self._claims),
                tuple(self._adjustments),
            ),
            issued=self._produced or payment.on,
            currency=self._building.currency,
            parties=tuple(self._parties),
            ext=self._building.ext,
        )

    def _found(self, rule: Rule, segment: Segment, element: int) -> None:
        address = f"{segment.tag}{element:02}"
        place = segment.place._replace(element=element, address=address)
        self._building.found_at(rule, place)

    def _found_at(self, address: str) -> bool:
        return any(one.place.address == address for one in self._building.findings)

    def _skip(self, segment: Segment) -> None:
        self._pass_over(segment.tag, segment.get(1))

    def _pass_over(self, tag: str, qualifier: str) -> None:
        """Note what kind of segment was there; of health data that is all that is kept."""
        if (tag, qualifier) in self._passed or len(self._passed) > MAX_EXT:
            return
        self._passed.add((tag, qualifier))
        known = tag in QUALIFIED and QUALIFIER.fullmatch(qualifier)
        self._building.keep(f"{tag}*{qualifier}" if known else tag, "")

    def _number(self, segment: Segment, element: int, text: str) -> Decimal | None:
        if not text:
            return None
        number = to_decimal(text, "x12")
        if number is None:
            self._found(rules.INVALID_NUMBER, segment, element)
        return number

    def _money(self, segment: Segment, element: int, text: str) -> Money:
        """Return an amount; one that is missing or none is a finding, and counts as zero."""
        known = self._known_money.get(text)
        if known is not None:
            return known
        if not NUMBER.fullmatch(text):
            self._found(rules.INVALID_NUMBER if text else rules.REQUIRED_MISSING, segment, element)
            return Money(ZERO, self._building.currency)
        money = Money(Decimal(text), self._building.currency)
        if len(self._known_money) < MEMO:
            self._known_money[text] = money
        return money

    def _reason(self, text: str) -> Code:
        known = self._known_reasons.get(text)
        if known is None:
            known = Code("CARC", text.strip())
            if len(self._known_reasons) < MEMO:
                self._known_reasons[text] = known
        return known

    def _date(self, segment: Segment, element: int, text: str) -> date | None:
        if not text:
            return None
        day = to_date(text)
        if day is None:
            self._found(rules.INVALID_DATE, segment, element)
        return day

    def _bpr(self, segment: Segment) -> None:
        sent = padded(segment)
        amount = self._number(segment, 2, sent[2])
        if amount is not None and sent[3] == DEBIT:
            amount = -amount
        self._payment |= {
            "handling": sent[1],
            "amount": amount,
            "method": sent[4],
            "on": self._date(segment, 16, sent[16]),
        }

    def _trn(self, segment: Segment) -> None:
        sent = padded(segment)
        self._payment |= {"trace": sent[2].strip(), "payer": sent[3].strip()}

    def _cur(self, segment: Segment) -> None:
        sent = padded(segment)
        self._building.currency = sent[2].strip() or DOLLARS
        self._known_money.clear()

    def _n1(self, segment: Segment) -> None:
        """Open a party; the name only of the payer, which is never a person."""
        sent = padded(segment)
        self._close_party()
        role = PARTY_ROLES.get(sent[1])
        if role is None:
            self._pass_over("N1", sent[1])
            return
        self._party = {"role": role, "ids": [], "name": segment.get(2) if role == PAYER else ""}
        self._add_id(segment, 4, PARTY_IDS.get(sent[3], OTHER), sent[4].strip())

    def _add_id(self, segment: Segment, element: int, scheme: str, value: str) -> None:
        if value:
            self._party["ids"].append(Identifier(scheme, value))
            if check_digit_fails(scheme, value):
                self._found(rules.CHECK_DIGIT, segment, element)

    def _close_party(self) -> None:
        if self._party:
            party, self._party = self._party, {}
            name = clean(party["name"]) or ""
            self._parties.append(Party(party["role"], tuple(party["ids"]), name))

    def _clp(self, segment: Segment) -> None:
        sent = padded(segment)
        self._close_party()
        self._close_claim()
        for element in (1, 2):
            if not sent[element].strip():
                self._found(rules.REQUIRED_MISSING, segment, element)
        charge, paid = self._money(segment, 3, sent[3]), self._money(segment, 4, sent[4])
        self._claim = OpenClaim(charge, paid, [], [], sent, [], [], {})
        if sent[5]:
            self._claim.share = self._money(segment, 5, sent[5])

    def _close_claim(self) -> None:
        self._close_service()
        if self._claim is not None:
            self._claims.append(self._claim.close())
            self._claim = None

    def _svc(self, segment: Segment) -> None:
        sent = padded(segment)
        self._close_service()
        if self._claim is None:
            self._pass_over("SVC", "")
            return
        procedure, modifiers = self._known_procedures.get(sent[1]) or self._procedure(segment)
        if not procedure.value:
            self._found(rules.REQUIRED_MISSING, segment, 1)
        charge, paid = self._money(segment, 2, sent[2]), self._money(segment, 3, sent[3])
        units = self._number(segment, 5, sent[5])
        self._service = OpenService(charge, paid, [], [], procedure, modifiers, sent[4], units)

    def _procedure(self, segment: Segment) -> tuple[Code, tuple[str, ...]]:
        """Return the code of a service and its modifiers: SVC01."""
        qualifier, code = segment.get(1, 1).strip(), segment.get(1, 2).strip()
        modifiers = (segment.get(1, one).strip() for one in MODIFIERS)
        found = Code(PROCEDURES.get(qualifier, qualifier), code), tuple(filter(None, modifiers))
        raw = getattr(segment, "elements", None)  # with all its components
        if isinstance(raw, list) and len(self._known_procedures) < MEMO:
            self._known_procedures[padded(segment)[1]] = found
        return found

    def _close_service(self) -> None:
        if self._service is not None and self._claim is not None:
            self._claim.services.append(self._service.close())
        self._service = None

    def _cas(self, segment: Segment) -> None:
        """CAS01 is the group of up to six triples: reason, amount, quantity."""
        sent = padded(segment)
        target = self._service or self._claim
        if target is None:
            self._pass_over("CAS", sent[1])
            return
        for at in CAS_TRIPLES:
            if sent[at]:
                amount = self._money(segment, at + 1, sent[at + 1])
                units = self._number(segment, at + 2, sent[at + 2]) if sent[at + 2] else None
                reason = self._reason(sent[at])
                target.adjustments.append(Adjustment(sent[1], reason, amount, units))

    def _dtm(self, segment: Segment) -> None:
        sent = padded(segment)
        target = self._service or self._claim
        if target is None:
            if sent[1] == PRODUCTION:
                self._produced = self._date(segment, 2, sent[2])
                return
        elif sent[1] in DAYS:
            starts, ends = DAYS[sent[1]]
            day = self._date(segment, 2, sent[2])
            target.start = day if starts else target.start
            target.end = day if ends else target.end
            return
        self._pass_over("DTM", sent[1])

    def _ref(self, segment: Segment) -> None:
        sent = padded(segment)
        qualifier, value = sent[1], segment.get(2).strip()
        if self._service is not None:
            if qualifier == LINE_CONTROL:
                self._service.line_control = value
                return
        elif self._claim is not None:
            kind = CLAIM_REFERENCES.get(qualifier)
            if kind and value:
                self._claim.references.append(Reference(kind, value))
                return
        elif self._party and qualifier in PARTY_REFERENCES:
            self._add_id(segment, 2, PARTY_REFERENCES[qualifier], value)
            return
        self._pass_over("REF", qualifier)

    def _nm1(self, segment: Segment) -> None:
        """Patient, insured and corrected insured are dropped; of others the number only."""
        sent = padded(segment)
        role, value = sent[1], sent[9].strip()
        if role in CLAIM_NAMES and self._claim is not None and value:
            kind, schemes = CLAIM_NAMES[role]
            if sent[8] in schemes:
                self._claim.references.append(Reference(kind, value))
                return
        self._pass_over("NM1", role)

    def _mia(self, segment: Segment) -> None:
        sent = padded(segment)
        self._remark("MIA", sent, MIA_REMARKS)

    def _moa(self, segment: Segment) -> None:
        sent = padded(segment)
        self._remark("MOA", sent, MOA_REMARKS)

    def _remark(self, tag: str, sent: list[str], elements: tuple[int, ...]) -> None:
        if self._claim is None:
            self._pass_over(tag, "")
            return
        remarks = (sent[element].strip() for element in elements)
        self._claim.remarks += [Code("RARC", one) for one in remarks if one]

    def _lq(self, segment: Segment) -> None:
        sent = padded(segment)
        target = self._service or self._claim
        if target is not None and sent[1] in REMARK_LISTS and sent[2]:
            target.remarks.append(Code(REMARK_LISTS[sent[1]], sent[2].strip()))
            return
        self._pass_over("LQ", sent[1])

    def _amt(self, segment: Segment) -> None:
        sent = padded(segment)
        if self._claim is not None and self._service is None and sent[1]:
            self._claim.supplemental[sent[1]] = self._money(segment, 2, sent[2])
            return
        self._pass_over("AMT", sent[1])

    def _plb(self, segment: Segment) -> None:
        """PLB03-1 is the reason, PLB03-2 the reference, PLB04 the amount; up to six pairs."""
        sent = padded(segment)
        self._close_claim()
        self._building.keep("PLB01", "")
        self._building.keep("PLB02", "")
        for at in PLB_PAIRS:
            reason = segment.get(at, 1).strip()
            if reason:
                amount = self._money(segment, at + 1, sent[at + 1])
                code, reference = Code("PLB", reason), segment.get(at, 2).strip()
                self._adjustments.append(Adjustment("", code, amount, None, reference))
