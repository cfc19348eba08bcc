"""Right segments and whole right sets, made from a guide's own nodes.

A segment is a list of elements; components are joined with ``:``, repetitions with ``^``. All
values are invented from the data type alone.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field
from random import Random

from acktrail.formats.x12.guide.model import (
    REQUIRED,
    UNUSED,
    Element,
    Guide,
    LoopNode,
    SegmentNode,
    SyntaxRule,
    is_binary,
)
from acktrail.formats.x12.guide.syntax import breaks

PERIODS = {"D8": "20260301", "RD8": "20260301-20260305", "TM": "1200", "DT": "202603011200"}
PERIOD, FORMAT = "1251", "1250"
DATES = {6: "260301", 8: "20260301"}
FORMED = ("123456789",)  # for elements that ask for a form
TRIES = 20
LETTERS = "ABCDEFGHIJ"


@dataclass
class Filler:
    """Chooses what is sent beside what is required, and values.

    Attributes:
        random: Source of all choices.
        share: Of the situational elements that are sent: 0.0 makes minimal segments, 1.0 full ones.
    """

    random: Random = field(default_factory=lambda: Random(1))  # noqa: S311 - no secret
    share: float = 1.0

    def segment(self, node: SegmentNode) -> list[str]:
        """Return the elements of a right segment, the tag first."""
        wanted = self.share
        values = [node.id]
        for _ in range(TRIES):
            values = [node.id, *self._values(node.elements)]
            if self._settle(values, node.elements, node.rules):
                break
            self.share = self.random.random()  # not all conditions can hold: send less
        self.share = wanted
        _date(values, node.elements)
        if is_binary(node):  # data of no bytes
            values[-2:] = ["0", ""]
            return values
        while len(values) > 1 and not values[-1]:
            values.pop()
        return values

    def _values(self, elements: tuple[Element, ...]) -> list[str]:
        found: list[str] = []
        for element in elements:
            wanted = element.usage == REQUIRED or self.random.random() < self.share
            found.append(self.value(element) if element.usage != UNUSED and wanted else "")
        return found

    def _settle(
        self, values: list[str], elements: tuple[Element, ...], rules: tuple[SyntaxRule, ...]
    ) -> bool:
        """Add and take away elements until the conditions hold; tell whether they do."""
        for _ in range(TRIES):
            broken = False
            for rule in rules:
                place = breaks(rule, lambda n: n < len(values) and values[n] != "")
                if not place:
                    continue
                broken = True
                possible = place <= len(elements) and elements[place - 1].usage != UNUSED
                if rule.kind == "E" or not possible:
                    self._take_away(values, elements, rule.places, place)
                else:
                    values[place] = self.value(elements[place - 1])
            if not broken:
                return True
        return False

    def _take_away(
        self, values: list[str], elements: tuple[Element, ...], places: tuple[int, ...], at: int
    ) -> None:
        for place in (at, *places):
            known = place <= len(elements) and place < len(values)
            if known and values[place] and elements[place - 1].usage != REQUIRED:
                values[place] = ""
                return

    def value(self, element: Element) -> str:
        """Return a value of an element, repeated where that is allowed and everything is sent."""
        often = 2 if element.repeat != 1 and self.share == 1.0 else 1
        return "^".join(self._one(element) for _ in range(often))

    def _one(self, element: Element) -> str:
        if element.parts:
            values = ["", *self._values(element.parts)]
            self._settle(values, element.parts, element.rules)
            if not any(values):
                values[1] = self._one(element.parts[0])
            return ":".join(values[1:]).rstrip(":")
        low, high = element.type.low, element.type.high
        codes = sorted(code for code in element.codes if low <= len(code) <= high)
        if element.number == FORMAT and codes:
            codes = [code for code in codes if code in PERIODS] or codes
        if element.form is not None:
            return next(one for one in FORMED if element.form.fullmatch(one))
        if codes:
            return self.random.choice(codes)
        if element.number == PERIOD:
            return PERIODS["D8"]
        return self._of_type(element.type.kind[:1], low, high)

    def _of_type(self, kind: str, low: int, high: int) -> str:
        length = self.random.randint(max(low, 1), max(min(high, max(low, 1) + 5), 1))
        match kind:
            case "D":
                return DATES.get(high, DATES[8])
            case "T":
                return "1200"
            case "N" | "R":
                return "1" * length
            case _:
                return "".join(self.random.choice(LETTERS) for _ in range(length))


def _date(values: list[str], elements: tuple[Element, ...]) -> None:
    """Write periods as the format before them says."""
    form = ""
    for place, element in enumerate(elements, 1):
        if element.number == FORMAT and values[place]:
            form = values[place]
        elif element.number == PERIOD and values[place]:
            values[place] = PERIODS.get(form, PERIODS["D8"])


def sets_of(guide: Guide, filler: Filler, *, full: bool) -> list[str]:
    """Return the segments of a right set, ST and SE included.

    Args:
        guide: Which.
        filler: Makes the segments.
        full: Every loop and segment of the guide once; otherwise only what is required.
    """
    return list(_numbered(_walk(guide.root, filler, full=full), guide.id.partition("-")[0]))


def _walk(loop: LoopNode, filler: Filler, *, full: bool) -> Iterator[list[str]]:
    for index, child in enumerate(loop.children):
        first = index == 0 and not loop.wrapper
        if child.usage == UNUSED or not (full or first or child.usage == REQUIRED):
            continue
        if isinstance(child, LoopNode):
            yield from _walk(child, filler, full=full)
        else:
            yield filler.segment(child)


def _numbered(segments: Iterator[list[str]], set_id: str) -> Iterator[str]:
    """Put in what depends on the segments before: ST, HL01, HL02, LX01 of an 837, SE."""
    levels: list[tuple[str, str]] = []  # (number, level) from the outermost open one
    numbers = lines = 0
    for count, values in enumerate(segments, 1):
        match values[0]:
            case "ST":
                values[1:3] = [set_id, "0001"]
                del values[3:]
            case "HL":
                numbers += 1
                known = [level for _number, level in levels]
                if values[3] in known:
                    del levels[known.index(values[3]) :]
                values[1] = str(numbers)
                if values[2]:
                    values[2] = levels[-1][0] if levels else ""
                levels.append((str(numbers), values[3]))
            case "CLM":
                lines = 0
            case "LX" if set_id == "837":
                lines += 1
                values[1] = str(lines)
            case "SE":
                values[1:3] = [str(count), "0001"]
            case _:
                pass
        yield "*".join(values)
