"""An evidence pack: what happened with one partner's files in a time, with proofs, in one zip file.

The same question at the same checkpoint gives the same bytes. No patient data is in it unless it is
asked for: entries and answers that only name control numbers and positions are; files, names of
files and answers that quote are not.
"""

import csv
import io
import json
from base64 import b64encode
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime
from hashlib import sha256
from importlib.resources import files
from pathlib import Path
from typing import Final, NamedTuple
from zipfile import ZIP_DEFLATED, ZipFile, ZipInfo

from acktrail.app.chunks import digest_of
from acktrail.app.sealing import Sealing, keys
from acktrail.app.tools import Tools
from acktrail.errors import NotFoundError
from acktrail.ledger import note as notes
from acktrail.ledger.merkle import NodeAt, inclusion_proof
from acktrail.ledger.tiles import nodes
from acktrail.ports import ExchangeRow

SCHEMA: Final = "acktrail/pack/1"
PAGE: Final = 500
# Answers that hold control numbers, codes and positions, but nobody's data.
WITHOUT_PERSONS: Final = frozenset({"TA1", "997", "999", "CONTRL", "ACK"})
_EPOCH: Final = (1980, 1, 1, 0, 0, 0)
_COLUMNS: Final = (
    *("exchange", "received", "status", "profile", "profile_sha256"),
    *("raw_sha256", "clear_sha256", "size", "entries", "answers"),
)
_COVER: Final = """\
Evidence pack of acktrail

Partner      {partner}
From         {since}
To           {until}
Exchanges    {exchanges}
Entries      {entries}
Ledger       {origin}
Checkpoint   {size} entries, root {root}
Payloads     {payloads}

Manifest     sha256 {manifest}
Verifier     sha256 {verifier}

Check it without acktrail, with Python 3.11 or later and nothing else, on any machine:

    unzip PACK.zip verify/*
    python3 verify PACK.zip --key KEY --anchors ANCHORS

A pack proves what is in it: each entry as it was signed, none left out between the first entry of
an exchange and its last one here. It cannot prove that an exchange that is not closed has no later
entry.

KEY is a file with the ledger's public key, which you have from its owner and not from this pack.
ANCHORS is a checkpoint, or a folder of them, that you kept. Compare the verifier's sha256 with the
one that you trust: it is the hash over its files in the order of their names.
"""
_START: Final = b"import sys\n\nfrom acktrail_verify.__main__ import main\n\nsys.exit(main())\n"


class Wish(NamedTuple):
    """What the pack is about."""

    partner: str
    since: datetime
    until: datetime
    at: int = 0  # size of the checkpoint; 0: the newest
    payloads: bool = False


class Packed(NamedTuple):
    """What was written."""

    exchanges: int
    entries: int
    size: int
    sha256: str


@dataclass(slots=True)
class _Archive:
    """A zip file whose bytes depend on its content only."""

    file: ZipFile
    digests: dict[str, str] = field(default_factory=dict)

    def add(self, name: str, body: bytes) -> None:
        self.digests[name] = sha256(body).hexdigest()
        self.file.writestr(_member(name), body)

    def add_lines(self, name: str, lines: Iterator[bytes]) -> int:
        """Write lines one by one; return how many."""
        digest, count = sha256(), 0
        with self.file.open(_member(name), "w", force_zip64=True) as target:
            for count, one in enumerate(lines, 1):  # noqa: B007 - the last count is the answer
                digest.update(one)
                target.write(one)
        self.digests[name] = digest.hexdigest()
        return count


def pack(sealing: Sealing, wish: Wish, target: Path) -> Packed:
    """Write the pack to ``target``.

    Raises:
        NotFoundError: No exchange of that partner in that time, or no checkpoint of that size.
    """
    tools = sealing.tools
    if not wish.at:
        sealing.seal()
    note = tools.ledger.note_at(wish.at)
    checkpoint = notes.read(note)
    exchanges = list(_exchanges(tools, wish))
    if not exchanges:
        msg = "no exchange of this partner in this time"
        raise NotFoundError(msg)
    node = nodes(sealing.sequencer.files.get, checkpoint.size)
    with ZipFile(target, "w", ZIP_DEFLATED, compresslevel=6) as file:
        archive = _Archive(file)
        archive.add("checkpoint", note.encode())
        archive.add("key", "".join(f"{one}\n" for one in keys(tools).believed).encode())
        streams = [f"profile:{wish.partner}", *(one.id for one in exchanges)]
        lines = _entries(tools, streams, node, checkpoint.size)
        entries = archive.add_lines("entries.jsonl", lines)
        archive.add_lines("consistency.jsonl", _consistency(sealing, checkpoint.size))
        archive.add("exchanges.csv", _table(tools, exchanges).encode())
        _add_profiles(archive, tools, exchanges)
        _add_answers(archive, tools, exchanges, payloads=wish.payloads)
        verifier = _add_verifier(archive)
        facts = {"schema": SCHEMA, "partner": wish.partner, "files": archive.digests}
        times = {"from": wish.since.isoformat(), "to": wish.until.isoformat()}
        manifest = json.dumps(facts | times, sort_keys=True, indent=1).encode()
        file.writestr(_member("manifest.json"), manifest)
        cover = _COVER.format(
            partner=wish.partner,
            since=wish.since.isoformat(),
            until=wish.until.isoformat(),
            exchanges=len(exchanges),
            entries=entries,
            origin=checkpoint.origin,
            size=checkpoint.size,
            root=checkpoint.root.hex(),
            payloads="included, as asked for" if wish.payloads else "not included",
            manifest=sha256(manifest).hexdigest(),
            verifier=verifier,
        )
        file.writestr(_member("README.txt"), cover)
    with target.open("rb") as whole:
        return Packed(len(exchanges), entries, checkpoint.size, digest_of(whole))


