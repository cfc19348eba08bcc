from decimal import Decimal

import pytest

from acktrail.documents.kinds import Charge, ChargeLine, Document, Opaque, Payload, Trade
from acktrail.documents.parts import Allowance, Code, Line, Money, Quantity, Tax, Totals
from acktrail.documents.value import replace
from acktrail.model import Place, Severity
from acktrail.translate.sums import RULES, check, rounded


def eur(text: str) -> Money:
    return Money(Decimal(text), "EUR")


def line(amount: str | None = "20.00", quantity: str = "2", price: str = "10.00") -> Line:
    return Line(
        "1",
        quantities={"INVOICED": Quantity(Decimal(quantity), "C62")},
        price=eur(price),
        amount=None if amount is None else eur(amount),
    )


def found(payload: Payload, kind: str = "invoice", **switches: str) -> list[str]:
    document = Document(kind, "1", (), payload)
    return [finding.rule for finding in check(document, switches)]


def totals(**sent: str) -> Totals:
    return Totals(**{name: eur(text) for name, text in sent.items()})


@pytest.mark.parametrize(
    ("sent", "rules"),
    [
        ({"lines": "40", "taxable": "40.00", "tax": "7.60", "total": "47.60"}, []),
        ({"lines": "41.00"}, ["sum.inv_lines"]),
        ({"lines": "40.00", "allowances": "5", "charges": "1", "taxable": "36.00"}, []),
        ({"lines": "40.00", "taxable": "39.99"}, ["sum.inv_taxable"]),
        ({"taxable": "40.00", "tax": "7.60", "total": "47.61"}, ["sum.inv_total"]),
        ({"total": "40.00"}, []),
        ({"total": "40.01"}, ["sum.inv_total"]),
        ({"total": "40.00", "prepaid": "10", "payable": "30"}, []),
        ({"total": "40.00", "payable": "39"}, ["sum.inv_payable"]),
    ],
)
def test_invoice_totals_by_en_16931(sent: dict[str, str], rules: list[str]) -> None:
    """EN 16931 BR-CO-10, BR-CO-13, BR-CO-15, BR-CO-16."""
    assert found(Trade((line(), line()), totals(**sent))) == rules


def test_total_is_not_judged_when_tax_was_not_sent_but_is_due() -> None:
    taxed = replace(line(), taxes=(Tax("VAT", "S", Decimal(19)),))

    assert found(Trade((taxed,), totals(total="23.80"))) == []


def test_lines_without_amount_count_by_their_price() -> None:
    assert found(Trade((line(None), line(None)), totals(lines="40.00"))) == []
    assert found(Trade((line(None), Line("2")), totals(lines="99.00"))) == []


@pytest.mark.parametrize(
    ("one", "amount", "good"),
    [
        (line(quantity="3", price="0.335"), "1.01", True),
        (line(quantity="3", price="0.335"), "1.00", False),
        (replace(line(), basis=Decimal(100)), "0.20", True),
        (replace(line(), allowances=(Allowance(charge=False, percent=Decimal(10)),)), "18", True),
        (replace(line(), allowances=(Allowance(charge=True, amount=eur("1")),)), "21.00", True),
        (replace(line(), allowances=(Allowance(charge=False, amount=eur("1")),)), "21.00", False),
    ],
)
def test_line_amount_is_quantity_times_price_by_basis(
    one: Line, amount: str, *, good: bool
) -> None:
    rules = found(Trade((replace(one, amount=eur(amount)),)))

    assert rules == ([] if good else ["sum.line_amount"])


def test_percentage_may_be_rounded_on_either_side() -> None:
    one = replace(
        line(quantity="1", price="0.25"), allowances=(Allowance(charge=False, percent=Decimal(50)),)
    )

    for amount in ("0.13", "0.12"):  # 0.125 rounded; 0.25 less 0.125 rounded to 0.13
        assert found(Trade((replace(one, amount=eur(amount)),))) == []


@pytest.mark.parametrize(
    ("switch", "severity"),
    [("reject", Severity.ERROR), ("warn", Severity.WARNING), ("off", None), ("", Severity.ERROR)],
)
def test_switch_sets_the_severity(switch: str, severity: Severity | None) -> None:
    document = Document("invoice", "1", (), Trade((line("99"),)))

    findings = check(document, {"line_amount": switch})

    assert [finding.severity for finding in findings] == ([severity] if severity else [])


def test_order_total_warns() -> None:
    ordered = replace(line(), quantities={"ORDERED": Quantity(Decimal(2), "C62")})
    document = Document("order", "1", (), Trade((ordered,), totals(total="99")))

    (finding,) = check(document, {})

    assert (finding.rule, finding.severity) == ("sum.ord_total", Severity.WARNING)


def test_charge_line_extends() -> None:
    one = ChargeLine(
        "1", "CHARGE", Code("L", "1"), None, None, Decimal(3), eur("1.115"), eur("3.35")
    )

    assert found(Charge("V", "", None, (one,)), "charge") == []
    wrong = Charge("V", "", None, (one, replace(one, amount=eur("3.34"))))
    assert found(wrong, "charge") == ["sum.dft_line"]


def test_places_of_the_lines_are_used() -> None:
    document = Document("invoice", "1", (), Trade((line(), line("99"))))

    (finding,) = check(document, {}, [Place("IT1", 5), Place("IT1", 9)])

    assert finding.place.position == 9


@pytest.mark.parametrize(
    ("amount", "currency", "result"),
    [
        ("1.005", "EUR", "1.01"),
        ("0.5", "JPY", "1"),
        ("1.0005", "KWD", "1.001"),
        ("-1.005", "XXX", "-1.01"),
    ],
)
def test_rounding_is_half_up_to_the_minor_unit(amount: str, currency: str, result: str) -> None:
    """ISO 4217 minor units."""
    assert str(rounded(Decimal(amount), currency)) == result


def test_kinds_without_sums_are_left_alone() -> None:
    assert found(Opaque("CDA"), "opaque") == []
    assert found(Trade((line("99"),)), "price_catalogue") == []
    assert len({rule.name for rule in RULES}) == len(RULES)


def test_absurd_numbers_do_not_break_the_check() -> None:
    huge = "9" * 80

    assert found(Trade((line(huge, huge, huge),))) in ([], ["sum.line_amount"])
