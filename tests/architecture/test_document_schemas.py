"""The published schemas hold for every document that is kept, and refuse what is none."""

import copy
import json
from pathlib import Path
from typing import Any

import pytest
from jsonschema import Draft202012Validator  # type: ignore[import-untyped]

from acktrail.documents.kinds import PAYLOADS
from tests.conftest import ROOT, SAMPLES

PATHS = sorted(SAMPLES.glob("*/expected/documents/*.json"))
SCHEMAS = {
    path.stem: json.loads(path.read_text("utf-8"))
    for path in (ROOT / "docs/schema/documents").glob("*.json")
}
REMITTANCE = SAMPLES / "x12-835-clean/expected/documents/1.001.remittance.json"


def faults(document: Any) -> list[str]:  # noqa: ANN401 - any JSON
    return [
        one.json_path
        for one in Draft202012Validator(SCHEMAS[document["kind"]]).iter_errors(document)
    ]


def loaded(path: Path) -> Any:  # noqa: ANN401 - any JSON
    return json.loads(path.read_text("utf-8"))


def test_every_kind_has_its_schema() -> None:
    assert SCHEMAS.keys() == PAYLOADS.keys()
    for table in SCHEMAS.values():
        Draft202012Validator.check_schema(table)


def test_samples_hold_every_kind() -> None:
    assert {loaded(path)["kind"] for path in PATHS} == PAYLOADS.keys()


@pytest.mark.parametrize("path", PATHS, ids=lambda path: f"{path.parts[-4]}/{path.stem}")
def test_document_of_a_sample_is_valid(path: Path) -> None:
    assert faults(loaded(path)) == []


@pytest.mark.parametrize(
    ("place", "value"),
    [
        (("schema",), "acktrail/2"),
        (("unknown",), ""),
        (("payload", "unknown"), ""),
        (("payload", "claims", 0, "charge"), ["1.00", "USD", "x"]),
        (("payload", "claims", 0, "charge"), "1.00"),
        (("payload", "claims", 0, "status"), 1),
    ],
)
def test_other_shape_is_refused(place: tuple[str | int, ...], value: object) -> None:
    document = copy.deepcopy(loaded(REMITTANCE))
    part = document
    for step in place[:-1]:
        part = part[step]
    part[place[-1]] = value

    assert faults(document) != []
