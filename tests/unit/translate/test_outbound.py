"""Writing X12 from documents: codes, the tree of a despatch, and what is refused by its field."""

from dataclasses import dataclass
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any

import pytest

from acktrail.documents.kinds import Document, Opaque, Trade
from acktrail.documents.parts import (
    Address,
    Allowance,
    Code,
    DateRole,
    Identifier,
    Item,
    Line,
    Money,
    Party,
    Quantity,
    Reference,
    Tax,
    Totals,
)
from acktrail.documents.supply import (
    AnsweredLine,
    DespatchAdvice,
    DespatchLine,
    LineAnswer,
    Lot,
    OrderAnswer,
    Package,
)
from acktrail.documents.value import replace
from acktrail.errors import UnwritableError
from acktrail.formats.x12.write import Style
from acktrail.translate.outbound.codes import Codes, implied, plain
from acktrail.translate.outbound.interchange import Facts, interchange
from tests.unit.x12.reading import FORMAT, Folder

AT = datetime(2026, 3, 15, 12, 45, tzinfo=UTC)
DAY = date(2026, 3, 14)
FACTS = Facts(("01", "060000001"), ("01", "060000000"), "WE", "THEY", AT)
CODES = Codes(Folder())
EACH = Quantity(Decimal(10), "C62", "EA")
MONEY = Money(Decimal("2.50"), "USD")
LINE = Line("1", Item((Identifier("SELLER", "V1"),)), {"ORDERED": EACH}, MONEY)
ORDER = Document("order", "PO1", (), Trade((LINE,)), issued=DAY, type_code="SA", currency="USD")
BILL = Document(
    "invoice",
    "INV1",
    (),
    Trade((replace(LINE, quantities={"INVOICED": EACH}),), Totals(total=Money(Decimal(25), "USD"))),
    issued=DAY,
    currency="USD",
    references=(Reference("ORDER", "PO1", "", DAY),),
)
ANSWER = Document(
    "order_response",
    "S1",
    (),
    OrderAnswer("ACCEPTED", (AnsweredLine(LINE, (LineAnswer("ACCEPTED"),)),)),
    issued=DAY,
    currency="USD",
    references=(Reference("ORDER", "PO1", "", DAY),),
)
SHIPPED = Line("1", Item((Identifier("SELLER", "V1"),)), {"SHIPPED": EACH})


def despatch(*lines: DespatchLine, packages: tuple[Package, ...] = ()) -> Document:
    return Document("despatch_advice", "D1", (), DespatchAdvice(lines, packages), issued=DAY)


def of_order(number: str, line: str = "1", package: str = "") -> DespatchLine:
    return DespatchLine(
        replace(SHIPPED, no=line, references=(Reference("ORDER", number, line),)), package
    )


def segments(*documents: Document) -> list[str]:
    data = interchange(documents, FACTS, 17, Style(), (FORMAT, CODES))
    return data.decode().rstrip("~").split("~")


def refused(document: Document) -> str:
    with pytest.raises(UnwritableError) as caught:
        segments(document)
    return str(caught.value).removeprefix("cannot write X12: ")


# ------------------------------------------------------------------------------ interchange
def test_documents_of_one_kind_share_a_group_and_every_group_has_its_number() -> None:
    written = segments(ORDER, BILL, replace(ORDER, id="PO2"))

    assert [one for one in written if one[:3] in ("GS*", "ST*", "GE*", "IEA")] == [
        "GS*PO*WE*THEY*20260315*1245*17*X*004010",
        "ST*850*0001",
        "ST*850*0002",
        "GE*2*17",
        "GS*IN*WE*THEY*20260315*1245*18*X*004010",
        "ST*810*0001",
        "GE*1*18",
        "IEA*2*000000017",
    ]


def test_release_of_the_envelope_is_that_of_the_sets() -> None:
    facts = FACTS._replace(version="005010")

    data = interchange([ORDER], facts, 17, Style(), (FORMAT, CODES)).decode()

    assert data[84:89] == "00501"
    assert "*X*005010~" in data


# ------------------------------------------------------------------------------ values
@pytest.mark.parametrize(
    ("number", "text"),
    [
        ("2.50", "2.5"),
        ("100", "100"),
        ("1E+3", "1000"),
        ("-0.10", "-0.1"),
        ("0.000", "0"),
        ("-0", "0"),
    ],
)
def test_x12_6_number_of_type_r_has_no_needless_zeros_and_no_exponent(
    number: str, text: str
) -> None:
    assert plain(Decimal(number)) == text


def test_tds01_of_type_n2_is_written_in_hundredths() -> None:
    assert implied(Decimal("12.3"), "total") == "1230"
    assert "TDS*2500" in segments(BILL)
    with pytest.raises(UnwritableError):
        implied(Decimal("1.005"), "total")


def test_gtin_is_qualified_by_its_length() -> None:
    ids = tuple(
        Identifier("GTIN", one) for one in ("012345678905", "4000000000006", "10614141000415")
    )
    order = replace(ORDER, payload=Trade((replace(LINE, item=Item(ids)),)))

    (line,) = (one for one in segments(order) if one.startswith("PO1"))
    assert line.endswith("**UP*012345678905*EN*4000000000006*UK*10614141000415")


