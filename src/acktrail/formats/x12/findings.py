"""A bounded list of findings that knows its gravity and its true length."""

from acktrail.formats.x12.options import Options
from acktrail.model import Finding, Place, Rule, Severity, Verdict


class Findings:
    """Findings of one set, group or interchange; beyond the cap they are only counted."""

    __slots__ = ("_kept", "options", "rejected", "total", "warned")

    def __init__(self, options: Options) -> None:
        self.options = options
        self._kept: list[Finding] = []
        self.total = 0
        self.rejected = False
        self.warned = False

    def add(
        self, rule: Rule, place: Place, *, code: str = "", reference: str = "", ours: bool = False
    ) -> None:
        """Note what a rule finds at a place, unless the options switch the rule off."""
        severity = self.options.severity(rule, code or rule.code)
        if severity is None:
            return
        self.total += 1
        error = severity is Severity.ERROR
        # the first error is kept always: a rejection has to have a reason
        if len(self._kept) < self.options.limits.findings or (error and not self.rejected):
            found = self.options.finding(rule, place, code=code, reference=reference, ours=ours)
            self._kept += [] if found is None else [found]
        self.rejected |= error
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
