"""Where each value of a document comes from: made on demand by reading again, never kept in values.

A map knows the address of every field; for documents that are made in code see ``tracing``. No
value is shown.
"""

from typing import NamedTuple

from acktrail.model import Place
from acktrail.ports import CutSegment
from acktrail.translate.building import Building, Frame, Level
from acktrail.translate.dispatch import Handler


class ValueSource(NamedTuple):
    """One value of a document and the element that it was read from."""

    field: str  # as the map, or its type, names it: lines[0].quantities.ORDERED
    address: str  # PO102
    place: Place
    document: int = 1  # of the message; a map makes one


def path_of(level: Level, around: Frame) -> str:
    """Return what stands in front of the fields of a level that was opened in ``around``."""
    if level.shape is None:
        return around.path
    return f"{around.path}{level.shape.into}[{len(around.values.get(level.shape.into, ()))}]."


def follow(
    handler: Handler,
    building: Building,
    frame: Frame,
    segment: CutSegment,
    sources: list[ValueSource],
) -> None:
    """Fill what a rule fills, and note where each value that was taken comes from."""
    for name, step, paths, *_others in handler.fills:
        before = frame.values.get(name)
        count = len(before) if isinstance(before, list) else 0
        step(building, frame, segment)
        after = frame.values.get(name)
        field = frame.path + name
        if isinstance(after, list):
            if len(after) == count:
                continue
            field += f"[{count}]"
        elif after is before:
            continue
        sources += [
            ValueSource(field, path.address, path.place(segment))
            for path in paths
            if path.read(segment)
        ]
