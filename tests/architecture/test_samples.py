"""The samples show every rule, and no answer, ledger line or Odoo call repeats a person's name."""

import re
from pathlib import Path

import pytest

from acktrail.app.home import parser_files
from acktrail.app.registry import built_in
from acktrail.app.rules import all_rules
from acktrail.documents.kinds import HEALTH_KINDS
from tests.conftest import ROOT, SAMPLES

CANARY = "canaryname"
OWNED_KINDS = frozenset({"party"})  # contact data is what such a document is for
CODE = re.compile(r"\bcode=([a-z0-9_.]+)")  # of an exchange that is held before it is read further

# Rules that no sample can show, each with the test that does. A rule that gets a sample leaves.
SHOWN_BY_TESTS = {
    # no sample partner has a guide, directory, layout or option that leads to it
    "x12.hl.depth": "test_x12_hl_depth_is_found_once_where_levels_nest_deeper_than_the_cap",
    "x12.hl.number": "test_x12_hl_number_is_found_where_hl01_is_not_the_next_number",
    "edifact.group_missing": (
        "test_mandatory_group_that_is_missing_is_13_at_the_last_segment_before_it"
    ),
    "hl7.total_mismatch": "test_2_9_3_2_total_of_a_batch_is_the_sum_that_the_profile_names",
    "hl7.unknown_structure": "test_unknown_event_fails_only_where_the_profile_subscribed_to_it",
    "mt940.encoding": "test_declared_encoding_is_strict_else_cp1252_helps",
    "bai2.encoding": "test_text_in_another_encoding_than_declared_is_unusable",
    "camt.details_capped": ("test_batch_of_very_many_transactions_is_not_told_one_by_one"),
    "xml.schema_capped": "test_faults_are_capped_and_the_cap_is_told",
    "tabular.column_refused": "test_absurd_number_of_columns_is_one_finding",
    "post.option_missing": "test_order_without_a_way_to_products_is_refused",
    "post.kind_unrouted": "test_statement_without_a_bank_journal_is_not_routed",
    "ref.account_unknown": "test_remittance_without_accounts_names_each_missing_option",
    "post.route_denied": (
        "test_route_that_does_not_lead_to_the_model_or_company_denies_the_document"
    ),
    # without an Odoo nothing is matched: samples keep the searches
    "ref.order_unknown": "test_difference_between_document_and_order_is_a_persons",
    "ref.order_ambiguous": "test_order_number_that_two_orders_have_names_both",
    "ref.order_line_unknown": "test_difference_between_document_and_order_is_a_persons",
    "ref.order_line_ambiguous": (
        "test_line_whose_product_the_order_has_twice_is_found_by_its_place_or_not_at_all"
    ),
    "ref.receipt_unknown": "test_despatch_needs_the_one_open_receipt_of_its_order",
    "ref.receipt_ambiguous": "test_despatch_needs_the_one_open_receipt_of_its_order",
    "match.order_foreign": "test_order_of_another_supplier_or_state_is_not_touched",
    "match.order_closed": "test_order_of_another_supplier_or_state_is_not_touched",
    "match.quantity_differs": "test_difference_between_document_and_order_is_a_persons",
    "match.price_differs": "test_difference_between_document_and_order_is_a_persons",
    "match.unit_differs": "test_difference_between_document_and_order_is_a_persons",
    "match.not_accepted": "test_difference_between_document_and_order_is_a_persons",
    "match.field_asks": "test_field_that_asks_is_a_persons_when_odoo_has_another_value",
    # limits are far above any sample
    "x12.file.limit": "test_endless_segment_is_refused_at_the_cap",
    "map.too_many_parts": "test_more_parts_than_allowed_are_refused",
    "map.ext_full": "test_more_unmapped_elements_than_kept_are_said_once",
    # the readers find it first, or the file is held before it is read
    "mt940.empty": "test_fault_gives_its_finding",
    "mt940.truncated": "test_fault_gives_its_finding",
    "bai2.truncated": "test_fault_gives_its_finding",
    "tabular.trailer_missing": "test_broken_frame_refuses_the_file",
    "post.field_withheld": "test_field_that_a_record_needs_and_may_not_leave_refuses_the_document",
    "ref.party_ambiguous": "test_party_that_leads_to_two_contacts_is_refused_with_candidates",
    "ref.item_ambiguous": (
        "test_order_item_that_leads_to_no_product_or_to_two_is_refused_with_candidates"
    ),
    "ref.claim_unknown": "test_posting_whose_question_has_no_answer_or_several_is_refused",
    "ref.claim_ambiguous": "test_posting_whose_question_has_no_answer_or_several_is_refused",
    "post.negative_total": "test_invoice_with_a_negative_total_is_refused",
    "post.unbalanced": "test_remittance_835_payment_rule_when_broken_is_refused",
    # no sample partner routes a kind that maps make records of
    "post.value_missing": "test_record_without_its_key_or_a_required_value_is_refused",
    "ref.analytic_unknown": "test_analytic_account_that_odoo_lacks_refuses_the_document",
    "post.code_unknown": "test_code_that_the_table_of_a_cell_lacks_refuses_the_document",
    "ref.place_unknown": "test_place_of_a_record_is_the_one_that_the_places_table_has",
    "ref.record_ambiguous": (
        "test_master_article_whose_number_two_products_have_is_refused_with_candidates"
    ),
    # no format says what was billed of an invoice that is paid; without an Odoo none is matched
    "post.invoice_overpaid": (
        "test_trade_remittance_is_refused_when_more_is_settled_than_was_billed"
    ),
    "ref.invoice_unknown": "test_posting_whose_question_has_no_answer_or_several_is_refused",
    "ref.invoice_ambiguous": "test_posting_whose_question_has_no_answer_or_several_is_refused",
    "post.claim_unbalanced": "test_remittance_835_claim_rule_when_broken_is_refused",
}


