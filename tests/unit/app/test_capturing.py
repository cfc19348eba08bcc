"""A case made of a real file: nothing of it but its shape, and it fares as the file does."""

import re
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from random import Random

import pytest
from click.testing import CliRunner

from acktrail.app.capturing import Capturing, Copy, case_name, flow_of
from acktrail.app.cases import SECRETS, Case, cases
from acktrail.app.home import Home, parser_files
from acktrail.app.registry import built_in
from acktrail.app.trial import open_trial
from acktrail.app.wiring import open_tools
from acktrail.cli.main import cli
from acktrail.errors import CaptureError
from acktrail.pipeline.read import all_findings
from acktrail.profiles.partner import Flow
from acktrail.translate.choose import Translators
from tests.conftest import ROOT

FILES = parser_files()
FORMATS = built_in(FILES)
TRANSLATORS = Translators(FILES, lambda _: "x" * 64)
CANARIES = re.compile(b"canaryname|testperson", re.IGNORECASE)
# What cannot be copied, and why: every other sample that is not sealed can.
REFUSED = {
    "fixed-mainframe": "packed and overpunched numbers",
    "csv-binary": "no text",
    "csv-wrong-delimiter": "no cell is known",
    "csv-wrong-encoding": "the wrong bytes are the fault",
    "edifact-element-faults": "a control character is the fault",
    "edifact-unknown-segment": "an unknown id may be a lost value",
    "edifact-wrapped": "lines cut in the middle of values",
    "hl7-delimiters": "messages that no reader could cut",
    "hl7-field-faults": "an unknown id may be a lost value",
    "hl7-specification": "the partner's own codes",
    "hl7-truncated": "an unknown id may be a lost value",
    "hl7-undecodable": "the wrong bytes are the fault",
    "x12-837p-277ca": "codes that hold on certain days only",
    "x12-837p-277ca-mixed": "codes that hold on certain days only",
    "x12-837p-codes": "codes that hold on certain days only",
    "x12-837p-overlay": "codes that hold on certain days only",
    "x12-850-wrapped": "lines cut in the middle of values",
    "x12-binary-segments": "attachments",
    "x12-binary-wrapped": "attachments",
    "x12-set-faults": "an unknown id may be a lost value",
    "bank-bai2": "a text that may be read as funds type",
}


def profile_of(case: Case) -> Capturing:
    profile = Home(ROOT).profile(case.partner).profile
    return Capturing(FILES, FORMATS, TRANSLATORS, profile, drawn=drawn())


def drawn() -> Callable[[int], bytes]:
    """Return what draws the same bytes in every run."""
    return Random(7).randbytes  # noqa: S311 - the same in every run


def copied(capturing: Capturing, body: bytes, flow: Flow) -> Copy | CaptureError:
    try:
        return capturing.copy(body, flow)
    except CaptureError as error:
        return error


def flow_for(capturing: Capturing, name: str) -> Flow | None:
    flow = flow_of(capturing.profile, name)
    return None if flow is None or flow.envelope else flow


@pytest.mark.parametrize("case", list(cases()), ids=lambda case: case.name)
def test_copy_of_a_sample_holds_no_name_and_fares_alike(case: Case) -> None:
    capturing = profile_of(case)
    for name, body in case.files[:1]:
        flow = flow_for(capturing, name)
        if flow is None:
            continue
        copy = copied(capturing, body, flow)

        if isinstance(copy, CaptureError):
            assert case.name in REFUSED, str(copy)
            assert not CANARIES.search(str(copy).encode())
        else:
            assert not CANARIES.search(copy.body)
            assert len(copy.body) == len(body)
            assert copy.result.format == flow.format


