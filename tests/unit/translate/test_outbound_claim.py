"""An 837P is written from a claim and a record, passes our own guide, and is read as it was."""

from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from acktrail.documents.health import Claim
from acktrail.documents.kinds import Document, Opaque
from acktrail.documents.parts import (
    Address,
    Code,
    Contact,
    DateRole,
    Identifier,
    Money,
    Party,
    Period,
    Quantity,
    Reference,
)
from acktrail.documents.value import replace
from acktrail.errors import UnwritableError
from acktrail.formats.delimited import Marks
from acktrail.formats.x12.write import Style
from acktrail.translate.outbound.claim import GUIDE, professional_claim
from acktrail.translate.outbound.claim_source import Cover, Facts, Person
from acktrail.translate.outbound.interchange import Facts as Envelope
from acktrail.translate.outbound.interchange import enclosed
from acktrail.translate.outbound.source import Name
from tests.generators import x12_health as make
from tests.unit.translate.health import documents, documents_of
from tests.unit.x12.reading import FORMAT

AT = datetime(2026, 3, 15, 12, 45, tzinfo=UTC)
STYLES = (Style(), Style(Marks("|", ">", "^", "~"), "\r\n"))
PLACE = Address(("2 CANARY ROAD",), "DENVER", "802020000", "CO")
NAME = Name("CANARYLAST", "CANARYFIRST")
CLINIC, DOCTOR, LAB = (Identifier("NPI", one) for one in make.NPIS)
COVER = Cover(NAME, "CANARYOTHER1", "OTHER PAYER")
CHILD = Person(NAME, "", PLACE, date(2010, 2, 15), "M")


def facts_of(document: Document) -> Facts:
    """Return the record that a claim of the generator was made of."""
    claim = claim_of(document)
    return Facts(
        subscriber=Person(NAME, f"CANARY{document.id}", PLACE, date(1980, 2, 15), "F"),
        contact=Contact("IC", "CANARYCONTACT", "8005550100"),
        names={
            Identifier("ETIN", "SUBMIT1"): Name("CANARYSUBMITTER", person=False),
            Identifier("ETIN", "RECV1"): Name("EXAMPLE PAYER", person=False),
            CLINIC: Name("CANARYCLINIC", person=False),
            DOCTOR: Name("CANARYDOC", "CANARYJO"),
            LAB: Name("CANARYLAB", person=False),
        },
        addresses={CLINIC: PLACE, LAB: PLACE},
        diagnoses=(("ABK", "E119"), ("ABF", "I10")),
        pointers={one.no: ("1", "2") for one in claim.lines},
        signature="Y",
        assignment="A",
        benefits="Y",
        release="Y",
        patient=None if claim.relation == "18" else CHILD,
        covers=(COVER,) * len(claim.other_payers),
    )


def claim_of(document: Document) -> Claim:
    assert isinstance(document.payload, Claim)
    return document.payload


def written(document: Document, facts: Facts | None = None, style: Style = STYLES[0]) -> bytes:
    envelope = Envelope(("ZZ", "WE"), ("ZZ", "THEY"), "WE", "THEY", AT, "T", GUIDE)
    draft = professional_claim(document, facts or facts_of(document), AT)
    return enclosed([draft], envelope, 17, style, FORMAT)


def read(*made: make.Claim, purpose: str = "00") -> Document:
    return documents("837P", make.claim_set(made or (make.Claim(),), purpose=purpose))[0]


def with_claim(document: Document, **changes: object) -> Document:
    return replace(document, payload=replace(claim_of(document), **changes))


def with_line(document: Document, **changes: object) -> Document:
    """Return the document with its first line changed."""
    first, *others = claim_of(document).lines
    return with_claim(document, lines=(replace(first, **changes), *others))


def same(document: Document) -> Document:
    return replace(document, ext={})


@given(st.integers(0, 999), st.sampled_from(STYLES))
def test_claims_that_are_written_are_read_back(seed: int, style: Style) -> None:
    for document in documents("837P", make.claim_set(make.claims(seed, 4))):
        (again,) = documents_of(written(document, style=style))

        assert same(again) == same(document)
        assert again.key == document.key


@pytest.mark.parametrize(
    "made",
    [
        make.Claim(dependent=True),
        make.Claim(frequency="7", original="ICN1"),
        make.Claim(frequency="8", original="ICN1"),
        make.Claim(lines=(make.Line(other=make.Paid(9000, 3000)),), other=True, adjusted=200),
    ],
    ids=["dependent", "replacement", "void", "other payer"],
)
def test_each_kind_of_claim_is_read_back(made: make.Claim) -> None:
    document = read(made)

    (again,) = documents_of(written(document))

    assert same(again) == same(document)


def test_batch_that_is_sent_again_is_read_back() -> None:
    document = read(purpose="18")

    (again,) = documents_of(written(document))

    assert document.function == "DUPLICATE"
    assert same(again) == same(document)


