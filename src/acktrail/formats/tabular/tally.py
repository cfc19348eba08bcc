"""What was counted and found while a tabular file is read: per document and per file."""

from dataclasses import replace

from acktrail.formats.tabular.layout import Layout
from acktrail.model import Finding, MessageResult, Severity, Verdict

GRAVE = frozenset({Severity.ERROR, Severity.FATAL})
REJECTED_ROWS = "rejected_rows"  # fact of a message: what the receipt counts


class Tally:
    """Counts of one file, and of the document that is being read."""

    def __init__(self, layout: Layout) -> None:
        """Start an empty file."""
        self._layout = layout
        self.guide = layout.guide
        self.rows = 0
        self.bad_rows = 0
        self.errors = 0
        self.listed = 0
        self.results: list[MessageResult] = []
        self._ordinal = 0
        self._findings: list[Finding] = []
        self._found = 0
        self._before = 0  # rows of the documents that have ended
        self._bad = 0
        self._refused = False
        self._offset = 0

    @property
    def control(self) -> str:
        """The ordinal of the document that is being read."""
        return str(self._ordinal)

    def start(self, offset: int) -> None:
        """Begin the next document."""
        self._ordinal += 1
        self._offset = offset
        self._findings = []
        self._found = self._bad = 0
        self._before = self.rows
        self._refused = False

    def row(self, *, bad: bool) -> None:
        """Count a row of the document."""
        self.rows += 1
        if bad:
            self.bad_rows += 1
            self._bad += 1

    def find(self, finding: Finding, *, refuses: bool = False) -> None:
        """Take a finding of the document; beyond the layout's cap it is counted, not listed."""
        self._found += 1
        self._refused |= refuses
        if finding.severity in GRAVE:
            self.errors += 1
        if self.listed < self._layout.max_errors:
            self.listed += 1
            self._findings.append(finding)

    @property
    def capped(self) -> bool:
        """Whether findings are no longer listed."""
        return self.listed >= self._layout.max_errors

    def end(self, offset: int, *, cut: bool = False) -> MessageResult:
        """Judge the document; ``cut`` when the file broke off or was given up inside it."""
        result = MessageResult(
            control=self.control,
            type=self._layout.id,
            guide=self.guide,
            verdict=Verdict.REJECTED if cut or self._refused else self._verdict(),
            segments=self.rows - self._before,
            findings=tuple(self._findings),
            facts={REJECTED_ROWS: str(self._bad)} if self._bad else {},
            offset=self._offset,
            length=offset - self._offset,
            findings_total=self._found,
        )
        self.results.append(result)
        return result

    def whole(self, *, refused: bool) -> tuple[MessageResult, ...]:
        """Return all results; all are rejected when the file is."""
        if not refused:
            return tuple(self.results)
        return tuple(replace(one, verdict=Verdict.REJECTED) for one in self.results)

    def _verdict(self) -> Verdict:
        grave = self._findings and any(one.severity in GRAVE for one in self._findings)
        if not grave and not self._bad:
            return Verdict.ACCEPTED
        if self._layout.on_error == "row" and self._bad < self.rows - self._before:
            return Verdict.PARTIALLY_ACCEPTED
        return Verdict.REJECTED
