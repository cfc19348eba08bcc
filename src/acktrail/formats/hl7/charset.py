"""Which character set a message is in.

Splitting comes after decoding: 0x5C and 0x7C are second bytes in Big5 and Shift-JIS.

Order: the profile's, byte order mark, MSH-18, strict UTF-8, the profile's fallback.
Spec: HL7 v2+ MSH-18 (only the first repetition is the default set), table 0211.
"""

import re

from acktrail.errors import ProfileError
from acktrail.formats.hl7 import rules
from acktrail.formats.hl7.units import UTF8_MARK, Unit
from acktrail.model import Rule

_NAMES = {
    "": "ascii",
    "ASCII": "ascii",
    "ISO IR6": "ascii",
    "UNICODE UTF-8": "utf-8",
    "UTF-8": "utf-8",
    "GB 18030-2000": "gb18030",
    "KS X 1001": "euc_kr",
    "BIG-5": "big5",
    "WINDOWS-1252": "cp1252",
} | {f"8859/{part}": f"iso8859-{part}" for part in (*range(1, 10), 15)}
_UNDECIDED = {"UNICODE", "UNICODE UTF-16", "UNICODE UTF-32"}  # by mark or profile only
_ALLOWED = re.compile(
    r"ascii|utf-8|utf-(?:16|32)(?:-[lb]e)?|latin-1|cp125[0-8]|iso8859-(?:[1-9]|1[013-6])"
    r"|gb18030|gbk|gb2312|big5|shift_jis|cp932|euc_(?:kr|jp)"
)
_MSH_18 = 17  # MSH-1 is the separator itself
_HEADER_BYTES = 4096


# a text, the codec that it was read and is to be answered with, and what was odd
Decoded = tuple[str, str, Rule | None]


def codec_name(name: str, key: str) -> str:
    """Return the codec that a profile names.

    Raises:
        ProfileError: If it is none that can be split after decoding.
    """
    codec = _NAMES.get(name.upper(), name.lower()) if name else ""
    if codec and not _ALLOWED.fullmatch(codec):
        msg = f"hl7.{key}: not a known character set"
        raise ProfileError(msg)
    return codec


def decode(unit: Unit, body: bytes, charset: str, fallback: str) -> Decoded:
    """Decode a message; text that fits nowhere is read as latin-1 and marked UNDECODABLE."""
    if body.isascii() and not charset:
        named = body.find(b"UNICODE", 0, body.find(b"\r")) > 0  # in the header, if CR ends it
        remark = _declared(body)[1] if named else None
        return body.decode("ascii"), "ascii", remark
    if charset:
        return _first(body, (charset,), None) or _unreadable(body)
    if unit.raw.lstrip(b"\r\n\x0b").startswith(UTF8_MARK):
        return _first(body, ("utf-8",), None) or _unreadable(body)
    declared, remark = _declared(body)
    if declared not in ("", "ascii"):
        found = _first(body, (declared,), remark)
        if found:
            return found
    guess = remark or rules.CHARSET_GUESSED
    utf8 = _first(body, ("utf-8",), guess if declared not in ("", "ascii", "utf-8") else remark)
    return utf8 or _first(body, (fallback,), guess) or _unreadable(body)


def _declared(body: bytes) -> tuple[str, Rule | None]:
    """Return the codec of MSH-18, ``""`` when it is not one that we know."""
    header = re.split(rb"[\r\n]", body[:_HEADER_BYTES], maxsplit=1)[0]
    fields = header.split(body[3:4])
    sent = fields[_MSH_18] if len(fields) > _MSH_18 else b""
    name = sent.split(body[5:6] or b"~")[0].decode("latin-1").strip().upper()
    codec = _NAMES.get(name, "")
    unknown = not codec and name not in _UNDECIDED
    return codec, rules.CHARSET_UNKNOWN if unknown else None


def _first(body: bytes, codecs: tuple[str, ...], remark: Rule | None) -> Decoded | None:
    for codec in codecs:
        try:
            return body.decode(codec), codec, remark
        except UnicodeDecodeError:
            continue
    return None


def _unreadable(body: bytes) -> Decoded:
    return body.decode("latin-1"), "latin-1", rules.UNDECODABLE
