"""The format ``hl7``: HL7 v2 in its pipe-and-hat form (ER7)."""

from collections.abc import Mapping

from acktrail.formats.hl7 import rules
from acktrail.formats.hl7.answers import answer_files, controls
from acktrail.formats.hl7.guides import Guides
from acktrail.formats.hl7.legend import Hl7Legend
from acktrail.formats.hl7.reader import Hl7Reader
from acktrail.formats.hl7.settings import Settings, read_settings
from acktrail.formats.hl7.units import starts
from acktrail.model import Acknowledgement, Answering, MessageHead, ReadResult, Rule
from acktrail.ports import DataFiles

_EDGES = b" \t\r\n\x0b\x0c\x1c"
_TRAILERS = {b"FHS": b"FTS", b"BHS": b"BTS"}


class Hl7:
    """HL7 v2, versions 2.1 to 2.8.2; what it compiles it keeps for the next file."""

    name = "hl7"
    rules: tuple[Rule, ...] = rules.RULES

    def __init__(self, files: DataFiles) -> None:
        self._guides = Guides(files)
        self._defaults: Settings | None = None

    def recognises(self, head: bytes) -> bool:
        """Tell whether ``head`` starts with MSH, FHS or BHS, behind a mark or MLLP byte or not."""
        return starts(head) in (b"MSH", b"FHS", b"BHS")

    def complete(self, head: bytes, tail: bytes) -> bool | None:
        """Tell whether the trailer of FHS or BHS is there; a bare message has none."""
        trailer = _TRAILERS.get(starts(head))
        if trailer is None:
            return None
        last = tail.rstrip(_EDGES).replace(b"\n", b"\r").rpartition(b"\r")[2]
        return last.startswith(trailer)

    def reader(self, options: Mapping[str, object]) -> Hl7Reader:
        """Return a reader for one file.

        Raises:
            ProfileError: If an option makes no sense.
            GuideError: If ``parsers/hl7`` is not complete.
        """
        if options:
            named = options.get("specifications")
            names = named if isinstance(named, list | tuple) else ()
            specified = [self._guides.specification(str(name)) for name in names]
            settings = read_settings(options, self._guides.used(), specified)
            return Hl7Reader(self._guides, settings)
        if self._defaults is None:
            self._defaults = read_settings({}, self._guides.used())
        return Hl7Reader(self._guides, self._defaults)

    def legend(self, head: MessageHead) -> Hl7Legend:
        """Return what the segments of a message mean by its version and structure."""
        return Hl7Legend(self._guides.version(head.version), head.guide.partition("@")[0])

    def numbers_needed(self, result: ReadResult, answering: Answering) -> int:
        """Return one for each acknowledgement message and for each FHS and BHS.

        That many at most: posting decides whether there is an answer where one is wanted on error
        only, and :meth:`acknowledge` may be called again once what was held is decided.
        """
        return sum(file.numbers for file in answer_files(result, answering, reserve=True))

    def acknowledge(self, result: ReadResult, answering: Answering) -> tuple[Acknowledgement, ...]:
        """Build the answers: accept file first, application file second, not while one is held.

        The accept answers take their control numbers first and do not depend on ``posted``.

        Raises:
            ValueError: If there are fewer numbers than :meth:`numbers_needed` asked for.
        """
        files = answer_files(result, answering)
        if sum(file.numbers for file in files) > len(answering.numbers):
            msg = "fewer control numbers than were asked for"
            raise ValueError(msg)
        numbers = controls(answering)
        return tuple(file.written(numbers) for file in files)
