from pathlib import Path

import pytest

from acktrail.app.home import FOLDERS, Home, ParserFiles, make_home, parser_files
from acktrail.errors import ConflictError, GuideError, NotFoundError, ProfileError
from tests.unit.profiles.texts import text


@pytest.fixture
def home(tmp_path: Path) -> Home:
    return make_home(tmp_path / "home")


def put(home: Home, partner: str, version: int, **changes: str) -> Path:
    path = home.root / "partners" / partner / f"{version}.toml"
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text(id=f'"{partner}"', version=str(version), **changes))
    return path


def test_new_home_has_every_folder_and_settings_that_can_be_read(home: Home) -> None:
    assert {path.name for path in home.root.iterdir()} == {*FOLDERS, "acktrail.toml"}
    assert home.settings().odoo == {}


def test_new_home_keeps_secrets_and_state_from_others(home: Home) -> None:
    closed = ("secrets", "var", "var/keys", "var/keys/naming.key")

    assert [(home.root / name).stat().st_mode & 0o077 for name in closed] == [0] * 4


def test_new_homes_have_naming_keys_of_their_own(tmp_path: Path) -> None:
    one, other = make_home(tmp_path / "1"), make_home(tmp_path / "2")

    assert len(one.naming_key()) == 32
    assert one.naming_key() != other.naming_key()


def test_home_is_never_made_twice_in_one_place(home: Home) -> None:
    with pytest.raises(ConflictError):
        make_home(home.root)


def test_home_that_lost_its_settings_is_not_made_anew_over_its_naming_key(home: Home) -> None:
    key = home.naming_key()
    (home.root / "acktrail.toml").unlink()

    with pytest.raises(ConflictError):
        make_home(home.root)
    assert home.naming_key() == key


def test_checkout_that_has_its_settings_is_completed_and_keeps_them(tmp_path: Path) -> None:
    (tmp_path / "acktrail.toml").write_text('schema = "acktrail/settings/1"\nnode = "here"\n')

    home = make_home(tmp_path)

    assert home.settings().node == "here"
    assert len(home.naming_key()) == 32


def test_folder_that_is_no_home_says_how_to_make_one(tmp_path: Path) -> None:
    with pytest.raises(NotFoundError, match="acktrail init"):
        Home(tmp_path).settings()
    with pytest.raises(NotFoundError, match="acktrail init"):
        Home(tmp_path).naming_key()


def test_newest_version_of_a_profile_is_the_highest_number(home: Home) -> None:
    for version in (1, 2, 10, 9):
        put(home, "acme", version)

    assert home.profile("acme").profile.version == 10
    assert home.profile("acme", 2).profile.version == 2


@pytest.mark.parametrize("partner", ["other", "../partners/acme", "acme/", "..", ""])
def test_partner_without_a_profile_is_not_found(home: Home, partner: str) -> None:
    put(home, "acme", 1)

    with pytest.raises(NotFoundError):
        home.profile(partner)


def test_profile_that_names_another_partner_or_version_than_its_path_is_refused(home: Home) -> None:
    put(home, "acme", 1).rename(home.root / "partners" / "acme" / "2.toml")

    with pytest.raises(ProfileError, match="must be 'acme' and 2"):
        home.profile("acme")


def test_partners_are_the_folders_that_hold_a_version(home: Home) -> None:
    put(home, "acme", 1)
    (home.root / "partners" / "notes").mkdir()
    (home.root / "partners" / "notes" / "readme.toml").touch()

    assert home.partners() == ["acme"]


@pytest.mark.parametrize("name", ["../other/key.asc", "/etc/passwd", "keys", "link.asc", "no.asc"])
def test_key_file_outside_of_the_partners_folder_is_refused(home: Home, name: str) -> None:
    folder = put(home, "acme", 1).parent
    (folder / "keys").mkdir()
    (folder / "link.asc").symlink_to("/etc/passwd")
    (home.root / "partners" / "other").mkdir()
    (home.root / "partners" / "other" / "key.asc").write_text("key")

    with pytest.raises(ProfileError):
        home.key_file("acme", name)


def test_key_file_in_the_partners_folder_is_read(home: Home) -> None:
    folder = put(home, "acme", 1).parent
    (folder / "keys").mkdir()
    (folder / "keys" / "theirs.asc").write_bytes(b"key")

    assert home.key_file("acme", "keys/theirs.asc") == b"key"


def test_parser_file_of_the_home_stands_before_the_one_that_came_along(home: Home) -> None:
    own = home.root / "parsers" / "tabular"
    own.mkdir()
    (own / "supplier-invoice.toml").write_bytes(b"ours")
    (own / "acme-prices.toml").write_bytes(b"new")

    files = parser_files(home)

    assert files.read("tabular/supplier-invoice.toml") == b"ours"
    assert parser_files().read("tabular/supplier-invoice.toml") != b"ours"
    assert {"acme-prices.toml", "charge-export.toml"} <= set(files.names("tabular"))


@pytest.mark.parametrize("path", ["../secret", "tabular/../../secret", "none.toml", "tabular"])
def test_parser_file_that_is_not_there_or_outside_is_refused(tmp_path: Path, path: str) -> None:
    (tmp_path / "secret").write_text("Canaryname")
    (tmp_path / "parsers" / "tabular").mkdir(parents=True)

    with pytest.raises(GuideError):
        ParserFiles(tmp_path / "parsers").read(path)
