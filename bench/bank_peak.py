"""Peak memory of reading a camt.053 file: ``python -m bench.bank_peak 100`` prints MiB.

A process of its own that imports nothing but the reader.
"""

import sys
from collections.abc import Iterator, Sequence

from acktrail.formats.xml import Xml
from acktrail.model import Verdict
from acktrail.ports import InterchangeEnd
from bench.measure import peak_kib
from tests.generators import bank as make

MB = 1_000_000


class NoFiles:
    """The reader of camt needs no data files."""

    def read(self, path: str) -> bytes:
        """Never called."""
        raise FileNotFoundError(path)

    def names(self, folder: str) -> Sequence[str]:
        """Never called."""
        raise FileNotFoundError(folder)


def endless(megabytes: int) -> Iterator[bytes]:
    """Yield a camt.053 statement of about so many megabytes whose balances agree."""
    whole = make.camt053((100,))
    first, last = whole.index(b"<Ntry>"), whole.index(b"</Stmt>")
    entry = whole[first:last]
    often = megabytes * MB // len(entry)
    closing = f">{1000 + often}.00<".encode()
    yield whole[:first].replace(b">1001.00<", closing)
    for at in range(0, often, 200):
        yield entry * min(200, often - at)
    yield whole[last:]


def main() -> int:
    """Read the file and print the peak."""
    reader = Xml(NoFiles()).reader({})
    for chunk in endless(int(sys.argv[1])):
        for _ in reader.feed(chunk):
            pass
    *_, last = reader.close()
    print(peak_kib() >> 10)
    accepted = isinstance(last, InterchangeEnd) and last.result.verdict is Verdict.ACCEPTED
    return 0 if accepted else 3


if __name__ == "__main__":
    sys.exit(main())
