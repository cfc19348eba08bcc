"""Reads generated healthcare sets to documents with the product's own guides."""

import hashlib
from collections.abc import Sequence

from acktrail.documents.encoding import decode_document
from acktrail.documents.kinds import Document
from acktrail.documents.parts import Identifier
from acktrail.pipeline.read import read_and_translate
from acktrail.translate.choose import Translators
from tests.generators.x12_health import health_file
from tests.unit.translate.running import Folder
from tests.unit.x12.reading import FORMAT, findings_of


def hide(number: str) -> str:
    return hashlib.sha256(b"key" + number.encode()).hexdigest()


def person(number: str) -> tuple[Identifier, ...]:
    return (Identifier("PSEUDONYM", hide(number)),)


def documents_of(
    data: bytes, *, hidden: bool = True, faults: Sequence[str] = (), **options: object
) -> list[Document]:
    """Return the released documents; only the findings named may have been made."""
    bodies: list[bytes] = []

    def keep(body: bytes) -> int:
        bodies.append(body)
        return len(bodies) - 1

    done = read_and_translate(
        "x12",
        FORMAT.reader(options),
        [data],
        lambda head: Translators(Folder(), hide if hidden else None).find(head, {}),
        keep,
    )
    assert sorted({one.rule for one in findings_of(done.result)}) == sorted(faults)
    return [decode_document(bodies[one.at]) for one in done.released]


def documents(name: str, *sets: Sequence[str], hidden: bool = True) -> list[Document]:
    return documents_of(health_file(name, *sets), hidden=hidden)
