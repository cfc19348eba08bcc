"""One column of many rows, judged at once: a fast yes for all, else each text that is new.

Texts repeat from row to row (dates, currencies, units, rates): what a text is becomes known once.
Where nearly every row has another one, all are joined and matched by one compiled expression. Both
ways give what :class:`Judge` says of each text alone (a property test holds them to it).
"""

import re
from collections.abc import Callable, Sequence

from acktrail.formats.tabular.layout import Field
from acktrail.formats.tabular.shapes import MOST_DIGITS, SEPARATOR, shape

MOST_KNOWN = 10_000  # texts of one column
LONGEST_KNOWN = 64  # characters of one of them
MANY = 4  # a column has many different texts when it is less than so many times their number

Judge = Callable[[str], str | None]  # the canonical text of a cell as it was sent; None = faulty
Texts = Sequence[str]


class Column:
    """Judges the cells of one column, as they were sent."""

    def __init__(self, field: Field, judge: Judge, *, settled: bool) -> None:
        """Compile once per layout.

        Args:
            field: What is agreed of the column.
            judge: What decides on one text; asked about texts that are new.
            settled: Whether a text of the field's shape is canonical, in a fixed-width file without
                the blanks around it: no word stands for a missing value, nothing is to be decoded.
        """
        self._judge = judge
        self._known: dict[str, str | None] = {}
        self._padded = bool(field.start)
        self._is_text = field.type == "string"
        self._many = False  # whether nearly every row had another text, the last time
        self._scale = field.implied_decimals if settled and _is_scaled(field) else 0
        source = shape(field) if settled else ""
        self._fits = re.compile(f"(?:{source}{SEPARATOR})*+").match if source else None

    def judge(self, texts: Texts) -> tuple[Texts, list[int]]:
        """Return the canonical texts (at faulty ones anything) and where the faulty ones are."""
        if self._many:
            done = self._all_at_once(texts)
            if done is not None:
                return done, []
        distinct = set(texts)
        joinable = self._fits is not None or self._scale
        self._many = bool(joinable) and len(distinct) * MANY > len(texts)
        known = self._known
        new = distinct.difference(known)
        if new:
            self._learn(new)
        faulty: list[int] = []
        found = [known[text] for text in distinct]
        if found != list(distinct):
            judged = [known[text] for text in texts]
            if None in found:
                faulty = [at for at, text in enumerate(judged) if text is None]
            texts = [text or "" for text in judged]
        if new:
            self._forget(new)
        return texts, faulty

    def _all_at_once(self, texts: Texts) -> Texts | None:
        if self._padded:
            joined = "".join(texts)
            if not joined.isprintable():  # of all blanks only the space is printable
                return None
            texts = list(map(str.strip, texts))
        if self._scale:
            return _scaled(texts, self._scale)
        return texts if self._all_fit(texts) else None

    def _all_fit(self, texts: Texts) -> bool:
        if self._fits is None:
            return False
        joined = SEPARATOR.join(texts) + SEPARATOR
        found = self._fits(joined)
        return (
            found is not None
            and found.end() == len(joined)
            and joined.count(SEPARATOR) == len(texts)
            and (joined.isprintable() or not self._is_text)
        )

    def _learn(self, new: set[str]) -> None:
        known, judge, fits = self._known, self._judge, self._fits
        for text in new:
            if fits is not None and text.isprintable() and SEPARATOR not in text:
                plain = text.strip() if self._padded else text
                found = fits(plain + SEPARATOR)
                if found is not None and found.end() > len(plain):
                    known[text] = plain
                    continue
            known[text] = judge(text)

    def _forget(self, new: set[str]) -> None:
        """Keep memory bounded: neither long texts nor very many."""
        known = self._known
        if len(known) > MOST_KNOWN:
            known.clear()
            return
        for text in new:
            if len(text) > LONGEST_KNOWN:
                del known[text]


def _is_scaled(field: Field) -> bool:
    """Tell whether a text of digits is sure to be a number of this field, moved by its decimals."""
    limited = field.minimum is not None or field.maximum is not None or field.least_length
    shown = field.usage == "display" and field.sign != "overpunch"
    listed = field.choices or field.pattern or field.most_length < MOST_DIGITS
    return field.type in {"number", "integer"} and shown and not limited and not listed


def _scaled(texts: Texts, decimals: int) -> Texts | None:
    """Return numbers of their digits alone; None when one has a sign, is short or very long."""
    digits = "".join(texts)
    if not (digits.isascii() and digits.isdigit()):
        return None
    if min(map(len, texts)) <= decimals or max(map(len, texts)) > MOST_DIGITS:
        return None
    return [f"{int(text[:-decimals])}.{text[-decimals:]}" for text in texts]
