from dataclasses import replace

import pytest

from acktrail.model import GroupResult, InterchangeResult, ReadResult, Verdict
from acktrail.pipeline.identity import (
    INDEXED_MESSAGES,
    Identifier,
    control_identities,
    identifiers,
    stranger,
    wrong_usage,
)
from acktrail.pipeline.kept import Kept
from tests.unit.pipeline.scripted import group, message


def result(format_: str = "x12", control: str = "7", *, test: bool = False) -> ReadResult:
    groups = (group(message("0001")),)
    one = InterchangeResult(control, "ZZ:A", "ZZ:B", test, Verdict.ACCEPTED, groups)
    return ReadResult(format_, usable=True, interchanges=(one,))


@pytest.mark.parametrize(
    ("senders", "receivers", "side"),
    [
        (("ZZ:A",), ("ZZ:B",), ""),
        ((), (), ""),
        (("ZZ:OTHER",), ("ZZ:B",), "sender"),
        (("ZZ:A",), ("ZZ:OTHER",), "receiver"),
        (("ZZ:OTHER",), ("ZZ:OTHER",), "sender"),
    ],
)
def test_stranger_is_the_side_that_the_profile_does_not_name(
    senders: tuple[str, ...], receivers: tuple[str, ...], side: str
) -> None:
    assert stranger(result(), senders, receivers) == side


def test_x12_side_may_be_named_with_its_qualifier_or_without() -> None:
    one = replace(result().interchanges[0], sender="A", facts={"ISA05": "ZZ"})
    came = ReadResult("x12", usable=True, interchanges=(one,))

    assert stranger(came, ("ZZ:A",), ()) == ""
    assert stranger(came, ("A",), ()) == ""
    assert stranger(came, ("01:A",), ()) == "sender"


def batch(**facts: str) -> ReadResult:
    """Return the partner's own HL7 batch with one message in it that names itself as told."""
    messages = (message("1"), replace(message("2"), facts=facts), message("3"))
    one = InterchangeResult(
        "F1",
        "BILL^HOSP",
        "ACKTRAIL^ERP",
        False,  # noqa: FBT003
        Verdict.ACCEPTED,
        (group(message("0")), group(*messages)),
    )
    return ReadResult("hl7", usable=True, interchanges=(one,))


@pytest.mark.parametrize(
    ("facts", "side"),
    [
        ({"sender": "BILL^HOSP", "receiver": "ACKTRAIL^ERP"}, ""),
        ({"sender": "OTHER^ELSEWHERE", "receiver": "ACKTRAIL^ERP"}, "sender"),
        ({"sender": "BILL^HOSP", "receiver": "OTHER^ERP"}, "receiver"),
        ({"sender": "", "receiver": ""}, ""),  # the envelope speaks for it
        ({}, ""),  # its header could not be read: it is refused anyway
    ],
)
def test_message_of_a_stranger_inside_the_partners_batch_is_noticed(
    facts: dict[str, str], side: str
) -> None:
    """MSH-3 to MSH-6: a batch may hold messages of any system."""
    assert stranger(batch(**facts), ("BILL^HOSP",), ("ACKTRAIL^ERP",)) == side
    assert stranger(batch(**facts), (), ()) == ""


def test_rows_name_nobody_so_that_nobody_is_a_stranger() -> None:
    assert stranger(result("tabular"), ("ZZ:OTHER",), ("ZZ:OTHER",)) == ""


@pytest.mark.parametrize(
    ("test", "usage", "wrong"),
    [
        (True, "production", True),
        (False, "production", False),
        (True, "test", False),
        (False, "test", True),
        (True, "any", False),
        (False, "any", False),
    ],
)
def test_usage_is_wrong_when_test_traffic_comes_for_production_or_the_reverse(
    test: bool,  # noqa: FBT001 - a column of the table above
    usage: str,
    wrong: bool,  # noqa: FBT001
) -> None:
    """ISA15, UNB 0035, MSH-11."""
    assert wrong_usage(result(test=test), usage) is wrong


def test_control_identity_tells_apart_sides_qualifiers_formats_and_numbers() -> None:
    """ISA05 to ISA08 and ISA13 together name an X12 interchange; UNB alike."""
    one = result().interchanges[0]
    others = [
        one,
        replace(one, sender="C"),
        replace(one, receiver="C"),
        replace(one, control="8"),
        replace(one, facts={"ISA05": "01"}),
        replace(one, facts={"ISA07": "01"}),
    ]

    found = {
        identity
        for format_ in ("x12", "edifact")
        for each in others
        for identity in control_identities(ReadResult(format_, True, (), (each,)))  # noqa: FBT003
    }

    assert len(found) == 2 * len(others)


def test_control_identity_of_a_single_hl7_message_is_its_own_control_id() -> None:
    (identity,) = control_identities(result("hl7", control=""))

    assert identity.endswith("|0001")


def test_control_identity_of_hl7_messages_without_a_batch_does_not_exist() -> None:
    groups = (group(message("1"), message("2")),)
    two = InterchangeResult("", "A", "B", False, Verdict.ACCEPTED, groups)  # noqa: FBT003

    assert list(control_identities(ReadResult("hl7", usable=True, interchanges=(two,)))) == []


def test_control_identity_of_rows_does_not_exist() -> None:
    assert list(control_identities(result("tabular"))) == []


def test_identifiers_of_an_x12_file_are_its_envelope_numbers_and_its_documents() -> None:
    kept = (Kept("0001", 0, "invoice", "INV-1", 0, 9),)

    found = list(identifiers(result(), kept))

    assert found == [
        Identifier("isa13", "7"),
        Identifier("gs06", "1"),
        Identifier("invoice", "INV-1"),
    ]


def test_identifiers_of_persons_are_marked_so_that_they_are_indexed_as_hashes() -> None:
    kept = tuple(Kept("1", 0, kind, "X", 0, 0) for kind in ("charge", "party", "remittance"))

    person = {one.scheme: one.person for one in identifiers(result(), kept)}

    assert person["charge"]
    assert person["party"]
    assert not person["remittance"]  # a payment's trace number is no person's


def test_identifiers_of_hl7_messages_are_capped() -> None:
    many = GroupResult("", "", "", Verdict.ACCEPTED, (message("1"),) * (INDEXED_MESSAGES + 5))
    one = InterchangeResult("", "A", "B", False, Verdict.ACCEPTED, (many,))  # noqa: FBT003

    found = list(identifiers(ReadResult("hl7", usable=True, interchanges=(one,)), ()))

    assert sum(each.scheme == "msh10" for each in found) == INDEXED_MESSAGES
