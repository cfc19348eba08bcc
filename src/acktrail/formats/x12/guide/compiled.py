"""A guide compiled for one set of delimiters: states, moves between them, one pattern a segment."""

from collections.abc import Callable, Iterator
from re import Match
from typing import NamedTuple

from acktrail.formats.delimited import Marks
from acktrail.formats.x12.guide.model import (
    REQUIRED,
    UNUSED,
    Element,
    Guide,
    LoopNode,
    SegmentNode,
    segments_of,
)
from acktrail.formats.x12.guide.patterns import segment_match
from acktrail.formats.x12.guide.syntax import Broken, compile_rules

MOVES_KEPT = 4096  # keys come from the file: the memo of a state is bounded
KEY_LENGTH = 64
Accepts = Callable[[str], Match[str] | None]


class Loop:
    """A loop of the guide as the walker sees it."""

    __slots__ = ("bit", "children", "maximum", "node", "parent", "position", "required")

    def __init__(self, node: LoopNode, parent: "Loop | None", bit: int) -> None:
        self.node = node
        self.parent = parent
        self.bit = bit  # in the mask of what its parent has seen
        self.position = node.position
        self.maximum = node.maximum
        self.children: tuple[State | Loop, ...] = ()
        self.required = 0  # mask of the children that must be seen


class Move(NamedTuple):
    """How one goes from a segment to the next one."""

    state: "State"
    leave: int  # loops left
    enter: tuple[Loop, ...]  # loops entered, outer first


class State:
    """A segment of the guide; being in it means that it was the last one that matched."""

    __slots__ = (
        "accepts",
        "bit",
        "broken",
        "codes",
        "loop",
        "loop_id",
        "maximum",
        "moves",
        "node",
        "position",
        "ready",
        "rules_from",
        "tag",
    )

    def __init__(self, node: SegmentNode, loop: Loop, bit: int, where: tuple[int, bool]) -> None:
        self.node = node
        self.loop = loop
        self.loop_id = loop.node.id
        self.bit = bit
        self.tag = node.id
        self.position = node.position
        self.maximum = node.maximum
        self.codes = qualifying_codes(node, where)
        self.moves: dict[str, Move] = {}
        self.ready = False
        self.accepts: Accepts  # set by Machine.prepare
        self.broken: Broken
        self.rules_from: int  # shorter segments cannot break a rule

    def fits(self, tag: str, qualifier: str) -> bool:
        """Tell whether a segment with this qualifier is meant for this place."""
        return tag == self.tag and (not self.codes or qualifier in self.codes)


class Machine:
    """All states of one guide for one set of delimiters."""

    def __init__(self, guide: Guide, marks: Marks) -> None:
        self.guide = guide
        self.marks = marks
        self.qualified = _qualified_tags(guide.root)
        self.tags = frozenset(node.id for node in segments_of(guide.root))
        self.hierarchical = "HL" in self.tags
        self.codes = _codes_by_tag(guide.root, self.qualified)
        self.openers = frozenset(_openers(guide.root))
        self.top = self._loop(guide.root, None, 0)
        first, last = self.top.children[0], self.top.children[-1]
        if not isinstance(first, State) or not isinstance(last, State):
            msg = "a guide has to start with ST and end with SE"
            raise TypeError(msg)
        self.first = self.prepare(first)
        self.last = self.prepare(last)

    def prepare(self, state: State) -> State:
        """Compile the state's pattern and rules when it is first reached."""
        if not state.ready:
            state.accepts = segment_match(state.node, self.marks)
            state.rules_from, state.broken = compile_rules(state.node.elements, state.node.rules)
            state.ready = True
        return state

    def qualifier(self, elements: list[str]) -> str:
        """Return the value by which this segment is told from its namesakes, or ``""``."""
        where = self.qualified.get(elements[0])
        if where is None:
            return ""
        element, component = where
        value = elements[element] if element < len(elements) else ""
        return value.partition(self.marks.component)[0] if component else value

    def move(self, state: State, key: str, elements: list[str]) -> Move | None:
        """Find the move from ``state`` for a segment and keep it for the next time.

        Moves to SE are never kept: they come back here each time.
        """
        tag, qualifier = elements[0], self.qualifier(elements)
        elsewhere = qualifier in self.codes.get(tag, frozenset())
        found = find_move(state, tag, qualifier, self.top, exact=elsewhere)
        if found is not None:
            self.prepare(found.state)
            if (
                found.state is not self.last
                and len(state.moves) < MOVES_KEPT
                and len(key) < KEY_LENGTH
            ):
                state.moves[key] = found
        return found

    def _loop(self, node: LoopNode, parent: Loop | None, bit: int) -> Loop:
        loop = Loop(node, parent, bit)
        children: list[State | Loop] = []
        used = [child for child in node.children if child.usage != UNUSED]
        for index, child in enumerate(used):
            if isinstance(child, LoopNode):
                children.append(self._loop(child, loop, 1 << index))
            else:
                where = self.qualified.get(child.id, (0, False))
                children.append(State(child, loop, 1 << index, where))
            if child.usage == REQUIRED:
                loop.required |= 1 << index
        loop.children = tuple(children)
        return loop


