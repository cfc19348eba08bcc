"""The functional answer: MFK to a master file, ORR, ORL, ORS, ORN, RRE, RRD to orders.

It takes the place of the general acknowledgement where the profile asks for it. An MFK names every
record (MFA). The answers to orders are MSH, MSA and ERR: what may follow stands below PID, and no
answer of ours repeats a patient's data.

Spec: HL7 v2+ chapter 2, 2.16.5 (MFK); chapter 4 (OML, ORM and pharmacy answers); chapter 8, MFI-6
and MFA; tables 0179 (which records are wanted) and 0181 (what became of one).
"""

from collections.abc import Iterator, Mapping
from typing import NamedTuple

from acktrail.formats.hl7.delimiters import Delimiters
from acktrail.formats.hl7.guides import Guide
from acktrail.formats.hl7.header import Header, is_wanted
from acktrail.formats.hl7.message import Message

MASTER_FILE = "MFN"
ANSWERS = {  # type and event of the answer by those of what is answered; MFK has its event
    "MFN": "MFK",
    "ORM^O01": "ORR^O02",
    "OML^O21": "ORL^O22",
    "OML^O33": "ORL^O34",
    "OML^O35": "ORL^O36",
    "OMS^O05": "ORS^O06",
    "OMN^O07": "ORN^O08",
    "RDE^O01": "RRE^O02",
    "RDE^O11": "RRE^O12",
    "RDE^O25": "RRE^O26",
    "RDS^O01": "RRD^O02",
    "RDS^O13": "RRD^O14",
}
_TYPE, _FILE, _RECORDS = "functional", "MFI", "MFE"  # facts of a message
_FILE_FIELDS = 6
_LEVEL = 6  # MFI-6
_TYPED_KEY_FROM = "2.3.1"  # MFE-5 and MFA-6


class Functional(NamedTuple):
    """What the functional answer to a message is made from."""

    type: str  # MSH-9: MFK^M04^MFK_M01
    file: str = ""  # MFI as sent; "" = it is no master file
    records: tuple[str, ...] = ()  # MFE as sent


def answer_type(header: Header) -> str | None:
    """Return type, and event if it has its own, of the functional answer to a message."""
    return ANSWERS.get(header.type) or ANSWERS.get(header.kind)


def functional_facts(message: Message, header: Header, guide: Guide) -> dict[str, str]:
    """Return what the functional answer needs of a message; nothing where it has none.

    A master file without MFI has none: MFK has to repeat it.
    """
    answer = answer_type(header)
    if answer is None:
        return {}
    kind, _, event = answer.partition("^")
    event = event or header.event
    structure = guide.choose("", f"{kind}^{event}").name
    if not structure:
        return {}
    facts = {_TYPE: f"{kind}^{event}^{structure}"}
    if header.kind != MASTER_FILE:
        return facts
    mark = header.marks.field
    if _FILE not in message.tags:
        return {}
    facts[_FILE] = mark.join(message.first(_FILE)[: _FILE_FIELDS + 1]).rstrip(mark)
    records = [message.fields(at) for at, tag in enumerate(message.tags) if tag == _RECORDS]
    facts[_RECORDS] = "\r".join(mark.join(_kept(fields)) for fields in records)
    return facts


def _kept(fields: list[str]) -> list[str]:
    """Return MFE without MFE-3, when it takes effect, and what comes behind MFE-5."""
    kept = fields[:6]
    if len(kept) > 3:  # noqa: PLR2004 - MFE-3
        kept[3] = ""
    return kept


def read_functional(facts: Mapping[str, str]) -> Functional | None:
    """Read kept facts; None when a general acknowledgement is the answer."""
    if _TYPE not in facts:
        return None
    records = facts.get(_RECORDS, "")
    return Functional(
        facts[_TYPE], facts.get(_FILE, ""), tuple(records.split("\r") if records else ())
    )


def functional_lines(
    functional: Functional, marks: Delimiters, sent_at: str, version: str, *, good: bool
) -> Iterator[str]:
    """Yield MFI, and an MFA for every record if MFI-6 wants one: posting takes all or none."""
    if not functional.file:
        return
    yield functional.file
    level = [*functional.file.split(marks.field), *[""] * _LEVEL][_LEVEL]
    level = level.partition(marks.component)[0] if marks.component else level
    if not is_wanted(level or "AL", good=good):
        return
    for record in functional.records:
        _, event, control, _, key, typed = [*record.split(marks.field), *[""] * 5][:6]
        fields = ["MFA", event, control, sent_at, "S" if good else "U", key]
        fields += [typed] if version >= _TYPED_KEY_FROM else []
        yield marks.field.join(fields).rstrip(marks.field)
