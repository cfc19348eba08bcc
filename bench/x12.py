"""X12: from bytes to documents and answers, against taking bytes apart and against pyx12.

``python -m bench.x12`` prints one table for files of 1 MB; ``--megabytes N`` sets another size,
``--pyx12`` adds pyx12 (minutes for 10 MB), ``--memory`` the peak memory at 10 and 100 MB,
``--hostile`` the files that are made to hurt, at full size.
"""

import argparse
import io
import logging
import resource
import subprocess
import sys
import time
from collections.abc import Callable, Iterable, Iterator
from datetime import UTC, datetime
from itertools import chain, repeat
from tempfile import TemporaryFile

import pyx12.error_handler  # type: ignore[import-untyped]
import pyx12.params  # type: ignore[import-untyped]
import pyx12.x12n_document  # type: ignore[import-untyped]

from acktrail.app.home import parser_files
from acktrail.app.registry import built_in
from acktrail.model import Answering, ReadResult, Verdict
from acktrail.pipeline.read import all_findings, read_and_translate
from acktrail.translate.choose import Translators
from bench.measure import Row, ratio, table
from tests.generators import x12, x12_health

AT = datetime(2026, 1, 2, 3, 4, 5, tzinfo=UTC)
MB = 1_000_000
CHUNK_BYTES = 256 * 1024
CLAIMS, ORDERS = 500, 50  # of one set; sets of one group
PYX12_BARS = {"835": 1 / 28, "837P": 1 / 35}
HEAD, _, TAIL = x12.interchange(x12.payments(["@"])).partition(b"@~")
FILES = parser_files()
X12 = built_in(FILES).get("x12")
TRANSLATORS = Translators(FILES)


def walk(chunks: Iterable[bytes]) -> ReadResult:
    """Read, check and translate a file, put its documents away and build its answers."""
    with TemporaryFile() as spool:

        def keep(document: bytes) -> int:
            spool.write(document)
            return 0

        reader = X12.reader({})
        done = read_and_translate(
            "x12", reader, chunks, lambda head: TRANSLATORS.find(head, {}), keep
        )
    needed = X12.numbers_needed(done.result, Answering(AT))
    X12.acknowledge(done.result, Answering(AT, tuple(range(1, needed + 1))))
    return done.result


def rows(size: int, *, peers: bool) -> Iterator[Row]:
    """Yield the comparisons for files of ``size`` bytes."""
    for name, make in SAMPLES.items():
        body = b"".join(make(size))
        yield ratio(
            f"{name}: to documents and answers", _way(body), "bytes.split", _split(body), bar=12
        )
        if peers and name in PYX12_BARS:
            bar = PYX12_BARS[name]
            yield ratio(f"{name}: the same", _way(body), "pyx12", _pyx12(body), bar=bar, rounds=1)
    right = b"".join(_remittances(size))
    wrong = right.replace(b"*HC:99213*", b"*XX:99213*")
    bad = lambda: walk(_chunks(wrong))  # noqa: E731 - as short as its namesakes
    yield ratio("835: a fault in every claim", bad, "the same without", _way(right), bar=1.5)


def _way(body: bytes) -> Callable[[], object]:
    """Return the work, after a look that the file is accepted: a refusal would be quick."""
    result = walk(_chunks(body))
    if result.verdict is not Verdict.ACCEPTED or not sum(result.documents.values()):
        msg = "the file of this measurement is not accepted"
        raise RuntimeError(msg)
    return lambda: walk(_chunks(body))


def _split(body: bytes) -> Callable[[], object]:
    """Split everything and keep nothing, as a streaming reader does."""
    return lambda: sum(len(one.split(b"*")) for one in body.split(b"~"))


def _pyx12(body: bytes) -> Callable[[], object]:
    def work() -> object:
        source = io.StringIO(body.decode("latin-1"))
        answer = io.StringIO()
        return pyx12.x12n_document.x12n_document(pyx12.params.params(), source, answer, None, None)

    return work


def _remittances(size: int) -> Iterator[bytes]:
    """Yield the bytes of an interchange of 835 with at least ``size`` bytes."""
    claims = [x12.Claim(f"PCN{n:06d}", "1", x12.TWO_CLAIMS[0].lines) for n in range(CLAIMS)]
    return _repeated("835", size, lambda n: x12.remittance(f"{n:04}", claims, trace=f"T{n}"))


