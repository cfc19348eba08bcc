"""Makes a case of a real file: synthetic values of the same shape, proven to fare alike.

The copy is kept only when a reading of it has the same verdicts, the same findings at the same
places and as many documents of each kind as the original. Nothing is taken on trust.
"""

import os
import re
import secrets
from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from io import BytesIO
from pathlib import Path
from typing import Final, NamedTuple

import tomlkit

from acktrail.app import payloads, synthetic_texts
from acktrail.app.chunks import chunks
from acktrail.app.registry import Formats
from acktrail.app.synthetic_files import Delimited, rows
from acktrail.app.tools import Tools, received_flow
from acktrail.app.trial import local_only
from acktrail.errors import CaptureError, ConflictError, PartnerError
from acktrail.formats.tabular.schema import parse_layout
from acktrail.model import Finding, MessageHead, ReadResult, Verdict
from acktrail.pipeline.read import all_findings, read_and_translate
from acktrail.pipeline.receive import wanted
from acktrail.ports import DataFiles, Event, Legend, Legible
from acktrail.profiles.partner import Flow, PartnerProfile
from acktrail.security.masking import safe_file_name
from acktrail.security.synthetic import Synthesis
from acktrail.translate.choose import Translators

MOST_BYTES: Final = 20_000_000
MOST_NAMED: Final = 10  # places in a refusal
MOST_WEEKS: Final = 200
KEY_BYTES, WEEK_BYTES = 32, 4
TRIES: Final = 3  # a drawn value may be a code by chance


class CaptureOrder(NamedTuple):
    """Whose file is to become a case, where, for whom and why."""

    key: str  # of the exchange
    folder: Path
    actor: str
    reason: str
    kept: frozenset[str] = frozenset()  # places that stay as they are


class Copy(NamedTuple):
    """A file with synthetic values, and what a reading of it says."""

    body: bytes
    result: ReadResult


@dataclass(frozen=True, slots=True)
class Capturing:
    """Copies files as one profile reads them."""

    files: DataFiles
    formats: Formats
    translators: Translators
    profile: PartnerProfile
    kept: frozenset[str] = frozenset()  # places that stay: CLM05-1, PID-3, a column, an element
    drawn: Callable[[int], bytes] = secrets.token_bytes

    def copy(self, body: bytes, flow: Flow) -> Copy:
        """Return the copy of an opened file.

        Raises:
            CaptureError: No copy of it fares as the original does, or its kind cannot be copied.
        """
        if len(body) > MOST_BYTES:
            msg = f"larger than {MOST_BYTES} bytes: capture one message of it"
            raise CaptureError(msg)
        before = self.read(body, flow)
        differing: list[str] = []
        for _ in range(TRIES):
            made = self._made(body, flow)
            after = self.read(made, flow)
            differing = list(_differences(before, after))
            if not differing:
                return Copy(made, after)
        places = ", ".join(differing[:MOST_NAMED])
        msg = f"a copy fares otherwise at {places}; --keep leaves a place as it is"
        raise CaptureError(msg)

    def _made(self, body: bytes, flow: Flow) -> bytes:
        weeks = int.from_bytes(self.drawn(WEEK_BYTES), "big") % MOST_WEEKS + 1
        synthesis = Synthesis(self.drawn(KEY_BYTES), weeks)
        made: bytes | None = None
        match flow.format:
            case "x12" | "edifact" | "hl7":
                copy = Delimited(body, synthesis, self.kept)
                made = copy.written(self._events(body, flow), self._legend)
            case "tabular":
                layout = parse_layout(self.files.read(f"tabular/{flow.layout}.toml"), flow.layout)
                made = rows(body, layout, synthesis, self.kept)
            case "xml":
                made = synthetic_texts.xml(body, synthesis, self.kept)
            case "bank":
                made = synthetic_texts.bank(body, synthesis, self.kept)
        if made is None or len(made) != len(body):
            msg = f"no way to copy this kind of {flow.format} file"
            raise CaptureError(msg)
        return made

    def _legend(self, head: MessageHead) -> Legend:
        format_ = self.formats.get(head.format)
        if not isinstance(format_, Legible):
            msg = f"no way to copy a {head.format} file"
            raise CaptureError(msg)
        return format_.legend(head)

    def _events(self, body: bytes, flow: Flow) -> Iterator[Event]:
        reader = self.formats.get(flow.format).reader(self.profile.options(flow))
        try:
            for chunk in chunks(BytesIO(body)):
                yield from reader.feed(chunk)
            yield from reader.close()
        except PartnerError:
            return  # what was not read is denied as a whole

    def read(self, body: bytes, flow: Flow) -> ReadResult:
        """Read an opened file as the profile says."""
        options = self.profile.options(flow)
        table = self.profile.translate.model_dump(exclude_none=True, exclude_unset=True)
        done = read_and_translate(
            flow.format,
            self.formats.get(flow.format).reader(options),
            chunks(BytesIO(body)),
            lambda head: self.translators.find(head, table | options),
            lambda _body: 0,
        )
        return done.result


