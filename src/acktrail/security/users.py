"""Users and what was granted to them: a fold over one stream of the ledger. Pure.

A grant, its end and the end of a user are entries with actor and reason; there is no other place
that says who may do what.
"""

import re
from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Final, NamedTuple

from acktrail.errors import ConflictError, NotFoundError, PolicyError
from acktrail.ports import Entry
from acktrail.security.roles import ADMINISTRATOR, GRANTS, MATRIX, apart

STREAM: Final = "access:users"
PREFIX: Final = "user:"
ADDED, GRANTED, REVOKED, DISABLED = "user_added", "granted", "revoked", "user_disabled"
LET_IN: Final = "password_issued"  # no part of the fold: says who did it
_NAME: Final = re.compile(r"[A-Za-z0-9._@-]{1,115}")


class Grant(NamedTuple):
    """One role, or the look at payloads, of one user."""

    role: str
    by: str
    at: datetime
    reason: str
    until: datetime | None = None


class User(NamedTuple):
    """What the ledger says of one person."""

    name: str
    grants: Mapping[str, Grant] = {}
    disabled: bool = False

    def held(self, now: datetime) -> frozenset[str]:
        """Return the roles that hold now."""
        if self.disabled:
            return frozenset()
        return frozenset(
            one.role for one in self.grants.values() if one.until is None or now < one.until
        )

    def may(self, act: str, now: datetime) -> bool:
        """Tell whether one of the roles allows an act of the matrix."""
        return bool(MATRIX[act] & self.held(now))


def users(entries: Iterable[Entry]) -> dict[str, User]:
    """Fold the stream into every user that was ever added, by name."""
    found: dict[str, User] = {}
    for one in entries:
        name = str(one.body.get("user", ""))
        match one.kind:
            case "user_added":
                found[name] = User(name)
            case "granted" if name in found:
                grant = _grant(one)
                found[name] = found[name]._replace(grants={**found[name].grants, grant.role: grant})
            case "revoked" if name in found:
                left = {k: g for k, g in found[name].grants.items() if k != one.body["role"]}
                found[name] = found[name]._replace(grants=left)
            case "user_disabled" if name in found:
                found[name] = User(name, disabled=True)
            case _:
                pass
    return found


def check_add(known: Mapping[str, User], name: str) -> None:
    """Let a new user in; one that was disabled comes back without grants.

    Raises:
        ConflictError: There is such a user.
        PolicyError: The name is none.
    """
    if not _NAME.fullmatch(name):
        msg = "a name of letters, digits and . _ @ -"
        raise PolicyError(msg, code="policy.name")
    if name in known and not known[name].disabled:
        msg = "there is such a user"
        raise ConflictError(msg)


def check_grant(known: Mapping[str, User], name: str, role: str, now: datetime) -> None:
    """Let a grant stand beside what the user holds.

    Raises:
        NotFoundError: No such user, or no such role.
        ConflictError: It is held already.
        PolicyError: Two of the roles must not meet in one person.
    """
    user = check_known(known, name)
    if role not in GRANTS:
        msg = f"no such role; there are: {', '.join(GRANTS)}"
        raise NotFoundError(msg)
    held = user.held(now)
    if role in held:
        msg = f"{name} holds {role} already"
        raise ConflictError(msg)
    if other := apart(held, role):
        msg = f"{role} and {other} must not meet in one person"
        raise PolicyError(msg, code="policy.apart")


def check_revoke(known: Mapping[str, User], name: str, role: str, now: datetime) -> None:
    """Let a grant be taken back.

    Raises:
        NotFoundError: The user does not hold it.
        PolicyError: Nobody would be administrator any more.
    """
    if role not in check_known(known, name).grants:
        msg = f"{name} does not hold {role}"
        raise NotFoundError(msg)
    if role == ADMINISTRATOR:
        _need_another(known, name, now)


def check_disable(known: Mapping[str, User], name: str, now: datetime) -> None:
    """Let a user be ended.

    Raises:
        NotFoundError: No such user.
        PolicyError: Nobody would be administrator any more.
    """
    if ADMINISTRATOR in check_known(known, name).held(now):
        _need_another(known, name, now)


def administrators(known: Mapping[str, User], now: datetime) -> frozenset[str]:
    """Return the names of those who may grant."""
    return frozenset(one.name for one in known.values() if ADMINISTRATOR in one.held(now))


def _need_another(known: Mapping[str, User], name: str, now: datetime) -> None:
    if administrators(known, now) <= {name}:
        msg = "the last administrator stays: grant the role to somebody else first"
        raise PolicyError(msg, code="policy.last")


def check_known(known: Mapping[str, User], name: str) -> User:
    """Return a user that is there.

    Raises:
        NotFoundError: No such user, or he was ended.
    """
    user = known.get(name)
    if user is None or user.disabled:
        msg = "no such user"
        raise NotFoundError(msg)
    return user


def _grant(one: Entry) -> Grant:
    until = one.body.get("until")
    return Grant(
        str(one.body["role"]),
        one.actor,
        one.at,
        str(one.body.get("reason", "")),
        datetime.fromisoformat(str(until)) if until else None,
    )
