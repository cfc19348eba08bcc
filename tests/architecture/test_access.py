"""Every command either only looks, or asks who may before it changes anything.

A new command stands in one of the two tables below, or this fails.
"""

from collections.abc import Iterator
from datetime import datetime
from pathlib import Path

import click
import pytest
from click.testing import CliRunner

from acktrail.app.cases import SECRETS
from acktrail.app.home import Home
from acktrail.app.trial import open_trial
from acktrail.app.wiring import open_tools
from acktrail.cli.main import cli
from acktrail.security.roles import MATRIX, READ
from acktrail.security.users import STREAM
from tests.conftest import ROOT

RELAY = "clearing-relay"
WHY = ("--reason", "because")

# Commands that change nothing, or make and serve a home before there can be users.
OPEN = {
    *("init", "run", "serve", "demo", "inspect", "find", "status", "doctor"),
    *("db upgrade", "restore"),
    *("exchange list", "exchange show", "exchange why", "exchange trace"),
    *("exception list", "exception show", "lane list", "crosswalk check"),
    *(
        "partner lint",
        "partner list",
        "partner test",
        *("partner check", "partner keys", "partner card"),
        "partner log",
        "partner diff",
        "partner try",
    ),
    *("odoo check", "odoo routes", "odoo reconcile"),
    *("ledger verify", "ledger key", "ledger show"),
    *("layout infer", "retention due", "retention holds", "retention log"),
    *("user list", "token list", "roles list", "roles export", "audit access", "audit actions"),
}
# What a command asks for, and how it is called: with ids that need not exist.
GUARDED: dict[str, tuple[str, tuple[str, ...]]] = {
    "exchange show --payload": ("payload.read", ("ex_1", *WHY)),
    "exchange capture": ("payload.read", ("ex_1", "--out=case", *WHY)),
    "exchange release": ("exchange.release", ("ex_1", *WHY)),
    "exchange replay": ("exchange.replay", ("ex_1", *WHY)),
    "exchange park": ("exchange.park", ("ex_1", *WHY)),
    "exception resolve": ("exception.resolve", ("1", "--dismiss", *WHY)),
    "lane pause": ("lane.pause", ("main", *WHY)),
    "lane resume": ("lane.resume", ("main", *WHY)),
    "odoo drain": ("odoo.drain", ()),
    "partner new": ("profile.write", ("newcomer",)),
    "partner check --write": ("partner.probe", (RELAY,)),
    "partner test --accept": ("profile.write", ("newcomer",)),
    "partner submit": ("profile.submit", (RELAY, *WHY)),
    "partner withdraw": ("profile.withdraw", (RELAY, *WHY)),
    "partner approve": ("profile.approve", (RELAY, *WHY)),
    "partner rollback": ("profile.rollback", (f"{RELAY}@1", *WHY)),
    "partner suspend": ("profile.suspend", (RELAY, *WHY)),
    "partner resume": ("profile.resume", (RELAY, *WHY)),
    "partner retire": ("profile.retire", (RELAY, *WHY)),
    "backup": ("backup.make", ("backups",)),
    "ledger checkpoint": ("ledger.checkpoint", ()),
    "ledger pack": (
        "ledger.pack",
        ("--partner=x", "--from=2026-01-01", "--to=2026-02-01", "--out=pack.zip", *WHY),
    ),
    "ledger pack --payloads": (
        "payload.read",
        ("--partner=x", "--from=2026-01-01", "--to=2026-02-01", "--out=pack.zip", *WHY),
    ),
    "store seal": ("store.seal", ()),
    "store rotate": ("store.rotate", ()),
    "retention request": ("retention.request", WHY),
    "retention approve": ("retention.approve", ("2026-01-01/0", *WHY)),
    "retention finish": ("retention.finish", WHY),
    "retention hold": ("retention.hold", ("ex_1", *WHY)),
    "retention unhold": ("retention.unhold", ("2026-01-01/0", *WHY)),
    "token issue": ("token.issue", ("--act", "read", *WHY)),
    "token revoke": ("token.revoke", ("0", *WHY)),
    "user add": ("access.manage", ("eve", *WHY)),
    "user grant": ("access.manage", ("eve", "operator", *WHY)),
    "user revoke": ("access.manage", ("eve", "operator", *WHY)),
    "user disable": ("access.manage", ("eve", *WHY)),
    "user password": ("access.manage", ("eve", *WHY)),
}


def commands(group: click.Command = cli, path: str = "") -> Iterator[str]:
    if isinstance(group, click.Group):
        context = click.Context(group)
        for name in group.list_commands(context):
            one = group.get_command(context, name)
            assert one is not None
            yield from commands(one, f"{path} {name}".strip())
    else:
        yield path


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A home that asks, whose only user is an administrator who is not at this keyboard."""
    root = tmp_path_factory.mktemp("access") / "home"
    open_trial(root, ROOT / "partners", SECRETS).close()
    tools = open_tools(Home(root))
    with tools.ledger.begin() as tx:
        tx.append(STREAM, "user_added", {"user": "somebody-else"}, "user:setup")
        facts = {"user": "somebody-else", "role": "administrator", "reason": "first"}
        tx.append(STREAM, "granted", facts, "user:setup")
    tools.close()
    with (root / "acktrail.toml").open("a") as settings:
        settings.write("\n[access]\nenforce = true\n")
    return root


def refusals(home: Path) -> list[tuple[str, object]]:
    tools = open_tools(Home(home))
    days = tools.ledger.streams("access:2")
    found = [(e.kind, e.body["act"]) for day in days for e in tools.ledger.entries(day)]
    assert all(datetime.fromisoformat(day.removeprefix("access:")) for day in days)
    tools.close()
    return found


def test_every_command_is_in_one_of_the_tables() -> None:
    guarded = {name.partition(" --")[0] for name in GUARDED} - OPEN  # some only with an option

    assert sorted(commands()) == sorted(OPEN | guarded)


def test_every_act_of_the_matrix_is_asked_for_by_a_command() -> None:
    assert {act for act, _ in GUARDED.values()} == set(MATRIX) - {READ}


@pytest.mark.parametrize("name", sorted(GUARDED))
def test_command_is_refused_before_it_does_anything(home: Path, name: str) -> None:
    act, arguments = GUARDED[name]
    before = refusals(home)

    result = CliRunner().invoke(cli, ["--home", str(home), *name.split(), *arguments])

    assert result.exit_code == 5, result.output
    assert result.stderr.startswith("policy.role: ")
    assert refusals(home) == [*before, ("refused", act)]
