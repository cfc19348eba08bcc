"""The claims and services of an 835 (loops 2100 and 2110).

The segments of a claim are held until the next one begins, and then it is built from them in one
go: handing each segment to a method of its own would take twice the time.
"""

from collections.abc import Iterator
from itertools import pairwise

from acktrail.documents.kinds import ClaimPayment, Service
from acktrail.documents.parts import Adjustment, Code, Money, Period, Reference
from acktrail.documents.value import Draft
from acktrail.translate import rules
from acktrail.translate.remittance_codes import (
    CAS_TRIPLES,
    CLAIM_NAMES,
    CLAIM_REFERENCES,
    DAYS,
    LINE_CONTROL,
    MIA_REMARKS,
    MOA_REMARKS,
    REMARK_LISTS,
)
from acktrail.translate.remittance_values import Day, Raw, RemittanceValues, padded

SERVICE = "SVC"
# of the open claim
HELD = frozenset({SERVICE, "CAS", "DTM", "AMT", "NM1", "REF", "LQ", "MIA", "MOA"})
ONE_CAS = 4  # tag and one adjustment without a quantity
UNITS = 5  # SVC05
QUALIFIED_SENT = 2  # tag and qualifier
# by tag the qualifiers that are looked at; of others only that they were there
IN_CLAIM = {
    "DTM": frozenset(DAYS),
    "NM1": frozenset(CLAIM_NAMES),
    "REF": frozenset(CLAIM_REFERENCES),
    "LQ": frozenset(REMARK_LISTS),
}
IN_SERVICE = IN_CLAIM | {"REF": frozenset({LINE_CONTROL}), "AMT": frozenset[str]()}


class OpenPart(Draft):
    """What a claim and a service have in common: two amounts, adjustments, remarks, two days."""

    elements: list[str]  # of CLP or SVC
    charge: Money
    paid: Money
    adjustments: list[Adjustment]
    remarks: list[Code]
    start: Day = None
    end: Day = None
    line_control: str = ""
    share: Money | None = None  # of the patient

    @property
    def period(self) -> Period | None:
        """The days; None when neither was sent."""
        return Period(self.start, self.end) if self.start or self.end else None


