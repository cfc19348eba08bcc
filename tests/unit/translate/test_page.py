"""docs/canonical.md says what is there."""

from acktrail.documents.kinds import PAYLOADS
from acktrail.translate.maps import header, read_map
from acktrail.translate.rules import RULES
from tests.unit.translate.running import PARSERS, Folder

PAGE = (PARSERS.parent / "docs/canonical.md").read_text()


def test_page_lists_every_map_with_its_types_and_kinds() -> None:
    files = Folder()
    for file in files.names("maps"):
        name = file.removesuffix(".toml")
        known = header(name, read_map(files, name))
        row = f"| `{name}` | {known.format} | {', '.join(known.types)} | {', '.join(known.kinds)} |"
        assert row in PAGE


def test_page_lists_every_finding_of_the_stage() -> None:
    for rule in RULES:
        assert f"| `{rule.name}` | {rule.severity} | {rule.text} |" in PAGE


def test_page_lists_every_kind() -> None:
    assert [kind for kind in PAYLOADS if f"`{kind}`" not in PAGE] == []
