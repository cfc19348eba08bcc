"""An evidence pack: entries with their proofs, and the files that they speak of."""

import json
from base64 import b64decode
from collections.abc import Callable, Iterator, Sequence
from hashlib import sha256
from pathlib import Path
from zipfile import BadZipFile, ZipFile

from acktrail_verify.entries import Chains
from acktrail_verify.tree import Checkpoint, Fault, consistent, included, leaf_hash, signed_note

SCHEMA = "acktrail/pack/1"
Read = Callable[[str], bytes]


def verify_pack(
    place: Path, keys: Sequence[str], anchors: Sequence[tuple[str, str]]
) -> Iterator[str]:
    """Check a pack, as a zip file or unpacked; yield each fault.

    Args:
        place: The pack.
        keys: Public keys that the auditor got from the ledger's owner, not from the pack.
        anchors: Name and note of each checkpoint the auditor kept.
    """
    if place.is_dir():
        yield from _verify(lambda name: (place / name).read_bytes(), keys, anchors)
        return
    try:
        with ZipFile(place) as archive:
            yield from _verify(archive.read, keys, anchors)
    except BadZipFile:
        yield "the pack is not a zip file"


def _verify(read: Read, keys: Sequence[str], anchors: Sequence[tuple[str, str]]) -> Iterator[str]:
    manifest = json.loads(read("manifest.json"))
    if manifest.get("schema") != SCHEMA:
        yield "manifest.json: not a pack of this version"
        return
    for name, digest in manifest["files"].items():
        try:
            if sha256(read(name)).hexdigest() != digest:
                yield f"{name}: the content differs from the manifest"
        except (KeyError, OSError):
            yield f"{name}: missing"
    checkpoint = signed_note(read("checkpoint").decode(), keys)
    chains = Chains()
    for line in read("entries.jsonl").splitlines():
        row = json.loads(line)
        data = b64decode(row["data"])
        proof = [bytes.fromhex(one) for one in row["proof"]]
        if not included(leaf_hash(data), row["leaf"], checkpoint, proof):
            yield f"leaf {row['leaf']}: the entry is not in the signed tree"
        yield from chains.add(data)
    yield from _anchored(read, checkpoint, keys, anchors)


def _anchored(
    read: Read, checkpoint: Checkpoint, keys: Sequence[str], anchors: Sequence[tuple[str, str]]
) -> Iterator[str]:
    proofs = {
        row["size"]: [bytes.fromhex(one) for one in row["proof"]]
        for row in map(json.loads, read("consistency.jsonl").splitlines())
    }
    for name, note in anchors:
        try:
            old = signed_note(note, keys)
        except Fault as fault:
            yield f"anchor {name}: {fault}"
            continue
        if old.size > checkpoint.size:
            yield f"anchor {name} {old.size}: larger than the pack's checkpoint"
        elif old.size != checkpoint.size and old.size not in proofs:
            yield f"anchor {name} {old.size}: the pack has no proof for it; ask for a new pack"
        elif not consistent(old, checkpoint, proofs.get(old.size, [])):
            yield f"anchor {name} {old.size}: another history"
