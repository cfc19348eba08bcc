"""What is written of a document is read back as the same document, and passes our own guides."""

from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from acktrail.documents.kinds import Document, Trade
from acktrail.documents.supply import DespatchAdvice
from acktrail.documents.value import replace
from acktrail.errors import UnwritableError
from acktrail.formats.delimited import Marks
from acktrail.formats.x12.segment import SetSegment
from acktrail.formats.x12.write import Style
from acktrail.model import MessageHead
from acktrail.translate.outbound.codes import Codes
from acktrail.translate.outbound.interchange import Facts, interchange
from tests.generators import supply
from tests.unit.translate.running import mapped
from tests.unit.x12.reading import FORMAT, Folder, events_of

CODES = Codes(Folder())
AT = datetime(2026, 3, 15, 12, 45, tzinfo=UTC)
STYLES = (Style(), Style(Marks("|", ">", "^", "~"), "\r\n"))  # few: a guide is compiled for each
OFF = dict.fromkeys(("ord_total", "inv_total", "line_amount"), "off")  # the amounts are any
MAPS = {
    "order": "x12-850",
    "order_response": "x12-855",
    "despatch_advice": "x12-856",
    "invoice": "x12-810",
    "credit_note": "x12-810",
}


def facts(version: str = "004010") -> Facts:
    return Facts(("01", "060000001"), ("01", "060000000"), "WE", "THEY", AT, "T", version)


def written(document: Document, style: Style = STYLES[0], version: str = "004010") -> bytes:
    return interchange([document], facts(version), 17, style, (FORMAT, CODES))


TRANSLATORS = {kind: mapped(name, checks=OFF) for kind, name in MAPS.items()}


def read_back(data: bytes, kind: str) -> Document:
    translator = TRANSLATORS[kind]
    translator.start(MessageHead("x12", "", "", "1"))
    for event in events_of(data):
        if isinstance(event, SetSegment):
            translator.segment(event)
    documents, findings = translator.finish()
    assert [one.rule for one in findings if one.rule != "map.check_digit"] == []
    (document,) = documents
    return document


def same(document: Document) -> Document:
    """Return what has to be equal: what is unmapped and the key are not the document's own."""
    return replace(document, ext={}, key=())


def in_order(document: Document) -> Document:
    """Return a despatch whose lines and packages stand as no tree asks for another order."""
    payload = document.payload
    assert isinstance(payload, DespatchAdvice)
    made = DespatchAdvice(
        tuple(sorted(payload.lines, key=lambda one: one.line.no)),
        tuple(sorted(payload.packages, key=lambda one: one.no)),
    )
    return replace(document, payload=made)


@given(
    st.one_of(supply.orders(), supply.order_answers(), supply.invoices()),
    st.sampled_from(STYLES),
    st.sampled_from(("004010", "005010")),
)
def test_document_that_is_written_is_read_back(
    document: Document, style: Style, version: str
) -> None:
    data = written(document, style, version)

    assert same(read_back(data, document.kind)) == same(document)
    assert written(document, style, version) == data


@given(supply.despatches(), st.sampled_from(STYLES), st.sampled_from(("004010", "005010")))
def test_despatch_that_is_written_is_read_back_with_its_tree(
    document: Document, style: Style, version: str
) -> None:
    back = read_back(written(document, style, version), document.kind)

    assert same(in_order(back)) == same(in_order(document))


@given(supply.orders(), st.sampled_from("*~:^"))
def test_delimiter_in_a_value_is_refused_and_never_shown(document: Document, mark: str) -> None:
    forged = replace(document, id=f"CANARY{mark}1")

    with pytest.raises(UnwritableError) as caught:
        written(forged, version="005010")
    assert "CANARY" not in str(caught.value)


@given(supply.orders(), st.text(st.characters(min_codepoint=0x80), min_size=1, max_size=5))
def test_character_that_is_no_x12_is_refused(document: Document, odd: str) -> None:
    with pytest.raises(UnwritableError):
        written(replace(document, id=f"A{odd}"))


@pytest.mark.parametrize("change", [{"id": "X" * 23}, {"id": ""}, {"type_code": "SAX"}])
def test_what_our_own_guide_finds_is_refused_by_its_rule(change: dict[str, str]) -> None:
    document = Document("order", "PO1", (), Trade(), issued=AT.date(), currency="USD")

    with pytest.raises(UnwritableError, match=r"x12\.element"):
        written(replace(document, **change))
