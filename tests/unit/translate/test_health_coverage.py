"""Every node of the guides is in a document, or named in ``ext``, or only holds the set together.

Each segment of a guide is made once for every code of its first element, with values that occur
nowhere else; what becomes of it is looked for in the documents of the set.
"""

from collections.abc import Iterator
from datetime import date, timedelta

import pytest

from acktrail.documents.encoding import encode_compact
from acktrail.formats.delimited import Marks
from acktrail.formats.x12.guide.model import UNUSED, Element, LoopNode, SegmentNode
from acktrail.formats.x12.segment import SetSegment
from acktrail.model import MessageHead, Severity
from acktrail.translate.choose import Translators
from tests.unit.translate.running import Folder
from tests.unit.x12.reading import FORMAT

MARKS = Marks("*", ":", "^", "~")
GUIDES = {
    "837-005010X222A1": "837",
    "837-005010X223A2": "837",
    "837-005010X224A2": "837",
    "834-005010X220A1": "834",
    "820-005010X218": "820",
    "270-005010X279A1": "270",
    "271-005010X279A1": "271",
    "276-005010X212": "276",
    "277-005010X212": "277",
    "277-005010X214": "277",
}
# Only codes or counters, which say where the segments around them belong: HL and LX number levels
# and lines, SBR and PAT say how patient and subscriber are related, BGN, INS and HD what is done,
# ENT and IT1 open a group, LS and LE enclose one, AAA and STC say codes only.
STRUCTURE = frozenset(
    {"ST", "SE", "BHT", "BGN", "HL", "LX", "SBR", "PAT", "INS", "HD", "ENT", "IT1", "LS", "LE"}
    | {"AAA", "HI", "CUR", "EQ", "QTY", "TRN", "NM1", "N1"}
)


def nodes(loop: LoopNode, name: str) -> Iterator[tuple[str, SegmentNode]]:
    for child in loop.children:
        if isinstance(child, LoopNode):
            yield from nodes(child, child.id or name)
        else:
            yield name, child


def value(element: Element, n: int, *, first: str = "") -> str:
    """Return a value that no other segment has, or a code where only codes may stand."""
    if element.usage == UNUSED:
        return ""
    if element.parts:
        return ":".join(value(one, n) for one in element.parts).rstrip(":")
    if first or element.codes:
        return first or ("D8" if "D8" in element.codes else min(element.codes))
    kind = element.type.kind[0]
    if kind == "D" or element.number == "1251":  # 1251: in the form that the one before names
        return f"{date(2001, 1, 1) + timedelta(n):%Y%m%d}"
    if kind in "NR":
        return str(70_000 + n)
    return "" if kind == "T" else f"Q{n}Q"


def made(guide: str) -> Iterator[tuple[str, str, int, SetSegment]]:
    """Yield address, tag, number and segment for everything that a guide knows."""
    n = 0
    levels: dict[str, str] = {}  # last HL01 by the letter of the loop
    for loop, node in nodes(FORMAT._catalogue.guide(guide).root, ""):  # noqa: SLF001 - the product's own guides
        codes = sorted(node.elements[0].codes) if node.elements else []
        for code in codes[:1] if node.id == "BPR" else codes or [""]:
            n += 1
            values = [value(one, n) for one in node.elements]
            if code:
                values[0] = code
            if len(values) > 8 and node.id == "NM1" and "XX" in node.elements[7].codes:
                values[7] = "XX"
            if node.id == "HL":
                levels[loop[-1]] = str(n)
                values[:2] = [str(n), levels.get(chr(ord(loop[-1]) - 1), "")]
            segment = SetSegment([node.id, *values], loop, MARKS, n, 0)
            yield f"{loop}/{node.id}" if loop else node.id, node.id, n, segment


@pytest.mark.parametrize("guide", GUIDES)
def test_every_node_of_the_guide_is_mapped_or_named_as_unmapped(guide: str) -> None:
    head = MessageHead("x12", GUIDES[guide], guide.partition("-")[2], "0001")
    translator = Translators(Folder(), lambda number: f"hidden {number}").find(head, {})
    assert translator is not None
    everything = list(made(guide))
    translator.start(head)
    for _address, _tag, _n, segment in everything:
        translator.segment(segment)
    documents, findings = translator.finish()
    errors = [one for one in findings if one.severity is Severity.ERROR]
    assert errors == []
    text = "".join(encode_compact(one).decode() for one in documents)
    lost = [
        f"{address}*{segment.elements[1]}"
        for address, tag, n, segment in everything
        if tag not in STRUCTURE
        and f"Q{n}Q" not in text
        and f'"{70_000 + n}' not in text
        and f"{date(2001, 1, 1) + timedelta(n)}" not in text
        and f'"{address}"' not in text
        and f'"{address}*{segment.elements[1]}"' not in text
    ]

    assert lost == []
