import re
from datetime import UTC, datetime
from pathlib import Path

import pytest

from acktrail.errors import KeyMissingError
from acktrail.security.keys import inspect

KEYS = Path(__file__).parents[3] / "samples" / "keys"
NOW = datetime(2026, 1, 15, tzinfo=UTC)
ROW = re.compile(r"\| `([a-z-]+)` \| `([0-9A-F]{40})` \|")


@pytest.mark.parametrize(("name", "fingerprint"), ROW.findall((KEYS / "README.md").read_text()))
@pytest.mark.parametrize("half", ["pub", "sec"])
def test_sample_key_is_what_its_page_says(name: str, fingerprint: str, half: str) -> None:
    [facts] = inspect((KEYS / f"{name}.{half}.asc").read_bytes(), NOW)

    expired = name == "payer-expired"
    assert facts.fingerprint == fingerprint
    assert facts.secret == (half == "sec")
    assert facts.life == ("expired" if expired else "alive")
    assert (facts.expires_at is not None) == expired
    assert facts.signs == facts.encrypts == (not expired)


def test_expired_key_was_alive_before() -> None:
    [facts] = inspect(
        (KEYS / "payer-expired.pub.asc").read_bytes(), datetime(2024, 6, 1, tzinfo=UTC)
    )

    assert (facts.life, facts.signs) == ("alive", True)
    assert facts.created_at == datetime(2024, 1, 1, tzinfo=UTC)


def test_several_keys_in_one_file_are_all_told() -> None:
    both = (KEYS / "ours.pub.asc").read_bytes(), (KEYS / "payer.pub.asc").read_bytes()

    assert len([facts for key in both for facts in inspect(key, NOW)]) == 2


@pytest.mark.parametrize("key", [b"", b"not a key", b"\x99\x01", b"x" * 2_000_000])
def test_file_without_a_key_is_refused(key: bytes) -> None:
    with pytest.raises(KeyMissingError):
        inspect(key, NOW)
