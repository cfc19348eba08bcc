"""What a partner says of something that we sent: TA1, 997, 999, 824, CONTRL, APERAK and HL7 ACK.

One document for each thing that is answered: a group and every set in it, an interchange and
every message in it; so a set that was refused in a group that was not can be told.
"""

from collections.abc import Callable, Mapping, Sequence

from acktrail.documents.kinds import AnswerReceived, Document
from acktrail.documents.parts import Code, Reference
from acktrail.model import CORRECTS, Finding, GroupResult, MessageHead, Place
from acktrail.ports import Segment
from acktrail.translate import rules

ANSWERS = frozenset(
    {
        ("x12", "997"),
        ("x12", "999"),
        ("x12", "824"),
        ("edifact", "CONTRL"),
        ("edifact", "APERAK"),
        *(("hl7", kind) for kind in ("ACK", "MFK", "ORR", "ORL", "ORS", "ORN", "RRE", "RRD")),
    }
)
# IK501/AK501 and AK901 (elements 717 and 715), TA104 (I17)
X12_CODES = {
    "A": "ACCEPTED",
    "E": "ACCEPTED_WITH_ERRORS",
    "P": "PARTIAL",
    "R": "REJECTED",
    "M": "REJECTED",
    "W": "REJECTED",
    "X": "REJECTED",
}
EDIFACT_CODES = {"4": "REJECTED", "7": "ACCEPTED", "8": "RECEIVED"}  # 0083
APPLICATION_CODES = {  # APERAK 1225, and 1001 where it was not sent (D.01B)
    "27": "REJECTED",
    "29": "ACCEPTED",
    "34": "ACCEPTED_WITH_ERRORS",
    "12": "RECEIVED",
    "312": "ACCEPTED",
    "313": "REJECTED",
}
APPLICATION_SUBJECTS = {  # 1153: the message, and the document that it was
    "ACW": "MESSAGE",
    "ON": "ORDER",
    "IV": "INVOICE",
    "DQ": "DESPATCH",
    "AAK": "DESPATCH",
}
# OTI01 (element 110): what it is about (batch, group, item, set) and, second, what became of it
ADVICE_CODES = {
    level + code: disposition
    for level in "BGIT"
    for code, disposition in {
        "A": "ACCEPTED",
        "C": "ACCEPTED_WITH_ERRORS",
        "E": "ACCEPTED_WITH_ERRORS",
        "P": "PARTIAL",
        "R": "REJECTED",
    }.items()
}
ADVISED = {  # OTI02 (element 128): what was sent
    "IV": "INVOICE",
    "PO": "ORDER",
    "SI": "DESPATCH",
    "TN": "TRANSACTION",
}
HL7_CODES = {  # table 0008: CA says only that the message is in safe keeping
    "AA": "ACCEPTED",
    "CA": "RECEIVED",
    "AE": "REJECTED",
    "CE": "REJECTED",
    "AR": "REJECTED",
    "CR": "REJECTED",
}
WHERE = {"edifact": "RFF.1.2", "hl7": "MSA-1"}  # what names the subject; CONTRL: UCI is mandatory
REJECTED = "REJECTED"
ACCEPTING = frozenset({"ACCEPTED", "ACCEPTED_WITH_ERRORS"})
GROUP, MESSAGE, INTERCHANGE = "GROUP", "MESSAGE", "INTERCHANGE"
MAX_CODES = 1000
Take = Callable[[Segment], None]


def interchange_answers(facts: Mapping[str, str]) -> tuple[Document, ...]:
    """Return what the TA1 segments of an X12 interchange say: they stand in no message.

    Args:
        facts: Of the interchange; ``TA1`` holds ISA13, TA104 and TA105 of each, as
            ``000000017/R/023``, parted by blanks.
    """
    documents = []
    for said in facts.get("TA1", "").split():
        control, verdict, note = [*said.split("/"), "", ""][:3]
        codes = (Code("TA105", note),) if note.strip("0") else ()
        subjects = (Reference(INTERCHANGE, control),)
        payload = AnswerReceived("TA1", X12_CODES.get(verdict, "REJECTED"), subjects, codes)
        documents.append(Document("acknowledgement", control, ("TA1", control), payload))
    return tuple(documents)


