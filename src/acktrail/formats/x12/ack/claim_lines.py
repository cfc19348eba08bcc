"""The segments of one 277CA: source, receiver, providers, patients and their claims, with totals.

A refused claim is followed by those of its lines that refuse it; a line is only ever refused
(RFI 2203). The payer's own number (REF*1K) is known where a claim replaces or voids another.
Spec: 005010X214, loops 2000A to 2220D; QTY and AMT as ``277ca.totals`` reads them; X12 RFI 2203.
"""

import re
from collections.abc import Iterator
from datetime import datetime
from decimal import Decimal
from typing import NamedTuple

from acktrail.formats.x12.ack.batch import Batch, Claim, Level, ServiceLine, Who
from acktrail.formats.x12.ack.statuses import RECEIVED, statuses
from acktrail.formats.x12.amounts import ZERO, add
from acktrail.formats.x12.write import Composite, Line

ACCEPTED, REFUSED = "WQ", "U"  # STC03
TAX = "FI"
MEMBER_QUALIFIERS = frozenset({"II", "MI"})
PERSON, FIRM = "1", "2"
NAMELESS = "UNKNOWN"  # where a partner's overlay lets a name or number be left out
WHOLE_PROVIDER = "0"  # TRN02 of loop 2200C
INSTITUTIONAL = "837-005010X223"
ABOUT_ANOTHER = frozenset({"7", "8"})  # CLM05-3: replaces, voids
REVENUE = "NU"  # SVC01-1 of a line that has no procedure
PROCEDURE_PARTS = 6  # SVC01: qualifier, code and four modifiers
LINE_STATUSES = 3  # a line has one STC: elements 1, 10 and 11
is_charge = re.compile("-?[0-9]*[.]?[0-9]+").fullmatch


class Fate(NamedTuple):
    """What became of a claim."""

    statuses: list[Composite]  # STC01 of each STC
    accepted: bool


class Answered(NamedTuple):
    """One 837 and the fates of its claims in their order."""

    reference: str  # of ours
    guide: str
    batch: Batch
    fates: list[Fate]


class Tally:
    """Counts and sums of claims, accepted and refused."""

    def __init__(self) -> None:
        self._counts = {True: 0, False: 0}
        self._amounts = {True: ZERO, False: ZERO}

    def add(self, claim: Claim, fate: Fate) -> None:
        """Count a claim."""
        self._counts[fate.accepted] += 1
        self._amounts[fate.accepted] = add(self._amounts[fate.accepted], Decimal(_charge(claim)))

    @property
    def charges(self) -> str:
        """All that was charged."""
        return _plain(add(self._amounts[True], self._amounts[False]))

    def lines(self, taken: str, refused: str) -> Iterator[Line]:
        """Yield QTY and AMT of what there is."""
        for code, which in ((taken, True), (refused, False)):
            if self._counts[which]:
                yield ("QTY", code, str(self._counts[which]))
        for code, which in (("YU", True), ("YY", False)):
            if self._counts[which]:
                yield ("AMT", code, _plain(self._amounts[which]))


def lines_of(answered: Answered, at: datetime) -> Iterator[Line]:
    """Yield what stands between ST and SE."""
    return _Writer(answered, at).lines()


