"""The addresses of a map: from the field's notation to a function that reads a segment.

* X12 ``BEG03``, ``SVC01-2``
* EDIFACT ``NAD.2.1``: third and second number are element and component, counted after the tag
* HL7 ``PID-18.1``, ``FT1-11.1.2``, ``PID-3[5=MR][4=$authority].1``: a repetition is picked by what
  its components hold, never by its place. ``[7=H,M,]`` also takes one where the component was not
  sent, ``[2!=NET]`` excludes, ``[7?=L]`` prefers and falls back on the first, and a condition
  with a ``$option`` that the profile does not set always holds.
* XML: steps below the element that the rule is for, ``Party/PartyName/Name``, ``.`` for itself and
  ``Amount@currencyID`` for an attribute; the first element that the steps lead to is read
* ``@control``, ``@event``, ...: what is known of the message before its first segment

A source is one path or several: ``A | B`` is the first that was sent, ``A + B`` joins with a blank.
"""

import re
from collections.abc import Callable, Mapping
from typing import NamedTuple, cast

from acktrail.formats.xml.tree import XmlSegment
from acktrail.model import NOWHERE, MessageHead, Place
from acktrail.ports import CutSegment, Segment

Getter = Callable[[CutSegment], str]

HEAD_TAG = "@"
HEAD_FIELDS = ("control", "type", "event", "version", "sender", "receiver", "interchange", "group")
NOTATIONS = {
    "x12": re.compile(r"([A-Z][A-Z0-9]{1,2})([0-9]{2})(?:-([0-9]{1,2}))?"),
    "edifact": re.compile(r"([A-Z]{3})\.([0-9]{1,2})(?:\.([0-9]{1,2}))?"),
    "hl7": re.compile(
        r"([A-Z][A-Z0-9]{2})-([0-9]{1,2})((?:\[[^][]*\])*)(?:\.([0-9]{1,2}))?(?:\.([0-9]{1,2}))?"
    ),
}
XML = "xml"
NOTATIONS[XML] = re.compile(
    r"(\.|[A-Za-z][A-Za-z0-9]*(?:/[A-Za-z][A-Za-z0-9]*)*)?(?:@([A-Za-z]+))?"
)
HEAD_PATH = re.compile("@([a-z]+)")
PICK = re.compile(r"([0-9]{1,2})(?:\.([0-9]{1,2}))?(=|!=|\?=)(.*)")
CONDITION = re.compile(r"\[[^]]*\]")
DELETE = '""'  # HL7's delete indicator
MAX_REPETITIONS = 100


class Pick(NamedTuple):
    """One condition on a repetition."""

    component: int
    part: int
    how: str  # = != ?=
    values: frozenset[str]

    def holds(self, segment: CutSegment, element: int, repetition: int) -> bool:
        """Tell whether the repetition fulfils it."""
        value = segment.get(element, self.component, repetition, self.part)
        return (value.strip() in self.values) != (self.how == "!=")


class Path(NamedTuple):
    """One address, compiled."""

    text: str
    tag: str
    element: int
    component: int  # 0: none was written
    part: int
    picks: tuple[Pick, ...]
    read: Getter
    inner: str = ""  # XML: the steps below the element of the rule
    plain: bool = False  # an element, or its first component: text of letters and digits is it

    @property
    def address(self) -> str:
        """Return the address without its conditions."""
        return CONDITION.sub("", self.text)

    def values(self, segment: CutSegment) -> tuple[str, ...]:
        """Return the different values of all repetitions that the conditions pick, in order."""
        found: dict[str, None] = {}
        for one in range(1, min(segment.repetitions(self.element), MAX_REPETITIONS) + 1):
            if all(pick.holds(segment, self.element, one) for pick in self.picks):
                value = segment.get(self.element, self.component, one, self.part).strip()
                if value and value != DELETE:
                    found[value] = None
        return tuple(found)

    def deleted(self, segment: CutSegment) -> bool:
        """Tell whether the sender asks to empty the value: the whole field, or the component."""
        whole = segment.get(self.element) == DELETE and segment.repetitions(self.element) == 1
        return whole or segment.get(self.element, self.component, 1, self.part) == DELETE

    def place(self, segment: Segment) -> Place:
        """Return where in the file the address is."""
        if self.inner:
            below = self.inner.removeprefix(".")
            address = f"{segment.place.address}/{below}" if below else segment.place.address
            return segment.place._replace(address=address)
        return segment.place._replace(
            element=self.element, component=self.component, address=self.address
        )


class Source(NamedTuple):
    """Where a value comes from: the first of several joins that was sent."""

    read: Getter
    paths: tuple[Path, ...]

    @property
    def first(self) -> Path:
        """Return the path that findings name."""
        return self.paths[0]

    @property
    def element(self) -> int:
        """Return the element that is read whole, or its first component; 0 for other sources."""
        one = self.paths[0]
        return one.element if len(self.paths) == 1 and one.plain else 0


class HeadSegment:
    """What is known of a message, as a segment in front of its segments."""

    __slots__ = ("elements",)

    def __init__(self, head: MessageHead) -> None:
        event = head.type.replace("_", "^").split("^")[1] if "^" in head.type else ""
        self.elements: tuple[str, ...] = (HEAD_TAG, head.control, head.type, event, head.version)
        self.elements += (head.sender, head.receiver, head.interchange, head.group)

    @property
    def loop(self) -> str:
        """Stands in no loop."""
        return ""

    @property
    def tag(self) -> str:
        """The sign of the paths that read it."""
        return HEAD_TAG

    @property
    def place(self) -> Place:
        """Stands nowhere in the file."""
        return NOWHERE

    def get(self, element: int, component: int = 0, repetition: int = 1, part: int = 1) -> str:
        """Return one of ``HEAD_FIELDS``, counted from 1."""
        plain = component <= 1 and repetition == 1 and part == 1
        return self.elements[element] if plain and 1 <= element < len(self.elements) else ""

    def repetitions(self, element: int) -> int:
        """Return 1 for what is known."""
        return 1 if self.get(element) else 0

    def components(self, _element: int) -> int:
        """Return 1: what is known is never a composite."""
        return 1