def test_unit_and_basis_are_written_by_their_codes() -> None:
    line = replace(LINE, quantities={"ORDERED": Quantity(Decimal(3), "XBX")}, basis=Decimal(1000))

    assert "PO1*1*3*BX*2.5*TP*VP*V1" in segments(replace(ORDER, payload=Trade((line,))))


# ------------------------------------------------------------------------------ 856
def test_tree_has_orders_above_packages_and_items_in_them() -> None:
    packages = (
        Package("7", "PALLET"),
        Package("8", "CARTON", (Identifier("OTHER", "B1", "CP"),), "7"),
    )
    document = despatch(of_order("PO1", package="8"), of_order("PO2", "2"), packages=packages)

    tree = [one for one in segments(document) if one[:3] in ("HL*", "PRF", "MAN", "LIN", "CTT")]
    assert tree == [
        *("HL*1**S", "HL*2*1*O", "PRF*PO1", "HL*7*2*T", "HL*8*7*P", "MAN*CP*B1"),
        *("HL*3*8*I", "LIN*1*VP*V1", "HL*4*1*O", "PRF*PO2", "HL*5*4*I", "LIN*2*VP*V1", "CTT*7"),
    ]


def test_package_with_lines_of_several_orders_stands_above_them() -> None:
    packages = (Package("7", "PALLET"), Package("8", "CARTON"))
    document = despatch(
        of_order("PO1", package="7"), of_order("PO2", "2", package="7"), packages=packages
    )

    tree = [one for one in segments(document) if one[:3] in ("HL*", "PRF")]
    assert tree == [
        *("HL*1**S", "HL*7*1*T", "HL*2*7*O", "PRF*PO1", "HL*3*2*I"),
        *("HL*4*7*O", "PRF*PO2", "HL*5*4*I", "HL*8*1*P"),
    ]


def test_number_of_a_package_is_never_given_to_another_level() -> None:
    document = despatch(of_order("PO1", package="2"), packages=(Package("2", "PALLET"),))

    numbers = [one.split("*")[1] for one in segments(document) if one.startswith("HL*")]
    assert numbers == ["1", "3", "2", "4"]


# ------------------------------------------------------------------------------ refusals
@dataclass(frozen=True)
class Odd:
    """A document that its set cannot hold, and the field that says so."""

    document: Document
    field: str


def with_line(document: Document, **changes: object) -> Document:
    payload = document.payload
    match payload:
        case Trade():
            made: Any = replace(payload, lines=(replace(payload.lines[0], **changes),))
        case OrderAnswer():
            line = replace(payload.lines[0].line, **changes)
            made = replace(payload, lines=(replace(payload.lines[0], line=line),))
        case _:
            made = payload
    return replace(document, payload=made)


def with_answer(**changes: object) -> Document:
    answered = AnsweredLine(LINE, (replace(LineAnswer("ACCEPTED"), **changes),))
    return replace(ANSWER, payload=OrderAnswer("ACCEPTED", (answered,)))


def with_totals(document: Document, totals: Totals | None) -> Document:
    return replace(document, payload=replace(document.payload, totals=totals))


