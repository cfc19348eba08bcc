"""Instants of requests."""

from datetime import UTC, datetime


def exact(value: datetime | None) -> datetime | None:
    """Return an instant with its zone; without one UTC is meant."""
    return value.replace(tzinfo=UTC) if value is not None and value.tzinfo is None else value
