"""Which version of a partner's profile may do what: a fold over the partner's own stream. Pure.

The files are content; the ledger is the authority. A version is *draft* until it is submitted,
then *testing*: it reads and answers test files and posts nothing. Somebody who neither wrote nor
submitted it approves it; from its effective time it is *active*. A newer one *replaces* it.
Suspended and retired are states of the partner and go before all of them.
"""

from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Final, NamedTuple

from acktrail.errors import ConflictError, PolicyError
from acktrail.ports import Entry

MOVES: Final = (
    "submitted",
    "withdrawn",
    "approved",
    "rolled_back",
    "suspended",
    "resumed",
    "retired",
)
DRAFT, TESTING, APPROVED = "draft", "testing", "approved"
ACTIVE, REPLACED = "active", "replaced"


class Version(NamedTuple):
    """What the ledger says of one version."""

    number: int
    sha256: str  # of the bytes that were submitted
    state: str
    submitted_by: tuple[str, ...] = ()
    approved_by: str = ""
    effective: datetime | None = None  # since when it is, or will be, in force
    evidence: Mapping[str, object] = {}


class Standing(NamedTuple):
    """Where a partner's profile stands at one instant."""

    versions: Mapping[int, Version]
    active: Version | None
    testing: Version | None
    suspended_by: str = ""
    retired: bool = False

    @property
    def governing(self) -> Version | None:
        """The version that takes files in: the active one, else the one that is tested."""
        return self.active or self.testing

    def may_post(self, sha256: str) -> bool:
        """Tell whether a version of these bytes was ever approved."""
        return any(one.sha256 == sha256 and one.approved_by for one in self.versions.values())


def stream(partner: str) -> str:
    """Return the name of the stream that decides about a partner's profiles."""
    return f"profile:{partner}"


def standing(entries: Iterable[Entry], now: datetime) -> Standing:
    """Fold a partner's stream into what holds at ``now``."""
    versions: dict[int, Version] = {}
    begun: list[tuple[datetime, int, int]] = []  # effective, order, version
    suspended, retired = "", False
    for one in entries:
        number = int(str(one.body.get("version", 0)))
        match one.kind:
            case "submitted":
                versions[number] = _submitted(versions.get(number), one, number)
            case "withdrawn":
                versions.pop(number, None)
            case "approved" | "rolled_back" if number in versions:
                at = datetime.fromisoformat(str(one.body["effective"]))
                kept = versions[number]
                by = kept.approved_by or one.actor
                versions[number] = kept._replace(state=APPROVED, approved_by=by, effective=at)
                begun.append((at, one.n, number))
            case "suspended":
                suspended = one.actor
            case "resumed":
                suspended = ""
            case "retired":
                retired = True
            case _:
                pass
    active = _in_force(versions, begun, now)
    testing = max((v for v in versions.values() if v.state == TESTING), default=None)
    return Standing(versions, active, testing, suspended, retired)


def _submitted(before: Version | None, one: Entry, number: int) -> Version:
    """Take a submission; who submitted other bytes of it before stays among the authors."""
    authors = before.submitted_by if before else ()
    evidence = one.body.get("evidence")
    return Version(
        number,
        str(one.body["sha256"]),
        TESTING,
        (*authors, one.actor),
        evidence=evidence if isinstance(evidence, Mapping) else {},
    )


def _in_force(
    versions: dict[int, Version], begun: list[tuple[datetime, int, int]], now: datetime
) -> Version | None:
    """Name the active version and mark those that it replaced."""
    past = sorted(one for one in begun if one[0] <= now)
    for _, _, number in past:
        versions[number] = versions[number]._replace(state=REPLACED)
    if not past:
        return None
    number = past[-1][2]
    versions[number] = versions[number]._replace(state=ACTIVE)
    return versions[number]


class File(NamedTuple):
    """A version as it lies in the folder."""

    number: int
    sha256: str


