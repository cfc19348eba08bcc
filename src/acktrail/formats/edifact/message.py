"""One message while it is read: the walk through its group tree and what it found."""

import re
from collections.abc import Callable, Iterator

from acktrail.errors import TooLargeError
from acktrail.formats.edifact import rules
from acktrail.formats.edifact.characters import BLANKS, Script, decodes
from acktrail.formats.edifact.checker import faults, finding_of, shapeless_faults
from acktrail.formats.edifact.directory import Directory, Element
from acktrail.formats.edifact.learnt import Learnt, nobody
from acktrail.formats.edifact.options import Options
from acktrail.formats.edifact.patterns import pattern_of
from acktrail.formats.edifact.segment import Cut, Segment, cut_of, segment_of
from acktrail.formats.edifact.supply import Supply
from acktrail.formats.edifact.tree import SERVICE, Detail, Missing, Spot, Tree, tree_of
from acktrail.model import Finding, Place, Rule, Severity

TAG = re.compile("[A-Z][A-Z0-9]{2}")
Matcher = Callable[[str], re.Match[str] | None]
NOWHERE_IN_TREE = tree_of("UNH!\nUNT!\n").start
NO_PLACE = -1  # of segments that the tree has no place for: their message is refused anyway
NOTHING: Matcher = re.compile("(?!)").fullmatch


class Findings:
    """Findings of one level: the first ones kept, all counted."""

    def __init__(self, limit: int) -> None:
        self._limit = limit
        self.kept: list[Finding] = []
        self.total = 0
        self.refused = False  # one of them refuses its level

    def add(self, finding: Finding) -> None:
        """Keep or count ``finding``."""
        self.total += 1
        self.refused |= finding.severity in (Severity.ERROR, Severity.FATAL)
        if len(self.kept) < self._limit:
            self.kept.append(finding)


class Accepts(dict[str, Matcher]):
    """The fast patterns of one directory under one set of delimiters, compiled when met."""

    def __init__(self, segments: dict[str, tuple[Element, ...]], script: Script) -> None:
        super().__init__()
        self._segments = segments
        self._script = script

    def __missing__(self, tag: str) -> Matcher:
        parts = self._segments.get(tag)
        if parts is None:
            return NOTHING  # not remembered: a sender could invent tags without end
        matcher = self[tag] = pattern_of(tag, parts, self._script.marks).fullmatch
        return matcher


class Checks:
    """What a message is checked against; ``tree`` None = envelope only."""

    def __init__(self, directory: Directory, tree: Tree, script: Script) -> None:
        self.directory = directory
        self.tree = tree
        self.accepts = Accepts(directory.segments, script)


