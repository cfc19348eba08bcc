"""Where each value of a document comes from, for documents that no map makes.

The message is translated once more, from texts that know their places; whatever is read of such a
text is told its place, and nothing is remembered of equal texts, so that no value has the place of
an earlier one. A word that a table gives for a code has no place of its own: the value that it
says something about stands beside it.
"""

from collections.abc import Iterable
from datetime import date
from decimal import Decimal
from typing import NamedTuple, Protocol, cast

from acktrail.documents.parts import Identifier, Money
from acktrail.model import MessageHead
from acktrail.ports import CutSegment, Segment
from acktrail.translate.answers import AnswerTranslator
from acktrail.translate.claim_status import ClaimAcknowledgementTranslator, ClaimStatusTranslator
from acktrail.translate.claims import ClaimTranslator
from acktrail.translate.eligibility import EligibilityTranslator
from acktrail.translate.engine import MapTranslator
from acktrail.translate.enrolment import EnrolmentTranslator
from acktrail.translate.health import HealthTranslator, Ids
from acktrail.translate.placed import (
    Oblivion,
    Placed,
    PlacedSegment,
    PlacedText,
    count_at,
    day_at,
    number_at,
    place_in,
    text_at,
    values_of,
)
from acktrail.translate.premium import PremiumTranslator
from acktrail.translate.remittance import RemittanceTranslator
from acktrail.translate.sources import ValueSource
from acktrail.translate.translator import Translator


class TracedHealth(HealthTranslator):
    """Tells the places of what it reads; goes before the translator of a set."""

    def _forget(self) -> None:
        super()._forget()
        self._periods, self._amounts, self._numbers = Oblivion(), Oblivion(), Oblivion()
        self._procedures, self._known_ids = Oblivion(), Oblivion()

    def _number(self, segment: Segment, element: int, text: str) -> Decimal | None:
        number = super()._number(segment, element, text)
        return None if number is None else number_at(number, place_in(segment.place, element))

    def _count(self, segment: Segment, element: int, text: str) -> int | None:
        count = super()._count(segment, element, text)
        return None if count is None else count_at(count, place_in(segment.place, element))

    def _money(self, segment: Segment, element: int, text: str) -> Money:
        return _placed_money(super()._money(segment, element, text), segment, element)

    def _day(self, segment: Segment, element: int, text: str) -> date | None:
        day = super()._day(segment, element, text)
        return None if day is None else day_at(day, place_in(segment.place, element))

    def _person(self, value: str) -> Ids:
        found = super()._person(value)
        if not isinstance(value, PlacedText):
            return found
        return tuple([Identifier(one.scheme, text_at(one.value, value.place)) for one in found])


class TracedClaims(TracedHealth, ClaimTranslator):
    """837."""

    def _begin(self) -> None:
        super()._begin()
        self._places = Oblivion()


class TracedClaimAcknowledgement(TracedHealth, ClaimAcknowledgementTranslator):
    """277CA."""


class TracedClaimStatus(TracedHealth, ClaimStatusTranslator):
    """276 and 277."""


class TracedEligibility(TracedHealth, EligibilityTranslator):
    """270 and 271."""


class TracedEnrolment(TracedHealth, EnrolmentTranslator):
    """834."""


class TracedPremium(TracedHealth, PremiumTranslator):
    """820 of health premiums."""


class TracedRemittance(RemittanceTranslator):
    """835."""

    def __init__(self) -> None:
        super().__init__()
        self._known_money, self._known_days, self._known_numbers = (
            Oblivion(),
            Oblivion(),
            Oblivion(),
        )
        self._known_reasons, self._known_procedures = Oblivion(), Oblivion()

    def _number(self, segment: Segment, element: int, text: str) -> Decimal | None:
        number = super()._number(segment, element, text)
        return None if number is None else number_at(number, place_in(segment.place, element))

    def _money(self, segment: Segment, element: int, text: str) -> Money:
        return _placed_money(super()._money(segment, element, text), segment, element)

    def _date(self, segment: Segment, element: int, text: str) -> date | None:
        day = super()._date(segment, element, text)
        return None if day is None else day_at(day, place_in(segment.place, element))


def _placed_money(money: Money, segment: Segment, element: int) -> Money:
    return Money(number_at(money.amount, place_in(segment.place, element)), money.currency)


class HealthSets(NamedTuple):
    """The translators that are written in code, one for each healthcare set."""

    remittance: type[RemittanceTranslator]
    claims: type[ClaimTranslator]
    acknowledgement: type[ClaimAcknowledgementTranslator]
    status: type[ClaimStatusTranslator]
    eligibility: type[EligibilityTranslator]
    enrolment: type[EnrolmentTranslator]
    premium: type[PremiumTranslator]


USUAL = HealthSets(
    RemittanceTranslator,
    ClaimTranslator,
    ClaimAcknowledgementTranslator,
    ClaimStatusTranslator,
    EligibilityTranslator,
    EnrolmentTranslator,
    PremiumTranslator,
)
TRACED = HealthSets(
    TracedRemittance,
    TracedClaims,
    TracedClaimAcknowledgement,
    TracedClaimStatus,
    TracedEligibility,
    TracedEnrolment,
    TracedPremium,
)


class Tracing(Protocol):
    """Follows one message at a time and tells where the values of its documents come from."""

    def start(self, head: MessageHead) -> None:
        """Begin a message."""
        ...

    def segment(self, segment: Segment) -> None:
        """Take the next segment of the message."""
        ...

    def finish(self) -> Iterable[ValueSource]:
        """End the message."""
        ...


class MapTracing:
    """Of a map: each rule knows the addresses that it reads."""

    def __init__(self, translator: MapTranslator) -> None:
        self._translator = translator

    def start(self, head: MessageHead) -> None:
        """Begin a message."""
        self._translator.start(head)
        self._translator.sources = []

    def segment(self, segment: Segment) -> None:
        """Take the next segment of the message."""
        self._translator.segment(segment)

    def finish(self) -> Iterable[ValueSource]:
        """End the message."""
        return self._translator.sources or ()


class CodeTracing:
    """Of a translator in code: its values know their places."""

    def __init__(self, translator: Translator) -> None:
        self._translator = translator

    def start(self, head: MessageHead) -> None:
        """Begin a message."""
        self._translator.start(head)

    def segment(self, segment: Segment) -> None:
        """Take the next segment of the message."""
        self._translator.segment(PlacedSegment(cast("CutSegment", segment)))

    def finish(self) -> Iterable[ValueSource]:
        """End the message; a document that is refused has no values."""
        documents, _findings = self._translator.finish()
        for number, document in enumerate(documents, 1):
            for path, value in values_of(document):
                if isinstance(value, Placed):
                    yield ValueSource(path, value.place.address, value.place, number)


class Untraced:
    """Of messages whose documents have no elements behind them, or that make none."""

    def start(self, head: MessageHead) -> None:
        """Pass over it."""

    def segment(self, segment: Segment) -> None:
        """Pass over it."""

    def finish(self) -> Iterable[ValueSource]:
        """Return nothing."""
        return ()


def tracing_of(translator: Translator | None) -> Tracing:
    """Return what traces the values that a translator reads."""
    match translator:
        case MapTranslator():
            return MapTracing(translator)
        case TracedHealth() | TracedRemittance() | AnswerTranslator():
            return CodeTracing(translator)
        case _:
            return Untraced()
