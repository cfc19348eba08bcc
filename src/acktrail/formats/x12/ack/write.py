"""Writes answer interchanges; refuses delimiters in values, so that nobody forges structure."""

from dataclasses import dataclass
from datetime import datetime

from acktrail.errors import SetupError
from acktrail.formats.delimited import Marks
from acktrail.model import Answering, InterchangeResult

BLANK_10 = " " * 10
RELEASE_5010, RELEASE_4010 = "00501", "00401"
VERSIONS = {RELEASE_5010: "005010X231A1", RELEASE_4010: "004010"}  # GS08 of our answers
NUMBERS = 1_000_000_000  # ISA13 has nine digits
USAGES = ("I", "P", "T")


@dataclass(frozen=True, slots=True)
class Writing:
    """How one answer interchange is written."""

    marks: Marks
    newline: str
    release: str  # ISA12
    control: int
    at: datetime

    def segment(self, *elements: str) -> str:
        """Return a segment without what is empty at its end.

        Raises:
            SetupError: If a value holds one of our delimiters or a character that is no X12.
        """
        for element in elements[1:]:
            self.check(element, self.marks.component)
        return self.raw(*elements)

    def composite(self, *components: str) -> str:
        """Return a composite element without what is empty at its end."""
        for component in components:
            self.check(component, "")
        return self.marks.component.join(components).rstrip(self.marks.component)

    def raw(self, *elements: str) -> str:
        """Return a segment whose values hold delimiters on purpose (composites)."""
        text = self.marks.element.join(elements).rstrip(self.marks.element)
        return text + self.marks.segment + self.newline

    def check(self, value: str, component: str) -> None:
        """Refuse a value that would forge structure; ``component`` is "" within a composite."""
        taken = {self.marks.element, self.marks.segment, self.marks.repetition, component} - {""}
        if any(sign in value for sign in taken) or not (value.isascii() and value.isprintable()):
            msg = "an answer would have to repeat a value that holds one of our delimiters"
            raise SetupError(msg, code="setup.x12_delimiters")


def writing(answering: Answering, release: str, control: int) -> Writing:
    """Return how an answer is written under the profile's options."""
    options = answering.options
    terminator = options.get("segment_terminator") or "~"
    repetition = options.get("repetition_separator") or "^"
    marks = Marks(
        options.get("element_separator") or "*",
        options.get("component_separator") or ":",
        repetition if release == RELEASE_5010 else "",
        terminator[0],
    )
    newline = terminator[1:] or ("\n" if options.get("newline") else "")
    return Writing(marks, newline, release, control % NUMBERS, answering.at)


def envelope(writer: Writing, subject: InterchangeResult, groups: int, body: str) -> bytes:
    """Return a whole interchange from the receiver of ``subject`` back to its sender."""
    facts, marks = subject.facts, writer.marks
    control = f"{writer.control:09d}"
    usage = facts.get("ISA15", "")
    header = writer.raw(
        *("ISA", "00", BLANK_10, "00", BLANK_10),
        *(_fixed(writer, facts, "ISA07", 2), _fixed(writer, facts, "ISA08", 15)),
        *(_fixed(writer, facts, "ISA05", 2), _fixed(writer, facts, "ISA06", 15)),
        *(f"{writer.at:%y%m%d}", f"{writer.at:%H%M}", marks.repetition or "U", writer.release),
        *(control, "0", usage if usage in USAGES else "P", marks.component),
    )
    return (header + body + writer.segment("IEA", str(groups), control)).encode("ascii")


def group(writer: Writing, sender: str, receiver: str, sets: list[str]) -> str:
    """Return a group of functional acknowledgements around finished transaction sets."""
    control, version = str(writer.control), VERSIONS[writer.release]
    at = writer.at
    header = ("GS", "FA", sender, receiver, f"{at:%Y%m%d}", f"{at:%H%M}", control, "X", version)
    return writer.segment(*header) + "".join(sets) + writer.segment("GE", str(len(sets)), control)


def _fixed(writer: Writing, facts: dict[str, str], name: str, width: int) -> str:
    value = facts.get(name, "").ljust(width)
    writer.check(value, writer.marks.component)
    return value