class MessageBody:
    """Reads the segments between UNH and UNT."""

    def __init__(  # noqa: PLR0913 - one call, all by keyword
        self,
        *,
        supply: Supply,
        script: Script,
        repertoire: bytes,
        checks: Checks | None,
        options: Options,
        offset: int,
    ) -> None:
        self._supply = supply
        self._script = script
        self._repertoire = repertoire
        self._checks = checks
        self._options = options
        self.findings = Findings(options.max_findings)
        self._accepts = checks.accepts if checks else Accepts({}, script)
        self._segments = checks.directory.segments if checks else {}
        self._counts = [0] * (len(checks.tree.nodes) if checks else 0)
        self._here = checks.tree.start if checks else NOWHERE_IN_TREE
        self._loop = ""
        self.learnt = Learnt(lambda _loop, _tag: None)  # nobody wants its segments yet
        self._odd_told = False
        self.position = 1  # UNH
        self.offset = offset  # of UNH
        self._last = offset  # of the segment before

    def read(self, pieces: Iterator[str], at: int, *, odd: bool) -> tuple[str, int]:
        """Read raw segments up to the next service segment.

        Args:
            pieces: Raw segments; the iterator is left behind the service segment.
            at: Position of the first one, counted as the supply counts.
            odd: A character outside of the repertoire, or an undecodable one, may be among them.

        Returns:
            The service segment, ``""`` when the pieces are used up, and the position behind it.
        """
        read = self._read_checked if self._checks else self._read_free
        service, at = read(pieces, at, odd)
        if self.position > self._options.max_segments:
            message = "a message has too many segments"
            raise TooLargeError(message, code="edifact.message_too_long")
        if at - self.offset > self._options.max_message_bytes:
            message = "a message is too long"
            raise TooLargeError(message, code="edifact.message_too_long")
        return service, at

    def _read_checked(  # noqa: C901 - every call in this loop would cost a tenth
        self,
        pieces: Iterator[str],
        at: int,
        odd: bool,  # noqa: FBT001
    ) -> tuple[str, int]:
        """Read with a directory. This loop is the reader's speed: names are local on purpose."""
        counts, learnt = self._counts, self.learnt
        texts, takes = learnt.texts, learnt.takes
        here, loop, position = self._here, self._loop, self.position
        origin = self._supply.origin if self._supply.offsets_shift else None
        last = self._last
        for piece in pieces:
            raw, start = piece, at
            at += len(piece) + 1
            if piece[:1] in BLANKS:
                raw = piece.lstrip(BLANKS)
                start += len(piece) - len(raw)
                if not raw:
                    continue
            tag = raw[:3]
            if origin:
                start = origin(start)
            if move := here[tag]:
                here, loop, counter, room, plain, place, detail = move
                if plain:
                    counts[counter] = 1
                elif counts[counter] < room:
                    counts[counter] += 1
                else:
                    self._count(counter, detail, (tag, position + 1, start, last))
            elif tag in SERVICE:
                self._keep(here, loop, position, last)
                return raw, at
            else:
                self._unplaced(tag, position + 1, start)
                place = NO_PLACE
            position += 1
            cut = texts.get(raw)
            if cut is None:
                cut = self._met(raw, (tag, position, start), odd=odd)
            last = start
            take = takes.get(place) or learnt.taker(place, loop, tag)
            if take is not nobody:
                take(Segment(tag, loop, position, start, cut, cut.elements))
        self._keep(here, loop, position, last)
        return "", at

    def _met(self, raw: str, where: tuple[str, int, int], *, odd: bool) -> Cut:
        """Check a text that was not right before, and cut it."""
        before, cut = self.findings.total, cut_of(raw, self._script)
        if odd:
            self._inspect(raw, *where)
        if self._accepts[where[0]](raw) is None:
            self._explain(raw, *where)
        if not odd and self.findings.total == before:
            self.learnt.keep(cut)
        return cut

    def _keep(self, here: Spot, loop: str, position: int, last: int) -> None:
        self._here, self._loop, self.position, self._last = here, loop, position, last

    def _read_free(
        self,
        pieces: Iterator[str],
        at: int,
        odd: bool,  # noqa: FBT001
    ) -> tuple[str, int]:
        """Read without a directory: no structure, no elements."""
        for piece in pieces:
            raw = piece.lstrip(BLANKS)
            start = self._supply.origin(at + len(piece) - len(raw))
            at += len(piece) + 1
            if not raw:
                continue
            tag = raw[:3]
            if tag in SERVICE:
                return raw, at
            self.position += 1
            if odd:
                self._inspect(raw, tag, self.position, start)
            if self._tag_is_odd(raw):
                self._unplaced(tag, self.position, start)
            for fault in shapeless_faults(raw, self._script):
                self.findings.add(finding_of(fault, tag, self.position, start))
            self._last = start
            if take := self.learnt.bind("", tag):
                take(segment_of(raw, self._script, self.position, start))
        return "", at

    def _tag_is_odd(self, raw: str) -> bool:
        return not TAG.fullmatch(raw[:3]) or raw[3:4] not in ("", self._script.marks.element)

    def _count(self, counter: int, detail: Detail, where: tuple[str, int, int, int]) -> None:
        """Report what was passed over, or one repetition too many."""
        tag, position, start, last = where
        self._passed_over(detail.missing, position - 1, last)
        self._counts[counter] = 1 if detail.fresh else self._counts[counter] + 1
        if self._counts[counter] > detail.limit:
            rule = rules.GROUP_REPEATS if detail.group else rules.SEGMENT_REPEATS
            self.add(rule, Place(tag, position, offset=start, address=tag))

    def _passed_over(self, missing: tuple[Missing, ...], position: int, offset: int) -> None:
        """Report mandatory segments; their place is the last segment before the gap."""
        for tag, group in missing:
            rule = rules.GROUP_MISSING if group else rules.SEGMENT_MISSING
            self.add(rule, Place(tag, position, offset=offset, address=tag))

    def _unplaced(self, tag: str, position: int, start: int) -> None:
        """Report a segment that the message has no place for."""
        known = self._checks is not None and tag in self._checks.tree.tags
        shown = tag if TAG.fullmatch(tag) else ""  # else it may be data
        place = Place(shown, position, offset=start, address=shown)
        self.add(rules.SEGMENT_ORDER if known else rules.SEGMENT_UNKNOWN, place)

    def _inspect(self, raw: str, tag: str, position: int, start: int) -> None:
        """Report undecodable bytes, and the message's first character outside the repertoire."""
        shown = tag if TAG.fullmatch(tag) else ""
        place = Place(shown, position, offset=start, address=shown)
        if not decodes(raw, self._script.codec):
            self.add(rules.UNDECODABLE, place)
        elif not self._odd_told and raw.encode("latin-1").translate(None, self._repertoire):
            self._odd_told = True
            self.add(rules.CHARACTERS, place)

    def _explain(self, raw: str, tag: str, position: int, start: int) -> None:
        """Let the slow checker say what is wrong, if anything is."""
        parts = self._segments.get(tag)
        if parts is None:
            return
        if raw[3:4] not in ("", self._script.marks.element):
            self.add(rules.SEGMENT_UNKNOWN, Place(tag, position, offset=start, address=tag))
            return
        for fault in faults(raw, parts, self._script):
            self.findings.add(finding_of(fault, tag, position, start))

    def add(self, rule: Rule, place: Place) -> None:
        """Add a finding of this message."""
        self.findings.add(rule.at(place))

    def end(self) -> None:
        """Report what is missing when UNT comes."""
        if self._checks:
            self._passed_over(self._checks.tree.at_end(self._here), self.position, self._last)
