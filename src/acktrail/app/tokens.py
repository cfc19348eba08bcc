"""API tokens of users: made, listed, ended, and asked for before an act."""

import secrets
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime
from typing import NamedTuple

from acktrail.app.access import need_reason, permit
from acktrail.app.tools import Tools
from acktrail.errors import NotFoundError, PolicyError
from acktrail.security import tokens as rules
from acktrail.security.roles import MANAGE
from acktrail.security.tokens import BYTES, Token
from acktrail.security.users import PREFIX, STREAM, User, users


class Order(NamedTuple):
    """What a person wants of a token of his own."""

    actor: str  # user:<name>
    reason: str
    acts: frozenset[str]
    until: datetime  # aware


@dataclass(frozen=True, slots=True)
class Tokens:
    """The tokens of one home; the ledger keeps their hashes only."""

    tools: Tools
    random: Callable[[int], bytes] = field(default=secrets.token_bytes)

    def known(self) -> list[Token]:
        """Return every token, oldest first."""
        found = rules.tokens(self.tools.ledger.entries(STREAM))
        return sorted(found.values(), key=lambda one: (one.since, one.id))

    def issue(self, order: Order) -> str:
        """Return a new token of whoever asks; it is shown this once.

        An administrator cannot make one for somebody else: he could act in his name.

        Raises:
            NotFoundError: The person is no user.
            PolicyError: The scope is beyond what he may, or the end is too far.
        """
        permit(self.tools, "token.issue", order.actor)
        need_reason(order.reason)
        name, token = rules.make(self.random(BYTES))
        with self.tools.ledger.begin() as tx:
            tx.step(STREAM, "")  # no entry has this key: it only locks
            owner = order.actor.removeprefix(PREFIX)
            user = users(tx.entries(STREAM)).get(owner, User("", disabled=True))
            if user.disabled:
                msg = "no such user: acktrail user add"
                raise NotFoundError(msg)
            rules.check_issue(user, order.acts, order.until, self.tools.clock.now())
            body = {
                "token": name,
                "user": owner,
                "acts": " ".join(sorted(order.acts)),
                "sha256": rules.digest(token),
                "until": order.until.isoformat(),
                "reason": order.reason,
            }
            tx.append(STREAM, rules.ISSUED, body, order.actor)
        return token

    def revoke(self, name: str, actor: str, reason: str) -> None:
        """End a token: one's own, or as an administrator anybody's.

        Raises:
            NotFoundError: There is none of this id that still holds.
            PolicyError: It is somebody else's, or there is no reason.
        """
        permit(self.tools, "token.revoke", actor, name)
        need_reason(reason)
        token = rules.tokens(self.tools.ledger.entries(STREAM)).get(name)
        if token is None or token.revoked:
            msg = "no such token"
            raise NotFoundError(msg)
        if actor != PREFIX + token.user:
            permit(self.tools, MANAGE, actor, name)
        with self.tools.ledger.begin() as tx:
            body = {"token": name, "user": token.user, "reason": reason}
            tx.append(STREAM, rules.WITHDRAWN, body, actor)

    def actor(self, token: str, act: str) -> str:
        """Return ``user:<name>`` whom a token stands for, when it may do an act.

        Raises:
            PolicyError: It is no token that holds, or the act is beyond it.
        """
        entries = self.tools.ledger.entries(STREAM)
        people, now = users(entries), self.tools.clock.now()
        found = rules.admitted(rules.tokens(entries), people, token, now)
        if not rules.allows(found, people, act, now):
            msg = f"the token does not allow {act}"
            raise PolicyError(msg, code="policy.scope")
        return PREFIX + found.user
