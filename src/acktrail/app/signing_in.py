"""Signing in at the console, and the session that follows; each success and failure is an entry.

The cookie holds a random token, the database its hash. Whoever is not known, has no password, types
a wrong one or comes too late is told the same.
"""

import secrets
import threading
from base64 import urlsafe_b64encode
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from hashlib import sha256
from typing import Final, NamedTuple

from acktrail.app.access import access_stream
from acktrail.app.tools import Tools
from acktrail.errors import PolicyError, UnavailableError
from acktrail.ledger import sessions
from acktrail.ledger.sessions import Credential, Failures, Session
from acktrail.ledger.transaction import SqlTransaction
from acktrail.security import passwords
from acktrail.security.masking import keyed
from acktrail.security.passwords import COST, SALT_BYTES, Cost
from acktrail.security.throttle import LAST, OF_ADDRESS, OF_NAME, wait_after
from acktrail.security.users import PREFIX, STREAM, User, users

SIGNED_IN, SIGNED_OUT, CHANGED = "signed_in", "signed_out", "password_changed"
FAILED, STOPPED = "sign_in_failed", "sign_in_stopped"
SEEN_EVERY: Final = timedelta(minutes=1)  # a session's last sight is not written at every page
TOKEN_BYTES: Final = 32
AT_ONCE: Final = 4  # passwords that are checked at the same time: memory


class Attempt(NamedTuple):
    """What somebody typed, and where from."""

    name: str
    password: str
    address: str  # of the network


class Visitor(NamedTuple):
    """Whoever is signed in."""

    user: User
    session: Session
    token: str  # what the cookie holds
    csrf: str  # what a form of this session must carry

    @property
    def actor(self) -> str:
        """Return ``user:<name>``."""
        return PREFIX + self.user.name


