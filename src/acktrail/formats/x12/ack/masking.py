"""Which values of the partner's file an answer may repeat: deny unless known to be harmless.

An answer goes back to who sent the data, but it is stored, delivered and looked at on its way.
Codes, counts, amounts, dates and times are repeated; names, ids and texts are not, nor is anything
in a segment that describes a person. The profile may allow single addresses.
Spec: 005010X231, IK404 (situational; may be left out); 45 CFR 164.502(b), minimum necessary.
"""

from collections.abc import Callable, Iterable

from acktrail.formats.delimited import Marks
from acktrail.model import Place

Kinds = Callable[[str], str]  # data element number -> AN ID N0..N9 R DT TM; "" = not known
HARMLESS = frozenset({"ID", "R", "DT", "TM"})
DATE_PERIOD = "1251"  # AN by its type; written as its format qualifier says
# segments that tell of a person, and from which element on
PERSONAL = {
    "NM1": 2, "N1": 2, "N2": 1, "N3": 1, "N4": 1, "PER": 2, "DMG": 1, "PAT": 1, "HLH": 1, "INS": 3,
    "REF": 2, "HI": 1, "NTE": 2, "MSG": 1, "K3": 1, "LUI": 1, "III": 1, "CRC": 3, "DSB": 1,
    "CLM": 1, "CLP": 1, "SBR": 3, "OI": 1, "ICM": 1, "MEA": 3, "TOO": 1, "UM": 1, "HCR": 2,
}  # fmt: skip
HARMLESS_IN_CLAIM = {"CLM": frozenset({2, 5, 6, 7, 8, 9}), "CLP": frozenset({2, 3, 4, 5, 6, 8, 9})}
COPY_AT_MOST = 99  # IK404, DE 724


class Masking:
    """What one profile lets through."""

    def __init__(self, kinds: Kinds, allowed: Iterable[str]) -> None:
        self._kinds = kinds
        self._allowed = frozenset(allowed)  # NM1, REF02, CLM05-1

    def lets_through(self, place: Place, reference: str) -> bool:
        """Tell whether the value at ``place``, of data element ``reference``, may be repeated."""
        whole = f"{place.segment}{place.element:02d}"
        if {place.segment, whole, place.address} & self._allowed:
            return True
        return not _personal(place) and self._harmless(reference)

    def _harmless(self, reference: str) -> bool:
        kind = self._kinds(reference)
        return reference == DATE_PERIOD or kind in HARMLESS or kind[:1] == "N"


def _personal(place: Place) -> bool:
    first = PERSONAL.get(place.segment, 0)
    harmless = HARMLESS_IN_CLAIM.get(place.segment, frozenset())
    return bool(first) and place.element >= first and place.element not in harmless


def fits(value: str, marks: Marks) -> bool:
    """Tell whether a value can stand in our answer: no delimiter of ours, only X12's characters."""
    forged = any(mark and mark in value for mark in marks[:4])
    return bool(value.strip()) and not forged and value.isascii() and value.isprintable()
