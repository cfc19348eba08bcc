"""The ``acktrail`` command. stdout is data, stderr is talk.

Exit codes: 0 ok, 1 error, 2 usage, 3 checks failed, 4 not found, 5 refused by policy, 6 conflict,
7 dependency down, 8 integrity failure, 75 try again, 130 interrupted.
"""

import os
import sys
from importlib import import_module
from typing import Any, NamedTuple

import click

from acktrail.cli.failures import INTERRUPTED, explain
from acktrail.errors import AcktrailError


class Lazy(NamedTuple):
    """Where a command lives, and what the list of commands says of it."""

    place: str
    help: str


class LazyGroup(click.Group):
    """A group that imports a command only when it is called: start-up stays near click's own."""

    lazy: dict[str, Lazy]

    def __init__(self, *args: Any, lazy: dict[str, Lazy] | None = None, **kwargs: Any) -> None:  # noqa: ANN401 - click's
        super().__init__(*args, **kwargs)
        self.lazy = lazy or {}

    def list_commands(self, ctx: click.Context) -> list[str]:
        """Name the commands in the order of a day's work."""
        del ctx
        return list(self.lazy)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        """Import a command."""
        del ctx
        found = self.lazy.get(cmd_name)
        if found is None:
            return None
        module, _, name = found.place.partition(":")
        command: click.Command = getattr(import_module(module), name)
        return command

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """List the commands without importing one."""
        del ctx
        with formatter.section("Commands"):
            formatter.write_dl([(name, one.help) for name, one in self.lazy.items()])

    def invoke(self, ctx: click.Context) -> Any:  # noqa: ANN401 - click's
        """Run a command; deliberate errors become one line each and an exit code."""
        try:
            return super().invoke(ctx)
        except AcktrailError as error:
            ctx.exit(explain(error))
        except BrokenPipeError:  # `acktrail find ... | head` read enough: nothing went wrong
            os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
            ctx.exit(0)
        except (KeyboardInterrupt, click.Abort):
            ctx.exit(INTERRUPTED)


COMMANDS = {
    "init": Lazy("acktrail.cli.home:init", "Make a new home in DIR."),
    "run": Lazy("acktrail.cli.service:run", "Run the service; --once: take what is there, end."),
    "serve": Lazy("acktrail.cli.service:serve", "Serve console and API until SIGTERM."),
    "demo": Lazy("acktrail.cli.service:demo", "Show the main job on the samples, from nothing."),
    "inspect": Lazy("acktrail.cli.inspect:inspect", "Read files without any side effect."),
    "exchange": Lazy(
        "acktrail.cli.exchange:exchange", "what became of a file; release, replay, park."
    ),
    "exception": Lazy(
        "acktrail.cli.exception:exception", "list, show, resolve: what a person decides."
    ),
    "find": Lazy("acktrail.cli.exchange:find", "Search by name, hash, control number, document."),
    "status": Lazy("acktrail.cli.exchange:status", "Counts, and what needs a person."),
    "doctor": Lazy("acktrail.cli.doctor:doctor", "What is wrong with this home, and what to do."),
    "partner": Lazy(
        "acktrail.cli.partner:partner",
        "the partners' profiles: new, lint, check, test, submit, approve.",
    ),
    "layout": Lazy("acktrail.cli.layout:layout", "infer: a layout drafted from samples."),
    "crosswalk": Lazy("acktrail.cli.crosswalk:crosswalk", "check: codes that lead to Odoo."),
    "odoo": Lazy("acktrail.cli.odoo:odoo", "check, drain, reconcile: the Odoo side."),
    "lane": Lazy("acktrail.cli.lane:lane", "list, pause, resume: what goes to Odoo."),
    "ledger": Lazy("acktrail.cli.ledger:ledger", "verify, show: the proof."),
    "user": Lazy("acktrail.cli.access:user", "add, grant, revoke, password: who may do what."),
    "token": Lazy("acktrail.cli.token:token", "issue, list, revoke: API tokens."),
    "roles": Lazy("acktrail.cli.access:roles", "list, export: what each role may do."),
    "audit": Lazy("acktrail.cli.access:audit", "access, actions: who looked, who intervened."),
    "store": Lazy("acktrail.cli.store:store", "seal, rotate: the files that are kept."),
    "retention": Lazy(
        "acktrail.cli.retention:retention", "due, request, approve, hold, log: disposal."
    ),
    "backup": Lazy("acktrail.cli.backup:backup", "Copy this home while it runs; --verify a copy."),
    "restore": Lazy("acktrail.cli.backup:restore", "Make a home again from a backup."),
    "db": Lazy("acktrail.cli.ledger:db", "upgrade: the database's tables."),
}


@click.group(cls=LazyGroup, lazy=COMMANDS, context_settings={"help_option_names": ["-h", "--help"]})
@click.option(
    "--home", envvar="ACKTRAIL_HOME", default=".", metavar="DIR", help="Home folder [default: .]"
)
@click.version_option(package_name="acktrail", message="%(version)s")
@click.pass_context
def cli(ctx: click.Context, home: str) -> None:
    """Exchange files with healthcare partners on behalf of Odoo, with proof."""
    ctx.obj = home
