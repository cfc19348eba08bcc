"""HL7's enhanced mode: receipt is told when the file is in the ledger, the outcome after Odoo.

Spec: HL7 v2+ chapter 2, 2.8.3.1 (CA: in safe storage), 2.8.3.2 (AA, AE: what became of it).
"""

from collections.abc import Callable

from acktrail.pipeline.states import AT_REST
from tests.endtoend.house import House
from tests.endtoend.traffic import expected_records, person, posted
from tests.fakes.odoo import Running

PARTNER = "lab-clearwater"
MATTER = {  # not: what is tried meanwhile
    *("received", "read", "translated", "planned"),
    *("acknowledged", "delivered", "posted", "closed"),
}
SECONDS = 60
DRAIN_SECONDS = 120  # the circuit to an Odoo that does not answer stays open for half a minute
ASKED = b"|P|2.5.1|||AL|AL\r"


def test_receipt_is_told_while_odoo_is_away_and_the_outcome_when_it_is_back(
    make_house: Callable[..., House], fake_odoo: Running
) -> None:
    house = make_house()
    house.configure(odoo=fake_odoo.url)
    good, bad = (person(number) for number in (1, 2))
    fake_odoo.stop()
    house.up()

    for file in (good, bad):
        body = file.body.replace(b"|P|2.5.1\r", ASKED)
        house.drop(PARTNER, file.name, body if file is good else body.replace(b"PID|1|", b"PIX|1|"))
    house.wait_for(lambda: len(told(house)) >= 3, SECONDS)
    house.settle(2, SECONDS, among=AT_REST | {"parked", "posting"})
    meanwhile, before = told(house), house.answers(PARTNER)
    fake_odoo.start()
    house.settle(2, DRAIN_SECONDS)

    assert house.stop() == 0
    # content of the second is refused without Odoo: its outcome is known with its receipt
    assert meanwhile == ["AE ADT000002", "CA ADT000001", "CA ADT000002"]
    assert told(house) == ["AA ADT000001", *meanwhile]
    after = house.answers(PARTNER)
    assert {name: after[name] for name in before} == before  # what was told is not told again
    assert posted(fake_odoo.records()) == expected_records([good])
    assert order_of(house, good.name) == [
        *("received", "read", "translated", "planned"),  # in the ledger, and only then
        *("acknowledged CA", "delivered CA"),  # the receipt
        *("posted", "acknowledged AA", "delivered AA", "closed"),
    ]
    assert house.faults() == []


def told(house: House) -> list[str]:
    """Return code and control id of every answer in the partner's folder."""
    lines = b"".join(house.answers(PARTNER).values()).decode().split("\r")
    return sorted(" ".join(line.split("|")[1:3]) for line in lines if line.startswith("MSA"))


def order_of(house: House, name: str) -> list[str]:
    """Return the entries that matter here of a file's exchange, those of answers with a code."""
    codes = {
        answer.partition("_")[2].partition(".")[0]: body.split(b"MSA|")[1][:2].decode()
        for answer, body in house.answers(PARTNER).items()
    }
    with house.tools() as tools:
        (row,) = [row for row in tools.ledger.exchanges(limit=9) if row.name == name]
        entries = tools.ledger.entries(row.id)
    return [
        f"{one.kind} {codes.get(str(one.body.get('control')), '')}".strip()
        for one in entries
        if one.kind in MATTER
    ]
