"""DFT and ADT; rules: HL7 2.5.1 chapters 3 and 6, docs/canonical.md."""

from collections.abc import Mapping
from datetime import UTC, date, datetime
from decimal import Decimal

import pytest

from acktrail.documents.kinds import Charge, ChargeLine, Document, PartyUpdate
from acktrail.documents.parts import CLEAR, Code, Identifier, Money
from acktrail.model import Finding, MessageHead
from tests.unit.translate.running import mapped, only, rules, run

MSH = r"MSH|^~\&|BILL|HOSP^1.2^ISO|ODOO|HUB|20260102030405+0100||DFT^P03^DFT_P03|C1|P|2.5.1"
PID = "PID|1||11^^^LAB^MR~22^^^HOSP^MR~999-99-0001^^^SSA^SS||Canary^Jane|||||||||||||ACC1"
PV1 = "PV1|1|O|||||||||||||||||V1^^^HOSP^VN"
FT1 = "FT1|1|T1||20260101120000|20260102|CG|99201^Text^C4|||2|100.50&USD|50.25&USD|CARD^C|PLAN1"
DFT = f"{MSH}\nEVN|P03|20260102\n{PID}\n{PV1}\n{FT1}\nDG1|1||E11.9\nGT1|1|G1^^^REG\nIN1|1|P|PAY1"


def charge(
    text: str = DFT, options: Mapping[str, object] | None = None
) -> tuple[tuple[Document, ...], tuple[Finding, ...]]:
    return run(
        mapped("hl7-dft", options), text, "hl7", MessageHead("hl7", "DFT^P03", "2.5.1", "C1")
    )


def payload(document: Document) -> Charge:
    assert isinstance(document.payload, Charge)
    return document.payload


def test_charge_is_read_with_visit_account_and_line() -> None:
    document = only(charge())

    assert document.key == ("HOSP", "V1", "T1")
    assert document.currency == "USD"
    assert payload(document) == Charge(
        "V1",
        "ACC1",
        None,
        (
            ChargeLine(
                "T1",
                "CHARGE",
                Code("C4", "99201"),
                date(2026, 1, 1),
                date(2026, 1, 2),
                Decimal(2),
                Money(Decimal("50.25"), "USD"),
                Money(Decimal("100.50"), "USD"),
                "CARD",
                "PLAN1",
            ),
        ),
    )


@pytest.mark.parametrize(
    ("sent", "type_"),
    [
        ("CG", "CHARGE"),
        ("CD", "CREDIT"),
        ("AJ", "ADJUSTMENT"),
        ("CO", "ADJUSTMENT"),
        ("PY", "PAYMENT"),
    ],
)
def test_transaction_type_of_table_0017_decides_the_line(sent: str, type_: str) -> None:
    document = only(charge(DFT.replace("|CG|", f"|{sent}|")))

    assert payload(document).lines[0].type == type_


@pytest.mark.parametrize(
    ("sent", "rule", "code"),
    [("XX", "map.unknown_code", "103"), ("", "map.required_missing", "101")],
)
def test_transaction_type_that_is_unknown_or_empty_is_refused(
    sent: str, rule: str, code: str
) -> None:
    """FT1-6: 0357 code 103 table value not found, 101 required field missing."""
    documents, findings = charge(DFT.replace("|CG|", f"|{sent}|"))

    assert documents == ()
    assert (rule, code) in [(one.rule, one.code) for one in findings]


@pytest.mark.parametrize(
    ("bill_to", "wanted"),
    [
        ("payer", Identifier("PAYER_ID", "PAY1")),
        ("guarantor", Identifier("GUARANTOR", "G1", "REG")),
        ("patient", Identifier("MRN", "22", "HOSP")),
    ],
)
def test_who_is_billed_is_the_profiles_choice(bill_to: str, wanted: Identifier) -> None:
    document = only(charge(options={"bill_to": bill_to, "authority": "HOSP"}))

    assert payload(document).bill_to == wanted


def test_first_insurance_is_billed_and_a_second_is_not() -> None:
    document = only(charge(DFT + "\nIN1|2|P|PAY2", {"bill_to": "payer"}))

    assert payload(document).bill_to == Identifier("PAYER_ID", "PAY1")


def test_quantity_is_one_only_if_the_profile_says_so() -> None:
    text = DFT.replace("|||2|100.50&USD|50.25&USD", "||||50.25&USD|50.25&USD")

    assert rules(charge(text)) == ["map.required_missing"]
    document = only(charge(text, {"default_quantity": True}))
    assert payload(document).lines[0].quantity == 1


def test_currency_in_the_second_component_is_taken_with_a_warning() -> None:
    documents, findings = charge(DFT.replace("100.50&USD", "100.50^EUR"))

    assert {one.rule for one in findings} == {"map.currency_component"}
    amount = payload(documents[0]).lines[0].amount
    assert amount == Money(Decimal("100.50"), "EUR")


def test_price_type_of_cp_is_no_currency() -> None:
    """CP.2 is a price type of table 0205: UP, TP."""
    document = only(charge(DFT.replace("100.50&USD", "100.50^TP"), {"currency": "EUR"}))

    assert payload(document).lines[0].amount == Money(Decimal("100.50"), "")


