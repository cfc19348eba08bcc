"""The docs say what is so: generated pages are current, links lead somewhere, commands exist."""

import re
import runpy
from collections.abc import Iterator
from pathlib import Path

import click

from acktrail.cli.main import cli
from tests.conftest import ROOT

PLACES = ("*.md", "docs/**/*.md", "*/README.md", "docs/*.md")
PAGES = sorted({path for glob in PLACES for path in ROOT.glob(glob)})
LINK = re.compile(r"\]\(([^)\s#]+)(?:#[^)]*)?\)")
QUOTED = re.compile(
    r"^ {4}(?:\$ )?(acktrail .*)$|`(acktrail [^`]*)`|^(?:\$ )?(acktrail .*)$", re.MULTILINE
)
FENCE = re.compile(r"^```.*?^```", re.MULTILINE | re.DOTALL)
TARGET = re.compile(r"^ {4}(?:\$ )?make ([a-z-]+)|`make ([a-z-]+)", re.MULTILINE)


def page_name(path: Path) -> str:
    return str(path.relative_to(ROOT))


def test_generated_pages_are_current() -> None:
    pages = runpy.run_path(str(ROOT / "docs/generate.py"))["pages"]()
    kept = {name: (ROOT / "docs" / name).read_text("utf-8") for name in pages}

    assert [name for name in pages if pages[name] != kept[name]] == [], "run `make docs`"


def test_every_map_and_layout_has_its_table_of_elements() -> None:
    pages = [path.read_text("utf-8") for path in (ROOT / "docs/reference").glob("mapping-*.md")]
    files = [*(ROOT / "parsers/maps").glob("*.toml"), *(ROOT / "parsers/tabular").glob("*.toml")]

    shown = set(re.findall(r"^## (.+)$", "\n".join(pages), re.MULTILINE))

    assert len(files) > 40
    assert {path.stem for path in files} == shown


def test_relative_links_lead_to_files() -> None:
    lost = [
        f"{page_name(page)}: {link}"
        for page in PAGES
        for link in LINK.findall(page.read_text("utf-8"))
        if "://" not in link and not (page.parent / link).exists()
    ]

    assert lost == []


def test_commands_that_are_named_exist() -> None:
    named = [(page, text) for page in PAGES for text in named_commands(page)]

    assert len(named) > 40
    assert [f"{page_name(page)}: {text}" for page, text in named if not is_command(text)] == []


def test_make_targets_that_are_named_exist() -> None:
    known = set(re.findall(r"^([a-z-]+):", (ROOT / "Makefile").read_text(), re.MULTILINE))
    named = {
        (page_name(page), a or b) for page in PAGES for a, b in TARGET.findall(page.read_text())
    }

    assert sorted(one for one in named if one[1] not in known) == []


def test_decisions_are_numbered_without_gap_listed_and_under_a_page() -> None:
    kept = sorted((ROOT / "docs/decisions").glob("[0-9]*.md"))
    listed = (ROOT / "docs/README.md").read_text()

    assert [int(page.name[:4]) for page in kept] == list(range(1, len(kept) + 1))
    assert [page.name for page in kept if page.read_text().count("\n") > 50] == []
    assert [page.name for page in kept if f"(decisions/{page.name})" not in listed] == []


def named_commands(page: Path) -> Iterator[str]:
    """Yield the acktrail commands in a page's code."""
    text = page.read_text("utf-8")
    for block in FENCE.findall(text):
        for found in QUOTED.findall(block):
            yield next(filter(None, found))
    for found in QUOTED.findall(FENCE.sub("", text)):
        if found[0] or found[1]:
            yield found[0] or found[1]


def is_command(text: str) -> bool:
    """Tell whether the words after ``acktrail`` lead through the groups to a command."""
    parts = re.sub(r"--home \S+ ?", "", text).split()[1:]
    command: click.Command = cli
    for word in parts:
        if not isinstance(command, click.Group):
            return True
        if word.startswith("-"):
            return True
        context = click.Context(command)
        found = [command.get_command(context, one) for one in word.split("|")]
        if found[0] is None or None in found:
            return False
        command = found[0]
    return True
