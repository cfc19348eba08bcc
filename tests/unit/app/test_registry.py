from collections.abc import Iterable
from pathlib import Path

import pytest

from acktrail.app.home import parser_files
from acktrail.app.registry import Formats, built_in
from acktrail.errors import SetupError, UnknownPluginError
from acktrail.profiles.partner import TABLES
from tests.conftest import SAMPLES

CLEAN = {
    "x12": ["x12-835-plain", "x12-810-clean", "x12-other-delimiters"],
    "edifact": ["edifact-orders-clean", "edifact-syntax4"],
    "hl7": ["hl7-adt-a01", "hl7-dft-batch-clean"],
    "bank": ["bank-mt940"],
    "xml": ["bank-camt053"],
}


def files_of(names: Iterable[str]) -> list[Path]:
    return [path for name in names for path in (SAMPLES / name / "inbound").iterdir()]


def test_every_format_that_a_profile_may_name_is_built_in() -> None:
    assert {one.name for one in built_in(parser_files()).all()} == set(TABLES)


def test_name_is_taken_once_so_that_a_plug_in_cannot_replace_ours() -> None:
    formats = built_in(parser_files())
    (again, *_) = built_in(parser_files()).all()

    with pytest.raises(SetupError, match="two formats are named"):
        formats.add(again)


def test_unknown_name_lists_the_known_ones() -> None:
    with pytest.raises(UnknownPluginError, match=r"no format 'x13'; known: bank, edifact, hl7"):
        built_in(parser_files()).get("x13")


@pytest.mark.parametrize(("name", "samples"), CLEAN.items())
def test_file_is_recognised_by_how_it_begins(name: str, samples: list[str]) -> None:
    formats = built_in(parser_files())

    heads = [path.read_bytes()[:4096] for path in files_of(samples)]

    assert [getattr(formats.recognise(head), "name", None) for head in heads] == [name] * len(heads)


@pytest.mark.parametrize("head", [b"", b"\x00" * 100, b"PK\x03\x04", b"%PDF-1.7", b"\x89PNG\r\n"])
def test_file_of_no_format_is_recognised_by_none(head: bytes) -> None:
    assert built_in(parser_files()).recognise(head) is None


def test_registry_without_formats_recognises_nothing() -> None:
    assert Formats([]).recognise(b"ISA*") is None
