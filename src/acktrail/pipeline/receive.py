"""Decides when a remote file is whole, whether it is wanted, and what a repeated one gets.

Pure: the lister brings listings, looks at heads and tails, and the time; the clock is ours alone,
the other side's mtime is only compared for equality. Not here: claiming, which is a database row.
"""

from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta
from functools import lru_cache
from typing import Literal, NamedTuple

from acktrail.ports import Arrival, Seen
from acktrail.profiles import partner

TEMPORARY_ENDINGS = (b".tmp", b".part", b".filepart", b".writing")
TEMPORARY_STARTS = (b".", b"~")
MARKER_ENDING = b".done"
MAX_NAME_BYTES = 255  # NAME_MAX of every file system we know
TRAILER_INTERVAL = timedelta(milliseconds=50)

INCOMPLETE = "receive.incomplete"  # its trailer never came
EMPTY = "receive.empty"  # still zero bytes
UNMARKED = "receive.unmarked"  # its marker file never came
UNSTABLE = "receive.unstable"  # it never stood still


# ---------------------------------------------------------------- names


def is_plain(name: bytes) -> bool:
    """Tell whether ``name`` is a file name and nothing else: no folder, no NUL, not too long."""
    bad = name in {b"", b".", b".."} or b"/" in name or b"\0" in name
    return not bad and len(name) <= MAX_NAME_BYTES


def is_temporary(name: bytes) -> bool:
    """Tell whether an upload under way is named so; such a file is never taken."""
    folded = name.lower()
    return folded.startswith(TEMPORARY_STARTS) or folded.endswith(TEMPORARY_ENDINGS)


def marker_of(name: bytes) -> bytes:
    """Return the name of the marker file that says ``name`` is whole."""
    return name + MARKER_ENDING


def wanted(name: bytes, include: Sequence[str]) -> bool:
    """Tell whether ``name`` matches one of the globs; case counts, temporary names never match."""
    if not is_plain(name) or is_temporary(name):
        return False
    return any(_matches(name, _compile_glob(glob)) for glob in include)


def candidates(listing: Iterable[Seen], include: Sequence[str], limit: int) -> list[Seen]:
    """Return the wanted files in the order of their names: all are sorted before any is cut."""
    chosen = sorted(one for one in listing if wanted(one.path, include))
    return chosen[:limit]


# A glob becomes a row of byte sets; None stands for a star. Never `re`: a partner's pattern that
# backtracks would stop the lister. Matching steps back to the last star only, so its time is at
# most the product of both lengths.
Tokens = tuple[frozenset[int] | None, ...]
ANY_BYTE = frozenset(range(256))


@lru_cache(maxsize=1024)
def _compile_glob(glob: str) -> Tokens:
    pattern = glob.encode("utf-8", "surrogateescape")
    tokens: list[frozenset[int] | None] = []
    at = 0
    while at < len(pattern):
        token, at = _next_token(pattern, at)
        if token is not None or not tokens or tokens[-1] is not None:
            tokens.append(token)
    return tuple(tokens)


def _next_token(pattern: bytes, at: int) -> tuple[frozenset[int] | None, int]:
    sign = pattern[at : at + 1]
    if sign == b"*":
        return None, at + 1
    if sign == b"?":
        return ANY_BYTE, at + 1
    if sign == b"[":  # a bracket that comes first in the set stands for itself
        end = pattern.find(b"]", at + (3 if pattern[at + 1 : at + 2] == b"!" else 2))
        if end > 0:
            return _byte_set(pattern[at + 1 : end]), end + 1
    return frozenset(sign), at + 1


def _byte_set(inner: bytes) -> frozenset[int]:
    """Return the bytes that ``[inner]`` stands for: single ones, ranges, ``!`` in front negates."""
    negated = inner.startswith(b"!")
    rest = inner[negated:]
    chosen: set[int] = set()
    at = 0
    while at < len(rest):
        if rest[at + 1 : at + 2] == b"-" and at + 2 < len(rest):
            chosen.update(range(rest[at], rest[at + 2] + 1))
            at += 3
        else:
            chosen.add(rest[at])
            at += 1
    return ANY_BYTE - chosen if negated else frozenset(chosen)


def _matches(name: bytes, tokens: Tokens) -> bool:
    at = token = 0
    star, resume = -1, 0
    while at < len(name):
        if token < len(tokens) and tokens[token] is None:
            star, resume = token, at
            token += 1
        elif token < len(tokens) and name[at] in (tokens[token] or ()):
            at, token = at + 1, token + 1
        elif star >= 0:
            resume += 1
            at, token = resume, star + 1
        else:
            return False
    return all(rest is None for rest in tokens[token:])


# ---------------------------------------------------------------- readiness


