"""One transaction set as an interchange of its own, so that it can be read again alone."""

from collections.abc import Iterator
from typing import NamedTuple

from acktrail.errors import ConflictError, NotFoundError
from acktrail.formats.x12 import rules
from acktrail.formats.x12.ack.original import marks_of
from acktrail.formats.x12.group import PLACE
from acktrail.formats.x12.marks import ISA_LENGTH
from acktrail.model import GroupResult, InterchangeResult, MessageResult, ReadResult, Severity
from acktrail.ports import Excerpt, Span

REFUSING = frozenset({Severity.ERROR, Severity.FATAL})
SHAPELESS = frozenset({rules.SE_MISSING.name, rules.ST_CONTROL.name, rules.ST_ID.name})


class Standing(NamedTuple):
    """A set, its number in the file from 1, and what it stands in."""

    number: int
    interchange: InterchangeResult
    group: GroupResult
    message: MessageResult


def excerpt_of(result: ReadResult, message: str) -> Excerpt:
    """Return the pieces of an interchange that holds one set as it was sent.

    Args:
        result: Of the whole file.
        message: The set's control number (ST02), else its number in the file, from 1.

    Raises:
        NotFoundError: If the file has no such set.
        ConflictError: If the set cannot stand alone; the message says why.
    """
    sets = list(_sets(result))
    named = [one for one in sets if one.message.control == message]
    numbered = [one for one in sets if message.isdecimal() and one.number == int(message)]
    found = next(iter(named or numbered), None)
    if found is None:
        msg = "the file has no such transaction set"
        raise NotFoundError(msg)
    same = [one for one in sets if one.message.control == found.message.control]
    reason = _why_not(result, found, len(same))
    if reason:
        msg = f"the transaction set cannot stand alone: {reason}"
        raise ConflictError(msg)
    return Excerpt(found.number, found.message.control, _pieces(found))


def _sets(result: ReadResult) -> Iterator[Standing]:
    number = 0
    for interchange in result.interchanges:
        for group in interchange.groups:
            for message in group.messages:
                number += 1
                yield Standing(number, interchange, group, message)


def _why_not(result: ReadResult, found: Standing, same: int) -> str:
    """Return why a set cannot be taken out of its file; empty when it can."""
    above = (*result.findings, *found.interchange.findings, *found.group.findings)
    own = {finding.rule for finding in found.message.findings}
    if not result.usable or any(finding.severity in REFUSING for finding in above):
        return "the file, the interchange or the group around it is refused"
    if any(finding.rule == rules.UNWRAPPED.name for finding in result.findings):
        return "its lines were unwrapped, so its bytes have no place in the file"
    if own & SHAPELESS:
        return "its ST or SE is missing or cannot be read"
    if same > 1:
        return "another set of the file has its control number"
    if not (found.interchange.facts.get(PLACE) and found.group.facts.get(PLACE)):
        return "the file was read before places were kept; replay the whole file once"
    return ""


def _pieces(found: Standing) -> tuple[Span | bytes, ...]:
    marks = marks_of(found.interchange)
    mark, end = (marks.element, marks.segment) if marks else ("*", "~")
    at, length = found.group.facts[PLACE].split(":")
    ge = f"GE{mark}1{mark}{found.group.control}{end}"
    iea = f"IEA{mark}1{mark}{found.interchange.control}{end}"
    return (
        Span(int(found.interchange.facts[PLACE]), ISA_LENGTH),
        Span(int(at), int(length)),
        Span(found.message.offset, found.message.length),
        (ge + iea).encode("latin-1"),
    )
