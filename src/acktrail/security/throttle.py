"""How long to wait after failed sign-ins: soft, so that nobody can lock somebody else out for good.

Pure. Spec: OWASP Authentication (login throttling); NIST SP 800-63B-4, 3.2.2.
"""

from datetime import timedelta
from typing import Final

OF_NAME: Final = 5  # failures in a row that cost no wait
OF_ADDRESS: Final = 30
FIRST: Final = timedelta(minutes=1)
LAST: Final = timedelta(minutes=15)


def wait_after(failures: int, free: int) -> timedelta:
    """Return how long nothing is tried after so many failures in a row: doubling."""
    if failures < free:
        return timedelta(0)
    return min(LAST, FIRST * (1 << min(failures - free, 8)))
