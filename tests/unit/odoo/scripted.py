"""A client that plays back answers, and a clock that moves when somebody waits."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta

from acktrail.odoo.client import Answer, Done

Body = Mapping[str, object]


@dataclass
class Time:
    """Clock and pause in one: waiting is what makes time pass."""

    at: datetime = datetime(2026, 11, 24, tzinfo=UTC)

    def now(self) -> datetime:
        return self.at

    def pause(self, wait: float) -> None:
        self.at += timedelta(seconds=wait)


@dataclass
class Scripted:
    """Answers each call with what ``play`` says; notes the calls."""

    play: Callable[[str, str, Body], Answer]
    calls: list[tuple[str, str, Body]] = field(default_factory=list)

    def call(self, model: str, method: str, body: Body) -> Answer:
        self.calls.append((model, method, body))
        return self.play(model, method, body)


def loaded(ids: list[int]) -> Done:
    return Done({"ids": ids, "messages": [], "nextrow": 0})


def refused(*messages: Mapping[str, object]) -> Done:
    rows = [{"type": "error", "rows": {"from": 0, "to": 0}, **one} for one in messages]
    return Done({"ids": False, "messages": rows, "nextrow": 0})
