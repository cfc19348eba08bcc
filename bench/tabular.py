"""Tabular files read, checked and translated, beside what others make of the same bytes.

``python -m bench.tabular`` prints one table; with ``--million`` see ``bench.million``.
"""

import io
import sys
from collections.abc import Callable, Iterator

import frictionless
import polars as pl
from frictionless.resources import TableResource

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
        yield ratio(what, ours, f"{name}, typed", peer(body), bar=bar, rounds=3)


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
    fields = [
        {"name": name, "type": kind, "constraints": {"required": name == "supplier_code"}}
        for name, kind in _types()
    ]

    def work() -> int:
        resource = TableResource(
            data=body,
            format="csv",
            schema=frictionless.Schema.from_descriptor({"fields": fields}),
            dialect=frictionless.Dialect.from_descriptor({"csv": {"delimiter": ";"}}),
        )
        with resource:
            return sum(bool(row.valid) for row in resource.row_stream)

    return work


def _polars(body: bytes) -> Work:
    """Return an eager read of texts; typed, one bad cell would end it, so casts come after."""
    types: dict[str, Callable[[pl.Expr], pl.Expr]] = {
        "number": lambda column: column.cast(pl.Decimal(28, 12), strict=False),
        "integer": lambda column: column.cast(pl.Int64, strict=False),
        "date": lambda column: column.str.to_date("%Y-%m-%d", strict=False),
        "string": lambda column: column,
    }

    def work() -> int:
        frame = pl.read_csv(
            io.BytesIO(body), separator=";", infer_schema=False, truncate_ragged_lines=True
        )
        done = frame.with_columns(types[kind](pl.col(name)) for name, kind in _types())
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