def _exchanges(tools: Tools, wish: Wish) -> Iterator[ExchangeRow]:
    """Yield the partner's exchanges received in the time, newest first."""
    before = ""
    while rows := tools.ledger.exchanges(
        partner=wish.partner, since=wish.since, limit=PAGE, before=before
    ):
        yield from (row for row in rows if row.opened_at < wish.until)
        before = rows[-1].id


def _entries(tools: Tools, streams: list[str], node: NodeAt, size: int) -> Iterator[bytes]:
    """Yield one line an entry, with its place in the tree and the proof of it."""
    for stream in streams:
        for leaf, data in tools.ledger.leaves(stream):
            if leaf >= size:
                break  # it came after the checkpoint
            proof = [one.hex() for one in inclusion_proof(node, leaf, size)]
            row = {"data": b64encode(data).decode(), "leaf": leaf, "proof": proof}
            yield json.dumps(row, sort_keys=True).encode() + b"\n"


def _consistency(sealing: Sealing, size: int) -> Iterator[bytes]:
    """Yield the proof that the tree starts with each tree that a witness knows."""
    for old in sealing.tools.ledger.anchored_sizes(size):
        proof = [one.hex() for one in sealing.sequencer.proof(old, size)]
        yield json.dumps({"proof": proof, "size": old}, sort_keys=True).encode() + b"\n"


def _table(tools: Tools, exchanges: list[ExchangeRow]) -> str:
    text = io.StringIO()
    rows = csv.writer(text, lineterminator="\n")
    rows.writerow(_COLUMNS)
    for one in exchanges:
        answers = " ".join(f"{a.kind}:{a.sha256}" for a in tools.ledger.answers(one.id))
        rows.writerow(
            (
                *(one.id, one.opened_at.isoformat(), one.status, one.profile, one.profile_sha256),
                *(one.raw_sha256, one.clear_sha256, one.size, one.entries, answers),
            )
        )
    return text.getvalue()


def _add_profiles(archive: _Archive, tools: Tools, exchanges: list[ExchangeRow]) -> None:
    for profile, digest in sorted({(one.profile, one.profile_sha256) for one in exchanges}):
        partner, _, version = profile.partition("@")
        body = tools.home.profile(partner, int(version)).path.read_bytes()
        if sha256(body).hexdigest() == digest:  # else the file was changed; the entries say which
            archive.add(f"profiles/{profile}.toml", body)


def _add_answers(
    archive: _Archive, tools: Tools, exchanges: list[ExchangeRow], *, payloads: bool
) -> None:
    for one in exchanges:
        for at, answer in enumerate(tools.ledger.answers(one.id)):
            if payloads or answer.kind in WITHOUT_PERSONS:
                name = f"acknowledgements/{one.id}/{at}-{answer.kind}"
                _add_kept(archive, tools, name, answer.blob)
        if payloads:
            _add_kept(archive, tools, f"payloads/{one.id}/raw", one.raw)


def _add_kept(archive: _Archive, tools: Tools, name: str, blob: str) -> None:
    """Add kept content; what was disposed of is left out, and its entries say so."""
    try:
        archive.add(name, tools.store.get(blob))
    except NotFoundError as error:
        if error.code != "store.disposed":
            raise


def _add_verifier(archive: _Archive) -> str:
    """Add the offline verifier; return the hash over its files."""
    digest = sha256()
    modules = [one for one in files("acktrail_verify").iterdir() if one.name.endswith(".py")]
    for one in sorted(modules, key=lambda module: module.name):
        body = one.read_bytes()
        digest.update(body)
        archive.add(f"verify/acktrail_verify/{one.name}", body)
    archive.add("verify/__main__.py", _START)
    return digest.hexdigest()


def _member(name: str) -> ZipInfo:
    info = ZipInfo(name, _EPOCH)
    info.compress_type = ZIP_DEFLATED
    info.external_attr = 0o644 << 16
    return info
