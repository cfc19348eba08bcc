"""X12 837 (P X222A1, I X223A2, D X224A2) -> claim: one document for each loop 2300.

HL02 says under which level one stands: a claim hangs under the subscriber (2000B, who is the
patient when SBR02 is 18) or under the patient (2000C), and inherits batch, billing provider,
subscriber and payer. Loops 2310, 2330C and on, 2420 and 2440 give numbers of providers only.
"""

from acktrail.documents.health import Claim
from acktrail.documents.kinds import Document
from acktrail.documents.parts import Code, DateRole, Party, Reference
from acktrail.ports import Segment
from acktrail.translate import rules
from acktrail.translate.claim_codes import (
    ADJUDICATED,
    DATES,
    DIAGNOSES,
    FUNCTIONS,
    ORIGINAL_NUMBER,
    PAYER_IDS,
    PAYER_REFERENCES,
    PROVIDERS,
    REFERENCES,
    REISSUED,
    SELF,
    STATEMENT,
)
from acktrail.translate.claim_lines import LineTranslator
from acktrail.translate.claim_parts import (
    OpenClaim,
    OpenPayer,
    Scope,
)
from acktrail.translate.health import DOLLARS, Day, Take, remember
from acktrail.translate.remittance_codes import MIA_REMARKS, MOA_REMARKS

PROVIDER_LOOPS = ("2310A", "2310B", "2310C", "2310D", "2310E", "2310F")
TAX_ID = "EI"
MEMBER = "1W"


