"""Decides what is answered to a read file, and puts the answer files together.

Two files at most: the accept answers of enhanced mode (CA, CE, CR), which say that we have the
content, and the application answers (AA, AE, AR), which say what became of it. ``posted`` says what
became of a message, by its control id:

* ``stored``, ``duplicate`` or nothing: it is in the books, AA;
* ``conflict``: another document came before under its number, AE with 205;
* ``rejected:204`` or another code of table 0357: a fault of the partner's, AE with that code;
* ``held``, or ``rejected`` without a code: we, or Odoo, could not take it, which is no fault of the
  partner's. He is told when it is decided: until then there is no file of application answers, as a
  file is answered once, while accept answers go out.

Spec: HL7 v2+ chapter 2, 2.8.2 (original mode), 2.8.3 (enhanced mode), 2.9.3.3 (response batches),
table 0155. Never answered: an acknowledgement; a message whose header could not be read.
"""

from collections.abc import Callable, Iterator, Mapping
from functools import lru_cache
from typing import NamedTuple

from acktrail.formats.hl7 import rules
from acktrail.formats.hl7.answer_file import AnswerFile, Piece, Run
from acktrail.formats.hl7.functional import read_functional
from acktrail.formats.hl7.header import MODES, is_wanted
from acktrail.formats.hl7.wording import (
    Answer,
    Subject,
    Writer,
    envelope_bytes,
    nobody,
    read_subject,
    trailer_bytes,
)
from acktrail.model import (
    CORRECTS,
    Answering,
    Finding,
    GroupResult,
    InterchangeResult,
    MessageResult,
    Owner,
    ReadResult,
    Severity,
)

_BAD = (Severity.ERROR, Severity.FATAL)
_DIGITS = 8
_CONFLICT, _INTERNAL = "205", "207"
_REFUSED = Finding(
    "hl7.file_refused", Severity.ERROR, "The file or batch was refused", _INTERNAL, "envelope"
)
_DUPLICATE = Finding(
    "hl7.duplicate_conflict",
    Severity.ERROR,
    "The control id was used for other content before",
    _CONFLICT,
    "content",
)
_COMMENT = "No message could be read"


def answer_files(
    result: ReadResult, answering: Answering, *, reserve: bool = False
) -> list[AnswerFile]:
    """Return the answers that the headers and the profile ask for.

    With ``reserve`` there is also an answer to every message of which posting has yet to decide
    whether it gets one (modes ER and SU, errors only): numbers are allocated before.
    """
    fatal = [finding for finding in result.findings if finding.severity is Severity.FATAL]
    how = answering.options.get("batch") or "all"
    if how == "none" or answering.options.get("mode") == "none":
        return []
    if any(finding.owner is not Owner.PARTNER for finding in fatal):
        return []  # held: perhaps the rest is still to come
    if fatal and not any(_messages(one) for one in result.interchanges):
        return [_unread(answering)] if how == "all" else []
    if how == "report":
        return [_report(result, answering)]
    phases = (
        _Phase(result, answering, accept=True),
        _Phase(result, answering, accept=False, reserve=reserve),
    )
    for interchange in result.interchanges:
        _fill(phases, interchange, result, answering.posted)
    return [phase.file() for phase in phases if phase.wanted(how)]


def _fill(
    phases: tuple["_Phase", "_Phase"],
    interchange: InterchangeResult,
    result: ReadResult,
    posted: Mapping[str, str],
) -> None:
    """Give both files what they answer to one interchange."""
    refused = _bad(result.findings) or _bad(interchange.findings)
    header = read_subject(interchange.facts, "FHS")
    for phase in phases:
        phase.open("FHS", header, interchange.control)
    for group in interchange.groups:
        batch = read_subject(group.facts, "BHS")
        for phase in phases:
            phase.open("BHS", batch, group.control)
        _answer(phases, group, posted, refused=refused or _bad(group.findings))
        for phase in phases:
            phase.close("BTS", batch)
    for phase in phases:
        phase.close("FTS", header)


def _answer(
    phases: tuple["_Phase", "_Phase"],
    group: GroupResult,
    posted: Mapping[str, str],
    *,
    refused: bool,
) -> None:
    """Give both files what they answer to the messages of a group."""
    asked: _Asked | None = None
    alike: list[str] = []
    for message in group.messages:
        if asked and _is_alike(message, asked.message, posted):
            alike.append(message.control)
            continue
        for phase in phases:
            phase.again(alike)
        alike.clear()
        asked = _asked(message, phases[0].options, refused=refused)
        if asked:
            for phase in phases:
                phase.take(asked)
    for phase in phases:
        phase.again(alike)


def _is_alike(message: MessageResult, before: MessageResult, posted: Mapping[str, str]) -> bool:
    """Tell whether a message gets the answer of the one before, but for its control id."""
    return (
        not (message.findings or before.findings)
        and bool(message.control and before.control)
        and message.control not in posted
        and before.control not in posted
        and (message.facts is before.facts or message.facts == before.facts)
    )


