"""Records that our user made and that no document of the journal stands for. Reads only."""

from collections.abc import Collection, Iterator, Mapping
from datetime import datetime
from typing import NamedTuple

from acktrail.odoo.attempts import Attempts
from acktrail.odoo.client import Done
from acktrail.odoo.plan import context

PREFIX = "acktrail_"
MOST = 200  # ids in a question
# What Odoo makes along with another record, which stands for it: the entry of a payment.
ALONE: Mapping[str, list[object]] = {"account.move": ["origin_payment_id", "=", False]}


class Made(NamedTuple):
    """What is looked for: records of one model that our user made in a time."""

    model: str
    company: int
    since: datetime  # aware, UTC
    until: datetime
    login: str = ""  # of our user; where the API does not say who we are


def made(attempts: Attempts, wanted: Made) -> dict[int, str]:
    """Return the external ids of the records by their number; ``""`` for one that has none.

    Raises:
        GaveUpError: If Odoo answers nobody.
        HaltedError: If it refuses us.
    """
    ours = _ours(attempts, wanted.login)
    if ours is None:
        return {}
    since, until = (f"{one:%Y-%m-%d %H:%M:%S}" for one in (wanted.since, wanted.until))
    domain = [ours, ["create_date", ">=", since], ["create_date", "<", until]]
    if wanted.model in ALONE:
        domain.append(ALONE[wanted.model])
    body = {"domain": domain, "fields": ["id"], "context": _context(wanted.company)}
    answer = attempts.call(wanted.model, "search_read", body)
    ids = [one["id"] for one in answer.value] if isinstance(answer, Done) else []
    return dict(_names(attempts, wanted.model, ids))


def external_ids(attempts: Attempts, model: str, ids: Collection[int]) -> dict[int, str]:
    """Return the external ids of these records; one that is gone is not among them."""
    return dict(_names(attempts, model, list(ids)))


def _names(attempts: Attempts, model: str, ids: list[int]) -> Iterator[tuple[int, str]]:
    for start in range(0, len(ids), MOST):
        body = {"ids": ids[start : start + MOST]}
        answer = attempts.call(model, "get_external_id", body)
        found = answer.value if isinstance(answer, Done) and answer.value else {}
        yield from ((int(number), str(name)) for number, name in found.items())


def _ours(attempts: Attempts, login: str) -> list[object] | None:
    """Return the condition on who made a record; None when Odoo does not say who we are."""
    if login:
        return ["create_uid.login", "=", login]
    answer = attempts.call("res.users", "context_get", {})
    said = answer.value if isinstance(answer, Done) else None
    user = said.get("uid") if isinstance(said, Mapping) else None
    return None if user is None else ["create_uid", "=", user]


def _context(company: int) -> dict[str, object]:
    return {**context(company, overwrite=True), "active_test": False}
