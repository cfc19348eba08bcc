"""The bank format as ``ports.Format``: MT940 in, no answer (banks expect none)."""

import codecs
import re
from collections.abc import Mapping

from acktrail.errors import GuideError
from acktrail.formats.bank.reader import Mt940Reader
from acktrail.formats.bank.rules import RULES
from acktrail.model import Acknowledgement, Answering, ReadResult, Rule
from acktrail.ports import DataFiles, Reader

FIRST_FIELD = re.compile(rb"(?:^|\n):20:")
NEXT_FIELD = re.compile(rb"\n:(?:25|28C?|60[FM]|34F):")
DIALECTS = ("auto", "german", "sepa", "free")


class Bank:
    """MT940 statements (fulfils ``ports.Format``)."""

    name = "bank"
    rules: tuple[Rule, ...] = RULES

    def __init__(self, files: DataFiles) -> None:
        """MT940 needs no data files."""
        del files

    def recognises(self, head: bytes) -> bool:
        """Tell whether fields 20 and 25 or a balance stand at the start."""
        return bool(FIRST_FIELD.search(head) and NEXT_FIELD.search(head))

    def complete(self, head: bytes, tail: bytes) -> bool | None:
        """Tell whether the last statement's closing balance is there."""
        del head
        last = max(tail.rfind(sign) for sign in (b":20:", b":60F:", b":60M:", b":61:"))
        return tail.rfind(b":62F:") > last

    def reader(self, options: Mapping[str, object]) -> Reader:
        """Return a reader.

        Options: ``dialect`` of field 86 (auto, german, sepa, free), ``encoding``, ``sender``.

        Raises:
            GuideError: If an option has no such value.
        """
        dialect = str(options.get("dialect") or "auto")
        encoding = str(options.get("encoding") or "")
        if dialect not in DIALECTS:
            msg = f"option dialect: must be one of {', '.join(DIALECTS)}"
            raise GuideError(msg)
        try:
            codecs.lookup(encoding or "utf-8")
        except LookupError:
            msg = "option encoding: there is no such encoding"
            raise GuideError(msg) from None
        return Mt940Reader(dialect, encoding, str(options.get("sender") or ""))

    def numbers_needed(self, result: ReadResult, answering: Answering) -> int:
        """Nothing is answered."""
        del result, answering
        return 0

    def acknowledge(self, result: ReadResult, answering: Answering) -> tuple[Acknowledgement, ...]:
        """Nothing is answered."""
        del result, answering
        return ()