class _Asked(NamedTuple):
    """A message that may be answered."""

    message: MessageResult
    subject: Subject
    modes: tuple[str, str] | None  # conditions of accept and application answer; None = original
    receipt: str  # CA CE CR
    errors: tuple[Finding, ...]


def _asked(message: MessageResult, options: dict[str, str], *, refused: bool) -> _Asked | None:
    """Return what decides the answers to a message; ``None`` when it gets none."""
    subject = read_subject(message.facts, "MSH")
    if subject is None or message.facts.get("answer") == "never":
        return None
    if not message.control and options.get("answer_without_control_id") != "true":
        return None
    errors: tuple[Finding, ...] = ()
    if message.findings:
        errors = tuple([one for one in message.findings if one.severity in _BAD])
    receipt = _receipt(errors, refused=refused)
    modes = _modes(*subject.modes, options.get("mode") or "auto", options.get("half_pair") or "NE")
    return _Asked(message, subject, modes, receipt, errors)


def controls(answering: Answering) -> Iterator[str]:
    """Yield our control ids: prefix and number, at most 20 characters."""
    prefix = answering.options.get("control_prefix") or "AT"
    for number in answering.numbers:
        yield f"{prefix}{number:0{_DIGITS}d}"


class _Phase:
    """The accept answers, or the application answers, of a file."""

    def __init__(
        self, result: ReadResult, answering: Answering, *, accept: bool, reserve: bool = False
    ) -> None:
        self.options = answering.options
        self._answering = answering
        self._accept = accept
        self._reserve = reserve
        self._only_errors = answering.options.get("batch") == "errors"
        self._subject = result.interchanges[0].control if result.interchanges else ""
        self._silent = not any(_messages(one) for one in result.interchanges)
        self._refused = _bad(result.findings)
        self._answered = any(map(_is_answer, result.interchanges))
        self._asked = 0  # messages that may get an answer in this phase
        self._undecided = False  # one of them waits for what Odoo says
        self._held = False  # one of them waits for a person of ours
        self._enveloped = False
        self._counts = {"BTS": 0, "FTS": 0}
        self._answers = 0
        self._writer = Writer(answering.at, answering.options)
        self._pieces: list[Piece] = []
        self._run: Run | None = None  # that the last message was answered in

    def wanted(self, how: str) -> bool:
        """Tell whether the file is to be sent: an empty one says that all was accepted."""
        if self._held:
            return False
        if self._silent:  # a batch without messages is legal and gets its like, but an answer none
            return self._enveloped and not (self._accept or self._refused or self._answered)
        empty = how == "errors" and self._enveloped and bool(self._asked)
        return bool(self._answers) or empty

    def file(self) -> AnswerFile:
        """Return the file."""
        after_posting = self._undecided and not self._accept
        return AnswerFile(tuple(self._pieces), self._subject, after_posting, self._writer)

    def open(self, tag: str, header: Subject | None, answered: str) -> None:
        """Open FHS or BHS of the response where the file had one."""
        if header is None:
            return
        self._enveloped = True
        if tag == "BHS":
            self._counts["BTS"] = 0
            self._counts["FTS"] += 1
        else:
            self._counts["FTS"] = 0
        at, options = self._answering.at, self.options
        self._pieces.append(
            lambda control: envelope_bytes(tag, header, control, at, options, answered=answered)
        )

    def close(self, tag: str, header: Subject | None) -> None:
        """Close what :meth:`open` opened, with its count."""
        if header:
            self._pieces.append(trailer_bytes(tag, header, self._counts[tag]))

    def take(self, asked: _Asked) -> None:
        """Add the answer to a message, if this phase has one."""
        self._run = None
        answer = self._accepted(asked) if self._accept else self._outcome(asked)
        if answer is None:
            return
        if self._only_errors and answer.good and not (self._reserve and self._waits(asked)):
            return
        self._run = self._add(answer)

    def again(self, alike: list[str]) -> None:
        """Add what the last message got to those behind it that are like it, by control id."""
        if self._run:
            self._answers += len(alike)
            self._counts["BTS"] += len(alike)
            self._run.answered.extend(alike)

    def _add(self, answer: Answer) -> Run:
        """Add an answer to the run of its like; return the run."""
        self._answers += 1
        self._counts["BTS"] += 1
        run = self._pieces[-1] if self._pieces else None
        if isinstance(run, Run) and run.answer.like(answer):
            run.answered.append(answer.control)
            return run
        run = Run(answer, [answer.control])
        self._pieces.append(run)
        return run

    def _accepted(self, asked: _Asked) -> Answer | None:
        """Return the accept answer: we have the content, or will not take it (2.8.3)."""
        if asked.modes is None or asked.modes[0] == "NE":
            return None
        self._asked += 1
        shown = () if asked.receipt == "CA" else asked.errors or (_REFUSED,)
        answer = Answer(asked.subject, asked.message.control, asked.receipt, shown)
        return answer if is_wanted(asked.modes[0], good=answer.good) else None

    def _outcome(self, asked: _Asked) -> Answer | None:
        """Return the application answer; what was refused on receipt gets none."""
        condition = asked.modes[1] if asked.modes else "AL"
        if condition == "NE" or (asked.modes and asked.receipt != "CA"):
            return None
        self._asked += 1
        code, findings = self._judged(asked)
        enhanced = asked.modes is not None
        functional = read_functional(asked.message.facts)
        answer = Answer(asked.subject, asked.message.control, code, findings, enhanced, functional)
        if condition == "AL" or is_wanted(condition, good=answer.good):
            return answer
        return answer if self._reserve and self._waits(asked) else None

    def _waits(self, asked: _Asked) -> bool:
        """Tell whether posting decides the application answer."""
        return asked.receipt == "CA" and not asked.errors and not self.options.get("duplicate")

    def _judged(self, asked: _Asked) -> tuple[str, tuple[Finding, ...]]:
        """Return the code of the application answer and what it tells."""
        if asked.receipt != "CA":
            return "AR", asked.errors or (_REFUSED,)
        if asked.errors:
            return "AE", asked.errors
        if self.options.get("duplicate"):
            return "AE", (_DUPLICATE,)
        self._undecided = True
        posted = self._answering.posted.get(asked.message.control)
        if posted:
            state, _, code = posted.partition(":")
            self._held |= state == "held" or (state == "rejected" and not code)
            if state == "conflict" or (state == "rejected" and code):
                return "AE", (_not_taken(code or _CONFLICT),)
        warnings = self.options.get("ack_warnings") == "true"
        return "AA", asked.message.findings if warnings else ()


