"""270 and 276 from documents of kinds eligibility_inquiry and claim_status; one set a document.

A document knows persons by pseudonym only, so whose cover or claim it is comes as an argument, from
the record that the question is about. Written are questions about subscribers; a dependent is
refused.
Spec: 005010X279A1 (270) and 005010X212 (276).
"""

from collections.abc import Iterator, Mapping
from datetime import date, datetime
from typing import NamedTuple

from acktrail.documents.health import ClaimStatus, EligibilityInquiry, Procedure, ServiceStatus
from acktrail.documents.kinds import Document
from acktrail.documents.parts import Money, Party, Period, Reference
from acktrail.formats.x12.write import Composite, SetDraft
from acktrail.formats.x12.write import Line as Segment
from acktrail.translate import claim_status, eligibility
from acktrail.translate.outbound.codes import empty, plain, refuse
from acktrail.translate.remittance_codes import PROCEDURES

STATUS_GUIDE, ELIGIBILITY_GUIDE = "005010X212", "005010X279A1"  # ST03
BATCH, SELF = "BATCH", "SELF"
LEVELS = ("20", "21", "19")  # HL03
QUALIFIERS = {"NPI": "XX", "TIN": "FI", "PAYER_ID": "PI", "HPID": "XV", "ETIN": "46"}
LISTS = {name: qualifier for qualifier, name in PROCEDURES.items()}


class Subject(NamedTuple):
    """Who a question is about and who asks: what a document must not hold."""

    last: str
    first: str
    number: str  # member number
    birth: date
    sex: str = ""  # F M
    provider: str = ""  # name of who asks; a 270 wants it
    originator: str = ""  # TRN03 of a 270: ten characters


def status_inquiry(document: Document, subject: Subject, at: datetime) -> SetDraft:
    """Return a 276 (X212).

    Raises:
        UnwritableError: If the document is no question about a subscriber's claim, or holds what
            a 276 has no place for. Fields are named, never values.
    """
    asked = document.payload
    if not isinstance(asked, ClaimStatus) or asked.purpose != "INQUIRY":
        return refuse("payload", "is no question about a claim")
    return SetDraft("276", tuple(_status(document, asked, subject, at)), STATUS_GUIDE)


def eligibility_inquiry(document: Document, subject: Subject, at: datetime) -> SetDraft:
    """Return a 270 (X279A1).

    Raises:
        UnwritableError: As ``status_inquiry``.
    """
    asked = document.payload
    if not isinstance(asked, EligibilityInquiry):
        return refuse("payload", "is no question about cover")
    return SetDraft("270", tuple(_eligibility(document, asked, subject, at)), ELIGIBILITY_GUIDE)


def _status(
    document: Document, asked: ClaimStatus, subject: Subject, at: datetime
) -> Iterator[Segment]:
    _own(asked.relation)
    empty(asked.statuses, "statuses")
    yield "BHT", "0010", "13", _batch(document), _day(document.issued), f"{at:%H%M}"
    yield from _outer(document, (("PAYER", "PR"), ("RECEIVER", "41"), ("PROVIDER", "1P")), "")
    yield "HL", "4", "3", "22", "0"
    yield "DMG", "D8", _day(subject.birth), subject.sex
    yield _person(subject)
    yield "TRN", "1", asked.trace
    yield from _references(document.references, claim_status.REFERENCES)
    if asked.charge is not None:
        yield "AMT", "T3", _money(asked.charge, document)
    yield from _dated("472", asked.on)
    for one in asked.services:
        yield from _service(one, document)


def _service(one: ServiceStatus, document: Document) -> Iterator[Segment]:
    empty(one.statuses, "services.statuses")
    empty(one.paid, "services.paid")
    units = "" if one.units is None else plain(one.units)
    charge = _money(one.charge, document)
    yield "SVC", _procedure(one.procedure), charge, "", one.revenue, "", "", units
    yield from _references(one.references, claim_status.REFERENCES)
    yield from _dated("472", one.on)


def _eligibility(
    document: Document, asked: EligibilityInquiry, subject: Subject, at: datetime
) -> Iterator[Segment]:
    _own(asked.relation)
    yield "BHT", "0022", document.type_code, _batch(document), _day(document.issued), f"{at:%H%M}"
    yield from _outer(document, (("PAYER", "PR"), ("RECEIVER", "1P")), subject.provider)
    yield "HL", "3", "2", "22", "0"
    for trace in asked.traces:
        yield "TRN", "1", trace, subject.originator
    yield _person(subject)
    yield from _references(document.references, eligibility.REFERENCES)
    yield "DMG", "D8", _day(subject.birth), subject.sex
    yield from _dated("291", asked.on)
    for one in asked.questions:
        types: list[str | Composite] = list(one.service_types)
        yield "EQ", types, _procedure(one.procedure), one.level, one.insurance_type
        yield from _references(one.references, eligibility.REFERENCES)
        yield from _dated("291", one.on)


def _outer(document: Document, levels: tuple[tuple[str, str], ...], name: str) -> Iterator[Segment]:
    """Yield the levels above the subscriber: HL and NM1; ``name`` is that of the last one."""
    for n, (role, code) in enumerate(levels, 1):
        party = document.party(role) or refuse("parties", f"has no {role}")
        yield "HL", str(n), str(n - 1) if n > 1 else "", LEVELS[n - 1], "1"
        yield _name(party, code, party.name or (name if n == len(levels) else ""))


def _name(party: Party, code: str, name: str) -> Segment:
    one = party.ids[0] if party.ids else refuse("parties.ids", "is empty")
    qualifier = QUALIFIERS.get(one.scheme) or refuse("parties.ids.scheme", "has no X12 code")
    return "NM1", code, "2", name, "", "", "", "", qualifier, one.value


def _person(subject: Subject) -> Segment:
    return "NM1", "IL", "1", subject.last, subject.first, "", "", "", "MI", subject.number


def _own(relation: str) -> None:
    if relation != SELF:
        refuse("relation", "is not that of a subscriber")


def _batch(document: Document) -> str:
    found = (one.value for one in document.references if one.kind == BATCH)
    return next(found, "") or refuse("references", "names no batch")


def _references(references: tuple[Reference, ...], kinds: Mapping[str, str]) -> Iterator[Segment]:
    codes = {kind: code for code, kind in kinds.items()}
    for one in references:
        if one.kind != BATCH:
            code = codes.get(one.kind) or refuse("references.kind", "has no X12 code")
            yield "REF", code, one.value


def _dated(code: str, period: Period | None) -> Iterator[Segment]:
    if period is None:
        return
    if period.end is None or period.end == period.start:
        yield "DTP", code, "D8", _day(period.start)
    else:
        yield "DTP", code, "RD8", f"{_day(period.start)}-{_day(period.end)}"


def _procedure(one: Procedure | None) -> str | Composite:
    if one is None:
        return ""
    return (LISTS.get(one.code.list, one.code.list), one.code.value, *one.modifiers)


def _money(amount: Money | None, document: Document) -> str:
    if amount is None:
        return ""
    if amount.currency != (document.currency or "USD"):
        refuse("charge", "is not in the document's currency")
    return plain(amount.amount)


def _day(on: date | None) -> str:
    return "" if on is None else f"{on:%Y%m%d}"
