"""EDIFACT: ORDERS read, checked and translated, against pydifact's parse and a bare split.

``python -m bench.edifact`` prints one table.
"""

import sys
from collections.abc import Iterator

from bench.measure import Row, ratio, table
from bench.reading import checked, orders_way, parse_pydifact, split_plainly


def rows() -> Iterator[Row]:
    """Yield every comparison."""
    way = orders_way()
    text = way.body.decode("latin-1")
    split = split_plainly(way.body, b"'", b"+")
    read, documents = "ORDERS: read and check", "ORDERS: to documents and answers"
    yield ratio(read, way.read, "bytes.split", split)
    yield ratio(read, way.read, "pydifact's parse", lambda: parse_pydifact(text))
    yield ratio(documents, checked(way), "bytes.split", split)
    yield ratio(
        documents, checked(way), "pydifact's parse", lambda: parse_pydifact(text), bar=1 / 5
    )


def main() -> int:
    """Print the table."""
    found = list(rows())
    print(table(found))
    return 0 if all(row.kept for row in found) else 3


if __name__ == "__main__":
    sys.exit(main())
