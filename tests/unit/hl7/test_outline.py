"""What is remembered of headers and of runs of segments changes no judgement and stays small."""

from collections.abc import Callable

import pytest

from acktrail.formats.hl7.message import Hl7Segment
from acktrail.model import Finding, MessageResult
from acktrail.ports import MessageStart, Segment, Take
from tests.generators import hl7

Lines = list[str]


def z_segment(lines: Lines) -> Lines:
    return [*lines, "ZZZ|1|free"]


def out_of_place(lines: Lines) -> Lines:
    return [lines[0], *reversed(lines[1:])]


def without_person(lines: Lines) -> Lines:
    return [line for line in lines if not line.startswith("PID")]


def bad_time(lines: Lines) -> Lines:
    return [lines[0].replace("|20260102030405+0100|", "|20261302|"), *lines[1:]]


def no_control(lines: Lines) -> Lines:
    parts = lines[0].split("|")
    return ["|".join([*parts[:9], "", *parts[10:]]), *lines[1:]]


def bad_amount(lines: Lines) -> Lines:
    return [line.replace(".00&USD", ".01&USD", 1) for line in lines]


def bad_date(lines: Lines) -> Lines:
    return [line.replace("|20260102|", "|20260231|") for line in lines]


def escapes(lines: Lines) -> Lines:
    return [*lines[:-1], lines[-1] + "\\Q\\\\"]


def other_marks(lines: Lines) -> Lines:
    return [lines[0].replace("^~\\&", "~^\\&"), *lines[1:]]


def a_line_of_text(lines: Lines) -> Lines:
    return [*lines, "some text", "more text"]


def an_answer(lines: Lines) -> Lines:
    return [lines[0], "MSA|AA|1", *lines[1:]]


def other_version(lines: Lines) -> Lines:
    return [lines[0].replace("|2.5.1", "|9.9"), *lines[1:]]


CHANGES: tuple[Callable[[Lines], Lines], ...] = (
    *(z_segment, out_of_place, without_person, bad_time, no_control, bad_amount, bad_date),
    *(escapes, other_marks, a_line_of_text, an_answer, other_version, list),
)


def seen(result: MessageResult, control: str) -> object:
    """Return what does not depend on where in a file a message stands."""

    def told(one: Finding) -> object:
        return one.rule, one.severity, one.message, one.place._replace(offset=0)

    findings = [told(one) for one in result.findings]
    assert result.control in (control, "")
    return result.type, result.guide, result.verdict, result.segments, findings, result.facts


@pytest.mark.parametrize("change", CHANGES)
def test_a_message_is_judged_alike_alone_and_after_many_of_its_kind(
    change: Callable[[Lines], Lines],
) -> None:
    plain = [hl7.dft(number, lines=3) for number in range(600)]
    changed = change(hl7.dft(600, lines=3))
    alone = hl7.messages(hl7.read(hl7.written(changed)))[0]
    body = b"".join(map(hl7.written, [*plain, changed, *plain, changed]))

    found = hl7.messages(hl7.read(body))

    assert len(found) == 2 * len(plain) + 2
    assert seen(found[600], "DFT000600") == seen(alone, "DFT000600")
    assert seen(found[-1], "DFT000600") == seen(alone, "DFT000600")


def test_many_senders_and_many_shapes_are_forgotten_not_confused() -> None:
    numbers = range(700)
    bodies = [
        hl7.written(hl7.dft(number, lines=1 + number % 300)).replace(
            b"HOSP|", b"HOSP%d|" % number, 1
        )
        for number in numbers
    ]

    found = hl7.messages(hl7.read(b"".join(bodies)))

    assert [one.segments for one in found] == [7 + number % 300 for number in numbers]
    assert [one.facts["sender"] for one in found] == [f"BILL^HOSP{n}" for n in numbers]
    assert {one.verdict.value for one in found} == {"accepted"}


def test_segments_are_handed_over_as_they_would_be_told() -> None:
    body = hl7.batch([hl7.dft(1, lines=2), z_segment(hl7.adt(2)), hl7.dft(3, lines=2)])
    told = list(hl7.events(body))
    reader, taken = hl7.FORMAT.reader({}), list[Segment]()

    def bind(_loop: str, tag: str) -> Take | None:
        return taken.append if tag in ("FT1", "ZZZ") else None

    for event in reader.feed(body):
        assert not isinstance(event, Hl7Segment)
        if isinstance(event, MessageStart):
            reader.listen(bind)
        assert event in told

    wanted = [one for one in told if isinstance(one, Hl7Segment) and one.tag in ("FT1", "ZZZ")]
    assert [(one.tag, one.loop, one.place, one.get(7)) for one in taken] == [
        (one.tag, one.loop, one.place, one.get(7)) for one in wanted
    ]
    assert len(taken) == 5
