r"""What a bank's free text repeats of an X12 payment: the trace that ties it to its 835.

The addendum of an ACH payment (CCD+, CTX) is the TRN segment of the 835 itself, and banks hand it
on as text: ``TRN*1*12345*1999999999~``. Some change the separators, some cut the text into lines in
the middle of the number.
Spec: X12 005010X221A1, 1.10.2.3 reassociation: TRN02 stands in the addendum; Nacha Operating Rules,
health care EFT: the addendum is TRN01 to TRN03 (TRN04), ended by ``~`` or ``\``.
"""

import re
from collections.abc import Sequence

# TRN01 is 1 (the current transaction); TRN02 has at most 50 characters. A line may end anywhere.
TRACE = re.compile(
    r"(?<![A-Z0-9])T\n?R\n?N\n?([*|^])\n?1\n?\1\n?([A-Za-z0-9][A-Za-z0-9._\n-]{0,59})(?:\1|[~\\]|\Z)"
)


def trace_of(lines: Sequence[str]) -> str:
    """Return TRN02 of the addendum in a text of several lines; ``""`` where it holds none.

    Args:
        lines: As the bank cut them: the number may go on in the next one. One that is not ended
            by a separator or the text is none: it may be cut.
    """
    found = TRACE.search("\n".join(lines))
    return found[2].replace("\n", "") if found else ""
