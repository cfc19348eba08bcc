"""Opens a file's envelope as agreed: OpenPGP, gzip and zip, outermost first. Never a guess.

A file that is sealed otherwise than the profile says is refused, also when it could be read: what
is not agreed is not tried.
"""

from collections.abc import Callable, Mapping, Sequence
from typing import BinaryIO, NamedTuple

from acktrail.errors import EnvelopeError
from acktrail.ports import Opened, Sealer, SealRules
from acktrail.security.inflate import GZIP_MAGIC, Limits, open_gzip, output_cap, size_of
from acktrail.security.masking import escape_name
from acktrail.security.packets import starts_encrypted
from acktrail.security.unzip import ZIP_MAGIC, new_meter, open_zip

HEAD = 4096
NO_OPTIONS: Mapping[str, object] = {}


class Step(NamedTuple):
    """One step of an envelope: ``pgp``, ``gzip`` or ``zip``."""

    name: str
    options: Mapping[str, object] = NO_OPTIONS


def open_steps(  # noqa: PLR0913, PLR0917 - all of it is the caller's
    source: BinaryIO,
    steps: Sequence[Step],
    limits: Limits,
    sealer: Sealer,
    rules: SealRules,
    spool: Callable[[], BinaryIO],
) -> tuple[BinaryIO, tuple[Opened, ...]]:
    """Open ``source`` step by step; return the clear file at its start, and a note per step.

    Args:
        source: The file as received, seekable, at its start.
        steps: What was agreed, outermost first.
        limits: Caps for every step; archives of several members are joined to one file.
        sealer: Opens OpenPGP.
        rules: Keys and signers for it.
        spool: Makes an empty file for what comes out; closing it is the caller's.

    Raises:
        EnvelopeError: ``envelope.mismatch`` when it is not what was agreed; else the defect.
        KeyMissingError: A key of ours is missing.
    """
    notes = []
    for step in steps:
        _expect(source, step.name)
        target = spool()
        notes.append(_open_step(source, target, step, limits, sealer, rules))
        target.seek(0)
        source = target
    _expect(source, "")
    return source, tuple(notes)


def looks_sealed(head: bytes) -> str:
    """Return the envelope step that ``head`` calls for, ``""`` for a plain file."""
    if head.startswith(GZIP_MAGIC):
        return "gzip"
    if head.startswith((ZIP_MAGIC, b"PK\x05\x06")):
        return "zip"
    return "pgp" if starts_encrypted(head) else ""


def _expect(source: BinaryIO, agreed: str) -> None:
    start = source.tell()
    found = looks_sealed(source.read(HEAD))
    source.seek(start)
    if found != agreed:
        msg = f"agreed: {agreed or 'plain'}; came: {found or 'plain'}"
        raise EnvelopeError(msg, code="envelope.mismatch")


def _open_step(  # noqa: PLR0913, PLR0917
    source: BinaryIO,
    target: BinaryIO,
    step: Step,
    limits: Limits,
    sealer: Sealer,
    rules: SealRules,
) -> Opened:
    match step.name:
        case "pgp":
            cap = min(rules.limit, output_cap(size_of(source), limits))
            return sealer.open(source, target, rules._replace(limit=cap))
        case "gzip":
            return open_gzip(source, target, limits)
        case _:
            return _join_zip(source, target, limits)


def _join_zip(source: BinaryIO, target: BinaryIO, limits: Limits) -> Opened:
    """Write the members one after the other; their number and first name are noted."""
    meter = new_meter(source, limits)
    names = []
    for member in open_zip(source, limits, meter):
        names.append(member.name)
        target.writelines(member.pieces)
    return meter.opened(step="zip", members=str(len(names)), first=escape_name(names[0]))
