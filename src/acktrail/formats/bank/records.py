"""A statement's records as a map sees them. ``formats.xml`` gives statements in the same shape."""

from collections.abc import Mapping
from typing import NamedTuple

from acktrail.model import Place

# Columns by record type, counted from 1: the contract with the translator of statements. Dates are
# ISO 8601, amounts plain and signed (credit is positive), ``reversal`` is ``1`` or empty.
COLUMNS: dict[str, tuple[str, ...]] = {
    "statement": ("account", "sequence", "id", "currency"),
    "opening": ("amount", "currency", "on"),
    "entry": (
        *("amount", "currency", "booked_on", "value_on", "bank_ref", "end_to_end"),
        *("counterparty", "counterparty_account", "remittance", "structured", "type", "reversal"),
        *("mandate", "uetr", "transaction_id", "trace", "unique_ref"),
    ),
    "closing": ("amount", "currency", "on"),
}


class StatementRecord(NamedTuple):
    """One record of a statement (fulfils ``ports.Segment``)."""

    tag: str  # statement | opening | entry | closing
    values: Mapping[str, str | tuple[str, ...]]
    place: Place

    @property
    def loop(self) -> str:
        """Records of a statement stand in no loop."""
        return ""

    def get(self, element: int, component: int = 0, repetition: int = 1, part: int = 1) -> str:
        """Return a column's text, counted from 1; ``structured`` may repeat."""
        names = COLUMNS[self.tag]
        if component > 1 or part > 1 or not 0 < element <= len(names):
            return ""
        value = self.values.get(names[element - 1], "")
        if isinstance(value, tuple):
            return value[repetition - 1] if 0 < repetition <= len(value) else ""
        return value if repetition == 1 else ""

    def repetitions(self, element: int) -> int:
        """Return how often a column was sent."""
        names = COLUMNS[self.tag]
        value = self.values.get(names[element - 1], "") if 0 < element <= len(names) else ""
        return len(value) if isinstance(value, tuple) else int(bool(value))

    def value(self, name: str) -> str:
        """Return the text of a column by its name; of a repeated one the first."""
        value = self.values.get(name, "")
        return (value[0] if value else "") if isinstance(value, tuple) else value
