"""Our reading of the public samples against two independent readers, every difference explained.

hl7types is made from the HL7 schemas and validates while it decodes; hl7kit is written in Rust.
Each explanation stands in a table with the number of its cases: one that is no longer needed, or a
difference that none explains, fails.
"""

import re
import warnings
from collections import Counter
from collections.abc import Iterator, Sequence

import hl7kit
import pytest
from hl7types import decode_er7
from pydantic import BaseModel, ValidationError

from acktrail.formats.hl7.escapes import unescape
from acktrail.formats.hl7.message import Hl7Segment
from tests.generators.hl7 import adt, dft, events, oru, written
from tests.unit.hl7.corpora import FILES, Found, found_in, needs_corpora

SEGMENT = re.compile("[A-Z][A-Z0-9]{2}")
Leaf = tuple[int, ...]  # field, repetition, component, subcomponent: as many as the type has


def text_of(message: Found) -> str:
    """Return a message as hl7types takes it: CR, and no fifth delimiter, which it has from 2.7."""
    text = "\r".join(segment.raw for segment in message.segments) + "\r"
    return text.replace("MSH|^~\\&#|", "MSH|^~\\&|", 1)


MESSAGES = [message for path in FILES for message in found_in(path)]


# ---------------------------------------------------------------- hl7types: structure and values

WHOLE = "the field as it was sent, as its type has no components there"
LAYOUT = "escapes of layout and of bytes, which it leaves as they are"
SKIPPED_BY_HL7TYPES = {  # segments that the structure lacks: it drops them, we keep them
    "hl7_with_birth_time.hl7": ["SFT"],
    "EHT-20210316-0001.hl7": ["SCT"],
    "ADT01-23.hl7": ["IN1", "IN2", "IN1", "IN2", "IN1", "DG1"],
    "MDM-T02-03.hl7": ["ORC", "OBR"],
    "MDM_01.hl7": ["ORC", "TQ1", "OBR", "ORC", "OBR", "NTE", "TXA"],
}


def parts(value: object) -> list[object]:
    return value if isinstance(value, list) else [] if value is None else [value]


def their_segments(model: BaseModel, group: str = "") -> Iterator[tuple[str, str, BaseModel]]:
    """Yield group, name and model of each segment, in order."""
    for name in type(model).model_fields:
        for part in parts(getattr(model, name)):
            if isinstance(part, BaseModel) and SEGMENT.fullmatch(type(part).__name__):
                yield group, type(part).__name__, part
            elif isinstance(part, BaseModel):
                yield from their_segments(part, name)


def their_leaves(model: BaseModel, at: Leaf = ()) -> Iterator[tuple[Leaf, str]]:
    for name in type(model).model_fields:
        number = int(name.rpartition("_")[2])
        for repetition, value in enumerate(parts(getattr(model, name)), 1):
            here = (*at, number) if at else (number, repetition)
            if isinstance(value, BaseModel):
                yield from their_leaves(value, here)
            else:
                yield here, str(value)


def decoded(message: Found) -> BaseModel | None:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        try:
            model = decode_er7(text_of(message))
        except (ValueError, TypeError):
            return None
    assert isinstance(model, BaseModel)
    return model


@needs_corpora
def test_hl7types_sees_the_same_segments_in_the_same_groups_with_the_same_values() -> None:
    counts, skipped = Counter[str](), dict[str, list[str]]()
    for message in MESSAGES:
        model = decoded(message)
        if model is None:
            continue
        theirs = list(their_segments(model))
        if [tag for _, tag, _ in theirs] != [segment.tag for segment in message.segments]:
            left = Counter(tag for _, tag, _ in theirs)
            left.subtract(segment.tag for segment in message.segments)
            skipped[message.file] = sorted((-left).elements())
            continue
        counts["messages"] += 1
        for ours, (group, _, segment) in zip(message.segments, theirs, strict=True):
            assert ours.loop == group, (message.file, ours.place.address)
            counts["segments"] += 1
            counts.update(compared(ours, segment))

    assert skipped == {name: sorted(tags) for name, tags in SKIPPED_BY_HL7TYPES.items()}
    assert counts == {
        "messages": 189,
        "segments": 3351,
        "same value": 60151,
        WHOLE: 1161,
        LAYOUT: 5,
    }


def compared(ours: Hl7Segment, segment: BaseModel) -> Iterator[str]:
    """Yield what each value of a segment is: the same, or explained."""
    for at, value in their_leaves(segment):
        field, repetition, component, part = (*at, 1, 1)[:4]
        if ours.tag == "MSH" and field <= 2:
            continue
        mine = ours.get(field, component, repetition, part)
        read = unescape(value, ours.marks, ours.codec)
        if mine == value:
            yield "same value"
        elif mine == read:
            yield LAYOUT
        else:  # of OBX-5 and of coded values of type ID and IS it keeps all in one text
            raw = ours.fields[field].split("~")[repetition - 1]
            assert len(at) == 2, (ours.place.address, at)
            assert re.search("[&^]", raw), (ours.place.address, at)
            assert read == unescape(raw, ours.marks, ours.codec), (ours.place.address, at)
            yield WHOLE


