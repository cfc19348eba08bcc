"""X12 270 -> eligibility_inquiry, 271 -> eligibility_response (X279A1).

One document for each subscriber (2000C) or dependent (2000D) of whom something is asked or said;
a 271 that fails before it comes to a person is one document with its rejections. Persons are
pseudonyms; MSG, free text, never enters.
"""

from acktrail.documents.health import (
    Benefit,
    EligibilityAnswer,
    EligibilityInquiry,
    Question,
    Rejection,
)
from acktrail.documents.kinds import Document
from acktrail.documents.parts import DateRole, Identifier, Party, Reference
from acktrail.ports import Segment
from acktrail.translate.health import (
    SOCIAL_SECURITY,
    Day,
    Fields,
    HealthTranslator,
    Hide,
    Take,
    frozen,
)

REFERENCES = {
    "18": "PLAN",
    "1L": "GROUP_POLICY",
    "6P": "GROUP",
    "9F": "REFERRAL",
    "G1": "AUTHORISATION",
    "CE": "CONTRACT_CLASS",
    "CT": "CONTRACT",
    "EJ": "PATIENT_ACCOUNT",
    "F6": "HEALTH_INSURANCE_CLAIM",
    "HJ": "CARD",
    "IG": "INSURANCE_POLICY",
    "N6": "PLAN_NETWORK",
    "ALS": "ALTERNATIVE_LIST",
    "CLI": "COVERAGE_LIST",
    "FO": "FORMULARY",
    "M7": "MEDICAL_ASSISTANCE",
}
PERSONAL = frozenset({"F6", "HJ", "IG", "EJ"})  # numbers that are a person's: pseudonyms
DATES = {
    "096": "DISCHARGED",
    "291": "PLAN",
    "292": "BENEFIT",
    "295": "PRIMARY_CARE",
    "304": "LAST_SEEN",
    "307": "ELIGIBILITY",
    "318": "ADDED",
    "346": "PLAN_BEGIN",
    "347": "PLAN_END",
    "348": "BENEFIT_BEGIN",
    "349": "BENEFIT_END",
    "356": "ELIGIBILITY_BEGIN",
    "357": "ELIGIBILITY_END",
    "435": "ADMITTED",
    "472": "SERVICE",
    "636": "LAST_UPDATED",
    "193": "PERIOD_START",
    "194": "PERIOD_END",
    "198": "COMPLETION",
    "290": "COORDINATION_OF_BENEFITS",
    "340": "COBRA_BEGIN",
    "341": "COBRA_END",
    "342": "PREMIUM_PAID_TO_BEGIN",
    "343": "PREMIUM_PAID_TO_END",
    "382": "ENROLLED",
    "771": "STATUS",
}
PLAN = "291"
ACTIVE = frozenset("12345")  # EB01
INACTIVE = frozenset("678")
HEALTH_PLAN = "30"  # EB03
LEVELS = {"A": "SOURCE", "B": "RECEIVER", "C": "SUBSCRIBER", "D": "DEPENDENT"}
BENEFIT_LOOP = "2110"


