"""One refused set of a file, read again alone by command under a new version of the profile."""

from pathlib import Path

from tests.endtoend.house import House
from tests.endtoend.traffic import posted
from tests.fakes.odoo import Running
from tests.generators.x12 import Envelope, interchange, payments, remittance

pytest_plugins = ["tests.service.postgres"]

PARTNER = "clearing-relay"
STRICT = '[x12]\nchecks = { "835.patient" = "reject" }\n'
ENVELOPE = Envelope(sender="RELAY", receiver="SAMPLECLINIC")


def three_sets() -> bytes:
    """Return a file whose second set has a sum that version 1 of the profile refuses."""
    sets = [remittance(f"{n:04}", trace=f"TRACE{n:04}") for n in (1, 2, 3)]
    text = "~".join(sets[1])
    assert "*160*10*12*" in text
    sets[1] = text.replace("*160*10*12*", "*160*10.01*12*", 1).split("~")
    return interchange(payments(*sets), envelope=ENVELOPE)


def profile(root: Path, version: int) -> Path:
    return root / "partners" / PARTNER / f"{version}.toml"


def journal(house: House, exchange: str) -> list[tuple[str, str]]:
    with house.tools() as tools, tools.ledger.begin() as tx:
        return [(one.message, one.state) for one in tx.postings(exchange)]


def test_refused_set_is_posted_alone_once_and_the_answer_stays(
    house: House, fake_odoo: Running
) -> None:
    house.configure(odoo=fake_odoo.url)
    first = profile(house.root, 1).read_text()
    profile(house.root, 1).write_text(first + STRICT)
    house.drop(PARTNER, "era.edi", three_sets())
    assert house.run("run", "--once").returncode == 0
    (row,) = house.exchanges()
    answered, before = house.answers(PARTNER), fake_odoo.records()
    assert row.status == "held"
    profile(house.root, 2).write_text(first.replace("version = 1", "version = 2", 1))

    orders = [
        house.run(
            *("exchange", "replay", row.id, "--message", message, "--profile", "newest"),
            *("--reason", "the payer confirmed the sum"),
        )
        for message in ("0009", "0002")
    ]
    assert [one.returncode for one in orders] == [4, 0]
    assert house.run("run", "--once").returncode == 0

    (row,) = house.exchanges()
    after = fake_odoo.records()
    assert (row.status, row.generation) == ("closed", 1)
    assert journal(house, row.id) == [(f"{n:04}", "posted") for n in (1, 3, 2)]
    assert [posted(before).total(), posted(after).total()] == [2, 3]
    assert [one for one in after if one["xid"] in {kept["xid"] for kept in before}] == before
    assert house.answers(PARTNER) == answered != {}
    assert house.faults() == []
