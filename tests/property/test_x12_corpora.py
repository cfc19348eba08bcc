"""Public sample files: our verdict beside those of pyx12 and x12sdk, differences with reasons.

pyx12 gets a file under the names it knows (``as_pyx12_names_it``): it chooses maps by ISA12 and by
one errata name. For every file of which it has a map its verdict is ours. x12sdk reads into models
that judge less than the guides: it takes what the table below refuses.
"""

from pathlib import Path

import pytest

from acktrail.errors import PartnerError
from acktrail.model import Severity, Verdict
from tests.conftest import CORPORA
from tests.generators.x12_peers import (
    ACCEPTED,
    REJECTED,
    as_pyx12_names_it,
    verdict_of_pyx12,
    verdict_of_x12sdk,
)
from tests.unit.x12.reading import FORMAT, findings_of, read

ROOT = CORPORA / "x12"
FILES = {
    f"{path.parent.name}/{path.name}": path
    for path in sorted(ROOT.rglob("*"))
    if path.is_file() and FORMAT.recognises(path.read_bytes()[:4096])
}
pytestmark = pytest.mark.skipif(not FILES, reason="the sample files of others are not here")

TEXT_SEPARATOR = "components are joined with > where ISA16 says :"
NO_PER = "PER BL of loop 1000A is required in 5010 and not there"
FREE_ID = "REF02 of the header has to name the guide: 004010X098A1 or 004010X096A1"
NO_MINUTES = "4010: CLM06 and CLM18 are required"
ZIP = "the billing provider's ZIP code has to have nine digits in 5010"
NOT_USED = "the guide does not use an element that is sent"
# What we refuse: every code and place that we find, and what is wrong there.
REFUSED = {
    "demo-file/demo.835": ("IK304 3 PER | IK403 I10 TS309 | IK403 I10 TS311", NO_PER),
    "demo-file/demo.837i": ("IK403 7 DTP02 | IK403 I10 CLM06 | IK403 I12 N403", ZIP),
    "271_005010X279A1/subscriber-health-benefit-check-error.271": (
        "IK502 3 SE02",
        "SE02 is not ST02",
    ),
    "834_005010X220A1/enroll-employee-managed-care.834": (
        "IK403 7 DTP01",
        "DTP01 is no code of the header",
    ),
    "835_005010X221A1/cob-contractural-adjustment.835": (
        "IK304 3 PER | IK403 1 BPR16 | IK403 1 SVC01-2 | IK403 5 SVC01-1",
        NO_PER,
    ),
    "835_005010X221A1/managed-care.835": ("IK304 3 PER | IK403 8 BPR16", NO_PER),
    "835_005010X221A1/medicare-part-a.835": (
        "IK304 3 PER | IK403 I10 TS309 | IK403 I10 TS311",
        NO_PER,
    ),
    "835_005010X221A1/secondary-payment.835": (
        "IK304 3 PER | IK403 1 BPR16 | IK403 1 SVC01-2 | IK403 5 SVC01-1",
        NO_PER,
    ),
    "835_005010X221A1/tertiary-payment.835": (
        "IK304 3 PER | IK403 1 BPR16 | IK403 1 SVC01-2 | IK403 1 SVC06-2 | IK403 4 SVC06-1",
        NO_PER,
    ),
    "837_004010X096A1/automobile-accident.837": (
        "IK304 5 HI | IK403 1 CLM06 | IK403 1 CLM18 | IK403 7 REF02",
        NO_MINUTES,
    ),
    "837_004010X096A1/homeowners.837": (
        "IK403 1 CLM06 | IK403 1 CLM18 | IK403 6 NM103 | IK403 7 HI02-1 | IK403 7 REF02",
        NO_MINUTES,
    ),
    "837_004010X096A1/institutional-ppo-repriced.837": (
        "IK403 1 CLM06 | IK403 1 CLM18 | IK403 7 REF02",
        NO_MINUTES,
    ),
    "837_004010X096A1/institutional.837": (
        (
            "IK403 1 CLM06 | IK403 1 CLM18 | IK403 1 DMG01 | IK403 1 DMG02 | IK403 7 REF02 | "
            "IK403 I10 SBR05"
        ),
        NO_MINUTES,
    ),
    "837_004010X096A1/workers-compensation.837": (
        "IK403 1 CLM06 | IK403 1 CLM18 | IK403 6 NM103 | IK403 7 REF02",
        NO_MINUTES,
    ),
    "837_004010X098A1/coordination-of-benefits.837": ("IK403 7 REF02", FREE_ID),
    "837_004010X098A1/dependent-commercial-insurance-01.837": (
        (
            "IK403 5 CLM05-3 | IK403 7 REF02 | IK403 I10 CR201 | IK403 I10 CR202 | "
            "IK403 I10 CR205 | IK403 I10 CR206 | IK403 I10 CR207 | IK403 I10 CR209"
        ),
        NOT_USED,
    ),
    "837_004010X098A1/dependent-commercial-insurance-02.837": (
        "IK403 6 NM103 | IK403 7 REF02",
        FREE_ID,
    ),
    "837_004010X098A1/dependent-commercial-insurance-03.837": ("IK403 7 REF02", FREE_ID),
    "837_004010X098A1/patient-is-dependent.837": ("IK403 7 REF02", FREE_ID),
    "837_004010X098A1/patient-is-subscriber.837": ("IK403 7 REF02", FREE_ID),
    "837_005010X222A2/demo.ambulance.example5.837": (
        "IK403 1 CLM05-2",
        "CLM05-2 is required",
    ),
    "837_005010X222A2/demo.cob.2ndary.example4.837": (
        (
            "IK304 2 HI | IK304 3 HI | IK403 1 CLM05-2 | IK403 1 CLM05-3 | IK403 1 SV101-2 | "
            "IK403 5 CLM05-1 | IK403 5 SV101-1"
        ),
        TEXT_SEPARATOR,
    ),
    "837_005010X222A2/demo.cob.example3.A.837": (
        "IK304 I7 NM1",
        "a required NM1 loop of the other subscriber is not there",
    ),
    "837_005010X222A2/demo.cob.example4.837": ("IK304 2 AMT", "an AMT that the loop does not use"),
    "837_005010X222A2/demo.example11.837": (
        (
            "IK304 2 HI | IK304 3 HI | IK403 1 CLM05-2 | IK403 1 CLM05-3 | IK403 1 SV101-2 | "
            "IK403 5 CLM05-1 | IK403 5 SV101-1 | IK403 5 SV107-1"
        ),
        TEXT_SEPARATOR,
    ),
    "837_005010X222A2/demo.example12.837": (
        (
            "IK304 2 HI | IK304 3 HI | IK403 1 CLM05-2 | IK403 1 CLM05-3 | IK403 1 SV101-2 | "
            "IK403 5 CLM05-1 | IK403 5 SV101-1"
        ),
        TEXT_SEPARATOR,
    ),
    "837_005010X222A2/demo.example6.837": (
        (
            "IK304 2 HI | IK304 3 HI | IK403 1 CLM05-2 | IK403 1 CLM05-3 | IK403 1 SV101-2 | "
            "IK403 5 CLM05-1 | IK403 5 SV101-1"
        ),
        TEXT_SEPARATOR,
    ),
    "837_005010X222A2/demo.example9.837": (
        (
            "IK304 2 HI | IK304 3 HI | IK403 1 CLM05-2 | IK403 1 CLM05-3 | IK403 1 SV101-2 | "
            "IK403 5 CLM05-1 | IK403 5 SV101-1 | IK403 5 SV107-1"
        ),
        TEXT_SEPARATOR,
    ),
    "837_005010X223A3/institutional-claim.837i": (
        "IK403 7 DTP02 | IK403 I10 CLM06 | IK403 I12 N403",
        ZIP,
    ),
    "837_005010X223A3/out-of-network-repriced-claim.837i": (
        (
            "IK304 2 HI | IK304 3 HI | IK403 1 CLM05-2 | IK403 1 CLM05-3 | IK403 1 SV202-2 | "
            "IK403 5 CLM05-1 | IK403 5 SV202-1 | IK403 I10 CLM06"
        ),
        TEXT_SEPARATOR,
    ),
    "837_005010X223A3/ppo-repriced-claim.837i": (
        (
            "IK304 2 HI | IK304 3 HI | IK403 1 CLM05-2 | IK403 1 CLM05-3 | IK403 1 SV202-2 | "
            "IK403 5 CLM05-1 | IK403 5 SV202-1 | IK403 I10 CLM06"
        ),
        TEXT_SEPARATOR,
    ),
    "837_005010X223A3/two-claims-single-provider.837i": ("IK403 I10 CLM06 | IK403 I12 N403", ZIP),
    "example_4010_810/sample.txt": ("IK403 3 QTY03", "separators after the last element"),
    "example_5010_835/sample1.txt": ("IK403 3 SVC06 | TA1 022 ISA11", "ISA11 is U in 00501"),
    "example_5010_835/sample2.txt": ("IK403 8 BPR16", "BPR16 is no date"),
    "example_stp_820/sample.txt": ("x12.file.wrapped", "lines are wrapped inside segments"),
}
# Of these sets pyx12 has no map: it stops with this exception and answers nothing.
WITHOUT_MAP = {
    *(name for name in FILES if name.rpartition(".")[2] in ("270", "271", "276", "277")),
    *("example_4010_810/sample.txt", "example_5010_837d/sample.txt"),
}
NO_MAP = "EngineError"
# What x12sdk says where it is not "accepted".
X12SDK = {
    "834_005010X220A1/enroll-employee-managed-care.834": (REJECTED, "for DTP01, as we do"),
    "example_5010_835/sample1.txt": (REJECTED, "a claim of the file does not balance"),
    "example_5010_835/sample2.txt": (REJECTED, "PER03 of a sent PER is missing in its model"),
    "example_4010_810/sample.txt": ("KeyError", "it has no supply chain"),
    "example_5010_837d/sample.txt": ("KeyError", "it has no 837D"),
    "example_stp_820/sample.txt": ("UnboundLocalError", "it crashes on wrapped lines"),
}