@lru_cache(maxsize=64)
def _modes(accept: str, application: str, mode: str, other: str) -> tuple[str, str] | None:
    """Return the conditions of accept and application answer; ``None`` = original mode.

    Args:
        accept: MSH-15.
        application: MSH-16.
        mode: The profile's: auto, original, enhanced.
        other: The one that stands for the missing half of a pair.
    """
    valid = all(one in MODES or not one for one in (accept, application))
    sent = bool(accept or application)
    if mode == "original" or (mode == "auto" and not (valid and sent)):
        return None
    if not valid or not sent:
        return "AL", "AL"
    return accept or other, application or other


def _receipt(errors: tuple[Finding, ...], *, refused: bool) -> str:
    """Return CR for what the header alone refuses, CE for other refusals, else CA."""
    if not errors:
        return "CE" if refused else "CA"
    names = {finding.rule for finding in errors}
    if names & rules.HEADER_REFUSALS:
        return "CR"
    return "CE" if refused or names & rules.OTHER_REFUSALS else "CA"


def _not_taken(code: str) -> Finding:
    text = "The receiving system did not take the content"
    return Finding("hl7.not_taken", Severity.ERROR, text, code, "content")


def _bad(findings: tuple[Finding, ...]) -> bool:
    return any(finding.severity in _BAD for finding in findings)


def _messages(interchange: InterchangeResult) -> int:
    return sum(len(group.messages) for group in interchange.groups)


def _is_answer(interchange: InterchangeResult) -> bool:
    """Tell whether FHS or BHS name what they answer (FHS-12, BHS-12)."""
    within = any(CORRECTS in group.facts for group in interchange.groups)
    return within or CORRECTS in interchange.facts


def _unread(answering: Answering) -> AnswerFile:
    """Return a batch without messages: there is no control id that an answer could name."""
    subject, at, options = nobody(), answering.at, answering.options

    def opening(tag: str) -> Callable[[str], bytes]:
        return lambda control: envelope_bytes(
            tag, subject, control, at, options, answered="", comment=_COMMENT
        )

    trailers = trailer_bytes("BTS", subject, 0), trailer_bytes("FTS", subject, 1)
    pieces = (opening("FHS"), opening("BHS"), *trailers)
    return AnswerFile(pieces, "", after_posting=False, writer=Writer(at, options))


def _report(result: ReadResult, answering: Answering) -> AnswerFile:
    """Return a control report for people, one line a message or finding, no values."""
    lines = [f"file\t{finding.rule}\t{finding.message}" for finding in result.findings]
    for interchange in result.interchanges:
        for group in interchange.groups:
            for message in group.messages:
                lines.append(f"{message.control}\t{message.type}\t{message.verdict.value}")
                lines += [
                    f"{message.control}\t{one.severity.value}\t{one.place.address}\t{one.message}"
                    for one in message.findings
                ]
    body = "".join(f"{line}\r\n" for line in lines)
    subject = result.interchanges[0].control if result.interchanges else ""
    writer = Writer(answering.at, answering.options)
    return AnswerFile((body.encode(),), subject, False, writer, "REPORT", "txt")  # noqa: FBT003
