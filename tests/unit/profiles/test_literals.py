"""A secret that was written where a reference belongs is found, and never repeated."""

import pytest

from acktrail.profiles.literals import literal_secrets

SECRET = "hunter2hunter2"  # noqa: S105 - what must not be repeated


@pytest.mark.parametrize(
    ("text", "where"),
    [
        (f'[login]\npassword = "{SECRET}"', "login.password"),
        (f'[[step]]\npassphrase = "{SECRET}"', "step[0].passphrase"),
        (f'[odoo]\napi_key = "{SECRET}"', "odoo.api_key"),
        (f'x = {{ client_secret = "{SECRET}" }}', "x.client_secret"),
        (f'database = "postgresql://edi:{SECRET}@db/edi"', "line 1"),
        (f"# was: sftp://edi:{SECRET}@host", "line 1"),
        (f'key = """\n-----BEGIN OPENSSH PRIVATE KEY-----\n{SECRET}"""', "line 2"),
        ("# AGE-SECRET-KEY-1QQQQ", "line 1"),
        ('token = "hvs.CAESIJ1234567890abcdef"', "line 1"),
        ('id = "AKIAABCDEFGHIJKLMNOP"', "line 1"),
        ('id = "ghp_abcdefghijklmnopqrstuvwxyz012345"', "line 1"),
        (f"broken = [\n# -----BEGIN PGP PRIVATE KEY BLOCK-----\n{SECRET}", "line 2"),
    ],
)
def test_secret_is_named_by_its_place_and_not_repeated(text: str, where: str) -> None:
    found = list(literal_secrets(text.encode()))

    assert where in {place for place, _ in found}
    assert SECRET not in repr(found)


@pytest.mark.parametrize(
    "text",
    [
        'password = "file:acme-sftp"',
        'passphrase = "vault:edi/acme#password"',
        'secret_keys = ["file:ours.asc"]',
        'host_key = { current = "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAA" }',
        'url = "https://odoo.example.org"',
        'key = "file:odoo-main"',
        '[x12]\nsegment_terminator = "~"',
        "token = 5",
    ],
)
def test_reference_is_none(text: str) -> None:
    assert list(literal_secrets(text.encode())) == []
