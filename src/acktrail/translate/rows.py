"""Rows of a tabular file -> documents, by the ``x-map`` targets of the file's layout.

What a column means stands in the layout; here stand the targets that there are and how a document
of each kind is built from them. Header targets take the first value sent in the document's rows and
a later, different one is a finding; ``lines[].`` targets make one line a row. Columns without a
target are kept under their name in ``ext`` (of health kinds the name only); target ``-`` drops one.
"""

from collections.abc import Mapping
from typing import NamedTuple

from acktrail.documents.kinds import HEALTH_KINDS, Document
from acktrail.errors import GuideError
from acktrail.formats.tabular.layout import Field, Layout, RecordType
from acktrail.formats.tabular.schema import parse_layout
from acktrail.model import Finding, MessageHead, Rule, Severity
from acktrail.ports import Segment
from acktrail.translate import charge_rows, sums, trade_rows
from acktrail.translate.row_draft import Draft, LineDraft
from acktrail.translate.row_targets import KINDS, fault_of_target

RULES: tuple[Rule, ...] = ()  # those of ``rules`` and ``sums``; none of its own
LINE = "lines[]."
MOST_EXT = 200
REFUSING = frozenset({Severity.ERROR, Severity.FATAL})


class Aim(NamedTuple):
    """Where one column goes."""

    element: int  # number of the column, from 1
    name: str
    header: tuple[str, ...]  # targets of the document
    line: tuple[str, ...]  # targets of the line, without ``lines[].``
    kept: bool  # no target: goes to ext


class RowTranslator:
    """Builds the documents of one message at a time (fulfils ``translator.Translator``)."""

    def __init__(self, layout: Layout, options: Mapping[str, object]) -> None:
        """Compile the targets.

        Raises:
            GuideError: If the layout's kind or a target is not known, or does not fit its column.
        """
        self._kind = layout.kind
        self._health = layout.kind in HEALTH_KINDS
        self._aims = {one.match or "row": _aims(one) for one in (layout.main, *layout.others)}
        _check_targets(layout)
        self._defaults = layout.defaults
        self._units = _texts(options.get("units"))
        self._checks = _texts(options.get("checks"))
        self._currency = str(options.get("currency") or "")
        self._draft = Draft()

    def start(self, head: MessageHead) -> None:
        """Begin a message."""
        header = {k: v for k, v in self._defaults.items() if not k.startswith(LINE)}
        defaults = {
            k.removeprefix(LINE): v for k, v in self._defaults.items() if k.startswith(LINE)
        }
        if self._currency:
            header.setdefault("currency", self._currency)
        self._draft = Draft(head.sender, dict(header), dict(defaults), dict(self._units))

    def segment(self, segment: Segment) -> None:
        """Take a row."""
        draft, place = self._draft, segment.place
        draft.place = draft.place or place
        line = LineDraft(place)
        for aim in self._aims.get(segment.tag, ()):
            text = segment.get(aim.element)
            if not text:
                continue
            for target in aim.header:
                draft.put(target, text, place, aim)
            for target in aim.line:
                line.values[target] = text
                line.columns[target] = aim
            if aim.kept and len(draft.ext) < MOST_EXT:
                draft.ext.setdefault(aim.name, "" if self._health else text)
        if line.values:
            draft.lines.append(line)

    def finish(self) -> tuple[tuple[Document, ...], tuple[Finding, ...]]:
        """End the message: its one document, unless an error stands against it."""
        draft, self._draft = self._draft, Draft()
        build = charge_rows.build if self._kind == "charge" else trade_rows.build
        document = build(self._kind, draft)
        if document is not None:
            places = [line.place for line in draft.lines]
            draft.findings += sums.check(document, self._checks, places)
        refused = any(finding.severity in REFUSING for finding in draft.findings)
        documents = () if refused or document is None else (document,)
        return documents, tuple(draft.findings)


def translator(layout: Layout | bytes, options: Mapping[str, object]) -> RowTranslator:
    """Return a translator for a layout, parsed or as its TOML bytes.

    Options, all optional: ``currency`` (ISO 4217, where none is sent), ``units`` (sender's unit ->
    UN/ECE Recommendation 20), ``checks`` (see :func:`acktrail.translate.sums.check`).

    Raises:
        GuideError: If the layout or one of its targets is wrong.
    """
    parsed = layout if isinstance(layout, Layout) else parse_layout(layout, "layout")
    return RowTranslator(parsed, options)


def _texts(value: object) -> dict[str, str]:
    if not isinstance(value, Mapping):
        return {}
    return {str(key): str(one) for key, one in value.items()}


def _aims(record: RecordType) -> tuple[Aim, ...]:
    return tuple(
        Aim(
            number,
            field.name,
            tuple(t for t in field.targets if t != "-" and not t.startswith(LINE)),
            tuple(t.removeprefix(LINE) for t in field.targets if t.startswith(LINE)),
            not field.targets,
        )
        for number, field in enumerate(record.fields, 1)
    )


def _check_targets(layout: Layout) -> None:
    if layout.kind not in KINDS:
        msg = f"{layout.id}: kind: must be one of {', '.join(sorted(KINDS))}"
        raise GuideError(msg)
    fields: list[tuple[Field, str]] = [
        (field, target)
        for record in (layout.main, *layout.others)
        for field in record.fields
        for target in field.targets
    ]
    faults = [
        f"{layout.id}: column {field.name}: {fault}"
        for field, target in fields
        if (fault := fault_of_target(layout.kind, target, field.type))
    ]
    faults += [
        f"{layout.id}: defaults: {fault}"
        for target in layout.defaults
        if (fault := fault_of_target(layout.kind, target, ""))
    ]
    if faults:
        raise GuideError(*faults)
