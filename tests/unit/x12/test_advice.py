"""824 in 004010 and 005010: elements 110, 128 and 647; what a 997 may not say (RFI 1312)."""

import pytest

from acktrail.errors import SetupError
from acktrail.model import Acknowledgement, Answering, ReadResult
from tests.generators.x12 import (
    group,
    interchange,
    invoice,
    invoices,
    order,
    orders,
    payments,
    remittance,
)
from tests.unit.x12.reading import AT, FORMAT, findings_of, messages_of, read

ASKED = {"advice": "824"}
CHECKS = {"810.total": "reject", "count.810": "reject", "count.850": "reject"}
TOTAL = "TED*010*TDS01 is not the sum of lines, charges and taxes*TDS*"


def judged(data: bytes) -> ReadResult:
    return read(data, checks=CHECKS)


def wrong(segments: list[str], tag: str = "TDS", value: str = "1") -> list[str]:
    """Return a set in which the one segment of this id says something else."""
    return [f"{tag}*{value}" if text.split("*")[0] == tag else text for text in segments]


def answered(
    data: bytes,
    options: dict[str, str] | None = None,
    posted: dict[str, str] | None = None,
    *,
    readable: bool = True,
) -> tuple[Acknowledgement, ...]:
    answering = Answering(
        AT,
        tuple(range(71, 90)),
        ASKED | (options or {}),
        posted or {},
        content=(lambda at, n: data[at : at + n]) if readable else None,
    )
    return FORMAT.acknowledge(judged(data), answering)


def advice(
    data: bytes, options: dict[str, str] | None = None, posted: dict[str, str] | None = None
) -> list[str]:
    """Return the segments of the one 824, those of its envelope left out; none without one."""
    built = [one for one in answered(data, options, posted) if one.kind == "824"]
    assert len(built) <= 1
    text = built[0].body.decode() if built else ""
    return [s for s in text.split("~") if s and s[:3] not in ("ISA", "GS*", "GE*", "IEA")]


def position_of(segments: list[str], tag: str) -> int:
    return next(n for n, text in enumerate(segments, 1) if text.startswith(f"{tag}*"))


def test_element_110_tr_refuses_the_set_by_the_number_of_its_document() -> None:
    bad = wrong(invoice())
    number = next(text for text in bad if text.startswith("BIG*")).split("*")[2]

    assert advice(interchange(invoices(bad))) == [
        "ST*824*0001",
        "BGN*11*000000072-0001*20260315*1245",
        f"OTI*TR*IV*{number}*****905*0001*810",
        f"{TOTAL}{position_of(bad, 'TDS')}*1",
        "SE*5*0001",
    ]


def test_element_128_names_what_kind_of_number_it_is() -> None:
    bad = wrong(order(number="PO-7"), "CTT", "99")

    got = advice(interchange(orders(bad)))

    assert got[2] == "OTI*TR*PO*PO-7*****905*0001*850"
    assert got[3].startswith("TED*010*CTT01 is not the number of PO1 segments*CTT*")


def test_one_824_set_for_each_refused_set_of_a_group_and_none_for_accepted_ones() -> None:
    data = interchange(
        invoices(wrong(invoice("0001")), invoice("0002"), wrong(invoice("0003"), "TDS", "2"))
    )

    got = advice(data)

    assert [text for text in got if text[:2] == "ST"] == ["ST*824*0001", "ST*824*0002"]
    assert [text.split("*")[9] for text in got if text.startswith("OTI")] == ["0001", "0003"]


def test_rfi_1312_the_997_accepts_what_the_824_refuses() -> None:
    first, second = answered(interchange(invoices(wrong(invoice()))))

    assert (first.kind, first.control, first.after_posting) == ("997", "000000071", False)
    assert b"AK5*A~" in first.body
    assert (second.kind, second.control, second.after_posting) == ("824", "000000072", True)
    assert b"GS*AG*" in second.body


