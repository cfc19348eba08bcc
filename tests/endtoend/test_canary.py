"""A person's name stands in the samples: it never leaves the places that are for content."""

import json
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from pathlib import Path
from zipfile import ZipFile

from acktrail.app import looks
from acktrail.app.capturing import CaptureOrder, capture
from acktrail.app.cases import cases
from acktrail.app.packing import Wish, pack
from acktrail.app.sealing import sealing
from acktrail.errors import CaptureError
from tests.endtoend.house import House
from tests.fakes.odoo import Running

CANARIES = (b"canaryname", b"testperson")  # in small letters; in every sample about persons
CONTENT = ("inbound/",)  # the partners' own copies; what we keep of them is sealed
TO_ITS_SENDER = "/277CA_"  # must name the patient of each claim (005010X214, NM103 of 2100D)
SECONDS = 240


def test_names_of_persons_in_all_samples_stay_inside_the_content(
    make_house: Callable[..., House], fake_odoo: Running
) -> None:
    house = make_house()
    house.sealed = True
    house.configure(odoo=fake_odoo.url)
    house.up()
    for count, together in _rounds():
        for (partner, name), body in together.items():
            house.drop(partner, name, body)
        house.settle(count, SECONDS)
    assert house.stop() == 0

    shown = b"".join([*_looks(house), *_taken_away(house)])
    files = {str(path.relative_to(house.root)): path for path in house.root.rglob("*")}
    content = {name for name in files if name.startswith(CONTENT)}
    content |= {name for name in files if name.startswith("outbound/") and TO_ITS_SENDER in name}
    leaks = [name for name in sorted(files) if _tells(name.encode())]
    leaks += [name for name in sorted(files.keys() - content) if _holds(files[name])]
    assert leaks == []
    assert not _tells(house.said())
    assert not _tells(shown)
    assert any(_holds(files[name]) for name in content)
    assert _told_when_opened(house) > 0
    assert house.faults() == []


def _rounds() -> Iterator[tuple[int, dict[tuple[str, str], bytes]]]:
    """Yield files by partner and name, with how many there are by then.

    The files of one case stay in their order.
    """
    waiting = [(case.partner, list(case.files)) for case in cases()]
    count = 0
    while any(files for _, files in waiting):
        together: dict[tuple[str, str], bytes] = {}
        for partner, files in waiting:
            if files and (partner, files[0][0]) not in together:
                name, body = files.pop(0)
                together[partner, name] = body
        count += len(together)
        yield count, together


def _looks(house: House) -> Iterator[bytes]:
    """Yield what commands and console tell of everything."""
    with house.tools() as tools:
        for row in tools.ledger.exchanges(limit=1000):
            for look in (looks.show, looks.why, looks.trace):
                yield json.dumps(look(tools, row.id)).encode()
    for words in (["exchange", "list", "--limit", "1000"], ["status"], ["ledger", "verify"]):
        done = house.run(*words)
        yield done.stdout + done.stderr


def _taken_away(house: House) -> Iterator[bytes]:
    """Yield what leaves the house without payloads: evidence packs, cases, diagnoses."""
    out = house.root.parent / "taken"
    out.mkdir()
    for words in (["doctor", "--offline", "--all"], ["audit", "actions"]):
        done = house.run(*words)
        yield done.stdout + done.stderr
    with house.tools() as tools:
        seal = sealing(tools)
        for partner in sorted({row.partner for row in tools.ledger.exchanges(limit=1000)}):
            target = out / f"{partner}.zip"
            pack(seal, Wish(partner, datetime(2020, 1, 1, tzinfo=UTC), tools.clock.now()), target)
            with ZipFile(target) as archive:
                yield from (archive.read(name) for name in archive.namelist())
    yield from _captured(house, out)


def _captured(house: House, out: Path) -> Iterator[bytes]:
    """Yield a case of every fourth file that tells of a person, or why there is none."""
    made = 0
    with house.tools() as tools:
        rows = [row for row in tools.ledger.exchanges(limit=1000) if row.clear]
        told = [row for row in rows if _tells(tools.store.get(row.clear))]
        for row in told[::4]:
            order = CaptureOrder(row.id, out / row.id, "user:tester", "canary")
            try:
                capture(tools, order)
                made += 1
            except CaptureError as error:
                yield str(error).encode()
    assert made
    yield from (path.read_bytes() for path in out.rglob("*") if path.is_file())


def _told_when_opened(house: House) -> int:
    """Count the kept files that tell of a person once they are opened: nothing is lost."""
    with house.tools() as tools:
        return sum(_tells(tools.store.get(name)) for name in tools.store.names())


def _holds(path: Path) -> bool:
    return path.is_file() and _tells(path.read_bytes())


def _tells(text: bytes) -> bool:
    return any(canary in text.lower() for canary in CANARIES)
