"""Which structure an event has: ours against the tables of hl7types (made from the HL7 schemas)."""

import tomllib
from importlib import import_module

import pytest

from acktrail.formats.hl7.guides import Guides
from tests.generators.hl7 import ParserFiles

GUIDES = Guides(ParserFiles())
ROWS = tomllib.loads(ParserFiles().read("hl7/events.toml").decode())["event"]
SITE_DEFINED = "MF_SITE_DEFINED"  # of MFN^M14: MFE, and then segments that two sides agreed on
ASSIGNED = [  # events that a version has, by type: chapters 3, 4, 6, 7, 8, 9, 10
    *(("ADT", f"A{number:02d}") for number in (*range(1, 19), *range(20, 56), 60, 61, 62)),
    *(("SIU", f"S{number}") for number in (*range(12, 25), 26)),
    *(("MDM", f"T{number:02d}") for number in range(1, 12)),
    *(("MFN", event) for event in ("M02", "M04", "M05", "M13", "M14", "M15")),
    *(("BAR", event) for event in ("P01", "P02", "P05", "P06", "P10", "P12")),
    *(("DFT", "P03"), ("DFT", "P11"), ("ORM", "O01"), ("ORU", "R01"), ("VXU", "V04")),
    *(("OML", "O21"), ("OML", "O33"), ("OML", "O35"), ("OMS", "O05"), ("OMN", "O07")),
    *(("RDE", "O11"), ("RDE", "O25"), ("RDS", "O13")),
]


@pytest.mark.parametrize(("kind", "event"), ASSIGNED)
def test_every_event_of_2_5_1_has_a_structure(kind: str, event: str) -> None:
    guide = GUIDES.version("2.5.1")
    assert guide is not None

    choice = guide.choose("", f"{kind}^{event}")

    assert choice.name.startswith(f"{kind}_")


@pytest.mark.parametrize("row", ROWS, ids=lambda row: row["structure"] + row["versions"][0])
def test_event_is_given_a_structure_of_the_same_segments_and_groups(
    row: dict[str, list[str]],
) -> None:
    """Where hl7types has a model of the event of its own."""
    structure = str(row["structure"])
    for version in row["versions"]:
        guide = GUIDES.version(version)
        assert guide is not None
        for event in row["events"]:
            own = event.replace("^", "_")
            assert guide.choose("", event).name in (structure, own)
            assert members(version, own) in (None, members(version, structure))


def members(version: str, name: str) -> list[str] | None:
    """Return the segments and groups of a message, without its name; None: no such model."""
    folder = f"hl7types.hl7.v{version.replace('.', '_')}.messages"
    try:
        model = getattr(import_module(f"{folder}.{name}"), name)
    except ModuleNotFoundError:
        return None
    found = [field.removeprefix(name) for field in model.model_fields]
    return ["MFE" if field == SITE_DEFINED else field for field in found]
