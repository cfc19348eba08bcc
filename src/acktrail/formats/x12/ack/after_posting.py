"""Answers that wait for what posting says: what each of them is about, and its control number.

The 824 and the 277CA are such. Within a received interchange one goes to each sender that its
groups name (GS02, GS03).
"""

from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import Generic, NamedTuple, TypeVar

from acktrail.errors import SetupError
from acktrail.formats.x12.ack.answers import groups_to_answer
from acktrail.model import Answering, GroupResult, InterchangeResult, ReadResult

Ends = TypeVar("Ends", bound=tuple[object, ...])  # who is answered, and how
What = TypeVar("What")  # what is told of: groups or sets


class Due(NamedTuple, Generic[Ends, What]):
    """One answer."""

    subject: InterchangeResult
    ends: Ends
    about: list[What]


def dues(
    result: ReadResult,
    answering: Answering,
    told: Callable[[GroupResult], Iterable[tuple[Ends, What]]],
) -> list[Due[Ends, What]]:
    """Return the answers that are due, in the order of the file.

    Args:
        result: Of the file.
        answering: As for the other answers.
        told: What of a group there may be something to tell of, and to whom.
    """
    found: list[Due[Ends, What]] = []
    for one in result.interchanges:
        about: dict[Ends, list[What]] = {}
        for group in groups_to_answer(one, result, answering):
            for ends, what in told(group):
                about.setdefault(ends, []).append(what)
        found += [Due(one, ends, whats) for ends, whats in about.items()]
    return found


def numbered(
    found: Sequence[Due[Ends, What]], numbers: Sequence[int]
) -> Iterator[tuple[Due[Ends, What], int]]:
    """Yield each answer with its control number.

    Raises:
        SetupError: If there are fewer numbers than answers.
    """
    if len(numbers) < len(found):
        msg = "fewer control numbers than answers after posting"
        raise SetupError(msg)
    return zip(found, numbers, strict=False)


def controls_used_once(result: ReadResult) -> frozenset[str]:
    """Return the numbers (ST02) that name one set of a file only: documents are known by them."""
    counts: dict[str, int] = {}
    for one in result.interchanges:
        for group in one.groups:
            for message in group.messages:
                counts[message.control] = counts.get(message.control, 0) + 1
    return frozenset(control for control, count in counts.items() if count == 1)
