"""The profile's table ``[hl7]`` as this format understands it."""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import NamedTuple

from acktrail.errors import ProfileError
from acktrail.formats.hl7.charset import codec_name

_PATH = re.compile(r"([A-Z][A-Z0-9]{2})(?:-([0-9]{1,3})(?:\.([0-9]{1,3}))?)?")
_WIDE = ("utf-16", "utf-32")
_UNIT_BYTES = 64 << 20
_FINDINGS = 50


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
        whole = Path(segment, field) in self._paths
        return whole or Path(segment, field, component) in self._paths


class Agreed(NamedTuple):
    """What the profile says of one place on top of the version's tables."""

    path: Path
    required: bool = False
    codes: frozenset[str] = frozenset()
    length: int = 0  # characters; 0 = any


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
    processing_ids: frozenset[str] = frozenset()
    charset: str = ""
    wide_charset: str = ""  # utf-16 or utf-32: the whole file is turned into UTF-8 first
    charset_fallback: str = "cp1252"
    on_count_mismatch: str = "reject"
    on_missing_trailer: str = "hold"
    require_terminator: bool = False
    continuation_lines: bool = False
    control_id_fallback: bool = False
    structure_for: Mapping[str, str] = field(default_factory=dict)
    used: Mapping[str, Used] = field(default_factory=dict)  # by message type; "" = any other
    agreed: AgreedRows = ()

    def used_by(self, message_type: str) -> Used:
        """Return what messages of ``message_type`` are needed for."""
        return self.used.get("") or self.used.get(message_type, _NOTHING)


_NOTHING = Used(())


def read_settings(options: Mapping[str, object], used: Mapping[str, Used]) -> Settings:
    """Read the options; ``used`` holds the built-in ones by message type.

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
        processing_ids=frozenset(_texts(options, "processing_ids")),
        charset="utf-8" if wide else charset,
        wide_charset=wide,
        charset_fallback=fallback,
        on_count_mismatch=_one_of(options, "on_count_mismatch", ("reject", "process")),
        on_missing_trailer=_one_of(options, "on_missing_trailer", ("hold", "reject", "process")),
        require_terminator=bool(options.get("require_terminator")),
        continuation_lines=bool(options.get("continuation_lines")),
        control_id_fallback=bool(options.get("control_id_fallback")),
        structure_for={key: str(value) for key, value in _table(options, "structure_for")},
        used=own or used,
        agreed=_agreed(options),
    )


def _agreed(options: Mapping[str, object]) -> AgreedRows:
    rows = [Agreed(path, required=True) for path in read_paths(_texts(options, "required"))]
    rows += [
        Agreed(_path(key), codes=frozenset(map(str, codes)))
        for key, codes in _table(options, "codes")
        if isinstance(codes, Iterable)
    ]
    rows += [Agreed(_path(key), length=int(str(most))) for key, most in _table(options, "lengths")]
    by_segment: dict[str, tuple[Agreed, ...]] = {}
    for row in rows:
        by_segment[row.path.segment] = (*by_segment.get(row.path.segment, ()), row)
    return tuple(sorted(by_segment.items()))


def read_paths(texts: Iterable[str]) -> list[Path]:
    """Read paths such as PID, PID-3, PID-3.1.

    Raises:
        ProfileError: If one is of another form.
    """
    return [_path(text) for text in texts]


def _path(text: str) -> Path:
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
