"""The profile's table ``[hl7]`` as this format understands it."""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import NamedTuple

from acktrail.errors import ProfileError
from acktrail.formats.hl7.charset import codec_name
from acktrail.formats.hl7.rules import MOVABLE
from acktrail.model import Severity

_PATH = re.compile(r"([A-Z][A-Z0-9]{2})(?:-([0-9]{1,3})(?:\.([0-9]{1,3}))?)?")
_WIDE = ("utf-16", "utf-32")
_UNIT_BYTES = 64 << 20
_FINDINGS = 50
_SEVERITIES = ("info", "warning", "error")
_EXAMPLE = '"hl7.z_segment"'


class Path(NamedTuple):
    """A segment, a field (FT1-4) or a component (FT1-11.1); 0 = the whole."""

    segment: str
    field: int = 0
    component: int = 0


class Used:
    """What a message is needed for: a fault elsewhere does not fail it."""

    __slots__ = ("_fields", "_paths", "segments")

    def __init__(self, paths: Iterable[Path]) -> None:
        self._paths = frozenset(paths)
        self._fields = frozenset((path.segment, path.field) for path in self._paths)
        self.segments = frozenset(path.segment for path in self._paths)

    def needs(self, segment: str) -> bool:
        """Tell whether the message cannot do without the segment."""
        return Path(segment) in self._paths

    def reads(self, segment: str, field: int, component: int) -> bool:
        """Tell whether a fault there matters; component 0 is the whole field."""
        if not component:
            return (segment, field) in self._fields
        paths = self._paths  # a plain tuple is as equal, and made sooner
        return (segment, field, 0) in paths or (segment, field, component) in paths


class Condition(NamedTuple):
    """What has to be true of a place for a row of a partner specification to hold."""

    path: Path
    sent: bool = True  # False: not sent, or, with codes, none of them
    codes: frozenset[str] = frozenset()  # empty: any value


class Agreed(NamedTuple):
    """What the profile, or a partner specification, says of one place beside the tables.

    Usage is that of chapter 2B: R required, RE required but may be empty, O optional, X not
    supported. Where a condition of ``when`` does not hold, all that the row says is ``otherwise``.
    """

    path: Path
    usage: str = "O"
    codes: frozenset[str] = frozenset()
    length: int = 0  # characters at most; 0 = any
    shortest: int = 0
    least: int = 0  # repetitions
    most: int = 0  # 0 = any
    pattern: str = ""
    when: tuple[Condition, ...] = ()
    otherwise: str = "O"
    severity: Severity | None = None  # in place of each rule's own


AgreedRows = tuple[tuple[str, tuple[Agreed, ...]], ...]  # by segment


@dataclass(frozen=True, slots=True)
class Settings:
    """Values of the profile, with defaults for a file without one."""

    max_unit_bytes: int = _UNIT_BYTES
    max_findings: int = _FINDINGS
    strict: bool = False
    order: str = "strict"
    versions: frozenset[str] = frozenset()
    events: frozenset[str] = frozenset()  # DFT^P03, or DFT for all of a type
    unsubscribed: str = "reject"  # what an event gets that is not among them
    processing_ids: frozenset[str] = frozenset()
    charset: str = ""
    wide_charset: str = ""  # utf-16 or utf-32: the whole file is turned into UTF-8 first
    charset_fallback: str = "cp1252"
    on_count_mismatch: str = "reject"
    totals: Path | None = None  # what BTS-3 is the sum of, over all messages of the batch
    on_missing_trailer: str = "hold"
    require_terminator: bool = False
    continuation_lines: bool = False
    control_id_fallback: bool = False
    severities: Mapping[str, Severity] = field(default_factory=dict)  # by rule, in place of its own
    functional: bool = False  # answers of their own for master files and orders
    structure_for: Mapping[str, str] = field(default_factory=dict)
    used: Mapping[str, Used] = field(default_factory=dict)  # by message type; "" = any other
    known: frozenset[str] = frozenset()  # types and events that we make something of, or keep
    agreed: Mapping[str, AgreedRows] = field(default_factory=dict)  # by message type; "" = other

    def used_by(self, type_: str, kind: str) -> Used:
        """Return what messages of DFT^P03, else of all of DFT, are needed for."""
        return self.used.get("") or self.used.get(type_) or self.used.get(kind, _NOTHING)

    def agreed_on(self, type_: str, kind: str) -> AgreedRows:
        """Return what is agreed on for DFT^P03, else for all of DFT, else for every message."""
        rows = self.agreed.get(type_)
        if rows is None:
            rows = self.agreed.get(kind)
        return self.agreed.get("", ()) if rows is None else rows


_NOTHING = Used(())


