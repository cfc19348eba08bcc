from datetime import timedelta

import pytest

from acktrail.profiles.values import (
    read_duration,
    read_glob,
    read_host_key,
    read_reference,
    read_size,
)

KEY = "AAAAC3NzaC1lZDI1NTE5AAAAIKJzgXGMCJ1fLNHWTw1c2tY9CYB9jyzA0fgmYFsWX1mD"


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("250ms", timedelta(milliseconds=250)),
        ("30s", timedelta(seconds=30)),
        ("15m", timedelta(minutes=15)),
        ("4h", timedelta(hours=4)),
        ("1d", timedelta(days=1)),
        ("0s", timedelta(0)),
    ],
)
def test_duration_is_a_number_with_a_unit(text: str, value: timedelta) -> None:
    assert read_duration(text) == value


@pytest.mark.parametrize(
    "value", ["", "30", "1.5h", "-1s", "1 s", "1S", "٣s", "9999999s", 30, None]
)
def test_duration_of_another_shape_is_refused(value: object) -> None:
    with pytest.raises(ValueError, match="a duration such as"):
        read_duration(value)


@pytest.mark.parametrize(
    ("text", "value"), [("1B", 1), ("64KiB", 65_536), ("500MB", 500_000_000), ("2GiB", 2**31)]
)
def test_size_is_a_number_with_a_unit_decimal_or_binary(text: str, value: int) -> None:
    assert read_size(text) == value


@pytest.mark.parametrize("value", ["", "64", "64kb", "1.5MB", "64 KiB", 64])
def test_size_of_another_shape_is_refused(value: object) -> None:
    with pytest.raises(ValueError, match="a size such as"):
        read_size(value)


@pytest.mark.parametrize("value", ["file:acme-sftp", "env:ACME_KEY", "credential:acme.key"])
def test_secret_is_named_by_a_reference(value: str) -> None:
    assert read_reference(value) == value


@pytest.mark.parametrize(
    "value", ["Hunter2-Canarysecret", "file:../etc/shadow", "file:/etc/shadow", "http:x", "", 7]
)
def test_secret_that_is_written_out_is_refused_without_repeating_it(value: object) -> None:
    with pytest.raises(ValueError, match="never a secret") as caught:
        read_reference(value)

    assert "Canarysecret" not in str(caught.value)


@pytest.mark.parametrize("value", ["in/*.edi", "", "x" * 201, "*" * 9, 5])
def test_glob_with_a_folder_or_too_many_stars_is_refused(value: object) -> None:
    with pytest.raises(ValueError, match="a glob"):
        read_glob(value)


def test_host_key_keeps_type_and_key_and_drops_the_comment() -> None:
    assert read_host_key(f"ssh-ed25519 {KEY} root@sftp") == f"ssh-ed25519 {KEY}"


def test_host_key_may_be_a_sha256_fingerprint_with_its_type() -> None:
    line = "ssh-rsa SHA256:" + "A" * 43

    assert read_host_key(line) == line


@pytest.mark.parametrize(
    "value", [KEY, f"ssh-dss {KEY}", "ssh-ed25519", "ssh-ed25519 ???", "ssh-rsa MD5:00:11", 5]
)
def test_host_key_of_another_shape_is_refused(value: object) -> None:
    with pytest.raises(ValueError, match="a public key line"):
        read_host_key(value)
