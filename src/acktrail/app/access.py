"""The door before every act of a person: who may, what was refused, who looked at what."""

import secrets
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from types import MappingProxyType
from typing import Final, NamedTuple

from acktrail.app.tools import Tools
from acktrail.errors import PolicyError
from acktrail.ledger import sessions
from acktrail.ledger.transaction import SqlTransaction
from acktrail.ports import Entry
from acktrail.security import passwords
from acktrail.security import users as rules
from acktrail.security.passwords import COST, Cost
from acktrail.security.roles import ADMINISTRATOR, MANAGE, MATRIX, READ_PAYLOAD
from acktrail.security.users import PREFIX, STREAM, User, administrators, users

REASON_CHARS: Final = 500
TARGET_CHARS: Final = 100
ONE_TIME: Final = timedelta(days=1)  # for the first sign-in at the console
REFUSED, VIEWED, EXPORTED = "refused", "viewed", "exported"
_NOTHING: Final[Mapping[str, object]] = MappingProxyType({})


def permit(tools: Tools, act: str, actor: str, target: str = "") -> None:
    """Let a person act, or write that it was refused; the first line of whatever changes things.

    Nothing is asked while ``[access] enforce`` is off. A service (``svc:``) acts by its profile.

    Args:
        tools: Of the home.
        act: A row of the matrix.
        actor: ``user:<name>``.
        target: What it is about: an id or a name, no value of the data.

    Raises:
        PolicyError: None of the roles that the person holds allows it.
    """
    allowed = MATRIX[act]
    if not tools.settings.access.enforce or not actor.startswith(PREFIX):
        return
    known = users(tools.ledger.entries(STREAM))
    now = tools.clock.now()
    if act == MANAGE and not administrators(known, now):
        return  # the first administrator: nobody else can let anybody in
    user = known.get(actor.removeprefix(PREFIX), User(""))
    if user.may(act, now):
        return
    note(tools, REFUSED, actor, {"act": act, "target": target[:TARGET_CHARS]})
    msg = f"{act} needs one of: {', '.join(sorted(allowed))}"
    raise PolicyError(msg, code="policy.role")


def permit_look(tools: Tools, actor: str, reason: str, target: str) -> None:
    """Let a person look at payloads, which needs a reason even where roles are not enforced.

    Raises:
        PolicyError: There is no reason, or the person has no such grant.
    """
    permit(tools, READ_PAYLOAD, actor, target)
    need_reason(reason)


def note(tools: Tools, kind: str, actor: str, facts: Mapping[str, object]) -> Entry:
    """Write who looked, took away or was refused into the day's stream ``access:<day>``."""
    with tools.ledger.begin() as tx:
        return tx.append(access_stream(tools.clock.now()), kind, facts, actor)


def access_stream(now: datetime) -> str:
    """Name the day's stream of who came, looked, took away or was refused."""
    return f"access:{now:%Y-%m-%d}"


def need_reason(reason: str) -> None:
    """Refuse an empty or an endless reason.

    Raises:
        PolicyError: It is one of them.
    """
    if not reason.strip() or len(reason) > REASON_CHARS:
        msg = f"a reason of up to {REASON_CHARS} characters; it is kept for ever: no patient data"
        raise PolicyError(msg, code="policy.reason")


class Order(NamedTuple):
    """What an administrator wants of a user."""

    user: str
    actor: str  # user:<name>
    reason: str
    role: str = ""
    until: datetime | None = None  # aware; None: until it is taken back


@dataclass(frozen=True, slots=True)
class Users:
    """Adds and ends users, grants and takes back; each under the lock of their stream."""

    tools: Tools
    random: Callable[[int], bytes] = field(default=secrets.token_bytes)
    cost: Cost = COST

    def known(self) -> list[User]:
        """Return every user, by name."""
        found = users(self.tools.ledger.entries(STREAM))
        return [found[name] for name in sorted(found)]

    def add(self, order: Order) -> Entry:
        """Add a user, who may do nothing yet."""
        return self._write(order, rules.ADDED, lambda known, _: rules.check_add(known, order.user))

    def grant(self, order: Order) -> Entry:
        """Give a user a role, or the look at payloads.

        Raises:
            PolicyError: To oneself, once there is an administrator; or roles that must not meet.
        """

        def check(known: Mapping[str, User], now: datetime) -> None:
            rules.check_grant(known, order.user, order.role, now)
            first = not administrators(known, now)
            if first and order.role != ADMINISTRATOR:
                msg = "the first grant is that of an administrator"
                raise PolicyError(msg, code="policy.first")
            if order.actor == PREFIX + order.user and not first:
                msg = "nobody grants anything to himself"
                raise PolicyError(msg, code="policy.self")
            if order.until and order.until <= now:
                msg = "the end of the grant is in the past"
                raise PolicyError(msg, code="policy.past")

        until = {"until": order.until.isoformat()} if order.until else {}
        return self._write(order, rules.GRANTED, check, {"role": order.role, **until})

    def revoke(self, order: Order) -> Entry:
        """Take a role back."""

        def check(known: Mapping[str, User], now: datetime) -> None:
            rules.check_revoke(known, order.user, order.role, now)

        return self._write(order, rules.REVOKED, check, {"role": order.role})

    def disable(self, order: Order) -> Entry:
        """End a user; whoever is added again later starts without a role."""

        def check(known: Mapping[str, User], now: datetime) -> None:
            rules.check_disable(known, order.user, now)

        return self._write(order, rules.DISABLED, check, also=_forget(order.user))

    def issue_password(self, order: Order) -> str:
        """Return a password for a user's next sign-in at the console, where he chooses his own.

        It is shown this once and ends after a day; his sessions and the password of before end now.

        Raises:
            NotFoundError: There is no such user.
        """

        def check(known: Mapping[str, User], _: datetime) -> None:
            rules.check_known(known, order.user)

        password = passwords.one_time(self.random(passwords.ONE_TIME_BYTES))
        kept = passwords.kept(password, self.random(passwords.SALT_BYTES), self.cost)
        until = self.tools.clock.now() + ONE_TIME
        credential = sessions.Credential(order.user, kept, once=True, until=until)

        def keep(tx: SqlTransaction) -> None:
            sessions.forget(tx.connection, order.user)
            sessions.set_credential(tx.connection, credential)

        self._write(order, rules.LET_IN, check, also=keep)
        return password

    def _write(
        self,
        order: Order,
        kind: str,
        check: Callable[[Mapping[str, User], datetime], None],
        facts: Mapping[str, object] = _NOTHING,
        also: Callable[[SqlTransaction], None] | None = None,
    ) -> Entry:
        permit(self.tools, MANAGE, order.actor, order.user)
        need_reason(order.reason)
        with self.tools.ledger.begin() as tx:
            tx.step(STREAM, "")  # no entry has this key: it only locks
            check(users(tx.entries(STREAM)), self.tools.clock.now())
            if also:
                also(tx)
            body = {"user": order.user, "reason": order.reason, **facts}
            return tx.append(STREAM, kind, body, order.actor)


def _forget(user: str) -> Callable[[SqlTransaction], None]:
    return lambda tx: sessions.forget(tx.connection, user)
