"""Bank statements: camt against lxml's DOM, MT940 against mt-940, BAI2 against bai2.

``python -m bench.bank`` prints one table; ``--memory`` the peak memory of camt at 10 and 100 MB,
each in its own process.
"""

import argparse
import subprocess
import sys
from collections.abc import Callable, Iterator

import mt940
from bai2 import bai2  # type: ignore[import-untyped]
from lxml import etree  # type: ignore[import-untyped]

from acktrail.model import Verdict
from acktrail.ports import InterchangeEnd
from bench.measure import Row, ratio, table
from bench.reading import CHUNK_BYTES, FORMATS
from tests.generators import bank as make

ENTRIES = 4000
CENTS = (12345, -2300)
MOST_MIB = 64
SLOWER = 1 / 0.35  # bar: 0.35 of the speed of a DOM from which the same values are taken
VALUES = (
    *("Amt", "CdtDbtInd", "Sts", "RvslInd", "BookgDt/Dt", "ValDt/DtTm", "AcctSvcrRef"),
    *("BkTxCd/Domn/Cd", "BkTxCd/Domn/Fmly/Cd", "BkTxCd/Domn/Fmly/SubFmlyCd"),
    *("NtryDtls/TxDtls/Refs/EndToEndId", "NtryDtls/TxDtls/RltdPties/Dbtr/Nm"),
    *("NtryDtls/TxDtls/RltdPties/Cdtr/Nm", "NtryDtls/TxDtls/RmtInf/Ustrd"),
)


def read(name: str, chunks: Iterator[bytes]) -> int:
    """Read and check a file; return the number of events.

    Raises:
        ValueError: The file was not accepted: nothing would be measured.
    """
    reader, seen, verdict = FORMATS.get(name).reader({}), 0, Verdict.REJECTED
    for chunk in chunks:
        seen += sum(1 for _ in reader.feed(chunk))
    for event in reader.close():
        seen += 1
        if isinstance(event, InterchangeEnd):
            verdict = event.result.verdict
    if verdict is not Verdict.ACCEPTED:
        msg = "the file is not accepted"
        raise ValueError(msg)
    return seen


def reading(name: str, body: bytes) -> Callable[[], int]:
    """Return the work of reading a file in pieces."""
    return lambda: read(
        name, (body[at : at + CHUNK_BYTES] for at in range(0, len(body), CHUNK_BYTES))
    )


def dom_values(body: bytes) -> list[list[str | None]]:
    """Take by ``findtext`` from a DOM what the reader takes of each entry, unchecked."""
    space = f"{{{make.CAMT}02}}"
    paths = ["/".join(f"{space}{part}" for part in path.split("/")) for path in VALUES]
    root = etree.fromstring(body)
    return [[one.findtext(path) for path in paths] for one in root.iter(f"{space}Ntry")]


def rows() -> Iterator[Row]:
    """Yield every comparison."""
    cents = CENTS * (ENTRIES // len(CENTS))
    camt, old, new = make.camt053(cents), make.mt940(cents), make.bai2([cents])
    ours = reading("xml", camt)
    yield ratio("camt.053: read and check", ours, "lxml DOM alone", lambda: etree.fromstring(camt))
    yield ratio(
        *("camt.053: read and check", ours),
        *("lxml DOM, the same values by findtext", lambda: dom_values(camt)),
        bar=round(SLOWER, 2),
    )
    text = old.decode()
    yield ratio(
        *("MT940: read and check", reading("bank", old)),
        *("mt-940, no balance checked", lambda: mt940.parse(text)),
        bar=1,
        rounds=3,
    )
    lines = new.decode()
    yield ratio(
        *("BAI2: read and check", reading("bank", new)),
        *("bai2, integrity checked", lambda: bai2.parse_from_string(lines)),
        bar=1,
    )


def main() -> int:
    """Print what was asked for."""
    options = argparse.ArgumentParser()
    options.add_argument("--memory", action="store_true")
    asked = options.parse_args()
    found = list(rows())
    print(table(found))
    kept = all(row.kept for row in found)
    for size in (1, 10, 100) if asked.memory else ():
        command = [sys.executable, "-m", "bench.bank_peak", str(size)]
        done = subprocess.run(command, check=True, capture_output=True, text=True)  # noqa: S603 - our own
        peak = int(done.stdout)
        kept = kept and peak <= MOST_MIB
        print(f"camt.053 of {size} MB: {peak} MiB{'' if peak <= MOST_MIB else ' MISSED'}")
    return 0 if kept else 3


if __name__ == "__main__":
    sys.exit(main())
