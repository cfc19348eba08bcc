"""How many senders talk to one Odoo at once: so many of each lane, the others of it wait.

Odoo gains nothing by more, and who waits holds only its own lane up: files of the other lane go on.
"""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from threading import BoundedSemaphore, Lock


class Slots:
    """Places at each Odoo, by lane; of this process."""

    def __init__(self, most: Callable[[str], int]) -> None:
        """Give every lane ``most(target)`` places at a target."""
        self._most = most
        self._places: dict[tuple[str, str], BoundedSemaphore] = {}
        self._lock = Lock()

    @contextmanager
    def take(self, target: str, lane: str) -> Iterator[None]:
        """Hold a place; wait until one is free."""
        with self._lock:
            if (target, lane) not in self._places:
                self._places[target, lane] = BoundedSemaphore(self._most(target))
            places = self._places[target, lane]
        with places:
            yield
