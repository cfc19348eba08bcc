"""A message structure as an automaton: linear, and a miss yields what was expected.

The tree becomes a Glushkov automaton that is made deterministic state by state, when a message
first needs it. A regular expression over segment names would backtrack on hostile input.
"""

from collections import Counter
from collections.abc import Iterable, Sequence
from typing import NamedTuple

from acktrail.formats.hl7.tables import Node


class State:
    """A set of positions that stand for the same segment."""

    __slots__ = ("accepting", "loop", "next", "positions")

    def __init__(self, positions: frozenset[int], loop: str, *, accepting: bool) -> None:
        self.positions = positions
        self.loop = loop
        self.accepting = accepting
        self.next: dict[str, State] = {}


class Walk(NamedTuple):
    """What the segments of a message are in its structure."""

    loops: list[str]  # innermost group of each segment
    strays: list[tuple[int, tuple[str, ...]]]  # index of a segment out of place, what could stand
    missing: list[str]  # segments without which the structure is not complete


class _Edge(NamedTuple):
    """What a node may start and end with."""

    nullable: bool
    first: frozenset[int]
    last: frozenset[int]


class Structure:
    """One message structure of one version."""

    def __init__(self, root: Node) -> None:
        self._names = [""]  # position 0 is the start
        self._groups = [""]
        self._follow: list[set[int]] = [set()]
        self._states: dict[frozenset[int], State] = {}
        edge = self._build(root, "")
        self._follow[0] = set(edge.first)
        self._last = edge.last
        self._alphabet = frozenset(self._names[1:])
        places = set(zip(self._names, self._groups, strict=True))
        counts = Counter(name for name, _ in places)
        self._homes = {name: group for name, group in places if counts[name] == 1}
        self.mandatory = tuple(_mandatory(root))
        self._start = self._state(frozenset({0}))

    def walk(self, tags: Sequence[str]) -> Walk:
        """Run over the segment names of a message.

        A segment out of place leaves the state as it is; one that follows only segments which
        the whole message lacks is in place, and those are missing.
        """
        state, present = self._start, frozenset(tags)
        loops: list[str] = []
        strays: list[tuple[int, tuple[str, ...]]] = []
        missed: dict[tuple[State, str], tuple[str, ...]] = {}  # many strays are alike
        for index, tag in enumerate(tags):
            after = state.next.get(tag)
            if after is None and (state, tag) not in missed:
                after = self._step(state, tag, present)
            if after is None:
                expected = missed.get((state, tag)) or self._expected(state)
                missed[state, tag] = expected
                strays.append((index, expected))
                loops.append(self._home(tag, state))
            else:
                state = after
                loops.append(state.loop)
        return Walk(loops, strays, self._missing(state, present))

    def _missing(self, state: State, present: frozenset[str]) -> list[str]:
        missing = [name for name in self.mandatory if name not in present]
        if missing or state.accepting:
            return missing
        expected = [name for name in self._expected(state) if name not in present]
        return expected[:1]

    def _step(self, state: State, tag: str, present: frozenset[str]) -> State | None:
        """Return the state after ``tag``; only names of the structure are remembered."""
        if tag not in self._alphabet:
            return None
        after = self._reached(state.positions, tag)
        if after:
            state.next[tag] = self._state(after)
            return state.next[tag]
        return self._skipped(state, tag, present)

    def _skipped(self, state: State, tag: str, present: frozenset[str]) -> State | None:
        """Return the state after ``tag`` when only absent segments stand between."""
        seen: set[int] = set(state.positions)
        edge = seen
        while edge:
            edge = {
                after
                for at in edge
                for after in self._follow[at]
                if self._names[after] not in present and after not in seen
            }
            seen |= edge
            after = self._reached(edge, tag)
            if after:
                return self._state(after)
        return None

    def _reached(self, positions: Iterable[int], tag: str) -> frozenset[int]:
        return frozenset(
            after for at in positions for after in self._follow[at] if self._names[after] == tag
        )

    def _state(self, positions: frozenset[int]) -> State:
        if positions not in self._states:
            loop = self._groups[min(positions)]
            accepting = not positions.isdisjoint(self._last)
            self._states[positions] = State(positions, loop, accepting=accepting)
        return self._states[positions]

    def _expected(self, state: State) -> tuple[str, ...]:
        names = {self._names[after] for at in state.positions for after in self._follow[at]}
        return tuple(sorted(names))

    def _home(self, tag: str, state: State) -> str:
        """Return the group of a segment out of place: its own where the structure has just one."""
        return self._homes.get(tag, "") if tag in self._alphabet else state.loop

    def _build(self, node: Node, group: str) -> _Edge:
        """Give every segment of the tree a position; return how the node starts and ends."""
        if node.kind == "segment":
            position = len(self._names)
            self._names.append(node.name)
            self._groups.append(group)
            self._follow.append(set())
            edge = _Edge(nullable=False, first=frozenset({position}), last=frozenset({position}))
        else:
            edges = [self._build(child, node.name or group) for child in node.nodes]
            edge = self._chosen(edges) if node.kind == "choice" else self._joined(edges)
        if node.most != 1:
            self._link(edge.last, edge.first)
        return edge._replace(nullable=edge.nullable or node.least == 0)

    def _joined(self, edges: Iterable[_Edge]) -> _Edge:
        nullable, first, last = True, frozenset[int](), frozenset[int]()
        for edge in edges:
            self._link(last, edge.first)
            first = first | edge.first if nullable else first
            last = last | edge.last if edge.nullable else edge.last
            nullable = nullable and edge.nullable
        return _Edge(nullable, first, last)

    @staticmethod
    def _chosen(edges: Sequence[_Edge]) -> _Edge:
        """Join the alternatives of a choice group: one of them, not all."""
        return _Edge(
            any(edge.nullable for edge in edges),
            frozenset().union(*(edge.first for edge in edges)),
            frozenset().union(*(edge.last for edge in edges)),
        )

    def _link(self, last: Iterable[int], first: Iterable[int]) -> None:
        for at in last:
            self._follow[at] |= set(first)


def _mandatory(node: Node) -> Iterable[str]:
    """Yield the segments that every message of the structure has."""
    if node.least == 0 or node.kind == "choice":
        return
    if node.kind == "segment":
        yield node.name
    for child in node.nodes:
        yield from _mandatory(child)