@dataclass(frozen=True, slots=True)
class SigningIn:
    """Lets people in and out."""

    tools: Tools
    random: Callable[[int], bytes] = field(default=secrets.token_bytes)
    cost: Cost = COST
    _free: threading.Semaphore = field(default_factory=lambda: threading.Semaphore(AT_ONCE))

    def sign_in(self, attempt: Attempt, before: str = "") -> str:
        """Return the token of a new session.

        Args:
            attempt: What was typed.
            before: Token of the session that the browser had; it ends.

        Raises:
            PolicyError: Wrong, or too many failures before.
            UnavailableError: Too many are being checked right now.
        """
        credential = self._checked(attempt)
        with self.tools.ledger.begin() as tx:
            if before:
                sessions.end(tx.connection, _digest(before))
            sessions.clear_failures(tx.connection, self._subjects(attempt)[0][0])
            self._note(tx, SIGNED_IN, PREFIX + attempt.name, {"address": attempt.address})
            return self._begin(tx, attempt.name, once=credential.once)

    def visitor(self, token: str) -> Visitor | None:
        """Return whoever a cookie's token stands for; None: nobody, or not any more."""
        tools = self.tools
        session = tools.ledger.session(_digest(token)) if token else None
        if session is None:
            return None
        now, console = tools.clock.now(), tools.settings.console
        user = users(tools.ledger.entries(STREAM)).get(session.name)
        idle, age = now - session.seen_at, now - session.began_at
        if idle >= console.idle or age >= console.longest or user is None or user.disabled:
            with tools.ledger.begin() as tx:
                sessions.end(tx.connection, session.token)
            return None
        if idle >= SEEN_EVERY:
            with tools.ledger.begin() as tx:
                sessions.see(tx.connection, session.token, now)
        return Visitor(user, session, token, keyed(tools.naming_key, "csrf", token))

    def sign_out(self, visitor: Visitor) -> None:
        """End the session."""
        with self.tools.ledger.begin() as tx:
            sessions.end(tx.connection, visitor.session.token)
            self._note(tx, SIGNED_OUT, visitor.actor, {})

    def change(self, visitor: Visitor, old: Attempt, new: str) -> str:
        """Replace a user's own password; every session of his ends; return the token of a new one.

        Raises:
            PolicyError: The old one is wrong, or the new one easily guessed.
        """
        name = visitor.user.name
        passwords.check_new(new, name)
        self._checked(old._replace(name=name))
        kept = passwords.kept(new, self.random(SALT_BYTES), self.cost)
        with self.tools.ledger.begin() as tx:
            sessions.set_credential(tx.connection, Credential(name, kept))
            sessions.end_of(tx.connection, name)
            self._note(tx, CHANGED, visitor.actor, {"address": old.address})
            return self._begin(tx, name, once=False)

    def _checked(self, attempt: Attempt) -> Credential:
        """Compare what was typed; a failure counts against the name and the address."""
        if not self._free.acquire(blocking=False):
            msg = "too many sign in at this moment: try again"
            raise UnavailableError(msg, code="unavailable.sign_in")
        try:
            self._refuse_throttled(attempt)
            found = self._known(attempt.name)
            wanted = found or Credential("", passwords.kept("", bytes(SALT_BYTES), self.cost))
            right = passwords.matches(attempt.password[: passwords.LONGEST + 1], wanted.password)
        finally:
            self._free.release()
        if found is None or not right:
            self._failed(attempt)
            msg = "no such user and password"
            raise PolicyError(msg, code="policy.sign_in")
        return found

    def _known(self, name: str) -> Credential | None:
        """Return how a user signs in who may do so now."""
        user = users(self.tools.ledger.entries(STREAM)).get(name)
        found = self.tools.ledger.credential(name) if user and not user.disabled else None
        over = found and found.until and found.until <= self.tools.clock.now()
        return None if over else found

    def _refuse_throttled(self, attempt: Attempt) -> None:
        now = self.tools.clock.now()
        before = [self.tools.ledger.failures(subject) for subject, _ in self._subjects(attempt)]
        if any(one.until > now for one in before if one):
            msg = "too many failures: wait some minutes"
            raise PolicyError(msg, code="policy.throttled")

    def _failed(self, attempt: Attempt) -> None:
        """Count and write a failure. What an unknown name was is not: it may be a password."""
        tools, now = self.tools, self.tools.clock.now()
        known = attempt.name in users(tools.ledger.entries(STREAM))
        facts = {"user": attempt.name if known else "", "address": attempt.address}
        with tools.ledger.begin() as tx:
            self._note(tx, FAILED, "", facts)
            stopped = False
            for subject, free in self._subjects(attempt):
                before = sessions.failures(tx.connection, subject)
                count = before.failures + 1 if before else 1
                wait = wait_after(count, free)
                stopped |= bool(wait)
                kept = Failures(subject, count, now + wait)
                sessions.set_failures(tx.connection, kept, now - 4 * LAST)
            if stopped:
                self._note(tx, STOPPED, "", facts)

    def _subjects(self, attempt: Attempt) -> tuple[tuple[str, int], ...]:
        """Return what failures are counted by: the name and the address, hashed."""
        key = self.tools.naming_key
        return (
            (keyed(key, "sign-in", "name", attempt.name), OF_NAME),
            (keyed(key, "sign-in", "address", attempt.address), OF_ADDRESS),
        )

    def _begin(self, tx: SqlTransaction, name: str, *, once: bool) -> str:
        token = urlsafe_b64encode(self.random(TOKEN_BYTES)).decode().rstrip("=")
        now = self.tools.clock.now()
        session = Session(_digest(token), name, once, now, now)
        sessions.begin(tx.connection, session, now - self.tools.settings.console.idle)
        return token

    def _note(self, tx: SqlTransaction, kind: str, actor: str, facts: Mapping[str, object]) -> None:
        tx.append(access_stream(self.tools.clock.now()), kind, facts, actor)


def _digest(token: str) -> str:
    return sha256(token.encode("utf-8", "surrogatepass")).hexdigest()
