"""The message header: what it says, what the answer needs of it, what is wrong with it.

Spec: HL7 v2+ chapter 2, MSH; 2.8.2 and 2.8.3 for what refuses a message.
"""

from collections.abc import Iterator
from functools import lru_cache
from typing import NamedTuple

from acktrail.formats.hl7 import rules
from acktrail.formats.hl7.delimiters import Delimiters
from acktrail.formats.hl7.guides import Guide
from acktrail.formats.hl7.locate import CLEARED
from acktrail.formats.hl7.patterns import FITS, FITS_WITH_ODD_OFFSET
from acktrail.formats.hl7.settings import Settings
from acktrail.formats.hl7.tables import NEAR, is_known
from acktrail.model import CORRECTS, Rule

ACKNOWLEDGEMENTS = frozenset({"ACK", "MFK", "ORR", "ORL", "ORS", "ORN", "RRE", "RRD"})
ANSWER_VERSION = "answer_version"  # fact of a message whose own version is not agreed
MODES = frozenset({"AL", "NE", "ER", "SU"})  # tables 0155 and 0179
_EMPTY = ("",) * 26
_LONGEST = 200  # characters of MSH-9 that can mean anything, and of a value that is kept
_LONGEST_LINE = 400  # characters of a header that is remembered
_LEAST = 12  # fields of the shortest header: up to the version id
_FIFTH_FROM = "2.7"
_TIME_FROM = "2.4"  # MSH-7 is required from here on


class Header(NamedTuple):
    """MSH, raw: field n stands at n, with empty text for what was not sent."""

    fields: list[str]
    marks: Delimiters
    sent: int  # how many fields were sent
    kind: str = ""  # MSH-9.1
    event: str = ""  # MSH-9.2
    structure: str = ""  # MSH-9.3
    version: str = ""  # MSH-12.1
    processing: str = ""  # MSH-11.1
    type: str = ""  # message type and event: DFT^P03, ACK

    @property
    def complete(self) -> bool:
        """Tell whether the header reaches to its version id."""
        return self.sent >= _LEAST

    def party(self, field: int) -> str:
        """Return application and facility as one text: BILL^HOSP."""
        name, place = self.fields[field], self.fields[field + 1]
        if len(name) + len(place) > _LONGEST:
            return _party(name, place, self.marks.component)
        return _known_party(name, place, self.marks.component)

    def facts(self, codec: str, *, answerable: bool) -> dict[str, str]:
        """Return what the answer needs, and who speaks to whom, as a profile spells it.

        No more: it is kept, and may hold no patient data. Without time and control id it is the
        same for all messages that one sender sends of one type: one table, not to be changed.
        """
        line = self._reduced((7, 8, 10, 13, 14, 17))
        make = _known_facts if len(line) <= _LONGEST_LINE else _facts
        if self.complete:  # a name that was cut off would be a stranger's
            return make(line, codec, (self.party(3), self.party(5)), answerable)
        return make(line, codec, (), answerable)

    def envelope_facts(self, codec: str) -> dict[str, str]:
        """Return what the answer needs of FHS or BHS; BHS-12 is set when a batch is sent again.

        Fields 9 and 10, name and comment, are free text and left out.
        """
        facts = {self.fields[0]: self._reduced((8, 9, 10, *range(13, 19))), "charset": codec}
        return facts | ({CORRECTS: self.fields[12]} if self.fields[12] else {})

    def _reduced(self, left_out: tuple[int, ...]) -> str:
        """Return the segment up to field 18 without some fields (MSH-8 is security)."""
        kept = self.fields[:19]
        for number in left_out:
            kept[number] = ""
        del kept[1]  # the separator itself
        return self.marks.field.join(kept).rstrip(self.marks.field)


def is_wanted(condition: str, *, good: bool) -> bool:
    """Tell whether tables 0155 and 0179 ask for an answer: always, on error, on success."""
    return condition == "AL" or (condition == "SU" and good) or (condition == "ER" and not good)


def read_header(line: str, marks: Delimiters) -> Header:
    """Read MSH, or FHS and BHS, whose first fields are alike."""
    fields = line.split(marks.field, 25)[:25]
    fields.insert(1, marks.field)
    sent = len(fields) - 1
    fields += _EMPTY[len(fields) :]
    typed, process, version = fields[9], fields[11], fields[12]
    short = len(typed) + len(process) + len(version) <= _LONGEST
    read = _known_coded if short else _coded
    coded = read(typed, version, process, marks.component, marks.repetition)
    return Header(fields, marks, sent, *coded)


def _coded(
    typed: str, version: str, process: str, component: str, repetition: str
) -> tuple[str, str, str, str, str, str]:
    """Return type, event and structure of MSH-9, MSH-12.1, MSH-11.1, and type and event as one."""
    typed, version, process = (_one(one, repetition) for one in (typed, version, process))
    parts = [*(part.strip() for part in typed[:_LONGEST].split(component)), "", ""]
    version, process = (one.partition(component)[0].strip() for one in (version, process))
    named = f"{parts[0]}^{parts[1]}" if parts[1] else parts[0]
    return parts[0], parts[1], parts[2], version, process, named


