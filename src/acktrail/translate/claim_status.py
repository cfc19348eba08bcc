"""X12 277CA (X214) -> claim_acknowledgement; 276 and 277 (X212) -> claim_status.

STC says what became of a batch, a provider's claims, a claim or a line: up to three codes, whether
it was taken (STC03 WQ) or refused (U), amounts. STC12, free text, never enters.
"""

from acktrail.documents.health import (
    BatchAnswer,
    ClaimAcknowledgement,
    ClaimAnswer,
    ClaimStatus,
    ProviderAnswer,
    ServiceStatus,
    StatusCode,
    StatusEntry,
    Tally,
)
from acktrail.documents.kinds import Document
from acktrail.documents.parts import Identifier, Party, Reference
from acktrail.ports import Segment
from acktrail.translate import rules
from acktrail.translate.health import Day, Fields, HealthTranslator, Hide, Take, frozen

STC_CODES = (1, 10, 11)
ACTIONS = {"WQ": "ACCEPTED", "U": "REJECTED"}
REFERENCES = {
    "1K": "PAYER_CLAIM",
    "D9": "CLEARING_HOUSE",
    "BLT": "BILL_TYPE",
    "EJ": "CLAIM",
    "6P": "GROUP_POLICY",
    "LU": "LOCATION",
    "XZ": "PRESCRIPTION",
    "VV": "VOUCHER",
    "FJ": "LINE",
}
PROVIDER_IDS = {"0B": "LICENCE", "1G": "UPIN", "G2": "COMMERCIAL", "LU": "LOCATION", "TJ": "TIN"}
SERVICE_DATE, RECEIVED, PROCESSED = "472", "050", "009"
ACCEPTED_COUNTS = {"90": True, "AA": False, "QA": True, "QC": False}  # QTY01
ACCEPTED_AMOUNTS = {"YU": True, "YY": False}  # AMT01
SUBMITTED = "T3"


class StatusTranslator(HealthTranslator):
    """What both sets share: statements, services, references, dates."""

    _level: Fields  # that STC, REF and DTP speak of

    def _stc(self, segment: Segment, sent: list[str]) -> None:
        codes = tuple(
            StatusCode(*(segment.get(element, part).strip() for part in (1, 2, 3)))
            for element in STC_CODES
            if sent[element]
        )
        if not codes:
            self._found(rules.REQUIRED_MISSING, segment, 1)
        entry = StatusEntry(
            codes,
            self._day(segment, 2, sent[2]),
            ACTIONS.get(sent[3], sent[3]),
            self._amount(segment, 4, sent[4]),
            self._amount(segment, 5, sent[5]),
            self._day(segment, 6, sent[6]),
            sent[9].strip(),
        )
        self._level.setdefault("statuses", []).append(entry)

    def _ref(self, segment: Segment, sent: list[str]) -> None:
        kind = REFERENCES.get(sent[1])
        if kind is None:
            self._pass_over(segment, sent)
        else:
            self._level.setdefault("references", []).append(Reference(kind, sent[2].strip()))

    def _service_date(self, segment: Segment, sent: list[str]) -> None:
        if sent[1] == SERVICE_DATE:
            self._level["on"] = self._dtp(segment, sent)
        else:
            self._pass_over(segment, sent)

    def _open_service(self, segment: Segment, sent: list[str], claim: Fields) -> None:
        self._level = {
            "procedure": self._procedure(segment, 1, sent),
            "charge": self._amount(segment, 2, sent[2]),
            "paid": self._amount(segment, 3, sent[3]),
            "revenue": sent[4].strip(),
            "units": self._number(segment, 7, sent[7]),
        }
        claim.setdefault("services", []).append(self._level)


