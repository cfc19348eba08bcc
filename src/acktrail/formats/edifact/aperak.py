"""APERAK: what became of the content of messages whose form a CONTRL accepts.

One APERAK for each message that is told of; those about one interchange go back in one.
Spec: UNSM APERAK D.96A and D.01B; Regulation (EU) 164/2010, annex: syntax first, APERAK when the
application refuses, or accepts and no dedicated answer exists. Never about APERAK or CONTRL.
"""

from collections import Counter
from collections.abc import Iterator, Mapping

from acktrail.errors import SetupError
from acktrail.formats.edifact.aperak_body import Body, Error
from acktrail.formats.edifact.application_errors import CONFLICT, CONFLICT_TEXT, code_of
from acktrail.formats.edifact.directories import Directories
from acktrail.formats.edifact.directory import Directory
from acktrail.formats.edifact.opening import REQUESTED
from acktrail.formats.edifact.reply import message, reply, syntax_of
from acktrail.formats.edifact.reports import is_refused, refusing
from acktrail.model import (
    Acknowledgement,
    Answering,
    InterchangeResult,
    MessageResult,
    ReadResult,
)

APERAK = "APERAK"
NEVER, ERRORS_ONLY, ON_REQUEST = "never", "errors_only", "on_request"
TYPES = {"D.96A": "APERAK:D:96A:UN", "D.01B": "APERAK:D:01B:UN"}  # by directory of the subject
OLDER = "D.96A"
UNANSWERED = frozenset({"CONTRL", APERAK})
DEDICATED = frozenset({"ORDERS", "ORDCHG"})  # accepted by an ORDRSP
ERRORS_AT_MOST = 999  # ERC


def told_of(result: ReadResult, answering: Answering) -> tuple[InterchangeResult, ...]:
    """Return the interchanges that may get an APERAK: what posting says is not known beforehand."""
    if not result.usable or answering.options.get("duplicate") == "1":
        return ()
    return tuple(
        one
        for one in result.interchanges
        if _wants(one, answering.options) and any(True for _ in _candidates(one))
    )


def _wants(interchange: InterchangeResult, options: Mapping[str, str]) -> bool:
    policy = options.get("aperak", NEVER)
    if policy == ON_REQUEST:
        return interchange.facts.get("0031") == REQUESTED
    return policy != NEVER


def _candidates(interchange: InterchangeResult) -> Iterator[MessageResult]:
    """Yield the messages whose form was checked and is accepted, with all around them."""
    if refusing(interchange.findings):
        return
    for group in interchange.groups:
        if not refusing(group.findings):
            yield from (one for one in group.messages if is_answerable(one))


def is_answerable(message: MessageResult) -> bool:
    """Tell whether an APERAK may say what became of a message's content."""
    return bool(message.guide) and message.type not in UNANSWERED and not is_refused(message)


def tells_content(message: MessageResult, options: Mapping[str, str]) -> bool:
    """Tell whether an APERAK refuses a message for its content, all around it being right."""
    policy = options.get("aperak", NEVER)
    asked = policy != ON_REQUEST or message.facts.get("0031") == REQUESTED
    return policy != NEVER and asked and is_answerable(message)


def aperaks(
    result: ReadResult, answering: Answering, numbers: tuple[int, ...], directories: Directories
) -> tuple[Acknowledgement, ...]:
    """Build the APERAK that are due after posting; the same input gives the same bytes.

    Args:
        result: Of the file.
        answering: ``posted`` says what became of the documents.
        numbers: One for each interchange of :func:`told_of`; those of quiet ones stay unused.
        directories: Of the messages that are written.

    Raises:
        SetupError: If there are fewer numbers, or an answer that is due cannot be written.
    """
    due = told_of(result, answering)
    if len(numbers) < len(due):
        msg = "fewer control numbers than application acknowledgements"
        raise SetupError(msg)
    controls = Counter(
        one.control for each in result.interchanges for g in each.groups for one in g.messages
    )
    teller = _Teller(answering, directories, controls)
    built = [teller.answer(one, str(number)) for one, number in zip(due, numbers, strict=False)]
    return tuple(one for one in built if one is not None)


class _Teller:
    """Writes the APERAK about the interchanges of one file."""

    def __init__(
        self, answering: Answering, directories: Directories, controls: Mapping[str, int]
    ) -> None:
        self._answering = answering
        self._directories = directories
        self._controls = controls
        self._refusals_only = answering.options.get("aperak") == ERRORS_ONLY

    def answer(self, interchange: InterchangeResult, number: str) -> Acknowledgement | None:
        """Return what is told of one interchange; None when there is nothing to tell, or not yet.

        A file is answered once: what our people have to decide is waited for.
        """
        told = [(one, self._errors(one)) for one in _candidates(interchange)]
        if not self._refusals_only and any(self._became(one) == "held" for one, _ in told):
            return None
        due = [(one, errors) for one, errors in told if errors or self._is_confirmed(one)]
        if not due:
            return None
        segments = dict(self._directories.service(syntax_of(interchange)).segments)
        messages = []
        for ordinal, (one, errors) in enumerate(due, 1):
            type_ = self._type(one)
            directory = self._directory(type_)
            segments |= directory.segments
            body = Body(self._answering, interchange, coded=directory.name != OLDER)
            lines = body.lines(f"{number}-{ordinal:04d}", one, errors)
            messages.append(message(str(ordinal), type_, lines))
        text = reply(interchange, number, self._answering.at, messages, segments)
        if text is None:
            msg = "an application acknowledgement cannot be written in the partner's characters"
            raise SetupError(msg)
        return Acknowledgement(APERAK, number, interchange.control, text, "edi", after_posting=True)

    def _directory(self, type_: str) -> Directory:
        """Return the directory that an APERAK is written by."""
        name, _, version = type_.partition(":")
        directory = self._directories.named(name, version)
        if directory is None or name not in directory.messages:
            msg = "aperak_type names no APERAK of a directory that is there"
            raise SetupError(msg)
        return directory

    def _type(self, one: MessageResult) -> str:
        directory = one.guide.rpartition(" ")[2]
        return self._answering.options.get("aperak_type") or TYPES.get(directory, TYPES[OLDER])

    def _became(self, one: MessageResult) -> str:
        """Return what became of a message in Odoo.

        It is known by its reference only, of which the worst counts: where two have one, a person
        has to tell which of them is in conflict.
        """
        became = self._answering.posted.get(one.control, "")
        return "held" if became == "conflict" and self._controls[one.control] > 1 else became

    def _is_confirmed(self, one: MessageResult) -> bool:
        """Tell whether the acceptance of a message is told: where nothing else says it."""
        dedicated = one.type in DEDICATED
        return not self._refusals_only and not dedicated and one.documents > 0

    def _errors(self, one: MessageResult) -> list[Error]:
        found = refusing(one.findings)
        errors = [Error(code_of(each.rule), each.message, each.place.position) for each in found]
        if not errors and self._became(one) == "conflict":
            errors.append(Error(CONFLICT, CONFLICT_TEXT))
        return list(dict.fromkeys(errors))[:ERRORS_AT_MOST]