class _Writer:
    def __init__(self, answered: Answered, at: datetime) -> None:
        self._batch = answered.batch
        self._reference = answered.reference
        self._institutional = answered.guide.startswith(INSTITUTIONAL)
        self._at = at
        self._day = f"{at:%Y%m%d}"
        self._level = 0
        fates = iter(answered.fates)
        self._judged = [
            (provider, [(patient, claim, next(fates)) for patient, claim in _claims(provider)])
            for provider in answered.batch.providers
        ]

    def lines(self) -> Iterator[Line]:
        batch, day = self._batch, self._day
        yield ("BHT", "0085", "08", self._reference, day, f"{self._at:%H%M}", "TH")
        yield self._hl("", "20")
        receiver = batch.receiver
        yield ("NM1", "PR", FIRM, receiver.names[0] or NAMELESS, *[""] * 4, "46", _id(receiver))
        yield ("TRN", "1", self._reference)
        yield ("DTP", "050", "D8", day)
        yield ("DTP", "009", "D8", day)
        yield self._hl("1", "21")
        who = batch.submitter
        names = (who.names[0] or NAMELESS, *who.names[1:3], "", "")
        yield ("NM1", "41", who.kind or FIRM, *names, "46", _id(who))
        yield ("TRN", "2", batch.number or NAMELESS)
        whole = Tally()
        for _provider, judged in self._judged:
            for _patient, claim, fate in judged:
                whole.add(claim, fate)
        yield ("STC", RECEIVED, day, ACCEPTED, whole.charges)
        yield from whole.lines("90", "AA")
        for provider, judged in self._judged:
            if judged:
                yield from self._provider(provider, judged)

    def _provider(self, provider: Level, judged: list[tuple[Level, Claim, Fate]]) -> Iterator[Line]:
        yield self._hl("2", "19")
        above = str(self._level)
        who = provider.who
        numbered = (who.qualifier, who.id) if who.id else (TAX, provider.tax or NAMELESS)
        yield ("NM1", "85", who.kind or FIRM, *_names(who), *numbered)
        yield ("TRN", "1", WHOLE_PROVIDER)
        tally = Tally()
        for _patient, claim, fate in judged:
            tally.add(claim, fate)
        yield ("STC", RECEIVED, "", ACCEPTED, tally.charges)
        yield from tally.lines("QA", "QC")
        before: Level | None = None
        for patient, claim, fate in judged:
            if patient is not before:
                before = patient
                yield self._hl(above, "PT")
                who = patient.who
                qualifier = who.qualifier if who.qualifier in MEMBER_QUALIFIERS else "MI"
                yield ("NM1", "QC", PERSON, *_names(who), qualifier, _id(who))
            yield from self._claim(claim, fate)

    def _claim(self, claim: Claim, fate: Fate) -> Iterator[Line]:
        yield ("TRN", "2", claim.number or NAMELESS)
        for status in fate.statuses:
            action = ACCEPTED if fate.accepted else REFUSED
            yield ("STC", status, self._day, action, _charge(claim))
        if claim.original and claim.frequency in ABOUT_ANOTHER:
            yield ("REF", "1K", claim.original)
        if claim.intermediary:
            yield ("REF", "D9", claim.intermediary)
        if self._institutional and claim.facility:
            yield ("REF", "BLT", claim.facility + claim.frequency)
        days = claim.statement or _period(claim.first, claim.last) or self._batch.day or self._day
        yield _served(days)
        if not fate.accepted:
            for line in claim.lines:
                yield from self._line(line)

    def _line(self, line: ServiceLine) -> Iterator[Line]:
        """Yield loop 2220D: a line, and what refuses it."""
        procedure, revenue = line.procedure[:PROCEDURE_PARTS], line.revenue
        if not procedure:
            procedure, revenue = (REVENUE, revenue), ""
        yield ("SVC", procedure, _charge(line), "", revenue, "", "", line.units)
        first, *others = statuses(line.reasons)[:LINE_STATUSES]
        yield ("STC", first, self._day, REFUSED, *[""] * 6, *others)
        if line.control:
            yield ("REF", "FJ", line.control)
        if line.prescription:
            yield ("REF", "XZ", line.prescription)
        if line.days:
            yield _served(line.days)

    def _hl(self, parent: str, level: str) -> Line:
        self._level += 1
        return ("HL", str(self._level), parent, level, "" if level == "PT" else "1")


def _claims(provider: Level) -> Iterator[tuple[Level, Claim]]:
    for patient in provider.below:
        for claim in patient.claims:
            yield patient, claim


def _names(who: Who) -> tuple[str, ...]:
    return (who.names[0] or NAMELESS, *who.names[1:])


def _id(who: Who) -> str:
    return who.id or NAMELESS


def _charge(of: Claim | ServiceLine) -> str:
    return of.charge if is_charge(of.charge) else "0"


def _served(days: str) -> Line:
    return ("DTP", "472", "RD8" if "-" in days else "D8", days)


def _period(first: str, last: str) -> str:
    return first if first == last else f"{first}-{last}"


def _plain(value: Decimal) -> str:
    text = f"{value:f}"
    return text.rstrip("0").rstrip(".") if "." in text else text
