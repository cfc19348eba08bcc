"""Every value of a document that is made in code names the element that it was read from."""

import re
from collections.abc import Iterator, Sequence
from datetime import date
from decimal import Decimal
from typing import NamedTuple, cast

import pytest

from acktrail.documents.kinds import Document
from acktrail.formats.x12.segment import SetSegment
from acktrail.model import MessageHead
from acktrail.ports import Event, MessageEnd, MessageStart
from acktrail.translate.choose import Translators
from acktrail.translate.placed import PlacedSegment, values_of
from acktrail.translate.sources import ValueSource
from acktrail.translate.tracing import TRACED, TracedHealth, TracedRemittance
from acktrail.translate.translator import Translator
from tests.generators import x12, x12_health
from tests.generators.x12_health import health_file
from tests.unit.translate.health import hide
from tests.unit.translate.running import Folder
from tests.unit.x12.reading import FORMAT

CLAIMS = x12_health.claims(3, 12)
BATCHES = [("BATCH1", [(one, n % 2 == 0) for n, one in enumerate(CLAIMS)])]
FILES = {
    "835": x12.payment_file(),
    "837P": health_file("837P", x12_health.claim_set(CLAIMS, "P")),
    "837I": health_file("837I", x12_health.claim_set(CLAIMS, "I")),
    "837D": health_file("837D", x12_health.claim_set(CLAIMS, "D")),
    "277CA": health_file("277CA", x12_health.claim_answers(BATCHES)),
    "276": health_file("276", x12_health.status_inquiry(CLAIMS)),
    "277": health_file("277", x12_health.status_answer(CLAIMS)),
    "270": health_file("270", x12_health.eligibility_inquiry()),
    "271": health_file("271", x12_health.eligibility_answer()),
    "834": health_file("834", x12_health.enrolment()),
    "820": health_file("820", x12_health.premium_payment()),
}
# Words that a table gives for a code, constants, and what is counted or concluded.
WORDS = frozenset({
    "action", "active", "currency", "diagnoses", "function", "kind", "level", "list", "purpose",
    "relation", "role", "schema", "scheme", "subscriber", "type", "unit",
})  # fmt: skip


class Message(NamedTuple):
    """One message of a file."""

    head: MessageHead
    segments: list[SetSegment]


def messages(data: bytes) -> Iterator[Message]:
    reader = FORMAT.reader({})
    events: list[Event] = [*reader.feed(data), *reader.close()]
    segments: list[SetSegment] = []
    head: MessageHead | None = None
    for event in events:
        match event:
            case MessageStart(head):
                segments = []
            case SetSegment():
                segments.append(event)
            case MessageEnd() if head is not None:
                yield Message(head, segments)


def translated(
    translator: Translator, message: Message, *, placed: bool = False
) -> Sequence[Document]:
    translator.start(message.head)
    for one in message.segments:
        translator.segment(PlacedSegment(one) if placed else one)
    documents, findings = translator.finish()
    assert findings == ()
    return documents


def traced(message: Message) -> Sequence[Document]:
    found = Translators(Folder(), hide)._find(message.head, {}, TRACED)  # noqa: SLF001
    assert isinstance(found, TracedHealth | TracedRemittance)
    return translated(found, message, placed=True)


def sources(data: bytes) -> dict[str, ValueSource]:
    """Return the sources of a file of one message, by number of the document and field."""
    (message,) = messages(data)
    tracing = Translators(Folder(), hide).trace(message.head, {})
    tracing.start(message.head)
    for one in message.segments:
        tracing.segment(one)
    return {f"{one.document} {one.field}": one for one in tracing.finish()}


def says(value: object, text: str) -> bool:
    """Tell whether a value is what a text of the file says."""
    match value:
        case Decimal() | int():
            return abs(Decimal(value)) == abs(Decimal(text))
        case date():
            return f"{value:%Y%m%d}" in text
        case _:
            return value in (text.strip(), hide(text.strip()))


@pytest.mark.parametrize("name", FILES)
def test_values_are_those_that_stand_at_their_places(name: str) -> None:
    (message,) = messages(FILES[name])
    found = sources(FILES[name])
    values = {
        f"{number} {path}": value
        for number, document in enumerate(traced(message), 1)
        for path, value in values_of(document)
    }

    assert len(found) > 15
    for field, one in found.items():
        place = one.place
        segment = message.segments[place.position - 1]
        assert segment.tag == place.segment
        text = segment.get(place.element, place.component, place.repetition or 1)
        assert says(values[field], text), (field, place)


@pytest.mark.parametrize("name", FILES)
def test_every_value_has_a_source_but_words_of_tables_and_what_is_counted(name: str) -> None:
    (message,) = messages(FILES[name])
    found = sources(FILES[name])
    fields = {
        f"{number} {path}"
        for number, document in enumerate(traced(message), 1)
        for path, _value in values_of(document)
    }

    assert found.keys() <= fields
    left = {re.sub(r"\[[0-9]+\]", "", one).rpartition(".")[2] for one in fields - found.keys()}
    assert {one.split()[-1] for one in left} <= WORDS


@pytest.mark.parametrize("name", FILES)
def test_document_is_the_same_whether_its_sources_are_asked_for_or_not(name: str) -> None:
    (message,) = messages(FILES[name])
    plain = Translators(Folder(), hide).find(message.head, {})

    assert traced(message) == translated(cast("Translator", plain), message)


def test_equal_values_have_a_place_each() -> None:
    twice = x12_health.Claim(lines=(x12_health.Line(), x12_health.Line()))
    found = sources(health_file("837P", x12_health.claim_set([twice, twice])))

    for field in ("charge.amount", "procedure.code.value", "procedure.modifiers[0]", "on.start"):
        spots = [found[f"{n} lines[{line}].{field}"].place for n in (1, 2) for line in (0, 1)]
        assert len({one.position for one in spots}) == 4
    assert found["1 facility"].place.position < found["2 facility"].place.position


def test_debit_and_its_currency_have_their_places() -> None:
    debit = x12.payment_file().replace(b"BPR*I*", b"BPR*I*-").replace(b"*C*ACH", b"*D*ACH")
    whole = debit.replace(b"~TRN*1*", b"~CUR*PR*EUR~TRN*1*", 1)
    (message,) = messages(whole)
    found = sources(whole)

    assert [text for text in map(str, traced(message)) if "EUR" in text]
    assert found["1 payment.amount.amount"].address == "BPR02"
    assert found["1 payment.amount.currency"].address == "CUR02"


def test_component_and_repetition_are_named() -> None:
    found = sources(FILES["837P"])
    again = sources(FILES["271"])

    assert found["1 lines[0].procedure.code.value"].address == "SV101-2"
    repeated = [one.place for name, one in again.items() if "service_types" in name]
    assert {one.segment for one in repeated} == {"EB"}
    assert all(one.repetition for one in repeated)