def shown() -> set[str]:
    found: set[str] = set()
    for path in SAMPLES.glob("*/expected/findings.tsv"):
        found |= {line.split("\t")[2] for line in path.read_text("utf-8").splitlines()[1:]}
    for path in SAMPLES.glob("*/expected/ledger.txt"):
        found |= set(CODE.findall(path.read_text("utf-8")))
    return found


def test_every_rule_is_shown_by_a_sample_or_named_here() -> None:
    names = {rule.name for rule in all_rules(built_in(parser_files()))}

    assert sorted(names - shown() - SHOWN_BY_TESTS.keys()) == []


def test_exceptions_are_rules_that_no_sample_shows() -> None:
    names = {rule.name for rule in all_rules(built_in(parser_files()))}

    assert sorted(SHOWN_BY_TESTS.keys() & shown()) == []
    assert sorted(SHOWN_BY_TESTS.keys() - names) == []


def test_tests_that_stand_in_for_samples_exist() -> None:
    text = "".join(path.read_text("utf-8") for path in (ROOT / "tests" / "unit").rglob("*.py"))

    assert [one for one in SHOWN_BY_TESTS.values() if f"def {one}(" not in text] == []


def leaks() -> list[Path]:
    """Return every expected file in which no person may be named."""
    told = [SAMPLES.glob(f"*/expected/{name}") for name in ("findings.tsv", "ledger.txt")]
    told += [SAMPLES.glob("*/expected/odoo/*"), SAMPLES.glob("*/expected/outbound/[!2]*")]
    health = HEALTH_KINDS - OWNED_KINDS
    told += [SAMPLES.glob(f"*/expected/documents/*.{kind}.json") for kind in sorted(health)]
    return sorted(path for paths in told for path in paths)


@pytest.mark.parametrize("path", leaks(), ids=lambda path: str(path.relative_to(SAMPLES)))
def test_nothing_that_leaves_or_is_kept_names_a_person(path: Path) -> None:
    assert CANARY not in path.read_bytes().decode("latin-1").lower()


@pytest.mark.parametrize(
    "path", sorted(SAMPLES.glob("*/expected/outbound/2*")), ids=lambda path: path.parts[-4]
)
def test_277ca_names_a_person_only_where_its_guide_asks_for_the_name(path: Path) -> None:
    """005010X214, 2100D NM103: required, the patient of the claim that is answered."""
    named = [text for text in path.read_text("ascii").split("~") if CANARY in text.lower()]

    assert path.name.startswith("277CA_")
    assert named
    assert [text for text in named if not text.startswith("NM1*QC*1*")] == []


def test_the_canary_is_in_what_came_in() -> None:
    holding = [p for p in SAMPLES.glob("*/inbound/*") if CANARY in p.read_text("latin-1").lower()]

    assert len(holding) > len(HEALTH_KINDS)
