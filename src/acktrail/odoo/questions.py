"""What has to be looked up in Odoo for a document: by declared keys in declared order, never fuzzy.

A key is a field and the value it must be equal to. The first key that hits decides: one record is
the match, several are candidates for a person, and later keys are not asked any more.
"""

from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

REFERENCE = "ir.model.data"  # a question by external id; a bot may ask for one, not search
Record = Mapping[str, Any]  # as ``search_read`` gives it
# Shown beside an id so that a person can choose; nothing here names a patient.
LABELS = {
    "account.move": "name",
    "product.product": "default_code",
    "purchase.order": "name",
    "purchase.order.line": "sequence",
    "sale.order": "name",
    "stock.picking": "name",
}
LABEL_CHARACTERS = 40
CANDIDATES = 10  # named in an exception; more are counted


class Term(NamedTuple):
    """One condition of a domain."""

    field: str
    operator: str  # = | in | !=
    value: str | int | bool | tuple[str, ...] | tuple[int, ...]

    def plain(self) -> list[object]:
        """Return the condition as Odoo takes it."""
        value = list(self.value) if isinstance(self.value, tuple) else self.value
        return [self.field, self.operator, value]


class Key(NamedTuple):
    """A field and what it must be equal to."""

    field: str
    value: str | int


class Question(NamedTuple):
    """One thing that a document refers to."""

    name: str  # what it is in the document: order, line 3, claim 12
    model: str
    keys: tuple[Key, ...]
    scope: tuple[Term, ...] = ()  # holds for every key
    fields: tuple[str, ...] = ()  # wanted of the records
    rules: tuple[str, str] = ("ref.item_unknown", "ref.item_ambiguous")  # none, several
    many: bool = False  # all records are wanted: the lines of an order


class Candidate(NamedTuple):
    """A record that a person may choose."""

    question: str
    model: str
    id: int
    label: str = ""


Answers = Mapping[Question, tuple[Record, ...]]


class Unmatched(NamedTuple):
    """A question without exactly one answer."""

    rule: str
    question: str
    candidates: tuple[Candidate, ...] = ()
    total: int = 0


def fields_of(question: Question) -> tuple[str, ...]:
    """Return every field that has to be read: keys, label, and what is wanted."""
    label = LABELS.get(question.model, "")
    names = (*(key.field for key in question.keys), *question.fields, label)
    return tuple(dict.fromkeys(filter(None, names)))


def unmatched(question: Question, records: Sequence[Record]) -> Unmatched | None:
    """Return why the question has no single answer; None when it has one."""
    if len(records) == 1 or question.many:
        return None
    none, several = question.rules
    label = LABELS.get(question.model, "")
    named = tuple(
        Candidate(question.name, question.model, one["id"], shown(one.get(label)))
        for one in records[:CANDIDATES]
    )
    return Unmatched(several if records else none, question.name, named, len(records))


def shown(value: object) -> str:
    """Return a label as text; Odoo says ``False`` for an empty field."""
    return "" if value is None or value is False else str(value)[:LABEL_CHARACTERS]


def equals(record: Record, key: Key) -> bool:
    """Tell whether a record has the key's value; a many2one is ``[id, name]``."""
    value = record.get(key.field)
    if isinstance(value, list):
        value = value[0] if value else False
    return bool(value == key.value)
