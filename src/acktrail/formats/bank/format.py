"""The bank format as ``ports.Format``: MT940 and BAI2 in, no answer (banks expect none)."""

import codecs
import re
from collections.abc import Mapping

from acktrail.errors import GuideError
from acktrail.formats.bank import bai2_rules
from acktrail.formats.bank.bai2 import Bai2Reader
from acktrail.formats.bank.choosing import BankReader
from acktrail.formats.bank.legend import RecordLegend
from acktrail.formats.bank.reader import Mt940Reader
from acktrail.formats.bank.rules import RULES
from acktrail.model import Acknowledgement, Answering, MessageHead, ReadResult, Rule
from acktrail.ports import DataFiles, Reader

FIRST_FIELD = re.compile(rb"(?:^|\n):20:")
NEXT_FIELD = re.compile(rb"\n:(?:25|28C?|60[FM]|34F):")
# A file header and behind it a group header, or the rest of the file header
BAI2 = re.compile(rb"\s*01,[^\r\n]{0,500}[\r\n]+(?:02|88),")
BAI2_TRAILER = re.compile(rb"(?:^|[\r\n])99,[^\r\n]*[\s\x1a]*\Z")
DIALECTS = ("auto", "german", "sepa", "free")


class Bank:
    """MT940 and BAI2 statements (fulfils ``ports.Format``)."""

    name = "bank"
    rules: tuple[Rule, ...] = (*RULES, *bai2_rules.RULES)

    def __init__(self, files: DataFiles) -> None:
        """Statements need no data files."""
        del files

    def recognises(self, head: bytes) -> bool:
        """Tell whether fields 20 and 25 or a balance, or BAI2 headers, stand at the start."""
        mt940 = FIRST_FIELD.search(head) and NEXT_FIELD.search(head)
        return bool(mt940 or BAI2.match(head))

    def complete(self, head: bytes, tail: bytes) -> bool | None:
        """Tell whether the last statement's closing balance, or the trailer of BAI2, is there.

        An interim report (MT942) has none: its sums (90D, 90C) or the mark that ends a message
        close it, but banks leave out both, so that without them nothing can be told.
        """
        if head.lstrip().startswith(b"01,"):
            return BAI2_TRAILER.search(tail) is not None
        last = _last(tail, b"20", b"60F", b"60M", b"61")
        if _last(tail, b"62F") > last:
            return True
        if not _is_interim(head, tail):
            return False
        ended = tail.rstrip().endswith((b"\n-", b"\n-}"))
        return True if ended or _last(tail, b"90D", b"90C") > last else None

    def reader(self, options: Mapping[str, object]) -> Reader:
        """Return a reader.

        Options: ``dialect`` of field 86 (auto, german, sepa, free), ``encoding``, ``sender``,
        ``type_codes`` of BAI2 that the bank defined itself (credit, debit, ignore).

        Raises:
            GuideError: If an option has no such value.
        """
        dialect = str(options.get("dialect") or "auto")
        encoding, sender = str(options.get("encoding") or ""), str(options.get("sender") or "")
        if dialect not in DIALECTS:
            msg = f"option dialect: must be one of {', '.join(DIALECTS)}"
            raise GuideError(msg)
        try:
            codecs.lookup(encoding or "utf-8")
        except LookupError:
            msg = "option encoding: there is no such encoding"
            raise GuideError(msg) from None
        named = options.get("type_codes")
        codes = {str(k): str(v) for k, v in named.items()} if isinstance(named, Mapping) else {}
        return BankReader(
            mt940=Mt940Reader(dialect, encoding, sender), bai2=Bai2Reader(encoding, sender, codes)
        )

    def legend(self, head: MessageHead) -> RecordLegend:
        """Return what records mean: their columns have names."""
        del head
        return RecordLegend()

    def numbers_needed(self, result: ReadResult, answering: Answering) -> int:
        """Nothing is answered."""
        del result, answering
        return 0

    def acknowledge(self, result: ReadResult, answering: Answering) -> tuple[Acknowledgement, ...]:
        """Nothing is answered."""
        del result, answering
        return ()


def _last(part: bytes, *tags: bytes) -> int:
    """Return where the last of these fields begins; -1 if there is none."""
    return max((b"\n" + part).rfind(b"\n:" + tag + b":") for tag in tags)


def _is_interim(head: bytes, tail: bytes) -> bool:
    """Tell whether the file ends with an MT942: a floor limit (34F) and no balance behind it."""
    balances = (b"60F", b"60M", b"62F", b"62M")
    for part in (tail, head):
        floor, balance = _last(part, b"34F"), _last(part, *balances)
        if floor != balance:  # one of them is there
            return floor > balance
    return False
