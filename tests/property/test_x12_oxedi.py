"""oxedi (a reader of 835 written in Rust) as a second opinion on balancing and on what is read.

Rules: TR3 1.10.2 as quoted in RFI 2601.
"""

from collections.abc import Iterator, Sequence
from decimal import Decimal

import oxedi
import pytest
from hypothesis import given
from hypothesis import strategies as st

from acktrail.documents.kinds import Remittance
from tests.generators.x12 import Claim, Line, closed, interchange, payments, remittance
from tests.unit.translate.health import documents_of
from tests.unit.x12.reading import read, rules_of

# Both judge these; the name that oxedi has in the text of its finding, and ours.
SAME_CHECKS = {
    "service_balance": "x12.balance.835.service",
    "claim_balance": "x12.balance.835.claim",
    "transaction_balance": "x12.balance.835.payment",
}
# Each difference: what only we judge, and why; an edit of a file that balances which shows it.
ONLY_OURS = {
    # CLP03 against the lines is no sum of TR3 1.10.2; we warn
    "x12.balance.835.claim_lines": ("CLP*PCN0001*1*200.5*", "CLP*PCN0001*1*200.51*"),
    # CLP05 takes no part in balancing (RFI 2548); we warn
    "x12.balance.835.patient": ("*160*10*12*", "*160*10.01*12*"),
    # RFI 222: a net below zero has to be carried on by PLB FB
    "x12.balance.835.negative": ("BPR*I*370*", "BPR*I*-370*"),
    # RFI 264: a PLB amount of zero says nothing; we warn
    "x12.balance.835.plb_zero": ("WO:A1B2C3*15", "WO:A1B2C3*15*WO:X*0"),
}
MONEY = {"BPR": (2,), "CLP": (3, 4, 5), "SVC": (2, 3), "CAS": (3,), "PLB": (4,)}

lines = st.builds(
    Line,
    charge=st.integers(100_000, 500_000),
    contractual=st.integers(0, 90_000),
    patient=st.integers(0, 9_000),
)
claims = st.lists(
    st.builds(
        Claim,
        number=st.sampled_from(["PCN0001", "PCN0002", "PCN0003"]),
        lines=st.lists(lines, min_size=1, max_size=4).map(tuple),
    ),
    min_size=1,
    max_size=4,
)


def file_of(segments: Sequence[str]) -> bytes:
    return interchange(payments(closed(segments)))


def places(segments: Sequence[str]) -> Iterator[tuple[int, int]]:
    for number, segment in enumerate(segments):
        parts = segment.split("*")
        yield from ((number, at) for at in MONEY.get(parts[0], ()) if at < len(parts) and parts[at])


def moved(segments: Sequence[str], number: int, at: int, cents: int) -> list[str]:
    parts = segments[number].split("*")
    parts[at] = format((Decimal(parts[at]) + Decimal(cents) / 100).normalize(), "f")
    return [*segments[:number], "*".join(parts), *segments[number + 1 :]]


def checks_of_oxedi(data: bytes) -> set[str]:
    found = oxedi.parse(data).diagnostics
    assert {one.kind for one in found} <= {"BalanceMismatch"}
    return {SAME_CHECKS[one.rule.split('"')[1]] for one in found}


def checks_of_ours(data: bytes) -> set[str]:
    return set(rules_of(read(data))) - ONLY_OURS.keys()


def column(table: oxedi.Table, name: str) -> list[str]:
    """Return a column as texts; its other ways out need Arrow."""
    rows = [row.split(" | ") for row in table.render().splitlines()[2:] if row]
    return [row[table.columns.index(name)] for row in rows]


def total(table: oxedi.Table, name: str) -> Decimal:
    return sum((Decimal(text) for text in column(table, name)), Decimal(0))


@given(claims, st.integers(0, 900))
def test_835_that_balances_passes_both(made: list[Claim], plb: int) -> None:
    data = file_of(remittance(claims=made, plb=plb))

    assert checks_of_oxedi(data) == set()
    assert checks_of_ours(data) == set()


@pytest.mark.parametrize("cents", [1, -1])
def test_one_cent_moved_anywhere_breaks_the_same_checks_of_both(cents: int) -> None:
    segments = remittance()
    files = {
        (segments[number].split("*")[0], at): file_of(moved(segments, number, at, cents))
        for number, at in places(segments)
    }

    assert {tag for tag, _ in files} == MONEY.keys()
    for place, data in files.items():
        assert checks_of_ours(data) == checks_of_oxedi(data), place
        assert (checks_of_ours(data) == set()) == (place == ("CLP", 5)), place


@pytest.mark.parametrize("rule", sorted(ONLY_OURS))
def test_difference_is_found_by_us_and_by_no_check_of_oxedi(rule: str) -> None:
    old, new = ONLY_OURS[rule]
    text = "~".join(remittance())
    assert old in text
    data = file_of(text.replace(old, new, 1).split("~"))

    assert rule in rules_of(read(data))
    assert checks_of_ours(data) == checks_of_oxedi(data)


@given(claims, st.data())
def test_cent_moved_in_any_remittance_breaks_the_same_checks_of_both(
    made: list[Claim], data: st.DataObject
) -> None:
    segments = remittance(claims=made)
    number, at = data.draw(st.sampled_from(list(places(segments))))
    file = file_of(moved(segments, number, at, data.draw(st.sampled_from([1, -1]))))

    assert checks_of_ours(file) == checks_of_oxedi(file)


@given(claims, st.integers(1, 900))
def test_remittance_holds_what_oxedi_counts_and_sums(made: list[Claim], plb: int) -> None:
    data = file_of(remittance(claims=made, plb=plb))
    tables = oxedi.parse(data).tables
    (document,) = documents_of(data)
    paid = document.payload
    assert isinstance(paid, Remittance)
    services = [one for claim in paid.claims for one in claim.services]
    adjustments = [one for claim in paid.claims for one in claim.adjustments]
    adjustments += [one for service in services for one in service.adjustments]

    assert column(tables["claims"], "claim_id") == [one.patient_control_no for one in paid.claims]
    assert len(tables["services"]) == len(services)
    assert len(tables["adjustments"]) == len(adjustments)
    assert len(tables["provider_adjustments"]) == len(paid.provider_adjustments)
    for table, values in (("claims", paid.claims), ("services", services)):
        assert total(tables[table], "charge_amount") == sum(one.charge.amount for one in values)
        assert total(tables[table], "payment_amount") == sum(one.paid.amount for one in values)
    for table, given_ in (
        ("adjustments", adjustments),
        ("provider_adjustments", paid.provider_adjustments),
    ):
        assert total(tables[table], "amount") == sum(one.amount.amount for one in given_)
    assert total(tables["payments"], "total_payment_amount") == paid.payment.amount.amount