def test_everything_that_a_claim_and_a_line_can_hold_is_read_back() -> None:
    document = with_line(
        read(),
        on=Period(date(2026, 3, 1), date(2026, 3, 2)),
        place="22",
        drug=Code("NDC", "00002143380"),
        drug_quantity=Quantity(Decimal("1.5"), "ML", "ML"),
        references=(Reference("REPRICED", "RP1"), Reference("AUTHORISATION", "AUTH2")),
        amounts={"T": Money(Decimal("1.25"), "USD")},
        parties=(Party("RENDERING", (DOCTOR,)),),
    )
    document = with_claim(document, amounts={"F5": Money(Decimal(10), "USD")})
    document = replace(
        document,
        dates=(DateRole("ONSET", date(2026, 2, 1)),),
        references=(
            document.references[0],
            Reference("REFERRAL", "RF1"),
            Reference("AUTHORISATION", "AUTH1"),
            Reference("REPRICED", "RP0"),
        ),
        parties=(*document.parties, Party("FACILITY", (LAB,))),
    )

    (again,) = documents_of(written(document))

    assert same(again) == same(document)


def test_what_another_payer_says_is_read_back() -> None:
    made = make.Claim(lines=(make.Line(other=make.Paid(9000, 3000)),), other=True)
    document = read(made)
    (payer,) = claim_of(document).other_payers
    payer = replace(
        payer,
        ids=(*payer.ids, Identifier("NAIC", "12345")),
        remarks=(Code("RARC", "MA01"), Code("RARC", "MA07")),
        references=(Reference("AUTHORISATION", "AUTH1"), Reference("PAYER_CLAIM", "ICN9")),
    )
    document = with_claim(document, other_payers=(payer,))

    (again,) = documents_of(written(document))

    assert same(again) == same(document)


# ------------------------------------------------------------------------------ refusals
def refused(document: Document, facts: Facts | None = None) -> str:
    with pytest.raises(UnwritableError) as raised:
        written(document, facts)
    message = str(raised.value)
    assert "CANARY" not in message
    return message.removeprefix("cannot write X12: ")


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"id": "CANARY"}, "id is not the claim's number"),
        ({"notes": ("CANARY",)}, "notes has no place"),
        ({"terms": {"freight": "CANARY"}}, "terms has no place"),
        ({"references": ()}, "references names no batch"),
        ({"references": (Reference("RECORD", "CANARY"),)}, "references does not name the batch"),
        ({"function": "REPLACE"}, "function is not the frequency's"),
        ({"currency": "CAD"}, "charge is not in the document's currency"),
        ({"parties": ()}, "parties do not begin with submitter"),
        ({"dates": (DateRole("SHIPPED", date(2026, 3, 1)),)}, "dates.kind has no X12 code"),
        ({"payload": Opaque("CANARY")}, "payload is no professional claim"),
    ],
)
def test_field_without_a_place_is_refused_by_its_name(
    changes: dict[str, object], message: str
) -> None:
    assert refused(replace(read(), **changes), facts_of(read())).startswith(message)


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"type": "DENTAL"}, "payload is no professional claim"),
        ({"statement": Period(date(2026, 3, 1))}, "statement has no place"),
        ({"diagnoses": 3}, "diagnoses is not the number"),
        ({"relation": "19"}, "patient is not in the record"),
    ],
)
def test_field_of_a_claim_without_a_place_is_refused_by_its_name(
    changes: dict[str, object], message: str
) -> None:
    facts = facts_of(read())

    assert refused(with_claim(read(), **changes), facts).startswith(message)


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"revenue": "0300"}, "lines.revenue has no place"),
        ({"drug_quantity": Quantity(Decimal(1), "ML", "ML")}, "lines.drug_quantity needs"),
        ({"references": (Reference("ORDER", "CANARY"),)}, "lines.references.kind has no X12 code"),
        ({"parties": (Party("PAYEE", (DOCTOR,)),)}, "lines.parties.role has no X12 code"),
    ],
)
def test_field_of_a_line_without_a_place_is_refused_by_its_name(
    changes: dict[str, object], message: str
) -> None:
    assert refused(with_line(read(), **changes)).startswith(message)


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"names": {}}, "parties has no name in the record"),
        ({"addresses": {}}, "parties has no address in the record"),
        ({"pointers": {}}, "lines has no pointers in the record"),
        ({"diagnoses": ()}, "diagnoses is not the number"),
        ({"patient": CHILD}, "the record's patient has no place"),
        ({"covers": (COVER,)}, "other_payers are not those of the record"),
    ],
)
def test_what_the_record_lacks_is_never_invented(changes: dict[str, Any], message: str) -> None:
    document = read()

    assert refused(document, facts_of(document)._replace(**changes)).startswith(message)


def test_claim_whose_lines_are_another_sum_is_refused() -> None:
    document = with_claim(read(), charge=Money(Decimal(1), "USD"))

    assert refused(document).startswith("x12.balance.837.charge")


@pytest.mark.parametrize("mark", ["*", ":", "^", "~"])
def test_delimiter_in_data_is_refused(mark: str) -> None:
    document = read()
    facts = facts_of(document)
    who = facts.subscriber._replace(name=Name(f"CANARY{mark}LAST"))

    assert refused(document, facts._replace(subscriber=who)).startswith("NM103 holds one of")
