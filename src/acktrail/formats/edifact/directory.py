"""Directory data: which parts a segment has and which segments a message has, in which order.

The data lie in ``parsers/edifact/``; the notation is explained at the top of ``d96a.toml``.
"""

import re
import tomllib
from typing import NamedTuple

from acktrail.errors import GuideError
from acktrail.formats.edifact.tree import Tree, tree_of


class Shape(NamedTuple):
    """A simple element: its type, and how many characters it may have."""

    id: str
    mandatory: bool
    kind: str  # a | an | n
    least: int
    most: int


class Composite(NamedTuple):
    """An element of several components."""

    id: str
    mandatory: bool
    parts: tuple[Shape, ...]


Element = Shape | Composite


class Directory(NamedTuple):
    """One release of the UN/EDIFACT directories, or the service segments of one syntax."""

    name: str  # D.96A
    segments: dict[str, tuple[Element, ...]]
    messages: dict[str, Tree]


def directory_of(data: bytes) -> Directory:
    """Compile one data file.

    Raises:
        GuideError: If the file breaks its notation; the text names the place.
    """
    try:
        table = tomllib.loads(data.decode())
        return _Compiler(table).directory()
    except (ValueError, KeyError, TypeError, AttributeError) as error:
        message = f"EDIFACT directory: {type(error).__name__}: {error}"
        raise GuideError(message) from None


class _Compiler:
    """Turns the lines of one data file into shapes."""

    def __init__(self, table: dict[str, dict[str, str]]) -> None:
        self._table = table
        self._formats = {
            id_: format_ for format_, ids in table["elements"].items() for id_ in ids.split()
        }

    def directory(self) -> Directory:
        """Return the compiled directory."""
        segments = {tag: self._parts(line) for tag, line in self._table["segments"].items()}
        messages = {name: tree_of(text) for name, text in self._table["messages"].items()}
        return Directory(str(self._table["directory"]), segments, messages)

    def _parts(self, line: str) -> tuple[Element, ...]:
        return tuple(self._element(id_, mandatory) for id_, mandatory in _listed(line))

    def _element(self, id_: str, mandatory: bool) -> Element:  # noqa: FBT001 - the "!" of the line
        if id_[0].isdigit():
            return self._shape(id_, mandatory)
        line = self._table["composites"][id_]
        return Composite(id_, mandatory, tuple(self._shape(*part) for part in _listed(line)))

    def _shape(self, id_: str, mandatory: bool) -> Shape:  # noqa: FBT001 - as above
        parsed = re.fullmatch(r"(an|a|n)(\.\.)?([0-9]+)", self._formats[id_])
        if parsed is None:
            raise ValueError(id_)
        kind, upto, most = parsed.groups()
        return Shape(id_, mandatory, kind, 1 if upto else int(most), int(most))


def _listed(line: str) -> list[tuple[str, bool]]:
    """Return (id, mandatory) of each part: ``C208! C208x4`` has five."""
    parts: list[tuple[str, bool]] = []
    for word in line.split():
        parsed = re.fullmatch(r"([A-Z0-9]{4})(!?)(?:x([0-9]+))?", word)
        if parsed is None:
            raise ValueError(word)
        parts += [(parsed[1], bool(parsed[2]))] * int(parsed[3] or 1)
    return parts
