"""The fast answer: one regex a segment that accepts what is surely right.

A match means that the slow checker (``checker``) finds nothing; a miss means nothing at all. So
the pattern may be stricter than the directory: it knows neither release characters nor
repetitions. All quantifiers over text are possessive over classes without delimiters, so that a
miss is found in linear time.
"""

import re

from acktrail.formats.delimited import Marks
from acktrail.formats.edifact.directory import Composite, Element, Shape

DAY = r"[0-9]{4}(?:0[1-9]|1[0-2])(?:0[1-9]|[12][0-9]|3[01])"
MINUTE = r"(?:[01][0-9]|2[0-3])[0-5][0-9]"
# 2379: how 2380 is written
DATE_FORMS = {
    "102": DAY,
    "203": DAY + MINUTE,
    "204": DAY + MINUTE + r"[0-5][0-9]",
    "718": DAY + DAY,
}


def pattern_of(tag: str, parts: tuple[Element, ...], marks: Marks) -> re.Pattern[str]:
    """Compile the pattern of a whole segment, tag included, terminator not."""
    element = re.escape(marks.element)
    return re.compile(re.escape(tag) + _list(parts, element, lead=element, marks=marks))


def _list(parts: tuple[Element, ...], mark: str, lead: str, marks: Marks) -> str:
    """Return the pattern of parts from left to right; conditional ones at the end may lack."""
    pattern, needed = "", False
    for number in range(len(parts) - 1, -1, -1):
        part = parts[number]
        needed = needed or part.mandatory
        before = lead if number == 0 else mark
        pattern = before + _part(part, marks) + pattern
        if not needed:
            pattern = f"(?:{pattern})?"
    return pattern


def _part(part: Element, marks: Marks) -> str:
    if isinstance(part, Shape):
        if part.kind == "an" and part.least == 1 and not part.mandatory:
            return f"[^{_armed(marks)}]{{0,{part.most}}}+"
        value = _value(part, marks)
    elif part.id == "C507":
        value = _date(part, marks)
    else:
        value = _composite(part, marks)
    needless = isinstance(part, Composite) and not any(one.mandatory for one in part.parts)
    return value if part.mandatory or needless else f"(?:{value})?"


def _composite(part: Composite, marks: Marks) -> str:
    colon = re.escape(marks.component)
    value = _list(part.parts, colon, lead="", marks=marks)
    if part.mandatory and not any(shape.mandatory for shape in part.parts):
        return f"(?={colon}*+[^{_armed(marks)}]){value}"  # any component, but at least one
    return value


def _date(part: Composite, marks: Marks) -> str:
    colon = re.escape(marks.component)
    forms = "|".join(f"{form}{colon}{code}" for code, form in DATE_FORMS.items())
    return f"{_value(part.parts[0], marks)}{colon}(?:{forms})"


def _value(shape: Shape, marks: Marks) -> str:
    most = shape.most
    if shape.kind == "n":
        return _number(shape, marks)
    if shape.kind == "a":
        return f"[A-Za-z]{{{shape.least},{most}}}+"
    # below the upper bound a byte may stand for less than a character, never for more
    wide = "" if shape.least == 1 else r"\x80-\xff"
    return f"[^{_armed(marks)}{wide}]{{{shape.least},{most}}}+"


def _number(shape: Shape, marks: Marks) -> str:
    if shape.least > 1 or shape.most == 1:
        return f"[0-9]{{{shape.least},{shape.most}}}+"
    whole = f"-?[0-9]{{1,{shape.most}}}+"
    mark = re.escape(marks.decimal)
    if marks.decimal not in ".,":
        return whole
    # the look-ahead bounds digits and mark together
    length = f"(?=[0-9{mark}]{{3,{shape.most + 1}}}(?![0-9{mark}]))"
    return f"(?:{whole}(?!{mark})|-?{length}[0-9]++{mark}[0-9]++)"


def _armed(marks: Marks) -> str:
    """Return the service characters, escaped for a character class."""
    return re.escape("".join(marks[:4]) + marks.release)
