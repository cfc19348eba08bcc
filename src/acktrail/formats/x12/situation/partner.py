"""What a partner's overlay narrows, looked at segment by segment (SNIP 7).

Spec: WEDI's SNIP types of testing, type 7.
"""

from acktrail.formats.x12.guide.model import Guide
from acktrail.formats.x12.guide.overlay import Overlay, Spot, openers
from acktrail.formats.x12.segment import SetSegment
from acktrail.formats.x12.situation.watch import Emit, Situation
from acktrail.model import Rule, Severity

SNIP7 = "snip7"
UNBOUNDED = 1 << 30


def _rule(name: str, code: str, text: str) -> Rule:
    return Rule(f"x12.overlay.{name}", Severity.WARNING, code, SNIP7, text)


CODE = _rule("code", "IK403 I6", "the partner agreement does not allow this code")
ELEMENT = _rule("element", "IK403 I9", "the partner agreement requires this element")
FORM = _rule("form", "IK403 I12", "not of the form that the partner agreement asks for")
SEGMENT = _rule("segment", "IK304 I6", "the partner agreement requires this segment")
REPEAT = _rule("repeat", "IK304 5", "more often than the partner agreement allows")
OVERLAY_RULES = (CODE, ELEMENT, FORM, SEGMENT, REPEAT)


class Counted:
    """How often a segment came in the open instance of its loop."""

    __slots__ = ("at", "count", "least", "most", "opener", "spot")

    def __init__(self, spot: Spot, opener: str, least: int, most: int) -> None:
        self.spot = spot
        self.opener = opener
        self.least = least
        self.most = most
        self.count = 0
        self.at: SetSegment | None = None  # the first segment of the instance


class PartnerRules(Situation):
    """The narrowing part of one overlay over one set."""

    def __init__(self, emit: Emit, overlay: Overlay, guide: Guide) -> None:
        super().__init__(emit)
        self._overlay = overlay
        opening = openers(guide.root)
        whole = [(spot, 1, UNBOUNDED) for spot in overlay.require if not spot.element]
        whole += [(spot, 0, most) for spot, most in overlay.repeat]
        self._counted = [
            Counted(spot, opening[spot.loop], least, most)
            for spot, least, most in whole
            if spot.loop in opening
        ]
        narrowed = [spot for spot, _what in (*overlay.forbid, *overlay.form)]
        tags = {spot.tag for spot in (*narrowed, *overlay.require)}
        self.watches = dict.fromkeys(tags, self._look)
        for one in self._counted:
            self.watches |= {one.opener: self._look, one.spot.tag: self._look}

    def finish(self) -> None:
        """Judge the loops that are still open."""
        for one in self._counted:
            self._close(one)

    def _look(self, segment: SetSegment) -> None:
        for one in self._counted:
            self._count(one, segment)
        overlay = self._overlay
        for spot, codes in overlay.forbid:
            if matches(spot, segment) and not codes.isdisjoint(sent(spot, segment)):
                self.note(CODE, segment, spot.element, spot.component)
        for spot, form in overlay.form:
            if matches(spot, segment) and not all(map(form.fullmatch, sent(spot, segment))):
                self.note(FORM, segment, spot.element, spot.component)
        for spot in overlay.require:
            if spot.element and matches(spot, segment) and not sent(spot, segment):
                self.note(ELEMENT, segment, spot.element, spot.component)

    def _count(self, one: Counted, segment: SetSegment) -> None:
        if segment.loop != one.spot.loop:
            return
        if segment.tag == one.opener:
            self._close(one)
            one.at, one.count = segment, 0
        if segment.tag == one.spot.tag:
            one.count += 1
            if one.count > one.most:
                self.note(REPEAT, segment)

    def _close(self, one: Counted) -> None:
        if one.at is not None and one.count < one.least:
            self.miss(SEGMENT, one.spot.tag, one.at)


def matches(spot: Spot, segment: SetSegment) -> bool:
    """Tell whether a segment stands at a place."""
    return spot.tag == segment.tag and spot.loop in ("", segment.loop)


def sent(spot: Spot, segment: SetSegment) -> list[str]:
    """Return what was sent at a place, every repetition of it."""
    times = range(1, segment.repetitions(spot.element) + 1)
    found = (segment.get(spot.element, spot.component, time) for time in times)
    return [value for value in found if value]
