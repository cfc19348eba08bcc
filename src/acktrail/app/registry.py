"""Finds the formats: the built-in ones first, then installed entry points."""

from collections.abc import Iterable
from functools import partial
from importlib.metadata import entry_points

from acktrail.errors import SetupError, UnknownPluginError
from acktrail.formats.bank import Bank
from acktrail.formats.edifact import Edifact
from acktrail.formats.hl7 import Hl7
from acktrail.formats.tabular import Tabular
from acktrail.formats.x12 import X12
from acktrail.formats.x12.guide.pyx12_maps import read_wheel_map
from acktrail.formats.xml import Xml
from acktrail.ports import DataFiles, Format


class Formats:
    """The formats this installation knows, by name; plug-ins join with :meth:`discover`."""

    def __init__(self, built_in: Iterable[Format]) -> None:
        self._known: dict[str, Format] = {}
        for format_ in built_in:
            self.add(format_)

    def add(self, format_: Format) -> None:
        """Register ``format_``; a name is taken once, so a plug-in cannot replace ours."""
        if format_.name in self._known:
            msg = f"two formats are named {format_.name!r}"
            raise SetupError(msg)
        self._known[format_.name] = format_

    def discover(self, files: DataFiles) -> None:
        """Load every ``acktrail.formats`` entry point; each is called with the data files."""
        for point in entry_points(group="acktrail.formats"):
            self.add(point.load()(files))

    def get(self, name: str) -> Format:
        """Return the format called ``name``, or say which ones there are."""
        try:
            return self._known[name]
        except KeyError:
            msg = f"no format {name!r}; known: {', '.join(sorted(self._known))}"
            raise UnknownPluginError(msg) from None

    def recognise(self, head: bytes) -> Format | None:
        """Return the first format that knows a file starting with ``head``."""
        return next((one for one in self._known.values() if one.recognises(head)), None)

    def all(self) -> tuple[Format, ...]:
        """Return every format."""
        return tuple(self._known.values())


def built_in(files: DataFiles) -> Formats:
    """Return the formats that come with acktrail and those that plug-ins add."""
    makers = (partial(X12, maps=read_wheel_map), Edifact, Hl7, Xml, Bank, Tabular)
    formats = Formats(make(files) for make in makers)
    formats.discover(files)
    return formats