def check_submit(now: Standing, file: File) -> None:
    """Refuse a submission that would change what was approved.

    Raises:
        ConflictError: That version was approved already; or the same bytes are being tested.
        PolicyError: The partner is retired.
    """
    _alive(now)
    before = now.versions.get(file.number)
    if before is not None and before.approved_by:
        msg = f"version {file.number} was approved: write a new version"
        raise ConflictError(msg)
    if before is not None and before.sha256 == file.sha256:
        msg = f"version {file.number} is submitted already"
        raise ConflictError(msg)


def check_approve(now: Standing, file: File, actor: str) -> None:
    """Refuse an approval by an author, or of other bytes than were submitted.

    Raises:
        PolicyError: The actor submitted this version or one since the last approved one; or it was
            never submitted; or the partner is retired.
        ConflictError: The file changed after it was submitted; or it is approved already.
    """
    _alive(now)
    wanted = now.versions.get(file.number)
    if wanted is None:
        msg = f"version {file.number} was not submitted"
        raise PolicyError(msg, code="policy.not_submitted")
    if wanted.approved_by:
        msg = f"version {file.number} is approved already"
        raise ConflictError(msg)
    if wanted.sha256 != file.sha256:
        msg = f"version {file.number} was changed after it was submitted: submit it again"
        raise ConflictError(msg)
    last = max((v.number for v in now.versions.values() if v.approved_by), default=0)
    authors = {by for v in now.versions.values() if v.number > last for by in v.submitted_by}
    if actor in {*authors, *wanted.submitted_by}:
        msg = "whoever wrote or submitted a version cannot approve it"
        raise PolicyError(msg, code="policy.author")


def check_rollback(now: Standing, file: File) -> None:
    """Refuse to go back to what was never in force.

    Raises:
        PolicyError: The version was never approved; or the partner is retired.
        ConflictError: Its file is no longer what was approved; or it is the active one.
    """
    _alive(now)
    wanted = now.versions.get(file.number)
    if wanted is None or not wanted.approved_by:
        msg = f"version {file.number} was never approved"
        raise PolicyError(msg, code="policy.not_approved")
    if wanted.sha256 != file.sha256:
        msg = f"version {file.number} is no longer the file that was approved"
        raise ConflictError(msg)
    if now.active is not None and now.active.number == file.number:
        msg = f"version {file.number} is the active one"
        raise ConflictError(msg)


def check_withdraw(now: Standing, number: int) -> None:
    """Refuse to withdraw what is not being tested.

    Raises:
        ConflictError: It was approved, or never submitted.
    """
    wanted = now.versions.get(number)
    if wanted is None or wanted.approved_by:
        msg = f"version {number} is not being tested"
        raise ConflictError(msg)


def check_suspend(now: Standing) -> None:
    """Refuse to suspend twice.

    Raises:
        ConflictError: The partner is suspended already.
        PolicyError: The partner is retired.
    """
    _alive(now)
    if now.suspended_by:
        msg = "the partner is suspended already"
        raise ConflictError(msg)


def check_resume(now: Standing, actor: str) -> None:
    """Refuse to resume by whoever suspended: closing takes one person, opening two.

    Raises:
        PolicyError: The actor suspended the partner; or the partner is retired.
        ConflictError: The partner is not suspended.
    """
    _alive(now)
    if not now.suspended_by:
        msg = "the partner is not suspended"
        raise ConflictError(msg)
    if now.suspended_by == actor:
        msg = "whoever suspended a partner cannot resume it"
        raise PolicyError(msg, code="policy.same_person")


def check_retire(now: Standing, actor: str, unfinished: int) -> None:
    """Refuse to retire a partner who still has something open.

    Raises:
        PolicyError: Exchanges are unfinished; or the actor submitted a version that is tested.
        ConflictError: The partner is retired already.
    """
    if now.retired:
        msg = "the partner is retired already"
        raise ConflictError(msg)
    if unfinished:
        msg = f"{unfinished} exchanges are not finished: finish, release or reject them first"
        raise PolicyError(msg, code="policy.unfinished")
    if now.testing is not None and actor in now.testing.submitted_by:
        msg = "whoever submitted a version cannot retire its partner: withdraw it first"
        raise PolicyError(msg, code="policy.author")


def _alive(now: Standing) -> None:
    if now.retired:
        msg = "the partner is retired: an id is never used again"
        raise PolicyError(msg, code="policy.retired")
