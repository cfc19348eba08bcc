"""A guide compiled for one set of delimiters: states, moves between them, one pattern a segment."""

from collections.abc import Callable, Iterator
from re import Match

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


class Move:
    """How one goes from a segment to the next one."""

    __slots__ = ("crosses", "enter", "leave", "state")

    def __init__(self, state: "State", leave: int, enter: tuple[Loop, ...]) -> None:
        self.state = state
        self.leave = leave  # loops left
        self.enter = enter  # loops entered, outer first
        self.crosses = bool(leave or enter)


class Fork:
    """The moves that one tag may mean, told apart by the qualifier."""

    __slots__ = ("moves", "place")

    def __init__(self, place: int) -> None:
        self.place = place  # element of the qualifier
        self.moves: dict[str, Move] = {}


class State:
    """A segment of the guide; being in it means that it was the last one that matched."""

    __slots__ = (
        "accepts",
        "bit",
        "broken",
        "codes",
        "forks",
        "loop",
        "loop_id",
        "maximum",
        "moves",
        "node",
        "place",
        "position",
        "ready",
        "rules_from",
        "tag",
    )

    def __init__(self, node: SegmentNode, loop: Loop, bit: int, place: int) -> None:
        self.node = node
        self.loop = loop
        self.loop_id = loop.node.id
        self.place = self.loop_id + node.id
        self.bit = bit
        self.tag = node.id
        self.position = node.position
        self.maximum = node.maximum
        self.codes = qualifying_codes(node, place)
        # what may come next, by tag, learnt when it first comes; bounded by the guide
        self.moves: dict[str, Move] = {}
        self.forks: dict[str, Fork] = {}
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
        self.twins = frozenset(_twins(guide.root, self.qualified))
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
        place = self.qualified.get(elements[0], 0)
        value = elements[place] if 0 < place < len(elements) else ""
        return value.partition(self.marks.component)[0]

    def move(self, state: State, elements: list[str]) -> Move | None:
        """Find the move from ``state`` for a segment; the state learns it for the next time.

        Moves to SE are never learnt: they come back here each time. So do segments that the
        qualifier does not tell from a twin in the same loop (PWK in loop 2400 of the 837P): there
        the one is meant that accepts the segment, else the first.
        """
        tag, qualifier = elements[0], self.qualifier(elements)
        known = state.moves.get(tag)
        if known is not None and known.state.fits(tag, qualifier):
            return known
        elsewhere = qualifier in self.codes.get(tag, frozenset())
        found = find_moves(state, tag, qualifier, self.top, exact=elsewhere)
        if not found:
            return None
        if tag in self.twins:
            text = self.marks.element.join(elements)
            fitting = (move for move in found if self.prepare(move.state).accepts(text))
            return next(fitting, found[0])
        if found[0].state is not self.last and tag not in state.moves and tag not in state.forks:
            self._learn(state, tag)
        self.prepare(found[0].state)
        return found[0]

    def _learn(self, state: State, tag: str) -> None:
        """Keep where ``tag`` leads to from a state: to one place, or to one for each qualifier.

        One place is kept whatever the qualifier: its pattern refuses those of other places.
        """
        named = _reachable(state, tag, self.top)
        first = named[0]
        self.prepare(first.state)
        if not first.state.codes or all(move.state is first.state for move in named):
            state.moves[tag] = first
            return
        fork = Fork(self.qualified[tag])
        for move in named:
            self.prepare(move.state)
            for code in move.state.codes:
                fork.moves.setdefault(code, move)
            if not move.state.codes:
                break  # it takes every other qualifier
        state.forks[tag] = fork

    def _loop(self, node: LoopNode, parent: Loop | None, bit: int) -> Loop:
        loop = Loop(node, parent, bit)
        children: list[State | Loop] = []
        used = [child for child in node.children if child.usage != UNUSED]
        for index, child in enumerate(used):
            if isinstance(child, LoopNode):
                children.append(self._loop(child, loop, 1 << index))
            else:
                place = self.qualified.get(child.id, 0)
                children.append(State(child, loop, 1 << index, place))
            if child.usage == REQUIRED:
                loop.required |= 1 << index
        loop.children = tuple(children)
        return loop


def find_moves(state: State, tag: str, qualifier: str, top: Loop, *, exact: bool) -> list[Move]:
    """Search the tree: forward in the loop, then outwards; return the nearest move first.

    Children at the same position may come in any order, other positions may not go back; the first
    segment of a loop starts a new instance of it. A move depends on state and key only.
    """
    named = _reachable(state, tag, top)
    fitting = [move for move in named if move.state.fits(tag, qualifier)]
    if fitting or exact:
        return fitting
    # no namesake has this qualifier: if only one can be meant, it is a bad code, not a bad place
    return named if len({id(move.state) for move in named}) == 1 else []


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


def qualifying_codes(node: SegmentNode, place: int) -> frozenset[str]:
    """Return the codes of an element or its first component; empty when it tells nothing."""
    if not 0 < place <= len(node.elements):
        return frozenset()
    found = node.elements[place - 1]
    return found.parts[0].codes if found.parts else found.codes


def _qualified_tags(root: LoopNode) -> dict[str, int]:
    """Return the element of the qualifier, for each tag that the guide holds more than once."""
    nodes = list(segments_of(root))
    tags = [node.id for node in nodes]
    found: dict[str, int] = {}
    for node in nodes:
        place = _qualifier_place(node)
        if place and tags.count(node.id) > 1:
            found.setdefault(node.id, place)
    return found


def _twins(loop: LoopNode, qualified: dict[str, int]) -> Iterator[str]:
    """Yield the ids of segments that stand twice in a loop with a qualifier in common."""
    seen: dict[str, list[frozenset[str]]] = {}
    for child in loop.children:
        if isinstance(child, LoopNode):
            yield from _twins(child, qualified)
            continue
        codes = qualifying_codes(child, qualified.get(child.id, 0))
        others = seen.setdefault(child.id, [])
        if any(not codes or not other or codes & other for other in others):
            yield child.id
        others.append(codes)


def _codes_by_tag(root: LoopNode, qualified: dict[str, int]) -> dict[str, frozenset[str]]:
    """Return all qualifiers that the guide knows for a tag, at whatever place."""
    found: dict[str, frozenset[str]] = {}
    for node in segments_of(root):
        codes = qualifying_codes(node, qualified.get(node.id, 0))
        found[node.id] = found.get(node.id, frozenset()) | codes
    return found


def _openers(loop: LoopNode) -> Iterator[str]:
    """Yield the ids of the segments that open a loop."""
    for child in loop.children:
        if isinstance(child, LoopNode):
            if not child.wrapper and isinstance(child.children[0], SegmentNode):
                yield child.children[0].id
            yield from _openers(child)


def _qualifier_place(node: SegmentNode) -> int:
    """Return the element of the qualifier that a guide tells nodes by, 0 if there is none.

    It is a required code in element 01 or in its first component; HL and ENT have theirs elsewhere.
    """
    place = {"HL": 3, "ENT": 2}.get(node.id, 1)
    if place > len(node.elements):
        return 0
    found = node.elements[place - 1]
    if found.parts:
        return place if _coded(found.parts[0]) else 0
    required = found.usage == REQUIRED or place > 1
    return place if required and _coded(found) else 0


def _coded(element: Element) -> bool:
    return element.type.kind == "ID" and bool(element.codes)