def batch_answers(groups: Sequence[GroupResult]) -> tuple[Document, ...]:
    """Return what HL7 response batches without any message say: all of the batch was accepted.

    Args:
        groups: Of one interchange; the fact ``corrects`` is BHS-12.

    Spec: HL7 v2+ chapter 2, 2.9.3.3 (c): only errors are answered, an empty response means none.
    """
    said = (one.facts.get(CORRECTS, "") for one in groups if not one.messages)
    return tuple(
        Document(
            "acknowledgement",
            control,
            ("ACK", control),
            AnswerReceived("ACK", "ACCEPTED", (Reference(GROUP, control),)),
        )
        for control in said
        if control
    )


class AnswerTranslator:
    """Translates one acknowledgement at a time."""

    def __init__(self) -> None:
        self._begin("", "")
        self._take: dict[str, Take] = {
            "AK1": self._ak1,
            "AK2": self._ak2,
            "IK3": self._error,
            "AK3": self._error,
            "IK4": self._error,
            "AK4": self._error,
            "IK5": self._set_answer,
            "AK5": self._set_answer,
            "AK9": self._group_answer,
            "OTI": self._oti,
            "TED": self._ted,
            "UCI": self._uci,
            "UCF": self._ucf,
            "UCM": self._ucm,
            "UCS": self._ucs,
            "UCD": self._ucd,
            "BGM": self._bgm,
            "RFF": self._rff,
            "ERC": self._erc,
            "MSA": self._msa,
            "ERR": self._err,
        }

    def start(self, head: MessageHead) -> None:
        """Begin a message."""
        self._begin(head.type.partition("^")[0], head.format)

    def segment(self, segment: Segment) -> None:
        """Take the next segment; those that answer nothing are passed over."""
        take = self._take.get(segment.tag)
        if take is not None:
            take(segment)

    def finish(self) -> tuple[tuple[Document, ...], tuple[Finding, ...]]:
        """End the message: one document for each thing answered."""
        self._close()
        if not self._documents and not self._findings:
            place = Place(address=WHERE.get(self._format, ""))
            self._findings.append(rules.find(rules.REQUIRED_MISSING, self._format, place))
        documents = () if self._findings else tuple(self._documents)
        return documents, tuple(self._findings)

    def _begin(self, standard: str, format_: str) -> None:
        self._standard = standard
        self._format = format_
        self._documents: list[Document] = []
        self._findings: list[Finding] = []
        self._parents: tuple[Reference, ...] = ()
        self._set = Reference(MESSAGE, "")
        self._sets: list[str] = []  # what became of the open group's sets
        self._open: tuple[str, tuple[Reference, ...]] | None = None
        self._codes: list[Code] = []
        self._said = ""  # what an APERAK says of its subjects

    def _close(self) -> None:
        """Write down the answer whose errors may have followed it."""
        if self._said and self._parents:
            self._open = (self._said, self._parents)
        if self._open is None:
            return
        disposition, subjects = self._open
        numbers = tuple(one.value for one in subjects)
        payload = AnswerReceived(self._standard, disposition, subjects, tuple(self._codes))
        key = (self._standard, *numbers)
        self._documents.append(Document("acknowledgement", numbers[-1], key, payload))
        self._open = None
        self._codes = []

    def _answer(
        self, segment: Segment, element: int, table: dict[str, str], subjects: tuple[Reference, ...]
    ) -> None:
        """Open the answer to ``subjects``, whose code stands in ``element``."""
        sent = segment.get(element).strip()
        if sent not in table or not subjects or not subjects[-1].value:
            rule = rules.UNKNOWN_CODE if sent else rules.REQUIRED_MISSING
            address = f"{segment.tag}.{element}"
            place = segment.place._replace(element=element, address=address)
            self._findings.append(rules.find(rule, self._format, place))
            return
        self._open = (table[sent], subjects)

    def _code(self, list_: str, value: str) -> None:
        if value and len(self._codes) < MAX_CODES:
            self._codes.append(Code(list_, value))

    def _codes_of(self, segment: Segment, elements: tuple[int, ...], list_: str) -> None:
        for element in elements:
            self._code(list_, segment.get(element).strip())

    def _ak1(self, segment: Segment) -> None:
        self._close()
        self._sets = []
        self._parents = (Reference(GROUP, segment.get(2).strip()),)

    def _ak2(self, segment: Segment) -> None:
        self._close()
        self._set = Reference(MESSAGE, segment.get(2).strip())

    def _error(self, segment: Segment) -> None:
        element = 4 if segment.tag.endswith("3") else 3
        self._code(f"{segment.tag}{element:02}", segment.get(element).strip())

    def _set_answer(self, segment: Segment) -> None:
        self._codes_of(segment, (2, 3, 4, 5, 6), f"{segment.tag}02")
        self._answer(segment, 1, X12_CODES, (*self._parents, self._set))
        self._sets.append(X12_CODES.get(segment.get(1).strip(), ""))
        self._close()

    def _group_answer(self, segment: Segment) -> None:
        self._codes = []
        self._codes_of(segment, (5, 6, 7, 8, 9), "AK905")
        self._answer(segment, 1, X12_CODES, self._parents)
        if self._open is not None and REJECTED in self._sets:
            disposition, subjects = self._open
            self._open = (self._of_sets(segment, disposition), subjects)
        self._close()

    def _of_sets(self, segment: Segment, said: str) -> str:
        """Return what became of a group: AK901, unless it accepts more than the sets' answers."""
        if said not in ACCEPTING:
            return said
        # AK903: where it counts more, the sets that are not named were accepted
        all_named = segment.get(3).strip().lstrip("0") == str(len(self._sets))
        return REJECTED if all_named and set(self._sets) == {REJECTED} else "PARTIAL"

    def _oti(self, segment: Segment) -> None:
        """Spec: set 824; OTI08 and OTI09 are GS06 and ST02 of what was sent."""
        self._close()
        sent = ((GROUP, segment.get(8)), (MESSAGE, segment.get(9)))
        numbers = [Reference(kind, one.strip()) for kind, one in sent if one.strip()]
        kind = ADVISED.get(segment.get(2).strip(), "OTHER")
        subject = Reference(kind, segment.get(3).strip())
        self._answer(segment, 1, ADVICE_CODES, (*numbers, subject))

    def _ted(self, segment: Segment) -> None:
        self._code("TED01", segment.get(1).strip())

    def _uci(self, segment: Segment) -> None:
        self._close()
        self._parents = (Reference(INTERCHANGE, segment.get(1).strip()),)
        self._answer(segment, 4, EDIFACT_CODES, self._parents)
        self._code("0085", segment.get(5).strip())

    def _ucf(self, segment: Segment) -> None:
        self._close()
        self._parents = (*self._parents[:1], Reference(GROUP, segment.get(1).strip()))
        self._answer(segment, 4, EDIFACT_CODES, self._parents)
        self._code("0085", segment.get(5).strip())

    def _ucm(self, segment: Segment) -> None:
        self._close()
        subject = Reference(MESSAGE, segment.get(1).strip())
        self._answer(segment, 3, EDIFACT_CODES, (*self._parents, subject))
        self._code("0085", segment.get(4).strip())

    def _ucs(self, segment: Segment) -> None:
        self._code("0085", segment.get(2).strip())

    def _ucd(self, segment: Segment) -> None:
        self._code("0085", segment.get(1).strip())

    def _bgm(self, segment: Segment) -> None:
        """Spec: APERAK D.96A, D.01B; what neither code tells is refused when an error follows."""
        sent = segment.get(3).strip() or segment.get(1, 1).strip()
        self._said = APPLICATION_CODES.get(sent, "RECEIVED")

    def _rff(self, segment: Segment) -> None:
        kind = APPLICATION_SUBJECTS.get(segment.get(1, 1).strip())
        number = segment.get(1, 2).strip()
        if kind and number and not self._codes:  # behind ERC it names the place of the error
            self._parents = (*self._parents, Reference(kind, number))

    def _erc(self, segment: Segment) -> None:
        if self._said not in ACCEPTING:
            self._said = REJECTED
        self._code("ERC", segment.get(1, 1).strip())

    def _msa(self, segment: Segment) -> None:
        self._close()
        self._answer(segment, 1, HL7_CODES, (Reference(MESSAGE, segment.get(2)),))

    def _err(self, segment: Segment) -> None:
        """Spec: HL7 chapter 2, ERR: ERR-3 from 2.5 on, before it the fourth part of ERR-1."""
        sent = segment.get(3).strip()
        if sent:
            self._code("0357", sent)
            return
        for one in range(1, min(segment.repetitions(1), MAX_CODES) + 1):
            self._code("0357", segment.get(1, 4, one).strip())
