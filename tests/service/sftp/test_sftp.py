"""The SFTP transport against a real OpenSSH server."""

import base64
import hashlib
import io
import logging

import pytest

from acktrail.errors import (
    AcktrailError,
    ChangedError,
    HostKeyError,
    LoginError,
    SecretError,
    UnavailableError,
)
from acktrail.ports import Evidence
from acktrail.transports.sftp import SftpTransport
from acktrail.transports.sftp_connect import SftpLogin, SftpSettings, Timeouts
from tests.service.sftp.relay import Relay
from tests.service.sshd import QUICK, Sshd


def test_evidence_names_the_keys_and_algorithms_of_the_connection(sshd: Sshd) -> None:
    (sshd.home / "a.edi").write_bytes(b"x")
    transport = SftpTransport(sshd.settings(), sshd.login())
    [seen] = transport.list()

    facts = transport.fetch(seen, io.BytesIO(), 10).facts

    assert facts["host_key"] == fingerprint(sshd.host_key())
    assert facts["host_key_slot"] == "current"
    assert (facts["cipher"], facts["mac"]) == ("aes128-gcm@openssh.com", "aead")
    assert facts["kex"].startswith(("curve25519", "ecdh", "mlkem", "sntrup"))
    assert facts["login"] == "key"
    assert facts["login_key"] == fingerprint((sshd.folder / "login.pub").read_text())


def test_many_files_are_fetched_side_by_side_and_one_bad_one_harms_no_other(sshd: Sshd) -> None:
    bodies = {f"{n}.edi".encode(): f"file {n}".encode() * n * 500 for n in range(30)}
    for name, body in bodies.items():
        (sshd.home / name.decode()).write_bytes(body)
    transport = SftpTransport(sshd.settings(), sshd.login())
    listed = list(transport.list())
    sinks = {seen.path: io.BytesIO() for seen in listed}
    (sshd.home / "7.edi").unlink()

    done = dict(transport.fetch_many([(seen, sinks[seen.path]) for seen in listed], 10**7))

    assert {seen.path for seen in done} == set(bodies)
    failed = {seen.path: one for seen, one in done.items() if isinstance(one, AcktrailError)}
    assert [(path, type(error)) for path, error in failed.items()] == [(b"7.edi", ChangedError)]
    for seen, outcome in done.items():
        if isinstance(outcome, Evidence):
            assert sinks[seen.path].getvalue() == bodies[seen.path]


def test_long_listing_is_complete(sshd: Sshd) -> None:
    for number in range(1500):
        (sshd.home / f"{number}.edi").touch()
    transport = SftpTransport(sshd.settings(), sshd.login())

    assert len({seen.path for seen in transport.list()}) == 1500


def test_next_host_key_is_accepted_and_noted(sshd: Sshd) -> None:
    old = sshd.host_key()
    sshd.swap_host_key()
    settings = sshd.settings(current=old, next=sshd.host_key())
    transport = SftpTransport(settings, sshd.login())

    assert transport.put("a", b"x").facts["host_key_slot"] == "next"


@pytest.mark.parametrize("kind", ["ed25519", "rsa"])
def test_pinned_type_is_the_one_the_server_is_asked_for(sshd: Sshd, kind: str) -> None:
    transport = SftpTransport(sshd.settings(current=sshd.host_key(kind)), sshd.login())

    facts = transport.put("a", b"x").facts

    assert facts["host_key"] == fingerprint(sshd.host_key(kind))


def test_fingerprint_with_its_type_is_a_pin_too(sshd: Sshd) -> None:
    pin = f"ssh-ed25519 {fingerprint(sshd.host_key())}"

    assert SftpTransport(sshd.settings(current=pin), sshd.login()).put("a", b"x").size == 1


def test_other_host_key_stops_before_any_login(sshd: Sshd) -> None:
    known = sshd.settings()
    sshd.swap_host_key()
    transport = SftpTransport(known, SftpLogin(password="never sent"))  # noqa: S106

    with pytest.raises(HostKeyError) as caught:
        transport.list()

    assert fingerprint(sshd.host_key()) in str(caught.value)


def test_host_key_is_checked_at_every_connection(sshd: Sshd) -> None:
    transport = SftpTransport(sshd.settings(), sshd.login())
    transport.list()
    sshd.swap_host_key()

    with pytest.raises(HostKeyError):
        transport.list()


def test_server_without_a_key_of_the_pinned_type_is_refused(sshd: Sshd) -> None:
    settings = sshd.settings()
    sshd.offer("rsa")

    with pytest.raises(HostKeyError):
        SftpTransport(settings, sshd.login()).list()


def test_refused_key_and_refused_password_are_login_errors(sshd: Sshd) -> None:
    (sshd.folder / "authorized_keys").write_text("")

    for login in (sshd.login(), SftpLogin(password="wrong")):  # noqa: S106
        with pytest.raises(LoginError):
            SftpTransport(sshd.settings(), login).list()


@pytest.mark.parametrize("key", ["", "not a key", "-----BEGIN OPENSSH PRIVATE KEY-----\nAA\n"])
def test_key_that_cannot_be_read_is_our_fault(sshd: Sshd, key: str) -> None:
    login = SftpLogin(key=key or sshd.login().key.replace("A", "B"))

    with pytest.raises(SecretError):
        SftpTransport(sshd.settings(), login).list()


