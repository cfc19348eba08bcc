"""Public statements: a verdict for each file, and balances that agree or a finding that says not.

Most of these files are shortened examples of one field: that they are refused is right.
"""

from collections.abc import Callable, Sequence
from decimal import Decimal
from pathlib import Path

import pytest

from acktrail.documents.kinds import BankStatement, Document
from acktrail.errors import PartnerError
from acktrail.formats.bank import Bank
from acktrail.formats.xml import Xml
from acktrail.ports import (
    DataFiles,
    Event,
    FileFinding,
    Format,
    GroupEnd,
    InterchangeEnd,
    MessageEnd,
    MessageStart,
)
from acktrail.translate.bank import StatementTranslator
from tests.conftest import CORPORA
from tests.generators import tabular as make

FORMATS: dict[str, Callable[[DataFiles], Format]] = {".sta": Bank, ".bai2": Bank, ".xml": Xml}
FILES = {
    f"{path.parent.name}/{path.name}".removeprefix("data/"): path
    for path in sorted((CORPORA / "bank").rglob("*"))
    if path.suffix in FORMATS
}
ENVELOPE = FileFinding | GroupEnd | InterchangeEnd
# The verdict of each file and what is found in it; what stands not here is accepted as it is.
VERDICTS = {
    "betterplace/amount_formats.sta": "unusable mt940.tag_missing mt940.truncated",
    "betterplace/currency_in_25.sta": "unusable mt940.empty",
    "betterplace/empty_86.sta": "unusable mt940.empty",
    "betterplace/empty_entry_date.sta": "unusable mt940.outside_statement",
    "betterplace/empty_line.sta": "unusable mt940.empty",
    "betterplace/missing_crlf_at_end.sta": "unusable mt940.outside_statement",
    "betterplace/sepa_snippet.sta": "partially_accepted mt940.balance",
    "betterplace/sepa_snippet_broken.sta": "rejected mt940.balance",
    "cmxl/account_balance_credit.sta": "unusable mt940.tag_missing mt940.truncated",
    "cmxl/account_balance_debit.sta": "unusable mt940.tag_missing mt940.truncated",
    "cmxl/account_identification_iban.sta": "unusable mt940.empty",
    "cmxl/account_identification_legacy.sta": "unusable mt940.empty",
    "cmxl/available_balance.sta": "unusable mt940.empty",
    "cmxl/closing_balance.sta": "unusable mt940.outside_statement",
    "cmxl/reference.sta": "unusable mt940.empty",
    "cmxl/statement_details.sta": "unusable mt940.outside_statement",
    "cmxl/statement_line.sta": "unusable mt940.outside_statement",
    "cmxl/statement_number.sta": "unusable mt940.empty",
    "jejik/abnamro.sta": "rejected mt940.balance mt940.incomplete mt940.text_outside",
    "jejik/ing.sta": "rejected mt940.balance mt940.text_outside",
    "jejik/knab.sta": "partially_accepted mt940.balance",
    "jejik/postfinance.sta": "rejected mt940.balance",
    "jejik/rabobank-iban.sta": "accepted mt940.text_outside",
    "jejik/rabobank.sta": "partially_accepted mt940.balance mt940.text_outside",
    "jejik/triodos.sta": "rejected mt940.balance",
    "mBank/mt942.sta": "accepted mt940.interim",
    "mBank/with_newline_in_tnr.sta": "rejected mt940.balance",
    "self-provided/details_60-63.sta": "rejected mt940.balance",
    "self-provided/empty_non_swift.sta": "unusable mt940.empty",
    "self-provided/february_30.sta": "accepted mt940.value_date",
    "self-provided/gv_codes.sta": "unusable mt940.truncated",
    "self-provided/invalid_statement.sta": "unusable mt940.empty mt940.text_outside",
    "self-provided/malformed_details.sta": "rejected mt940.balance",
    "self-provided/mt942.sta": "accepted mt940.interim",
    "self-provided/overly_long_details.sta": "rejected mt940.balance",
    "self-provided/raiffeisen-cmi.sta": "rejected mt940.balance mt940.control_character",
    "self-provided/raphaelm.sta": "rejected mt940.balance_form",
    "self-provided/sparkassen.sta": "unusable mt940.outside_statement",
    "self-provided/transaction_details_wrapped.sta": "accepted mt940.value_date",
    "self-provided/whitespace.sta": "rejected mt940.balance",
    "self-provided/wrapped_timestamp.sta": "accepted mt940.value_date",
    "camt052.v1.xml": "rejected camt.account_missing camt.informs camt.version_unknown",
    "camt052.v2.other-account.xml": "rejected camt.batch camt.informs",
    "camt052.v2.with-account-name.xml": "accepted camt.informs",
    "camt052.v2.xml": "rejected camt.batch camt.informs",
    "camt052.v4.xml": "accepted camt.informs camt.status",
    "camt052.v6.Amt-zero.xml": "accepted camt.informs camt.status",
    "camt052.v6.xml": "accepted camt.informs camt.status",
    "camt052.v8.xml": "accepted camt.informs",
    "camt053.v2.all-balance-types.xml": "rejected camt.balance",
    "camt053.v2.five.decimals.xml": "rejected camt.balance",
    "camt053.v2.minimal.ultimate.xml": "rejected camt.currency",
    "camt053.v2.minimal.xml": "rejected camt.currency",
    "camt053.v2.with-account-name.xml": "rejected camt.balance_missing",
    "camt053.v2.with-party-ids.xml": "rejected camt.currency",
    "camt053.v2.wrong.xml": "unusable camt.no_statement",
    "camt053.v3.xml": "rejected camt.currency",
    "camt053.v4.xml": "rejected camt.currency camt.page",
    "camt053.v8.xml": "rejected camt.currency camt.page",
    "camt054.v2.with-account-name.xml": "accepted camt.informs",
    "camt054.v2.xml": "accepted camt.informs",
    "camt054.v4.xml": "rejected camt.batch camt.informs",
    "camt054.v8-with-UETR.xml": "accepted camt.informs",
    "camt054.v8-with-financial-institution.xml": "accepted camt.informs",
    "camt054.v8.xml": "rejected camt.batch camt.informs",
    "camt53.only-Dt-with-DtTm.xml": "rejected camt.balance_missing",
    "account_trailer_amount_blank_example.bai2": "accepted bai2.informs",
    "citi_example.bai2": "rejected bai2.balance",
}
pytestmark = pytest.mark.skipif(not FILES, reason="the sample files of others are not here")


