"""Tabular: CSV invoices read, checked and translated, against csv.reader, which only splits.

``python -m bench.tabular`` prints one table; with ``--million`` see ``bench.million``.
"""

import sys
from collections.abc import Iterator

from bench import million
from bench.measure import Row, ratio, table
from bench.reading import checked, invoices_way, read_csv, split_plainly


def rows() -> Iterator[Row]:
    """Yield every comparison."""
    way = invoices_way()
    text = way.body.decode()
    split = split_plainly(way.body, b"\n", b";")
    read, documents = "CSV invoices: read and check", "CSV invoices: to documents and answers"
    yield ratio(read, way.read, "bytes.split", split)
    yield ratio(read, way.read, "csv.reader", lambda: read_csv(text))
    yield ratio(documents, checked(way), "csv.reader", lambda: read_csv(text), bar=4)


def main() -> int:
    """Print the table, or with ``--million`` what is found in a million rows."""
    if "--million" in sys.argv[1:]:
        return million.run()
    found = list(rows())
    print(table(found))
    return 0 if all(row.kept for row in found) else 3


if __name__ == "__main__":
    sys.exit(main())