def _one(value: str, repetition: str) -> str:
    """Return the first repetition."""
    return value.partition(repetition)[0] if repetition else value


def _facts(
    line: str,
    codec: str,
    parties: tuple[str, ...],
    answerable: bool,  # noqa: FBT001 - as a cache takes it
) -> dict[str, str]:
    facts = {
        "MSH": line,
        "charset": codec,
        **dict(zip(("sender", "receiver"), parties, strict=False)),
    }
    return facts if answerable else {**facts, "answer": "never"}


def _party(name: str, place: str, component: str) -> str:
    name = _name(name, component) if component in name else name
    place = _name(place, component) if component in place else place
    return f"{name}^{place}" if name or place else ""


def _name(value: str, component: str) -> str:
    """Return the name of an HD field: its namespace id, else its universal id."""
    parts = value.split(component)
    return parts[0] or parts[1]


# a file holds few different ones; long ones are not kept
_known_coded = lru_cache(maxsize=1024)(_coded)
_known_party = lru_cache(maxsize=1024)(_party)
_known_facts = lru_cache(maxsize=512)(_facts)


def is_agreed(version: str, settings: Settings) -> bool:
    """Tell whether the profile takes a version; one that names none takes all."""
    return not settings.versions or version in settings.versions


def answer_version(settings: Settings) -> str:
    """Return the highest version that is agreed and known to us; ``""`` if there is none."""
    known = filter(is_known, settings.versions)
    return max(known, key=lambda one: tuple(map(int, one.split("."))), default="")


class HeaderFault(NamedTuple):
    """A rule that the header breaks, and where."""

    rule: Rule
    field: int = 0


def header_faults(header: Header, guide: Guide | None, settings: Settings) -> Iterator[HeaderFault]:
    """Yield what is wrong with a complete header, but for time and control id."""
    version = header.version
    if guide is None or not is_agreed(version, settings):
        yield HeaderFault(rules.UNSUPPORTED_VERSION, 12)
    elif version in NEAR:
        yield HeaderFault(rules.VERSION_APPROXIMATED, 12)
    if header.marks.truncation and version < _FIFTH_FROM:
        yield HeaderFault(rules.TRUNCATION_EARLY, 2)
    yield from _event_faults(header, settings)
    if settings.processing_ids and header.processing not in settings.processing_ids:
        yield HeaderFault(rules.UNSUPPORTED_PROCESSING_ID, 11)
    elif not header.processing:
        yield HeaderFault(rules.REQUIRED_MISSING, 11)
    if header.fields[14]:
        yield HeaderFault(rules.FRAGMENTED, 14)
    yield from _mode_faults(header)


def _event_faults(header: Header, settings: Settings) -> Iterator[HeaderFault]:
    if not header.kind:
        yield HeaderFault(rules.UNSUPPORTED_TYPE, 9)
    elif not settings.events:
        known = settings.known | ACKNOWLEDGEMENTS
        if header.kind not in known and header.type not in known:
            yield HeaderFault(rules.NOT_SUBSCRIBED, 9)  # a query, say, and the profile names none
    elif not is_subscribed(header, settings):
        if settings.unsubscribed == "keep":
            yield HeaderFault(rules.NOT_SUBSCRIBED, 9)
        elif header.kind in {event.partition("^")[0] for event in settings.events}:
            yield HeaderFault(rules.UNSUPPORTED_EVENT, 9)
        else:
            yield HeaderFault(rules.UNSUPPORTED_TYPE, 9)


def is_subscribed(header: Header, settings: Settings) -> bool:
    """Tell whether the profile takes the event; one that names none takes all.

    An acknowledgement answers something that we sent: it needs no agreement.
    """
    events = settings.events
    named = header.kind in events or header.type in events
    return named or not events or header.kind in ACKNOWLEDGEMENTS


def own_faults(header: Header, time: str, control: str) -> Iterator[HeaderFault]:
    """Yield what is wrong with time and control id, MSH-7 and MSH-10."""
    if not control.strip():
        yield HeaderFault(rules.CONTROL_ID_MISSING, 10)
    sent = _one(time, header.marks.repetition).partition(header.marks.component)[0]
    sent = sent.partition(header.marks.part or "&")[0]
    if not sent:
        if header.version >= _TIME_FROM:
            yield HeaderFault(rules.REQUIRED_MISSING, 7)
    elif sent != CLEARED and not FITS["TS"](sent):
        odd = FITS_WITH_ODD_OFFSET(sent)
        yield HeaderFault(rules.OFFSET_ODD if odd else rules.BAD_TS, 7)


def _mode_faults(header: Header) -> Iterator[HeaderFault]:
    modes = (header.fields[15].strip(), header.fields[16].strip())
    if any(mode and mode not in MODES for mode in modes):
        yield HeaderFault(rules.ACK_MODE_INVALID, 15)
    elif bool(modes[0]) != bool(modes[1]):
        yield HeaderFault(rules.ACK_MODE_HALF, 15 if not modes[0] else 16)
