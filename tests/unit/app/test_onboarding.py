"""A draft profile from sample files: each value with its evidence, clean, and it takes them."""

import tomllib
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from acktrail.app.home import make_home
from acktrail.app.inspection import make_inspector
from acktrail.app.linting import problems_of
from acktrail.app.onboarding import inferred, read_under
from acktrail.cli.main import cli
from acktrail.profiles.infer import glob_of
from tests.conftest import SAMPLES

CLEAN = sorted(
    path.parent.name
    for path in SAMPLES.glob("*/case.toml")
    if path.parent.name.endswith("-clean") or path.parent.name in {"hl7-adt-a01", "bank-mt940"}
)
READ_AS_SENT = [
    one
    for one in CLEAN
    if not any(p.suffix == ".pgp" for p in (SAMPLES / one / "inbound").iterdir())
]


def run(home: Path, *words: str) -> Result:
    return CliRunner().invoke(cli, ["--home", str(home), "partner", *words])


def files(sample: str) -> list[Path]:
    return sorted((SAMPLES / sample / "inbound").iterdir())


@pytest.mark.parametrize("sample", READ_AS_SENT)
def test_draft_from_a_clean_sample_lints_and_takes_it(sample: str, tmp_path: Path) -> None:
    home = make_home(tmp_path / "home")
    words = [word for path in files(sample) for word in ("--from", str(path))]

    made = run(home.root, "new", "fresh", *words)

    profile = home.profile("fresh").profile
    assert made.exit_code == 0, made.stderr
    assert [one for one in problems_of(home, profile) if one.severity == "error"] == []
    assert not any(one.refused for one in read_under(home, "fresh", files(sample)))
    assert all(
        any(path.match(glob) for flow in profile.flow for glob in flow.include)
        for path in files(sample)
    )


def test_every_value_has_its_evidence(tmp_path: Path) -> None:
    home = make_home(tmp_path / "home")
    paths = [*files("x12-834-clean"), *files("x12-835-plain")]
    run(home.root, "new", "fresh", *[word for path in paths for word in ("--from", str(path))])

    text = (home.root / "partners/fresh/1.toml").read_text("utf-8")

    assert '# "ZZ:RELAY": 2 of 2 samples\nsenders = ["ZZ:RELAY"]' in text
    assert "# holds 834: 1 of 2 samples" in text
    assert '# [[route]]   # 1 of 2 samples\n# document = "remittance"' in text
    assert tomllib.loads(text)["identity"]["usage"] == "production"


def test_files_of_two_formats_become_two_flows(tmp_path: Path) -> None:
    home = make_home(tmp_path / "home")
    paths = [*files("x12-834-clean"), *files("hl7-adt-a01")]
    run(home.root, "new", "fresh", *[word for path in paths for word in ("--from", str(path))])

    assert {flow.format for flow in home.profile("fresh").profile.flow} == {"x12", "hl7"}


def test_sample_that_would_be_refused_is_named(tmp_path: Path) -> None:
    home = make_home(tmp_path / "home")

    made = run(home.root, "new", "fresh", "--from", str(files("x12-bad-code")[0]))

    assert made.exit_code == 3
    assert "rejected" in made.stderr
    assert (home.root / "partners/fresh/1.toml").exists()  # a draft all the same


def test_file_that_no_format_knows_is_said_and_nothing_is_written(tmp_path: Path) -> None:
    home = make_home(tmp_path / "home")
    strange = tmp_path / "strange.bin"
    strange.write_bytes(b"\x00\x01\x02" * 50)

    made = run(home.root, "new", "fresh", "--from", str(strange))

    assert made.exit_code == 4
    assert not (home.root / "partners/fresh").exists()


@pytest.mark.parametrize(
    ("name", "glob"),
    [
        ("835-20260115-0001.edi", "*.edi"),
        ("remit_20260115.835", "remit_*.835"),
        ("ORDERS[1].edi", "ORDERS?*?.edi"),
        ("a*b?.hl7", "a?b?.hl7"),
        ("noending", "noending"),
    ],
)
def test_numbers_of_a_file_name_vary_and_the_rest_stays(name: str, glob: str) -> None:
    assert glob_of(name) == glob
    assert Path(name).match(glob)


def test_inference_names_ids_and_kinds_of_messages_only() -> None:
    (one,) = inferred(files("x12-834-clean"))

    assert [guess.value for guess in one.messages] == ["834"]
    assert [guess.value for guess in one.kinds] == ["enrolment"]
    said = repr(one)
    assert "CANARY" not in said


def test_inspection_without_documents_is_the_same_but_for_them() -> None:
    path = files("x12-835-plain")[0]
    kept = make_inspector(None, "", "").inspect(path)
    counted = make_inspector(None, "", "", keep_documents=False).inspect(path)

    assert kept.result == counted.result
    assert kept.documents
    assert not counted.documents
