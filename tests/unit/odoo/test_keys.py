import pytest
from hypothesis import given
from hypothesis import strategies as st

from acktrail.errors import SetupError
from acktrail.odoo.keys import Space, external_id, pseudonym, slug_of

SPACE = Space("acme", 1, "acme")
PARTS = st.lists(st.text(max_size=8), min_size=1, max_size=3).map(tuple)


def test_external_id_has_slug_doctype_and_32_hex_digits() -> None:
    found = external_id(SPACE, "invoice", ("A", "1"))

    assert found == "acktrail_acme.invoice_" + found[-32:]
    assert set(found[-32:]) <= set("0123456789abcdef")


def test_external_id_never_changes_between_releases() -> None:
    expected = "acktrail_acme.invoice_626723ce3263aee89edc6aa50449baaf"

    assert external_id(SPACE, "invoice", ("A", "1")) == expected


@given(PARTS, PARTS)
def test_external_id_of_different_keys_differs(one: tuple[str, ...], two: tuple[str, ...]) -> None:
    same = external_id(SPACE, "x", one) == external_id(SPACE, "x", two)

    assert same == (one == two)


def test_external_id_of_another_company_or_partner_differs() -> None:
    spaces = (SPACE, Space("acme", 2, "acme"), Space("acme", 1, "other"))

    assert len({external_id(one, "x", ("1",)) for one in spaces}) == len(spaces)


@pytest.mark.parametrize("slug", ["", "a.b", "A", "a" * 41, "a b", "a\n"])
def test_external_id_of_an_unusable_slug_is_refused(slug: str) -> None:
    with pytest.raises(SetupError):
        external_id(Space(slug, 1, "x"), "x", ())


def test_slug_of_a_partner_keeps_what_an_external_id_may_hold() -> None:
    assert slug_of("Acme-East.2") == "acme_east_2"


def test_pseudonym_without_a_secret_is_refused() -> None:
    with pytest.raises(SetupError):
        pseudonym(("HOSP", "1"), b"")


def test_pseudonym_of_another_secret_differs() -> None:
    first, second = (pseudonym(("HOSP", "1"), secret) for secret in (b"a", b"b"))

    assert first != second
    assert len(first) == len(second) == 12
