"""API tokens: a fold over the users' stream, which holds their hashes and never a token. Pure.

A token is ``ackt_<id>_<43 characters of 256 random bits>``. A plain hash of so many random bits
cannot be guessed back, unlike that of a password. Spec: OWASP Cryptographic Storage.
"""

from base64 import urlsafe_b64encode
from collections.abc import Iterable, Mapping
from datetime import datetime, timedelta
from hashlib import sha256
from hmac import compare_digest
from typing import Final, NamedTuple

from acktrail.errors import NotFoundError, PolicyError
from acktrail.ports import Entry
from acktrail.security.roles import MATRIX
from acktrail.security.users import User

ISSUED, WITHDRAWN = "token_issued", "token_revoked"
LONGEST: Final = timedelta(days=366)
ID_BYTES: Final = 6
BYTES: Final = ID_BYTES + 32
_PREFIX: Final = "ackt"


class Token(NamedTuple):
    """What the ledger says of one token."""

    id: str
    user: str
    acts: frozenset[str]
    sha256: str  # of the whole token
    since: datetime
    until: datetime
    revoked: bool = False


def make(random: bytes) -> tuple[str, str]:
    """Return a token's id and the token, of ``BYTES`` random bytes."""
    name = random[:ID_BYTES].hex()
    secret = urlsafe_b64encode(random[ID_BYTES:]).decode().rstrip("=")
    return name, f"{_PREFIX}_{name}_{secret}"


def digest(token: str) -> str:
    """Return the hash that the ledger keeps of a token."""
    return sha256(token.encode("utf-8", "surrogatepass")).hexdigest()


def tokens(entries: Iterable[Entry]) -> dict[str, Token]:
    """Fold the stream into every token that was ever issued, by id."""
    found: dict[str, Token] = {}
    for one in entries:
        name = str(one.body.get("token", ""))
        match one.kind:
            case "token_issued":
                found[name] = Token(
                    name,
                    str(one.body["user"]),
                    frozenset(str(one.body["acts"]).split(" ")),
                    str(one.body["sha256"]),
                    one.at,
                    datetime.fromisoformat(str(one.body["until"])),
                )
            case "token_revoked":
                found[name] = found[name]._replace(revoked=True)
            case "user_disabled":  # whoever is added again starts without
                gone = one.body["user"]
                found |= {k: t._replace(revoked=True) for k, t in found.items() if t.user == gone}
            case _:
                pass
    return found


def check_issue(user: User, acts: frozenset[str], until: datetime, now: datetime) -> None:
    """Let a user have a token for some of what he may do himself.

    Raises:
        NotFoundError: There is no such act.
        PolicyError: He may not do it, or the token would last too long or not at all.
    """
    if not acts or not acts <= set(MATRIX):
        msg = f"no such act; there are: {', '.join(MATRIX)}"
        raise NotFoundError(msg)
    beyond = sorted(act for act in acts if not user.may(act, now))
    if beyond:
        msg = f"a token does no more than its user may: not {', '.join(beyond)}"
        raise PolicyError(msg, code="policy.scope")
    if not now < until <= now + LONGEST:
        msg = f"a token ends within {LONGEST.days} days"
        raise PolicyError(msg, code="policy.until")


def admitted(
    known: Mapping[str, Token], people: Mapping[str, User], token: str, now: datetime
) -> Token:
    """Return the token that somebody shows; what it may do is :func:`allows`.

    Raises:
        PolicyError: It is none, has ended or was revoked, or its user is gone: all the same text.
    """
    found = known.get(token.split("_")[1] if token.count("_") > 1 else "")
    right = compare_digest(found.sha256 if found else digest(""), digest(token))
    user = people.get(found.user) if found else None
    if not found or not right or found.revoked or now >= found.until or not user or user.disabled:
        msg = "no such token, or it has ended"
        raise PolicyError(msg, code="policy.token")
    return found


def allows(token: Token, people: Mapping[str, User], act: str, now: datetime) -> bool:
    """Tell whether a token may do an act: it is in its scope and still what its user may."""
    return act in token.acts and people[token.user].may(act, now)
