"""The codes of X12 by canonical word: the lists of the maps, read backwards."""

import tomllib
from decimal import Decimal
from typing import NoReturn

from acktrail.documents.parts import Identifier, Quantity
from acktrail.errors import UnwritableError
from acktrail.ports import DataFiles

FOLDER = "maps/lists"
LISTS = {
    "functions": "function-x12",
    "roles": "party-roles-x12",
    "party_ids": "party-ids-x12",
    "item_ids": "item-ids-x12",
    "bases": "price-basis-x12",
    "references": "references-x12",
    "shipment_references": "references-shipment-x12",
    "dates": "dates-x12",
    "units": "units-x12",
}
OTHER, GTIN = "OTHER", "GTIN"
GTIN_CODES = {12: "UP", 13: "EN", 14: "UK"}  # data element 235, by length
QUALIFIER_LENGTHS = {"party_ids": (1, 2), "item_ids": (2, 2)}  # data elements 66 and 235


class Codes:
    """Looks codes up; of several for one word the first of its list is written."""

    def __init__(self, files: DataFiles) -> None:
        """Read the lists.

        Raises:
            GuideError: If one of them is missing.
        """
        self._known: dict[str, dict[str, str]] = {
            name: tomllib.loads(files.read(f"{FOLDER}/{file}.toml").decode())
            for name, file in LISTS.items()
        }
        self._codes = {
            name: {word: code for code, word in reversed(list(known.items()))}
            for name, known in self._known.items()
        }

    def code(self, name: str, word: str, field: str) -> str:
        """Return the code of a word.

        Raises:
            UnwritableError: If the list has none; it names the field.
        """
        return self._codes[name].get(word) or refuse(field, "has no X12 code")

    def qualified(self, name: str, one: Identifier, field: str) -> tuple[str, str]:
        """Return qualifier and value of an identifier; one of an unknown scheme keeps the sender's.

        Raises:
            UnwritableError: If its scheme has no qualifier.
        """
        if one.scheme == GTIN and len(one.value) in GTIN_CODES:
            return GTIN_CODES[len(one.value)], one.value
        if one.scheme == OTHER:
            least, most = QUALIFIER_LENGTHS[name]
            if least <= len(one.agency) <= most and one.agency not in self._known[name]:
                return one.agency, one.value
            return refuse(field, "has no X12 qualifier")
        return self.code(name, one.scheme, field), one.value

    def unit(self, quantity: Quantity, field: str) -> str:
        """Return the unit as it was sent where that means the same, else its code."""
        raw: str = quantity.raw_unit
        if self._known["units"].get(raw) == quantity.unit:
            return raw
        return self.code("units", quantity.unit, field)

    def basis(self, basis: Decimal, field: str) -> str:
        """Return the code of the number of units that a price is for; ``""`` for one."""
        return "" if basis == 1 else self.code("bases", plain(basis), field)


def plain(number: Decimal) -> str:
    """Return a number as X12 type R: no exponent, no needless zeros."""
    text = f"{number:f}"
    text = text.rstrip("0").rstrip(".") if "." in text else text
    return "0" if text in {"-0", ""} else text


def implied(number: Decimal, field: str) -> str:
    """Return a number as X12 type N2: in hundredths.

    Raises:
        UnwritableError: If it has more than two decimal places.
    """
    text = plain(number.scaleb(2))
    return text if "." not in text else refuse(field, "has more than two decimal places")


def refuse(field: str, why: str) -> NoReturn:
    """Refuse to write a document; the value is never shown.

    Raises:
        UnwritableError: Always.
    """
    msg = f"cannot write X12: {field} {why}"
    raise UnwritableError(msg)


def empty(value: object, field: str) -> None:
    """Refuse what has no place in the set.

    Raises:
        UnwritableError: If the field holds anything.
    """
    if value:
        refuse(field, "has no place in this set")