class EligibilityTranslator(HealthTranslator):
    """Translates one 270 or 271 at a time."""

    def __init__(self, hide: Hide | None, kind: str) -> None:
        """Start with nothing; ``kind`` is that of the documents."""
        self._kind = kind
        super().__init__(hide)

    def _takes(self) -> dict[str, Take]:
        takes: dict[str, Take] = {
            "BHT": self._bht,
            **{f"2000{one}HL": self._hl for one in "ABCD"},
            "2100ANM1": lambda segment, sent: self._outer("PAYER", segment, sent),
            "2100BNM1": lambda segment, sent: self._outer("RECEIVER", segment, sent),
            "2100CNM1": self._subscriber,
            **{f"{loop}AAA": self._aaa for loop in ("2000A", "2100A", "2100B")},
        }
        for one in "CD":
            takes |= {
                f"2000{one}TRN": self._trn,
                f"2100{one}REF": self._person_ref,
                f"2100{one}DTP": self._person_date,
                f"2100{one}AAA": self._aaa,
                f"2110{one}EQ": self._eq,
                f"2110{one}EB": self._eb,
                f"2110{one}REF": self._ref,
                f"2110{one}DTP": self._date,
                f"2110{one}AAA": self._aaa,
                f"2120{one}NM1": self._related,
            }
        return takes

    def _begin(self) -> None:
        self._batch = self._purpose = ""
        self._issued: Day = None
        self._parties: dict[str, Party] = {}
        self._ids: tuple[Identifier, ...] = ()
        self._person_fields: Fields = {}
        self._item: Fields = {}
        self._found_people: list[tuple[Fields, tuple[Party, ...]]] = []
        self._failed: list[Rejection] = []

    def _end(self) -> tuple[Document, ...]:
        self._required(self._batch, "BHT03")
        said = ("traces", "items", "rejections")
        people = [one for one in self._found_people if any(one[0].get(name) for name in said)]
        if self._failed:
            people.append(({"rejections": self._failed}, tuple(self._parties.values())))
        return tuple([self._document(fields, parties) for fields, parties in people])

    def _bht(self, segment: Segment, sent: list[str]) -> None:
        self._purpose, self._batch = sent[2], sent[3].strip()
        self._issued = self._day(segment, 4, sent[4])

    def _hl(self, _segment: Segment, sent: list[str]) -> None:
        """Open a person: subscriber (22) or, under one, dependent (23)."""
        relation = {"22": "SELF", "23": "DEPENDENT"}.get(sent[3])
        if relation is None:
            return
        self._item = {}
        if relation == "SELF":
            self._ids = ()
        self._person_fields = {"relation": relation, "subscriber": self._ids}
        self._found_people.append((self._person_fields, tuple(self._parties.values())))

    def _outer(self, role: str, segment: Segment, sent: list[str]) -> None:
        party = self._party(role, segment, sent, named=role == "PAYER" and sent[2] == "2")
        if party is None:
            self._pass_over(segment, sent)
        else:
            self._parties[role] = party

    def _subscriber(self, _segment: Segment, sent: list[str]) -> None:
        self._ids = self._person(sent[9])
        self._person_fields["subscriber"] = self._person_fields["patient"] = self._ids

    def _trn(self, _segment: Segment, sent: list[str]) -> None:
        self._person_fields.setdefault("traces", []).append(sent[2].strip())

    def _aaa(self, segment: Segment, sent: list[str]) -> None:
        loop = segment.loop
        level = "BENEFIT" if loop.startswith(BENEFIT_LOOP) else LEVELS.get(loop[-1:], "")
        rejection = Rejection(level, sent[3], sent[4], sent[1])
        if level in ("SOURCE", "RECEIVER"):
            self._failed.append(rejection)
        else:
            self._person_fields.setdefault("rejections", []).append(rejection)

    def _reference(self, sent: list[str]) -> Reference | None:
        """Return a reference; of a number that is a person's its pseudonym."""
        kind, value = REFERENCES.get(sent[1]), sent[2].strip()
        if kind is None:
            return None
        if sent[1] in PERSONAL:
            hidden = self._person(value)
            return Reference(kind, hidden[0].value) if hidden else None
        return Reference(kind, value)

    def _person_ref(self, segment: Segment, sent: list[str]) -> None:
        self._refer(self._person_fields, segment, sent)

    def _ref(self, segment: Segment, sent: list[str]) -> None:
        self._refer(self._item, segment, sent)

    def _refer(self, fields: Fields, segment: Segment, sent: list[str]) -> None:
        reference = self._reference(sent)
        if reference is None:
            self._pass_over(segment, sent)
        else:
            fields.setdefault("references", []).append(reference)

    def _person_date(self, segment: Segment, sent: list[str]) -> None:
        if sent[1] == PLAN and self._kind == "eligibility_inquiry":
            self._person_fields["on"] = self._dtp(segment, sent)
        else:
            self._dated(self._person_fields, segment, sent)

    def _date(self, segment: Segment, sent: list[str]) -> None:
        if self._kind == "eligibility_inquiry":
            self._item["on"] = self._dtp(segment, sent)
        else:
            self._dated(self._item, segment, sent)

    def _dated(self, fields: Fields, segment: Segment, sent: list[str]) -> None:
        """Note a day; of a range both ends, the raw text saying that they belong together."""
        kind, period = DATES.get(sent[1]), None
        if kind is not None:
            period = self._dtp(segment, sent)
        if kind is None or period is None or period.start is None:
            self._pass_over(segment, sent)
            return
        dates = fields.setdefault("dates", [])
        if period.end is None or period.end == period.start:
            dates.append(DateRole(kind, period.start))
        else:
            dates.append(DateRole(f"{kind}_BEGIN", period.start))
            dates.append(DateRole(f"{kind}_END", period.end))

    def _repeated(self, segment: Segment, element: int) -> tuple[str, ...]:
        count = segment.repetitions(element)
        return tuple(segment.get(element, 0, one).strip() for one in range(1, min(count, 99) + 1))

    def _eq(self, segment: Segment, sent: list[str]) -> None:
        self._item = {
            "service_types": self._repeated(segment, 1),
            "procedure": self._procedure(segment, 2, sent),
            "level": sent[3],
            "insurance_type": sent[4],
        }
        self._person_fields.setdefault("items", []).append(self._item)

    def _eb(self, segment: Segment, sent: list[str]) -> None:
        self._item = {
            "information": sent[1],
            "level": sent[2],
            "service_types": self._repeated(segment, 3),
            "insurance_type": sent[4],
            "plan": segment.get(5).strip(),
            "period": sent[6],
            "amount": self._amount(segment, 7, sent[7]),
            "percent": self._number(segment, 8, sent[8]),
            "quantity_of": sent[9],
            "quantity": self._number(segment, 10, sent[10]),
            "authorisation": sent[11],
            "in_network": sent[12],
            "procedure": self._procedure(segment, 13, sent),
        }
        self._person_fields.setdefault("items", []).append(self._item)

    def _related(self, segment: Segment, sent: list[str]) -> None:
        """Whom to ask or go to: an organisation by name and number; a person by NPI only."""
        organisation = sent[2] == "2"
        if sent[8] != "XX" and (not organisation or sent[8] in ("MI", "II", SOCIAL_SECURITY)):
            self._pass_over(segment, sent)
            return
        party = self._party(f"RELATED_{sent[1]}", segment, sent, named=organisation)
        if party is None:
            self._pass_over(segment, sent)
        else:
            self._item.setdefault("parties", []).append(party)

    def _document(self, fields: Fields, parties: tuple[Party, ...]) -> Document:
        traces = tuple(fields.get("traces", ()))
        payer = next((one for one in parties if one.role == "PAYER" and one.ids), None)
        return Document(
            kind=self._kind,
            id=traces[0] if traces else self._batch,
            key=(payer.ids[0].value if payer else "", self._batch, traces[0] if traces else ""),
            payload=self._payload(fields, traces),
            issued=self._issued,
            type_code=self._purpose,
            parties=parties,
            references=(Reference("BATCH", self._batch), *fields.get("references", ())),
            dates=tuple(fields.get("dates", ())),
            ext=self._ext,
        )

    def _payload(
        self, fields: Fields, traces: tuple[str, ...]
    ) -> EligibilityInquiry | EligibilityAnswer:
        items = [frozen(one) for one in fields.get("items", ())]
        person = (
            *(traces, fields.get("relation", ""), fields.get("subscriber", ())),
            fields.get("patient", ()),
        )
        if self._kind == "eligibility_inquiry":
            questions = tuple([Question(**one) for one in items])
            return EligibilityInquiry(*person, fields.get("on"), questions)
        benefits = tuple([Benefit(**one) for one in items])
        rejections = tuple(fields.get("rejections", ()))
        return EligibilityAnswer(*person, active(benefits), benefits, rejections)


def active(benefits: tuple[Benefit, ...]) -> bool | None:
    """Tell whether health benefit plan cover (service type 30) is active; None: not said."""
    told = [one for one in benefits if HEALTH_PLAN in one.service_types or not one.service_types]
    if any(one.information in ACTIVE for one in told):
        return True
    return False if any(one.information in INACTIVE for one in told) else None
