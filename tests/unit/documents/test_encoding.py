from datetime import UTC, date, datetime
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from acktrail.documents.encoding import (
    decode_document,
    decode_result,
    encode,
    encode_compact,
)
from acktrail.documents.kinds import PAYLOADS, Document, Opaque, PartyUpdate
from acktrail.documents.parts import CLEAR, Clear, Money, Party
from acktrail.documents.value import replace
from acktrail.errors import SetupError
from acktrail.model import ReadResult

TEXT = st.text(max_size=12)
DECIMALS = st.decimals(allow_nan=False, allow_infinity=False, places=2)
st.register_type_strategy(Decimal, DECIMALS)
st.register_type_strategy(
    datetime,
    st.datetimes(datetime(1980, 1, 1), datetime(2100, 1, 1)).map(  # noqa: DTZ001 - zoned in map
        lambda at: at.replace(tzinfo=UTC)
    ),
)
st.register_type_strategy(date, st.dates())
st.register_type_strategy(str, TEXT)
st.register_type_strategy(Clear, st.just(CLEAR))


def documents(kind: str) -> st.SearchStrategy[Document]:
    return st.builds(Document, kind=st.just(kind), payload=st.builds(PAYLOADS[kind]))


@given(st.sampled_from(sorted(PAYLOADS)).flatmap(documents))
def test_document_of_any_kind_is_read_back_as_it_was(document: Document) -> None:
    assert decode_document(encode_compact(document)) == document
    assert decode_document(encode(document)) == document


@given(st.from_type(ReadResult))
def test_read_result_is_read_back_as_it_was(result: ReadResult) -> None:
    assert decode_result(encode_compact(result)) == result


@given(documents("remittance"))
def test_equal_documents_have_equal_bytes_whatever_the_order_of_their_tables(
    document: Document,
) -> None:
    backwards = replace(
        document,
        terms=dict(reversed(document.terms.items())),
        ext=dict(reversed(document.ext.items())),
    )

    assert encode(backwards) == encode(document)


@pytest.mark.parametrize("text", ["0", "-0.10", "1E+3", "120.50", "0.000", "999999999999.99"])
def test_amount_keeps_its_scale_and_is_written_as_text(text: str) -> None:
    body = encode_compact(Money(Decimal(text), "USD"))

    assert body == f'["{Decimal(text)}","USD"]'.encode()


def test_field_that_was_not_sent_and_one_to_be_emptied_stay_different() -> None:
    payload = PartyUpdate("UPDATE", "PATIENT", city=CLEAR, street=None, phone="")
    document = Document("party", "1", ("1",), payload)

    back = decode_document(encode_compact(document)).payload

    assert isinstance(back, PartyUpdate)
    assert (back.city, back.street, back.phone) == (CLEAR, None, "")


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"{}",
        b"[]",
        b'{"kind":"Canarykind"}',
        b'{"kind":"opaque","id":"1","key":[],"payload":{"type":"t"},"Canaryfield":1}',
        b'{"kind":"opaque","id":"1","key":[],"payload":{"type":"Canaryname"},"issued":"Canary"}',
        b'{"kind":"remittance","id":"1","key":[],"payload":{"type":"Canaryname"}}',
    ],
)
def test_document_of_another_version_is_refused_without_its_values(body: bytes) -> None:
    with pytest.raises(SetupError) as caught:
        decode_document(body)

    assert "Canary" not in str(caught.value)
    assert caught.value.__suppress_context__


@pytest.mark.parametrize("body", [b"", b"{}", b'{"format":1}', b'{"format":"x","usable":"Canary"}'])
def test_read_result_of_another_version_is_refused_without_its_values(body: bytes) -> None:
    with pytest.raises(SetupError) as caught:
        decode_result(body)

    assert "Canary" not in str(caught.value)


def test_party_is_found_in_the_order_the_roles_are_asked_for() -> None:
    payer, buyer = Party("PAYER"), Party("BUYER")
    document = Document("opaque", "1", (), Opaque("t"), parties=(buyer, payer))

    assert document.party("PAYER", "BUYER") is payer
    assert document.party("SELLER", "BUYER") is buyer
    assert document.party("SELLER") is None
