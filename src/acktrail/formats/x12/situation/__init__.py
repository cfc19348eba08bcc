"""Situational rules between segments (SNIP 4), each a named check that a profile can switch."""

from acktrail.formats.x12.situation.claims import ClaimRules
from acktrail.formats.x12.situation.levels import LevelRules, TrackingRules
from acktrail.formats.x12.situation.records import MemberRules, PaymentRules
from acktrail.formats.x12.situation.watch import Emit, Situation

__all__ = ["situations_of"]

# the checks are those of the 5010 guides of healthcare
GUIDES = "-005010X"
MAKERS: dict[str, tuple[type[Situation], ...]] = {
    "270": (LevelRules,),
    "271": (LevelRules,),
    "276": (LevelRules, TrackingRules),
    "277": (LevelRules, TrackingRules),
    "278": (LevelRules,),
    "834": (MemberRules,),
    "835": (PaymentRules,),
    "837": (LevelRules, ClaimRules),
}


def situations_of(set_id: str, guide: str, emit: Emit) -> list[Situation]:
    """Return fresh checks for a set of this kind under a guide; none where none are known."""
    return [maker(emit) for maker in MAKERS.get(set_id, ())] if GUIDES in guide else []
