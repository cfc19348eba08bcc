"""What a profile's ``[edifact]`` table may say, with the defaults of the format."""

from collections.abc import Mapping
from dataclasses import dataclass, fields

from acktrail.errors import ProfileError


@dataclass(frozen=True, slots=True)
class Options:
    """How one file is read. Sizes are bytes; a profile may lower the limits."""

    agreed: tuple[str, ...] = ()  # "ORDERS:D:96A"; empty: every message type
    counts: str = "reject"  # reject | warn: counts of UNT, UNE and UNZ
    encoding: str = ""  # Python codec; wins over 0001 and 0133
    strip_newlines: str = "auto"  # auto | always | never
    repetition: str = "declared"  # declared | none: the sender does not mean it
    control_characters: bool = False  # UNB without UNA may use 0x1D, 0x1F, 0x1C
    max_segment_bytes: int = 64 * 1024
    max_segments: int = 1_000_000  # of a message
    max_message_bytes: int = 200_000_000
    max_findings: int = 1_000  # kept of a message or an interchange; the rest is counted
    max_interchanges: int = 1_000


CHOICES = {
    "counts": ("reject", "warn"),
    "strip_newlines": ("auto", "always", "never"),
    "repetition": ("declared", "none"),
}


def options_of(table: Mapping[str, object]) -> Options:
    """Return the options that ``table`` sets; keys of other readers are ignored.

    Raises:
        ProfileError: If a key has a value of the wrong kind.
    """
    given: dict[str, object] = {}
    for field in fields(Options):
        value = table.get(field.name)
        if value is None:
            continue
        given[field.name] = tuple(value) if isinstance(value, list | tuple) else value
        wrong_kind = type(given[field.name]) is not type(field.default)
        if wrong_kind or value not in CHOICES.get(field.name, (value,)):
            message = f"edifact.{field.name}: not a value that this key can have"
            raise ProfileError(message)
    return Options(**given)  # type: ignore[arg-type]  # each value has its default's type
