"""One message that was read again alone, put into the result of its whole file.

So the newest read result is always that of the whole file: answers, verdicts and later replays are
made from it as if nothing had been read apart.
"""

from dataclasses import replace

from acktrail.model import (
    Finding,
    GroupResult,
    InterchangeResult,
    MessageResult,
    ReadResult,
    Severity,
    Verdict,
    fold_verdicts,
)
from acktrail.pipeline.read import Translated

REFUSING = frozenset({Severity.ERROR, Severity.FATAL})


def messages_of(result: ReadResult) -> list[MessageResult]:
    """Return the messages of a file in its order."""
    return [m for one in result.interchanges for group in one.groups for m in group.messages]


def merged(whole: ReadResult, number: int, again: ReadResult) -> ReadResult | None:
    """Return the result of the whole file with one message as it was read alone.

    Args:
        whole: The result before.
        number: Of the message in the file, from 1.
        again: Of the message alone.

    Returns:
        None when what was read alone is not one whole message.
    """
    read = messages_of(again)
    if not again.usable or len(read) != 1:
        return None
    old = messages_of(whole)[number - 1]
    new = _placed(read[0], old)
    interchanges, left = [], number
    for one in whole.interchanges:
        count = sum(len(group.messages) for group in one.groups)
        interchanges.append(_interchange(one, left, new) if 0 < left <= count else one)
        left -= count
    documents = dict(whole.documents)
    for kind, made in again.documents.items():
        documents[kind] = documents.get(kind, 0) + made
    kinds = list(again.documents or whole.documents)
    if old.documents and len(kinds) == 1:
        documents[kinds[0]] -= old.documents
    return replace(whole, interchanges=tuple(interchanges), documents=documents)


def withheld(whole: ReadResult, number: int, before: int, again: Translated) -> int:
    """Return how many documents a person still has to decide about.

    Args:
        whole: The result before.
        number: Of the message in the file, from 1.
        before: How many there were.
        again: The message alone.
    """
    refused = [at for at, one in enumerate(messages_of(whole), 1) if _is_refused(one)]
    if not before or number not in refused:
        return before + again.withheld
    # of several refused messages nobody knows which held how many back: none may be forgotten
    left = max(1, before - 1) if len(refused) > 1 else 0
    return left + again.withheld


def _is_refused(message: MessageResult) -> bool:
    return not message.documents and any(one.severity in REFUSING for one in message.findings)


def _placed(new: MessageResult, old: MessageResult) -> MessageResult:
    """Return a message with the offsets that it has in the whole file."""
    moved = old.offset - new.offset

    def placed(finding: Finding) -> Finding:
        place = finding.place._replace(offset=finding.place.offset + moved)
        return replace(finding, place=place)

    return replace(new, offset=old.offset, findings=tuple(map(placed, new.findings)))


def _interchange(one: InterchangeResult, number: int, new: MessageResult) -> InterchangeResult:
    groups = []
    for group in one.groups:
        count = len(group.messages)
        groups.append(_group(group, number, new) if 0 < number <= count else group)
        number -= count
    verdict = fold_verdicts(tuple(group.verdict for group in groups))
    if verdict is Verdict.ACCEPTED and _warned(one.findings):
        verdict = Verdict.ACCEPTED_WITH_ERRORS
    return replace(one, groups=tuple(groups), verdict=verdict)


def _group(group: GroupResult, number: int, new: MessageResult) -> GroupResult:
    messages = (*group.messages[: number - 1], new, *group.messages[number:])
    verdict = fold_verdicts(tuple(message.verdict for message in messages))
    return replace(group, messages=messages, verdict=verdict)


def _warned(findings: tuple[Finding, ...]) -> bool:
    return any(finding.severity is Severity.WARNING for finding in findings)
