"""What the translators of healthcare sets have in common: loops, amounts, days, persons.

The reader's guide says in which loop a segment stands, so a rule is found by loop and segment id
in one look-up. What has no rule is named in ``ext`` by its address (``2010BA/N3``), never with a
value. Written in code and not as maps: these are the largest messages there are, and their
composites, triples and levels are one shape each.
"""

from collections.abc import Callable, Iterable
from datetime import date
from decimal import Decimal
from typing import Any, Protocol, TypeVar, cast

from acktrail import ports
from acktrail.documents.health import Procedure
from acktrail.documents.kinds import Document
from acktrail.documents.parts import Adjustment, Code, Identifier, Money, Party, Period
from acktrail.model import Finding, MessageHead, Place, Rule, Severity
from acktrail.ports import Segment
from acktrail.translate import rules
from acktrail.translate.building import MAX_EXT, Building
from acktrail.translate.remittance_codes import CAS_TRIPLES, PROCEDURES
from acktrail.translate.values import check_digit_fails, clean, is_number, to_date, to_decimal

Take = Callable[[Segment, list[str]], None]
Hide = Callable[[str], str]  # a keyed hash; same number, same hash
Ids = tuple[Identifier, ...]
K = TypeVar("K")
V = TypeVar("V")
Ext = dict[str, str]
Day = date | None
Fields = dict[str, Any]  # of a payload that is being filled

ZERO = Decimal(0)
DOLLARS = "USD"
WIDTH = 21  # tag and the elements of the widest segments that are taken
PADDING = [""] * WIDTH
MEMO = 4096  # days and numbers remembered: what a file repeats
FRAMING = frozenset({"ST", "SE"})
# tags whose first element is a code that says what the segment is about
QUALIFIED = frozenset(
    {
        *("AAA", "AMT", "CRC", "DTM", "DTP", "ENT", "III"),
        *("LQ", "N1", "NM1", "NTE", "PER", "QTY", "REF"),
    }
)
QUALIFIER_LENGTH = 3
SCHEMES = {  # data element 66, NM108, N103
    "XX": "NPI",
    "FI": "TIN",
    "24": "TIN",
    "XV": "HPID",
    "PI": "PAYER_ID",
    "46": "ETIN",
    "NI": "NAIC",
    "1": "DUNS",
    "9": "DUNS",
}
SOCIAL_SECURITY = "34"
RANGE = "RD8"
PSEUDONYM = "PSEUDONYM"


class Raw(Segment, Protocol):
    """A segment of X12 that shows its elements: these files are read by no other reader."""

    @property
    def elements(self) -> list[str]:
        """Tag and elements as sent, composites whole."""
        ...


