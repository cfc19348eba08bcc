"""X12: from bytes to documents and answers, against taking bytes apart, pyx12 and x12sdk.

``python -m bench.x12`` prints one table for files of 1 MB: ratios of CPU time, both works in turn,
medians. ``--megabytes 1 10`` sets the sizes, ``--peers`` adds pyx12 and x12sdk (minutes at 10 MB),
``--varied`` files whose amounts, days and names hardly repeat, ``--only 835`` leaves out the
others, ``--memory`` the peak memory at 10 and 100 MB, ``--gigabyte`` that at 1 GB too,
``--hostile`` the files that are made to hurt, at full size, each in a process of its own.
"""

import argparse
import io
import logging
import re
import resource
import subprocess
import sys
import time
import warnings
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence
from datetime import UTC, date, datetime, timedelta
from random import Random
from tempfile import TemporaryFile

import pyx12.error_handler  # type: ignore[import-untyped]
import pyx12.params  # type: ignore[import-untyped]
import pyx12.x12n_document  # type: ignore[import-untyped]
from x12sdk.io import X12ModelReader  # type: ignore[import-untyped,unused-ignore]

from acktrail.app.home import parser_files
from acktrail.app.registry import built_in
from acktrail.model import Answering, ReadResult, Verdict
from acktrail.pipeline.read import all_findings, read_and_translate
from acktrail.translate.choose import Translators
from bench.measure import Row, ratio, table
from tests.generators import x12, x12_health
from tests.generators.x12_hostile import HOSTILE

AT = datetime(2026, 1, 2, 3, 4, 5, tzinfo=UTC)
MB = 1_000_000
CHUNK_BYTES = 256 * 1024
CLAIMS, ORDERS = 500, 50  # of one set; sets of one group
NEW_YEAR = date(2026, 1, 1)
ALIKE = re.compile(b"20260301|CANARYLAST|CANARYFIRST|TESTPERSON|CANARYNAME|1 CANARY STREET")
PYX12_BARS = {"835": 1 / 28, "837P": 1 / 35, "834": None}  # it has no 850
X12SDK = ("835", "837P", "834")
MEMORY_MB = (10, 100)
GROWTH_MIB = 15  # of the peak, from the smallest file to the largest
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


def rows(size: int, names: Sequence[str], *, peers: bool, varied: bool) -> Iterator[Row]:
    """Yield the comparisons for files of ``size`` bytes."""
    makers = {name: SAMPLES[name] for name in names}
    if varied:
        makers |= {f"{name}{ALL_DIFFERENT}": VARIED[name] for name in names if name in VARIED}
    for name, make in makers.items():
        body = b"".join(make(size))
        yield ratio(
            f"{name}: to documents and answers", _way(body), "bytes.split", _split(body), bar=12
        )
        if peers:
            yield from _against(name, body)
    if "835" in names:
        yield _faulty(size)


def _faulty(size: int) -> Row:
    right = b"".join(_remittances(size))
    wrong = right.replace(b"*HC:99213*", b"*XX:99213*")
    bad = lambda: walk(_chunks(wrong))  # noqa: E731 - as short as its namesakes
    return ratio("835: a fault in every claim", bad, "the same without", _way(right), bar=1.5)


def _against(name: str, body: bytes) -> Iterator[Row]:
    """Compare with those that know this kind of file; neither makes documents of ours of it."""
    what, work = f"{name}: to documents and answers", _way(body)
    name = name.removesuffix(ALL_DIFFERENT)
    if name in PYX12_BARS:
        bar = PYX12_BARS[name]
        yield ratio(what, work, "pyx12: check, answer", _pyx12(body), bar=bar, rounds=3)
    if name in X12SDK:
        yield ratio(what, work, "x12sdk: models", _x12sdk(body), rounds=3)


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


def _x12sdk(body: bytes) -> Callable[[], object]:
    text = body.decode("latin-1")

    def work() -> object:
        with X12ModelReader(text) as reader:
            return sum(1 for _ in reader.models())

    return work


def _remittances(size: int) -> Iterator[bytes]:
    """Yield the bytes of an interchange of 835 with at least ``size`` bytes."""
    claims = [x12.Claim(f"PCN{n:06d}", "1", x12.TWO_CLAIMS[0].lines) for n in range(CLAIMS)]
    return _repeated("835", size, lambda n: x12.remittance(f"{n:04}", claims, trace=f"T{n}"))


