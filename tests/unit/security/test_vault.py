"""Secrets in Vault, asked through hvac; the server is a stand-in over real HTTP."""

import traceback
from collections.abc import Iterator
from pathlib import Path

import pytest

from acktrail.app.settings import EXAMPLE, read_settings
from acktrail.errors import AcktrailError, ProfileError, SecretError, UnavailableError
from acktrail.security.secrets import SecretResolver
from acktrail.security.vault import VaultLogin
from tests.fakes.vault import ROLE, SECRET_ID, VaultServer, vault_server

CANARY = "canary-secret"
REFERENCE = "vault:edi/partners/acme#password"


class Seconds:
    """A clock that stands until it is moved."""

    now = 0.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def server() -> Iterator[VaultServer]:
    with vault_server() as server:
        server.put("edi/partners/acme", password=CANARY, port=22)
        yield server


@pytest.fixture
def seconds() -> Seconds:
    return Seconds()


@pytest.fixture
def secrets(server: VaultServer, seconds: Seconds, tmp_path: Path) -> SecretResolver:
    login = VaultLogin(server.url, ROLE, "env:SECRET_ID")
    return SecretResolver(tmp_path, {"SECRET_ID": SECRET_ID}, login, seconds)


def refusal(secrets: SecretResolver, reference: str) -> AcktrailError:
    """Return the refusal, which shows neither the secret nor what the server said."""
    with pytest.raises((SecretError, UnavailableError)) as caught:
        secrets.get(reference)
    shown = "".join(traceback.format_exception(caught.value))
    assert not [one for one in (CANARY, SECRET_ID, "denied", "is sealed") if one in shown]
    return caught.value


def test_field_of_a_secret_is_read_by_approle(secrets: SecretResolver, server: VaultServer) -> None:
    found = secrets.get(REFERENCE)

    assert found == CANARY
    assert repr(found) == "'***'"
    assert server.logins == 1


def test_one_version_is_read(secrets: SecretResolver, server: VaultServer) -> None:
    server.put("edi/partners/acme", password="newer")  # noqa: S106

    assert secrets.get(f"{REFERENCE}@1") == CANARY
    assert secrets.get(REFERENCE) == "newer"


def test_changed_secret_is_used_without_a_restart(
    secrets: SecretResolver, server: VaultServer, seconds: Seconds
) -> None:
    assert secrets.get(REFERENCE) == CANARY
    server.put("edi/partners/acme", password="newer")  # noqa: S106

    assert secrets.get(REFERENCE) == CANARY
    assert len(server.asked) == 1
    seconds.now = 61.0
    assert secrets.get(REFERENCE) == "newer"


def test_outage_is_bridged_for_five_minutes(
    secrets: SecretResolver, server: VaultServer, seconds: Seconds
) -> None:
    secrets.get(REFERENCE)
    server.sealed = True

    seconds.now = 299.0
    assert secrets.get(REFERENCE) == CANARY
    seconds.now = 301.0
    assert isinstance(refusal(secrets, REFERENCE), UnavailableError)


def test_vault_that_is_not_there_is_tried_again_later(tmp_path: Path) -> None:
    with vault_server() as gone:
        login = VaultLogin(gone.url, ROLE, "env:SECRET_ID")
    secrets = SecretResolver(tmp_path, {"SECRET_ID": SECRET_ID}, login)

    assert isinstance(refusal(secrets, REFERENCE), UnavailableError)


def test_token_that_ran_out_is_renewed(
    secrets: SecretResolver, server: VaultServer, seconds: Seconds
) -> None:
    secrets.get(REFERENCE)
    server.tokens.clear()
    seconds.now = 61.0

    assert secrets.get(REFERENCE) == CANARY
    assert server.logins == 2


def test_refusal_ends_what_was_known(
    secrets: SecretResolver, server: VaultServer, seconds: Seconds
) -> None:
    secrets.get(REFERENCE)
    server.denied = True
    seconds.now = 61.0

    assert isinstance(refusal(secrets, REFERENCE), SecretError)
    server.sealed = True
    assert isinstance(refusal(secrets, REFERENCE), UnavailableError)


@pytest.mark.parametrize(
    "reference",
    [
        "vault:edi/partners/other#password",
        "vault:edi/partners/acme#nothing",
        "vault:edi/partners/acme#port",
        f"{REFERENCE}@7",
        "vault:edi",
        f"vault:{CANARY}",
    ],
)
def test_what_is_not_there_is_refused(secrets: SecretResolver, reference: str) -> None:
    assert isinstance(refusal(secrets, reference), SecretError)


def test_deleted_version_is_not_there(secrets: SecretResolver, server: VaultServer) -> None:
    server.kept["edi/partners/acme"].append(None)

    assert isinstance(refusal(secrets, REFERENCE), SecretError)


def test_wrong_secret_id_is_refused(server: VaultServer, tmp_path: Path) -> None:
    login = VaultLogin(server.url, ROLE, "env:SECRET_ID")

    assert isinstance(
        refusal(SecretResolver(tmp_path, {"SECRET_ID": "wrong"}, login), REFERENCE), SecretError
    )
    assert isinstance(refusal(SecretResolver(tmp_path, {}, login), REFERENCE), SecretError)


def test_vault_that_nobody_named_is_refused(tmp_path: Path) -> None:
    assert "[vault]" in str(refusal(SecretResolver(tmp_path, {}), REFERENCE))


def settings(**values: str) -> VaultLogin | None:
    lines = "\n".join(f'{key} = "{value}"' for key, value in values.items())
    return read_settings(f"{EXAMPLE}\n[vault]\n{lines}\n".encode(), {}).vault_login


def test_settings_name_vault_and_never_its_secret() -> None:
    known = {"url": "https://vault.example.org:8200", "role": ROLE, "secret": "credential:vault"}

    assert settings(**known) == VaultLogin(known["url"], ROLE, "credential:vault")
    for wrong in (
        {"secret": CANARY},
        {"secret": REFERENCE},
        {"url": "http://vault.example.org"},
        {"url": "https://user:pass@vault.example.org"},
    ):
        with pytest.raises(ProfileError) as caught:
            settings(**(known | wrong))
        assert CANARY not in str(caught.value)
