"""Canonical documents of the supply chain that a set can hold, for writing and reading again."""

from datetime import date
from decimal import Decimal
from typing import TypeVar

from hypothesis import strategies as st

from acktrail.documents.kinds import Document, Trade
from acktrail.documents.parts import (
    Address,
    Allowance,
    Code,
    Contact,
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

T = TypeVar("T")
LETTERS = "ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789abcz-./' &"
DAYS = st.dates(date(2000, 1, 1), date(2099, 12, 31))
ROLES = ("BUYER", "SELLER", "SHIP_TO", "SHIP_FROM", "BILL_TO", "PAYEE", "MANUFACTURER")
STATUSES = (
    "ACCEPTED", "ACCEPTED_AMENDED", "BACKORDERED", "SUBSTITUTED", "HOLD", "REJECTED", "DELETED",
)  # fmt: skip
CODES = ("IA", "IC", "IB", "IS", "IH", "IR", "ID")
DISPOSITIONS = {"AD": "ACCEPTED", "AC": "ACCEPTED_AMENDED", "AH": "HOLD", "RD": "REJECTED"}


def texts(most: int, least: int = 1) -> st.SearchStrategy[str]:
    """Text without delimiters, trimmed."""
    words = st.text(LETTERS, min_size=least, max_size=most)
    return words.map(str.strip).filter(lambda text: len(text) >= least)


def numbers(places: int = 2, least: int = 0, most: int = 10**6) -> st.SearchStrategy[Decimal]:
    """Exact decimals."""
    return st.decimals(least, most, places=places)


def money(places: int = 2) -> st.SearchStrategy[Money]:
    """Amounts in dollars."""
    return numbers(places).map(lambda one: Money(one, "USD"))


def dated(*kinds: str) -> st.SearchStrategy[DateRole]:
    """Dates in a role, with the text as X12 has it."""
    return st.builds(
        lambda kind, on: DateRole(kind, on, None, f"{on:%Y%m%d}"), st.sampled_from(kinds), DAYS
    )


def pointers(*kinds: str) -> st.SearchStrategy[Reference]:
    """References that say only what they point to."""
    return st.builds(Reference, st.sampled_from(kinds), texts(30))


def listed(one: st.SearchStrategy[T], most: int = 3) -> st.SearchStrategy[tuple[T, ...]]:
    """Tuples."""
    return st.lists(one, max_size=most).map(tuple)


QUANTITIES = st.builds(
    lambda value, unit: Quantity(value, *unit),
    numbers(3, 0),
    st.sampled_from((("C62", "EA"), ("XBX", "BX"), ("XCS", "CA"), ("KGM", "KG"))),
)
ITEM_IDS = st.one_of(
    st.builds(Identifier, st.sampled_from(("SELLER", "BUYER", "MANUFACTURER", "NDC")), texts(48)),
    st.just(Identifier("GTIN", "012345678905")),
    st.just(Identifier("GTIN", "4000000000006")),
    st.builds(lambda value: Identifier("OTHER", value, "ZZ"), texts(48)),
)
ITEMS = st.builds(Item, listed(ITEM_IDS, 4), st.one_of(st.just(""), texts(80)))
CONTACTS = st.builds(
    Contact,
    st.just("BD"),
    texts(60),
    st.one_of(st.just(""), texts(80)),
    st.one_of(st.just(""), texts(80)),
)
ADDRESSES = st.builds(
    Address,
    listed(texts(55), 4),
    texts(30, 2),
    st.sampled_from(("", "12207", "75001-1234")),
    st.sampled_from(("NY", "TX")),
    st.sampled_from(("US", "CA")),
).map(lambda one: Address(one.lines, one.city, one.postcode, one.region, one.country))
PARTIES = st.builds(
    Party,
    st.sampled_from(ROLES),
    st.sampled_from(
        (
            (),
            (Identifier("GLN", "4000000000006"),),
            (Identifier("DUNS", "060000000"),),
            (Identifier("SELLER", "S-77"),),
            (Identifier("OTHER", "X7", "ZZ"),),
        )
    ),
    texts(60),
    st.none() | ADDRESSES,
    listed(CONTACTS, 2),
    st.one_of(st.just(""), texts(30)),
)
ALLOWANCES = st.builds(
    Allowance,
    st.booleans(),
    money(),
    st.none() | numbers(2, 1, 99),
    st.sampled_from(("C310", "D240")).map(lambda code: Code("X12_1300", code)),
)
PRICES = money(4)
BASES = st.sampled_from((Decimal(1), Decimal(100), Decimal(1000)))
TERMS = st.fixed_dictionaries(
    {},
    optional={
        "release": texts(30),
        "payment_code": st.just("01"),
        "discount_percent": st.sampled_from(("2", "2.5")),
        "discount_days": st.just("10"),
        "net_days": st.just("30"),
        "payment_text": texts(80),
        "freight": st.just("CC"),
    },
)
REFERENCE_KINDS = ("CONTRACT", "PRICE_LIST", "INVOICE", "DESPATCH", "ORDER_RESPONSE")
DATE_KINDS = ("REQUESTED_DELIVERY", "SHIPPED", "EST_ARRIVAL", "EARLIEST", "LATEST")


def _lines(role: str, **more: st.SearchStrategy[object]) -> st.SearchStrategy[tuple[Line, ...]]:
    one = st.builds(
        Line,
        texts(20),
        ITEMS,
        QUANTITIES.map(lambda quantity: {role: quantity}),
        PRICES,
        BASES,
        references=listed(pointers(*REFERENCE_KINDS, "ORDER")),
        dates=listed(dated(*DATE_KINDS)),
        allowances=listed(ALLOWANCES, 2),
        **more,
    )
    return st.lists(one, min_size=1, max_size=3).map(tuple)


def orders() -> st.SearchStrategy[Document]:
    """Documents of kind order."""
    payload = st.builds(
        Trade,
        _lines("ORDERED", amount=st.none() | money(), notes=listed(texts(80))),
        st.none() | st.builds(lambda total: Totals(total=total), money()),
    )
    return st.builds(
        Document,
        st.just("order"),
        texts(22),
        st.just(()),
        payload,
        st.sampled_from(("ORIGINAL", "CANCEL", "CHANGE", "REPLACE", "CONFIRM", "DUPLICATE")),
        DAYS,
        st.just("SA"),
        st.just("USD"),
        listed(PARTIES, 3),
        listed(pointers(*REFERENCE_KINDS, "ORDER")),
        listed(dated(*DATE_KINDS)),
        TERMS,
        listed(texts(200)),
    )


def order_answers() -> st.SearchStrategy[Document]:
    """Documents of kind order_response."""
    answers = st.builds(
        lambda at, quantity, dates, ids: LineAnswer(
            STATUSES[at], CODES[at], quantity, dates, Item(ids)
        ),
        st.integers(0, len(CODES) - 1),
        st.none() | QUANTITIES,
        listed(dated("PROMISED", "SHIPPED"), 2),
        listed(ITEM_IDS, 2),
    )
    lines = _lines("ORDERED", amount=st.none() | money(), notes=listed(texts(80))).flatmap(
        lambda made: st.tuples(
            *(st.builds(AnsweredLine, st.just(one), listed(answers)) for one in made)
        )
    )
    return st.builds(
        lambda code, made, **rest: Document(
            "order_response",
            payload=OrderAnswer(DISPOSITIONS[code], made),
            type_code=code,
            key=(),
            **rest,
        ),
        st.sampled_from(sorted(DISPOSITIONS)),
        lines,
        id=texts(30),
        issued=DAYS,
        currency=st.just("USD"),
        parties=listed(PARTIES, 3),
        references=st.builds(
            lambda number, on, rest: (Reference("ORDER", number, "", on), *rest),
            texts(22),
            DAYS,
            listed(pointers(*REFERENCE_KINDS)),
        ),
        dates=listed(dated(*DATE_KINDS)),
        terms=TERMS,
        notes=listed(texts(200)),
    )


def invoices() -> st.SearchStrategy[Document]:
    """Documents of kind invoice and credit_note."""
    taxes = st.builds(
        Tax, st.just("ST"), st.sampled_from(("", "1")), numbers(2, 1, 30), st.none(), money()
    )
    totals = st.builds(
        lambda total, tax, allowances, charges: Totals(
            total=total, tax=tax, allowances=allowances, charges=charges
        ),
        money(),
        *(st.none() | money() for _one in range(3)),
    )
    return st.builds(
        lambda credit, **rest: Document(
            "credit_note" if credit else "invoice",
            key=(),
            type_code="CR" if credit else "DI",
            currency="USD",
            **rest,
        ),
        st.booleans(),
        id=texts(22),
        issued=DAYS,
        payload=st.builds(Trade, _lines("INVOICED", taxes=listed(taxes, 2)), totals),
        parties=listed(PARTIES, 3),
        references=st.builds(
            lambda number, on, rest: (Reference("ORDER", number, "", on), *rest),
            texts(22),
            DAYS,
            listed(pointers(*REFERENCE_KINDS)),
        ),
        dates=listed(dated(*DATE_KINDS)),
        terms=TERMS,
        notes=listed(texts(80)),
    )


@st.composite
def despatches(draw: st.DrawFn) -> Document:
    """Documents of kind despatch_advice: packages in packages, lines of several orders."""
    count = draw(st.integers(0, 5))
    packages = tuple(
        Package(
            f"K{number}",
            draw(st.sampled_from(("PALLET", "CARTON"))),
            draw(st.sampled_from(((), (Identifier("SSCC", "106141410000000018"),)))),
            draw(st.sampled_from(["", *(f"K{above}" for above in range(number))])),
        )
        for number in range(count)
    )
    orders_ = [Reference("ORDER", f"PO{n}", "", draw(st.none() | DAYS)) for n in range(2)]
    lines = tuple(
        _despatched(draw, number, orders_, [one.no for one in packages])
        for number in range(draw(st.integers(0, 5)))
    )
    return Document(
        "despatch_advice",
        draw(texts(30, 2)),
        (),
        DespatchAdvice(lines, packages),
        issued=draw(DAYS),
        type_code="0001",
        parties=draw(listed(PARTIES, 2)),
        references=draw(listed(pointers("TRACKING", "BILL_OF_LADING", "CONTRACT"))),
        dates=draw(listed(dated("SHIPPED", "EST_ARRIVAL"))),
        terms=draw(st.sampled_from(({}, {"packages": "2", "weight": "20.5", "weight_unit": "LB"}))),
    )


def _despatched(
    draw: st.DrawFn, number: int, orders_: list[Reference], packages: list[str]
) -> DespatchLine:
    order = draw(st.sampled_from([None, *orders_]))
    own = draw(listed(pointers("CONTRACT", "INVOICE"), 1))
    named = () if order is None else (Reference("ORDER", order.value, str(number), order.on),)
    expiry = draw(st.none() | DAYS)
    return DespatchLine(
        Line(
            str(number),
            Item((Identifier("SELLER", draw(texts(20))),), draw(st.just("") | texts(80))),
            {"SHIPPED": draw(QUANTITIES)},
            references=(*own, *named),
        ),
        draw(st.sampled_from(["", *packages])),
        tuple(Lot(f"L{n}", expiry) for n in range(draw(st.integers(0, 2)))),
        tuple(f"S{n}" for n in range(draw(st.integers(0, 2)))),
    )
