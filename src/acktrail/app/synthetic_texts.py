"""Synthetic copies of XML documents and bank statements: by element and by field."""

import re
from typing import Final

from acktrail.security.synthetic import Synthesis

# Elements whose text is a code, and attributes that hold none of a person's values.
_CODED = re.compile(
    "(?:.*(?:Code|Ind|Indicator|Cd|Version|VersionID|CustomizationID|ProfileID)|Sts|Ccy)"
)
_NUMERIC = re.compile(".*(?:Amt|Amount|Qty|Quantity|Price|Nb|NbOfTxs|Sum|Money|Rate|Percent|PgNb)")
_ATTRIBUTES: Final = frozenset(
    """
    Ccy currencyID unitCode schemeID schemeName schemeAgencyID listID listAgencyID code codeSystem
    codeSystemName root classCode moodCode typeCode determinerCode nullFlavor lang version currency
    domain method type quantity lineNumber encoding standalone inversionInd use operator operation
    purpose
    """.split()  # noqa: SIM905 - as the standards list them
)
_PARTS = re.compile(
    r"(?P<kept><\?.*?\?>|<!\[CDATA\[|\]\]>|<![A-Z][^>\[]*(?:\[.*?\]\s*)?>|<[^!>][^>]*>)"
    r"|(?P<comment><!--.*?-->)|(?P<text>[^<\]]+|.)",
    re.DOTALL,
)
_NAME = re.compile(r"<(?!/)(?:[\w.-]+:)?([\w.-]+)")
_ATTRIBUTE = re.compile(r"""([\w:.-]+)(\s*=\s*)("[^"]*"|'[^']*')""")


def xml(body: bytes, synthesis: Synthesis, kept: frozenset[str]) -> bytes | None:
    """Return the copy of an XML document; ``kept`` names elements; None: it is UTF-16."""
    if b"\0" in body[:64]:
        return None
    done: list[str] = []
    element = ""

    def attribute(found: re.Match[str]) -> str:
        name = found[1].rpartition(":")[2]
        if found[1].startswith(("xmlns", "xsi:")) or name in _ATTRIBUTES or name in kept:
            return found[0]
        quote = found[3][0]
        return found[1] + found[2] + quote + synthesis.value(found[3][1:-1]) + quote

    for part in _PARTS.finditer(body.decode("latin-1")):
        text = part[0]
        if part["text"]:
            coded = element in kept or _CODED.fullmatch(element)
            number = bool(_NUMERIC.fullmatch(element))
            done.append(text if coded else _value(text, synthesis, number=number))
        elif part["comment"]:
            done.append(re.sub("[^\r\n-]", " ", text[4:-3]).join(("<!--", "-->")))
        else:
            name = _NAME.match(text)
            element = name[1] if name else ""
            done.append(_ATTRIBUTE.sub(attribute, text) if name else text)
    return "".join(done).encode("latin-1")


def _value(text: str, synthesis: Synthesis, *, number: bool) -> str:
    """Replace a text, but for the white space around it and its references."""
    inner = text.strip()
    if not inner:
        return text
    made = "".join(
        one if one.startswith("&") else synthesis.value(one, plain=number)
        for one in re.split(r"(&#?\w+;)", inner)
    )
    return text.replace(inner, made, 1)


_FIELD = re.compile(r":([0-9]{2}[A-Z]?):")
_MARKED = re.compile(r"(\?[0-9]{2}|/[A-Z]{4}/|[+/ ])")
_LINE = re.compile(r"([0-9]{6}(?:[0-9]{4})?[A-Z]{1,3}[0-9]+,[0-9]*[A-Z][A-Z0-9]{3})(.*)", re.DOTALL)
_OPEN = frozenset({"20", "21", "25", "25P", "61", "86"})  # fields with values of somebody
_BAI2_FIRST = {"03": 1, "16": 4, "88": 1}  # the first value that is replaced
_BAI2_LAST = {"03": 1}


def bank(body: bytes, synthesis: Synthesis, kept: frozenset[str]) -> bytes:
    """Return the copy of an MT940, MT942 or BAI2 file; ``kept`` names fields or record codes.

    Balances, amounts, days and kinds of entry stay: they have to agree with each other.
    """
    lines = body.decode("latin-1").splitlines(keepends=True)
    is_bai2 = next((one for one in lines if one.strip()), "").startswith("01,")
    if is_bai2:
        return "".join(_bai2_line(line, synthesis, kept) for line in lines).encode("latin-1")
    done, field = [], ""
    for line in lines:
        tag = _FIELD.match(line)
        field = tag[1] if tag else field
        start = tag.end() if tag else 0
        closed = field not in _OPEN or field in kept or line.startswith(("-", "{"))
        rest = line[start:]
        done.append(line[:start] + (rest if closed else _mt940(field, rest, synthesis)))
    return "".join(done).encode("latin-1")


def _mt940(field: str, text: str, synthesis: Synthesis) -> str:
    head = _LINE.match(text) if field == "61" else None
    first, rest = head.groups() if head else ("", text)
    return first + "".join(
        one if _MARKED.fullmatch(one) else synthesis.value(one) for one in _MARKED.split(rest)
    )


def _bai2_line(line: str, synthesis: Synthesis, kept: frozenset[str]) -> str:
    code, first = line[:2], _BAI2_FIRST.get(line[:2], 100)
    if code in kept:
        return line
    last = _BAI2_LAST.get(code, 100)
    parts = re.split("([,/\r\n])", line)
    return "".join(
        synthesis.value(one) if at % 2 == 0 and first <= at // 2 <= last else one
        for at, one in enumerate(parts)
    )
