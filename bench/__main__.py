"""``python -m bench``: print one table; the exit code says whether every bar was kept."""

import sys
import warnings

from bench import reading, sealing, serving, starting
from bench.measure import table


def main() -> int:
    """Measure everything."""
    warnings.filterwarnings("ignore", module="pydifact")  # of directories that it lacks
    rows = [*reading.rows(), *starting.rows(), *sealing.rows(), *serving.rows()]
    print(table(rows))
    return 0 if all(row.kept for row in rows) else 3


if __name__ == "__main__":
    sys.exit(main())
