"""Which groups and sets a partner and we have agreed on.

Spec: code lists of DE 143 (ST01) and 479 (GS01); 45 CFR 162 for the sets that HIPAA names.
"""

from enum import Enum

from acktrail.formats.x12.guide.catalogue import Catalogue
from acktrail.formats.x12.guide.model import GuideKey

# transaction set -> functional identifier (DE 479)
SET_GROUPS = {
    "102": "AC", "270": "HS", "271": "HB", "275": "PI", "276": "HR", "277": "HN", "278": "HI",
    "810": "IN", "820": "RA", "824": "AG", "832": "SC", "834": "BE", "835": "HP", "837": "HC",
    "846": "IB", "850": "PO", "855": "PR", "856": "SH", "860": "PC", "865": "CA", "867": "PT",
    "997": "FA", "999": "FA",
}  # fmt: skip
HIPAA_GROUPS = frozenset({"BE", "HB", "HC", "HI", "HN", "HP", "HR", "HS", "RA"})
HIPAA_SETS = frozenset(st01 for st01, gs01 in SET_GROUPS.items() if gs01 in HIPAA_GROUPS)
HIPAA_RELEASE = "005010X"
ANSWERS = "FA"  # answers to what we sent are never a matter of agreement


class Standing(Enum):
    """How a group stands to the agreement."""

    AGREED = "agreed"
    KIND_UNKNOWN = "kind_unknown"
    VERSION_UNKNOWN = "version_unknown"


def is_hipaa(gs01: str, gs08: str) -> bool:
    """Tell whether a group is one of those that HIPAA names: it is answered by a 999."""
    return gs01 in HIPAA_GROUPS and gs08.startswith(HIPAA_RELEASE)


class Agreement:
    """The profile's list of sets; without one, all sets that we have guides for."""

    def __init__(self, agreed: tuple[tuple[str, str], ...], catalogue: Catalogue) -> None:
        self._agreed = agreed
        self._catalogue = catalogue

    def of_group(self, gs01: str, gs08: str) -> Standing:
        """Tell how a group of this kind and version stands."""
        if self._agreed and gs01 != ANSWERS:
            fits = [self._fits(pair, gs08) for pair in self._agreed if _group(pair[0]) == gs01]
        else:
            fits = [key.fits(gs08) for key in self._catalogue.guide_keys() if key.gs01 == gs01]
        if not fits:
            return Standing.KIND_UNKNOWN
        return Standing.AGREED if any(fits) else Standing.VERSION_UNKNOWN

    def lists(self, st01: str, gs01: str, gs08: str) -> bool:
        """Tell whether the profile names this set; no list names everything."""
        if not self._agreed or gs01 == ANSWERS:
            return True
        return any(st01 == pair[0] and self._fits(pair, gs08) for pair in self._agreed)

    @property
    def explicit(self) -> bool:
        """True when the profile has a list: a missing guide is then our own gap."""
        return bool(self._agreed)

    def guides(self, st01: str, gs01: str, gs08: str) -> tuple[GuideKey, ...]:
        """Return the guide for a set, none, or several that BHT02 tells apart."""
        return self._catalogue.keys(gs08, st01, gs01)

    def _fits(self, pair: tuple[str, str], gs08: str) -> bool:
        """Tell whether an agreed version covers GS08: the same, or another name of its guide."""
        st01, version = pair
        if not version or version == gs08:
            return True
        return any(key.fits(gs08) for key in self._catalogue.keys(version, st01, _group(st01)))


def _group(st01: str) -> str:
    return SET_GROUPS.get(st01, "")
