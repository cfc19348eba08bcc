"""X12 835 (005010X221A1) -> remittance: one payment and what it is for.

In code and not by a map: the CAS triples, the PLB pairs and the qualified services are one shape
each, and this is the largest message there is. Names, member and tax numbers of persons, free text
and addresses never enter (docs/canonical.md, Minimisation); what is passed over is named in
``ext`` by its address. Balancing is the reader's (SNIP 3).
"""

import re
from collections.abc import Callable
from datetime import date
from decimal import Decimal

from acktrail.documents.kinds import ClaimPayment, Document, Remittance, Service
from acktrail.documents.parts import (
    Adjustment,
    Code,
    Identifier,
    Money,
    Party,
    Payment,
    Period,
    Reference,
)
from acktrail.model import Finding, MessageHead, Place, Rule, Severity
from acktrail.ports import Segment
from acktrail.translate import rules
from acktrail.translate.building import Building
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
    ORGANISATION_IDS,
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
from acktrail.translate.shapes import OTHER, Values
from acktrail.translate.values import check_digit_fails, clean, to_date, to_decimal

Take = Callable[[Segment], None]
ZERO = Decimal(0)
QUALIFIER = re.compile("[A-Z0-9]{1,3}")


class RemittanceTranslator:
    """Translates one 835 at a time; a claim is made when the next one, PLB or the end comes."""

    def __init__(self) -> None:
        self._building = Building("x12", health=True, units={}, zone=None)
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

    def segment(self, segment: Segment) -> None:
        """Take the next segment."""
        take = self._take.get(segment.tag)
        if take is not None:
            take(segment)
        elif segment.tag not in FRAMING:
            self._pass_over(segment)

    def finish(self) -> tuple[tuple[Document, ...], tuple[Finding, ...]]:
        """End the message: one remittance, none when there is a finding of severity error."""
        self._close_claim()
        self._close_party()
        self._require()
        findings = tuple(self._building.findings)
        if any(one.severity in (Severity.ERROR, Severity.FATAL) for one in findings):
            return (), findings
        return (self._document(),), findings

    def _clear(self) -> None:
        self._payment: Values = {}
        self._produced: date | None = None
        self._party: Values = {}
        self._parties: list[Party] = []
        self._claims: list[ClaimPayment] = []
        self._claim: Values = {}
        self._service: Values = {}
        self._adjustments: list[Adjustment] = []

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

    def _require(self) -> None:
        for name, address in REQUIRED:
            if self._payment.get(name) in (None, ""):
                self._building.found_at(rules.REQUIRED_MISSING, Place(address=address))

    def _found(self, rule: Rule, segment: Segment, element: int) -> None:
        address = f"{segment.tag}{element:02}"
        place = segment.place._replace(element=element, address=address)
        self._building.found_at(rule, place)

    def _pass_over(self, segment: Segment) -> None:
        """Note what kind of segment was there; of health data that is all that is kept."""
        address = segment.tag
        if address in QUALIFIED and QUALIFIER.fullmatch(segment.get(1)):
            address += "*" + segment.get(1)
        self._building.keep(address, "")

    def _number(self, segment: Segment, element: int) -> Decimal | None:
        text = segment.get(element).strip()
        if not text:
            return None
        number = to_decimal(text, "x12")
        if number is None:
            self._found(rules.INVALID_NUMBER, segment, element)
        return number

    def _money(self, segment: Segment, element: int, *, required: bool = True) -> Money:
        """Return an amount; one that is required and missing is a finding, and counts as zero."""
        number = self._number(segment, element)
        if number is None and required and not segment.get(element).strip():
            self._found(rules.REQUIRED_MISSING, segment, element)
        return Money(ZERO if number is None else number, self._building.currency)

    def _date(self, segment: Segment, element: int) -> date | None:
        text = segment.get(element).strip()
        if not text:
            return None
        day = to_date(text)
        if day is None:
            self._found(rules.INVALID_DATE, segment, element)
        return day

    def _bpr(self, segment: Segment) -> None:
        amount = self._number(segment, 2)
        if amount is not None and segment.get(3) == DEBIT:
            amount = -amount
        self._payment |= {
            "handling": segment.get(1).strip(),
            "amount": amount,
            "method": segment.get(4).strip(),
            "on": self._date(segment, 16),
        }

    def _trn(self, segment: Segment) -> None:
        self._payment |= {"trace": segment.get(2).strip(), "payer": segment.get(3).strip()}

    def _cur(self, segment: Segment) -> None:
        self._building.currency = segment.get(2).strip() or DOLLARS

    def _n1(self, segment: Segment) -> None:
        """Open a party; the name only of the payer, which is never a person."""
        self._close_party()
        role = PARTY_ROLES.get(segment.get(1))
        if role is None:
            self._pass_over(segment)
            return
        self._party = {"role": role, "ids": [], "name": segment.get(2) if role == "PAYER" else ""}
        self._add_id(segment, PARTY_IDS.get(segment.get(3), OTHER), 4)

    def _add_id(self, segment: Segment, scheme: str, element: int) -> None:
        value = segment.get(element).strip()
        if value:
            self._party["ids"].append(Identifier(scheme, value))
            if check_digit_fails(scheme, value):
                self._found(rules.CHECK_DIGIT, segment, element)

    def _close_party(self) -> None:
        if self._party:
            party = self._party
            self._parties.append(
                Party(party["role"], tuple(party["ids"]), clean(party["name"]) or "")
            )
            self._party = {}

    def _clp(self, segment: Segment) -> None:
        self._close_party()
        self._close_claim()
        number, status = segment.get(1).strip(), segment.get(2).strip()
        for element, text in ((1, number), (2, status)):
            if not text:
                self._found(rules.REQUIRED_MISSING, segment, element)
        self._claim = {
            "patient_control_no": number,
            "status": status,
            "charge": self._money(segment, 3),
            "paid": self._money(segment, 4),
            "patient_share": self._money(segment, 5) if segment.get(5) else None,
            "filing": segment.get(6).strip(),
            "payer_control_no": segment.get(7).strip(),
            "facility": segment.get(8).strip(),
            "frequency": segment.get(9).strip(),
            "adjustments": [],
            "remarks": [],
            "references": [],
            "services": [],
            "supplemental": {},
        }

    def _close_claim(self) -> None:
        self._close_service()
        if not self._claim:
            return
        claim, self._claim = self._claim, {}
        claim["service"] = _period(claim)
        self._claims.append(ClaimPayment(**_frozen(claim)))

    def _svc(self, segment: Segment) -> None:
        self._close_service()
        if not self._claim:
            self._pass_over(segment)
            return
        qualifier, code = segment.get(1, 1).strip(), segment.get(1, 2).strip()
        if not code:
            self._found(rules.REQUIRED_MISSING, segment, 1)
        modifiers = (segment.get(1, one).strip() for one in MODIFIERS)
        self._service = {
            "procedure": Code(PROCEDURES.get(qualifier, qualifier), code),
            "charge": self._money(segment, 2),
            "paid": self._money(segment, 3),
            "revenue": segment.get(4).strip(),
            "units": self._number(segment, 5),
            "modifiers": tuple(one for one in modifiers if one),
            "adjustments": [],
            "remarks": [],
        }

    def _close_service(self) -> None:
        if self._service:
            service, self._service = self._service, {}
            service["on"] = _period(service)
            self._claim["services"].append(Service(**_frozen(service)))

    def _cas(self, segment: Segment) -> None:
        """CAS01 is the group of up to six triples: reason, amount, quantity."""
        target = self._service or self._claim
        if not target:
            self._pass_over(segment)
            return
        group = segment.get(1).strip()
        for at in CAS_TRIPLES:
            reason = segment.get(at).strip()
            if reason:
                target["adjustments"].append(
                    Adjustment(
                        group,
                        Code("CARC", reason),
                        self._money(segment, at + 1),
                        self._number(segment, at + 2),
                    )
                )

    def _dtm(self, segment: Segment) -> None:
        target = self._service or self._claim
        qualifier = segment.get(1).strip()
        if not target and qualifier == PRODUCTION:
            self._produced = self._date(segment, 2)
        elif target and qualifier in DAYS:
            for end in DAYS[qualifier]:
                target[end] = self._date(segment, 2)
        else:
            self._pass_over(segment)

    def _ref(self, segment: Segment) -> None:
        qualifier, value = segment.get(1).strip(), segment.get(2).strip()
        if self._service:
            if qualifier == LINE_CONTROL:
                self._service["line_control"] = value
                return
        elif self._claim:
            kind = CLAIM_REFERENCES.get(qualifier)
            if kind and value:
                self._claim["references"].append(Reference(kind, value))
                return
        elif self._party and qualifier in PARTY_REFERENCES:
            self._add_id(segment, PARTY_REFERENCES[qualifier], 2)
            return
        self._pass_over(segment)

    def _nm1(self, segment: Segment) -> None:
        """Patient, insured and corrected insured are dropped; of others the number only."""
        role = segment.get(1).strip()
        kind, value = CLAIM_NAMES.get(role), segment.get(9).strip()
        if kind and value and self._claim and segment.get(8) in ORGANISATION_IDS[role]:
            self._claim["references"].append(Reference(kind, value))
            return
        self._pass_over(segment)

    def _mia(self, segment: Segment) -> None:
        self._remark(segment, MIA_REMARKS)

    def _moa(self, segment: Segment) -> None:
        self._remark(segment, MOA_REMARKS)

    def _remark(self, segment: Segment, elements: tuple[int, ...]) -> None:
        if not self._claim:
            self._pass_over(segment)
            return
        for element in elements:
            value = segment.get(element).strip()
            if value:
                self._claim["remarks"].append(Code("RARC", value))

    def _lq(self, segment: Segment) -> None:
        target, qualifier = self._service or self._claim, segment.get(1).strip()
        if target and qualifier in REMARK_LISTS and segment.get(2):
            target["remarks"].append(Code(REMARK_LISTS[qualifier], segment.get(2).strip()))
            return
        self._pass_over(segment)

    def _amt(self, segment: Segment) -> None:
        if self._claim and not self._service and segment.get(1):
            self._claim["supplemental"][segment.get(1).strip()] = self._money(segment, 2)
            return
        self._pass_over(segment)

    def _plb(self, segment: Segment) -> None:
        """PLB03-1 is the reason, PLB03-2 the reference, PLB04 the amount; up to six pairs."""
        self._close_claim()
        self._building.keep("PLB01", "")
        self._building.keep("PLB02", "")
        for at in PLB_PAIRS:
            reason = segment.get(at, 1).strip()
            if reason:
                self._adjustments.append(
                    Adjustment(
                        "",
                        Code("PLB", reason),
                        self._money(segment, at + 1),
                        None,
                        segment.get(at, 2).strip(),
                    )
                )


def _period(values: Values) -> Period | None:
    """Take the two days out of the values; a first day alone is the only one."""
    start, end = values.pop("start", None), values.pop("end", None)
    return Period(start, end) if start or end else None


def _frozen(values: Values) -> Values:
    return {key: tuple(one) if isinstance(one, list) else one for key, one in values.items()}