def _orders(size: int) -> Iterator[bytes]:
    return _repeated("850", size, lambda n: x12.order(f"{n:04}", ORDERS, number=f"PO{n}"))


def _repeated(name: str, size: int, make: Callable[[int], list[str]]) -> Iterator[bytes]:
    wrap = x12.payments if name == "835" else x12.orders
    head, _, tail = x12.interchange(wrap(["@"])).partition(b"@~")
    yield head
    written = sets = 0
    while written < size:
        sets += 1
        text = "".join(f"{one}~" for one in make(sets)).encode()
        written += len(text)
        yield text
    yield tail.replace(b"GE*1*", b"GE*%d*" % sets)


SAMPLES: dict[str, Callable[[int], Iterator[bytes]]] = {
    "835": _remittances,
    "837P": x12_health.claim_stream,
    "834": x12_health.enrolment_stream,
    "850": _orders,
}


def _chunks(body: bytes) -> Iterator[bytes]:
    for at in range(0, len(body), CHUNK_BYTES):
        yield body[at : at + CHUNK_BYTES]


# ------------------------------------------------------------------------------ memory, hostility
def _hostile() -> dict[str, Iterable[bytes]]:
    """Return files that are made to hurt, by what is wrong with them."""
    start = HEAD + b"ST*835*0001~"
    levels = b"".join(
        b"HL*%d*%s*22*1~" % (n, b"%d" % (n - 1) if n > 1 else b"") for n in range(1, 100_001)
    )
    return {
        "unterminated 200 MB segment": chain([start], repeat(b"A" * MB, 200)),
        "10 million empty segments": chain([start], repeat(b"~" * MB, 10), [TAIL]),
        "1e6 findings": chain([start], repeat(b"DTM*XXX*99999999~" * 10_000, 100), [TAIL]),
        "1e5 nested HL": _chunks(
            b"".join(x12_health.claim_stream(1)).split(b"HL*")[0] + levels + TAIL
        ),
        "delimiters in values": chain(
            [start], repeat(b"NM1*QC*1*A:B^C*D::E^^F~" * 1000, 100), [TAIL]
        ),
    }


def hostile() -> Iterator[str]:
    """Yield a line for each hostile file: CPU seconds, growth of memory, findings."""
    for name, chunks in _hostile().items():
        before, began = _peak(), time.process_time()
        result = walk(chunks)
        seconds, grown = time.process_time() - began, _peak() - before
        found = all_findings(result)
        rules = ", ".join(sorted({one.rule for one in found})[:4])
        verdict = result.verdict
        yield f"{name}: {seconds:.1f} s, +{grown} MiB, {verdict}, {len(found)} kept: {rules}"


def peak(name: str, size: int) -> int:
    """Return the peak memory in MiB of a process that takes a file of ``size`` bytes."""
    command = [sys.executable, "-m", "bench.x12", "--peak", name, "--megabytes", str(size // MB)]
    done = subprocess.run(command, check=True, capture_output=True, text=True)  # noqa: S603 - our own
    return int(done.stdout)


def _peak() -> int:
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024


def main() -> int:
    """Print what was asked for."""
    options = argparse.ArgumentParser()
    options.add_argument("--megabytes", type=int, default=1)
    options.add_argument("--peak", default="")
    for flag in ("--pyx12", "--memory", "--hostile"):
        options.add_argument(flag, action="store_true")
    asked = options.parse_args()
    if asked.peak:
        walk(SAMPLES[asked.peak](asked.megabytes * MB))
        print(_peak())
        return 0
    logging.getLogger("pyx12").setLevel(logging.CRITICAL + 1)  # it would log values
    found = list(rows(asked.megabytes * MB, peers=asked.pyx12))
    print(table(found))
    if asked.memory:
        for name in SAMPLES:
            sizes = [peak(name, size * MB) for size in (10, 100)]
            print(f"{name}: peak memory at 10 MB {sizes[0]} MiB, at 100 MB {sizes[1]} MiB")
    if asked.hostile:
        print("\n".join(hostile()))
    return 0 if all(row.kept for row in found) else 3


if __name__ == "__main__":
    sys.exit(main())