class ClaimAcknowledgementTranslator(StatusTranslator):
    """Translates one 277CA at a time: one document for each source (HL 20)."""

    def _takes(self) -> dict[str, Take]:
        takes: dict[str, Take] = {
            "BHT": self._bht,
            "2000AHL": self._source,
            "2000BHL": lambda *_: self._open(self._payload, "batches"),
            "2000CHL": lambda *_: self._open(self._batch, "providers"),
            "2000DHL": lambda *_: self._open(self._provider, "claims"),
            "2100ANM1": self._source_name,
            "2100BNM1": self._name,
            "2100CNM1": self._name,
            "2100DNM1": self._patient,
            "2200ATRN": self._trn,
            "2200ADTP": self._source_date,
            "2200CREF": self._provider_ref,
            "2200DTRN": self._claim_trn,
            "2200DREF": self._ref,
            "2200DDTP": self._service_date,
            "2220DSVC": lambda segment, sent: self._open_service(segment, sent, self._claim),
            "2220DREF": self._ref,
            "2220DDTP": self._service_date,
        }
        for loop in ("2200B", "2200C"):
            takes |= {f"{loop}TRN": self._trn, f"{loop}QTY": self._qty, f"{loop}AMT": self._amt}
        return takes | {f"{one}STC": self._stc for one in ("2200B", "2200C", "2200D", "2220D")}

    def _begin(self) -> None:
        self._issued: Day = None
        self._payload: Fields = {}
        self._batch: Fields = {}
        self._provider: Fields = {}
        self._claim: Fields = {}
        self._level = {}
        self._payloads: list[Fields] = []

    def _end(self) -> tuple[Document, ...]:
        self._required(self._payloads, "HL03")
        return tuple([self._document(one) for one in self._payloads])

    def _bht(self, segment: Segment, sent: list[str]) -> None:
        self._issued = self._day(segment, 4, sent[4])

    def _source(self, _segment: Segment, _sent: list[str]) -> None:
        self._payload = self._level = {}
        self._payloads.append(self._payload)

    def _open(self, around: Fields, name: str) -> None:
        """Open the next level inside: batch, provider or claim."""
        self._level = {}
        around.setdefault(name, []).append(self._level)
        if name == "batches":
            self._batch = self._level
        elif name == "providers":
            self._provider = self._level
        else:
            self._claim = self._level

    def _source_name(self, segment: Segment, sent: list[str]) -> None:
        self._payload["source"] = self._named(segment, sent)

    def _name(self, segment: Segment, sent: list[str]) -> None:
        self._level["ids"] = self._named(segment, sent)

    def _patient(self, _segment: Segment, sent: list[str]) -> None:
        self._claim["patient"] = self._person(sent[9])

    def _trn(self, _segment: Segment, sent: list[str]) -> None:
        self._level["trace"] = sent[2].strip()

    def _claim_trn(self, segment: Segment, sent: list[str]) -> None:
        """Take the number of a claim; a patient may have several, each with its own TRN."""
        if "trace" in self._claim:
            patient = self._claim.get("patient", ())
            self._open(self._provider, "claims")
            self._claim["patient"] = patient
        self._level = self._claim
        self._trn(segment, sent)

    def _source_date(self, segment: Segment, sent: list[str]) -> None:
        names = {RECEIVED: "received_on", PROCESSED: "processed_on"}
        if sent[1] in names:
            self._payload[names[sent[1]]] = self._day(segment, 3, sent[3])
        else:
            self._pass_over(segment, sent)

    def _provider_ref(self, segment: Segment, sent: list[str]) -> None:
        """A provider's second number; the social security number (SY) never enters."""
        if sent[1] in PROVIDER_IDS:
            kind = PROVIDER_IDS[sent[1]]
            self._level.setdefault("references", []).append(Reference(kind, sent[2].strip()))
        else:
            self._pass_over(segment, sent)

    def _qty(self, segment: Segment, sent: list[str]) -> None:
        if sent[1] in ACCEPTED_COUNTS:
            name = "accepted" if ACCEPTED_COUNTS[sent[1]] else "rejected"
            number = self._count(segment, 2, sent[2])
            self._level.setdefault("tally", {})[name] = number
        else:
            self._pass_over(segment, sent)

    def _amt(self, segment: Segment, sent: list[str]) -> None:
        if sent[1] in ACCEPTED_AMOUNTS:
            name = "accepted_amount" if ACCEPTED_AMOUNTS[sent[1]] else "rejected_amount"
            self._level.setdefault("tally", {})[name] = self._money(segment, 2, sent[2])
        else:
            self._pass_over(segment, sent)

    def _document(self, fields: Fields) -> Document:
        batches = tuple([_batch(one) for one in fields.pop("batches", ())])
        payload = ClaimAcknowledgement(**fields, batches=batches)
        source = payload.source[0].value if payload.source else ""
        return Document(
            kind="claim_acknowledgement",
            id=payload.trace,
            key=(source, payload.trace),
            payload=payload,
            function="STATUS",
            issued=self._issued,
            parties=(Party("PAYER", payload.source),),
            references=tuple([Reference("BATCH", one.trace) for one in batches if one.trace]),
            ext=self._ext,
        )


