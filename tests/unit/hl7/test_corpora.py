"""Public sample messages, where they are at hand: every one gets a verdict."""

from pathlib import Path

import pytest

from tests.generators.hl7 import acknowledge, messages, read

CORPORA = Path(__file__).parents[4] / "shared" / "corpora" / "hl7"
FILES = sorted(path for path in CORPORA.rglob("*.hl7") if path.is_file())

pytestmark = pytest.mark.skipif(not FILES, reason="../shared/corpora/hl7 is not here")


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.name)
def test_public_sample_is_read_to_its_end(path: Path) -> None:
    body = path.read_bytes()

    result = read(body)

    assert result.usable
    found = messages(result)
    assert len(found) == body.replace(b"\n", b"\r").replace(b"\x0b", b"\r").count(b"\rMSH|") + (
        body.lstrip(b"\xef\xbb\xbf").startswith(b"MSH|")
    )
    assert all(one.segments for one in found)
    for answer in acknowledge(result):
        assert answer.body.endswith(b"\r")