def read_settings(
    options: Mapping[str, object],
    used: Mapping[str, Used],
    specified: Iterable[tuple[tuple[str, ...], tuple[Agreed, ...]]] = (),
) -> Settings:
    """Read the options.

    Args:
        options: The profile's table ``[hl7]``.
        used: What our maps use, by message type.
        specified: Rows of the partner specifications that the profile names, by message types.

    Raises:
        ProfileError: If a path or a character set makes no sense.
    """
    charset = codec_name(str(options.get("charset") or ""), "charset")
    wide = charset if charset.startswith(_WIDE) else ""
    own = {"": Used(read_paths(_texts(options, "used")))} if options.get("used") else {}
    fallback = codec_name(str(options.get("charset_fallback") or "cp1252"), "charset_fallback")
    return Settings(
        max_unit_bytes=_number(options, "max_unit_bytes", _UNIT_BYTES),
        max_findings=_number(options, "max_findings", _FINDINGS),
        strict=bool(options.get("strict")),
        order=_one_of(options, "order", ("strict", "relaxed")),
        versions=frozenset(_texts(options, "versions")),
        events=frozenset(_texts(options, "events")),
        unsubscribed=_one_of(options, "unsubscribed", ("reject", "keep")),
        processing_ids=frozenset(_texts(options, "processing_ids")),
        charset="utf-8" if wide else charset,
        wide_charset=wide,
        charset_fallback=fallback,
        on_count_mismatch=_one_of(options, "on_count_mismatch", ("reject", "process")),
        totals=read_path(str(options["totals"])) if options.get("totals") else None,
        on_missing_trailer=_one_of(options, "on_missing_trailer", ("hold", "reject", "process")),
        require_terminator=bool(options.get("require_terminator")),
        continuation_lines=bool(options.get("continuation_lines")),
        control_id_fallback=bool(options.get("control_id_fallback")),
        severities=_severities(options),
        functional=bool(options.get("functional")),
        structure_for={key: str(value) for key, value in _table(options, "structure_for")},
        used=own or used,
        known=frozenset(used),
        agreed=by_type(_agreed(options), specified),
    )


def _severities(options: Mapping[str, object]) -> dict[str, Severity]:
    """Read what the profile makes of rules about a message; it may move one, never invent one."""
    moved = dict[str, Severity]()
    for name, value in _table(options, "severity"):
        if name not in MOVABLE or value not in _SEVERITIES:
            msg = (
                f"hl7.severity: a rule about a message, such as {_EXAMPLE}; info, warning or error"
            )
            raise ProfileError(msg)
        moved[name] = Severity(str(value))
    return moved


def _agreed(options: Mapping[str, object]) -> list[Agreed]:
    rows = [Agreed(path, usage="R") for path in read_paths(_texts(options, "required"))]
    rows += [
        Agreed(read_path(key), codes=frozenset(map(str, codes)))
        for key, codes in _table(options, "codes")
        if isinstance(codes, Iterable)
    ]
    for key, most in _table(options, "lengths"):
        rows.append(Agreed(read_path(key), length=int(str(most))))
    return rows


def by_type(
    everywhere: Iterable[Agreed], specified: Iterable[tuple[tuple[str, ...], tuple[Agreed, ...]]]
) -> dict[str, AgreedRows]:
    """Arrange rows by message type and segment; those of a whole type hold for its events too."""
    common = tuple(everywhere)
    rows = {"": common}
    named = [(name, own) for types, own in specified for name in types]
    for name, own in sorted(named, key=lambda one: "^" in one[0]):
        whole = rows.get(name.partition("^")[0], common)
        rows[name] = rows.get(name, whole) + own
    return {name: _by_segment(own) for name, own in rows.items()}


def _by_segment(rows: Iterable[Agreed]) -> AgreedRows:
    by_segment: dict[str, tuple[Agreed, ...]] = {}
    for row in rows:
        by_segment[row.path.segment] = (*by_segment.get(row.path.segment, ()), row)
    return tuple(by_segment.items())


def read_paths(texts: Iterable[str]) -> list[Path]:
    """Read paths such as PID, PID-3, PID-3.1.

    Raises:
        ProfileError: If one is of another form.
    """
    return [read_path(text) for text in texts]


def read_path(text: str) -> Path:
    """Read one path.

    Raises:
        ProfileError: If it is of another form.
    """
    match = _PATH.fullmatch(text)
    if not match:
        msg = "hl7: a path is not of the form PID, PID-3 or PID-3.1"
        raise ProfileError(msg)
    return Path(match.group(1), int(match.group(2) or 0), int(match.group(3) or 0))


def _texts(options: Mapping[str, object], key: str) -> list[str]:
    value = options.get(key)
    if isinstance(value, str):
        return [value]
    return [str(one) for one in value] if isinstance(value, Iterable) else []


def _table(options: Mapping[str, object], key: str) -> list[tuple[str, object]]:
    value = options.get(key)
    return [(str(name), one) for name, one in value.items()] if isinstance(value, Mapping) else []


def _number(options: Mapping[str, object], key: str, default: int) -> int:
    value = options.get(key)
    return value if isinstance(value, int) and value > 0 else default


def _one_of(options: Mapping[str, object], key: str, known: tuple[str, ...]) -> str:
    value = str(options.get(key) or known[0])
    if value not in known:
        msg = f"hl7.{key}: one of {', '.join(known)}"
        raise ProfileError(msg)
    return value
