"""The one mutable thing of translating: a document while it is built, one message at a time."""

from datetime import tzinfo
from typing import NamedTuple, Protocol

from acktrail.model import NOWHERE, Finding, Place, Rule
from acktrail.ports import CutSegment, Segment
from acktrail.translate import rules
from acktrail.translate.paths import Path
from acktrail.translate.shapes import Shape, Values

MAX_FINDINGS = 1000
MAX_EXT = 10_000
MAX_PARTS = 200_000
Origins = dict[str, tuple[str, str]]


class Placed(Protocol):
    """What stands somewhere in the file."""

    @property
    def place(self) -> Place:
        """Where."""
        ...


class Level(NamedTuple):
    """A loop or group as the map sees it: what it builds and which segments it holds."""

    name: str
    shape: Shape | None  # None: its segments speak of the level around it
    holds: frozenset[str] | None  # None: every segment
    required: tuple[tuple[str, str, str], ...] = ()  # field; tag and address for the finding


class Origin(NamedTuple):
    """Where a value comes from; no path for a constant."""

    path: Path | None
    segment: CutSegment
    weak: bool = False

    def address_and_text(self) -> tuple[str, str]:
        """Return what ``ext`` takes of it."""
        if self.path is None:
            return "", ""
        address = f"{self.path.text}@{self.segment.place.position}"
        return address, self.path.read(self.segment)


class Frame:
    """An open level: what was filled so far."""

    __slots__ = ("level", "opener", "origins", "path", "values", "weak")

    def __init__(
        self, level: Level, opener: Placed | None = None, around: "Frame | None" = None
    ) -> None:
        self.level = level
        self.opener = opener
        self.path = ""  # in front of its fields' names, where sources are asked for
        # of a part that a total may stand for: field -> address and text
        self.origins: Origins | None = None
        self.values: Values = {} if around is None else around.values
        # field -> where it comes from, while it may give way
        self.weak: dict[str, Origin] = {} if around is None else around.weak

    @property
    def place(self) -> Place:
        """Where it was opened."""
        return NOWHERE if self.opener is None else self.opener.place


class Building:
    """What is known while one message is translated.

    ``ext`` takes what no rule maps: the value by its address and the segment's position; of health
    data the address alone, once, so that it stays small and holds nothing.
    """

    __slots__ = (
        "_zone", "currency", "ext", "findings", "format", "health", "itemised", "parts", "units",
        "zone",
    )  # fmt: skip

    def __init__(
        self, format_: str, *, health: bool, units: dict[str, str], zone: tzinfo | None
    ) -> None:
        self.format = format_
        self.health = health
        self.units = units
        self._zone = zone
        self.begin("")

    def begin(self, currency: str) -> None:
        """Forget the message before."""
        self.currency = currency
        self.zone = self._zone
        self.findings: list[Finding] = []
        self.ext: dict[str, str] = {}
        self.itemised: dict[str, list[Origins]] = {}  # taxes, allowances of the whole document
        self.parts = 0

    def found(self, rule: Rule, path: Path | None, segment: Segment) -> None:
        """Note a finding at the address of ``path``."""
        self.found_at(rule, segment.place if path is None else path.place(segment))

    def found_at(self, rule: Rule, place: Place = NOWHERE) -> None:
        """Note a finding at a place."""
        if len(self.findings) < MAX_FINDINGS:
            self.findings.append(rules.find(rule, self.format, place))

    def keep(self, address: str, text: str) -> None:
        """Keep unmapped text by its address; of health data only that it was there."""
        if self.health:
            address, text = address.partition("@")[0], ""
        if len(self.ext) < MAX_EXT:
            self.ext[address] = text
        elif not any(one.rule == rules.EXT_FULL.name for one in self.findings):
            self.found_at(rules.EXT_FULL)

    def put(self, frame: Frame, name: str, value: object, origin: Origin) -> bool:
        """Fill a field: the first value stays, and a weak one gives way to one that is not.

        What is not taken goes to ``ext``. Returns False when another value stays.
        """
        held = frame.values.get(name)
        if held is None or (name in frame.weak and not origin.weak):
            old = frame.weak.pop(name, None)
            if old is not None and held != value:
                self._keep_origin(old)
            frame.values[name] = value
            if origin.weak:
                frame.weak[name] = origin
            return True
        if held == value:
            return True
        self._keep_origin(origin)
        return False

    def _keep_origin(self, origin: Origin) -> None:
        address, text = origin.address_and_text()
        if address:
            self.keep(address, text)

    def collect(self, frame: Frame, name: str, part: object, at: Placed) -> None:
        """Add a part to those of its kind, up to a cap."""
        self.parts += 1
        if self.parts <= MAX_PARTS:
            frame.values.setdefault(name, []).append(part)
        elif self.parts == MAX_PARTS + 1:
            self.found_at(rules.TOO_MANY_PARTS, at.place)
