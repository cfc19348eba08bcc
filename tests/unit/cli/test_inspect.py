import json
from pathlib import Path

import pytest

from tests.conftest import SAMPLES
from tests.unit.cli.conftest import Run

CLEAN = SAMPLES / "edifact-orders-clean" / "inbound" / "orders-0120.edi"
REJECTED = SAMPLES / "edifact-unz-count" / "inbound"


def test_inspect_of_a_good_file_needs_no_home_and_leaves_nothing(run: Run, tmp_path: Path) -> None:
    result = run("inspect", str(CLEAN))

    assert result.exit_code == 0
    assert result.stdout.startswith(
        f"file: name {CLEAN.name}  format edifact  usable yes: accepted"
    )
    assert list(tmp_path.iterdir()) == []


def test_inspect_of_a_rejected_file_is_3(run: Run) -> None:
    (path,) = REJECTED.iterdir()

    assert run("inspect", str(path)).exit_code == 3


def test_inspect_of_many_files_is_one_line_each_in_their_order(run: Run) -> None:
    (bad,) = REJECTED.iterdir()

    result = run("inspect", "--json", str(CLEAN), str(bad), str(CLEAN))

    lines = [json.loads(line) for line in result.stdout.splitlines()]
    assert [line["file"] for line in lines] == [CLEAN.name, bad.name, CLEAN.name]
    assert result.exit_code == 3


def test_inspect_writes_answers_and_documents_where_it_is_told(run: Run, tmp_path: Path) -> None:
    result = run(
        "inspect",
        "--json",
        str(CLEAN),
        "--partner",
        "supplier-eurobandage",
        "--acks",
        str(tmp_path / "acks"),
        "--documents",
        str(tmp_path / "documents"),
    )
    assert result.exit_code == 4  # a partner needs a home

    result = run(
        "inspect",
        "--json",
        str(CLEAN),
        "--acks",
        str(tmp_path / "acks"),
        "--documents",
        str(tmp_path / "documents"),
    )
    (found,) = [json.loads(line) for line in result.stdout.splitlines()]

    assert found["documents"] == {"order": 2}
    assert len(list((tmp_path / "documents").iterdir())) == 2
    for answer in found["acknowledgements"]:
        assert Path(answer["path"]).stat().st_size == answer["bytes"]


@pytest.mark.parametrize("body", [b"", b"\x00\xff" * 500, b"hello"])
def test_inspect_of_a_file_of_no_format_says_so(run: Run, tmp_path: Path, body: bytes) -> None:
    path = tmp_path / "thing.bin"
    path.write_bytes(body)

    result = run("inspect", "--json", str(path))

    found = json.loads(result.stdout)
    assert result.exit_code == 3
    assert found["usable"] is False
    assert found["findings"][0]["rule"] == "file.unrecognised"


def test_inspect_of_a_missing_file_or_an_unknown_format_is_wrong_usage(run: Run) -> None:
    assert run("inspect", "no-such-file").exit_code == 2
    assert run("inspect", "--format", "x13", str(CLEAN)).exit_code == 1


def test_inspect_says_where_each_value_comes_from_and_never_the_value(run: Run) -> None:
    result = run("inspect", "--sources", str(CLEAN))

    found = [json.loads(line) for line in result.stdout.splitlines()]
    assert found[0].keys() == {
        "message", "type", "document", "field", "address", "segment", "position", "offset",
    }  # fmt: skip
    ordered = [one for one in found if one["field"] == "lines[0].quantities.ORDERED"]
    assert [one["segment"] for one in ordered] == ["QTY"] * len(ordered)
    assert {one["type"] for one in found} == {"ORDERS"}


def test_inspect_says_where_values_that_no_map_makes_come_from(run: Run) -> None:
    (path,) = (SAMPLES / "x12-837p-clean" / "inbound").iterdir()

    told = run("inspect", "--sources", str(path)).stdout
    found = [json.loads(line) for line in told.splitlines()]

    (charge,) = [
        one for one in found if (one["document"], one["field"]) == (1, "lines[0].charge.amount")
    ]
    assert (charge["type"], charge["address"], charge["segment"]) == ("837", "SV102", "SV1")
    assert path.read_bytes()[charge["offset"] :].startswith(b"SV1*")
    assert "CANARY" not in told


@pytest.mark.parametrize("case", ["x12-835-clean", "x12-binary", "csv-charges"])
def test_inspect_has_no_sources_of_what_is_sealed_or_has_no_elements(run: Run, case: str) -> None:
    (path,) = (SAMPLES / case / "inbound").iterdir()

    assert run("inspect", "--sources", str(path)).stdout == ""
