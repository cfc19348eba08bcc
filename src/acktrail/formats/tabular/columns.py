"""How the columns of one record type judge rows: many at once, or one with the reason why not.

Canonical: numbers plain with a point, dates ISO 8601, a missing value is the empty text.
"""

import re
from collections.abc import Sequence
from typing import NamedTuple

from acktrail.formats.patterns import compile_pattern
from acktrail.formats.tabular import rules
from acktrail.formats.tabular.column import Column, Judge, Texts
from acktrail.formats.tabular.converters import Convert, converter, number_converter
from acktrail.formats.tabular.layout import Field, Layout, RecordType
from acktrail.formats.tabular.numerals import EBCDIC, is_stored, teller
from acktrail.model import Rule

CONTROL = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f]")


class Fault(NamedTuple):
    """A cell that is not as agreed."""

    rule: Rule
    column: int  # from 1
    name: str


class Columns:
    """The compiled columns of one record type."""

    def __init__(self, record: RecordType, layout: Layout) -> None:
        """Compile once per layout; used for every row."""
        self.match = record.match
        self.names = record.names
        self.index = {name: number for number, name in enumerate(record.names)}
        self.fields = record.fields
        self._missing = frozenset(layout.missing) | {""}
        self._converters: tuple[Convert, ...] = tuple(converter(one) for one in record.fields)
        self._columns = tuple(
            Column(one, self._judge_of(number, layout), settled=self._is_settled(one, layout))
            for number, one in enumerate(record.fields)
        )

    def accept(self, columns: Sequence[Texts]) -> tuple[list[Texts], set[int], bool]:
        """Judge many rows, column by column.

        Args:
            columns: The cells of each column, row by row, as they were sent (fixed-width: padded).

        Returns:
            The canonical cells of each column; the rows of which some cell is faulty, for
            :meth:`explain`; whether any cell is written otherwise than it was sent.
        """
        canonical: list[Texts] = []
        doubtful: set[int] = set()
        changed = False
        for column, texts in zip(self._columns, columns, strict=True):
            done, faulty = column.judge(texts)
            canonical.append(done)
            doubtful.update(faulty)
            changed |= done is not texts
        return canonical, doubtful, changed

    def explain(self, cells: Sequence[str]) -> tuple[list[str], list[Fault]]:
        """Return the canonical cells and every fault; a faulty cell stays the empty text."""
        canonical: list[str] = []
        faults: list[Fault] = []
        for number, (one, text) in enumerate(zip(self.fields, cells, strict=True)):
            value, rule = self._judge(number, text)
            canonical.append(value)
            if rule is not None:
                faults.append(Fault(rule, number + 1, one.name))
        return canonical, faults

    def _is_settled(self, one: Field, layout: Layout) -> bool:
        as_sent = one.pad in " 0" and not is_stored(one) and layout.encoding not in EBCDIC
        return self._missing == {""} and as_sent

    def _judge_of(self, number: int, layout: Layout) -> Judge:
        told = teller(self.fields[number], layout)

        def judge(text: str) -> str | None:
            value, rule = self._judge(number, told(text))
            return None if rule else value

        return judge

    def _judge(self, number: int, text: str) -> tuple[str, Rule | None]:
        one = self.fields[number]
        if text in self._missing or not text.strip(" "):
            return "", rules.REQUIRED_MISSING if one.required else None
        if CONTROL.search(text):
            return "", rules.CONTROL_CHARACTER
        text = text.strip(" ") if one.type == "string" else text
        done = self._converters[number](text)
        if done is None:
            return "", _reason(one, text)
        return done, None


def _reason(one: Field, text: str) -> Rule:
    """Name the rule that a value breaks which its converter refused."""
    if one.choices and text not in one.choices:
        return rules.ENUM
    if not one.least_length <= len(text) <= one.most_length:
        return rules.LENGTH
    if one.pattern and not compile_pattern(one.pattern).fullmatch(text):
        return rules.PATTERN
    if one.type == "date":
        return rules.DATE
    if number_converter(one)(text) is not None:
        return rules.RANGE
    return rules.INTEGER if one.type == "integer" else rules.NUMBER
