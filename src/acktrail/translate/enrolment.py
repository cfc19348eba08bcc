"""X12 834 (X220A1) -> enrolment: who joins, changes or leaves which cover; one document a set.

Persons are pseudonyms of the numbers that they are sent under (REF*0F, NM109, REF*17, 23): names,
birth dates, addresses, incomes, health and languages never enter. Loops 2310 (provider), 2320
(other cover) and 2100B to 2100H are named in ``ext``. Reporting categories stand between LS*2700
and LE*2700.
"""

from acktrail.documents.health import Coverage, Enrolment, Member, ReportingCategory
from acktrail.documents.kinds import Document
from acktrail.documents.parts import DateRole, Identifier, Party, Reference
from acktrail.ports import Segment
from acktrail.translate import rules
from acktrail.translate.health import SCHEMES, Day, Fields, HealthTranslator, Take, frozen

ROLES = {"P5": "SPONSOR", "IN": "PAYER", "BO": "BROKER", "TV": "ADMINISTRATOR"}
PURPOSES = {"2": "CHANGE", "4": "VERIFY", "RX": "REPLACE"}  # BGN08
FUNCTIONS = {"00": "ORIGINAL", "15": "DUPLICATE", "22": "COPY"}  # BGN01
MAINTENANCE = {  # INS03, HD01
    "001": "CHANGED",
    "002": "DELETED",
    "021": "ADDED",
    "024": "CANCELLED",
    "025": "REINSTATED",
    "026": "CORRECTED",
    "030": "AUDIT",
    "032": "COMPANY_TERMINATED",
}
SUBSCRIBER, MEMBER_NUMBERS = "0F", frozenset({"17", "23", "3H", "F6", "Q4"})
REFERENCES = {
    "1L": "GROUP_POLICY",
    "DX": "DEPARTMENT",
    "38": "MASTER_POLICY",
    "9V": "PAYMENT_CATEGORY",
    "CE": "CONTRACT_CLASS",
    "PID": "PROGRAM",
    "RB": "RATE_CODE",
    "M7": "MEDICAL_ASSISTANCE",
    "ZX": "COUNTY",
    "00": "REPORTED",
    "18": "PLAN",
    "19": "DIVISION",
    "26": "UNION",
    "3L": "BRANCH",
    "6M": "APPLICATION",
    "9X": "ACCOUNT_CATEGORY",
    "GE": "GEOGRAPHIC",
    "LU": "LOCATION",
    "E8": "SERVICE_CONTRACT",
    "XX1": "SPECIAL_PROGRAM",
    "XX2": "SERVICE_AREA",
    "17": "REPORTING_CATEGORY",
}
DATES = {
    "007": "EFFECTIVE",
    "300": "ENROLMENT_SIGNED",
    "303": "CHANGE_EFFECTIVE",
    "336": "EMPLOYMENT_BEGIN",
    "337": "EMPLOYMENT_END",
    "338": "MEDICARE_BEGIN",
    "339": "MEDICARE_END",
    "340": "COBRA_BEGIN",
    "341": "COBRA_END",
    "343": "PREMIUM_PAID_TO_END",
    "348": "BENEFIT_BEGIN",
    "349": "BENEFIT_END",
    "356": "ELIGIBILITY_BEGIN",
    "357": "ELIGIBILITY_END",
    "382": "ENROLLED",
    "388": "PAYMENT_BEGIN",
    "394": "REHIRED",
    "543": "LAST_PREMIUM_PAID",
    "695": "PREVIOUS_PERIOD",
    "090": "REPORT_START",
    "091": "REPORT_END",
    "050": "RECEIVED",
    "286": "RETIRED",
    "296": "RETURN_TO_WORK",
    "297": "LAST_WORKED",
    "301": "COBRA_QUALIFYING",
    "350": "EDUCATION_BEGIN",
    "351": "EDUCATION_END",
}
PREMIUM_AMOUNTS = frozenset({"P3", "C1", "B9", "D2", "EBA", "FK", "R"})  # AMT01
CATEGORY = "75"


