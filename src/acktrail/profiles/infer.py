"""What a new partner's sample files say of its profile, each value with its evidence. Pure.

Nothing is taken from inside a message but what a profile names: ids of the envelope, versions,
kinds of message, test marks. A value that not every sample agrees on is said so.
"""

import re
from collections import Counter
from collections.abc import Iterable, Sequence
from typing import Final, NamedTuple

from acktrail.model import ReadResult

MARKED: Final = frozenset({"x12", "edifact", "hl7"})  # formats whose files say test or production
_DIGITS: Final = re.compile(r"[0-9]+(?:[-_.T]?[0-9]+)*")
_PATTERN: Final = re.compile(r"[\[\]?*]")  # characters that a pattern would not take as they are
MOST_VALUES: Final = 20


class Sample(NamedTuple):
    """One file as it was read without a profile."""

    name: str
    result: ReadResult


class Guess(NamedTuple):
    """A value with how many of how many samples show it."""

    value: str
    shown: int
    of: int

    @property
    def evidence(self) -> str:
        """The evidence as a comment says it."""
        return f"{self.shown} of {self.of} samples"


class Inferred(NamedTuple):
    """Everything that samples of one format say."""

    format: str
    globs: tuple[Guess, ...]
    senders: tuple[Guess, ...] = ()
    receivers: tuple[Guess, ...] = ()
    versions: tuple[Guess, ...] = ()
    messages: tuple[Guess, ...] = ()  # kinds of message: 837, ORDERS, ADT^A01
    kinds: tuple[Guess, ...] = ()  # kinds of canonical documents
    usage: tuple[Guess, ...] = ()  # test, production
    unusable: int = 0


def infer(samples: Sequence[Sample]) -> list[Inferred]:
    """Return what the samples say, one item a format, the most frequent first."""
    by_format: dict[str, list[Sample]] = {}
    for one in samples:
        by_format.setdefault(one.result.format, []).append(one)
    by_format.pop("", None)
    found = [_of_format(name, group) for name, group in by_format.items()]
    return sorted(found, key=lambda one: (-sum(glob.shown for glob in one.globs), one.format))


def _of_format(name: str, samples: Sequence[Sample]) -> Inferred:
    results = [one.result for one in samples]
    return Inferred(
        name,
        globs=_counted([[glob_of(one.name)] for one in samples]),
        senders=_counted(_sides(result, "ISA05", sender=True) for result in results),
        receivers=_counted(_sides(result, "ISA07", sender=False) for result in results),
        versions=_counted(_versions(result) for result in results),
        messages=_counted(_messages(result) for result in results),
        kinds=_counted(result.documents for result in results),
        usage=_counted(_usage(result) for result in results) if name in MARKED else (),
        unusable=sum(not result.usable for result in results),
    )


def glob_of(name: str) -> str:
    """Return a pattern for file names like this one: its numbers vary, the rest stays."""
    stem, dot, ending = name.partition(".")
    return _DIGITS.sub("*", _PATTERN.sub("?", stem)) + dot + _PATTERN.sub("?", ending)


def _counted(values: Iterable[Iterable[str]]) -> tuple[Guess, ...]:
    """Count in how many samples each value stands, the most frequent first."""
    per_sample = [sorted(set(one)) for one in values]
    counts = Counter(value for one in per_sample for value in one if value)
    ordered = sorted(counts.items(), key=lambda item: (-item[1], item[0]))
    return tuple(Guess(value, shown, len(per_sample)) for value, shown in ordered[:MOST_VALUES])


def _sides(result: ReadResult, qualifier: str, *, sender: bool) -> Iterable[str]:
    for one in result.interchanges:
        side = one.sender if sender else one.receiver
        if side and qualifier in one.facts:
            yield f"{one.facts[qualifier]}:{side}"
        elif side:
            yield side


def _versions(result: ReadResult) -> Iterable[str]:
    return (group.version for one in result.interchanges for group in one.groups)


def _messages(result: ReadResult) -> Iterable[str]:
    return (m.type for one in result.interchanges for group in one.groups for m in group.messages)


def _usage(result: ReadResult) -> Iterable[str]:
    return ("test" if one.test else "production" for one in result.interchanges)
