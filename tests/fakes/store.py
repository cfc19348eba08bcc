"""The in-memory store that tests share: the one which `inspect` uses, under its test name."""

from acktrail.store.memory import MemoryStore

__all__ = ["MemoryStore"]
