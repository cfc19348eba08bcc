"""The text of a new profile: complete, commented, valid as it stands."""

import json
from typing import NamedTuple

TRANSPORTS = {
    "folder": """\
[inbound]
transport = "folder"            # inbound/{id}/
ready     = {{ mode = "{ready}" }}
after     = "archive"           # or delete, keep
""",
    "sftp": """\
[inbound]
transport = "sftp"
host      = "sftp.{id}.example"
folder    = "out"               # theirs, relative to the login's folder
login     = {{ user = "acktrail", key = "file:{id}-sftp" }}   # secrets/{id}-sftp, mode 0600
host_key  = {{ current = "ssh-ed25519 SHA256:AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA" }}
ready     = {{ mode = "{ready}" }}
after     = "archive"
""",
}
TABLES = {
    "x12": '[acknowledge]\nta1        = "both"\nfunctional = "auto"\n',
    "edifact": '[acknowledge]\ncontrl = "on_request"\n',
    "hl7": '[hl7]\nversions = ["2.3", "2.3.1", "2.4", "2.5", "2.5.1"]\ntimezone = "UTC"\n\n'
    '[acknowledge]\nmode  = "auto"\nbatch = "all"\n',
    "tabular": '[acknowledge]\nreceipt = "csv"\n',
    "bank": "",
    "xml": "",
}
ROUTES = (
    '# [[route]]   # deny by default: without a row nothing is posted\n# document = "invoice"\n'
)
GLOBS = {
    "x12": "*.edi",
    "edifact": "*.edi",
    "hl7": "*.hl7",
    "tabular": "*.csv",
    "bank": "*.sta",
    "xml": "*.xml",
}


class Wish(NamedTuple):
    """What is known when a partner is begun."""

    id: str
    name: str
    format: str
    transport: str = "folder"
    layout: str = ""
    sender: str = ""
    receiver: str = ""


def draft(wish: Wish) -> str:
    """Return the first version of a profile."""
    ready = "trailer" if wish.format in ("x12", "edifact") else "stable"
    layout = (
        f"layout  = {_text(wish.layout or 'supplier-invoice')}\n"
        if wish.format == "tabular"
        else ""
    )
    identity = f"senders   = [{_text(wish.sender) if wish.sender else ''}]\n"
    identity += f"receivers = [{_text(wish.receiver) if wish.receiver else ''}]\n"
    head = (
        f'schema  = "acktrail/partner/1"\nid      = "{wish.id}"\nversion = 1\n'
        f"name    = {_text(wish.name)}\n"
    )
    flow = (
        f'[[flow]]\nname    = "files"\ninclude = ["{GLOBS[wish.format]}"]\n'
        f'format  = "{wish.format}"\n{layout}'
    )
    parts = [
        head,
        f"[identity]   # envelope ids; files that name others are held\n{identity}",
        TRANSPORTS[wish.transport].format(id=wish.id, ready=ready),
        flow,
        TABLES[wish.format],
        ROUTES,
    ]
    return "\n".join(part for part in parts if part)


def _text(value: str) -> str:
    """Write ``value`` as a basic string: JSON's escapes are TOML's."""
    return json.dumps(value, ensure_ascii=False).replace("\x7f", "\\u007f")