def find_move(state: State, tag: str, qualifier: str, top: Loop, *, exact: bool) -> Move | None:
    """Search the tree: forward in the loop, then outwards.

    Children at the same position may come in any order, other positions may not go back; the first
    segment of a loop starts a new instance of it. A move depends on state and key only.
    """
    named = _reachable(state, tag, top)
    fitting = next((move for move in named if move.state.fits(tag, qualifier)), None)
    if fitting is not None or exact:
        return fitting
    # no namesake has this qualifier: if only one can be meant, it is a bad code, not a bad place
    return named[0] if len({id(move.state) for move in named}) == 1 else None


def _reachable(state: State, tag: str, top: Loop) -> list[Move]:
    moves: list[Move] = []
    loop: Loop | None = state.loop
    position, left = state.position, 0
    whole: Loop | None = None  # the part of the set that is left: it comes once and has no start
    while loop is not None:
        for child in loop.children:
            if child.position < position or child is whole:
                continue
            if isinstance(child, Loop):
                moves += [Move(s, left, path) for s, path in entries(child, tag)]
            elif child.tag == tag:
                again = child is loop.children[0] and loop is not top and not loop.node.wrapper
                moves.append(Move(child, left + 1, (loop,)) if again else Move(child, left, ()))
        whole = loop if loop.node.wrapper and loop.maximum == 1 else None
        position, loop, left = loop.position, loop.parent, left + 1
    return moves


def entries(loop: Loop, tag: str) -> list[tuple[State, tuple[Loop, ...]]]:
    """Return the segments that can open a loop, each with the loops it opens."""
    found: list[tuple[State, tuple[Loop, ...]]] = []
    for child in loop.children if loop.node.wrapper else loop.children[:1]:
        if isinstance(child, Loop):
            found += [(state, (loop, *path)) for state, path in entries(child, tag)]
        elif child.tag == tag:
            found.append((child, (loop,)))
    return found


def qualifying_codes(node: SegmentNode, where: tuple[int, bool]) -> frozenset[str]:
    """Return the codes that the element at ``where`` allows; empty when it tells nothing."""
    element, component = where
    if not 0 < element <= len(node.elements):
        return frozenset()
    found = node.elements[element - 1]
    return found.parts[0].codes if component and found.parts else found.codes


def _qualified_tags(root: LoopNode) -> dict[str, tuple[int, bool]]:
    """Return where the qualifier stands, for each tag that the guide holds more than once."""
    nodes = list(segments_of(root))
    tags = [node.id for node in nodes]
    found: dict[str, tuple[int, bool]] = {}
    for node in nodes:
        where = _qualifier_place(node)
        if where is not None and tags.count(node.id) > 1:
            found.setdefault(node.id, where)
    return found


def _codes_by_tag(
    root: LoopNode, qualified: dict[str, tuple[int, bool]]
) -> dict[str, frozenset[str]]:
    """Return all qualifiers that the guide knows for a tag, at whatever place."""
    found: dict[str, frozenset[str]] = {}
    for node in segments_of(root):
        codes = qualifying_codes(node, qualified.get(node.id, (0, False)))
        found[node.id] = found.get(node.id, frozenset()) | codes
    return found


def _openers(loop: LoopNode) -> Iterator[str]:
    """Yield the ids of the segments that open a loop."""
    for child in loop.children:
        if isinstance(child, LoopNode):
            if not child.wrapper and isinstance(child.children[0], SegmentNode):
                yield child.children[0].id
            yield from _openers(child)


def _qualifier_place(node: SegmentNode) -> tuple[int, bool] | None:
    """Return (element, in its first component) of the qualifier that a guide tells nodes by."""
    by_tag = {"HL": 3, "ENT": 2}.get(node.id, 1)
    if by_tag > len(node.elements):
        return None
    first = node.elements[by_tag - 1]
    if first.parts:
        return (by_tag, True) if _coded(first.parts[0]) else None
    required = first.usage == REQUIRED or by_tag > 1
    return (by_tag, False) if required and _coded(first) else None


def _coded(element: Element) -> bool:
    return element.type.kind == "ID" and bool(element.codes)
