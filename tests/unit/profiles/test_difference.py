"""What two versions say differently, key by key."""

from acktrail.profiles.difference import Change, difference
from acktrail.profiles.partner import PartnerProfile, read_profile
from tests.conftest import ROOT

TEXT = (ROOT / "partners/clearing-relay/1.toml").read_text("utf-8")


def version(*changes: tuple[str, str]) -> PartnerProfile:
    text = TEXT
    for old, new in changes:
        assert old in text
        text = text.replace(old, new, 1)
    return read_profile(text.encode())


def test_same_version_differs_in_nothing() -> None:
    assert difference(version(), version()) == []


def test_number_of_the_version_is_no_difference() -> None:
    assert difference(version(), version(("version = 1", "version = 2"))) == []


def test_changed_key_is_named_with_both_values() -> None:
    assert difference(version(), version(('ta1 = "both"', 'ta1 = "never"'))) == [
        Change("acknowledge.ta1", "both", "never")
    ]


def test_new_route_is_named_by_its_document() -> None:
    added = ("[odoo]", '[[route]]\ndocument = "claim"\n\n[odoo]')

    keys = {one.key for one in difference(version(), version(added))}

    assert "route[claim].to" in keys
    assert not any(key.startswith("route[remittance]") for key in keys)


def test_flow_that_moved_is_no_change() -> None:
    old = '[[flow]]\nname     = "zipped"'
    first = TEXT[TEXT.index(old) : TEXT.index('[[flow]]\nname     = "gzipped"')]
    moved = TEXT.replace(first, "", 1).replace("[acknowledge]", f"{first}[acknowledge]", 1)

    assert difference(version(), read_profile(moved.encode())) == []