def compile_source(text: str, format_: str, tag: str, options: Mapping[str, object]) -> Source:
    """Compile ``A + B | C``; a path names ``tag``, the segment that the rule is for.

    Raises:
        ValueError: With what is wrong with it.
    """
    joins = tuple(
        tuple(compile_path(one.strip(), format_, tag, options) for one in part.split(" + "))
        for part in text.split(" | ")
    )
    paths = tuple(path for join in joins for path in join)
    return Source(_reader(joins), paths)


def _reader(joins: tuple[tuple[Path, ...], ...]) -> Getter:
    if len(joins) == 1 and len(joins[0]) == 1:
        return joins[0][0].read

    def read(segment: CutSegment) -> str:
        for join in joins:
            text = " ".join(part for path in join if (part := path.read(segment)))
            if text:
                return text
        return ""

    return read


def compile_path(text: str, format_: str, tag: str, options: Mapping[str, object]) -> Path:
    """Compile one address.

    Raises:
        ValueError: If it is not in the notation of the format, or of another segment.
    """
    if format_ == XML:
        return _xml_path(text, tag)
    if match := HEAD_PATH.fullmatch(text):
        return _head_path(text, match[1], tag)
    match = NOTATIONS[format_].fullmatch(text)
    if match is None:
        msg = f"{text}: not an address in the notation of {format_}"
        raise ValueError(msg)
    if match[1] != tag:
        msg = f"{text}: the rule is for {tag}"
        raise ValueError(msg)
    element = int(match[2])
    if format_ != "hl7":
        component = int(match[3] or 0)
        read = _plain(element, component)
        return Path(text, tag, element, component, 1, (), read, plain=component <= 1)
    picks = tuple(
        pick for one in re.findall(r"\[([^]]*)\]", match[3]) for pick in _pick(one, options)
    )
    component, part = int(match[4] or 0), int(match[5] or 1)
    read = _picked(element, component, part, picks) if picks else _hl7(element, component, part)
    return Path(text, tag, element, component, part, picks, read)


def _xml_path(text: str, tag: str) -> Path:
    match = NOTATIONS[XML].fullmatch(text)
    if match is None or not text:
        msg = f"{text}: not steps below an element like Party/PartyName/Name or .@currencyID"
        raise ValueError(msg)
    steps = tuple((match[1] or ".").split("/")) if match[1] not in {None, "."} else ()
    attribute = match[2] or ""

    def read(segment: CutSegment) -> str:
        return _sent(cast("XmlSegment", segment).find(steps), attribute)

    return Path(f"{tag}/{text}", tag, 1, 0, 1, (), read, text)


def _sent(found: XmlSegment | None, attribute: str) -> str:
    if found is None:
        return ""
    return found.attributes.get(attribute, "") if attribute else found.text


def _head_path(text: str, name: str, tag: str) -> Path:
    if name not in HEAD_FIELDS or tag != HEAD_TAG:
        msg = f"{text}: known in rules for @ are " + ", ".join(f"@{one}" for one in HEAD_FIELDS)
        raise ValueError(msg)
    element = HEAD_FIELDS.index(name) + 1
    return Path(text, tag, element, 0, 1, (), _plain(element, 0))


def _pick(text: str, options: Mapping[str, object]) -> tuple[Pick, ...]:
    match = PICK.fullmatch(text)
    if match is None:
        msg = f"[{text}]: not a condition like 5=MR"
        raise ValueError(msg)
    values = {value.strip() for value in match[4].split(",")}
    if match[4].startswith("$"):
        option = options.get(match[4][1:])
        if not isinstance(option, str) or not option:
            return ()
        values = {option}
    return (Pick(int(match[1]), int(match[2] or 1), match[3], frozenset(values)),)


def _plain(element: int, component: int) -> Getter:
    """Return what reads an element, or its first component; other components cost a cut."""
    if component > 1:
        return lambda segment: segment.get(element, component).strip()

    def read(segment: CutSegment) -> str:
        elements = segment.elements
        text = elements[element] if element < len(elements) else ""
        if not text or (text.isascii() and text.isalnum()):  # no mark is a letter or digit
            return text
        return segment.get(element).strip()

    return read


def _hl7(element: int, component: int, part: int) -> Getter:
    first = component <= 1 and part == 1

    def read(segment: CutSegment) -> str:
        elements = segment.elements
        text = elements[element] if element < len(elements) else ""
        if not text or (text.isascii() and text.isalnum()):
            return text if first else ""
        text = segment.get(element, component, 1, part).strip()
        return "" if text == DELETE else text

    return read


def _picked(element: int, component: int, part: int, picks: tuple[Pick, ...]) -> Getter:
    soft = all(pick.how == "?=" for pick in picks)

    def read(segment: CutSegment) -> str:
        count = min(segment.repetitions(element), MAX_REPETITIONS)
        for one in range(1, count + 1):
            if all(pick.holds(segment, element, one) for pick in picks):
                break
        else:
            if not soft:
                return ""
            one = 1
        text = segment.get(element, component, one, part).strip()
        return "" if text == DELETE else text

    return read
