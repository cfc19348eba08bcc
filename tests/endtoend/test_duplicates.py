"""The same content again, under the same and under other names: answered again, posted once."""

from collections import Counter

from acktrail.app.tools import last_body
from tests.endtoend.house import House
from tests.endtoend.traffic import File, expected_records, mixed, posted
from tests.fakes.odoo import Running

pytest_plugins = ["tests.service.postgres"]

FILES = 40
SECONDS = 120


def test_same_content_again_is_answered_with_the_same_bytes_and_not_posted_again(
    house: House, fake_odoo: Running
) -> None:
    house.configure(odoo=fake_odoo.url)
    files = mixed(FILES)
    house.up()
    _drop_and_settle(house, files, FILES)
    first, records = _sent(house, files), fake_odoo.records()

    for path in (house.root / "outbound").glob("*/*"):
        path.unlink()  # as partners do who fetched their answers
    _drop_and_settle(house, files, 2 * FILES)
    again = _sent(house, files)
    _drop_and_settle(house, [file._replace(name=f"copy-{file.name}") for file in files], 3 * FILES)

    assert house.stop() == 0
    assert len(house.exchanges()) == 3 * FILES
    assert {outcome for outcome in house.outcomes().values() if "closed" not in outcome} == set()
    assert again == first
    assert _sent(house, files) == first
    assert fake_odoo.records() == records
    assert posted(records) == expected_records(files)
    assert _originals(house) == Counter({file.body: 2 for file in files})
    assert house.faults() == []


def _drop_and_settle(house: House, files: list[File], total: int) -> None:
    for file in files:
        house.drop(file.partner, file.name, file.body)
    house.settle(total, SECONDS)


def _sent(house: House, files: list[File]) -> dict[str, dict[str, bytes]]:
    """Return all that lies in the pick-up folders."""
    return {partner: house.answers(partner) for partner in {file.partner for file in files}}


def _originals(house: House) -> Counter[bytes]:
    """Count by content what the ledger names as the original of an exchange that is a copy."""
    found: Counter[bytes] = Counter()
    with house.tools() as tools:
        for row in tools.ledger.exchanges(limit=1000):
            entries = tools.ledger.entries(row.id)
            copy_of = last_body(entries, "duplicate").get("of")
            if copy_of:
                original = tools.ledger.exchange(str(copy_of))
                assert original.raw_sha256 == row.raw_sha256
                assert not any(one.kind in ("planned", "posted") for one in entries)
                found[tools.store.get(original.raw)] += 1
    return found