def test_secrets_of_a_login_are_not_shown(sshd: Sshd) -> None:
    assert "PRIVATE" not in repr(sshd.login())


def test_stopped_server_is_unavailable_and_used_again_when_it_is_back(sshd: Sshd) -> None:
    transport = SftpTransport(sshd.settings(), sshd.login())
    transport.put("a", b"x")
    sshd.stop()

    for _ in range(2):
        with pytest.raises(UnavailableError):
            transport.list()
    sshd.start()

    assert [seen.path for seen in transport.list()] == [b"a"]


def test_stalled_server_times_out_and_the_connection_is_not_used_again(sshd: Sshd) -> None:
    (sshd.home / "a").write_bytes(b"x")
    transport = SftpTransport(sshd.settings(timeouts=Timeouts(reply=0.5)), sshd.login())
    [seen] = transport.list()
    sshd.freeze()

    with pytest.raises(UnavailableError):
        transport.fetch(seen, io.BytesIO(), 10)
    sshd.thaw()

    assert transport.fetch(seen, io.BytesIO(), 10).size == 1


def test_connection_cut_in_the_middle_of_a_file_is_unavailable(sshd: Sshd) -> None:
    (sshd.home / "a").write_bytes(b"x" * 5_000_000)
    [seen] = SftpTransport(sshd.settings(), sshd.login()).list()
    with Relay(sshd.port, cut_after=1_000_000) as relay:
        transport = SftpTransport(sshd.settings(port=relay.port), sshd.login())

        with pytest.raises(UnavailableError):
            transport.fetch(seen, io.BytesIO(), 10**7)


def test_connection_that_stalls_in_the_middle_of_a_file_times_out(sshd: Sshd) -> None:
    (sshd.home / "a").write_bytes(b"x" * 5_000_000)
    [seen] = SftpTransport(sshd.settings(), sshd.login()).list()
    with Relay(sshd.port, stall_after=1_000_000) as relay:
        settings = sshd.settings(port=relay.port, timeouts=QUICK._replace(reply=0.5))

        with pytest.raises(UnavailableError):
            SftpTransport(settings, sshd.login()).fetch(seen, io.BytesIO(), 10**7)


def test_server_that_is_no_ssh_server_is_unavailable() -> None:
    with Relay(0, greeting=b"220 smtp.example.invalid\r\n") as relay:
        settings = _nowhere(relay.port)

        with pytest.raises(UnavailableError):
            SftpTransport(settings, SftpLogin(password="x")).list()  # noqa: S106


def test_missing_folder_is_unavailable_and_the_connection_stays_good(sshd: Sshd) -> None:
    transport = SftpTransport(sshd.settings(folder=str(sshd.home / "nothing")), sshd.login())

    with pytest.raises(AcktrailError):
        transport.list()
    (sshd.home / "nothing").mkdir()

    assert list(transport.list()) == []


def test_nothing_is_logged(
    sshd: Sshd, caplog: pytest.LogCaptureFixture, capfd: pytest.CaptureFixture[str]
) -> None:
    known = sshd.settings()
    sshd.swap_host_key()
    with caplog.at_level(logging.DEBUG), pytest.raises(HostKeyError):
        SftpTransport(known, sshd.login()).list()
    SftpTransport(sshd.settings(), sshd.login()).put("canaryname", b"x")

    assert caplog.text == ""
    assert capfd.readouterr().err == ""


def test_folder_may_be_relative_to_the_login(sshd: Sshd) -> None:
    relative = "../" * 20 + str(sshd.home).lstrip("/")
    transport = SftpTransport(sshd.settings(folder=relative), sshd.login())
    transport.put("a", b"x")

    assert (sshd.home / "a").read_bytes() == b"x"


def test_file_that_grows_between_listing_and_fetch_is_looked_at_again(sshd: Sshd) -> None:
    path = sshd.home / "a"
    path.write_bytes(b"x")
    transport = SftpTransport(sshd.settings(), sshd.login())
    [seen] = transport.list()
    path.write_bytes(b"xy")

    with pytest.raises(ChangedError):
        transport.fetch(seen, io.BytesIO(), 10)

    [again] = transport.list()
    assert transport.fetch(again, io.BytesIO(), 10).size == 2


def test_drop_box_without_verification_is_written_without_a_look(sshd: Sshd) -> None:
    transport = SftpTransport(sshd.settings(verify="none"), sshd.login())

    assert transport.put("a", b"x" * 100_000).size == 100_000
    assert (sshd.home / "a").stat().st_size == 100_000


def fingerprint(line: str) -> str:
    blob = base64.b64decode(line.split()[1])
    return "SHA256:" + base64.b64encode(hashlib.sha256(blob).digest()).decode().rstrip("=")


def _nowhere(port: int) -> SftpSettings:
    line = "ssh-ed25519 " + base64.b64encode(b"\0" * 51).decode()
    return SftpSettings("127.0.0.1", "nobody", line, port=port, timeouts=QUICK)
