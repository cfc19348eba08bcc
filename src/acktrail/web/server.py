"""Runs the console and the API until it is told to stop."""

import signal
from datetime import timedelta
from pathlib import Path

import uvicorn

from acktrail.app.home import Home
from acktrail.app.settings import ConsoleSettings
from acktrail.app.wiring import restarts
from acktrail.errors import SecretError
from acktrail.web.application import make_application

OTHERS = 0o077  # bits of a mode that let others read


def serve(home: Home) -> None:
    """Serve a home until SIGTERM or SIGINT, then let running requests finish.

    Raises:
        SetupError: The home does not ask who may do what.
        SecretError: The TLS key is not there, or others can read it.
    """
    with restarts(home) as restart:
        settings = restart.tools.settings
        server = _server_settings(home, settings.console, settings.stop)
        server.app = make_application(restart)
        for number in (signal.SIGTERM, signal.SIGINT):
            # The server raises what it caught once more when it is done: that is no crash.
            signal.signal(number, lambda *_: None)
        uvicorn.Server(server).run()


def _server_settings(home: Home, console: ConsoleSettings, stop: timedelta) -> uvicorn.Config:
    """Return the server's settings: no access log, whose lines would hold addresses and paths."""
    certificate, key = (
        str(home.root / name) if name else None for name in (console.certificate, console.key)
    )
    if key:
        _need_private(key)
    return uvicorn.Config(
        "",
        host=console.bind,
        port=console.port,
        ssl_certfile=certificate,
        ssl_keyfile=key,
        proxy_headers=bool(console.proxies),
        forwarded_allow_ips=list(console.proxies),
        access_log=False,
        server_header=False,
        log_config=None,
        http="h11",
        ws="none",
        lifespan="off",
        timeout_graceful_shutdown=int(stop.total_seconds()),
    )


def _need_private(path: str) -> None:
    try:
        mode = Path(path).stat().st_mode
    except OSError:
        msg = "console.key: no such file"
        raise SecretError(msg) from None
    if mode & OTHERS:
        msg = "console.key: others can read it; chmod 600"
        raise SecretError(msg)