PARTY = Party("BUYER")
TAX = Tax("ST", "", Decimal(5), MONEY)
SENT = of_order("PO1")
ODD = (
    Odd(replace(ORDER, kind="party"), "kind"),
    Odd(replace(ORDER, payload=Opaque("CDA")), "payload"),
    Odd(replace(ORDER, function="STATUS"), "function"),
    Odd(replace(ORDER, terms={"odd": "1"}), "terms.odd"),
    Odd(replace(ORDER, terms={"incoterm": "FCA"}), "terms.incoterm"),
    Odd(replace(ORDER, references=(Reference("CONTRACT", "C", "1"),)), "references.line"),
    Odd(replace(ORDER, references=(Reference("CONTRACT", "C", "", DAY),)), "references.on"),
    Odd(replace(ORDER, references=(Reference("CLAIM", "C"),)), "references"),
    Odd(replace(ORDER, dates=(DateRole("BIRTH", DAY),)), "dates"),
    Odd(replace(ORDER, dates=(DateRole("SHIPPED", DAY, AT),)), "dates.at"),
    Odd(replace(ORDER, parties=(replace(PARTY, role="PATIENT"),)), "parties"),
    Odd(replace(ORDER, parties=(replace(PARTY, account="1"),)), "parties.account"),
    Odd(
        replace(
            ORDER, parties=(replace(PARTY, ids=(Identifier("GLN", "1"), Identifier("HIN", "2"))),)
        ),
        "parties.ids after the first",
    ),
    Odd(
        replace(ORDER, parties=(replace(PARTY, ids=(Identifier("OTHER", "1", "ABC"),)),)), "parties"
    ),
    Odd(
        replace(ORDER, parties=(replace(PARTY, address=Address(("1", "2", "3", "4", "5"))),)),
        "parties.address.lines after the fourth",
    ),
    Odd(with_line(ORDER, price=Money(Decimal(1), "EUR")), "lines.price"),
    Odd(with_line(ORDER, basis=Decimal(7)), "lines.basis"),
    Odd(with_line(ORDER, taxes=(TAX,)), "lines.taxes"),
    Odd(
        with_line(ORDER, quantities={"ORDERED": EACH, "SHIPPED": EACH}), "lines.quantities.SHIPPED"
    ),
    Odd(
        with_line(ORDER, quantities={"ORDERED": Quantity(Decimal(1), "ZZZ")}),
        "lines.quantities.ORDERED",
    ),
    Odd(
        with_line(ORDER, item=Item((Identifier("SELLER", "1"),) * 11)),
        "lines.item.ids after the 10th",
    ),
    Odd(
        with_line(
            ORDER,
            allowances=(Allowance(False, Money(Decimal("0.005"), "USD"), None, Code("", "C310")),),  # noqa: FBT003 - the field's own order
        ),
        "lines.allowances",
    ),
    Odd(with_totals(ORDER, Totals(tax=MONEY)), "totals.tax"),
    Odd(with_totals(ORDER, Totals(prepaid=MONEY)), "totals.prepaid"),
    Odd(with_totals(BILL, None), "totals.total"),
    Odd(with_line(BILL, taxes=(replace(TAX, base=MONEY),)), "taxes.base"),
    Odd(with_line(BILL, notes=("n",)), "lines.notes"),
    Odd(replace(BILL, type_code="CR"), "type_code"),
    Odd(
        replace(BILL, dates=(DateRole("DUE", DAY), DateRole("DUE", DAY))),
        "dates: a second day that it is due",
    ),
    Odd(replace(ANSWER, payload=OrderAnswer("ODD")), "disposition"),
    Odd(with_answer(status="ODD"), "lines.answers.status"),
    Odd(with_answer(substitute=Item((), "words")), "lines.answers.substitute.description"),
    Odd(with_answer(dates=(DateRole("SHIPPED", DAY),) * 3), "lines.answers.dates after the second"),
    Odd(replace(despatch(SENT), notes=("n",)), "notes"),
    Odd(despatch(SENT, packages=(Package("1", "BARREL"),)), "packages.type"),
    Odd(despatch(SENT, packages=(Package("1", "PALLET"), Package("1", "PALLET"))), "packages.no"),
    Odd(despatch(SENT, packages=(Package("1", "PALLET", (), "9"),)), "packages.parent"),
    Odd(
        despatch(SENT, packages=(Package("1", "PALLET", (), "2"), Package("2", "PALLET", (), "1"))),
        "packages.parent",
    ),
    Odd(
        despatch(SENT, packages=(Package("1", "PALLET", (Identifier("LOT", "1"),)),)),
        "packages.ids",
    ),
    Odd(despatch(replace(SENT, package="9")), "lines.package"),
    Odd(despatch(DespatchLine(replace(SHIPPED, price=MONEY))), "lines.price"),
    Odd(despatch(DespatchLine(replace(SHIPPED, quantities=None))), "lines.quantities.SHIPPED"),
    Odd(despatch(replace(SENT, lots=(Lot("1", None, EACH),))), "lines.lots.quantity"),
    Odd(despatch(replace(SENT, lots=(Lot("1", DAY), Lot("2")))), "lines.lots.expiry"),
    Odd(despatch(replace(SENT, serials=("1",) * 16)), "lines.serials"),
    Odd(
        despatch(DespatchLine(replace(SHIPPED, references=(Reference("ORDER", "P", "9"),)))),
        "lines.references",
    ),
    Odd(replace(despatch(SENT), parties=(Party("CARRIER", name="Cart"),)), "parties: a carrier"),
    Odd(
        replace(
            despatch(SENT),
            parties=(Party("CARRIER", (Identifier("SCAC", "UPSN"),), address=Address()),),
        ),
        "parties.address of a carrier",
    ),
)


@pytest.mark.parametrize("odd", ODD, ids=[f"{one.document.kind}-{one.field}" for one in ODD])
def test_what_a_set_cannot_hold_is_refused_by_the_name_of_its_field(odd: Odd) -> None:
    assert refused(odd.document).startswith(odd.field + " ")


def test_code_of_the_sender_is_written_where_the_answer_has_one() -> None:
    document = with_answer(status="ACCEPTED_AMENDED", code="IQ", quantity=EACH)

    assert "ACK*IQ*10*EA" in segments(document)


def test_text_type_and_currency_are_left_out_where_there_are_none() -> None:
    bare = Document("order", "PO1", (), Trade((replace(LINE, price=None),)), issued=DAY)

    assert segments(bare)[3:6] == ["BEG*00*SA*PO1**20260314", "PO1*1*10*EA***VP*V1", "CTT*1"]


def test_order_without_lines_is_refused_by_our_own_guide() -> None:
    assert refused(replace(ORDER, payload=Trade())) == "x12.loop.min at PO1"
