"""The one real clock."""

from datetime import UTC, datetime


class SystemClock:
    """See :class:`acktrail.ports.Clock`."""

    def now(self) -> datetime:
        """Return the time, aware, UTC."""
        return datetime.now(UTC)  # noqa: TID251 - everything else is handed this clock
