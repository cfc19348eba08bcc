"""Which claim status a finding becomes: category (A3, A6, A7, A8), code and, if need be, entity.

Only what refuses a claim is told; a 277CA has no warnings (X12 RFI 2203). A rule that is not
listed, or a place that has no code of its own, is told as a format that is invalid (481).
Spec: code sources 507 (STC01-1) and 508 (STC01-2); element 98 (STC01-3); X12 RFI 1942, 2203.
"""

from collections.abc import Iterable
from typing import NamedTuple

from acktrail.formats.x12 import rules
from acktrail.formats.x12.ack.batch import Reason
from acktrail.formats.x12.situation import partner
from acktrail.formats.x12.situation.codes import EXTERNAL
from acktrail.formats.x12.write import Composite

UNPROCESSABLE, LACKING, INVALID, RELATIONAL = "A3", "A6", "A7", "A8"  # STC01-1
PAYER = "PR"
RECEIVED: Composite = ("A1", "19", PAYER)  # we have it, and have not decided about it
TAKEN: Composite = ("A2", "20", PAYER)  # accepted for processing
DUPLICATE: Composite = (UNPROCESSABLE, "54")  # its number came before with other content
OUT_OF_BALANCE, OTHER_PAYER_OUT_OF_BALANCE = "400", "672"
BAD_FORMAT = "481"
STATUSES_AT_MOST = 10  # STC of one claim
BALANCES = {
    rules.CLAIM_CHARGE.name: OUT_OF_BALANCE,
    rules.CLAIM_COB.name: OTHER_PAYER_OUT_OF_BALANCE,
    rules.CLAIM_COB_LINE.name: OTHER_PAYER_OUT_OF_BALANCE,
    rules.CLAIM_COB_PAID.name: OTHER_PAYER_OUT_OF_BALANCE,
}
CATEGORIES = {
    EXTERNAL.name: INVALID,
    partner.CODE.name: INVALID,
    partner.FORM.name: INVALID,
    partner.ELEMENT.name: LACKING,
    partner.SEGMENT.name: LACKING,
    partner.REPEAT.name: UNPROCESSABLE,
}


NAMED = "NM101"  # in place of an entity: whoever was named last
SUBSCRIBER = "IL"


class Subject(NamedTuple):
    """What an element or segment is about, in code source 508."""

    code: str
    entity: str = ""  # STC01-3, where the code has to say whose it is


NAME, ADDRESS, NUMBER = Subject("125", NAMED), Subject("126", NAMED), Subject("153", NAMED)
PROCEDURE, MODIFIER, LINE_CHARGE = Subject("454"), Subject("453"), Subject("583")
# by segment, by element, by component: the narrowest counts
SUBJECTS = {
    "CLM01": Subject("478"),
    "CLM02": Subject("178"),
    "CLM05-1": Subject("249"),
    "CLM05-3": Subject("535"),
    "HI": Subject("255"),
    "SV101-2": PROCEDURE,
    "SV202-2": PROCEDURE,
    "SV301-2": PROCEDURE,
    **dict.fromkeys(
        (f"SV{n}-{part}" for n in ("101", "202", "301") for part in range(3, 7)), MODIFIER
    ),
    "SV102": LINE_CHARGE,
    "SV203": LINE_CHARGE,
    "SV302": LINE_CHARGE,
    "SV201": Subject("455"),
    "SBR03": Subject("163", SUBSCRIBER),
    "NM1": NAME,
    "NM109": NUMBER,
    "N3": ADDRESS,
    "N4": ADDRESS,
    "N403": Subject("500", NAMED),
    "PER": Subject("127", NAMED),
    "DMG02": Subject("158", NAMED),
    "DMG03": Subject("157", NAMED),
    "DTP": Subject("187"),
}
NATIONAL = frozenset({"71", "72", "77", "82", "85", "87", "DK", "DN", "DQ"})  # providers: NPI
NPI, MEMBER = Subject("562", NAMED), Subject("164", NAMED)
# STC01-3 of loop 2200D
ENTITIES = frozenset({
    "03", "1P", "1Z", "40", "41", "71", "72", "73", "77", "82", "85", "87", "DK", "DN", "DQ", "FA",
    "GB", "HK", "IL", "LI", "MSC", "PR", "PRP", "QB", "QC", "QD", "SEP", "TL", "TTP", "TU",
})  # fmt: skip


def statuses(reasons: Iterable[Reason]) -> list[Composite]:
    """Return STC01 of each STC that a refused claim gets: each once, in the order of the file."""
    told = dict.fromkeys(map(code_of, reasons))
    return list(told)[:STATUSES_AT_MOST] or [(UNPROCESSABLE, BAD_FORMAT)]


def code_of(reason: Reason) -> Composite:
    """Return the status that a finding becomes."""
    rule = reason.finding.rule
    if rule in BALANCES:
        return (RELATIONAL, BALANCES[rule])
    category, subject = CATEGORIES.get(rule, INVALID), _subject(reason)
    entity = reason.entity if subject.entity == NAMED else subject.entity
    if not subject.entity:
        return (category, subject.code)
    return (category, subject.code, entity) if entity in ENTITIES else (category, BAD_FORMAT)


def _subject(reason: Reason) -> Subject:
    place = reason.finding.place
    element = f"{place.segment}{place.element:02d}"
    if element == "NM109" and reason.entity in NATIONAL:
        return NPI
    if element == "NM109" and reason.entity == SUBSCRIBER:
        return MEMBER
    names = (f"{element}-{place.component}", element, place.segment)
    return next((SUBJECTS[name] for name in names if name in SUBJECTS), Subject(BAD_FORMAT))
