"""What kept files would become under another version of a profile: nothing is written.

The opened bytes of past exchanges are read and translated under both versions. What is compared
are verdicts, rules of findings, and digests of documents; no value of a document is shown.
"""

from collections import Counter
from collections.abc import Iterator
from hashlib import sha256
from typing import NamedTuple

from acktrail.app.chunks import chunks
from acktrail.app.home import Found
from acktrail.app.tools import Tools
from acktrail.errors import NotFoundError, PartnerError
from acktrail.model import Verdict
from acktrail.pipeline.identity import stranger, wrong_usage
from acktrail.pipeline.read import all_findings, read_and_translate
from acktrail.pipeline.receive import wanted
from acktrail.ports import ExchangeRow
from acktrail.profiles.partner import Flow

PAGE = 200
SAME, BETTER, WORSE, OTHER = "same", "better", "worse", "other"
_RANK = {
    Verdict.ACCEPTED: 3,
    Verdict.ACCEPTED_WITH_ERRORS: 2,
    Verdict.PARTIALLY_ACCEPTED: 1,
    Verdict.REJECTED: 0,
}


class Outcome(NamedTuple):
    """What a file becomes under one version."""

    verdict: str
    rank: int
    rules: tuple[str, ...]
    documents: tuple[tuple[str, str], ...]  # kind and digest
    held: str = ""

    @property
    def kinds(self) -> str:
        """How many documents of which kind, as text."""
        counts = Counter(kind for kind, _ in self.documents)
        return " ".join(f"{kind}:{count}" for kind, count in sorted(counts.items()))


class Compared(NamedTuple):
    """One exchange under two versions."""

    exchange: str
    judgement: str  # same, better, worse, other
    before: Outcome
    after: Outcome

    @property
    def what(self) -> str:
        """What differs, in words without values."""
        parts = []
        if self.before.held != self.after.held:
            parts.append(f"held {self.before.held or '-'} -> {self.after.held or '-'}")
        if self.before.verdict != self.after.verdict:
            parts.append(f"{self.before.verdict} -> {self.after.verdict}")
        new = sorted(set(self.after.rules) - set(self.before.rules))
        gone = sorted(set(self.before.rules) - set(self.after.rules))
        parts += [f"+{rule}" for rule in new] + [f"-{rule}" for rule in gone]
        if self.before.kinds != self.after.kinds:
            parts.append(f"documents {self.before.kinds or '-'} -> {self.after.kinds or '-'}")
        elif self.before.documents != self.after.documents:
            parts.append("documents with other content")
        return "; ".join(parts)


def rehearse(tools: Tools, before: Found | None, after: Found, last: int) -> Iterator[Compared]:
    """Read the partner's last files under both versions; yield one comparison an exchange.

    Args:
        tools: The home's parts; nothing is written.
        before: The version to compare with; None: the one that each file was read under.
        after: The candidate.
        last: How many exchanges, newest first.
    """
    for row in _last(tools, after.profile.id, last):
        first = before or _own(tools, row)
        if first is None or not row.clear:
            continue
        old, new = _outcome(tools, first, row), _outcome(tools, after, row)
        yield Compared(row.id, _judged(old, new), old, new)


def _own(tools: Tools, row: ExchangeRow) -> Found | None:
    try:
        return tools.home.profile(row.partner, int(row.profile.partition("@")[2]))
    except NotFoundError:
        return None


def _last(tools: Tools, partner: str, count: int) -> Iterator[ExchangeRow]:
    before = ""
    while count > 0:
        rows = tools.ledger.exchanges(partner=partner, limit=min(PAGE, count), before=before)
        if not rows:
            return
        yield from rows
        count -= len(rows)
        before = rows[-1].id


def _outcome(tools: Tools, found: Found, row: ExchangeRow) -> Outcome:
    flow = _flow(found, row)
    if flow is None:
        return Outcome("not taken", -1, (), (), "no flow takes this file")
    profile = found.profile
    format_ = tools.formats.get(flow.format)
    options = profile.options(flow)
    translate = profile.translate.model_dump(exclude_none=True, exclude_unset=True) | options
    digests: list[str] = []

    def digested(body: bytes) -> int:
        digests.append(sha256(body).hexdigest())
        return len(digests) - 1

    try:
        with tools.store.open(row.clear) as clear:
            done = read_and_translate(
                format_.name,
                format_.reader(options),
                chunks(clear),
                lambda head: tools.translators.find(head, translate),
                digested,
            )
    except PartnerError as error:
        return Outcome(str(Verdict.REJECTED), 0, (error.code,), ())
    result = done.result
    side = stranger(result, profile.identity.senders, profile.identity.receivers)
    held = f"setup.identity.{side}" if side else ""
    if not held and wrong_usage(result, profile.identity.usage):
        held = "setup.usage"
    rules = tuple(sorted({one.rule for one in all_findings(result)}))
    documents = tuple(sorted((kept.kind, digests[kept.at]) for kept in done.released))
    return Outcome(str(result.verdict), _RANK[result.verdict], rules, documents, held)


def _flow(found: Found, row: ExchangeRow) -> Flow | None:
    name = row.name.encode("ascii", "replace")
    return next((one for one in found.profile.flow if wanted(name, one.include)), None)


def _judged(before: Outcome, after: Outcome) -> str:
    if before == after:
        return SAME
    one, two = (before.rank, not before.held), (after.rank, not after.held)
    if one == two:
        return OTHER
    return BETTER if two > one and two[1] >= one[1] else WORSE
