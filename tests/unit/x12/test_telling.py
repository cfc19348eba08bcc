"""Which refusals reach the partner; X12 RFI 1312, elements 28 and 480 of AK1."""

import pytest

from acktrail.model import MessageResult
from tests.generators.x12 import group, interchange, invoice, invoices, payments, remittance
from tests.unit.x12.reading import FORMAT, findings_of, messages_of, read

CHECKS = {"810.total": "reject"}


def unbalanced_invoice() -> list[str]:
    return ["TDS*1" if text.startswith("TDS*") else text for text in invoice()]


def unbalanced_payment() -> list[str]:
    return [text.replace("CLP*PCN0001*1*", "CLP*PCN0001*1*9") for text in remittance()]


def only(data: bytes) -> MessageResult:
    (one,) = messages_of(read(data, checks=CHECKS))
    return one


def test_rfi_1312_sums_are_told_by_no_answer_unless_the_profile_says_so() -> None:
    one = only(interchange(payments(unbalanced_payment())))

    assert one.verdict == "rejected"
    assert not FORMAT.telling({}).tells(one)
    assert FORMAT.telling({"balance": "999"}).tells(one)


def test_sums_that_a_999_would_tell_are_untold_where_none_is_sent() -> None:
    one = only(interchange(payments(unbalanced_payment())))

    assert not FORMAT.telling({"balance": "999", "functional": "none"}).tells(one)


def test_824_tells_the_sums_of_supply_chain_sets_only() -> None:
    asked = {"advice": "824"}

    assert FORMAT.telling(asked).tells(only(interchange(invoices(unbalanced_invoice()))))
    assert not FORMAT.telling(asked).tells(only(interchange(payments(unbalanced_payment()))))


def test_fault_of_form_is_told_whatever_the_profile_says() -> None:
    bad = [text.replace("BPR*I*", "BPR*Q*") for text in unbalanced_payment()]

    assert FORMAT.telling({}).tells(only(interchange(payments(bad))))


@pytest.mark.parametrize(
    ("kind", "control", "named"),
    [("HP", "905", True), ("HP", "9O5", False), ("HP", "", False), ("FA", "9O5", True)],
)
def test_element_28_group_whose_gs06_is_no_number_is_named_by_no_answer(
    kind: str, control: str, *, named: bool
) -> None:
    result = read(interchange(group(kind, "005010X221A1", [remittance()], control=control)))
    (received,) = result.interchanges[0].groups

    assert FORMAT.telling({}).names(received) is named


@pytest.mark.parametrize("behind", ["CANARYNAME", "LEE", "JO", "N3X", "ZZZ*LEE"])
def test_finding_never_repeats_text_that_stands_where_a_segment_id_should(behind: str) -> None:
    """Code source 77: what is no id of the standard may be the rest of a name."""
    inside = remittance()
    inside.insert(3, behind)
    stray = interchange(payments(), [behind])
    word = behind.partition("*")[0]

    for data in (interchange(payments(inside)), stray):
        found = findings_of(read(data))
        assert {one.rule for one in found} & {"x12.segment.unknown", "x12.interchange.stray"}
        assert word not in {
            name for one in found for name in (one.place.segment, one.place.address)
        }