class ClaimStatusTranslator(StatusTranslator):
    """Translates one 276 or 277 at a time: one document for each TRN of a claim."""

    def __init__(self, hide: Hide | None, purpose: str) -> None:
        """Start with nothing.

        Args:
            hide: As ``HealthTranslator``.
            purpose: INQUIRY for a 276, ANSWER for a 277.
        """
        self._purpose = purpose
        super().__init__(hide)

    def _takes(self) -> dict[str, Take]:
        takes: dict[str, Take] = {
            "BHT": self._bht,
            **{f"2000{one}HL": self._hl for one in "ABCDE"},
            "2100ANM1": lambda segment, sent: self._named_party("PAYER", segment, sent),
            "2100BNM1": lambda segment, sent: self._named_party("RECEIVER", segment, sent),
            "2100CNM1": lambda segment, sent: self._named_party("PROVIDER", segment, sent),
            "2100DNM1": self._subscriber,
            "2200BTRN": self._outer_trn,
            "2200CTRN": self._outer_trn,
            "2200BSTC": self._stc,
            "2200CSTC": self._stc,
        }
        for one in "DE":
            takes |= {
                f"2200{one}TRN": self._trn,
                f"2200{one}STC": self._stc,
                f"2200{one}REF": self._ref,
                f"2200{one}AMT": self._amt,
                f"2200{one}DTP": self._service_date,
            }
            for loop in (f"2210{one}", f"2220{one}"):
                takes |= {
                    f"{loop}SVC": lambda segment, sent: self._open_service(
                        segment, sent, self._claim
                    ),
                    f"{loop}STC": self._stc,
                    f"{loop}REF": self._ref,
                    f"{loop}DTP": self._service_date,
                }
        return takes

    def _begin(self) -> None:
        self._batch = ""
        self._issued: Day = None
        self._parties: dict[str, Party] = {}
        self._ids: tuple[Identifier, ...] = ()
        self._relation = ""
        self._claim: Fields = {}
        self._level = {}
        self._claims: list[tuple[Fields, tuple[Party, ...]]] = []

    def _end(self) -> tuple[Document, ...]:
        self._required(self._batch, "BHT03")
        return tuple([self._document(claim, parties) for claim, parties in self._claims])

    def _bht(self, segment: Segment, sent: list[str]) -> None:
        self._batch = sent[3].strip()
        self._issued = self._day(segment, 4, sent[4])

    def _hl(self, _segment: Segment, sent: list[str]) -> None:
        """HL03 says whose level it is; a dependent's claim has its subscriber above it."""
        self._relation = {"22": "SELF", "23": "DEPENDENT"}.get(sent[3], "")
        self._level = {}
        if sent[3] == "19":
            self._parties.pop("PROVIDER", None)

    def _named_party(self, role: str, segment: Segment, sent: list[str]) -> None:
        party = self._party(role, segment, sent, named=role == "PAYER")
        if party is None:
            self._pass_over(segment, sent)
        else:
            self._parties[role] = party

    def _subscriber(self, _segment: Segment, sent: list[str]) -> None:
        self._ids = self._person(sent[9])

    def _outer_trn(self, segment: Segment, sent: list[str]) -> None:
        """Refer to a whole batch or provider: then there is no claim below to speak of."""
        self._trn(segment, sent)

    def _trn(self, _segment: Segment, sent: list[str]) -> None:
        self._claim = self._level = {"trace": sent[2].strip(), "relation": self._relation}
        self._claim["subscriber"] = self._ids
        self._claim["patient"] = self._ids if self._relation == "SELF" else ()
        self._claims.append((self._claim, tuple(self._parties.values())))

    def _amt(self, segment: Segment, sent: list[str]) -> None:
        if sent[1] == SUBMITTED:
            self._claim["charge"] = self._money(segment, 2, sent[2])
        else:
            self._pass_over(segment, sent)

    def _document(self, fields: Fields, parties: tuple[Party, ...]) -> Document:
        references = tuple(fields.pop("references", ()))
        payload = ClaimStatus(purpose=self._purpose, **_claim(fields))
        payer = next((one for one in parties if one.role == "PAYER" and one.ids), None)
        return Document(
            kind="claim_status",
            id=payload.trace,
            key=(
                *(self._purpose, payer.ids[0].value if payer else ""),
                *(self._batch, payload.trace),
            ),
            payload=payload,
            function="STATUS",
            issued=self._issued,
            parties=parties,
            references=(Reference("BATCH", self._batch), *references),
            ext=self._ext,
        )


def _told(fields: Fields) -> Fields:
    """Return fields as ``frozen`` does, with a tally for its dictionary."""
    done = frozen(fields)
    if "tally" in done:
        done["tally"] = Tally(**done["tally"])
    return done


def _claim(fields: Fields) -> Fields:
    services = tuple([ServiceStatus(**_told(one)) for one in fields.pop("services", ())])
    return {**_told(fields), "services": services}


def _provider(fields: Fields) -> ProviderAnswer:
    claims = [one for one in fields.pop("claims", ()) if "trace" in one]
    answers = tuple([ClaimAnswer(**_claim(one)) for one in claims])
    return ProviderAnswer(**_told(fields), claims=answers)


def _batch(fields: Fields) -> BatchAnswer:
    providers = tuple([_provider(one) for one in fields.pop("providers", ())])
    return BatchAnswer(**_told(fields), providers=providers)
