"""The receipt file: what became of a tabular file, for people and their spreadsheets.

One ``H`` line, then one ``E`` line per finding. Separator ``;``, UTF-8, CR LF. No value of the data
is ever repeated: ``value_masked`` says ``***`` where a cell was refused, else nothing. Same input,
same bytes.

A receipt for documents is due after posting. ``posted`` says what became of a document, by its
ordinal: ``conflict`` is the partner's to mend (another document has its number) and counts as
rejected. Everything else counts as accepted, ``held`` and ``rejected`` too: what Odoo refuses, or
we, is not the partner's fault; we have the document, and a person of ours decides.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import UTC

from acktrail.formats.tabular.rules import ERRORS_CAPPED, REQUIRED_MISSING
from acktrail.formats.tabular.tally import REJECTED_ROWS
from acktrail.model import (
    Acknowledgement,
    Answering,
    Finding,
    GroupResult,
    MessageResult,
    ReadResult,
    Severity,
    Verdict,
    fold_verdicts,
)

MOST_ERRORS = 10_000
FORMULA_STARTS = ("=", "+", "-", "@", "\t", "\r")
CONFLICT = Finding(
    "post.conflict",
    Severity.ERROR,
    "another document with this number came before",
    category="posting",
)
STATUS = {Verdict.ACCEPTED: "ACCEPTED", Verdict.REJECTED: "REJECTED"}


def receipt(told: ReadResult, answering: Answering) -> tuple[Acknowledgement, ...]:
    """Return the receipt, or nothing when the profile's option ``receipt`` is ``none``.

    ``told`` is the result as :func:`with_conflicts` gives it.
    """
    if answering.options.get("receipt", "csv") == "none":
        return ()
    lines = [_head(told, answering), *_errors(told)]
    body = "".join(";".join(_cell(cell) for cell in line) + "\r\n" for line in lines)
    control = answering.file_sha256[:12]
    return (
        Acknowledgement(
            "RECEIPT",
            control,
            "",
            body.encode("utf-8"),
            "ack.csv",  # a conflict is known as soon as the file is read: nothing to wait for
        ),
    )


def with_conflicts(result: ReadResult, posted: Mapping[str, str]) -> ReadResult:
    """Return the result with every document whose number was taken as a rejected one."""
    if "conflict" not in posted.values():
        return result
    interchanges = []
    for interchange in result.interchanges:
        groups = tuple(_group_told(group, posted) for group in interchange.groups)
        verdict = _folded(interchange.verdict, groups)
        interchanges.append(replace(interchange, groups=groups, verdict=verdict))
    return replace(result, interchanges=tuple(interchanges))


def _group_told(group: GroupResult, posted: Mapping[str, str]) -> GroupResult:
    messages = tuple(
        _refused(one) if posted.get(one.control) == "conflict" else one for one in group.messages
    )
    return replace(group, messages=messages, verdict=_folded(group.verdict, messages))


def _refused(message: MessageResult) -> MessageResult:
    findings, total = (*message.findings, CONFLICT), message.findings_total + 1
    return replace(message, verdict=Verdict.REJECTED, findings=findings, findings_total=total)


def _folded(verdict: Verdict, parts: Sequence[MessageResult | GroupResult]) -> Verdict:
    """Fold the parts anew, unless the whole was refused anyway."""
    if verdict is Verdict.REJECTED:
        return verdict
    return fold_verdicts(tuple(one.verdict for one in parts))


def messages_of(result: ReadResult) -> Iterator[MessageResult]:
    """Yield the result of every document."""
    for interchange in result.interchanges:
        for group in interchange.groups:
            yield from group.messages


def _head(result: ReadResult, answering: Answering) -> list[str]:
    rows = sum(one.segments for one in messages_of(result))
    rejected = sum(_rejected_rows(one) for one in messages_of(result))
    if result.verdict is Verdict.REJECTED:
        rejected = rows
    return [
        "H",
        answering.file_name,
        answering.file_sha256,
        answering.at.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ"),
        answering.profile,
        STATUS.get(result.verdict, "PARTIAL"),
        str(rows),
        str(rows - rejected),
        str(rejected),
    ]


def _rejected_rows(message: MessageResult) -> int:
    if message.verdict is Verdict.REJECTED:
        return message.segments
    return int(message.facts.get(REJECTED_ROWS, "0"))


def _errors(result: ReadResult) -> Iterator[list[str]]:
    listed = 0
    for document, finding in _findings(result):
        if finding.severity is Severity.INFO:
            continue
        if listed == MOST_ERRORS:
            yield _error("", ERRORS_CAPPED.at())
            return
        listed += 1
        yield _error(document, finding)
    if any(one.findings_total > len(one.findings) for one in messages_of(result)):
        yield _error("", ERRORS_CAPPED.at())


def _findings(result: ReadResult) -> Iterator[tuple[str, Finding]]:
    """Yield every finding with the ordinal of its document; those of the whole file first."""
    yield from (("", finding) for finding in result.findings)
    for interchange in result.interchanges:
        yield from (("", finding) for finding in interchange.findings)
        for group in interchange.groups:
            yield from (("", finding) for finding in group.findings)
            for message in group.messages:
                yield from ((message.control, finding) for finding in message.findings)


def _error(document: str, finding: Finding) -> list[str]:
    place = finding.place
    refused = finding.category == "value" and finding.rule != REQUIRED_MISSING.name
    return [
        "E",
        str(place.position or ""),
        finding.reference.removeprefix("line ") if finding.reference.startswith("line ") else "",
        document,
        place.address,
        finding.rule,
        finding.severity.value,
        "***" if refused else "",
        finding.message,
    ]


def _cell(text: str) -> str:
    """Write one cell; what a spreadsheet would run as a formula gets an apostrophe in front."""
    if text.startswith(FORMULA_STARTS):
        text = "'" + text
    if any(sign in text for sign in ';"\r\n'):
        text = '"' + text.replace('"', '""') + '"'
    return text
