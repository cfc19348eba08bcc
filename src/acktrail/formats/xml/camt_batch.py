"""Counts and adds up the details of one entry, which may be too many to be kept.

An entry has blocks (``NtryDtls``), a block may say how many details it stands for and their sum
(``Btch``). A detail is folded into the sum and freed when the next one is complete.
Spec: ISO 20022 camt.053: ``NtryDtls/Btch`` (NbOfTxs, TtlAmt, CdtDbtInd), ``NtryDtls/TxDtls``.
"""

import re
from decimal import Decimal
from typing import NamedTuple

from acktrail.formats.xml.camt_entry import EntryValues, read_detail
from acktrail.formats.xml.camt_values import Sum, path_of, sum_at, text_at
from acktrail.formats.xml.hardened import Element

COUNT = re.compile("[0-9]{1,15}")
MOST_KEPT = 10_000  # details of one entry


class Detail(NamedTuple):
    """One transaction of a batch."""

    sum: Sum
    sign: str  # CRDT | DBIT
    said: EntryValues


class Batch:
    """The details of the entry that is being read."""

    def __init__(self, space: str) -> None:
        """``space`` is the namespace in braces."""
        self._space = space
        self._detail, self._block = f"{space}TxDtls", f"{space}NtryDtls"
        self.count = 0
        self.wrong = False  # a block does not agree with its own details
        self.total: Decimal | None = Decimal(0)  # None: cannot be told
        self.currency = ""
        self.details: list[Detail] = []  # empty: they cannot be told, or are too many
        self.capped = False  # too many
        self._told = True
        self._count = 0  # of the open block
        self._total: Decimal | None = Decimal(0)

    @property
    def begun(self) -> bool:
        """Tell whether details have been folded."""
        return bool(self.count or self._count)

    def detail(self, element: Element) -> bool:
        """Take a detail that is complete; free those before it. Tell whether there were any."""
        block, before = element.getparent(), element.getprevious()
        freed = False
        if block is None:
            return freed
        entry, blocks = block.getparent(), block.getprevious()
        while entry is not None and blocks is not None and blocks.tag == self._block:
            self._close(blocks, self._sign(entry))
            entry.remove(blocks)
            freed, blocks = True, block.getprevious()
        if entry is not None and before is not None and before.tag == self._detail:
            self._fold(before, self._sign(entry))
            block.remove(before)
            freed = True
        return freed

    def end(self, entry: Element, sum_: Sum) -> bool:
        """Take what is left of the entry; tell whether the details agree with it.

        Charges may be part of an entry and not of its details: then nothing is said.
        """
        for block in entry.findall(self._block):
            self._close(block, self._sign(entry))
        if self.wrong:
            return False
        if self.total is None or entry.find(path_of(self._space, "Chrgs")) is not None:
            return True
        return self.currency != sum_.currency or self.total == sum_.amount

    def _sign(self, entry: Element) -> str:
        return text_at(self._space, entry, "CdtDbtInd")

    def _fold(self, detail: Element, entry_sign: str) -> None:
        space = self._space
        sign = text_at(space, detail, "CdtDbtInd") or entry_sign
        found = sum_at(space, detail, "Amt", sign) or sum_at(
            space, detail, "AmtDtls/TxAmt/Amt", sign
        )
        self._count += 1
        self._keep(detail, found, sign)
        charged = detail.find(path_of(space, "Chrgs")) is not None
        if found is None or charged or not self._same(found.currency):
            self._total = None
        elif self._total is not None:
            self._total += found.amount

    def _keep(self, detail: Element, found: Sum | None, sign: str) -> None:
        """Keep what the detail says; without an amount it is no part of the entry."""
        self.capped |= len(self.details) >= MOST_KEPT
        self._told &= found is not None and not self.capped
        if found is None or not self._told:
            self.details.clear()
            return
        self.details.append(Detail(found, sign, read_detail(self._space, detail)))

    def _close(self, block: Element, entry_sign: str) -> None:
        space = self._space
        for detail in block.findall(self._detail):
            self._fold(detail, entry_sign)
        total, said = self._total if self._count else None, text_at(space, block, "Btch/NbOfTxs")
        sign = text_at(space, block, "Btch/CdtDbtInd") or entry_sign
        batch = sum_at(space, block, "Btch/TtlAmt", sign)
        if self._count and COUNT.fullmatch(said):
            self.wrong |= int(said) != self._count
        if batch is not None and self._same(batch.currency):
            self.wrong |= total is not None and total != batch.amount
            total = batch.amount
        self.count += self._count
        self.total = None if total is None or self.total is None else self.total + total
        self._count, self._total = 0, Decimal(0)

    def _same(self, currency: str) -> bool:
        self.currency = self.currency or currency
        return self.currency == currency
