"""Writes the segments of an answer: MSH, MSA, ERR, FHS, BHS and their trailers.

Spec: HL7 v2+ chapter 2, 2.8.2, 2.8.3 (which code; MSH-16 of the application answer is NE), 2.9.2
(MSA), 2.9.3 (batches), table 0357.
"""

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache
from typing import NamedTuple

from acktrail.formats.hl7.delimiters import PLAIN, Delimiters, read_delimiters
from acktrail.formats.hl7.escapes import escape
from acktrail.formats.hl7.functional import Functional, functional_lines
from acktrail.formats.hl7.header import ANSWER_VERSION, Header, read_header
from acktrail.formats.hl7.tables import is_known
from acktrail.model import Finding, Severity

END = "\r"
_TEXTS = {  # table 0357
    "100": "Segment sequence error",
    "101": "Required field missing",
    "102": "Data type error",
    "103": "Table value not found",
    "104": "Value too long",
    "200": "Unsupported message type",
    "201": "Unsupported event code",
    "202": "Unsupported processing id",
    "203": "Unsupported version id",
    "204": "Unknown key identifier",
    "205": "Duplicate key identifier",
    "206": "Application record locked",
    "207": "Application internal error",
}
_LETTERS = {Severity.INFO: "I", Severity.WARNING: "W", Severity.ERROR: "E", Severity.FATAL: "E"}
_OCCURRENCE = re.compile(r"\[([0-9]+)\]")
_MOST_ERRORS = 10
_LONGEST = 400  # characters of a header that is remembered
_MODE = 3  # characters that tell whether one of table 0155 was sent: these have two
_VERSION = "2.5.1"  # of an answer to a version that we do not know
_THREE_PARTS_FROM, _ERR_FIELDS_FROM, _LENGTH_CODE_FROM = "2.3.1", "2.5", "2.7"


@dataclass(frozen=True, slots=True, eq=False)
class Subject:
    """The header that is answered, without time and control id: one for many messages."""

    header: Header
    codec: str
    version: str = ""  # the one to answer in when the message's own is not agreed
    modes: tuple[str, str] = ("", "")  # MSH-15, MSH-16: when to answer receipt and outcome

    @property
    def marks(self) -> Delimiters:
        """The delimiters of the answer: those of the message."""
        return self.header.marks


def read_subject(facts: Mapping[str, str], tag: str) -> Subject | None:
    """Read a kept header; ``None`` when there was none that could be read."""
    line = facts.get(tag, "")
    read = _known_subject if len(line) <= _LONGEST else _subject
    return read(line, facts.get("charset", "ascii"), facts.get(ANSWER_VERSION, ""))


def _subject(line: str, codec: str, version: str) -> Subject | None:
    marks = read_delimiters(line[3], line[4:10].partition(line[3])[0]) if line[4:] else None
    if marks is None:
        return None
    header = read_header(line, marks)
    accept, application = (mode.strip()[:_MODE] for mode in header.fields[15:17])
    return Subject(header, codec, version, (accept, application))


_known_subject = lru_cache(maxsize=512)(_subject)  # a file holds few different ones


class Answer(NamedTuple):
    """What is said of one message."""

    subject: Subject
    control: str  # its MSH-10, byte for byte
    code: str  # AA AE AR CA CE CR
    findings: tuple[Finding, ...] = ()
    enhanced: bool = False  # an application answer of enhanced mode: it is not answered itself
    functional: Functional | None = None  # what takes the place of a general acknowledgement

    @property
    def good(self) -> bool:
        """Tell whether it is a positive answer."""
        return self.code in ("AA", "CA")

    def like(self, other: "Answer") -> bool:
        """Tell whether both are written alike but for control ids; neither tells anything else."""
        return (
            self.subject is other.subject
            and self.code == other.code
            and self.enhanced == other.enhanced
            and not (self.findings or other.findings or self.functional or other.functional)
        )


class _Form(NamedTuple):
    """What the answers to messages with like headers have in common."""

    before: str  # MSH up to our control id
    behind: str  # MSH from its field 11 on, and the tag of MSA
    version: str  # MSH-12.1


class Writer:
    """Writes the answers of one file."""

    def __init__(self, at: datetime, options: Mapping[str, str]) -> None:
        self._at = at
        self._options = options
        self._forms: dict[tuple[Subject, bool, str], _Form] = {}

    def messages(
        self, answer: Answer, answered: Iterable[str], controls: Iterator[str]
    ) -> Iterator[bytes]:
        """Write acknowledgement messages; every segment ends with CR, the last one too.

        Args:
            answer: What is said of each.
            answered: MSH-10 of what is answered, byte for byte.
            controls: Our control ids; as many are taken as there are messages.
        """
        subject = answer.subject
        key = (subject, answer.enhanced, answer.functional.type if answer.functional else "")
        form = self._forms.get(key) or self._forms.setdefault(key, self._form(answer))
        before, codec = form.before, subject.codec
        middle, behind = f"{form.behind}{answer.code}{subject.header.marks.field}", END
        if answer.findings:
            behind = _told(answer, form.version)
        if answer.functional:
            behind += self._records(answer, answer.functional, form.version)
        for message, control in zip(answered, controls, strict=False):
            yield f"{before}{control}{middle}{message}{behind}".encode(codec, "replace")

    def _records(self, answer: Answer, functional: Functional, version: str) -> str:
        at, marks = _time(self._at), answer.subject.marks
        lines = functional_lines(functional, marks, at, version, good=answer.good)
        return "".join(f"{line}{END}" for line in lines)

    def _form(self, answer: Answer) -> _Form:
        subject, options = answer.subject, self._options
        header, marks = subject.header, subject.marks
        version = _version(subject, options)
        before = [*_swapped(subject, options), _time(self._at), ""]
        before += [_type(answer, version, options), ""]
        asks = "NE" if answer.enhanced else ""  # MSH-15, MSH-16; accept answers leave both empty
        behind = ["", header.fields[11], version, "", "", asks, asks, "", header.fields[18]]
        return _Form(
            marks.field.join(before),
            f"{marks.field.join(behind).rstrip(marks.field)}{END}MSA{marks.field}",
            version.partition(marks.component)[0],
        )


