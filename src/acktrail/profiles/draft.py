"""The text of a new profile: complete, commented, valid as it stands."""

import json
from collections.abc import Iterable, Sequence
from typing import NamedTuple

from acktrail.profiles.infer import Guess, Inferred

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


def draft_from(wish: Wish, found: Sequence[Inferred]) -> str:
    """Return the first version of a profile as sample files show it, each value with its evidence.

    Args:
        wish: Who it is and how files come; its format and ids are those of the samples.
        found: What the samples say, at least one item.
    """
    first = found[0]
    formats = [one.format for one in found]
    tables = [_table(one) for one in found]
    head = (
        "# Drafted from sample files. Read each value: a sample shows what was sent, not what was\n"
        f'# agreed.\nschema  = "acktrail/partner/1"\nid      = "{wish.id}"\nversion = 1\n'
        f"name    = {_text(wish.name)}\n"
    )
    ready = "trailer" if first.format in ("x12", "edifact") else "stable"
    parts = [
        head,
        _identity(found),
        TRANSPORTS[wish.transport].format(id=wish.id, ready=ready),
        *(_flow(one, wish.layout) for one in found),
        *tables,
        _acknowledge(formats),
        _routes(found),
    ]
    return "\n".join(part for part in parts if part)


def _identity(found: Sequence[Inferred]) -> str:
    """Write the ids of every format: a partner has one identity, spelled as each format does."""
    usages = [guess for one in found for guess in one.usage]
    values = {guess.value for guess in usages}
    usage = values.pop() if len(values) == 1 else "any"
    lines = ["[identity]   # envelope ids; files that name others are held\n"]
    lines += [
        _listed("senders", _distinct(guess for one in found for guess in one.senders)),
        _listed("receivers", _distinct(guess for one in found for guess in one.receivers)),
    ]
    if usages:
        lines += [_evidence(usages), f'usage = "{usage}"\n']
    return "".join(lines)


def _distinct(guesses: Iterable[Guess]) -> list[Guess]:
    """Return the guesses without those whose value stands before."""
    return list({guess.value: guess for guess in reversed(list(guesses))}.values())[::-1]


def _listed(key: str, guesses: Sequence[Guess]) -> str:
    """Write a list of values under the evidence for each."""
    return f"{_evidence(guesses)}{key} = [{', '.join(_text(one.value) for one in guesses)}]\n"


def _evidence(guesses: Sequence[Guess]) -> str:
    return "".join(f"# {_text(one.value)}: {one.evidence}\n" for one in guesses)


def _flow(one: Inferred, layout: str) -> str:
    named = f"layout  = {_text(layout)}\n" if one.format == "tabular" else ""
    messages = "".join(f"# holds {m.value}: {m.evidence}\n" for m in one.messages)
    doubt = f"# {one.unusable} samples could not be read to their end\n" if one.unusable else ""
    return (
        f'[[flow]]\n{messages}{doubt}name    = "{one.format}"\n'
        f'{_listed("include", one.globs)}format  = "{one.format}"\n{named}'
    )


def _table(one: Inferred) -> str:
    if one.format != "hl7":
        return ""
    return f'[hl7]\n{_listed("versions", one.versions)}timezone = "UTC"   # ask them\n'


def _acknowledge(formats: Sequence[str]) -> str:
    lines = {
        line
        for name in formats
        for line in TABLES[name].partition("[acknowledge]\n")[2].splitlines()
    }
    return "\n".join(["[acknowledge]", *sorted(lines)]) + "\n" if lines else ""


def _routes(found: Sequence[Inferred]) -> str:
    kinds = [kind for one in found for kind in one.kinds]
    rows = [
        f"# [[route]]   # {kind.evidence}\n# document = {_text(kind.value)}\n" for kind in kinds
    ]
    return "# Deny by default: without a row nothing is posted.\n" + "".join(rows)


def _text(value: str) -> str:
    """Write ``value`` as a basic string: JSON's escapes are TOML's."""
    return json.dumps(value, ensure_ascii=False).replace("\x7f", "\\u007f")
