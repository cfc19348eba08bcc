"""CONTRL: what an interchange is answered with, from the read result alone.

Spec: CONTRL D.3 (1997) for syntax 1-3, CONTRL 4:1 (ISO 9735-10) for syntax 4. There is no "accepted
with errors": 4 rejects a level and all below, 7 acknowledges it, 8 only says that it came.
"""

from acktrail.formats.delimited import Marks, split_released, unreleased
from acktrail.formats.edifact.characters import CODECS, DEFAULT_MARKS, Script
from acktrail.formats.edifact.checker import faults
from acktrail.formats.edifact.directories import Directories
from acktrail.formats.edifact.reports import Levels, levels_of, refusing
from acktrail.formats.edifact.rules import CHARSET_UNSUPPORTED, SYNTAX_UNSUPPORTED
from acktrail.formats.edifact.writer import Elements, Line, written
from acktrail.model import Acknowledgement, Answering, InterchangeResult, ReadResult, Verdict

LATEST_SYNTAX = 4
FALLBACK_SET = "UNOC"
TYPES = {True: "CONTRL:4:1:UN", False: "CONTRL:D:3:UN"}  # by: syntax 4
RECEIPT_ONLY = "2"  # 0031; the list of syntax 3 knows only 1


def answered(result: ReadResult, answering: Answering) -> tuple[InterchangeResult, ...]:
    """Return the interchanges that the policy wants answered, in the order of the file."""
    policy = answering.options.get("contrl", "on_request")
    whole = not result.usable or answering.options.get("duplicate") == "1"
    return tuple(
        one for one in result.interchanges if _wanted(one, policy, whole_file_refused=whole)
    )


def _wanted(interchange: InterchangeResult, policy: str, *, whole_file_refused: bool) -> bool:
    messages = [message for group in interchange.groups for message in group.messages]
    if messages and all(message.type == "CONTRL" for message in messages):
        return False  # an acknowledgement is never acknowledged
    if policy == "always":
        return True
    if policy == "on_request":
        return interchange.facts.get("0031") in ("1", RECEIPT_ONLY)
    judged = {message.verdict for message in messages}
    judged |= {interchange.verdict, *(group.verdict for group in interchange.groups)}
    return policy == "errors_only" and (whole_file_refused or Verdict.REJECTED in judged)


def answers(
    result: ReadResult, answering: Answering, directories: Directories
) -> tuple[Acknowledgement, ...]:
    """Return a CONTRL for each interchange that is to be answered.

    An interchange whose mandatory parts to be copied are absent or invalid gets none: there is no
    valid CONTRL for it, and a person has to look. Numbers are taken in the order of the file.
    """
    pairs = zip(answered(result, answering), answering.numbers, strict=True)
    built = (
        _answer(one, str(number), answering, directories, usable=result.usable)
        for one, number in pairs
    )
    return tuple(one for one in built if one is not None)


def _answer(
    interchange: InterchangeResult,
    number: str,
    answering: Answering,
    directories: Directories,
    *,
    usable: bool,
) -> Acknowledgement | None:
    facts = interchange.facts
    syntax = int(facts["syntax"])
    newer = syntax == LATEST_SYNTAX
    marks = DEFAULT_MARKS if newer else DEFAULT_MARKS._replace(repetition="")
    body = _body(interchange, answering, usable=usable, newer=newer)
    type_ = (answering.options.get("contrl_type") or TYPES[newer]).split(":")
    written_in, codec = _written_in(interchange)
    lines: list[Line] = [
        ("UNB", _unb(interchange, number, answering, written_in)),
        ("UNH", [number, [*type_]]),
        *body,
        ("UNT", [str(len(body) + 2), number]),
        ("UNZ", ["1", number]),
    ]
    text = written(lines, marks, written_in[0], codec)
    if text is None or not _valid(text, Script(marks, codec, syntax), directories):
        return None
    return Acknowledgement("CONTRL", number, interchange.control, text, "edi")


def _valid(text: bytes, script: Script, directories: Directories) -> bool:
    """Tell whether our own checker finds nothing wrong: what was copied may be invalid."""
    segments = directories.service(script.syntax).segments
    marks = script.marks
    for raw in split_released(text.decode("latin-1"), marks.segment, marks.release)[:-1]:
        if any(True for _ in faults(raw, segments[raw[:3]], script)):
            return False
    return True


def _written_in(interchange: InterchangeResult) -> tuple[list[str], str]:
    """Return S001 of the answer, and its codec: the subject's, unless we do not speak these.

    A refused syntax or character set is answered in what it was read as, never in itself.
    """
    facts, sent = interchange.facts, parts_of(interchange, "S001")
    refused = {finding.rule for finding in interchange.findings}
    if not refused & {SYNTAX_UNSUPPORTED.name, CHARSET_UNSUPPORTED.name}:
        return sent, facts["encoding"]
    known = CHARSET_UNSUPPORTED.name not in refused and sent[0] in CODECS
    identifier = sent[0] if known else FALLBACK_SET
    return [identifier, facts["syntax"]], CODECS[identifier]


def _unb(
    interchange: InterchangeResult, number: str, answering: Answering, written_in: list[str]
) -> Elements:
    """Return UNB: parties swapped, 0035 copied, no request for an answer."""
    newer = written_in[1] == str(LATEST_SYNTAX)
    day = answering.at.strftime("%Y%m%d" if newer else "%y%m%d")
    return [
        written_in,
        parts_of(interchange, "S003"),
        parts_of(interchange, "S002"),
        [day, answering.at.strftime("%H%M")],
        number,
        *[""] * 5,
        interchange.facts.get("0035", ""),
    ]


def _body(
    interchange: InterchangeResult, answering: Answering, *, usable: bool, newer: bool
) -> list[Line]:
    """Return UCI and what follows it."""
    levels = Levels(newer=newer, parts=lambda raw: split_parts(raw, interchange))
    copied: Elements = [
        parts_of(interchange, "0020")[0],
        parts_of(interchange, "S002"),
        parts_of(interchange, "S003"),
    ]
    receipt = newer and interchange.facts.get("0031") == RECEIPT_ONLY
    if answering.options.get("duplicate") == "1":
        return [("UCI", [*copied, "4", "26", "UNB", "6"])]
    if refused := refusing(interchange.findings):
        return [("UCI", [*copied, "4", *levels.error(refused[0])])]
    if not usable:  # another part of the file refused all of it
        return [("UCI", [*copied, "4", "18"])]
    if receipt and answering.options.get("contrl", "on_request") == "on_request":
        return [("UCI", [*copied, "8"])]
    return [("UCI", [*copied, "7"]), *levels_of(interchange, levels)]


def parts_of(interchange: InterchangeResult, name: str) -> list[str]:
    """Return the components of a raw composite among the facts, unreleased."""
    return split_parts(interchange.facts.get(name, ""), interchange)


def split_parts(raw: str, interchange: InterchangeResult) -> list[str]:
    """Cut a raw composite with the interchange's own service characters."""
    component, element, decimal, release, repetition, segment = tuple(interchange.facts["una"])
    marks = Marks(element, component, repetition.strip(), segment, release.strip(), "", decimal)
    parts = split_released(raw, marks.component, marks.release)
    return [unreleased(part, marks.release) for part in parts]