def ours(path: Path) -> tuple[str, str]:
    """Return our verdict, and every code with its place that refuses."""
    try:
        result = read(path.read_bytes())
    except PartnerError as error:
        return REJECTED, error.code
    found = {
        f"{one.code or one.rule} {one.place.address}".strip()
        for one in findings_of(result)
        if one.severity in (Severity.ERROR, Severity.FATAL)
    }
    whole = result.usable and result.verdict is Verdict.ACCEPTED
    return ACCEPTED if whole or not found else REJECTED, " | ".join(sorted(found))


@pytest.mark.parametrize("name", FILES)
def test_verdict_on_a_public_file_is_the_one_of_the_table(name: str) -> None:
    faults = REFUSED[name][0] if name in REFUSED else ""

    assert ours(FILES[name]) == (REJECTED if faults else ACCEPTED, faults)


@pytest.mark.parametrize("name", FILES)
def test_pyx12_gives_our_verdict_on_every_file_that_it_has_a_map_for(name: str) -> None:
    theirs = verdict_of_pyx12(as_pyx12_names_it(FILES[name].read_bytes()))

    assert theirs == (NO_MAP if name in WITHOUT_MAP else ours(FILES[name])[0])


@pytest.mark.filterwarnings("ignore")  # x12sdk's own
@pytest.mark.parametrize("name", FILES)
def test_x12sdk_accepts_more_and_the_table_says_what(name: str) -> None:
    assert verdict_of_x12sdk(FILES[name]) == X12SDK.get(name, (ACCEPTED, ""))[0]


def test_tables_name_files_that_are_there() -> None:
    assert {*REFUSED, *X12SDK, *WITHOUT_MAP} <= set(FILES)
