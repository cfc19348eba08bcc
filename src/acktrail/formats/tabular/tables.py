"""Strict reading of TOML tables: every wrong or unknown key is named with its path, all at once."""

import re
from collections.abc import Sequence
from decimal import Decimal
from typing import Any

WORD = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,63}")


class Table:
    """A TOML table whose keys are taken one by one; what is left over is a problem.

    ``problems`` is shared by a table and the tables in it.
    """

    def __init__(self, content: object, path: str, problems: list[str]) -> None:
        """Start with nothing taken; anything but a table is a problem and counts as empty."""
        self.path = path
        self.problems = problems
        self._left: dict[str, Any] = dict(content) if isinstance(content, dict) else {}
        if not isinstance(content, dict):
            self.wrong("", "must be a table")

    def wrong(self, key: str, what: str) -> None:
        """Note a problem; ``what`` never repeats a value."""
        at = ".".join(part for part in (self.path, key) if part)
        self.problems.append(f"{at or 'layout'}: {what}")

    def has(self, key: str) -> bool:
        """Tell whether the key is there and not yet taken."""
        return key in self._left

    def text(self, key: str, default: str = "", *, longest: int = 200) -> str:
        """Take a text."""
        value = self._left.pop(key, default)
        if isinstance(value, str) and len(value) <= longest:
            return value
        self.wrong(key, f"must be a text of at most {longest} characters")
        return default

    def word(self, key: str) -> str:
        """Take a name: letters, digits, dot, dash, underscore; required."""
        value = self.text(key)
        if not WORD.fullmatch(value):
            self.wrong(key, "must be a name (letters, digits, . _ -)")
        return value

    def choice(self, key: str, allowed: Sequence[str]) -> str:
        """Take one of ``allowed``; the first is the default."""
        value = self._left.pop(key, allowed[0])
        if value in allowed:
            return str(value)
        self.wrong(key, f"must be one of {', '.join(allowed)}")
        return allowed[0]

    def number(self, key: str, default: int, least: int, most: int) -> int:
        """Take a whole number within limits."""
        value = self._left.pop(key, default)
        if isinstance(value, int) and not isinstance(value, bool) and least <= value <= most:
            return value
        self.wrong(key, f"must be a whole number from {least} to {most}")
        return default

    def bound(self, key: str) -> Decimal | None:
        """Take a limit of a value: a whole number, or a decimal number as text."""
        value = self._left.pop(key, None)
        if value is None:
            return None
        text = value if isinstance(value, str) else repr(value)
        if not isinstance(value, bool) and re.fullmatch(r"-?[0-9]{1,28}(\.[0-9]{1,12})?", text):
            return Decimal(text)
        self.wrong(key, "must be a whole number, or a decimal number as text")
        return None

    def flag(self, key: str, *, default: bool) -> bool:
        """Take a boolean."""
        value = self._left.pop(key, default)
        if isinstance(value, bool):
            return value
        self.wrong(key, "must be true or false")
        return default

    def texts(self, key: str, default: Sequence[str] = (), *, most: int = 500) -> tuple[str, ...]:
        """Take an array of texts; a single text counts as an array of one."""
        value = self._left.pop(key, list(default))
        many = [value] if isinstance(value, str) else value
        if isinstance(many, list) and len(many) <= most and all(isinstance(v, str) for v in many):
            return tuple(many)
        self.wrong(key, f"must be an array of at most {most} texts")
        return tuple(default)

    def table(self, key: str) -> "Table":
        """Take a table; an absent one is empty."""
        return Table(self._left.pop(key, {}), self._at(key), self.problems)

    def tables(self, key: str, *, most: int = 500) -> list["Table"]:
        """Take an array of tables."""
        value = self._left.pop(key, [])
        if not isinstance(value, list) or len(value) > most:
            self.wrong(key, f"must be an array of at most {most} tables")
            return []
        return [Table(v, self._at(f"{key}[{n}]"), self.problems) for n, v in enumerate(value)]

    def pairs(self, key: str) -> dict[str, str]:
        """Take a table of texts."""
        value = self._left.pop(key, {})
        if isinstance(value, dict) and all(isinstance(one, str) for one in value.values()):
            return dict(value)
        self.wrong(key, "must be a table of texts")
        return {}

    def drop(self, *keys: str) -> None:
        """Take keys that only people read."""
        for key in keys:
            self._left.pop(key, None)

    def end(self) -> None:
        """Say that every known key was taken."""
        for key in self._left:
            self.wrong(key, "unknown key")

    def _at(self, key: str) -> str:
        return f"{self.path}.{key}" if self.path else key
