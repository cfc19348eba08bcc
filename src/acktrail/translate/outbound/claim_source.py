"""What an 837P says and the claim's document does not, and how parties are named with it."""

from collections.abc import Iterator, Mapping
from datetime import date
from typing import NamedTuple

from acktrail.documents.parts import Address, Contact, Identifier, Party
from acktrail.formats.x12.write import Line as Segment
from acktrail.translate.claim_codes import PROVIDERS
from acktrail.translate.outbound import source, trade
from acktrail.translate.outbound.codes import empty, refuse
from acktrail.translate.outbound.inquiry import QUALIFIERS
from acktrail.translate.outbound.source import Name, Names

FACILITY = "FACILITY"
ROLES = source.backwards(PROVIDERS)


class Person(NamedTuple):
    """A subscriber or patient."""

    name: Name
    number: str  # member number; of a dependent that has none ""
    address: Address | None = None
    birth: date | None = None
    sex: str = ""  # F M U


class Cover(NamedTuple):
    """What another payer covers, beside what it paid."""

    subscriber: Name
    number: str  # of its member
    payer: str  # name
    benefits: str = "Y"  # OI03
    signature: str = ""  # OI04
    release: str = "Y"  # OI06


class Facts(NamedTuple):
    """What an 837P says and the document does not.

    The statements of CLM are the provider's own and have no default.
    """

    subscriber: Person
    contact: Contact  # of the submitter
    names: Names  # of submitter, receiver and providers
    addresses: Mapping[Identifier, Address]  # of the billing provider and of facilities
    diagnoses: tuple[tuple[str, str], ...]  # HI: qualifier (ABK, ABF) and code, the principal first
    pointers: Mapping[str, tuple[str, ...]]  # SV107 by number of line
    signature: str  # CLM06
    assignment: str  # CLM07
    benefits: str  # CLM08
    release: str  # CLM09
    patient: Person | None = None  # a dependent
    covers: tuple[Cover, ...] = ()  # one for each other payer, in their order


def qualified(party: Party, field: str) -> tuple[str, str]:
    """Return NM108 and NM109 of the first number.

    Raises:
        UnwritableError: If there is none, or its scheme has no qualifier.
    """
    first = party.ids[0] if party.ids else refuse(f"{field}.ids", "is empty")
    empty(first.agency, f"{field}.ids.agency")
    return QUALIFIERS.get(first.scheme) or refuse(f"{field}.ids", "has no X12 code"), first.value


def numbered(code: str, party: Party, facts: Facts, field: str) -> Segment:
    """Return NM1 of who has one number; the name is the record's."""
    empty(party.ids[1:], f"{field}.ids after the first")
    bare(party, field)
    number = qualified(party, field)
    return source.named(code, source.name_of(party.ids[0], facts.names, field), *number)


def bare(party: Party, field: str) -> None:
    """Refuse what a party of a claim is not known by.

    Raises:
        UnwritableError: If there is any of it.
    """
    for name in ("address", "contacts", "tax_id", "account"):
        empty(getattr(party, name), f"{field}.{name}")


def provider(party: Party, facts: Facts, field: str) -> Iterator[Segment]:
    """Yield loop 2310 or 2420 of a provider; a facility stands with its address."""
    code = ROLES.get(party.role) or refuse(f"{field}.role", "has no X12 code")
    empty(party.name, f"{field}.name")
    yield numbered(code, party, facts, field)
    if party.role == FACILITY:
        yield from address_of(party.ids[0], facts, field)


def address_of(one: Identifier, facts: Facts, field: str) -> tuple[Segment, Segment]:
    """Return N3 and N4 of who has a number.

    Raises:
        UnwritableError: If the record has none.
    """
    known = facts.addresses.get(one) or refuse(field, "has no address in the record")
    return source.address(known, field)


def described(person: Person) -> Iterator[Segment]:
    """Yield N3, N4 and DMG of a person, as far as known."""
    if person.address is not None:
        yield from source.address(person.address, "address")
    yield "DMG", "D8" if person.birth else "", trade.day(person.birth), person.sex
