"""What an answer of ``load`` means; the messages were recorded from Odoo 19.0."""

import pytest

from acktrail.errors import DeniedError
from acktrail.odoo.client import Answer, Done, Doubt, Fault, Faults, Lost, load
from tests.unit.odoo.scripted import Body, Scripted, loaded, refused

DATE = "'2026-02-31' does not seem to be a valid date for field 'Invoice/Bill Date'"
REFERENCE = "No matching record found for external id 'account.1_nope' in field 'Journal'"
ECHO = (  # of Odoo 14.0, after "could not serialize access", which it does not say
    'new row for relation "account_move_line" violates check constraint'
    ' "account_move_line_check_accountable_required_fields"\nDETAIL:  Failing row contains (1)'
)
DENIED = (
    "You are not allowed to create 'Journal Entry' (account.move) records.\n\n"
    "This operation is allowed for the following groups:\n\t- Accounting/Invoicing"
)


def ask(answer: Answer, count: int = 1, *, allowed: bool = True) -> Done | Lost | Doubt | Faults:
    def play(_: str, method: str, __: Body) -> Answer:
        return Done(allowed) if method == "has_access" else answer

    return load(Scripted(play), "account.move", {}, count)


def test_load_with_one_id_a_record_is_done() -> None:
    assert ask(loaded([7, 8]), 2) == Done([7, 8])


def test_load_with_fewer_ids_than_records_is_a_doubt() -> None:
    assert ask(loaded([7]), 2) == Doubt(Fault("odoo.id_count"))


def test_load_with_a_conversion_error_is_final_for_the_named_record() -> None:
    found = ask(refused({"record": 3, "field": "invoice_date", "message": DATE}))

    assert isinstance(found, Faults)
    assert found.rows[3].error_class == "odoo.date"
    assert found.rows[3].field == "invoice_date"


def test_load_names_the_conversion_error_whatever_a_race_left_of_the_record() -> None:
    date = {"record": 1, "field": "invoice_date", "message": DATE}
    echoes = [{"record": at, "message": ECHO} for at in range(3)]

    found = ask(refused(date, *echoes), 3)

    assert isinstance(found, Faults)
    assert {at: (one.error_class, one.field) for at, one in found.rows.items()} == {
        1: ("odoo.date", "invoice_date")
    }


def test_load_that_may_be_a_races_echo_is_a_doubt_that_says_so() -> None:
    echo, other = (ask(refused({"record": 0, "message": text})) for text in (ECHO, "no"))

    assert isinstance(echo, Doubt)
    assert isinstance(other, Doubt)
    assert (echo.echo, other.echo) == (True, False)


def test_load_with_a_missing_reference_names_its_model() -> None:
    more = {"res_model": "ir.model.data", "domain": [["model", "=", "account.journal"]]}
    message = {"record": 0, "field": "journal_id", "message": REFERENCE, "moreinfo": more}

    found = ask(refused(message))

    assert isinstance(found, Faults)
    assert found.rows[0].target == "account.journal"


def test_load_with_a_message_of_the_orm_is_a_doubt() -> None:
    found = ask(refused({"record": 1, "message": "The entry is not balanced."}))

    assert isinstance(found, Doubt)
    assert found.rows[1].error_class == "odoo.unbalanced"


@pytest.mark.parametrize("text", ["could not serialize access due to x", "deadlock detected"])
def test_load_that_lost_a_race_is_unknown(text: str) -> None:
    assert ask(refused({"record": 0, "message": text})) == Lost("race")


def test_load_where_a_document_quotes_a_race_is_still_refused() -> None:
    text = "'deadlock detected' does not seem to be a number for field 'x'"

    assert isinstance(ask(refused({"record": 0, "field": "x", "message": text})), Faults)


def test_load_without_the_right_is_denied_after_asking_for_it() -> None:
    with pytest.raises(DeniedError, match=r"account\.move"):
        ask(refused({"record": 0, "message": DENIED}), allowed=False)


def test_load_whose_text_only_looks_like_a_missing_right_stops_nobody() -> None:
    assert isinstance(ask(refused({"record": 0, "message": DENIED}), allowed=True), Doubt)


def test_fault_of_a_message_keeps_no_word_of_it() -> None:
    text = "'CANARYVALUE' does not seem to be a valid date for field 'Date'"

    assert "CANARY" not in repr(ask(refused({"record": 0, "field": "date", "message": text})))


def test_load_without_the_right_on_odoo_14_names_the_exception_first() -> None:
    text = f"Unknown error during import: <class 'odoo.exceptions.AccessError'>: {DENIED}"

    with pytest.raises(DeniedError, match=r"account\.move"):
        ask(refused({"record": 0, "message": text}), allowed=False)
