"""Sealing content and opening it, against the SHA-256 of the same bytes.

``python -m bench.sealing`` prints its rows alone.
"""

import os
import sys
from collections.abc import Iterator
from functools import partial
from hashlib import sha256
from io import BytesIO
from tempfile import TemporaryFile
from typing import BinaryIO, Final, cast

from acktrail.security.chunked import open_sealed, seal
from bench.measure import Row, Work, ratio, table

KEY: Final = bytes(32)
CONTEXT: Final = b"acktrail/blob/1"
CHUNK: Final = 1 << 20
MEGABYTES: Final = (1, 16)
TOGETHER: Final = 16  # megabytes sealed in one measurement, so that the clock sees enough


def rows() -> Iterator[Row]:
    """Yield a row for sealing and one for opening, of each size."""
    for megabytes in MEGABYTES:
        body, times = os.urandom(megabytes << 20), TOGETHER // megabytes
        against = f"SHA-256 of {times} x {megabytes} MiB"
        with TemporaryFile() as file:
            yield ratio(
                "seal into a file",
                partial(_each, times, partial(_seal_into, cast("BinaryIO", file), body)),
                against,
                partial(_each, times, partial(_hash, body)),
                bar=1,
            )
        kept = _sealed(body)
        yield ratio(
            "open and read",
            partial(_each, times, partial(_read, kept)),
            against,
            partial(_each, times, partial(_hash, body)),
            bar=1,
        )


def _each(times: int, work: Work) -> None:
    for _ in range(times):
        work()


def _hash(body: bytes) -> bytes:
    return sha256(body).digest()


def _seal_into(file: BinaryIO, body: bytes) -> None:
    file.seek(0)
    seal(KEY, CONTEXT, BytesIO(body), file)
    file.flush()


def _sealed(body: bytes) -> bytes:
    target = BytesIO()
    seal(KEY, CONTEXT, BytesIO(body), target)
    return target.getvalue()


def _read(kept: bytes) -> None:
    with open_sealed(KEY, CONTEXT, BytesIO(kept)) as source:
        while source.read(CHUNK):
            pass


if __name__ == "__main__":
    found = list(rows())
    print(table(found))
    sys.exit(0 if all(row.kept for row in found) else 3)
