"""HL7 files that are made to hurt: same arguments, same bytes. The argument is a size in bytes."""

from collections.abc import Callable

from tests.generators.hl7 import dft, written


def _with(line: str) -> bytes:
    """Return a message with a line at its end."""
    return written([*dft(), line])


def _repeated(piece: str, size: int) -> str:
    return piece * (size // len(piece))


def _between(piece: bytes, size: int) -> bytes:
    """Return two messages with a run of something between them."""
    return written(dft(1)) + piece * (size // len(piece)) + written(dft(2))


HOSTILE: dict[str, Callable[[int], bytes]] = {
    "field separators": lambda size: _with("NTE|1|" + "|" * size),
    "component separators": lambda size: _with("OBX|1|CE|" + "^" * size),
    "subcomponent separators": lambda size: _with("OBX|1|CE|" + "&" * size),
    "empty repetitions": lambda size: _with("IN1|2|P|" + "~" * size),
    "repetitions, each with a fault": lambda size: _with(
        "GT1|1|G1|A^B|||||" + _repeated("20260231~", size)
    ),
    "escape characters": lambda size: _with("NTE|1||" + "\\" * size),
    "escape sequences": lambda size: _with("NTE|1||" + _repeated("\\X41\\", size)),
    "unknown escape sequences": lambda size: _with("NTE|1||" + _repeated("\\Q\\", size)),
    "one long field": lambda size: _with("NTE|1||" + "A" * size),
    "one long line that is no segment": lambda size: _with("a" * size),
    "run of CR": lambda size: _between(b"\r", size),
    "run of LF": lambda size: _between(b"\n", size),
    "run of CR LF": lambda size: _between(b"\r\n", size),
    "run of MLLP bytes": lambda size: _between(b"\x1c\r\x0b", size),
    "LF inside a message with CR": lambda size: _with("NTE|1||" + "\n" * size),
    "short segments": lambda size: _with(_repeated("FT1|1\r", size)),
    "segments of unknown names": lambda size: _with(
        "\r".join(f"{chr(65 + n % 26)}{chr(65 + n // 26 % 26)}{n % 10}|1" for n in range(size // 6))
    ),
    "headers that are cut": lambda size: written(dft()) + b"MSH|^~\\&|A\r" * (size // 11),
    "headers with repeated delimiters": lambda size: b"MSH||||||||\r" * (size // 12),
    "batches in batches": lambda size: b"BHS|^~\\&|A\r" * (size // 11),
}
