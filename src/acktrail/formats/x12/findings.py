"""Bounded lists of findings that know their gravity and their true length."""

from acktrail.formats.x12.options import Limits, Options
from acktrail.model import Finding, Place, Rule, Severity, Verdict


class Room:
    """What a file may still take of our memory, however many groups and sets it is spread over."""

    __slots__ = ("findings", "sets")

    def __init__(self, limits: Limits) -> None:
        self.findings = limits.file_findings
        self.sets = limits.file_sets


class Findings:
    """Findings of one set, group or interchange; beyond the caps they are only counted."""

    __slots__ = ("_kept", "_room", "options", "parted", "rejected", "total", "warned")

    def __init__(self, options: Options, room: Room) -> None:
        self.options = options
        self._room = room
        self._kept: list[Finding] = []
        self.total = 0
        self.rejected = False
        self.parted = False  # something in it is refused, not the whole
        self.warned = False

    def add(
        self, rule: Rule, place: Place, *, code: str = "", reference: str = "", ours: bool = False
    ) -> None:
        """Note what a rule finds at a place, unless the options switch the rule off."""
        severity = self.options.severity(rule, code or rule.code)
        if severity is not None:
            self._keep(severity, rule, place, code, reference, ours=ours, whole=True)

    def add_part(self, rule: Rule, place: Place) -> bool:
        """Note what refuses only the part it stands in; tell whether it refuses."""
        severity = self.options.severity(rule, rule.code)
        if severity is not None:
            self._keep(severity, rule, place, "", "", ours=False, whole=False)
        return severity is Severity.ERROR

    def _keep(  # noqa: PLR0913 - all that makes a finding
        self,
        severity: Severity,
        rule: Rule,
        place: Place,
        code: str,
        reference: str,
        *,
        ours: bool,
        whole: bool,
    ) -> None:
        self.total += 1
        error = severity is Severity.ERROR
        # the first error is kept always: a rejection has to have a reason
        first = error and not (self.rejected if whole else self.parted)
        room = len(self._kept) < self.options.limits.findings and self._room.findings > 0
        if room or first:
            self._room.findings -= 1
            found = self.options.finding(rule, place, code=code, reference=reference, ours=ours)
            self._kept += [] if found is None else [found]
        self.rejected |= error and whole
        self.parted |= error and not whole
        self.warned |= severity is Severity.WARNING

    def kept(self) -> tuple[Finding, ...]:
        """Return the findings in the order they were made."""
        return tuple(self._kept)

    @property
    def verdict(self) -> Verdict:
        """The verdict that these findings alone make."""
        if self.rejected:
            return Verdict.REJECTED
        return Verdict.ACCEPTED_WITH_ERRORS if self.warned else Verdict.ACCEPTED
