"""The profile lifecycle in a home: who moves it, which version takes files in, what may post."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import NamedTuple

from acktrail.app.access import need_reason, permit
from acktrail.app.home import Found
from acktrail.app.tools import Tools
from acktrail.errors import PolicyError, SetupError
from acktrail.ledger.status import UNFINISHED
from acktrail.ports import Entry, ExchangeRow, Transaction
from acktrail.profiles import lifecycle
from acktrail.profiles.lifecycle import File, Standing, standing, stream

CHANGED, UNSUBMITTED = "policy.changed", "policy.draft"
SUSPENDED, UNAPPROVED, RETIRED = "policy.suspended", "policy.unapproved", "policy.retired"


NO_FILE = File(0, "")
Check = Callable[[Standing, File], None]


class Governed(NamedTuple):
    """The version that takes a partner's files in, and why it may not."""

    found: Found
    held: str = ""  # code to hold every file with, "" when it may run


@dataclass(frozen=True, slots=True)
class Governing:
    """Looks at, and moves, the lifecycle of one home's partners."""

    tools: Tools

    @property
    def required(self) -> bool:
        """Tell whether only approved versions may post."""
        return self.tools.settings.profiles.approval == "required"

    def standing(self, partner: str) -> Standing:
        """Return where a partner stands now."""
        entries = self.tools.ledger.entries(stream(partner))
        return standing(entries, self.tools.clock.now())

    def governed(self, running: Found) -> Governed | None:
        """Return the version that takes a partner's files in; None: nothing is received.

        Args:
            running: The one that did so far; where no approval is required it goes on.

        Raises:
            ProfileError: The file of the version in force breaks the schema or is gone.
        """
        partner = running.profile.id
        now = self.standing(partner)
        if now.retired:
            return Governed(running, RETIRED)
        if not self.required:
            return Governed(running)
        version = now.governing
        if version is None:
            return None
        found = self.tools.home.profile(partner, version.number)
        return Governed(found, "" if found.sha256 == version.sha256 else CHANGED)

    def stops_posting(self, row: ExchangeRow) -> str:
        """Return why documents of an exchange must not reach Odoo now, or ``""``."""
        if self.standing(row.partner).suspended_by:
            return SUSPENDED
        return "" if self.may_post(row.partner, row.profile_sha256) else UNAPPROVED

    def stops_answering(self, row: ExchangeRow) -> str:
        """Return why answers of an exchange must wait, or ``""``."""
        return SUSPENDED if self.standing(row.partner).suspended_by else ""

    def may_post(self, partner: str, sha256: str) -> bool:
        """Tell whether documents read under a version of these bytes may reach Odoo."""
        return not self.required or self.standing(partner).may_post(sha256)

    def usage(self, partner: str, sha256: str, declared: str) -> str:
        """Return which files a version may take: ``test``, ``production`` or ``any``."""
        if not self.required:
            return declared
        if not self.standing(partner).may_post(sha256):
            return "test"
        return "test" if declared == "test" else "production"

    def tested(self, partner: str) -> Found | None:
        """Return the version that is tested beside the active one."""
        now = self.standing(partner)
        if not self.required or now.testing is None or now.active is None:
            return None
        found = self.tools.home.profile(partner, now.testing.number)
        return found if found.sha256 == now.testing.sha256 else None


class PartnerState(NamedTuple):
    """Where a partner's profile stands, in a word and three versions."""

    partner: str
    state: str  # draft, testing, active, suspended, retired
    active: object  # version; "" = none
    testing: object
    newest: object  # version, or the code of what is wrong with its file


def partner_state(tools: Tools, partner: str) -> PartnerState:
    """Return where a partner's profile stands."""
    governing = Governing(tools)
    now = governing.standing(partner)
    try:
        newest: object = tools.home.profile(partner).profile.version
    except SetupError as error:
        newest = error.code
    active: object = now.active.number if now.active else ""
    testing = now.testing.number if now.testing else ""
    state = "active" if now.active else "testing" if now.testing else "draft"
    if now.suspended_by:
        state = "suspended"
    if now.retired:
        state = "retired"
    if not governing.required and state == "draft":
        state = "active"  # the newest file governs
        active = newest
    return PartnerState(partner, state, active, testing, newest)


