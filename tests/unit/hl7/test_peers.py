"""What independent readers make of our answers: hl7kit (Rust), hl7types (made from the schemas)."""

from importlib import import_module

import hl7kit
import pytest
from hl7types import decode_er7

from acktrail.formats.hl7.tables import VERSIONS
from tests.generators.hl7 import answers, dft, written


@pytest.mark.parametrize("version", [one for one in VERSIONS if one >= "2.3"])
@pytest.mark.parametrize("good", [True, False])
def test_hl7types_takes_every_answer_in_its_version(version: str, good: bool) -> None:  # noqa: FBT001
    lines = dft(version=version)
    if not good:
        lines[2] = lines[2].replace("PID|1", "PID|x")
        lines = [line for line in lines if not line.startswith("FT1")]
    (text,) = answers(written(lines))

    module = import_module(f"hl7types.hl7.v{version.replace('.', '_')}.messages.ACK")
    decoded = decode_er7(text, module.ACK, strict=True)  # two-part MSH-9 names no structure

    assert type(decoded) is module.ACK
    assert hl7kit.parse(text.encode()).get("MSA-2") == "DFT000001"
    assert ("AA" if good else "AE") == hl7kit.parse(text.encode()).get("MSA-1")
