"""Appointments, orders, accounts, supplies, master data; HL7 2.5.1 chapters 4, 6, 8 and 10."""

from collections.abc import Sequence
from datetime import UTC, date, datetime
from decimal import Decimal

import pytest

from acktrail.documents.clinical import (
    Account,
    Appointment,
    MasterData,
    ServiceOrder,
    SupplyRequest,
)
from acktrail.documents.encoding import encode_compact
from acktrail.documents.kinds import Document, Opaque
from acktrail.documents.parts import Code, Identifier, Money, Period, Quantity
from acktrail.documents.supply import InventoryReport, Lot
from acktrail.model import Finding, MessageHead
from tests.generators import clinic
from tests.unit.translate.running import mapped, only, rules, run

AUTHORITY = {"authority": "RIVER"}
Found = tuple[tuple[Document, ...], tuple[Finding, ...]]


def translated(name: str, lines: Sequence[str], **options: object) -> Found:
    type_ = "^".join(lines[0].split("|")[8].split("^")[:2])
    head = MessageHead("hl7", type_, "2.5.1", lines[0].split("|")[9])
    return run(mapped(name, {**AUTHORITY, **options}), "\n".join(lines), "hl7", head)


def edited(lines: list[str], tag: str, number: int, value: str) -> list[str]:
    """Set a field of the first segment of a name."""
    at = next(index for index, line in enumerate(lines) if line.startswith(tag))
    fields = lines[at].split("|")
    fields += [""] * (number + 1 - len(fields))
    fields[number] = value
    return [*lines[:at], "|".join(fields), *lines[at + 1 :]]


def appointment(lines: list[str]) -> Appointment:
    payload = only(translated("hl7-siu", lines)).payload
    assert isinstance(payload, Appointment)
    return payload


@pytest.mark.parametrize("event", ["O33", "O35"])
def test_order_of_a_specimen_is_an_order_of_its_services(event: str) -> None:
    """OML^O33 and O35: SPM, and SAC, stand in front of the orders."""
    first, pid, visit, *rest = clinic.order()
    lines = [first.replace("ORM^O01^ORM_O01", f"OML^{event}^OML_{event}"), pid, visit]
    lines += ["SPM|1|||SER", "SAC|||C1", *rest]

    documents, findings = translated("hl7-orders", lines)

    assert documents == translated("hl7-orders", clinic.order())[0]
    assert findings == ()


def test_appointment_has_time_place_staff_and_person_by_number() -> None:
    document = only(translated("hl7-siu", clinic.appointment()))

    assert document.key == ("RIVERSIDE", "A0001")
    assert document.payload == Appointment(
        "BOOKED",
        datetime(2026, 3, 1, 14, 30, tzinfo=UTC),
        datetime(2026, 3, 1, 15, 0, tzinfo=UTC),
        (Code("CPT", "99213"),),
        (Identifier("LOCATION", "ROOM2", "RIVER"),),
        (Identifier("STAFF", "N1001", "RIVER"),),
        Identifier("MRN", "0000001", "RIVER"),
        "V0000001",
    )


@pytest.mark.parametrize(
    ("event", "status", "function"),
    [
        ("S12", "BOOKED", "ORIGINAL"),
        ("S13", "MOVED", "CHANGE"),
        ("S14", "CHANGED", "CHANGE"),
        ("S15", "CANCELLED", "CANCEL"),
        ("S17", "CANCELLED", "CANCEL"),
        ("S26", "NO_SHOW", "STATUS"),
    ],
)
def test_event_says_what_becomes_of_an_appointment(event: str, status: str, function: str) -> None:
    document = only(translated("hl7-siu", clinic.appointment(event)))

    assert (appointment(clinic.appointment(event)).status, document.function) == (status, function)
    assert document.key == ("RIVERSIDE", "A0001")


@pytest.mark.parametrize(
    ("duration", "unit", "minutes"), [("90", "min", 90), ("2", "H", 120), ("1800", "s", 30)]
)
def test_end_is_start_and_duration_in_its_unit(duration: str, unit: str, minutes: int) -> None:
    lines = edited(edited(clinic.appointment(), "AIS", 7, duration), "AIS", 8, unit)

    one = appointment(lines)

    assert one.start is not None
    assert one.end is not None
    assert round((one.end - one.start).total_seconds() / 60) == minutes


