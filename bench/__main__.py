"""``python -m bench``: print one table; the exit code says whether every bar was kept."""

import sys

from bench import reading, serving, starting
from bench.measure import table


def main() -> int:
    """Measure everything."""
    rows = [*reading.rows(), *starting.rows(), *serving.rows()]
    print(table(rows))
    return 0 if all(row.kept for row in rows) else 3


if __name__ == "__main__":
    sys.exit(main())
