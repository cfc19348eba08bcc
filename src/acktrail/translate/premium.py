"""X12 820 of health premiums (005010X218) -> premium_payment: one payment and what it is for.

RMR04 is what is paid, RMR05 what was billed. An organisation's numbers stay; those of persons
(loops 2000B, 2100B, 2300B) become pseudonyms, their names never enter.
"""

from acktrail.documents.health import PremiumAllocation, PremiumPayment
from acktrail.documents.kinds import Document
from acktrail.documents.parts import Adjustment, Code, Money, Party, Payment, Period, Reference
from acktrail.ports import Segment
from acktrail.translate.health import RANGE, SCHEMES, Fields, HealthTranslator, Take, frozen
from acktrail.translate.values import clean

ROLES = {"PE": "PAYEE", "PR": "PAYER"}
REFERENCE_KINDS = {  # RMR01
    "11": "ACCOUNT",
    "1L": "GROUP_POLICY",
    "9J": "PENSION_CONTRACT",
    "AZ": "HEALTH_POLICY",
    "B7": "LIFE_POLICY",
    "CT": "CONTRACT",
    "ID": "INSURANCE_CERTIFICATE",
    "IG": "INSURANCE_POLICY",
    "IK": "INVOICE",
    "KW": "CERTIFICATION",
}
REFERENCES = {
    "14": "MASTER_ACCOUNT",
    "17": "CLIENT_CATEGORY",
    "18": "PLAN",
    "2F": "CONSOLIDATED_INVOICE",
    "38": "MASTER_POLICY",
    "72": "SCHEDULE",
    "LB": "LOCKBOX",
    "E9": "ATTACHMENT",
    "LU": "LOCATION",
}
PERIOD = "582"
DEBIT = "D"