@pytest.mark.parametrize("duration", ["0", "-5", "999999999"])
def test_duration_that_makes_no_sense_gives_no_end(duration: str) -> None:
    assert appointment(edited(clinic.appointment(), "AIS", 7, duration)).end is None


def test_duration_in_an_unknown_unit_gives_no_end() -> None:
    one = appointment(edited(clinic.appointment(), "AIS", 8, "QQ"))

    assert one.start is not None
    assert one.end is None


def test_times_of_the_schedule_give_way_to_those_of_the_service() -> None:
    lines = edited(clinic.appointment(), "SCH", 11, "^^^20260301080000^20260301083000")
    without = [line for line in lines if not line.startswith(("AIS", "AIL", "AIP"))]

    assert appointment(lines).start == datetime(2026, 3, 1, 14, 30, tzinfo=UTC)
    assert appointment(without).start == datetime(2026, 3, 1, 13, 0, tzinfo=UTC)
    assert appointment(without).end == datetime(2026, 3, 1, 13, 30, tzinfo=UTC)


def test_appointment_without_a_filler_is_known_by_its_placer() -> None:
    document = only(translated("hl7-siu", edited(clinic.appointment(), "SCH", 2, "")))

    assert document.key == ("RIVERSIDE", "P0001")


@pytest.mark.parametrize(
    ("control", "read"),
    [("NW", "NEW"), ("XO", "CHANGE"), ("CA", "CANCEL"), ("DC", "CANCEL"), ("SC", "OTHER")],
)
def test_order_control_says_what_is_wanted(control: str, read: str) -> None:
    # table 0119; what is none of new, change and cancel is for a person
    payload = only(translated("hl7-orders", clinic.order(control))).payload

    assert isinstance(payload, ServiceOrder)
    assert [one.control for one in payload.items] == [read, read]


def test_order_holds_services_numbers_and_priority() -> None:
    document = only(translated("hl7-orders", clinic.order()))

    assert document.key == ("RIVERSIDE", "O0001-1", "O0001-2", "ORMNW0001")
    assert isinstance(document.payload, ServiceOrder)
    first = document.payload.items[0]
    assert (first.placer, first.group, first.service) == ("O0001-1", "G1", Code("LN", "80601"))
    assert first.priority == "STAT"
    assert first.wanted_at == datetime(2026, 3, 2, 13, 0, tzinfo=UTC)
    assert (document.payload.visit, document.payload.account) == ("V0000001", "ACC000001")


def test_order_without_its_control_is_refused() -> None:
    found = translated("hl7-orders", edited(clinic.order(), "ORC", 1, ""))

    assert found[0] == ()
    assert rules(found) == ["map.required_missing"]


@pytest.mark.parametrize("event", ["OMS^O05", "OMN^O07"])
def test_supplies_are_lines_with_their_department(event: str) -> None:
    payload = only(translated("hl7-supplies", clinic.supplies(event))).payload

    assert isinstance(payload, SupplyRequest)
    second = payload.lines[1]
    assert (second.control, second.cost_centre, second.line.no) == ("NEW", "WARD3", "2")
    assert second.line.quantities == {"ORDERED": Quantity(Decimal(20), "XBX", "BX")}
    assert second.line.price == Money(Decimal("22.50"), "")
    assert [(one.scheme, one.value) for one in second.line.item.ids] == [
        ("BUYER", "INT002"),
        ("SELLER", "EXT002"),
        ("SELLER", "CAT002"),
    ]


def test_unknown_unit_of_a_supply_is_never_a_piece() -> None:
    found = translated("hl7-supplies", edited(clinic.supplies(), "RQD", 6, "QQ"))

    assert found[0] == ()
    assert rules(found) == ["map.unknown_unit"]


def test_dispense_is_what_was_handed_out() -> None:
    payload = only(translated("hl7-dispense", clinic.dispense())).payload

    assert isinstance(payload, SupplyRequest)
    (one,) = payload.lines
    assert one.line.quantities == {"SHIPPED": Quantity(Decimal(30), "C62", "EA")}
    assert one.line.item.ids == (Identifier("OTHER", "0093-0147", "NDC"),)


@pytest.mark.parametrize(
    ("event", "action"), [("P01", "OPEN"), ("P02", "PURGE"), ("P05", "CHANGE"), ("P06", "CLOSE")]
)
def test_event_says_what_becomes_of_an_account(event: str, action: str) -> None:
    document = only(translated("hl7-bar", clinic.account(event)))

    assert isinstance(document.payload, Account)
    assert document.payload.action == action
    assert document.key == ("RIVERSIDE", "ACC000001")


