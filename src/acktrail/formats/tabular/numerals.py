"""Numbers as mainframes store them -> signed decimal text: packed decimal and overpunched signs.

Both write the sign into a nibble beside the last digit: C, and F for unsigned, are plus, D is
minus. In a display number that nibble is the zone of the last character, so ``12}`` is -120: in
EBCDIC X'C0'..X'C9' and X'D0'..X'D9' are the digits with plus and minus, and ASCII files carry the
characters that those bytes are in code page 037. What is not so written is no number here:
leniency would make a shifted record a wrong amount.

Spec: IBM Enterprise COBOL Language Reference, USAGE DISPLAY and PACKED-DECIMAL, SIGN clause.
"""

from collections.abc import Callable

from acktrail.formats.tabular.layout import Field, Layout

EBCDIC = frozenset({"cp037", "cp273", "cp500", "cp1140"})
NO_NUMBER = "?"  # what no column takes for a number
SIGNS = {"c": "", "f": "", "d": "-"}
ZONES = {
    sign: (nibble, str(digit))
    for nibble, signs in (("c", "{ABCDEFGHI"), ("d", "}JKLMNOPQR"), ("f", "0123456789"))
    for digit, sign in enumerate(signs)
}


def is_stored(field: Field) -> bool:
    """Tell whether the column's bytes are not the text of its number."""
    return field.usage == "packed" or field.sign == "overpunch"


def stored_number(field: Field, body: bytes, encoding: str) -> str:
    """Return a number with its sign in front, ``""`` for blanks, :data:`NO_NUMBER` for neither."""
    blank = " ".encode(encoding)
    if not body.strip(blank):
        return ""
    if field.usage == "packed":
        return _signed(body.hex()[:-1], body.hex()[-1])
    body = body.lstrip(blank)  # a blank behind would move the digits
    if encoding in EBCDIC:
        last = body[-1:].hex()
        nibble, digit = last[0], last[1]
    else:
        nibble, digit = ZONES.get(chr(body[-1]), ("", ""))
    return _signed(body[:-1].decode(encoding, "replace") + digit, nibble)


def teller(field: Field, layout: Layout) -> Callable[[str], str]:
    """Return what makes the text of a cell as it stands in its record, a character a byte.

    The cell of a delimited file is its text.
    """
    if not field.start:
        return str
    ebcdic = layout.encoding in EBCDIC
    encoding = layout.encoding if ebcdic else "latin-1"
    pad = " " if field.pad == "0" else field.pad
    if is_stored(field):
        return lambda cell: stored_number(field, cell.encode("latin-1", "replace"), encoding)
    if ebcdic:
        return lambda cell: cell.encode("latin-1").decode(encoding).strip(pad)
    return lambda cell: cell.strip(pad)


def _signed(digits: str, nibble: str) -> str:
    if nibble not in SIGNS or not (digits.isascii() and digits.isdigit()):
        return NO_NUMBER
    return SIGNS[nibble] + digits if digits.strip("0") else digits
