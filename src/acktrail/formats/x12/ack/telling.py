"""Which refusals reach the partner by an answer; those that do not are a person's.

A 999 and a 997 speak of syntax and guide (X12 RFI 1312). That sums do not agree is told by them, by
an 824 or by a 277CA only where the profile says so. A group whose GS06 no AK102 can repeat is named
by none of them.
Spec: X12 RFI 1312; elements 28 and 480 of AK1.
"""

from collections.abc import Mapping

from acktrail.formats.x12.ack.advice import can_advise
from acktrail.formats.x12.ack.functional import is_answerable
from acktrail.formats.x12.agreement import ANSWERS
from acktrail.formats.x12.rules import SNIP3
from acktrail.model import REFUSED_PARTS, GroupResult, InterchangeResult, MessageResult, Severity


class AnswersTelling:
    """What the answers under one profile's ``[acknowledge]`` say."""

    def __init__(self, options: Mapping[str, str]) -> None:
        self._options = options

    def tells(self, message: MessageResult) -> bool:
        """Tell whether an answer says that a rejected set is refused."""
        if REFUSED_PARTS in message.facts:
            return True  # by a 277CA
        refusing = {f.category for f in message.findings if f.severity is Severity.ERROR}
        if refusing != {SNIP3}:
            return True
        functional = self._options.get("functional") != "none"
        told_there = self._options.get("balance") == "999" and functional
        return told_there or can_advise(message, self._options)

    def names(self, group: GroupResult) -> bool:
        """Tell whether an answer can say what became of a group; answers are not answered."""
        return group.kind == ANSWERS or is_answerable(group)

    def reaches(self, _interchange: InterchangeResult) -> bool:
        """Tell whether a TA1 can be written: ISA has a fixed form, or there is no interchange."""
        return True

    def refuses(self, _message: MessageResult) -> bool:
        """Tell whether an answer refuses a set that no document can be made of: none does."""
        return False