class HealthTranslator:
    """Translates one set at a time; what each set means is in its subclass."""

    def __init__(self, hide: Hide | None) -> None:
        """Start with nothing.

        Args:
            hide: Makes a pseudonym of a person's number; without it persons have none.
        """
        self._hide = hide
        self._building = Building("x12", health=True, units={}, zone=None)
        self._known_ids: dict[tuple[str, str], Identifier] = {}
        self._forget()
        self._take: dict[str, Take] = self._takes()
        self._ext: Ext = {}
        self._begin()

    def start(self, head: MessageHead) -> None:
        """Begin a message."""
        del head
        self._building.begin(DOLLARS)
        self._ext = {}
        self._forget()
        self._begin()

    def _forget(self) -> None:
        """Forget what was read from equal texts: another set may have other delimiters."""
        self._periods: dict[str, Period] = {}
        self._amounts: dict[str, Money] = {}
        self._numbers: dict[str, Decimal] = {}
        self._procedures: dict[str, Procedure] = {}

    def taker(self, loop: str, tag: str) -> ports.Take | None:
        """Return what takes the segments of one place; None for those that say nothing."""
        if tag in FRAMING:
            return None
        take = self._take.get(loop + tag)
        if take is None:
            return self._passing(loop, tag)

        def padded(segment: Raw) -> None:
            take(segment, segment.elements + PADDING)

        return cast("ports.Take", padded)

    def segment(self, segment: Segment) -> None:
        """Take the next segment."""
        take = self.taker(segment.loop, segment.tag)
        if take is not None:
            take(segment)

    def finish(self) -> tuple[tuple[Document, ...], tuple[Finding, ...]]:
        """End the message: its documents, none when there is a finding of severity error."""
        documents = self._end()
        findings = tuple(self._building.findings)
        if any(one.severity in (Severity.ERROR, Severity.FATAL) for one in findings):
            return (), findings
        return documents, findings

    def _takes(self) -> dict[str, Take]:
        """Return the rules: loop and segment id -> what is done with it."""
        raise NotImplementedError

    def _begin(self) -> None:
        """Forget the message before."""
        raise NotImplementedError

    def _end(self) -> tuple[Document, ...]:
        """Close what is open and return the documents."""
        raise NotImplementedError

    def _passing(self, loop: str, tag: str) -> ports.Take:
        """Return what passes over the segments of a place."""
        if tag in QUALIFIED:
            return lambda segment: self._pass_over(segment, cast("Raw", segment).elements)
        address = f"{loop}/{tag}" if loop else tag

        def name(_segment: Segment) -> None:
            if len(self._ext) < MAX_EXT:
                self._ext[address] = ""

        return name

    def _pass_over(self, segment: Segment, sent: list[str]) -> None:
        """Name a segment that no rule takes; of health data that is all that is kept."""
        if len(self._ext) >= MAX_EXT:
            return
        address = f"{segment.loop}/{sent[0]}" if segment.loop else sent[0]
        if sent[0] in QUALIFIED and len(sent) > 1:
            qualifier = sent[1]
            if len(qualifier) <= QUALIFIER_LENGTH and qualifier.isalnum():
                address = f"{address}*{qualifier}"
        self._ext[address] = ""

    def _found(self, rule: Rule, segment: Segment, element: int) -> None:
        address = f"{segment.tag}{element:02}"
        place = segment.place._replace(element=element, address=address)
        self._building.found_at(rule, place)

    def _required(self, value: object, address: str) -> None:
        """Note that what a document cannot be without was not sent at all."""
        if not value:
            self._building.found_at(rules.REQUIRED_MISSING, Place(address=address))

    def _number(self, segment: Segment, element: int, text: str) -> Decimal | None:
        if not text:
            return None
        number = self._numbers.get(text)
        if number is None:
            number = to_decimal(text, "x12")
            if number is None:
                self._found(rules.INVALID_NUMBER, segment, element)
            else:
                remember(self._numbers, text, number)
        return number

    def _pay_in(self, currency: str) -> None:
        """Take amounts to be in a currency from here on."""
        self._building.currency = currency
        self._amounts.clear()

    def _count(self, segment: Segment, element: int, text: str) -> int | None:
        number = self._number(segment, element, text)
        return None if number is None else int(number)

    def _money(self, segment: Segment, element: int, text: str) -> Money:
        """Return an amount; one that is missing or none is a finding, and counts as zero."""
        known = self._amounts.get(text)
        if known is not None:
            return known
        if is_number(text):
            money = Money(Decimal(text), self._building.currency)
            remember(self._amounts, text, money)
            return money
        self._found(rules.INVALID_NUMBER if text else rules.REQUIRED_MISSING, segment, element)
        return Money(ZERO, self._building.currency)

    def _amount(self, segment: Segment, element: int, text: str) -> Money | None:
        """Return an amount that need not be sent."""
        return self._money(segment, element, text) if text else None

    def _day(self, segment: Segment, element: int, text: str) -> date | None:
        if not text:
            return None
        day = to_date(text)
        if day is None:
            self._found(rules.INVALID_DATE, segment, element)
        return day

    def _period(self, segment: Segment, element: int, form: str, text: str) -> Period | None:
        """Return a day, or a range of days (format RD8), as a period."""
        known = self._periods.get(text)
        if known is not None:
            return known
        if form == RANGE:
            start, _dash, end = text.partition("-")
            period = Period(self._day(segment, element, start), self._day(segment, element, end))
        else:
            day = self._day(segment, element, text[:8])  # DT has the time of day behind it
            if day is None:
                return None
            period = Period(day, day)
        remember(self._periods, text, period)
        return period

    def _dtp(self, segment: Segment, sent: list[str]) -> Period | None:
        return self._period(segment, 3, sent[2], sent[3])

    def _id(self, segment: Segment, element: int, scheme: str, value: str) -> Ids:
        """Return an identifier that is no person's, with a warning when its check digit fails."""
        value = value.strip()
        if not value:
            return ()
        known = self._known_ids.get((scheme, value))
        if known is None:
            known = Identifier(scheme, value)
            if check_digit_fails(scheme, value):
                self._found(rules.CHECK_DIGIT, segment, element)  # wherever it stands
            else:
                remember(self._known_ids, (scheme, value), known)
        return (known,)

    def _named(self, segment: Segment, sent: list[str]) -> Ids:
        """Return the number of an organisation or provider in NM108 and NM109.

        A social security number never enters.
        """
        if sent[8] == SOCIAL_SECURITY or not sent[9]:
            return ()
        return self._id(segment, 9, SCHEMES.get(sent[8], "OTHER"), sent[9])

    def _person(self, value: str) -> Ids:
        """Return the pseudonym of a person."""
        value = value.strip()
        if self._hide is None or not value:
            return ()
        return (Identifier(PSEUDONYM, self._hide(value)),)

    def _party(self, role: str, segment: Segment, sent: list[str], *, named: bool) -> Party | None:
        """Return who an NM1 names, by number; the name only of who is never a person."""
        ids = self._named(segment, sent)
        name = (clean(segment.get(3)) or "") if named else ""
        return Party(role, ids, name) if ids or name else None

    def _procedure(self, segment: Segment, element: int, sent: list[str]) -> Procedure | None:
        """Return list, code and up to four modifiers of a composite medical procedure (C003)."""
        text = sent[element]
        if not text:
            return None
        known = self._procedures.get(text)
        if known is None:
            known = self._new_procedure(segment, element, text)
            remember(self._procedures, text, known)
        return known

    def _new_procedure(self, segment: Segment, element: int, text: str) -> Procedure:
        code = segment.get(element, 2).strip()
        if not code:
            self._found(rules.REQUIRED_MISSING, segment, element)
        qualifier = segment.get(element, 1).strip()
        procedure = Code(PROCEDURES.get(qualifier, qualifier), code)
        if text.endswith(code):  # there is nothing behind it
            return Procedure(procedure)
        modifiers = (segment.get(element, one).strip() for one in (3, 4, 5, 6))
        return Procedure(procedure, tuple(one for one in modifiers if one))

    def _adjustments(self, segment: Segment, sent: list[str]) -> Iterable[Adjustment]:
        """CAS01 is the group of up to six triples: reason, amount, quantity."""
        for at in CAS_TRIPLES:
            if not sent[at]:
                return
            reason = Code("CARC", sent[at].strip())
            units = self._number(segment, at + 2, sent[at + 2])
            yield Adjustment(sent[1], reason, self._money(segment, at + 1, sent[at + 1]), units)


def remember(memo: dict[K, V], text: K, value: V) -> None:
    """Keep what a text was read as; files repeat few texts, and memory stays bounded."""
    if len(memo) >= MEMO:
        memo.clear()
    memo[text] = value


def frozen(fields: Fields) -> Fields:
    """Return the fields of a value with tuples for lists."""
    return {name: tuple(one) if isinstance(one, list) else one for name, one in fields.items()}