# ---------------------------------------------------------------- hl7types: what it refuses

COMPONENT_USAGE = "a component's usage is for a partner specification"
EXPLAINED = {
    COMPONENT_USAGE: 53,
    "a component's length is for a partner specification": 20,
    "a field of delimiters only is sent, for us": 4,
    "the overlay has it optional": 1,  # ORC-7 of 2.3
    "hl7apy's table has it optional": 2,  # NTE in RDS_O13 of 2.8
    "its decoder fails on its own list": 4,
    "it has no map from A40, A41 to ADT_A39, nor ORM after 2.6": 5,
}


@needs_corpora
def test_what_hl7types_refuses_is_a_finding_of_ours_or_explained() -> None:
    reasons, agreed = Counter[str](), 0
    for message in MESSAGES:
        for reason in refusals(message):
            agreed += not reason
            reasons[reason] += bool(reason)

    assert +reasons == EXPLAINED
    assert agreed == 93


def refusals(message: Found) -> Iterator[str]:
    """Yield a reason for each refusal by hl7types; none where we find the same."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        try:
            decode_er7(text_of(message))
        except ValidationError as error:
            faults = error.errors()
            for fault in faults:
                where = [str(step) for step in fault["loc"] if not isinstance(step, int)]
                yield reason_for(message, error.title, where, fault["type"])
        except TypeError:
            yield "its decoder fails on its own list"
        except ValueError:
            yield "it has no map from A40, A41 to ADT_A39, nor ORM after 2.6"


def reason_for(message: Found, title: str, where: list[str], kind: str) -> str:
    found = message.result.findings
    if not SEGMENT.fullmatch(title):
        if title == "RDS_O13_ORDER_DETAIL_SUPPLEMENT":
            return "hl7apy's table has it optional"
        rules = {finding.rule for finding in found}
        assert rules & {"hl7.segment_missing", "hl7.segment_unexpected"}, (message.file, where)
        return ""
    field = int(where[0].rpartition("_")[2])
    if any((one.place.segment, one.place.element) == (title, field) for one in found):
        return ""
    if kind == "string_too_long":
        return "a component's length is for a partner specification"
    assert kind == "missing", (message.file, title, where)
    return missing_field(message, title, field) if len(where) == 1 else COMPONENT_USAGE


def missing_field(message: Found, tag: str, field: int) -> str:
    if (tag, field, message.head.version) == ("ORC", 7, "2.3"):
        return "the overlay has it optional"
    sent = [one.fields[field] for one in message.segments if one.tag == tag]
    assert any(sent), (message.file, tag, field)
    assert not any(re.sub("[~^&]", "", one) for one in sent), (message.file, tag, field)
    return "a field of delimiters only is sent, for us"


# ---------------------------------------------------------------- hl7kit: every leaf


def leaves(segment: Hl7Segment) -> Iterator[Leaf]:
    """Yield where each leaf of a segment stands that has a text."""
    marks = segment.marks
    for field, value in enumerate(segment.fields):
        if not value or not field or (segment.tag == "MSH" and field <= 2):
            continue
        for repetition, one in enumerate(value.split(marks.repetition), 1):
            for component, part in enumerate(one.split(marks.component), 1):
                for number in range(1, part.count(marks.part) + 2):
                    yield field, repetition, component, number


def against_hl7kit(segments: Sequence[Hl7Segment]) -> Iterator[str]:
    """Yield what each leaf of a message is: the same, or explained."""
    peer = hl7kit.parse("\r".join(one.raw for one in segments).encode() + b"\r")
    seen = Counter[str]()
    for segment in segments:
        seen[segment.tag] += 1
        for field, repetition, component, part in leaves(segment):
            value = segment.get(field, component, repetition, part)
            address = f"{segment.tag}[{seen[segment.tag]}]-{field}[{repetition}].{component}.{part}"
            theirs = peer.get(address) or ""
            if value == theirs:
                yield "same"
            else:
                assert value.rstrip(" ") == theirs, address
                yield "blanks at the end of a segment, which are data to us"


@pytest.mark.parametrize("lines", [adt(), dft(lines=5), oru(lines=20)], ids=["ADT", "DFT", "ORU"])
def test_hl7kit_reads_the_same_values(lines: list[str]) -> None:
    segments = [one for one in events(written(lines)) if isinstance(one, Hl7Segment)]

    assert set(against_hl7kit(segments)) == {"same"}


@needs_corpora
def test_hl7kit_reads_the_same_values_of_public_samples() -> None:
    counts = Counter[str]()
    for message in MESSAGES:
        counts.update(against_hl7kit(message.segments))

    assert counts == {"same": 177951, "blanks at the end of a segment, which are data to us": 66}
