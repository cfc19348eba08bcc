"""Looks at the crosswalks of a home: the files themselves, and what they lead to in Odoo."""

from collections.abc import Iterable, Iterator, Sequence
from pathlib import PurePosixPath
from typing import NamedTuple

from acktrail.app.journal import CROSSWALKS, partner_map
from acktrail.app.tools import Tools
from acktrail.odoo.asking import ask
from acktrail.odoo.attempts import Attempts
from acktrail.odoo.client import Client, Done
from acktrail.odoo.crosswalk import Row, look
from acktrail.odoo.questions import Key, Question
from acktrail.profiles.partner import PartnerProfile

EXTERNAL = "external_id"


class Seen(NamedTuple):
    """One thing to mend in a crosswalk; never holds a row's text."""

    file: str
    line: int
    severity: str
    text: str


def files_of(tools: Tools, partners: Iterable[str]) -> Iterator[tuple[str, str, bytes, str]]:
    """Yield place, table, content and partner of every file; ``""`` is for all partners."""
    for name in tools.files.names(CROSSWALKS):
        path = PurePosixPath(name)
        if path.suffix == ".csv":
            place = f"{CROSSWALKS}/{name}"
            yield f"parsers/{place}", path.stem, tools.files.read(place), ""
    for partner in partners:
        for table, body in tools.home.crosswalks(partner):
            yield f"partners/{partner}/{CROSSWALKS}/{table}.csv", table, body, partner


def check_files(
    tools: Tools, partners: Sequence[str]
) -> tuple[list[Seen], dict[str, list[tuple[str, Row]]]]:
    """Return what is wrong with the files themselves, and by partner the rows that can be used."""
    found: list[Seen] = []
    usable: dict[str, list[tuple[str, Row]]] = {}
    for place, table, body, partner in files_of(tools, partners):
        rows, problems = look(table, body)
        found += [Seen(place, one.line, one.severity, one.text) for one in problems]
        for owner in [partner] if partner else partners:
            usable.setdefault(owner, []).extend((place, row) for row in rows)
    return found, usable


def check_records(
    tools: Tools, profile: PartnerProfile, client: Client, rows: Iterable[tuple[str, Row]]
) -> list[Seen]:
    """Return the rows of a partner that lead to no record of its Odoo, or to several.

    Raises:
        GaveUpError: If Odoo answers nobody.
        HaltedError: If it refuses us.
    """
    attempts = Attempts(client, tools.clock)
    options = partner_map(tools, profile).options("")
    by_code = options.products != (EXTERNAL,)
    products: dict[Question, tuple[str, Row]] = {}
    found: list[Seen] = []
    for place, row in rows:
        if row.table == "items" and by_code:
            keys = tuple(Key(name, row.odoo) for name in options.products if name != "none")
            products[Question(f"{place}:{row.line}", "product.product", keys)] = place, row
        elif any(
            not _exists(attempts, one.partition(":")[0]) for one in row.odoo.split(",") if one
        ):
            found.append(Seen(place, row.line, "error", "leads to no record that we may read"))
    answers = ask(attempts, options.company, products)
    for question, (place, row) in products.items():
        count = len(answers[question])
        if count != 1:
            found.append(Seen(place, row.line, "error", f"leads to {count} products"))
    return found


def _exists(attempts: Attempts, name: str) -> bool:
    module, _, xml_id = name.partition(".")
    body = {"module": module, "xml_id": xml_id}
    return isinstance(attempts.call("ir.model.data", "check_object_reference", body), Done)
