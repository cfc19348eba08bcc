"""The group tree of a message, and the walk through it.

A segment belongs to the first place at or after the current one that has its tag, the innermost
open group first; the trigger of an open group opens its next occurrence. What a move means depends
on the current place and the tag only, so every move is found once and remembered.
"""

import re
from typing import NamedTuple

SERVICE = frozenset({"UNA", "UNB", "UNG", "UNH", "UNT", "UNE", "UNZ", "UNO", "UNP", "UIB", "UIH"})


class Missing(NamedTuple):
    """A mandatory segment, or the trigger of a mandatory group, that was passed over."""

    tag: str
    group: bool


class Detail(NamedTuple):
    """The rarer part of a move."""

    fresh: bool  # the first occurrence here
    limit: int
    missing: tuple[Missing, ...]
    group: bool  # a group is counted, not a segment


class Move(NamedTuple):
    """What happens when a segment comes. Counting is the walker's."""

    spot: "Spot"  # where one is then
    loop: str
    counter: int  # number of the place or group whose occurrences are counted
    room: int  # below this count a repetition is fine; 0: look at the detail
    plain: bool  # a first occurrence with nothing passed over
    place: int  # number of the place that it leads to
    detail: Detail


class Spot(dict[str, Move | None]):
    """One segment's place in the tree: a memory of the moves from here, by tag."""

    __slots__ = ("node", "tree")

    def __init__(self, node: "Node", tree: "Tree") -> None:
        super().__init__()
        self.node = node
        self.tree = tree

    def __missing__(self, tag: str) -> Move | None:
        if tag in SERVICE or tag not in self.tree.tags:
            return None  # not remembered: a sender could invent tags without end
        move = self[tag] = self.tree.move(self.node, tag)
        return move


class Node:
    """A segment or a group of the tree; ``children`` only in a group, its trigger first."""

    __slots__ = ("children", "id", "limit", "mandatory", "number", "parent", "rank")

    def __init__(self, id_: str, limit: int, *, mandatory: bool, number: int) -> None:
        self.id = id_  # tag, or SGn
        self.limit = limit
        self.mandatory = mandatory
        self.number = number  # in the order of the lines
        self.children: list[Node] = []
        self.parent: Node | None = None
        self.rank = 0  # among the parent's children

    def add(self, child: "Node") -> None:
        """Append a child."""
        child.parent, child.rank = self, len(self.children)
        self.children.append(child)

    @property
    def trigger(self) -> "Node":
        """The segment that begins it: itself, or the first of the group."""
        return self.children[0] if self.children else self


class Found(NamedTuple):
    """The segment or group that a tag belongs to."""

    counted: Node
    fresh: bool
    missing: tuple[Missing, ...]


class Tree:
    """The segments and groups of one message type."""

    def __init__(self, nodes: list[Node]) -> None:
        self.nodes = nodes
        self.tags = frozenset(node.id for node in nodes if not node.children)
        self._spots = {node.number: Spot(node, self) for node in nodes if not node.children}

    @property
    def start(self) -> Spot:
        """The place of UNH."""
        return self._spots[0]

    def at_end(self, spot: Spot) -> tuple[Missing, ...]:
        """Return what is still missing when the message ends at ``spot``."""
        move = self.move(spot.node, "UNT")
        return move.detail.missing if move else ()

    def move(self, node: Node, tag: str) -> Move | None:
        """Find the place of a segment that comes after ``node``."""
        if node.id == tag and node.limit > 1:
            return self._again(node)
        found = _onward(node, tag)
        if node.id == tag and (found is None or found.missing):
            return self._again(node)  # repeated too often
        return self._move(found) if found else None

    def _again(self, node: Node) -> Move:
        return self._move(Found(node, fresh=False, missing=()))

    def _move(self, found: Found) -> Move:
        counted, fresh, missing = found
        target = counted.trigger
        group = target.parent
        detail = Detail(fresh, counted.limit, missing, bool(counted.children))
        room = 0 if fresh or missing else counted.limit
        spot, plain = self._spots[target.number], fresh and not missing
        return Move(
            spot, group.id if group else "", counted.number, room, plain, target.number, detail
        )


def _onward(node: Node, tag: str) -> Found | None:
    """Find the first place after ``node``, group by group outwards."""
    missing: list[Missing] = []
    here = node
    while (group := here.parent) is not None:
        for later in group.children[here.rank + 1 :]:
            if later.trigger.id == tag:
                return Found(later, fresh=True, missing=tuple(missing))
            missing += [Missing(later.trigger.id, bool(later.children))] * later.mandatory
        if group.parent is not None and group.trigger.id == tag:
            return Found(group, fresh=False, missing=tuple(missing))
        here = group
    return None


def tree_of(text: str) -> Tree:
    """Build the tree from indented lines ``TAG! 35`` and ``SG2 99``.

    Raises:
        ValueError: If a line is not in that notation.
    """
    root = Node("", 1, mandatory=True, number=-1)
    open_groups, nodes = [root], list[Node]()
    for line in filter(None, text.splitlines()):
        parsed = re.fullmatch(r"((?:  )*)([A-Z0-9]{3,5})(!?)(?: ([0-9]+))?", line)
        if parsed is None:
            raise ValueError(line)
        indent, id_, mandatory, limit = parsed.groups()
        node = Node(id_, int(limit or 1), mandatory=bool(mandatory), number=len(nodes))
        del open_groups[len(indent) // 2 + 1 :]
        open_groups[-1].add(node)
        open_groups.append(node)
        nodes.append(node)
    return Tree(nodes)