def envelope_bytes(  # noqa: PLR0913 - one per field that differs
    tag: str,
    subject: Subject,
    control: str,
    at: datetime,
    options: Mapping[str, str],
    *,
    answered: str,
    comment: str = "",
) -> bytes:
    """Write FHS or BHS of a response; field 12 is the control id that it answers."""
    fields = [tag, *_swapped(subject, options)[1:], _time(at), "", ""]
    fields += [escape(comment, subject.marks), control, answered]
    line = subject.marks.field.join(fields).rstrip(subject.marks.field) + END
    return line.encode(subject.codec, "replace")


def trailer_bytes(tag: str, subject: Subject, count: int) -> bytes:
    """Write BTS or FTS with its count."""
    return f"{tag}{subject.marks.field}{count}{END}".encode("ascii", "replace")


def nobody() -> Subject:
    """Return the subject of an answer to a file in which no header could be read."""
    return Subject(read_header("MSH|" + PLAIN.written(), PLAIN), "ascii")


def _swapped(subject: Subject, options: Mapping[str, str]) -> list[str]:
    """Return fields 0, 2 to 6: sender and receiver change places, whole, all components kept."""
    fields, marks = subject.header.fields, subject.marks
    own = _identity(options.get("identity", ""), marks)
    sender = [fields[5] or own[0], fields[6] or own[1]] if own else [fields[5], fields[6]]
    return ["MSH", marks.written(), *sender, fields[3], fields[4]]


def _identity(text: str, marks: Delimiters) -> list[str]:
    """Return our application and facility, which a profile writes with ``|`` and ``^``."""
    if not text:
        return []
    parts = [
        marks.component.join(escape(part, marks) for part in field.split("^"))
        for field in text.split("|")
    ]
    return [*parts, ""][:2]


def _version(subject: Subject, options: Mapping[str, str]) -> str:
    """Return MSH-12: the message's own if we support it, else the profile's, else an agreed one."""
    header, agreed = subject.header, subject.version
    if is_known(header.version) and not agreed:
        return header.fields[12]
    return options.get("ack_version") or agreed or _VERSION


def _type(answer: Answer, version: str, options: Mapping[str, str]) -> str:
    """Return MSH-9: ACK^P03^ACK, MFK^M04^MFK_M01; from 2.3.1 on with the structure."""
    header, form = answer.subject.header, options.get("ack_msh9") or "full"
    functional = answer.functional
    sent = functional.type.split("^") if functional else ["ACK", header.event, "ACK"]
    if form == "code" or not sent[1]:
        del sent[1:]
    elif form != "full" or version < _THREE_PARTS_FROM:
        del sent[2:]
    return header.marks.component.join(sent)


@lru_cache(maxsize=8)  # all answers of a file are of one time
def _time(at: datetime) -> str:
    return at.strftime("%Y%m%d%H%M%S%z")


def _told(answer: Answer, version: str) -> str:
    """Return what stands behind MSA-2: the first text in MSA-3 until 2.4, and the ERR."""
    marks, shown = answer.subject.marks, answer.findings[:_MOST_ERRORS]
    if version >= _ERR_FIELDS_FROM:
        lines = ["", *(_error(finding, version, marks) for finding in shown)]
    else:
        text = "" if answer.good else marks.field + escape(shown[0].message, marks)
        lines = [text, _old_error(shown, version, marks)]
    return END.join(lines) + END


def _code(finding: Finding, version: str) -> str:
    early = finding.code == "104" and version < _LENGTH_CODE_FROM
    return "102" if early else finding.code or "207"


def _error(finding: Finding, version: str, marks: Delimiters) -> str:
    """Write an ERR of 2.5 and later: ERR-1 stays empty."""
    code = _code(finding, version)
    coded = marks.component.join((code, _TEXTS.get(code, ""), "HL70357"))
    name = finding.rule.removeprefix("hl7.").upper()
    where = marks.component.join(_location(finding))
    fields = ("ERR", "", where, coded, _LETTERS[finding.severity], escape(name, marks))
    return marks.field.join((*fields, "", "", escape(finding.message, marks)))


def _old_error(findings: Iterable[Finding], version: str, marks: Delimiters) -> str:
    """Write the one ERR of 2.4 and before: ERR-1 repeats, segment, sequence, field, code."""
    repetitions = []
    for finding in findings:
        code = _code(finding, version)
        coded = (marks.part or " ").join((code, _TEXTS.get(code, ""), "HL70357"))
        where = (*_location(finding), "", "", "")[:3]
        repetitions.append(marks.component.join((*where, coded)))
    return marks.field.join(("ERR", (marks.repetition or " ").join(repetitions)))


def _location(finding: Finding) -> tuple[str, ...]:
    """Return segment, sequence, field, repetition, component, as many as are known."""
    place = finding.place
    if not place.segment:
        return ()
    occurrence = _OCCURRENCE.search(place.address)
    located = [place.segment, occurrence.group(1) if occurrence else "1"]
    if place.element:
        located.append(str(place.element))
        if place.component or place.repetition:
            located.append(str(max(place.repetition, 1)))
        if place.component:
            located.append(str(place.component))
    return tuple(located)