def test_procedure_is_billed_where_no_charge_code_was_sent() -> None:
    text = DFT.replace("99201^Text^C4", "").replace("PLAN1", "PLAN1" + "|" * 11 + "77^x^HCPCS")

    assert payload(only(charge(text))).lines[0].code == Code("HCPCS", "77")


def test_key_of_lines_without_a_number_is_the_message() -> None:
    assert only(charge(DFT.replace("|T1|", "||"))).key == ("HOSP", "V1", "C1")


def test_account_stands_in_for_a_missing_visit() -> None:
    document = only(charge(DFT.replace(PV1 + "\n", "")))

    assert document.key == ("HOSP", "ACC1", "T1")


def test_charge_without_visit_and_account_is_refused() -> None:
    text = DFT.replace(PV1 + "\n", "").replace("ACC1", "")

    assert rules(charge(text)) == ["map.required_missing"]


def test_extended_amount_that_is_not_quantity_times_price_is_found_at_the_line() -> None:
    found = charge(DFT.replace("100.50&USD", "100.51&USD"))[1]

    assert [(one.rule, one.place.segment, one.place.position) for one in found] == [
        ("sum.dft_line", "FT1", 5)
    ]


def test_segment_that_nobody_knows_is_named_without_its_content() -> None:
    document = only(charge(DFT + "\nZPI|1|Canary"))

    assert document.ext == {"ZPI": ""}


ADT_PID = (
    "PID|1||11^^^LAB^MR~22^^^HOSP&1.2&ISO^MR~999-99-0001^^^SSA^SS"
    "||Alias^X^^^^^A~Testperson^Jane^Q^^Ms^^L||19800215|F||2106-3"
    "|Work 1^^Town^^1^^B~12 Main St^Apt 4^Springfield^IL^62701^USA^H|"
    "|^PRN^PH^^1^555^5551212~^NET^Internet^jane@testperson.example||eng^English|M|CAT|ACC|999990001"
)


def person(
    text: str, type_: str = "ADT^A08", options: Mapping[str, object] | None = None
) -> tuple[tuple[Document, ...], tuple[Finding, ...]]:
    head = MessageHead("hl7", type_, "2.5.1", "C1")
    return run(mapped("hl7-adt", options or {"authority": "HOSP"}), text, "hl7", head)


def update(document: Document) -> PartyUpdate:
    assert isinstance(document.payload, PartyUpdate)
    return document.payload


def test_patient_is_read_by_the_authority_with_contact_data_only() -> None:
    document = only(person(MSH + "\nEVN|A08|20260102030405\n" + ADT_PID))

    assert document.key == ("HOSP", "22")
    assert document.parties[0].ids == (Identifier("MRN", "22", "HOSP"),)
    assert update(document) == PartyUpdate(
        action="UPDATE",
        role="PATIENT",
        event_at=datetime(2026, 1, 2, 2, 4, 5, tzinfo=UTC),  # by the offset of MSH-7
        name="Jane Q Testperson",
        street="12 Main St",
        street2="Apt 4",
        city="Springfield",
        postcode="62701",
        region="IL",
        country="USA",
        phone="1 555 5551212",
        email="jane@testperson.example",
        language="eng",
    )


@pytest.mark.parametrize(
    ("event", "action"),
    [
        ("A01", "ADD"),
        ("A04", "ADD"),
        ("A05", "ADD"),
        ("A28", "ADD"),
        ("A08", "UPDATE"),
        ("A31", "UPDATE"),
        *((f"A{number}", "MERGE") for number in (18, 30, 34, 35, 36, *range(39, 52))),
        ("A23", "REMOVE"),
        ("A29", "REMOVE"),
    ],
)
def test_event_decides_the_action(event: str, action: str) -> None:
    assert update(only(person(ADT_PID, f"ADT^{event}"))).action == action


def test_three_states_of_a_field_are_kept_apart() -> None:
    """HL7 chapter 2: populated, not sent, and the delete indicator."""
    document = only(person('PID|1||22^^^HOSP^MR||A^B||||||""||^^PH^^^^555'))

    assert (update(document).street, update(document).city) == (CLEAR, CLEAR)
    assert update(document).phone == "555"
    assert update(document).email is None


def test_name_is_never_cleared() -> None:
    assert update(only(person('PID|1||22^^^HOSP^MR||""'))).name is None


def test_merge_names_the_record_that_is_given_up() -> None:
    document = only(person(ADT_PID + "\nMRG|33^^^HOSP^MR", "ADT^A40"))

    assert update(document).merged_from == (Identifier("MRN", "33", "HOSP"),)


def test_record_numbers_of_two_authorities_need_the_profile_to_choose() -> None:
    result = person(ADT_PID, options={"bill_to": "payer"})

    assert rules(result) == ["map.two_candidates"]
    assert result[0] == ()


def test_message_without_a_record_number_of_the_authority_is_refused() -> None:
    assert rules(person(ADT_PID, options={"authority": "ELSE"})) == ["map.required_missing"]


def test_second_patient_in_one_message_is_refused() -> None:
    assert "map.two_candidates" in rules(person(ADT_PID + "\nPID|2||44^^^HOSP^MR||C^D", "ADT^A40"))
