import pytest

from acktrail.errors import ProfileError
from acktrail.odoo.options import NewPartner, OdooOptions
from tests.unit.odoo import samples


def test_options_of_an_empty_table_keep_calls_and_send_none() -> None:
    options = OdooOptions.from_table({})

    assert options.target == "journal"
    assert not options.post
    assert options.sale_journal == "account.1_sale"


def test_options_of_another_company_have_its_journals() -> None:
    assert OdooOptions.from_table({"company": 3}).purchase_journal == "account.3_purchase"


def test_options_partner_table_is_a_record_to_be_made() -> None:
    made = samples.options().partner

    assert made == NewPartner("Demo Partner", "DEMO", True, "base.us")  # noqa: FBT003


def test_options_units_of_the_profile_are_added_to_the_defaults() -> None:
    options = samples.options(units={"BX": "x.box"})

    assert options.units["BX"] == "x.box"
    assert options.units["C62"] == "uom.product_uom_unit"


@pytest.mark.parametrize(
    ("table", "problem"),
    [
        ({"journal": "x"}, "odoo.journal: unknown key"),
        ({"pseudonym_key": "x"}, "odoo.pseudonym_key: unknown key"),
        ({"post": "yes"}, "odoo.post: not of the right type"),
        ({"company": True}, "odoo.company: not of the right type"),
        ({"company": 0}, "odoo.company: not of the right type"),
        ({"slug": "a.b"}, "odoo.slug: up to 40 of a-z, 0-9 and _"),
        ({"products": "guess"}, "odoo.products: one of"),
        ({"party_fields": ["ssn"]}, "odoo.party_fields: a list of"),
        ({"partner": {"ref": "x"}}, "odoo.partner: an external id"),
        ({"taxes": {"S:19": 19}}, "odoo.taxes: not of the right type"),
    ],
)
def test_options_problem_is_named_by_its_key(table: dict[str, object], problem: str) -> None:
    with pytest.raises(ProfileError) as caught:
        OdooOptions.from_table(table)

    assert [one.startswith(problem) for one in caught.value.args] == [True]


def test_options_when_shown_hide_the_pseudonym_key() -> None:
    assert "only for tests" not in repr(samples.options())
