from datetime import timedelta

import pytest

from acktrail.app.settings import EXAMPLE, read_settings
from acktrail.errors import ProfileError

ODOO = 'url = "https://odoo.example"\ndatabase = "production"\nkey = "file:odoo-main"\n'


def said(body: str, **environment: str) -> list[str]:
    with pytest.raises(ProfileError) as caught:
        read_settings(body.encode(), environment)
    return [str(one) for one in caught.value.args]


def test_settings_that_init_writes_are_the_defaults() -> None:
    settings = read_settings(EXAMPLE.encode(), {})

    assert (settings.node, settings.database, settings.openpgp) == ("node-1", "", "auto")
    assert settings.stop == timedelta(seconds=20)
    assert settings.odoo == {}


def test_commented_lines_of_the_example_are_valid_once_uncommented() -> None:
    body = "\n".join(
        line.removeprefix("# ") for line in EXAMPLE.splitlines() if not line.startswith("# ---")
    )

    assert read_settings(body.encode(), {}).odoo["main"].database == "production"


@pytest.mark.parametrize(
    ("body", "what"),
    [
        ('bind = "0.0.0.0"', "only with certificate and key, or behind proxies"),
        ('certificate = "a.pem"', "both or none"),
        ('bind = "0.0.0.0"\nproxies = ["10.0.0.5"]', "hosts"),
        ("port = 70000", "port"),
    ],
)
def test_console_never_leaves_the_machine_in_the_open(body: str, what: str) -> None:
    (problem,) = said(f'schema = "acktrail/settings/1"\n[console]\n{body}\n')

    assert "console" in problem
    assert what in problem


def test_environment_wins_over_the_file() -> None:
    body = EXAMPLE + 'node = "from-file"\n'

    settings = read_settings(
        body.encode(), {"ACKTRAIL_NODE": "a", "ACKTRAIL_DATABASE": "sqlite://"}
    )

    assert (settings.node, settings.database) == ("a", "sqlite://")


def test_empty_variable_of_the_environment_changes_nothing() -> None:
    body = EXAMPLE + 'node = "from-file"\n'

    assert read_settings(body.encode(), {"ACKTRAIL_NODE": ""}).node == "from-file"


def test_unknown_key_is_named_with_the_nearest_known_one() -> None:
    assert said(EXAMPLE + 'nodee = "x"\n') == ["nodee: no such key; did you mean 'node'?"]
    assert said(EXAMPLE + f"[odoo.main]\n{ODOO}timout = 1\n") == [
        "odoo.main.timout: no such key; did you mean 'timeout'?"
    ]


def test_password_in_the_url_of_odoo_is_refused_and_not_repeated() -> None:
    body = EXAMPLE + f"[odoo.main]\n{ODOO}".replace("https://", "https://bot:Canarysecret@")

    assert "Canarysecret" not in " ".join(said(body))


def test_key_of_odoo_that_is_written_out_is_refused_and_not_repeated() -> None:
    body = EXAMPLE + f"[odoo.main]\n{ODOO}".replace("file:odoo-main", "Canarysecret")

    assert "Canarysecret" not in " ".join(said(body))
