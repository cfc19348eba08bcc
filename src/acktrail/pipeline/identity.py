"""Whose file it is and how it can be found again: pure looks at a read result."""

from collections.abc import Iterable, Iterator, Mapping
from typing import NamedTuple

from acktrail.documents.kinds import HEALTH_KINDS
from acktrail.model import CORRECTS, InterchangeResult, ReadResult
from acktrail.pipeline.kept import Kept

INDEXED_MESSAGES = 2000  # of one file, HL7 only: ST02 and UNH 0062 are too small to search for
SCHEMES = {"x12": ("isa13", "gs06"), "edifact": ("unb0020", "ung0048"), "hl7": ("fhs11", "bhs11")}
# health kinds whose id is no person's: the trace of a payment, the number of a batch or message
OPEN_IDS = frozenset(
    {"remittance", "premium_payment", "claim_acknowledgement", "enrolment", "supply_request"}
)


class Identifier(NamedTuple):
    """Something to search an exchange by; ``person`` ones are indexed as keyed hashes."""

    scheme: str
    value: str
    person: bool = False


def stranger(result: ReadResult, senders: tuple[str, ...], receivers: tuple[str, ...]) -> str:
    """Return which side of a file the profile does not name: sender, receiver or ``""``.

    Every HL7 message names its sides itself: one stranger inside the partner's batch is enough. A
    message that names nobody is spoken for by its envelope. Rows and statements have no envelope
    that names anybody; an empty list in the profile asks for nothing.
    """
    if result.format not in SCHEMES:
        return ""
    for one in result.interchanges:
        if senders and not _names(one, "ISA05", one.sender) & {*senders}:
            return "sender"
        if receivers and not _names(one, "ISA07", one.receiver) & {*receivers}:
            return "receiver"
        side = _strange_message(one, {"sender": senders, "receiver": receivers})
        if side:
            return side
    return ""


def _strange_message(one: InterchangeResult, known: Mapping[str, tuple[str, ...]]) -> str:
    """Return the side of a message that names itself (HL7: MSH-3 to MSH-6) and is not known."""
    for group in one.groups:
        for message in group.messages:
            for side, names in known.items():
                named = message.facts.get(side)
                if names and named and named not in names:
                    return side
    return ""


def _names(one: InterchangeResult, qualifier: str, side: str) -> set[str]:
    """Return how a profile may spell a side: as the file shows it, X12 also as ``ZZ:ID``."""
    return {side, f"{one.facts[qualifier]}:{side}"} if qualifier in one.facts else {side}


def wrong_usage(result: ReadResult, usage: str) -> bool:
    """Tell whether test traffic came for production or the reverse (ISA15, 0035, MSH-11)."""
    if usage == "any":
        return False
    return any(one.test != (usage == "test") for one in result.interchanges)


def control_identities(result: ReadResult) -> Iterator[str]:
    """Yield what must not come again with other content.

    ISA05-08 + ISA13; UNB parties + 0020; for HL7 the file's or batch's control id, or MSH-10 of a
    file that holds one message. Rows and statements have none.
    """
    for one in result.interchanges:
        qualifiers = f"{one.facts.get('ISA05', '')}|{one.facts.get('ISA07', '')}"
        sides = f"{result.format}|{qualifiers}|{one.sender}|{one.receiver}"
        if one.control and result.format in SCHEMES:
            yield f"{sides}|{one.control}"
        elif result.format == "hl7":
            messages = [message for group in one.groups for message in group.messages]
            if len(messages) == 1 and messages[0].control:
                yield f"{sides}|{messages[0].control}"


def _corrected(one: InterchangeResult) -> Iterator[Identifier]:
    """Yield the batches that HL7 batches answer, or are sent again for (FHS-12, BHS-12)."""
    for facts in (one.facts, *(group.facts for group in one.groups)):
        if facts.get(CORRECTS):
            yield Identifier(CORRECTS, facts[CORRECTS])


def identifiers(result: ReadResult, released: Iterable[Kept]) -> Iterator[Identifier]:
    """Yield what auditors and partners search by."""
    outer, inner = SCHEMES.get(result.format, ("", ""))
    messages = 0
    for one in result.interchanges:
        if one.control and outer:
            yield Identifier(outer, one.control)
        yield from _corrected(one)
        for group in one.groups:
            if group.control and inner:
                yield Identifier(inner, group.control)
            for message in group.messages:
                if result.format == "hl7" and message.control and messages < INDEXED_MESSAGES:
                    messages += 1
                    yield Identifier("msh10", message.control)
    for kept in released:
        if kept.id:
            person = kept.kind in HEALTH_KINDS and kept.kind not in OPEN_IDS
            yield Identifier(kept.kind, kept.id, person)