def flow_of(profile: PartnerProfile, name: str) -> Flow | None:
    """Return the flow that takes files of a name; None: none does."""
    sent = os.fsencode(name)
    return next((one for one in profile.flow if wanted(sent, one.include)), None)


def case_name(name: str, flow: Flow) -> str:
    """Return a file name for a case: its numbers become zeros where the flow takes it so."""
    safe = safe_file_name(name)
    bare = re.sub("[0-9]", "0", safe)
    return bare if wanted(bare.encode(), flow.include) else safe


def write_case(folder: Path, name: str, body: bytes, facts: dict[str, object]) -> Path:
    """Write a case in the shape of a sample; what it leaves is written by the first test of it.

    Args:
        folder: Of the case; made here.
        name: Of the file: that of :func:`case_name`.
        body: The synthetic copy.
        facts: Of ``case.toml``: partner, what, opened.

    Raises:
        ConflictError: There is something already.
    """
    if folder.exists():
        msg = "there is something in that place already"
        raise ConflictError(msg)
    place = folder / "inbound" / name
    place.parent.mkdir(parents=True)
    place.write_bytes(body)
    (folder / "case.toml").write_text(tomlkit.dumps(facts), "utf-8")
    return place


class Captured(NamedTuple):
    """Where the case of an exchange is, and how it fares: as the exchange's own file."""

    folder: str
    verdict: str
    rules: str


def capture(tools: Tools, order: CaptureOrder) -> Captured:
    """Make a case of an exchange's file; the look at its content is committed first.

    Raises:
        CaptureError: No copy fares as the file does, or it was never opened.
        PolicyError: There is no reason, or no grant to look at payloads.
    """
    with payloads.opened(tools, order.key, order.actor, order.reason) as file:
        body = file.read(MOST_BYTES + 1)
    row = tools.ledger.exchange(order.key)
    if not row.clear:
        msg = "the file was never opened: there is nothing to copy"
        raise CaptureError(msg)
    found = tools.in_force(row)
    flow = received_flow(tools.ledger.entries(row.id), found)
    copying = Capturing(tools.files, tools.formats, tools.translators, found.profile, order.kept)
    copy = copying.copy(body, flow)
    what = f"A {flow.format} file that was {copy.result.verdict}, with synthetic values"
    facts: dict[str, object] = {"partner": row.partner, "what": what}
    facts |= {"opened": True} if flow.envelope else {}
    write_case(order.folder, case_name(row.name, flow), copy.body, facts)
    text = found.path.read_text("utf-8")
    (order.folder / "profile.toml").write_text(local_only(text), "utf-8")
    rules = sorted({one.rule for one in all_findings(copy.result)})
    return Captured(str(order.folder), str(copy.result.verdict), " ".join(rules))


def _differences(before: ReadResult, after: ReadResult) -> Iterator[str]:
    """Yield the places and kinds that two readings differ in; no value is in them."""
    one, two = Counter(map(_seen, all_findings(before))), Counter(map(_seen, all_findings(after)))
    yield from (
        f"{place or 'the file'} ({rule})" for place, rule, *_ in sorted((one - two) | (two - one))
    )
    if list(_verdicts(before)) != list(_verdicts(after)):
        yield "the verdicts"
    if before.documents != after.documents:
        yield "the documents"


def _seen(one: Finding) -> tuple[str, str, str, str, int]:
    place = one.place
    return place.address or place.segment, one.rule, one.code, str(one.severity), place.offset


def _verdicts(result: ReadResult) -> Iterable[Verdict]:
    yield result.verdict
    for interchange in result.interchanges:
        yield interchange.verdict
        for group in interchange.groups:
            yield from (message.verdict for message in group.messages)
