"""Codes of external lists, valid on the day of the service (SNIP 5).

Spec: WEDI's SNIP types of testing, type 5; a list holds on the day of the service.
"""

from acktrail.formats.x12.guide.codes import CodeList
from acktrail.formats.x12.guide.overlay import Spot
from acktrail.formats.x12.segment import SetSegment
from acktrail.formats.x12.situation.partner import matches, sent
from acktrail.formats.x12.situation.watch import Emit, Situation
from acktrail.model import Rule, Severity

SNIP5 = "snip5"
EXTERNAL = Rule(
    "x12.code.external",
    Severity.WARNING,
    "IK403 7",
    SNIP5,
    "not in the external code list on the day of the service",
)
SERVICE_DAYS = frozenset({"472", "150", "434", "232"})
SET_DAYS = {"BHT": 4, "BPR": 16, "BGN": 3}  # the day of the set, where none is nearer
BOUNDARIES = frozenset({"CLM", "CLP", "LX", "SVC", "HL", "SE"})
WAITING = 1_000  # codes that wait for their day; more are judged by the day known so far


class ExternalCodes(Situation):
    """Codes wait for the day of their service, which comes behind them; else the claim's counts."""

    def __init__(self, emit: Emit, lists: tuple[tuple[Spot, CodeList], ...]) -> None:
        super().__init__(emit)
        self._lists = lists
        self._day = ""
        self._waiting: list[tuple[CodeList, str, Spot, SetSegment]] = []
        self.watches = dict.fromkeys((*BOUNDARIES, "DTP", "DTM", *SET_DAYS), self._look)
        self.watches |= dict.fromkeys((spot.tag for spot, _list in lists), self._look)

    def finish(self) -> None:
        """Judge what still waits."""
        self._judge(self._day)

    def _look(self, segment: SetSegment) -> None:
        tag = segment.tag
        if tag in BOUNDARIES or len(self._waiting) >= WAITING:
            self._judge(self._day)
        elif tag in SET_DAYS:
            self._day = segment.get(SET_DAYS[tag])
        elif tag in ("DTP", "DTM") and segment.get(1) in SERVICE_DAYS:
            day = segment.get(3 if tag == "DTP" else 2)[:8]
            self._judge(day)
        for spot, codes in self._lists:
            if matches(spot, segment):
                self._waiting += [(codes, code, spot, segment) for code in sent(spot, segment)]

    def _judge(self, day: str) -> None:
        for codes, code, spot, segment in self._waiting:
            if not codes.holds(code, day):
                self.note(EXTERNAL, segment, spot.element, spot.component)
        self._waiting.clear()
