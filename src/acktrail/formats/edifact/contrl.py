"""CONTRL: what an interchange is answered with, from the read result alone.

Spec: CONTRL D.3 (1997) for syntax 1-3, CONTRL 4:1 (ISO 9735-10) for syntax 4. There is no "accepted
with errors": 4 rejects a level and all below, 7 acknowledges it, 8 only says that it came.
"""

from collections.abc import Iterator, Mapping
from datetime import UTC, datetime

from acktrail.formats.edifact.directories import Directories
from acktrail.formats.edifact.opening import LATEST_SYNTAX
from acktrail.formats.edifact.reply import (
    is_asked_for,
    is_receipt_only,
    marks_of_subject,
    message,
    parts_of,
    reply,
    split_parts,
    syntax_of,
)
from acktrail.formats.edifact.reports import Levels, is_refused, levels_of, refusing
from acktrail.formats.edifact.writer import Elements, Line
from acktrail.model import Acknowledgement, Answering, InterchangeResult, ReadResult

SOME_TIME = datetime(2000, 1, 1, tzinfo=UTC)  # for an answer that is only tried
TYPES = {True: "CONTRL:4:1:UN", False: "CONTRL:D:3:UN"}  # by: syntax 4


def answered(result: ReadResult, answering: Answering) -> tuple[InterchangeResult, ...]:
    """Return the interchanges that the policy wants answered, in the order of the file."""
    policy = answering.options.get("contrl", "on_request")
    whole = not result.usable or answering.options.get("duplicate") == "1"
    return tuple(
        one for one in result.interchanges if _wanted(one, policy, whole_file_refused=whole)
    )


def _wanted(interchange: InterchangeResult, policy: str, *, whole_file_refused: bool) -> bool:
    messages = [one for group in interchange.groups for one in group.messages]
    if messages and all(one.type == "CONTRL" for one in messages):
        return False  # an acknowledgement is never acknowledged
    if policy == "always":
        return True
    if policy == "on_request":
        return is_asked_for(interchange)
    return policy == "errors_only" and (whole_file_refused or any(_refusals(interchange)))


def _refusals(interchange: InterchangeResult) -> Iterator[bool]:
    """Yield of each level whether it is refused by its form."""
    yield bool(refusing(interchange.findings))
    for group in interchange.groups:
        yield bool(refusing(group.findings))
        yield from map(is_refused, group.messages)


def answers(
    result: ReadResult, answering: Answering, directories: Directories
) -> tuple[Acknowledgement, ...]:
    """Return a CONTRL for each interchange that is to be answered.

    An interchange whose mandatory parts to be copied are absent or invalid gets none: there is no
    valid CONTRL for it, and a person has to look. Numbers are taken in the order of the file.
    """
    due = answered(result, answering)
    pairs = zip(due, answering.numbers[: len(due)], strict=True)
    built = (
        _answer(one, str(number), answering, directories, usable=result.usable)
        for one, number in pairs
    )
    return tuple(one for one in built if one is not None)


def can_answer(
    interchange: InterchangeResult, options: Mapping[str, str], directories: Directories
) -> bool:
    """Tell whether the CONTRL that the policy wants, if it does, can be written."""
    result = ReadResult("edifact", usable=True, interchanges=(interchange,))
    some = Answering(SOME_TIME, (1,), dict(options))
    due = answered(result, some)
    return len(answers(result, some, directories)) == len(due)


def _answer(
    interchange: InterchangeResult,
    number: str,
    answering: Answering,
    directories: Directories,
    *,
    usable: bool,
) -> Acknowledgement | None:
    syntax = syntax_of(interchange)
    newer = syntax == LATEST_SYNTAX
    body = _body(interchange, answering, usable=usable, newer=newer)
    type_ = answering.options.get("contrl_type") or TYPES[newer]
    segments = directories.service(syntax).segments
    text = reply(interchange, number, answering.at, [message(number, type_, body)], segments)
    if text is None:
        return None
    return Acknowledgement("CONTRL", number, interchange.control, text, "edi")


def _body(
    interchange: InterchangeResult, answering: Answering, *, usable: bool, newer: bool
) -> list[Line]:
    """Return UCI and what follows it."""
    marks = marks_of_subject(interchange)
    listed = answering.options.get("contrl_messages") == "all"
    levels = Levels(newer=newer, all=listed, parts=lambda raw: split_parts(raw, marks))
    copied: Elements = [
        parts_of(interchange, "0020")[0],
        parts_of(interchange, "S002"),
        parts_of(interchange, "S003"),
    ]
    if answering.options.get("duplicate") == "1":
        return [("UCI", [*copied, "4", "26", "UNB", "6"])]
    if refused := refusing(interchange.findings):
        return [("UCI", [*copied, "4", *levels.error(refused[0])])]
    if not usable:  # another part of the file refused all of it
        return [("UCI", [*copied, "4", "18"])]
    asked = answering.options.get("contrl", "on_request") == "on_request"
    if asked and is_receipt_only(interchange):
        return [("UCI", [*copied, "8"])]
    return [("UCI", [*copied, "7"]), *levels_of(interchange, levels)]
