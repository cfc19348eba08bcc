"""The levels below UCI: UCF, UCM, UCS and UCD from groups, messages and their findings.

One error per segment instance; at most 999 segments of a message and 99 elements of a segment.
"""

from collections.abc import Callable, Iterable
from itertools import groupby, islice
from typing import NamedTuple

from acktrail.formats.edifact.rules import PREFIX
from acktrail.formats.edifact.writer import Elements, Line
from acktrail.model import (
    Finding,
    GroupResult,
    InterchangeResult,
    MessageResult,
    Severity,
    Verdict,
)

SEGMENTS_LIMIT = 999
ELEMENTS_LIMIT = 99
UNSPECIFIED = "18"
MISSING = "13"


class Levels(NamedTuple):
    """How errors are written in one syntax version."""

    newer: bool  # syntax 4: 0136 may name the repetition
    all: bool  # accepted messages are listed, too
    parts: Callable[[str], list[str]]  # cuts a raw composite of the subject

    def error(self, finding: Finding) -> Elements:
        """Return 0085, the service segment's tag and S011, as far as they say something."""
        code = finding.code or UNSPECIFIED
        tag = finding.place.segment
        if not tag.startswith("UN") or not (finding.place.element or code == MISSING):
            return [code]
        return [code, tag, *([self.position(finding)] if finding.place.element else [])]

    def position(self, finding: Finding) -> list[str]:
        """Return S011; 0098 counts the tag as 1."""
        place = finding.place
        position = [str(place.element + 1), str(place.component or "")]
        return [*position, str(place.repetition or "")] if self.newer else position


def refusing(findings: Iterable[Finding]) -> list[Finding]:
    """Return the findings that reject their level."""
    return [one for one in findings if one.severity in (Severity.ERROR, Severity.FATAL)]


def is_refused(message: MessageResult) -> bool:
    """Tell whether a message is refused by its form: what its content lacks is no matter of CONTRL.

    Content is only looked at where the form is right; of a capped list all errors may be missing.
    """
    refused = message.verdict is Verdict.REJECTED
    errors = refusing(message.findings)
    return refused and not (errors and all(not is_of_form(one) for one in errors))


def is_of_form(finding: Finding) -> bool:
    """Tell whether a finding was made by this reader."""
    return finding.rule.startswith(PREFIX)


def levels_of(interchange: InterchangeResult, levels: Levels) -> list[Line]:
    """Return what is rejected below an acknowledged interchange, or all that is there."""
    lines: list[Line] = []
    for group in interchange.groups:
        messages = [one for one in group.messages if one.type != "CONTRL"]
        listed = [one for one in messages if levels.all or is_refused(one)]
        refused = refusing(group.findings)
        if group.facts and (listed or refused):
            lines.append(_ucf(group, refused, levels))
        if not refused:
            for message in listed:
                lines += _message(message, levels)
    return lines


def _ucf(group: GroupResult, refused: list[Finding], levels: Levels) -> Line:
    parts = [levels.parts(group.facts.get(name, "")) for name in ("0048", "S006", "S007")]
    copied: Elements = [parts[0][0], parts[1], parts[2]]
    if refused:
        return ("UCF", [*copied, "4", *levels.error(refused[0])])
    return ("UCF", [*copied, "7"])


def _message(message: MessageResult, levels: Levels) -> list[Line]:
    """Return UCM, and UCS with UCD for each segment that has an error."""
    refused = refusing(message.findings)
    own = [one for one in refused if one.place.segment in ("UNH", "UNT")]
    inner = [one for one in refused if one not in own]
    reference = levels.parts(message.facts.get("0062", ""))[0]
    copied: Elements = [reference, levels.parts(message.facts.get("S009", ""))]
    if not is_refused(message):
        return [("UCM", [*copied, "7"])]
    error: Elements = levels.error(own[0]) if own else [] if inner else [UNSPECIFIED]
    lines: list[Line] = [("UCM", [*copied, "4", *error])]
    inner.sort(key=_position)
    for position, found in islice(groupby(inner, key=_position), SEGMENTS_LIMIT):
        lines += _segment(position, list(found), levels)
    return lines


def _segment(position: int, found: list[Finding], levels: Levels) -> list[Line]:
    whole = [one.code for one in found if not one.place.element][:1]
    lines: list[Line] = [("UCS", [str(position), *whole])]
    inner = [one for one in found if one.place.element][:ELEMENTS_LIMIT]
    lines += [("UCD", [one.code or UNSPECIFIED, levels.position(one)]) for one in inner]
    return lines


def _position(finding: Finding) -> int:
    return finding.place.position
