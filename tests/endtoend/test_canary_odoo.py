"""F16: persons' names stand in the files; a dump of the real Odoo's whole database has none."""

import re
from collections.abc import Callable
from time import time_ns

from acktrail.app.cases import cases
from tests.endtoend.house import House
from tests.endtoend.test_canary import CANARIES
from tests.service.odoo.conftest import Sandbox

SECONDS = 240
KINDS = frozenset({"party", "charge", "remittance"})  # about persons, and they have to be there


def test_f16_names_of_persons_are_nowhere_in_odoos_database(
    make_house: Callable[..., House], odoo_sandbox: Sandbox
) -> None:
    house, known, slug = make_house(), odoo_sandbox.credentials, f"f{time_ns()}"
    house.configure(known["url"], known["db"], known["bot"]["api_key"])
    for at, path in enumerate(sorted((house.root / "partners").glob("*/1.toml"))):
        text = path.read_text()
        own = f'[odoo]\nslug = "{slug}_{at}"'
        if "bill_to_partner" not in text:
            own += "\nbill_to_partner = true"
        path.write_text(re.sub(r"(?m)^\[odoo]$", own, text))
    dropped = 0
    for case in cases():
        for name, body in case.files:
            told = any(one in body.lower() for one in CANARIES)
            if told and not (house.root / "inbound" / case.partner / name).exists():
                house.drop(case.partner, name, body)
                dropped += 1

    done = house.run("run", "--once", "--patience", str(SECONDS), seconds=2 * SECONDS)

    assert done.returncode == 0, done.stderr.decode()
    assert dropped
    with house.tools() as tools:
        rows = [row for one in house.exchanges() for row in tools.ledger.postings(one.id)]
    assert {row.doctype for row in rows if row.state == "posted"} >= KINDS
    dump = odoo_sandbox.dump()
    assert f"acktrail_{slug}".encode() in dump
    assert [one for one in CANARIES if one in dump.lower()] == []