def test_account_has_its_payers_in_order() -> None:
    payload = only(translated("hl7-bar", clinic.account())).payload

    assert isinstance(payload, Account)
    assert [one.value for one in payload.payers] == ["NORTHWIND", "SOUTHWIND"]
    assert payload.guarantor == Identifier("GUARANTOR", "G000001")
    assert payload.period == Period(date(2026, 1, 1), date(2026, 1, 4))


def test_charge_master_has_price_validity_and_state() -> None:
    payload = only(translated("hl7-mfn", clinic.charges())).payload

    assert isinstance(payload, MasterData)
    added, ended = payload.entries
    assert (payload.file, payload.event) == ("CHARGE", "UPDATE")
    assert (added.action, added.key, added.active) == ("ADD", "99213", True)
    assert added.prices == {"CHARGE": Money(Decimal("120.50"), "USD")}
    assert added.effective == Period(date(2026, 2, 1), date(2026, 12, 31))
    assert (ended.action, ended.active) == ("DEACTIVATE", False)


def test_staff_entry_has_name_and_phone_at_work() -> None:
    payload = only(translated("hl7-mfn", clinic.staff())).payload

    assert isinstance(payload, MasterData)
    (one,) = payload.entries
    assert (one.name, one.phone, one.action) == ("Sample Nurse", "555 5550101", "UPDATE")


def test_item_entry_has_the_numbers_and_prices_of_all_sides() -> None:
    payload = only(translated("hl7-mfn", clinic.items())).payload

    assert isinstance(payload, MasterData)
    (one,) = payload.entries
    assert [(two.scheme, two.value) for two in one.ids] == [
        ("BUYER", "INT001"),
        ("MANUFACTURER", "MK-77"),
        ("SELLER", "CAT001"),
    ]
    assert {name: money.amount for name, money in one.prices.items()} == {
        "CHARGE": Decimal("18.40"),
        "PURCHASE": Decimal("16.10"),
    }


def test_master_file_that_replaces_says_so() -> None:
    # table 0178: REP is never an update
    payload = only(translated("hl7-mfn", edited(clinic.charges(), "MFI", 3, "REP"))).payload

    assert isinstance(payload, MasterData)
    assert payload.event == "REPLACE"


def test_stock_is_a_report_by_lot() -> None:
    document = only(translated("hl7-inventory", clinic.stock()))

    assert isinstance(document.payload, InventoryReport)
    assert document.payload.as_of == date(2026, 1, 2)
    (one,) = document.payload.lines
    assert one.lots == (Lot("LOT77", date(2027, 12, 31)),)
    assert one.line.quantities == {"ON_HAND": Quantity(Decimal(40), "XBX", "BX")}


def test_result_is_kept_and_nothing_of_it_is_read() -> None:
    document = only(translated("hl7-opaque", clinic.result()))

    assert document.payload == Opaque("ORU^R01")
    assert document.ext == {}
    assert document.key == ("RIVERSIDE", "ORU000001")


CANARIES = [
    "PD1|||CANARYX",
    "NK1|1|CANARYX^NAME",
    "NTE|1||CANARYX",
    "AL1|1|CANARYX",
    "DG1|1||CANARYX",
    "OBX|1|ST|1||CANARYX",
    "IN2|1|CANARYX",
    "PR1|1||CANARYX",
    "ZPI|1|CANARYX",
]


@pytest.mark.parametrize(
    ("name", "lines"),
    [
        ("hl7-siu", clinic.appointment()),
        ("hl7-orders", clinic.order()),
        ("hl7-supplies", clinic.supplies()),
        ("hl7-dispense", clinic.dispense()),
        ("hl7-bar", clinic.account()),
        ("hl7-opaque", clinic.result()),
    ],
    ids=lambda one: one if isinstance(one, str) else "",
)
def test_canary_in_any_segment_never_reaches_a_document(name: str, lines: list[str]) -> None:
    # docs/canonical.md, Minimisation; person() is called Canaryname
    texts = [line.replace("Sample", "CANARYX") for line in lines]
    everywhere = [line for text in texts for line in (text, *CANARIES)]

    documents, _ = translated(name, [texts[0], *everywhere[1 + len(CANARIES) :]])

    assert documents
    body = encode_compact(documents[0]).decode().lower()
    assert "canary" not in body
    assert "19800229" not in body