@pytest.mark.parametrize(
    ("state", "told"),
    [("conflict", True), ("held", False), ("stored", False), ("duplicate", False)],
)
def test_element_647_006_tells_a_number_that_came_before_with_other_content(
    state: str, *, told: bool
) -> None:
    got = advice(interchange(invoices(invoice())), posted={"0001": state})

    assert ("TED*006*an earlier document has this number and other content" in got) is told


def test_conflict_is_not_told_where_two_sets_have_its_control_number() -> None:
    data = interchange(invoices(invoice()), orders(order(), control="906"))

    assert advice(data, posted={"0001": "conflict"}) == []


def test_nothing_is_advised_unless_asked_for_or_where_another_answer_says_it() -> None:
    bad = interchange(invoices(wrong(invoice())))

    assert advice(bad, options={"advice": "none"}) == []
    assert advice(bad, options={"balance": "999"}) == []
    assert advice(bad, options={"duplicate": "1"}) == []
    assert advice(interchange(invoices([*wrong(invoice()), "ZZZ*1"]))) == []
    assert advice(interchange(payments(wrong(remittance(), "BPR", "Q*1")))) == []


def test_number_that_cannot_be_repeated_gives_way_to_that_of_the_set() -> None:
    bad = wrong(invoice())
    data = interchange(invoices(bad))

    unread = [one for one in answered(data, readable=False) if one.kind == "824"]
    clash = interchange(invoices(wrong(invoice(number="INV>1"))))
    forged = advice(clash, options={"component_separator": ">"})

    assert b"OTI*TR*TN*0001*****905*0001*810~" in unread[0].body
    assert forged[2] == "OTI*TR*TN*0001*****905*0001*810"


def test_no_value_of_the_document_but_its_number_is_repeated() -> None:
    bad = wrong(invoice(), "TDS", "98765")

    assert "98765" not in "~".join(advice(interchange(invoices(bad))))


def test_824_passes_its_own_guide_is_the_same_twice_and_is_answered_by_no_824() -> None:
    data = interchange(invoices(wrong(invoice("0001")), wrong(invoice("0002"))))
    once = next(one.body for one in answered(data) if one.kind == "824")

    assert next(one.body for one in answered(data) if one.kind == "824") == once
    fed_back = read(once)
    assert findings_of(fed_back) == []
    assert [one.guide for one in messages_of(fed_back)] == ["824-004010", "824-004010"]
    assert [one.kind for one in answered(once)] == ["997"]


def test_824_is_written_in_the_release_of_the_group_that_it_is_about() -> None:
    """Set 824 of 005010; a file may hold groups of both releases."""
    modern = group("IN", "005010", [wrong(invoice(number="INV-5"))], control="906")
    data = interchange(invoices(wrong(invoice(number="INV-4"))), modern)

    old, new = [one.body for one in answered(data) if one.kind == "824"]

    assert b"*U*00401*000000073*" in old
    assert b"GS*AG*CLINICA*ACMEPAYER*20260315*1245*73*X*004010~" in old
    assert b"OTI*TR*IV*INV-4*****905*0001*810~" in old
    assert b"*^*00501*000000074*" in new
    assert b"GS*AG*CLINICA*ACMEPAYER*20260315*1245*74*X*005010~" in new
    assert b"OTI*TR*IV*INV-5*****906*0001*810~" in new
    fed_back = read(new)
    assert findings_of(fed_back) == []
    assert [one.guide for one in messages_of(fed_back)] == ["824-005010"]


def test_number_is_kept_for_what_posting_may_still_refuse() -> None:
    result = judged(interchange(invoices(invoice())))

    assert FORMAT.numbers_needed(result, Answering(AT)) == 1
    assert FORMAT.numbers_needed(result, Answering(AT, options=ASKED)) == 2
    with pytest.raises(SetupError):
        FORMAT.acknowledge(result, Answering(AT, (71,), ASKED))