class PremiumTranslator(HealthTranslator):
    """Translates one 820 at a time."""

    def _takes(self) -> dict[str, Take]:
        takes: dict[str, Take] = {
            "BPR": self._bpr,
            "TRN": self._trn,
            "CUR": self._cur,
            "REF": self._header_ref,
            "DTM": self._header_period,
            "1000AN1": self._n1,
            "1000BN1": self._n1,
            "2100BNM1": self._name,
            "2315ASLN": self._sln,
        }
        for one in "AB":
            takes |= {
                f"2000{one}ENT": self._ent,
                f"2200{one}ADX": self._earlier,
                f"2300{one}RMR": self._rmr,
                f"2300{one}REF": self._ref,
                f"2300{one}DTM": self._period_of,
                f"2320{one}ADX": self._adx,
            }
        return takes

    def _begin(self) -> None:
        self._payment: Fields = {}
        self._whole: Period | None = None  # that the payment is for
        self._parties: list[Party] = []
        self._references: list[Reference] = []
        self._entity: Fields = {}
        self._allocation: Fields = {}
        self._allocations: list[Fields] = []
        self._earlier_ones: list[Adjustment] = []

    def _end(self) -> tuple[Document, ...]:
        sent = self._payment
        for name, address in (("amount", "BPR02"), ("on", "BPR16"), ("trace", "TRN02")):
            self._required(sent.get(name), address)
        if not sent.get("amount") or not sent.get("on") or not sent.get("trace"):
            return ()
        payment = Payment(
            sent["method"], sent["amount"], sent["on"], sent["trace"], sent.get("payer", "")
        )
        payload = PremiumPayment(
            payment,
            sent["handling"],
            self._whole,
            tuple([PremiumAllocation(**frozen(one)) for one in self._allocations]),
            tuple(self._earlier_ones),
        )
        payer = next((one.ids for one in self._parties if one.role == "PAYER"), ())
        document = Document(
            kind="premium_payment",
            id=payment.trace,
            key=(
                payer[0].value if payer else payment.payer,
                *(payment.trace, payment.on.isoformat()),
            ),
            payload=payload,
            issued=payment.on,
            currency=self._building.currency,
            parties=tuple(self._parties),
            references=tuple(self._references),
            ext=self._ext,
        )
        return (document,)

    def _bpr(self, segment: Segment, sent: list[str]) -> None:
        amount = self._money(segment, 2, sent[2])
        if sent[3] == DEBIT:
            amount = Money(-amount.amount, amount.currency)
        self._payment |= {
            "handling": sent[1],
            "amount": amount,
            "method": sent[4],
            "on": self._day(segment, 16, sent[16]),
        }

    def _trn(self, _segment: Segment, sent: list[str]) -> None:
        self._payment |= {"trace": sent[2].strip(), "payer": sent[3].strip()}

    def _cur(self, _segment: Segment, sent: list[str]) -> None:
        """CUR stands behind BPR, so the payment's own currency is put right."""
        self._pay_in(sent[2].strip() or self._building.currency)
        if "amount" in self._payment:
            amount = self._payment["amount"].amount
            self._payment["amount"] = Money(amount, self._building.currency)

    def _header_ref(self, segment: Segment, sent: list[str]) -> None:
        self._refer(self._references, segment, sent)

    def _header_period(self, segment: Segment, sent: list[str]) -> None:
        if sent[1] == PERIOD:
            self._whole = self._period(segment, 6, sent[5], sent[6])
        else:
            self._pass_over(segment, sent)

    def _n1(self, segment: Segment, sent: list[str]) -> None:
        """Who pays and who is paid; the name only of the payer, who is never a person."""
        role = ROLES.get(sent[1], "OTHER")
        ids = self._id(segment, 4, SCHEMES.get(sent[3], "OTHER"), sent[4])
        name = (clean(segment.get(2)) or "") if role == "PAYER" else ""
        self._parties.append(Party(role, ids, name))

    # ---------------------------------------------------------------- entities

    def _ent(self, segment: Segment, sent: list[str]) -> None:
        person = segment.loop == "2000B"
        scheme = SCHEMES.get(sent[3], "OTHER")
        ids = self._person(sent[4]) if person else self._id(segment, 4, scheme, sent[4])
        self._entity = {"level": "INDIVIDUAL" if person else "ORGANISATION", "entity": ids}

    def _name(self, segment: Segment, sent: list[str]) -> None:
        ids = self._person(sent[9])
        if ids:
            self._entity["entity"] = ids
        else:
            self._pass_over(segment, sent)

    def _rmr(self, segment: Segment, sent: list[str]) -> None:
        value = sent[2].strip()
        if self._entity.get("level") == "INDIVIDUAL":
            hidden = self._person(value)
            value = hidden[0].value if hidden else ""
        self._allocation = {
            **self._entity,
            "reference": Reference(REFERENCE_KINDS.get(sent[1], sent[1]), value),
            "paid": self._amount(segment, 4, sent[4]),
            "billed": self._amount(segment, 5, sent[5]),
        }
        self._allocations.append(self._allocation)

    def _ref(self, segment: Segment, sent: list[str]) -> None:
        self._refer(self._allocation.setdefault("references", []), segment, sent)

    def _refer(self, into: list[Reference], segment: Segment, sent: list[str]) -> None:
        if sent[1] in REFERENCES:
            into.append(Reference(REFERENCES[sent[1]], sent[2].strip()))
        else:
            self._pass_over(segment, sent)

    def _period_of(self, segment: Segment, sent: list[str]) -> None:
        if sent[1] == PERIOD and sent[5] == RANGE:
            self._allocation["period"] = self._period(segment, 6, sent[5], sent[6])
        else:
            self._pass_over(segment, sent)

    def _sln(self, segment: Segment, sent: list[str]) -> None:
        number = self._number(segment, 4, sent[4])
        if number is not None:
            heads = self._allocation.setdefault("heads", [])
            heads.append((segment.get(5, 1), number))

    def _adx(self, segment: Segment, sent: list[str]) -> None:
        self._allocation.setdefault("adjustments", []).append(self._adjusted(segment, sent))

    def _earlier(self, segment: Segment, sent: list[str]) -> None:
        self._earlier_ones.append(self._adjusted(segment, sent))

    def _adjusted(self, segment: Segment, sent: list[str]) -> Adjustment:
        return Adjustment("", Code("X12_426", sent[2]), self._money(segment, 1, sent[1]))
