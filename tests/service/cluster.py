"""A private PostgreSQL cluster in a temporary folder, reached by a socket only."""

import os
import pwd
import shutil
import subprocess
from pathlib import Path
from typing import Final

import psycopg
from psycopg import sql

PORT: Final = 55777  # names the socket; nothing listens on the network


class Cluster:
    """A running server; root starts it as an ordinary user, which PostgreSQL insists on."""

    def __init__(self, binaries: Path, folder: Path) -> None:
        self.folder = folder
        self._binaries = binaries
        self._user = _ordinary_user()

    def start(self) -> None:
        if self._user is not None:
            account = pwd.getpwnam(self._user)
            os.chown(self.folder, account.pw_uid, account.pw_gid)
        data = str(self.folder / "data")
        self._run("initdb", "-A", "trust", "-U", "postgres", "--no-locale", "-E", "UTF8", data)
        options = f"-p {PORT} -c listen_addresses='' -c max_connections=60 -k {self.folder}"
        self._run(
            "pg_ctl", "-D", data, "-l", str(self.folder / "log"), "-w", "-o", options, "start"
        )

    def stop(self) -> None:
        self._run("pg_ctl", "-D", str(self.folder / "data"), "-m", "immediate", "stop")

    def url(self, database: str, role: str = "postgres") -> str:
        return f"postgresql://{role}@/{database}?host={self.folder}&port={PORT}"

    def execute(self, statement: sql.Composed) -> None:
        with psycopg.connect(self.url("postgres"), autocommit=True) as connection:
            connection.execute(statement)

    def _run(self, name: str, *arguments: str) -> None:
        command = [str(self._binaries / name), *arguments]
        subprocess.run(
            command,
            check=True,
            cwd=self.folder,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            user=self._user,
            group=self._user,
            extra_groups=None if self._user is None else (),
        )


def installed_binaries() -> Path | None:
    """Return the folder of initdb and pg_ctl, or None."""
    debian = sorted(Path("/usr/lib/postgresql").glob("*/bin"), reverse=True)
    on_path = shutil.which("pg_ctl")
    candidates = ([Path(on_path).parent] if on_path else []) + debian
    return next((path for path in candidates if (path / "initdb").exists()), None)


def _ordinary_user() -> str | None:
    """Whom root starts the server as; None = who we are."""
    if os.geteuid() != 0:
        return None
    known = {account.pw_name for account in pwd.getpwall()}
    return next(name for name in ("postgres", "nobody") if name in known)