class ClaimTranslator(LineTranslator):
    """Translates one 837 at a time."""

    def _takes(self) -> dict[str, Take]:
        return {
            "BHT": self._bht,
            "1000ANM1": self._submitter,
            "1000BNM1": self._receiver,
            **{f"{loop}HL": self._hl for loop in ("2000A", "2000B", "2000C")},
            "2000ACUR": self._cur,
            "2010AANM1": self._billing,
            "2010AAREF": self._billing_ref,
            "2000BSBR": self._sbr,
            "2000CPAT": self._pat,
            "2010BANM1": self._subscriber,
            "2010CAREF": self._patient_ref,
            "2010BBNM1": self._payer,
            **self._claim_takes(),
            **self._payer_takes(),
            **self._line_takes(),
        }

    def _claim_takes(self) -> dict[str, Take]:
        return {
            "2300CLM": self._clm,
            "2300DTP": self._claim_dtp,
            "2300AMT": self._claim_amt,
            "2300REF": self._claim_ref,
            "2300HI": self._hi,
            **{f"{loop}NM1": self._claim_party for loop in PROVIDER_LOOPS},
        }

    def _payer_takes(self) -> dict[str, Take]:
        return {
            "2320SBR": self._other_sbr,
            "2320CAS": self._other_cas,
            "2320AMT": self._other_amt,
            "2320MIA": lambda segment, sent: self._remarks(segment, sent, MIA_REMARKS),
            "2320MOA": lambda segment, sent: self._remarks(segment, sent, MOA_REMARKS),
            "2330BNM1": self._other_name,
            "2330BDTP": self._other_dtp,
            "2330BREF": self._other_ref,
        }

    def _begin(self) -> None:
        self._batch = self._purpose = self._use = ""
        self._issued: Day = None
        self._places: dict[str, tuple[str, str, str]] = {}  # CLM05 by its text
        self._header = Scope()
        self._scope = self._header
        self._scopes: dict[str, Scope] = {}  # by HL01
        self._begin_lines()
        self._documents: list[Document] = []

    def _end(self) -> tuple[Document, ...]:
        self._close_claim()
        self._required(self._batch, "BHT03")
        return tuple(self._documents)

    # ---------------------------------------------------------------- batch and levels

    def _bht(self, segment: Segment, sent: list[str]) -> None:
        self._purpose, self._batch, self._use = sent[2], sent[3].strip(), sent[6]
        self._issued = self._day(segment, 4, sent[4])
        self._ext = self._header.ext

    def _submitter(self, segment: Segment, sent: list[str]) -> None:
        self._header.parties += self._of_role("SUBMITTER", segment, sent)

    def _receiver(self, segment: Segment, sent: list[str]) -> None:
        self._header.parties += self._of_role("RECEIVER", segment, sent)

    def _hl(self, _segment: Segment, sent: list[str]) -> None:
        """Open a level under the one that HL02 names."""
        self._close_claim()
        self._scope = self._scopes.get(sent[2].strip(), self._header).inner()
        self._scopes[sent[1].strip()] = self._scope
        self._ext = self._scope.ext

    def _cur(self, _segment: Segment, sent: list[str]) -> None:
        self._pay_in(sent[2].strip() or DOLLARS)

    def _billing(self, segment: Segment, sent: list[str]) -> None:
        """Who bills is known by its number; without an NPI by the tax number that follows."""
        self._scope.ids = self._named(segment, sent)
        self._scope.parties.append(Party("BILLING_PROVIDER", self._scope.ids))

    def _billing_ref(self, segment: Segment, sent: list[str]) -> None:
        if sent[1] != TAX_ID or not self._scope.parties:
            self._pass_over(segment, sent)
            return
        scope = self._scope
        tax = self._id(segment, 2, "TIN", sent[2])
        scope.ids = scope.ids + tax
        scope.parties[-1] = Party("BILLING_PROVIDER", scope.ids)

    def _sbr(self, _segment: Segment, sent: list[str]) -> None:
        self._scope.sequence, self._scope.relation, self._scope.filing = sent[1], sent[2], sent[9]

    def _pat(self, _segment: Segment, sent: list[str]) -> None:
        self._scope.relation = sent[1]

    def _subscriber(self, _segment: Segment, sent: list[str]) -> None:
        self._scope.subscriber = self._person(sent[9])

    def _patient_ref(self, segment: Segment, sent: list[str]) -> None:
        if sent[1] == MEMBER:
            self._scope.patient = self._person(sent[2])
        else:
            self._pass_over(segment, sent)

    def _payer(self, segment: Segment, sent: list[str]) -> None:
        party = self._party("PAYER", segment, sent, named=True)
        if party is not None:
            scope = self._scope
            scope.parties.append(party)
            scope.payer = party.ids if scope.payer is None else scope.payer

    # ---------------------------------------------------------------- the claim

    def _clm(self, segment: Segment, sent: list[str]) -> None:
        self._close_claim()
        number = sent[1].strip()
        if not number:
            self._found(rules.REQUIRED_MISSING, segment, 1)
        where = sent[5]
        place = self._places.get(where)
        if place is None:
            place = segment.get(5, 1), segment.get(5, 2), segment.get(5, 3)
            remember(self._places, where, place)
        claim = OpenClaim(number, self._money(segment, 2, sent[2]), self._scope, *place)
        self._claim, self._ext = claim, claim.ext

    def _claim_dtp(self, segment: Segment, sent: list[str]) -> None:
        claim = self._claim
        if claim is None:
            return
        if sent[1] == STATEMENT:
            claim.statement = self._dtp(segment, sent)
        elif sent[1] in DATES and sent[2] != "TM":  # only an hour is no date
            period = self._dtp(segment, sent)
            if period is not None and period.start is not None:
                claim.dates.append(DateRole(DATES[sent[1]], period.start))
        else:
            self._pass_over(segment, sent)

    def _claim_amt(self, segment: Segment, sent: list[str]) -> None:
        if self._claim is not None:
            self._claim.amounts[sent[1]] = self._money(segment, 2, sent[2])

    def _claim_ref(self, segment: Segment, sent: list[str]) -> None:
        kind, value = REFERENCES.get(sent[1]), sent[2].strip()
        if self._claim is None or kind is None:
            self._pass_over(segment, sent)
            return
        self._claim.references.append(Reference(kind, value))
        if sent[1] == ORIGINAL_NUMBER:
            self._claim.original = value

    def _hi(self, segment: Segment, sent: list[str]) -> None:
        """Diagnoses are counted and never kept; procedures, dates and conditions of HI neither."""
        if segment.get(1, 1) in DIAGNOSES and self._claim is not None:
            self._claim.diagnoses += len(sent) - 1 - sent.count("")
        else:
            self._pass_over(segment, sent)

    def _claim_party(self, segment: Segment, sent: list[str]) -> None:
        role = PROVIDERS.get(sent[1])
        if self._claim is None or role is None:
            self._pass_over(segment, sent)
        else:
            self._claim.parties += self._of_role(role, segment, sent)

    # ---------------------------------------------------------------- other payers

    def _other_sbr(self, _segment: Segment, sent: list[str]) -> None:
        if self._claim is not None:
            self._claim.payers.append(OpenPayer(sent[1], sent[2], sent[9]))

    @property
    def _other(self) -> OpenPayer | None:
        return self._claim.payers[-1] if self._claim is not None and self._claim.payers else None

    def _other_cas(self, segment: Segment, sent: list[str]) -> None:
        if self._other is not None:
            self._other.adjustments += self._adjustments(segment, sent)

    def _other_amt(self, segment: Segment, sent: list[str]) -> None:
        if self._other is not None:
            self._other.amounts[sent[1]] = self._money(segment, 2, sent[2])

    def _remarks(self, segment: Segment, sent: list[str], elements: tuple[int, ...]) -> None:
        if self._other is not None:
            remarks = (segment.get(element).strip() for element in elements)
            self._other.remarks += [Code("RARC", one) for one in remarks if one]
        if not any(sent[element] for element in elements if element < len(sent)):
            self._pass_over(segment, sent)

    def _other_name(self, segment: Segment, sent: list[str]) -> None:
        if self._other is not None:
            self._other.ids = self._named(segment, sent)

    def _other_dtp(self, segment: Segment, sent: list[str]) -> None:
        if self._other is not None and sent[1] == ADJUDICATED:
            self._other.on = self._day(segment, 3, sent[3])
        else:
            self._pass_over(segment, sent)

    def _other_ref(self, segment: Segment, sent: list[str]) -> None:
        payer = self._other
        if payer is None:
            return
        if sent[1] in PAYER_REFERENCES:
            payer.references.append(Reference(PAYER_REFERENCES[sent[1]], sent[2].strip()))
        elif sent[1] in PAYER_IDS:
            payer.ids += self._id(segment, 2, PAYER_IDS[sent[1]], sent[2])
        else:
            self._pass_over(segment, sent)

    # ---------------------------------------------------------------- closing

    def _close_claim(self) -> None:
        self._settle()
        claim, self._claim = self._claim, None
        if claim is not None:
            self._documents.append(self._document(claim))

    def _document(self, claim: OpenClaim) -> Document:
        scope = claim.scope
        payer = scope.payer or ()
        payload = Claim(
            self._type,
            claim.number,
            claim.charge,
            claim.frequency,
            claim.facility,
            claim.facility_list,
            scope.sequence,
            scope.filing,
            scope.relation,
            scope.subscriber,
            scope.subscriber if scope.relation == SELF else scope.patient,
            claim.statement,
            claim.diagnoses,
            claim.amounts,
            tuple(claim.lines),
            tuple([one.close() for one in claim.payers]),
        )
        function = FUNCTIONS.get(claim.frequency, "ORIGINAL")
        if self._purpose == REISSUED and function == "ORIGINAL":
            function = "DUPLICATE"
        return Document(
            kind="claim",
            id=claim.number,
            key=(
                *(scope.ids[0].value if scope.ids else "", payer[0].value if payer else ""),
                *(claim.number, claim.frequency, claim.original),
            ),
            payload=payload,
            function=function,
            issued=self._issued,
            type_code=self._use,
            currency=self._building.currency,
            parties=(*scope.parties, *claim.parties),
            references=(Reference("BATCH", self._batch), *claim.references),
            dates=tuple(claim.dates),
            ext={**scope.ext, **claim.ext},
        )
