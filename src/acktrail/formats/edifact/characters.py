"""Service characters, character sets and repertoires of an interchange.

Spec: ISO 9735-1, service string advice and default service characters; lists 0001 and 0133.
"""

import codecs
import re
import string
from typing import NamedTuple

from acktrail.formats.delimited import Marks

DEFAULT_MARKS = Marks(element="+", component=":", repetition="*", segment="'", release="?")
CONTROL_MARKS = Marks(element="\x1d", component="\x1f", repetition="", segment="\x1c")
UNA_LENGTH = 9
BLANKS = " \r\n"

CODECS = {
    "UNOA": "ascii",
    "UNOB": "ascii",
    "UNOC": "latin-1",
    "UNOD": "iso8859-2",
    "UNOE": "iso8859-5",
    "UNOF": "iso8859-7",
    "UNOG": "iso8859-3",
    "UNOH": "iso8859-4",
    "UNOI": "iso8859-6",
    "UNOJ": "iso8859-8",
    "UNOK": "iso8859-9",
    "UNOL": "iso8859-15",
    "UNOW": "utf-8",
}
# 0133; the encodings whose delimiters are not single ASCII bytes (3 EBCDIC, 5, 6, 8) are refused
CODED = {"1": "ascii", "2": "latin-1", "4": "cp850", "7": "utf-8"}
KNOWN_SETS = frozenset(CODECS) | {"UNOX", "UNOY"}

# repertoires of level A and B, without what is a service character anyway
LEVEL_A = string.ascii_uppercase + string.digits + " .,-()/=!\"%&*;<>'+:?"
LEVEL_B = LEVEL_A + string.ascii_lowercase + "@#$[]{}\\|^_`~"
LINE_ENDS = "\r\n"
CONTROLS = bytes(range(0x20)) + b"\x7f"


class Script(NamedTuple):
    """How the text of one interchange is cut and decoded."""

    marks: Marks
    codec: str = "latin-1"
    syntax: int = 3


def marks_of(una: bytes) -> Marks | None:
    """Return what nine bytes of service string advice declare; None when that is unusable.

    A blank says "none" for the release and the repetition character only.
    """
    text = una.decode("latin-1")
    component, element, decimal, release, repetition, segment = tuple(text[3:UNA_LENGTH])
    signs = [component, element, segment]
    signs += [sign for sign in (decimal, release, repetition) if sign != " "]
    usable = len(set(signs)) == len(signs) and not any(re.match(r"[0-9A-Za-z]", s) for s in signs)
    if not usable or " " in signs[:3] or max(una) > ord("~"):
        return None
    return Marks(
        element, component, repetition.strip(" "), segment, release.strip(" "), decimal=decimal
    )


def una_of(marks: Marks) -> str:
    """Return the six service characters as UNA would declare them."""
    signs = (marks.component, marks.element, marks.decimal, marks.release, marks.repetition)
    return "".join(sign or " " for sign in signs) + marks.segment


def codec_of(identifier: str, coded: str) -> str:
    """Return the codec that 0001 and 0133 name; ``""`` when we do not read it."""
    if identifier in ("UNOX", "UNOY") or coded:
        return CODED.get(coded, "")
    return CODECS.get(identifier, "")


def known_codec(name: str) -> bool:
    """Tell whether ``name`` is a codec whose ASCII bytes mean ASCII, as cutting needs it."""
    sample = bytes(range(0x20, 0x7F))
    try:
        return codecs.lookup(name).decode(sample)[0] == sample.decode("ascii")
    except (LookupError, UnicodeDecodeError):
        return False


def repertoire_of(identifier: str, marks: Marks) -> bytes:
    """Return every byte that may stand in a text: the repertoire, line ends, service characters.

    What ``bytes.translate(None, repertoire)`` leaves over is outside.
    """
    if identifier in ("UNOA", "UNOB"):
        allowed = (LEVEL_A if identifier == "UNOA" else LEVEL_B).encode()
    else:
        allowed = bytes(range(256)).translate(None, CONTROLS)
    return allowed + (LINE_ENDS + "".join(marks[:4]) + marks.release).encode()


def decodes(text: str, codec: str) -> bool:
    """Tell whether the bytes that ``text`` stands for are valid in ``codec``."""
    if codec == "latin-1" or text.isascii():
        return True
    try:
        text.encode("latin-1").decode(codec)
    except UnicodeDecodeError:
        return False
    return True


def decoded(text: str, codec: str) -> str:
    """Return ``text``, one character a byte, decoded; ``""`` where that is impossible.

    A replacement character would look like data. The message has its finding by then.
    """
    if codec == "latin-1" or text.isascii():
        return text
    try:
        return text.encode("latin-1").decode(codec)
    except UnicodeDecodeError:
        return ""
