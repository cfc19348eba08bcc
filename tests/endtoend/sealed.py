"""The sealed SFTP partner of the samples, with a real server and real keys behind its profile."""

import shutil
import subprocess
from pathlib import Path

import tomlkit

from tests.conftest import ROOT
from tests.endtoend.house import House
from tests.service.gpg.workshop import Workshop
from tests.service.sshd import Sshd

PARTNER = "payer-northwind"
IN, OUT = "outgoing", "incoming"  # as the partner sees them


def move_in(house: House, server: Sshd, workshop: Workshop, slug: str) -> None:
    """Write the partner's profile and our keys into a home; both sides meet at ``server``."""
    table = tomlkit.parse((ROOT / "partners" / PARTNER / "1.toml").read_text())
    for name, place in (("inbound", IN), ("outbound", OUT)):
        (server.home / place).mkdir()
        endpoint = table[name]
        endpoint["host"], endpoint["port"] = "127.0.0.1", server.port
        endpoint["folder"] = str(server.home / place)
        endpoint["login"]["user"] = server.user
        endpoint["host_key"]["current"] = server.host_key()
    table["inbound"]["poll"] = "1s"
    step = table["flow"][0]["envelope"][0]
    step["signers"], step["keys"] = [workshop.fingerprints["payer"]], ["keys/payer.asc"]
    table["odoo"]["slug"] = slug
    folder = house.root / "partners" / PARTNER
    shutil.rmtree(folder)
    (folder / "keys").mkdir(parents=True)
    (folder / "1.toml").write_text(tomlkit.dumps(table))
    (folder / "keys" / "payer.asc").write_bytes(workshop.public("payer"))
    _secret(house, "northwind-sftp", (server.folder / "login").read_bytes())
    _secret(house, "openpgp-ours.asc", workshop.secret("ours"))


def _secret(house: House, name: str, body: bytes) -> None:
    path = house.root / "secrets" / name
    path.unlink(missing_ok=True)
    path.touch(0o600)
    path.write_bytes(body)


class Client:
    """The partner's own SFTP program: OpenSSH's, which knows the server's key and no other."""

    def __init__(self, server: Sshd, folder: Path) -> None:
        folder.mkdir()
        self._server, self._folder = server, folder
        known = folder / "known_hosts"
        known.write_text(f"[127.0.0.1]:{server.port} {server.host_key()}\n")
        self._options = {
            "UserKnownHostsFile": str(known),
            "GlobalKnownHostsFile": "/dev/null",
            "StrictHostKeyChecking": "yes",
            "IdentityFile": str(server.folder / "login"),
            "IdentitiesOnly": "yes",
            "BatchMode": "yes",
        }

    def put(self, name: str, body: bytes) -> None:
        """Upload under a temporary name and rename, as careful partners do."""
        (self._folder / name).write_bytes(body)
        target = self._server.home / IN / name
        self._run(f"put {self._folder / name} {target}.part", f"rename {target}.part {target}")

    def fetch_all(self) -> dict[str, bytes]:
        """Download every answer."""
        into = self._folder / "fetched"
        into.mkdir(exist_ok=True)
        self._run(f"lcd {into}", f"-get {self._server.home / OUT}/*")
        return {path.name: path.read_bytes() for path in sorted(into.iterdir())}

    def _run(self, *lines: str) -> None:
        words = [word for pair in self._options.items() for word in ("-o", "=".join(pair))]
        place = f"{self._server.user}@127.0.0.1"
        call = ["sftp", "-q", "-b", "-", "-P", str(self._server.port), *words, place]
        text = "".join(f"{line}\n" for line in lines).encode()
        subprocess.run(call, input=text, check=True, capture_output=True, timeout=60)
