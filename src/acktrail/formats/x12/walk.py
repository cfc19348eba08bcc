"""Follows a transaction set through its guide: loops entered and left, what is missing or too much.

Moves are memoised in the states (``guide/compiled.py``); what depends on the data seen so far (is
it there, how often) lives here, in one frame for each open loop instance.
Spec: X12.6, loops; X12 RFI 41: where a missing segment is told is the receiver's to decide.
"""

from collections.abc import Callable

from acktrail.documents.value import Draft
from acktrail.formats.x12 import rules
from acktrail.formats.x12.guide.compiled import Loop, Machine, Move, State, entries
from acktrail.model import Rule

Emit = Callable[[Rule, str, int], None]  # rule, segment id, segments ahead of the current one


class Frame(Draft):
    """One open instance of a loop."""

    loop: Loop
    seen: int = 0  # mask of children seen
    counts: dict[int, int] | None = None  # by bit, from the second time on

    def again(self, child: State | Loop) -> bool:
        """Count a child that was seen before; tell whether that is once too often."""
        if self.counts is None:
            self.counts = {}
        count = self.counts.get(child.bit, 1) + 1
        self.counts[child.bit] = count
        return count > child.maximum


class Walker:
    """The place in the guide that a set has come to."""

    __slots__ = ("_emit", "_last", "frames", "state", "top")

    def __init__(self, machine: Machine, emit: Emit) -> None:
        self.state = machine.first
        self.frames: list[Frame] = [Frame(machine.top)]
        self.top = self.frames[0]  # the innermost open loop
        self.top.seen = machine.first.bit
        self._emit = emit
        self._last = machine.last.bit

    def cross(self, move: Move) -> Frame:
        """Leave and enter loops; tell what the left ones lack; return the innermost open one."""
        frames = self.frames
        leave = move.leave
        while leave:
            left = frames.pop()
            if left.loop.required & ~left.seen:
                self._close(left, 0)
            leave -= 1
        frame = frames[-1]
        for loop in move.enter:
            if not frame.seen & loop.bit:
                frame.seen |= loop.bit
            elif loop.maximum and frame.again(loop):
                self._emit(rules.LOOP_MAX, first_tag(loop), 0)
            frame = Frame(loop)
            frames.append(frame)
        self.top = frame
        return frame

    def misplaced(self, tag: str, qualifier: str) -> bool:
        """Tell whether a segment would have been right earlier in one of the open loops.

        It then counts as there: told as misplaced, it is not told as missing too.
        """
        position = self.state.position
        for frame in reversed(self.frames):
            for child in frame.loop.children:
                if child.position < position and _starts(child, tag, qualifier):
                    frame.seen |= child.bit
                    return True
            position = frame.loop.position
        return False

    def finish(self, ahead: int) -> None:
        """Close every open loop: without this the missing parts of outer ones stay unseen."""
        self.frames[0].seen |= self._last  # a missing SE is a fault of the envelope
        while self.frames:
            self._close(self.frames.pop(), ahead)

    def _close(self, frame: Frame, ahead: int) -> None:
        missing = frame.loop.required & ~frame.seen
        if missing:
            for child in frame.loop.children:
                if child.bit & missing:
                    self._missing(child, ahead)

    def _missing(self, child: State | Loop, ahead: int) -> None:
        """Tell that a required child is not there; of a wrapper, tell its required children."""
        if isinstance(child, State):
            self._emit(rules.MISSING, child.tag, ahead)
        elif child.node.wrapper:
            for inner in child.children:
                if inner.bit & child.required:
                    self._missing(inner, ahead)
        else:
            self._emit(rules.LOOP_MIN, first_tag(child), ahead)


def first_tag(loop: Loop) -> str:
    """Return the id of the segment that opens a loop."""
    child = loop.children[0]
    return child.tag if isinstance(child, State) else first_tag(child)


def _starts(child: State | Loop, tag: str, qualifier: str) -> bool:
    """Tell whether a segment is this child, or the first one of it."""
    if isinstance(child, State):
        return child.fits(tag, qualifier)
    return any(state.fits(tag, qualifier) for state, _path in entries(child, tag))
