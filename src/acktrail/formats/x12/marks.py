"""The ISA segment: delimiters by position, and what its elements may hold.

Spec: X12.5 Interchange Control Structures, ISA; notes of DE I18 (TA105).
"""

import re
from itertools import pairwise
from typing import NamedTuple

from acktrail.formats.delimited import Marks
from acktrail.formats.x12.values import DATE_6, TIME

ISA_LENGTH = 106  # "ISA", 16 separators, 16 elements of fixed length, terminator
SEPARATORS = (3, 6, 17, 20, 31, 34, 50, 53, 69, 76, 81, 83, 89, 99, 101, 103)
TERMINATOR_AT = 105
FIRST_WITH_REPETITION = "00402"  # before this release ISA11 is the standard's id, U
QUALIFIERS = "0[1-4789]|[12][0-9]|3[0-8]|AM|NR|SA|SN|ZZ"
PRINTABLE = "[ -~]"
# element of ISA, what it may hold, note of the TA1 otherwise
ELEMENT_FORMS = (
    (1, "0[0-6]", "010"),
    (2, PRINTABLE + "{10}", "011"),
    (3, "0[01]", "012"),
    (4, PRINTABLE + "{10}", "013"),
    (5, QUALIFIERS, "005"),
    (6, f"(?=.*[^ ]){PRINTABLE}{{15}}", "006"),
    (7, QUALIFIERS, "007"),
    (8, f"(?=.*[^ ]){PRINTABLE}{{15}}", "008"),
    (9, DATE_6, "014"),
    (10, TIME, "015"),
    (12, "[0-9]{5}", "017"),
    (12, "(?![0-9]{5}).{5}|00[2-8][0-9]{2}", "003"),  # a number, but of no release
    (13, "[0-9]{9}", "018"),
    (14, "[01]", "019"),
    (15, "[IPT]", "020"),
)
FORMS = tuple((n, re.compile(form).fullmatch, note) for n, form, note in ELEMENT_FORMS)


class Fault(NamedTuple):
    """One fault of an ISA."""

    element: int  # 0 = the segment terminator
    note: str  # of the TA1
    delimiter: bool


class Header(NamedTuple):
    """A readable ISA."""

    marks: Marks
    elements: list[str]  # [0] is ISA; padding is kept
    faults: tuple[Fault, ...]

    @property
    def control(self) -> str:
        """ISA13."""
        return self.elements[13]


def read_header(text: str, start: int) -> Header | None:
    """Read the ISA at ``text[start]``; None when its elements are not in their places.

    The caller sees to it that 106 characters are there.
    """
    isa = text[start : start + ISA_LENGTH]
    separator = isa[3]
    terminator = isa[TERMINATOR_AT]
    placed = all(isa[at] == separator for at in SEPARATORS)
    if not placed or not _usable(separator) or terminator == separator:
        return None
    edges = [*SEPARATORS, TERMINATOR_AT]
    elements = ["ISA", *(isa[a + 1 : b] for a, b in pairwise(edges))]
    repetition = elements[11] if elements[12] >= FIRST_WITH_REPETITION else ""
    component = elements[16]
    faults = [*_mark_faults(isa, component, repetition), *_element_faults(elements, repetition)]
    known = repetition if _usable(repetition) else ""
    marks = Marks(separator, component, known, terminator)
    return Header(marks, elements, tuple(faults))


def _usable(mark: str) -> bool:
    return bool(mark) and not mark.isalnum() and (mark != " ")


def _mark_faults(isa: str, component: str, repetition: str) -> list[Fault]:
    separator, terminator = isa[3], isa[TERMINATOR_AT]
    faults = []
    if not _usable(terminator) or terminator in isa[:TERMINATOR_AT]:
        faults.append(Fault(0, "004", delimiter=True))
    if isa.count(separator) != len(SEPARATORS):
        faults.append(Fault(0, "026", delimiter=True))
    if not _usable(component) or component in (separator, terminator, repetition):
        faults.append(Fault(16, "027", delimiter=True))
    if repetition and (not _usable(repetition) or repetition in (separator, terminator)):
        # RFI 1497: a bad repetition separator is a fault of the structure
        faults.append(Fault(11, "022", delimiter=True))
    return faults


def _element_faults(elements: list[str], repetition: str) -> list[Fault]:
    faults = [Fault(n, note, delimiter=False) for n, form, note in FORMS if not form(elements[n])]
    if not repetition and elements[11] != "U":
        faults.append(Fault(11, "016", delimiter=False))
    return faults