def verdict(path: Path) -> tuple[str, list[Event]]:
    """Return verdict and findings of a file as one text, and its events."""
    format_ = FORMATS[path.suffix](make.Layouts())
    try:
        events = make.read(format_.reader({}), path.read_bytes())
    except PartnerError as error:
        return f"refused {error.code}", []
    result = make.result_of(format_.name, events)
    told = str(result.verdict) if result.usable else "unusable"
    return " ".join([told, *sorted(set(make.names(events)))]), events


def documents(events: Sequence[Event]) -> list[Document]:
    """Return the documents of messages that are accepted."""
    translator, built = StatementTranslator(), list[Document]()
    for event in events:
        if isinstance(event, MessageStart):
            translator.start(event.head)
        elif isinstance(event, MessageEnd):
            found, _ = translator.finish()
            built += found if event.result.verdict == "accepted" else ()
        elif not isinstance(event, ENVELOPE):
            translator.segment(event)
    return built


@pytest.mark.parametrize("name", FILES)
def test_public_statement_has_its_verdict_and_agrees_with_its_balances(name: str) -> None:
    told, events = verdict(FILES[name])

    assert told == VERDICTS.get(name, "accepted")
    for document in documents(events):
        statement = document.payload
        assert isinstance(statement, BankStatement)
        moved = sum((one.amount.amount for one in statement.entries), Decimal(0))
        assert statement.opening.amount + moved == statement.closing.amount


def test_every_file_of_the_table_is_there() -> None:
    assert sorted(VERDICTS.keys() - FILES.keys()) == []
