"""Tabular files read, checked and translated, beside what others make of the same bytes.

``python -m bench.tabular`` prints one table; with ``--million`` see ``bench.million``. frictionless
and polars stand in it where they are installed: they are no requirement of ours.
"""

import io
import sys
from collections.abc import Callable, Iterator
from importlib import import_module
from importlib.util import find_spec

from acktrail.formats.tabular import Tabular
from bench import million
from bench.measure import Row, Work, ratio, table
from bench.reading import CHUNK_BYTES, FILES, checked, invoices_way, read_csv, split_plainly
from tests.generators import planted, tabular

RECORDS = 20_000
MOST = 4  # times csv.reader, for rows that are typed and checked
LEAST_GAIN = 6  # times as fast as frictionless


def rows() -> Iterator[Row]:
    """Yield every comparison."""
    way = invoices_way()
    text = way.body.decode()
    split = split_plainly(way.body, b"\n", b";")
    read, documents = "CSV invoices: read and check", "CSV invoices: to documents and answers"
    yield ratio(read, way.read, "bytes.split", split)
    yield ratio(read, way.read, "csv.reader", lambda: read_csv(text), bar=MOST)
    yield ratio(documents, checked(way), "csv.reader", lambda: read_csv(text))
    yield from _records()
    yield from _peers()


def _records() -> Iterator[Row]:
    """Yield records of fixed width against as many of the same charges as CSV."""
    typed = _reading("charge-export", tabular.charges(RECORDS))
    amounts = range(100, 100 + RECORDS)
    for name, body in (
        ("charge-export-fixed", tabular.fixed_charges(amounts)),
        ("charge-export-mainframe", tabular.mainframe_charges(amounts)),
    ):
        yield ratio(f"{name}: read and check", _reading(name, body), "CSV charges, the same", typed)


def _peers() -> Iterator[Row]:
    body = b"".join(planted.catalogue(RECORDS, RECORDS // 1000))
    text, ours = body.decode(), _reading(planted.LAYOUT, body)
    what = "CSV catalogue: read and check"
    yield ratio(what, ours, "csv.reader", lambda: read_csv(text), bar=MOST)
    for name, peer, bar in (
        ("frictionless", _frictionless, 1 / LEAST_GAIN),
        ("polars", _polars, None),
    ):
        if find_spec(name):
            yield ratio(what, ours, f"{name}, typed", peer(body), bar=bar, rounds=3)
        else:
            print(f"{name} is not installed: left out", file=sys.stderr)


def _reading(layout: str, body: bytes) -> Work:
    format_ = Tabular(FILES)

    def work() -> int:
        reader = format_.reader({"layout": layout})
        taken = sum(
            1
            for at in range(0, len(body), CHUNK_BYTES)
            for _ in reader.feed(body[at : at + CHUNK_BYTES])
        )
        return taken + sum(1 for _ in reader.close())

    return work


def _frictionless(body: bytes) -> Work:
    """Return a pass over typed rows by the schema of our layout."""
    theirs = import_module("frictionless")
    fields = [
        {"name": name, "type": kind, "constraints": {"required": name == "supplier_code"}}
        for name, kind in _types()
    ]

    def work() -> int:
        resource = theirs.Resource(
            data=body,
            format="csv",
            schema=theirs.Schema.from_descriptor({"fields": fields}),
            dialect=theirs.Dialect.from_descriptor({"csv": {"delimiter": ";"}}),
        )
        with resource:
            return sum(1 for row in resource.row_stream if row.valid)

    return work


def _polars(body: bytes) -> Work:
    """Return an eager read of texts; typed, one bad cell would end it, so casts come after."""
    polars = import_module("polars")
    types: dict[str, Callable[[object], object]] = {
        "number": lambda column: column.cast(polars.Decimal(28, 12), strict=False),  # type: ignore[attr-defined]
        "integer": lambda column: column.cast(polars.Int64, strict=False),  # type: ignore[attr-defined]
        "date": lambda column: column.str.to_date("%Y-%m-%d", strict=False),  # type: ignore[attr-defined]
        "string": lambda column: column,
    }

    def work() -> int:
        frame = polars.read_csv(
            io.BytesIO(body), separator=";", infer_schema=False, truncate_ragged_lines=True
        )
        done = frame.with_columns(types[kind](polars.col(name)) for name, kind in _types())
        return int(done.height)

    return work


def _types() -> Iterator[tuple[str, str]]:
    fields = Tabular(FILES).layout(planted.LAYOUT).main.fields
    kinds = {one.name: one.type for one in fields}
    return ((name, kinds[name]) for name in planted.COLUMNS)


def main() -> int:
    """Print the table, or with ``--million`` what is found in a million rows."""
    if "--million" in sys.argv[1:]:
        return million.run()
    found = list(rows())
    print(table(found))
    return 0 if all(row.kept for row in found) else 3


if __name__ == "__main__":
    sys.exit(main())
