"""External code lists: an operator's files ``parsers/codes/<list>.csv``, dated and versioned.

The first line is ``# version <name>``, the second ``code,valid_from,valid_to``; then one code a
line, its days as CCYYMMDD, empty where there is no bound. None comes with acktrail: their owners
license them.
"""

import csv
import re
from typing import NamedTuple

from acktrail.errors import GuideError

FOLDER = "codes"
VERSION = re.compile(r"# version (\S{1,40})")
HEADER = ["code", "valid_from", "valid_to"]
DAY = re.compile(r"[0-9]{8}|")
LAST_DAY = "99999999"


class CodeList(NamedTuple):
    """One list."""

    name: str
    version: str
    spans: dict[str, tuple[tuple[str, str], ...]]  # first and last day of each code

    def holds(self, code: str, day: str) -> bool:
        """Tell whether a code was valid on a day; without a day, on any."""
        spans = self.spans.get(code, ())
        return any(first <= day <= last for first, last in spans) if day else bool(spans)


def read_codes(name: str, body: bytes) -> CodeList:
    """Read a list.

    Raises:
        GuideError: If the file is not of that form; it names list and line.
    """
    lines = body.decode("utf-8-sig", "replace").splitlines()
    version = VERSION.fullmatch(lines[0].strip()) if lines else None
    if version is None:
        msg = f"code list {name}: line 1 is not '# version <name>'"
        raise GuideError(msg)
    rows = list(csv.reader(lines[1:]))
    if not rows or rows[0] != HEADER:
        msg = f"code list {name}: line 2 is not {','.join(HEADER)}"
        raise GuideError(msg)
    spans: dict[str, tuple[tuple[str, str], ...]] = {}
    for number, row in enumerate(rows[1:], 3):
        if len(row) != len(HEADER) or not all(map(DAY.fullmatch, row[1:])) or not row[0]:
            msg = f"code list {name}: line {number} is not code,CCYYMMDD,CCYYMMDD"
            raise GuideError(msg)
        code, first, last = row
        spans[code] = (*spans.get(code, ()), (first, last or LAST_DAY))
    return CodeList(name, version.group(1), spans)