class EnrolmentTranslator(HealthTranslator):
    """Translates one 834 at a time."""

    def _takes(self) -> dict[str, Take]:
        return {
            "BGN": self._bgn,
            "DTP": self._header_date,
            "REF": self._header_ref,
            "QTY": self._qty,
            **{f"{loop}N1": self._n1 for loop in ("1000A", "1000B", "1000C")},
            "2000INS": self._ins,
            "2000REF": self._member_ref,
            "2000DTP": lambda segment, sent: self._dated(self._member, segment, sent),
            "2100ANM1": self._name,
            "2100AAMT": lambda segment, sent: self._amt(self._member, segment, sent),
            "2300HD": self._hd,
            "2300DTP": lambda segment, sent: self._dated(self._coverage, segment, sent),
            "2300AMT": lambda segment, sent: self._amt(self._coverage, segment, sent),
            "2300REF": lambda segment, sent: self._refer(self._coverage, segment, sent),
            "2750N1": self._category_name,
            "2750REF": lambda segment, sent: self._refer(self._category, segment, sent),
            "2750DTP": self._category_date,
        }

    def _begin(self) -> None:
        self._header: Fields = {}
        self._counts: dict[str, int] = {}
        self._id_no = self._created = ""
        self._issued: Day = None
        self._function = "ORIGINAL"
        self._parties: list[Party] = []
        self._members: list[Member] = []
        self._member: Fields = {}
        self._coverage: Fields = {}
        self._category: Fields = {}

    def _end(self) -> tuple[Document, ...]:
        self._close_member()
        self._required(self._id_no, "BGN02")
        dates = tuple(self._header.get("dates", ()))
        effective = next((one.on for one in dates if one.kind == "EFFECTIVE"), None)
        payload = Enrolment(
            self._header.get("action", ""), effective, self._counts, tuple(self._members)
        )
        sponsor = next((one.ids for one in self._parties if one.role == "SPONSOR"), ())
        number = sponsor[0].value if sponsor else ""
        document = Document(
            kind="enrolment",
            id=self._id_no,
            key=(number, self._id_no, self._created, payload.action),
            payload=payload,
            function=self._function,
            issued=self._issued,
            parties=tuple(self._parties),
            references=tuple(self._header.get("references", ())),
            dates=dates,
            ext=self._ext,
        )
        return (document,)

    def _bgn(self, segment: Segment, sent: list[str]) -> None:
        self._id_no, self._created = sent[2].strip(), sent[3]
        self._issued = self._day(segment, 3, sent[3])
        self._function = self._coded(FUNCTIONS, segment, 1, sent)
        self._header["action"] = self._coded(PURPOSES, segment, 8, sent)
        if sent[6].strip():
            self._header["references"] = [Reference("PREVIOUS", sent[6].strip())]

    def _coded(self, table: dict[str, str], segment: Segment, element: int, sent: list[str]) -> str:
        """Return the canonical word for a code, which has to be known."""
        word = table.get(sent[element], "")
        if not word:
            rule = rules.UNKNOWN_CODE if sent[element] else rules.REQUIRED_MISSING
            self._found(rule, segment, element)
        return word

    def _header_date(self, segment: Segment, sent: list[str]) -> None:
        self._dated(self._header, segment, sent)

    def _header_ref(self, segment: Segment, sent: list[str]) -> None:
        self._refer(self._header, segment, sent)

    def _qty(self, segment: Segment, sent: list[str]) -> None:
        number = self._count(segment, 2, sent[2])
        if number is not None:
            self._counts[sent[1]] = number

    def _n1(self, segment: Segment, sent: list[str]) -> None:
        ids = self._id(segment, 4, SCHEMES.get(sent[3], "OTHER"), sent[4])
        self._parties.append(Party(ROLES.get(sent[1], "OTHER"), ids))

    # ---------------------------------------------------------------- members

    def _ins(self, segment: Segment, sent: list[str]) -> None:
        self._close_member()
        self._member = {
            "subscriber": sent[1] == "Y",
            "relation": sent[2],
            "action": self._coded(MAINTENANCE, segment, 3, sent),
            "reason": sent[4],
            "status": sent[5],
        }

    def _member_ref(self, segment: Segment, sent: list[str]) -> None:
        """Numbers of persons become pseudonyms; of groups and departments they stay."""
        if sent[1] == SUBSCRIBER:
            self._member["subscriber_ids"] = self._person(sent[2])
        elif sent[1] in MEMBER_NUMBERS:
            self._hidden(segment, sent, sent[2])
        else:
            self._refer(self._member, segment, sent)

    def _name(self, segment: Segment, sent: list[str]) -> None:
        self._hidden(segment, sent, sent[9])

    def _hidden(self, segment: Segment, sent: list[str], value: str) -> None:
        ids: tuple[Identifier, ...] = self._person(value)
        if ids:
            known = self._member.setdefault("ids", [])
            known += [one for one in ids if one not in known]
        else:
            self._pass_over(segment, sent)

    def _hd(self, segment: Segment, sent: list[str]) -> None:
        self._coverage = {
            "action": self._coded(MAINTENANCE, segment, 1, sent),
            "line": sent[3],
            "plan": sent[4].strip(),
            "level": sent[5],
        }
        self._member.setdefault("coverages", []).append(self._coverage)

    def _category_name(self, segment: Segment, sent: list[str]) -> None:
        self._category = {"name": segment.get(2).strip() if sent[1] == CATEGORY else ""}
        self._member.setdefault("categories", []).append(self._category)

    def _category_date(self, segment: Segment, sent: list[str]) -> None:
        self._category["on"] = self._dtp(segment, sent)

    def _dated(self, fields: Fields, segment: Segment, sent: list[str]) -> None:
        period = self._dtp(segment, sent) if sent[1] in DATES else None
        if period is None or period.start is None:
            self._pass_over(segment, sent)
            return
        dates = fields.setdefault("dates", [])
        kind = DATES[sent[1]]
        if period.end is None or period.end == period.start:
            dates.append(DateRole(kind, period.start))
        else:
            dates += [DateRole(f"{kind}_FROM", period.start), DateRole(f"{kind}_TO", period.end)]

    def _amt(self, fields: Fields, segment: Segment, sent: list[str]) -> None:
        if sent[1] in PREMIUM_AMOUNTS:
            fields.setdefault("amounts", {})[sent[1]] = self._money(segment, 2, sent[2])
        else:
            self._pass_over(segment, sent)

    def _refer(self, fields: Fields, segment: Segment, sent: list[str]) -> None:
        kind = REFERENCES.get(sent[1])
        if kind is None:
            self._pass_over(segment, sent)
        else:
            fields.setdefault("references", []).append(Reference(kind, sent[2].strip()))

    def _close_member(self) -> None:
        fields, self._member = self._member, {}
        if not fields:
            return
        fields["coverages"] = [Coverage(**frozen(one)) for one in fields.get("coverages", ())]
        categories = fields.get("categories", ())
        fields["categories"] = [ReportingCategory(**frozen(one)) for one in categories]
        self._members.append(Member(**frozen(fields)))
