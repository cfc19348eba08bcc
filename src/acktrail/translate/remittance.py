"""X12 835 (005010X221A1) -> remittance: one payment and what it is for.

In code and not by a map: the CAS triples, the PLB pairs and the qualified services are one shape
each, and this is the largest message there is. Names, member and tax numbers of persons, free text
and addresses never enter (docs/canonical.md, Minimisation); what is passed over is named in
``ext`` by its address. Balancing is the reader's (SNIP 3).
"""

from typing import cast

from acktrail.documents.kinds import Document, Remittance
from acktrail.documents.parts import (
    Adjustment,
    Code,
    Identifier,
    Money,
    Party,
    Payment,
)
from acktrail.model import Finding, MessageHead, Place, Severity
from acktrail.ports import Segment, Take
from acktrail.translate import rules
from acktrail.translate.remittance_claims import HELD, RemittanceClaims
from acktrail.translate.remittance_codes import (
    DEBIT,
    DOLLARS,
    FRAMING,
    PARTY_IDS,
    PARTY_REFERENCES,
    PARTY_ROLES,
    PLB_PAIRS,
    PRODUCTION,
    REQUIRED,
)
from acktrail.translate.remittance_values import Day, Raw, padded
from acktrail.translate.shapes import OTHER, Values
from acktrail.translate.values import check_digit_fails, clean

PAYER = "PAYER"
CLAIM_LOOPS = frozenset({"2100", "2110"})


class RemittanceTranslator(RemittanceClaims):
    """Translates one 835 at a time; a claim is made when the next one, PLB or the end comes."""

    def __init__(self) -> None:
        super().__init__()
        self._clear()
        takes = {
            "BPR": self._bpr,
            "TRN": self._trn,
            "CUR": self._cur,
            "DTM": self._dtm,
            "N1": self._n1,
            "REF": self._ref,
            "CLP": self._clp,
            "SVC": self._svc,
            "PLB": self._plb,
        }
        self._take = cast("dict[str, Take]", takes)

    def start(self, head: MessageHead) -> None:
        """Begin a message."""
        del head
        self._building.begin(DOLLARS)
        self._clear()

    def taker(self, loop: str, tag: str) -> Take | None:
        """Return what takes the segments of one place; None for those that say nothing."""
        if not loop:
            return self.segment  # at no place of a guide: what is open decides
        if loop in CLAIM_LOOPS and tag in HELD:  # in both, behind the CLP that opens the claim
            return cast("Take", self._hold)
        return None if tag in FRAMING else self._take.get(tag, self._skip)

    def segment(self, segment: Segment) -> None:
        """Take the next segment."""
        tag = segment.tag
        if self._held and tag in HELD:
            self._hold(cast("Raw", segment))
        elif tag not in FRAMING:
            self._take.get(tag, self._skip)(segment)

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
        self._known_procedures.clear()  # another set may have other delimiters
        self._passed.clear()
        self._payment: Values = {}
        self._produced: Day = None
        self._party: Values = {}
        self._parties: list[Party] = []
        self._adjustments: list[Adjustment] = []
        self._begin_claims()

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

    def _skip(self, segment: Segment) -> None:
        self._pass_over(segment.tag, segment.get(1))

    def _bpr(self, segment: Raw) -> None:
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

    def _trn(self, segment: Raw) -> None:
        sent = padded(segment)
        self._payment |= {"trace": sent[2].strip(), "payer": sent[3].strip()}

    def _cur(self, segment: Raw) -> None:
        sent = padded(segment)
        self._building.currency = sent[2].strip() or DOLLARS
        self._known_money.clear()

    def _n1(self, segment: Raw) -> None:
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

    def _clp(self, segment: Raw) -> None:
        self._close_party()
        super()._clp(segment)

    def _dtm(self, segment: Raw) -> None:
        sent = padded(segment)
        if sent[1] == PRODUCTION:
            self._produced = self._date(segment, 2, sent[2])
        else:
            self._pass_over("DTM", sent[1])

    def _ref(self, segment: Raw) -> None:
        sent = padded(segment)
        qualifier, value = sent[1], segment.get(2).strip()
        if self._party and qualifier in PARTY_REFERENCES:
            self._add_id(segment, 2, PARTY_REFERENCES[qualifier], value)
        else:
            self._pass_over("REF", qualifier)

    def _plb(self, segment: Raw) -> None:
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