class Observation(NamedTuple):
    """What was seen of one file over time, by our clock."""

    size: int
    mtime: int
    first_at: datetime  # first seen under this name
    changed_at: datetime  # first seen as it is now
    counted_at: datetime  # last look that counted
    equal: int  # looks that found it as it is now, each an interval after the one before


class Ready(NamedTuple):
    """The file is whole: claim it."""


class Wait(NamedTuple):
    """Look again then, or when something wakes us."""

    until: datetime


class GiveUp(NamedTuple):
    """It has not become whole in time: take it in and hold it under this code."""

    code: str


def observe(before: Observation | None, seen: Seen, now: datetime, every: timedelta) -> Observation:
    """Add one look at a file; looks closer together than ``every`` count as one."""
    if before is None:
        return Observation(seen.size, seen.mtime, now, now, now, 1)
    if (before.size, before.mtime) != (seen.size, seen.mtime):
        return Observation(seen.size, seen.mtime, before.first_at, now, now, 1)
    if now - before.counted_at < every:
        return before
    return before._replace(counted_at=now, equal=before.equal + 1)


def interval(rules: partner.Ready) -> timedelta:
    """Return the time between two looks that count, for :func:`observe`."""
    return min(TRAILER_INTERVAL, rules.interval) if rules.mode == "trailer" else rules.interval


def readiness(
    file: Observation,
    rules: partner.Ready,
    now: datetime,
    *,
    marker: Observation | None = None,
    complete: bool | None = None,
) -> Ready | Wait | GiveUp:
    """Tell whether a file is whole, when to look again, or that it never will be.

    Args:
        file: The file's looks so far, the last one included.
        rules: The profile's ``ready`` table.
        now: The time of the last look.
        marker: Looks at its marker file, for mode ``marker``.
        complete: What the format says of the trailer; None when it was not asked or cannot tell.
            False makes the file wait in every mode.
    """
    if file.size == 0:
        return _wait(file, rules, now, EMPTY)
    if complete is False:
        return _wait(file, rules, now, INCOMPLETE)
    if rules.mode == "marker":
        marked = marker is not None and marker.changed_at >= file.changed_at
        return Ready() if marked else _wait(file, rules, now, UNMARKED)
    if rules.mode == "renamed" or (rules.mode == "trailer" and complete and file.equal > 1):
        return Ready()
    if rules.mode == "trailer" and complete:
        return _wait(file, rules, now, UNSTABLE)
    return _stable(file, rules, now)  # also where a trailer cannot be read


def _stable(file: Observation, rules: partner.Ready, now: datetime) -> Ready | Wait | GiveUp:
    quiet = now - file.changed_at >= rules.interval * (rules.checks - 1)
    if file.equal >= rules.checks and quiet and now - file.first_at >= rules.min_age:
        return Ready()
    if file.equal >= rules.checks and quiet:
        return Wait(file.first_at + rules.min_age)
    return _wait(file, rules, now, UNSTABLE)


def _wait(file: Observation, rules: partner.Ready, now: datetime, code: str) -> Wait | GiveUp:
    if now - file.first_at >= rules.max_wait:
        return GiveUp(code)
    return Wait(now + interval(rules))


# ---------------------------------------------------------------- identity and duplicates


def same_file(one: Seen, other: Seen) -> bool:
    """Tell whether two looks show the same file as far as a listing can tell."""
    return (one.path, one.size, one.mtime) == (other.path, other.size, other.mtime)


def arrival(partner_id: str, endpoint: str, seen: Seen, generation: int) -> Arrival:
    """Return what is claimed for a file as it was seen."""
    return Arrival(partner_id, endpoint, seen.path, seen.size, seen.mtime, generation)


def as_seen(claimed: Arrival) -> Seen:
    """Return a claimed file as the transport takes it."""
    return Seen(claimed.path, claimed.size, claimed.mtime)


class Repeat(NamedTuple):
    """What a file is a repeat of, and what it gets for it."""

    of: Literal["nothing", "content", "control"]
    action: Literal["accept", "answer", "reject", "hold"]
    exchange: str  # the earlier one, "" when there is none


NO_REPEAT = Repeat("nothing", "accept", "")


def repeat(
    content: str, control: str, rules: partner.Duplicates, *, replay: bool = False
) -> Repeat:
    """Decide what a file gets that came before.

    Args:
        content: Exchange with the same opened bytes, ``""`` when there is none.
        control: Exchange with the same interchange identity, ``""`` when there is none.
        rules: The profile's ``duplicates`` table.
        replay: Somebody with the right to do so asked for it again: nothing counts as a repeat.
    """
    if replay:
        return NO_REPEAT
    if content:
        return Repeat("content", rules.content, content)
    if control:
        return Repeat("control", rules.control, control)
    return NO_REPEAT