class Move(NamedTuple):
    """What somebody wants of a partner's profile."""

    partner: str
    actor: str
    reason: str
    version: int = 0  # 0: the newest file
    effective: datetime | None = None
    evidence: Mapping[str, object] = {}


@dataclass(frozen=True, slots=True)
class Moves:
    """Every move is checked and written in one transaction, under the lock of the stream."""

    tools: Tools

    def submit(self, move: Move) -> Entry:
        """Freeze a version and let it be tested."""
        permit(self.tools, "profile.submit", move.actor, move.partner)
        file = self._file(move)
        body = {"sha256": file.sha256, "evidence": dict(move.evidence)}
        return self._write(move, "submitted", file, body, lifecycle.check_submit)

    def approve(self, move: Move) -> Entry:
        """Let a tested version act from its effective time on."""
        permit(self.tools, "profile.approve", move.actor, move.partner)
        file = self._file(move)

        def check(now: Standing, file: File) -> None:
            lifecycle.check_approve(now, file, move.actor)

        body = self._from(move) | {"sha256": file.sha256}
        return self._write(move, "approved", file, body, check)

    def rollback(self, move: Move) -> Entry:
        """Go back to a version that was approved before: a new activation."""
        permit(self.tools, "profile.rollback", move.actor, move.partner)
        file = self._file(move)
        body = self._from(move) | {"sha256": file.sha256}
        return self._write(move, "rolled_back", file, body, lifecycle.check_rollback)

    def withdraw(self, move: Move) -> Entry:
        """Take a tested version back."""
        permit(self.tools, "profile.withdraw", move.actor, move.partner)
        file = self._file(move)

        def check(now: Standing, file: File) -> None:
            lifecycle.check_withdraw(now, file.number)

        return self._write(move, "withdrawn", file, {}, check)

    def suspend(self, move: Move) -> Entry:
        """Stop posting and answering at once; files are still taken and read."""
        permit(self.tools, "profile.suspend", move.actor, move.partner)

        def check(now: Standing, _: File) -> None:
            lifecycle.check_suspend(now)

        return self._write(move, "suspended", NO_FILE, {}, check)

    def resume(self, move: Move) -> Entry:
        """Let a suspended partner act again; what was held waits for its release."""
        permit(self.tools, "profile.resume", move.actor, move.partner)

        def check(now: Standing, _: File) -> None:
            lifecycle.check_resume(now, move.actor)

        return self._write(move, "resumed", NO_FILE, {}, check)

    def retire(self, move: Move) -> Entry:
        """End the partner for good; its ledger, profiles and files stay."""
        permit(self.tools, "profile.retire", move.actor, move.partner)
        unfinished = self._unfinished(move.partner)

        def check(now: Standing, _: File) -> None:
            lifecycle.check_retire(now, move.actor, unfinished)

        return self._write(move, "retired", NO_FILE, {}, check)

    def _file(self, move: Move) -> File:
        found = self.tools.home.profile(move.partner, move.version)
        return File(found.profile.version, found.sha256)

    def _from(self, move: Move) -> dict[str, object]:
        now = self.tools.clock.now()
        effective = move.effective or now
        if effective < now:
            msg = "the effective time is in the past"
            raise PolicyError(msg, code="policy.past")
        return {"effective": effective.isoformat()}

    def _write(
        self, move: Move, kind: str, file: File, body: Mapping[str, object], check: Check
    ) -> Entry:
        need_reason(move.reason)
        with self.tools.ledger.begin() as tx:
            check(_locked(tx, move.partner, self.tools.clock.now()), file)
            facts = {"reason": move.reason, **body}
            facts |= {"version": file.number} if file.number else {}
            return tx.append(stream(move.partner), kind, facts, move.actor)

    def _unfinished(self, partner: str) -> int:
        return sum(
            len(self.tools.ledger.exchanges(partner=partner, status=status, limit=1000))
            for status in sorted({*UNFINISHED, "held"})
        )


def _locked(tx: Transaction, partner: str, now: datetime) -> Standing:
    """Read the stream under its lock, so that two moves at once see each other."""
    tx.step(stream(partner), "")  # no entry has this key: it only locks
    return standing(tx.entries(stream(partner)), now)