class RemittanceClaims(RemittanceValues):
    """What a remittance is told about its claims."""

    def __init__(self) -> None:
        super().__init__()
        self._held: list[Raw] = []  # the open claim: CLP, and what stands behind it
        self._hold = self._held.append
        self._begin_claims()

    def _begin_claims(self) -> None:
        self._held.clear()
        self._claims: list[ClaimPayment] = []
        self._begin_claim()

    def _begin_claim(self) -> None:
        self._claim: OpenPart | None = None  # once its own part is read
        self._services: list[Service] = []
        self._references: list[Reference] = []
        self._supplemental: dict[str, Money] = {}

    def _clp(self, segment: Raw) -> None:
        self._close_claim()
        self._hold(segment)

    def _svc(self, _segment: Raw) -> None:
        self._pass_over(SERVICE, "")  # of no claim

    def _close_claim(self) -> None:
        """Read what is held: a claim, then each of its services."""
        if not self._held:
            return
        held = self._held[:]
        self._held.clear()
        starts = [at for at, one in enumerate(held) if one.elements[0] == SERVICE]
        first = starts[0] if starts else len(held)
        claim = self._claim = self._claim_part(held[0], held[1:first])
        for start, stop in pairwise((*starts, len(held))):
            self._services.append(self._service(held[start], held[start + 1 : stop]))
        self._claims.append(self._claim_payment(claim))
        self._begin_claim()

    def _claim_part(self, segment: Raw, others: list[Raw]) -> OpenPart:
        sent = padded(segment)
        for element in (1, 2):
            if not sent[element].strip():
                self._found(rules.REQUIRED_MISSING, segment, element)
        money = self._known_money
        charge = money.get(sent[3]) or self._money(segment, 3, sent[3])
        paid = money.get(sent[4]) or self._money(segment, 4, sent[4])
        part = OpenPart(sent, charge, paid, [], [])
        if sent[5]:
            part.share = money.get(sent[5]) or self._money(segment, 5, sent[5])
        self._fill(part, others, in_service=False)
        return part

    def _claim_payment(self, part: OpenPart) -> ClaimPayment:
        sent = part.elements
        return ClaimPayment(
            sent[1].strip(),
            sent[2].strip(),
            part.charge,
            part.paid,
            part.share,
            sent[7].strip(),
            sent[6].strip(),
            sent[8].strip(),
            sent[9].strip(),
            part.period,
            tuple(part.adjustments),
            tuple(part.remarks),
            self._supplemental,
            tuple(self._services),
            tuple(self._references),
        )

    def _service(self, segment: Raw, others: list[Raw]) -> Service:
        sent = segment.elements
        if len(sent) <= UNITS:
            sent = padded(segment)
        money, code = self._known_money, sent[1]
        procedure = self._known_procedures.get(code) or self._procedure(segment, code)
        charge = money.get(sent[2]) or self._money(segment, 2, sent[2])
        paid = money.get(sent[3]) or self._money(segment, 3, sent[3])
        units = self._known_numbers.get(sent[UNITS]) or self._number(segment, UNITS, sent[UNITS])
        part = OpenPart(sent, charge, paid, [], [])
        self._fill(part, others, in_service=True)
        return Service(
            procedure[0],
            charge,
            paid,
            units,
            procedure[1],
            sent[4],
            part.period,
            part.line_control,
            tuple(part.adjustments),
            tuple(part.remarks),
        )

    def _fill(self, part: OpenPart, segments: list[Raw], *, in_service: bool) -> None:
        """Read the segments behind the first one of a part."""
        money, reasons, passed = self._known_money, self._known_reasons, self._passed
        days, taken = self._known_days, IN_SERVICE if in_service else IN_CLAIM
        for segment in segments:
            sent = segment.elements
            tag = sent[0]
            if tag == "CAS":
                if len(sent) == ONE_CAS:  # most hold one adjustment
                    _tag, group, why, text = sent
                    reason = reasons.get(why) or self._reason(why)
                    amount = money.get(text) or self._money(segment, 3, text)
                    part.adjustments.append(Adjustment(group, reason, amount))
                else:
                    part.adjustments += self._triples(segment)
            elif len(sent) <= QUALIFIED_SENT:
                self._fill_other(part, segment, in_service=in_service)
            elif tag == "DTM" and sent[1] in DAYS:
                starts, ends = DAYS[sent[1]]
                day = days.get(sent[2]) or self._date(segment, 2, sent[2])
                part.start = day if starts else part.start
                part.end = day if ends else part.end
            elif tag in taken and sent[1] not in taken[tag]:
                if (tag, sent[1]) not in passed:
                    self._pass_over(tag, sent[1])
            else:
                self._fill_other(part, segment, in_service=in_service)

    def _fill_other(self, part: OpenPart, segment: Raw, *, in_service: bool) -> None:
        """Read a segment of which there are few, or pass over it."""
        sent = padded(segment)
        tag, qualifier = sent[0], sent[1]
        match tag:
            case "DTM" if qualifier in DAYS:  # without a day
                starts, ends = DAYS[qualifier]
                part.start = None if starts else part.start
                part.end = None if ends else part.end
            case "AMT" if qualifier and not in_service:
                self._supplemental[qualifier] = self._money(segment, 2, sent[2])
            case "NM1" if qualifier in CLAIM_NAMES:
                self._name(*CLAIM_NAMES[qualifier], sent)
            case "REF" if in_service and qualifier == LINE_CONTROL:
                part.line_control = segment.get(2).strip()
            case "REF" if not in_service and qualifier in CLAIM_REFERENCES and sent[2].strip():
                kind = CLAIM_REFERENCES[qualifier]
                self._references.append(Reference(kind, segment.get(2).strip()))
            case "LQ" if qualifier in REMARK_LISTS and sent[2]:
                part.remarks.append(Code(REMARK_LISTS[qualifier], sent[2].strip()))
            case "MIA":
                self._remark(part, sent, MIA_REMARKS)
            case "MOA":
                self._remark(part, sent, MOA_REMARKS)
            case _:
                self._pass_over(tag, qualifier)

    def _triples(self, segment: Raw) -> Iterator[Adjustment]:
        """CAS01 is the group of up to six triples: reason, amount, quantity."""
        sent = padded(segment)
        for at in CAS_TRIPLES:
            if sent[at]:
                amount = self._money(segment, at + 1, sent[at + 1])
                units = self._number(segment, at + 2, sent[at + 2])
                yield Adjustment(sent[1], self._reason(sent[at]), amount, units)

    def _name(self, kind: str, schemes: tuple[str, ...], sent: list[str]) -> None:
        """Patient, insured and corrected insured are dropped; of others the number only."""
        value = sent[9].strip()
        if value and sent[8] in schemes:
            self._references.append(Reference(kind, value))
        else:
            self._pass_over("NM1", sent[1])

    def _remark(self, part: OpenPart, sent: list[str], elements: tuple[int, ...]) -> None:
        """Take remarks on the claim as a whole."""
        remarks = (sent[element].strip() for element in elements)
        (self._claim or part).remarks += [Code("RARC", one) for one in remarks if one]
