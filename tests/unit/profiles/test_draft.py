import pytest

from acktrail.profiles.draft import GLOBS, TRANSPORTS, Wish, draft
from acktrail.profiles.lint import lint
from acktrail.profiles.partner import TABLES, read_profile

LAYOUTS = ("supplier-invoice",)


def test_draft_knows_every_format() -> None:
    assert sorted(GLOBS) == sorted(TABLES)


@pytest.mark.parametrize("transport", sorted(TRANSPORTS))
@pytest.mark.parametrize("format_", sorted(GLOBS))
def test_draft_is_valid_as_it_stands(format_: str, transport: str) -> None:
    text = draft(Wish("acme", "Acme Testsupply", format_, transport))

    profile = read_profile(text.encode())

    assert (profile.id, profile.version) == ("acme", 1)
    assert profile.flow[0].format == format_
    assert profile.inbound.transport == transport
    assert not [one for one in lint(profile, (), LAYOUTS) if one.severity == "error"]


def test_draft_names_the_envelope_ids_that_are_known() -> None:
    text = draft(Wish("acme", "Acme", "x12", sender="ZZ:ACME", receiver="ZZ:CLINIC"))

    identity = read_profile(text.encode()).identity

    assert (identity.senders, identity.receivers) == (("ZZ:ACME",), ("ZZ:CLINIC",))


def test_draft_posts_nothing_until_a_route_is_written() -> None:
    assert read_profile(draft(Wish("acme", "Acme", "hl7")).encode()).route == ()


@pytest.mark.parametrize("name", ['He said "hi"', "back\\slash", "tab\there", "line\nend"])
def test_draft_of_a_name_with_signs_is_still_valid(name: str) -> None:
    assert read_profile(draft(Wish("acme", name, "x12")).encode()).name == name