def test_x12_envelope_stays_less_its_passwords() -> None:
    blank, named = b"*00*          *00*          *", b"*01*LOGINNAME *01*SECRETWORD*"
    case = next(one for one in cases() if one.name == "x12-834-clean")
    body = case.files[0][1].replace(blank, named)
    capturing = profile_of(case)
    flow = next(one for one in capturing.profile.flow if one.format == "x12")

    made = capturing.copy(body, flow).body

    assert b"LOGINNAME" in body
    assert b"LOGINNAME" not in made
    assert b"SECRETWORD" not in made
    assert made[32:106] == body[32:106]


def test_file_that_fares_otherwise_is_named_by_place_and_never_by_value() -> None:
    case = next(one for one in cases() if one.name == "x12-837p-codes")
    capturing = profile_of(case)
    flow = flow_for(capturing, case.files[0][0])
    assert flow is not None

    with pytest.raises(CaptureError) as caught:
        capturing.copy(case.files[0][1], flow)

    said = str(caught.value)
    assert "SV101-2 (x12.code.external)" in said
    assert "--keep" in said
    assert "CANARYNAME" not in said
    kept = replace(capturing, kept=frozenset({"DTP03", "BHT04", "DMG02"}))
    assert kept.copy(case.files[0][1], flow).result.usable


def test_numbers_in_a_file_name_go_where_the_flow_lets_them() -> None:
    flow = Flow(name="files", include=("claims_*.edi", "835_*.txt"), format="x12")

    assert case_name("claims_4711.edi", flow) == "claims_0000.edi"
    assert case_name("835_1.txt", flow) == "835_1.txt"


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A home that took in a faulty message about a person."""
    root = tmp_path_factory.mktemp("capture") / "home"
    trial = open_trial(root, ROOT / "partners", SECRETS)
    for case in cases():
        if case.name in ("hl7-bad-amount", "x12-835-clean"):
            trial.drop(case.partner, *case.files[0])
    trial.close()
    return root


def run(home: Path, *words: str) -> tuple[int, str]:
    result = CliRunner().invoke(cli, ["--home", str(home), *words])
    return result.exit_code, result.output


def test_exchange_becomes_a_case_that_fails_the_same_way(home: Path, tmp_path: Path) -> None:
    out = tmp_path / "case"

    code, said = run(
        home, "exchange", "capture", "charges-amount.hl7", "--out", str(out), "--reason", "bug 7"
    )

    assert code == 0, said
    files = {str(p.relative_to(out)): p.read_bytes() for p in out.rglob("*") if p.is_file()}
    assert set(files) == {"case.toml", "profile.toml", "inbound/charges-amount.hl7"}
    assert not CANARIES.search(b"".join(files.values()))
    case = next(one for one in cases() if one.name == "hl7-bad-amount")
    capturing = profile_of(case)
    flow = flow_for(capturing, case.files[0][0])
    assert flow is not None
    before = capturing.read(case.files[0][1], flow)
    after = capturing.read(files["inbound/charges-amount.hl7"], flow)
    assert [(f.rule, f.place) for f in all_findings(after)] == [
        (f.rule, f.place) for f in all_findings(before)
    ]


def test_case_of_a_sealed_file_says_that_it_was_opened(home: Path, tmp_path: Path) -> None:
    out = tmp_path / "case"

    code, said = run(
        home, "exchange", "capture", "835-0115.edi.pgp", "--out", str(out), "--reason", "bug 8"
    )

    assert code == 0, said
    assert "opened = true" in (out / "case.toml").read_text()
    assert "host" not in (out / "profile.toml").read_text()


def test_capture_needs_a_reason_and_is_an_entry_of_who_looked(home: Path, tmp_path: Path) -> None:
    words = ("exchange", "capture", "charges-amount.hl7", "--out")
    refused, _ = run(home, *words, str(tmp_path / "x"), "--reason", " ")
    taken, _ = run(home, *words, str(tmp_path), "--reason", "y")

    assert (refused, taken) == (5, 6)
    tools = open_tools(Home(home))
    looks = [e for day in tools.ledger.streams("access:") for e in tools.ledger.entries(day)]
    tools.close()
    assert {one.body["reason"] for one in looks if one.kind == "viewed"} >= {"y"}
