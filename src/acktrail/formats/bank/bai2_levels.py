"""What is counted, added up and found at each level of a BAI2 file: file, group, account."""

from collections.abc import Sequence
from dataclasses import dataclass, field

from acktrail.formats.bank import bai2_fields as fields_of
from acktrail.formats.bank import bai2_rules as rules
from acktrail.model import Finding, Place, Rule, Severity

MOST_FINDINGS = 1000
DEFAULT_CURRENCY = "USD"
REFUSING = frozenset({Severity.ERROR, Severity.FATAL})


@dataclass(slots=True)
class Level:
    """A file or a group that is being read."""

    total: int = 0
    parts: int = 0
    records: int = 0  # physical ones, header and trailer included
    findings: list[Finding] = field(default_factory=list)
    found: int = 0

    def find(self, rule: Rule, place: Place) -> None:
        """Add a finding, up to the cap."""
        self.found += 1
        if len(self.findings) < MOST_FINDINGS:
            self.findings.append(rule.at(place))

    @property
    def refused(self) -> bool:
        """Tell whether a finding refuses it."""
        return any(one.severity in REFUSING for one in self.findings)

    def compare(self, lines: Sequence[str], place: Place, *, parts: bool = False) -> int:
        """Compare a trailer with what was counted; return the total that it names.

        Args:
            lines: The trailer: its total (left out: zero), the parts, the records.
            place: Of the trailer.
            parts: Whether it counts parts; that of an account does not.
        """
        fields = padded([one.strip() for one in fields_of.joined(lines)], 3)
        counts = [fields_of.count(one) for one in fields[1 : 3 if parts else 2]]
        total = fields_of.number(fields[0] or "0")
        if total is None or None in counts:
            self.find(rules.FORM, place)
            return self.total if total is None else total
        if total != self.total:
            self.find(rules.TOTAL, place)
        if counts[-1] != self.records:
            self.find(rules.RECORDS, place)
        if parts and counts[0] != self.parts:
            self.find(rules.PARTS, place)
        return total


@dataclass(slots=True)
class Account(Level):
    """The account that is being read."""

    type: str = ""
    posts: bool = True
    offset: int = 0
    currency: str = DEFAULT_CURRENCY
    minor: int = 2
    entries: int = 0
    moved: int = 0  # sum of the signed entries
    opening: int | None = None
    closing: int | None = None


def padded(fields: list[str], least: int) -> list[str]:
    """Return the fields and as many empty ones as are missing."""
    return fields + [""] * (least - len(fields))
