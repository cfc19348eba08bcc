"""837: whose claim it is, what its codes ask for, and who else pays.

Spec: 005010X222, X223 and X224 as public guides of payers repeat them; X12 RFI 2502 (NM104).
"""

from acktrail.formats.x12.segment import SetSegment
from acktrail.formats.x12.situation import checks
from acktrail.formats.x12.situation.watch import Emit, Situation

SUBSCRIBER, PATIENT = "22", "23"
SELF = "18"
PERSON, ORGANISATION = "1", "2"
FIRST = 4  # NM104
REPLACEMENT = frozenset({"7", "8"})  # CLM05-3: replaces, voids
CAUSES = 11  # CLM11
AUTOMOBILE = "AA"
ACCIDENTS = frozenset({AUTOMOBILE, "OA"})
UNKNOWN_ORDER = "U"
SUBSCRIBER_LOOP = "2010BA"
WANTED = ("N3", "N4", "DMG")
# loops of those who may be a person or an organisation and have a first name in one case only
EITHER = frozenset({"1000A", "2010AA", "2010BA", "2310B", "2330A", "2420A"})


class ClaimRules(Situation):
    """The open subscriber, patient and claim."""

    def __init__(self, emit: Emit) -> None:
        super().__init__(emit)
        self.watches = {
            "HL": self._level,
            "SBR": self._coverage,
            "NM1": self._name,
            **{f"{SUBSCRIBER_LOOP}{tag}": self._detail for tag in WANTED},
            "CLM": self._claim,
            "2300REF": self._reference,
            "2300DTP": self._date,
            "LX": self._end_header,
            "SVD": self._line_payment,
        }
        self._subscriber_is_patient = False
        self._level_is_patient = False
        self._subscriber: set[str] | None = None  # what of WANTED has come in 2010BA
        self._header: set[str] | None = None  # what the open claim's header still lacks
        self._order: set[str] = set()  # SBR01 of the claim's payers
        self._own_order = ""
        self._payers: set[str] = set()  # NM109 of the claim's other payers

    def _level(self, segment: SetSegment) -> None:
        self._level_is_patient = segment.sent(3) == PATIENT
        if self._level_is_patient and self._subscriber_is_patient:
            self.note(checks.PATIENT_LEVEL, segment)
        elif segment.sent(3) == SUBSCRIBER:
            self._subscriber_is_patient = False

    def _coverage(self, segment: SetSegment) -> None:
        order = segment.sent(1)
        if segment.loop == "2000B":
            self._subscriber_is_patient = segment.sent(2) == SELF
            self._own_order = order
            return
        self._end_header(segment)
        if order in self._order and order != UNKNOWN_ORDER:
            self.note(checks.PAYER_ORDER, segment, 1)
        self._order.add(order)

    def _name(self, segment: SetSegment) -> None:
        loop, elements = segment.loop, segment.elements
        named = len(elements) > FIRST and elements[FIRST] != ""
        kind = elements[2] if len(elements) > FIRST - 1 else ""
        if kind == PERSON and not named and elements[FIRST - 1]:
            self.note(checks.FIRST_NAME, segment, FIRST)
        elif named and kind == ORGANISATION and loop in EITHER:
            self.note(checks.NO_FIRST_NAME, segment, FIRST)
        if loop == SUBSCRIBER_LOOP:
            self._subscriber = set()
        elif loop == "2010BB" and self._subscriber is not None:
            self._judge_subscriber(self._subscriber, segment)
            self._subscriber = None
        elif loop == "2330B":
            self._payers.add(segment.sent(9))
        if self._header is not None:
            self._end_header(segment)

    def _detail(self, segment: SetSegment) -> None:
        if self._subscriber is not None:
            self._subscriber.add(segment.tag)

    def _judge_subscriber(self, sent: set[str], before: SetSegment) -> None:
        if self._subscriber_is_patient:
            for tag in WANTED:
                if tag not in sent:
                    self.miss(checks.SUBSCRIBER_DATA, tag, before)

    def _claim(self, segment: SetSegment) -> None:
        self._payers = set()
        self._order = {self._own_order}
        if not (self._subscriber_is_patient or self._level_is_patient):
            self.miss(checks.PATIENT_MISSING, "HL", segment)
        self._header = set()
        if segment.get(5, 3) in REPLACEMENT:
            self._header.add("REF")
        if len(segment.elements) > CAUSES:
            self._accident(segment, self._header)

    def _accident(self, segment: SetSegment, header: set[str]) -> None:
        causes = {segment.get(CAUSES, 1), segment.get(CAUSES, 2)}
        if AUTOMOBILE in causes and not segment.get(CAUSES, 4):
            self.note(checks.ACCIDENT_STATE, segment, CAUSES, 4)
        if causes & ACCIDENTS:
            header.add("DTP")

    def _reference(self, segment: SetSegment) -> None:
        if self._header and segment.sent(1) == "F8":
            self._header.discard("REF")

    def _date(self, segment: SetSegment) -> None:
        if self._header and segment.sent(1) == "439":
            self._header.discard("DTP")

    def _end_header(self, segment: SetSegment) -> None:
        """Judge the claim's own segments when the first of its inner loops begins."""
        lacking, self._header = self._header, None
        if lacking and "DTP" in lacking:
            self.miss(checks.ACCIDENT_DATE, "DTP", segment)
        if lacking and "REF" in lacking:
            self.miss(checks.ORIGINAL_REFERENCE, "REF", segment)

    def _line_payment(self, segment: SetSegment) -> None:
        if segment.sent(1) not in self._payers:
            self.note(checks.LINE_PAYER, segment, 1)
