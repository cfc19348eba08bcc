"""Who looked at payloads, and who intervened: an auditor's questions to the ledger."""

from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Final, NamedTuple

from acktrail.app.governing import Governing
from acktrail.app.tools import Tools
from acktrail.ports import Entry
from acktrail.security.users import PREFIX

# What a person does with an exchange, as commands and ledger call it.
ACTIONS: Final[Mapping[str, str]] = {
    "replay": "replayed",
    "release": "released",
    "override": "resolved",
    "park": "held",
}


class Window(NamedTuple):
    """Which entries are meant."""

    since: datetime  # aware
    until: datetime  # aware, exclusive
    user: str = ""  # without ``user:``; "" = anybody

    def holds(self, entry: Entry) -> bool:
        """Tell whether an entry is meant."""
        mine = not self.user or entry.actor == PREFIX + self.user
        return mine and self.since <= entry.at < self.until


class Look(NamedTuple):
    """Somebody came, looked, took away, or was refused."""

    at: str
    user: str
    kind: str  # signed_in, sign_in_failed, viewed, exported, refused and so on
    what: str
    reason: str
    entry: str  # stream and number


class Action(NamedTuple):
    """Somebody intervened."""

    at: str
    user: str
    kind: str
    exchange: str
    partner: str
    reason: str
    profile: str  # version under which it went on
    approved_by: str  # whoever approved that version; "" where none was needed
    detail: str


def looks(tools: Tools, window: Window) -> list[Look]:
    """Return who looked at payloads, took evidence away, or was refused; oldest first."""
    days = tools.ledger.streams("access:")
    first, last = f"access:{window.since:%Y-%m-%d}", f"access:{window.until:%Y-%m-%d}"
    chosen = [one for one in days if first <= one <= last]
    found = (one for day in chosen for one in tools.ledger.entries(day))
    return [_look(one) for one in found if window.holds(one)]


def actions(tools: Tools, window: Window, kinds: Iterable[str]) -> list[Action]:
    """Return who did one of ``kinds`` (keys of ``ACTIONS``), oldest first.

    Every entry of the ledger is looked at; the database hands over those of the kinds only.
    """
    names = {ACTIONS[one]: one for one in kinds}
    found = [
        one
        for one in tools.ledger.entries_of(sorted(names))
        if one.stream.startswith("ex_") and one.actor.startswith(PREFIX) and window.holds(one)
    ]
    return [_action(tools, one, names[one.kind]) for one in sorted(found, key=_order)]


def _order(one: Entry) -> tuple[datetime, str, int]:
    return one.at, one.stream, one.n


def _look(one: Entry) -> Look:
    body = one.body
    named = ("target", "exchange", "partner", "address")
    what = next((body[name] for name in named if body.get(name)), "")
    act = f"{body['act']} " if one.kind == "refused" else ""
    payloads = "" if body.get("payloads", True) else " without payloads"
    return Look(
        one.at.isoformat(timespec="seconds"),
        one.actor.removeprefix(PREFIX),
        one.kind,
        f"{act}{what}{payloads}".strip(),
        str(body.get("reason", "")),
        f"{one.stream} {one.n}",
    )


def _action(tools: Tools, one: Entry, kind: str) -> Action:
    row = tools.ledger.exchange(one.stream)
    label = str(one.body.get("profile", row.profile))
    version = int(label.partition("@")[2])
    approved = Governing(tools).standing(row.partner).versions.get(version)
    named = ("part", "message", "decision", "question", "record", "accept", "document")
    detail = " ".join(f"{name}={one.body[name]}" for name in named if name in one.body)
    return Action(
        one.at.isoformat(timespec="seconds"),
        one.actor.removeprefix(PREFIX),
        kind,
        row.id,
        row.partner,
        str(one.body.get("reason", "")),
        label,
        approved.approved_by.removeprefix(PREFIX) if approved else "",
        detail,
    )
