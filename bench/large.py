"""One large 835 with a faulty set in its middle through a whole installation, journal mode.

``python -m bench.large --megabytes 1000`` makes the file, runs ``acktrail run --once`` on it and
prints what was posted, what the partner is answered, time and peak memory of the service. The home
is a temporary folder (``--folder`` says where), which takes about three times the file.
"""

import argparse
import os
import sys
import time
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from tempfile import TemporaryDirectory

from tests.endtoend.house import COMMAND, House, clean_environment
from tests.generators import x12

MB = 1_000_000
PARTNER = "clearing-relay"
ENVELOPE = x12.Envelope(sender="RELAY", receiver="SAMPLECLINIC")
CLAIMS = 500  # of one set
PATIENCE = "7200"  # seconds that the run may take
RIGHT, WRONG = b"DTM*232*20260301~", b"DTM*232*20261301~"


def sets(size: int) -> Iterator[bytes]:
    """Yield the sets of a file of about ``size`` bytes; the one in the middle has a wrong date."""
    many = range(CLAIMS)
    count = max(1, size // len(_set(1, many)))
    for number in range(1, count + 1):
        body = _set(number, many)
        yield body.replace(RIGHT, WRONG, 1) if number == count // 2 + 1 else body


def _set(number: int, many: range) -> bytes:
    claims = [x12.Claim(f"P{number:05}C{n:04}", "1", x12.TWO_CLAIMS[0].lines) for n in many]
    segments = x12.remittance(f"{number:04}", claims, trace=f"LARGE{number:06}")
    return "".join(f"{one}~" for one in segments).encode()


def write(path: Path, size: int) -> int:
    """Write the file; return how many sets it holds."""
    head, _, tail = x12.interchange(x12.payments(["@"]), envelope=ENVELOPE).partition(b"@~")
    count = 0
    with path.open("wb") as file:
        file.write(head)
        for count, body in enumerate(sets(size), 1):  # noqa: B007 - their number is wanted
            file.write(body)
        file.write(tail.replace(b"GE*1*", b"GE*%d*" % count))
    return count


def run(house: House) -> str:
    """Run the service once; return its exit code, CPU and wall seconds and peak memory."""
    began = time.monotonic()
    child = os.posix_spawn(
        COMMAND,
        [str(COMMAND), "--home", str(house.root), "run", "--once", "--patience", PATIENCE],
        clean_environment(),
    )
    _, status, used = os.wait4(child, 0)
    cpu, wall = used.ru_utime + used.ru_stime, time.monotonic() - began
    code = os.waitstatus_to_exitcode(status)
    return f"exit {code}, {cpu:.0f} s CPU, {wall:.0f} s, peak {used.ru_maxrss // 1024} MiB"


def told(house: House) -> Iterator[str]:
    """Yield what became of the file."""
    with house.tools() as tools:
        for row in tools.ledger.exchanges():
            yield f"exchange: {row.status}"
            with tools.ledger.begin() as tx:
                postings = tx.postings(row.id)
            states = Counter((one.doctype, one.state, bool(one.calls)) for one in postings)
            for (kind, state, calls), count in sorted(states.items()):
                yield f"{count} {kind} {state}, calls kept: {'yes' if calls else 'no'}"
        yield f"ledger faults: {len(list(tools.ledger.verify()))}"
    for name, body in house.answers(PARTNER).items():
        segments = body.decode().split("~")
        counts = Counter(one for one in segments if one.startswith("IK5"))
        said = [one for one in segments if one[:3] in ("IK3", "IK4", "AK9", "TA1")]
        yield f"{name}: {len(body)} bytes, {dict(counts)} {' '.join(said)}"


def main() -> int:
    """Make the file, run the service, print."""
    options = argparse.ArgumentParser()
    options.add_argument("--megabytes", type=int, default=1000)
    options.add_argument("--folder", default=None)
    asked = options.parse_args()
    with TemporaryDirectory(dir=asked.folder) as folder:
        house = House(Path(folder) / "home")
        profile = next((house.root / "partners" / PARTNER).glob("*.toml"))
        text = profile.read_text()
        profile.write_text(
            text.replace('file = "500MB", opened = "1GB"', 'file = "4GB", opened = "4GB"')
        )
        inbound = house.root / "inbound" / PARTNER
        inbound.mkdir(parents=True, exist_ok=True)
        part = inbound / ".large.edi.part"
        count = write(part, asked.megabytes * MB)
        print(f"{part.stat().st_size / MB:.0f} MB, {count} sets", flush=True)
        part.rename(inbound / "large.edi")
        print(run(house), flush=True)
        print("\n".join(told(house)))
    return 0


if __name__ == "__main__":
    sys.exit(main())
