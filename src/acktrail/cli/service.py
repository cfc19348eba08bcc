"""``acktrail run`` and ``acktrail demo``."""

import logging
import os
import signal
import sys
import threading
from datetime import timedelta
from importlib import import_module
from pathlib import Path

import click

from acktrail.app.demo import run_demo
from acktrail.app.home import Home
from acktrail.app.service import Service
from acktrail.app.wiring import wire
from acktrail.cli.failures import AGAIN, BROKEN

SERVER = "acktrail.web.server"  # by its name: the two skins do not know each other


def _log_to_stderr() -> None:
    """Log our own words only: a library's may quote data."""
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(logging.Formatter("%(asctime)s %(levelname)s %(name)s %(message)s"))
    ours = logging.getLogger("acktrail")
    ours.addHandler(handler)
    ours.setLevel(logging.INFO)
    ours.propagate = False
    logging.lastResort = None
    logging.getLogger().addHandler(logging.NullHandler())

    def thread_ended(args: threading.ExceptHookArgs) -> None:
        name = args.thread.name if args.thread else "?"
        ours.error("thread ended: thread=%s error=%s", name, args.exc_type.__name__)

    threading.excepthook = thread_ended


@click.command()
@click.option("--once", is_flag=True, help="Take what is there, finish it, end.")
@click.option("--patience", default=600, show_default=True, help="Seconds that --once may take.")
@click.pass_context
def run(ctx: click.Context, *, once: bool, patience: int) -> None:
    """Run the service until SIGTERM or SIGINT."""
    _log_to_stderr()
    service = Service(wire(Home(Path(ctx.obj))))

    def stop(_number: int, _frame: object) -> None:
        service.stopping.set()

    signal.signal(signal.SIGTERM, stop)
    signal.signal(signal.SIGINT, stop)
    service.start()
    if once:
        done = service.run_once(timedelta(seconds=patience))
        code = BROKEN if service.seal.forked else 0 if done else AGAIN
        _leave(code)
        ctx.exit(code)
    click.echo("running; stop with SIGTERM", err=True)
    service.run()
    code = BROKEN if service.seal.forked else 0
    _leave(code)
    ctx.exit(code)


@click.command()
@click.pass_context
def serve(ctx: click.Context) -> None:
    """Serve console and API, as `[console]` of acktrail.toml says, until SIGTERM or SIGINT."""
    home = Home(Path(ctx.obj))
    console = home.settings().console
    _log_to_stderr()
    scheme = "https" if console.certificate else "http"
    click.echo(f"{scheme}://{console.bind}:{console.port}; stop with SIGTERM", err=True)
    import_module(SERVER).serve(home)


def _leave(code: int) -> None:
    """End the process although a step still waits for somebody else: it runs again next time.

    Without such a step nothing happens here, and the interpreter ends as usual.
    """
    waiting = [one for one in threading.enumerate() if not one.daemon]
    if len(waiting) > 1:  # beside this one
        logging.getLogger("acktrail.service").warning("left behind: steps=%d", len(waiting) - 1)
        logging.shutdown()
        os._exit(code)


@click.command()
@click.option("--dir", "folder", type=click.Path(path_type=Path), help="Where to make the home.")
@click.option("--odoo-url", envvar="ODOO_URL", default="", help="Post to this Odoo 19.")
@click.option("--odoo-database", envvar="ODOO_DB", default="")
@click.option("--odoo-key", envvar="ODOO_API_KEY", default="")
@click.pass_context
def demo(
    ctx: click.Context, folder: Path | None, odoo_url: str, odoo_database: str, odoo_key: str
) -> None:
    """Show the main job on the samples, from nothing; the home stays for looking around."""
    code = run_demo(folder, (odoo_url, odoo_database, odoo_key) if odoo_url else None, click.echo)
    ctx.exit(code)
