"""What our answers share: an interchange that goes back to the sender of another one.

Spec: ISO 9735, UNB to UNZ; parties swapped, 0035 copied, no answer asked for.
"""

from collections.abc import Mapping, Sequence
from datetime import datetime

from acktrail.formats.delimited import Marks, split_released, unreleased
from acktrail.formats.edifact.characters import CODECS, DEFAULT_MARKS, Script
from acktrail.formats.edifact.checker import faults
from acktrail.formats.edifact.directory import Element
from acktrail.formats.edifact.opening import LATEST_SYNTAX, REQUESTED
from acktrail.formats.edifact.rules import CHARSET_UNSUPPORTED, SYNTAX_UNSUPPORTED
from acktrail.formats.edifact.writer import Elements, Line, Sending, written
from acktrail.model import InterchangeResult

RECEIPT_ONLY = "2"  # 0031; the list of syntax 3 knows only 1
FALLBACK_SET = "UNOC"


def syntax_of(interchange: InterchangeResult) -> int:
    """Return the syntax version that an interchange was read by, and is answered in."""
    return int(interchange.facts["syntax"])


def is_asked_for(interchange: InterchangeResult) -> bool:
    """Tell whether the sender asks for an acknowledgement (UNB 0031)."""
    return interchange.facts.get("0031") in (REQUESTED, RECEIPT_ONLY)


def is_receipt_only(interchange: InterchangeResult) -> bool:
    """Tell whether the sender wants to know no more than that the interchange came."""
    newer = syntax_of(interchange) == LATEST_SYNTAX
    return newer and interchange.facts.get("0031") == RECEIPT_ONLY


def message(reference: str, type_: str, body: Sequence[Line]) -> list[Line]:
    """Return a message with UNH and UNT; ``type_`` is S009, ``CONTRL:D:3:UN``."""
    head: Line = ("UNH", [reference, [*type_.split(":")]])
    return [head, *body, ("UNT", [str(len(body) + 2), reference])]


def reply(
    interchange: InterchangeResult,
    number: str,
    at: datetime,
    messages: Sequence[Sequence[Line]],
    segments: Mapping[str, tuple[Element, ...]],
) -> bytes | None:
    """Return the interchange that answers another one.

    Args:
        interchange: What is answered.
        number: 0020 of the answer.
        at: When it is made.
        messages: Its messages, from UNH to UNT.
        segments: What its segments consist of, those of the envelope too.

    Returns:
        None when something that has to be copied is absent or invalid: no valid answer exists.
    """
    syntax, (identified, codec) = syntax_of(interchange), _written_in(interchange)
    newer = syntax == LATEST_SYNTAX
    marks = DEFAULT_MARKS if newer else DEFAULT_MARKS._replace(repetition="")
    lines: list[Line] = [
        ("UNB", _unb(interchange, number, at, identified)),
        *(line for one in messages for line in one),
        ("UNZ", [str(len(messages)), number]),
    ]
    text = written(lines, marks, Sending(identified[0], codec))
    valid = text is not None and _is_valid(text, Script(marks, codec, syntax), segments)
    return text if valid else None


def _is_valid(text: bytes, script: Script, segments: Mapping[str, tuple[Element, ...]]) -> bool:
    """Tell whether our own checker finds nothing wrong: what was copied may be invalid."""
    marks = script.marks
    raws = split_released(text.decode("latin-1"), marks.segment, marks.release)[:-1]
    return not any(True for raw in raws for _ in faults(raw, segments[raw[:3]], script))


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
    interchange: InterchangeResult, number: str, at: datetime, identified: list[str]
) -> Elements:
    newer = syntax_of(interchange) == LATEST_SYNTAX
    return [
        identified,
        parts_of(interchange, "S003"),
        parts_of(interchange, "S002"),
        [at.strftime("%Y%m%d" if newer else "%y%m%d"), at.strftime("%H%M")],
        number,
        *[""] * 5,
        interchange.facts.get("0035", ""),
    ]


def parts_of(interchange: InterchangeResult, name: str) -> list[str]:
    """Return the components of a raw composite among the facts, unreleased."""
    return split_parts(interchange.facts.get(name, ""), marks_of_subject(interchange))


def split_parts(raw: str, marks: Marks) -> list[str]:
    """Cut a raw composite with the service characters that it was sent with."""
    parts = split_released(raw, marks.component, marks.release)
    return [unreleased(part, marks.release) for part in parts]


def marks_of_subject(interchange: InterchangeResult) -> Marks:
    """Return the service characters that an interchange was sent with."""
    component, element, decimal, release, repetition, segment = tuple(interchange.facts["una"])
    return Marks(element, component, repetition.strip(), segment, release.strip(), "", decimal)