def _varied_remittances(size: int) -> Iterator[bytes]:
    """Yield the same with claims of one to five lines, of which hardly an amount repeats."""
    random = Random(1)  # noqa: S311 - a file to measure with

    def line() -> x12.Line:
        charge = random.randint(1000, 90000)
        contractual = random.randint(1, charge // 2)
        patient = random.randint(0, charge - contractual)
        return x12.Line(charge, contractual, patient, random.choice(("99213", "85025", "93000")))

    def claim(number: int) -> x12.Claim:
        lines = tuple(line() for _ in range(random.randint(1, 5)))
        return x12.Claim(f"PCN{random.randint(0, 999)}{number:06}", "1", lines)

    def one(n: int) -> list[str]:
        return x12.remittance(f"{n:04}", [claim(at) for at in range(CLAIMS)], trace=f"T{n}")

    return _different(_repeated("835", size, one))


def _different(chunks: Iterable[bytes]) -> Iterator[bytes]:
    """Yield a file with other days of service, names and addresses where there were equal ones."""
    random = Random(2)  # noqa: S311 - a file to measure with

    def other(found: re.Match[bytes]) -> bytes:
        if found.group().isdigit():
            day = NEW_YEAR + timedelta(random.randint(0, 300))
            return day.strftime("%Y%m%d").encode()
        return found.group() + b"%d" % random.randint(0, 9999)

    return (ALIKE.sub(other, chunk) for chunk in chunks)


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
ALL_DIFFERENT = ", varied"
VARIED: dict[str, Callable[[int], Iterator[bytes]]] = {
    "835": _varied_remittances,
    "837P": lambda size: _different(x12_health.claim_stream(size)),  # amounts differ as it is
}


def _chunks(body: bytes) -> Iterator[bytes]:
    for at in range(0, len(body), CHUNK_BYTES):
        yield body[at : at + CHUNK_BYTES]


# ------------------------------------------------------------------------------ memory, hostility
def peaks(sizes: Sequence[int]) -> Iterator[tuple[str, bool]]:
    """Yield a line for each kind of file: peak memory by size; whether it grew within its bar."""
    for name in SAMPLES:
        found = [alone("--peak", name, "--megabytes", str(size)) for size in sizes]
        said = ", ".join(f"{mb} MB {one}" for mb, one in zip(sizes, found, strict=True))
        first, last = (int(one.split()[-2]) for one in (found[0], found[-1]))
        yield f"{name}: {said}", last - first <= GROWTH_MIB


def alone(*arguments: str) -> str:
    """Return what a process of its own prints: a peak is that of a whole process."""
    command = [sys.executable, "-m", "bench.x12", *arguments]
    done = subprocess.run(command, check=True, capture_output=True, text=True)  # noqa: S603 - our own
    return done.stdout.strip()


def measured(chunks: Iterable[bytes]) -> tuple[ReadResult, str]:
    """Take a file; return CPU seconds and the peak memory of this process, as text."""
    began = time.process_time()
    result = walk(chunks)
    seconds = time.process_time() - began
    return (
        result,
        f"{seconds:.1f} s {resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024} MiB",
    )


def hostile(number: int) -> str:
    """Return a line on one hostile file at full size."""
    one = HOSTILE[number]
    result, cost = measured(one.make(one.full))
    rules = Counter(finding.rule for finding in all_findings(result))
    named = ", ".join(f"{rule} {count}" for rule, count in rules.most_common(6)) or "no finding"
    return f"{one.what}: {cost}, {result.verdict}: {named}"


def main() -> int:
    """Print what was asked for."""
    options = argparse.ArgumentParser()
    options.add_argument("--megabytes", type=int, nargs="+", default=[1])
    options.add_argument("--only", choices=SAMPLES, nargs="+", default=list(SAMPLES))
    options.add_argument("--peak", choices=SAMPLES)
    options.add_argument("--hostile-file", type=int)
    for flag in ("--peers", "--varied", "--memory", "--gigabyte", "--hostile"):
        options.add_argument(flag, action="store_true")
    asked = options.parse_args()
    if asked.peak:
        print(measured(SAMPLES[asked.peak](asked.megabytes[0] * MB))[1])
        return 0
    if asked.hostile_file is not None:
        print(hostile(asked.hostile_file))
        return 0
    logging.getLogger("pyx12").setLevel(logging.CRITICAL + 1)  # it would log values
    warnings.filterwarnings("ignore", module="x12sdk")
    kept = True
    for size in asked.megabytes:
        found = list(rows(size * MB, asked.only, peers=asked.peers, varied=asked.varied))
        print(f"{size} MB\n{table(found)}", flush=True)
        kept = kept and all(row.kept for row in found)
    if asked.memory or asked.gigabyte:
        for said, within in peaks((*MEMORY_MB, 1000) if asked.gigabyte else MEMORY_MB):
            print(said if within else f"{said} MISSED", flush=True)
            kept = kept and within
    if asked.hostile:
        print(f"nothing but the program: {alone('--peak', '835', '--megabytes', '0')}")
        for number in range(len(HOSTILE)):
            print(alone("--hostile-file", str(number)), flush=True)
    return 0 if kept else 3


if __name__ == "__main__":
    sys.exit(main())
