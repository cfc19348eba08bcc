"""Rows of a tabular file -> documents, by the ``x-map`` targets of the file's layout.

What a column means stands in the layout; here stand the targets that there are and how a document
of each kind is built from them. Header targets take the first value sent in the document's rows and
a later, different one is a finding; ``lines[].`` targets make one line a row. Columns without a
target are kept under their name in ``ext`` (of health kinds the name only); target ``-`` drops one.
"""

from collections.abc import Callable, Mapping, Sequence
from operator import itemgetter
from typing import NamedTuple, cast

from acktrail.documents.kinds import HEALTH_KINDS, Document
from acktrail.errors import GuideError
from acktrail.formats.tabular.layout import Field, Layout, RecordType
from acktrail.formats.tabular.rows import Row
from acktrail.formats.tabular.schema import parse_layout
from acktrail.model import Finding, MessageHead, Rule, Severity
from acktrail.ports import Segment
from acktrail.translate import charge_rows, sums, trade_rows
from acktrail.translate.row_draft import Aim, Cells, Draft, LineColumns
from acktrail.translate.row_targets import KINDS, fault_of_target

RULES: tuple[Rule, ...] = ()  # those of ``rules`` and ``sums``; none of its own
LINE = "lines[]."
MOST_EXT = 200
REFUSING = frozenset({Severity.ERROR, Severity.FATAL})


class RowAims(NamedTuple):
    """What is done with the rows of one record type."""

    aims: tuple[Aim, ...]  # of columns that speak of the document as a whole, or are kept
    header: Callable[[Cells], Cells]  # the cells of ``aims``
    line: Callable[[Cells], Cells]  # the cells that speak of a line


class RowTranslator:
    """Builds the documents of one message at a time (fulfils ``translator.Translator``)."""

    def __init__(self, layout: Layout, options: Mapping[str, object]) -> None:
        """Compile the targets.

        Raises:
            GuideError: If the layout's kind or a target is not known, or does not fit its column.
        """
        self._kind = layout.kind
        self._health = layout.kind in HEALTH_KINDS
        _check_targets(layout)
        defaults = layout.defaults
        self._defaults = {k: v for k, v in defaults.items() if not k.startswith(LINE)}
        aims = {one.match or "row": _aims(one) for one in (layout.main, *layout.others)}
        self._rows = {tag: _row_aims(found) for tag, found in aims.items()}
        of_lines = {k.removeprefix(LINE): v for k, v in defaults.items() if k.startswith(LINE)}
        columns = {tag: LineColumns(found, of_lines) for tag, found in aims.items()}
        self._build: Callable[[Draft], Document | None]
        if layout.kind == "charge":
            self._build = charge_rows.Charges(columns).build
        else:
            units = _texts(options.get("units"))
            self._build = trade_rows.Trades(layout.kind, columns, units).build
        self._checks = _texts(options.get("checks"))
        if options.get("currency"):
            self._defaults.setdefault("currency", str(options["currency"]))
        self._draft = Draft()
        self._said: dict[str, Cells] = {}  # by record type: what its last row said of the document

    def start(self, head: MessageHead) -> None:
        """Begin a message."""
        self._draft = Draft(head.sender, dict(self._defaults))
        self._said = {}

    def segment(self, segment: Segment) -> None:
        """Take a row; what it says of the document again is passed over."""
        row, draft = cast("Row", segment), self._draft
        cells, tag = row.cells, row.tag
        known = self._rows[tag]
        if draft.first is None:
            draft.first = row
        said = known.header(cells)
        if said != self._said.get(tag):
            self._said[tag] = said
            self._take(known.aims, row, draft)
        if any(known.line(cells)):
            draft.lines.append(row)

    def _take(self, aims: Sequence[Aim], row: Row, draft: Draft) -> None:
        """Take what a row says of the document."""
        for aim in aims:
            text = row.cells[aim.element - 1]
            if not text:
                continue
            for target in aim.header:
                draft.put(target, text, row, aim)
            if aim.kept and len(draft.ext) < MOST_EXT:
                draft.ext.setdefault(aim.name, "" if self._health else text)

    def finish(self) -> tuple[tuple[Document, ...], tuple[Finding, ...]]:
        """End the message: its one document, unless an error stands against it."""
        draft, self._draft = self._draft, Draft()
        document = self._build(draft)
        if document is not None:
            places = [row.place for row in draft.lines]
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


def _row_aims(aims: Sequence[Aim]) -> RowAims:
    of_document = tuple(one for one in aims if one.header or one.kept)
    of_line = [one for one in aims if one.line]
    return RowAims(of_document, _picker(of_document), _picker(of_line))


def _picker(aims: Sequence[Aim]) -> Callable[[Cells], Cells]:
    """Return what takes the cells of some columns."""
    cells = [aim.element - 1 for aim in aims]
    if len(cells) > 1:
        return itemgetter(*cells)
    return lambda row: [row[at] for at in cells]


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
