"""Synthetic HL7 v2 messages and batches: same arguments, same bytes. All people are invented."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

from acktrail.documents.encoding import decode_result, encode
from acktrail.errors import GuideError
from acktrail.formats.hl7 import Hl7
from acktrail.model import (
    Acknowledgement,
    Answering,
    GroupResult,
    InterchangeResult,
    MessageResult,
    ReadResult,
    Severity,
)
from acktrail.ports import Event, FileFinding, GroupEnd, InterchangeEnd, MessageEnd

PARSERS = Path(__file__).parents[2] / "parsers"
AT = datetime(2026, 1, 2, 3, 4, 5, tzinfo=UTC)
VERSIONS = ("2.3", "2.3.1", "2.5.1")
_TYPED_FROM = "2.3.1"  # MSH-9 has a third component


class ParserFiles:
    """The repository's ``parsers/`` as a DataFiles port."""

    def read(self, path: str) -> bytes:
        file = PARSERS / path
        if not file.is_file():
            msg = f"{path} is not there"
            raise GuideError(msg)
        return file.read_bytes()

    def names(self, folder: str) -> Sequence[str]:
        return sorted(file.name for file in (PARSERS / folder).glob("*"))


def segment(tag: str, fields: Mapping[int, str]) -> str:
    """Write a segment from its fields by number."""
    values = [""] * (max(fields) + 1)
    for number, value in fields.items():
        values[number] = value
    return "|".join([tag, *values[1:]])


def msh(event: str, structure: str, control: str, version: str, modes: str = "|") -> str:
    """Write MSH; ``modes`` is MSH-15 and MSH-16 as they stand: ``AL|NE``."""
    kind = f"{event}^{structure}" if version >= _TYPED_FROM else event
    return (
        f"MSH|^~\\&|BILL^2.999.2^ISO|HOSP|ACKTRAIL^2.999.1^ISO|ERP|20260102030405+0100||{kind}"
        f"|{control}|P|{version}|||{modes}"
    ).rstrip("|")


def person(number: int) -> str:
    return segment(
        "PID",
        {
            1: "1",
            3: f"{number:07d}^^^HOSP^MR",
            5: "Testperson^Canaryname",
            7: "19800229",
            8: "F",
            11: "1 Sample Street^^Sampletown^XX^00000",
            18: f"ACC{number:06d}",
        },
    )


def happened(event: str, version: str) -> str:
    """Write EVN; its first field is withdrawn from 2.7 on."""
    return f"EVN|{event if version < '2.6' else ''}|20260102030405"


def charge(line: int, number: int) -> str:
    """Write FT1; quantity times unit price is the extended amount."""
    quantity, unit = line % 3 + 1, 50 * line + 25
    return segment(
        "FT1",
        {
            1: str(line),
            2: f"T{number:06d}-{line}",
            4: "20260101120000",
            5: "20260102",
            6: "CG",
            7: f"{99200 + line}^Service {line}^C4",
            10: str(quantity),
            11: f"{quantity * unit}.00&USD",
            12: f"{unit}.00&USD",
            13: "CARD^Cardiology^L",
            14: "PLAN1^Plan^L",
            23: f"F{number:06d}",
        },
    )


def dft(number: int = 1, lines: int = 2, version: str = "2.5.1", modes: str = "|") -> list[str]:
    """Return the segments of a DFT^P03."""
    return [
        msh("DFT^P03", "DFT_P03", f"DFT{number:06d}", version, modes),
        happened("P03", version),
        person(number),
        segment("PV1", {1: "1", 2: "O", 3: "CLIN^^^HOSP", 19: f"V{number:07d}^^^HOSP^VN"}),
        *(charge(line, number) for line in range(1, lines + 1)),
        segment("DG1", {1: "1", 3: "E11.9^Sample finding^I10", 5: "20260101", 6: "F"}),
        segment("IN1", {1: "1", 2: "PLAN1^Plan^L", 3: "PAY001", 4: "Sample Payer"}),
    ]


def adt(number: int = 1, event: str = "A08", version: str = "2.5.1", modes: str = "|") -> list[str]:
    """Return the segments of an ADT message that creates or updates a person."""
    later = event in ("A28", "A31") and version >= "2.4"
    structure = "ADT_A05" if later else "ADT_A01"
    return [
        msh(f"ADT^{event}", structure, f"ADT{number:06d}", version, modes),
        happened(event, version),
        person(number),
        segment("PV1", {1: "1", 2: "I", 3: "W1^101^A^HOSP", 19: f"V{number:07d}^^^HOSP^VN"}),
    ]


def admission(number: int = 1, version: str = "2.5.1") -> list[str]:
    """Return an ADT^A01 of the usual length, with segments that no map of ours reads."""
    later = segment("PV2", {3: "^Sample reason", 8: "20260101", 9: "20260104", 10: "3"})
    return [
        *adt(number, event="A01", version=version)[:2],
        person(number),
        segment("NK1", {1: "1", 2: "Testkin^Canaryname", 3: "SPO^Spouse^HL70063", 5: "555-0100"}),
        segment(
            "PV1",
            {
                1: "1",
                2: "I",
                3: "W1^101^A^HOSP",
                7: "1001^Testdoctor^Canaryname",
                10: "MED",
                14: "7",
                19: f"V{number:07d}^^^HOSP^VN",
                44: "20260101083000",
            },
        ),
        later,
        segment("AL1", {1: "1", 2: "DA", 3: "70618^Sample substance^RXN", 4: "MO"}),
        segment("DG1", {1: "1", 3: "E11.9^Sample finding^I10", 5: "20260101", 6: "A"}),
        segment("GT1", {1: "1", 2: f"G{number:06d}", 3: "Testguarantor^Canaryname", 8: "19500101"}),
        segment(
            "IN1",
            {1: "1", 2: "PLAN1^Plan^L", 3: "PAY001", 4: "Sample Payer", 12: "20250101", 36: "M1"},
        ),
    ]


def oru(number: int = 1, lines: int = 10, version: str = "2.5.1") -> list[str]:
    """Return the segments of an ORU^R01 with one order and ``lines`` results."""
    return [
        msh("ORU^R01", "ORU_R01", f"ORU{number:06d}", version),
        person(number),
        segment("PV1", {1: "1", 2: "O", 3: "CLIN^^^HOSP", 19: f"V{number:07d}^^^HOSP^VN"}),
        segment("ORC", {1: "RE", 2: f"P{number}^HOSP", 3: f"L{number}^LAB"}),
        segment(
            "OBR",
            {
                1: "1",
                2: f"P{number}^HOSP",
                3: f"L{number}^LAB",
                4: "24323-8^Sample panel^LN",
                7: "20260101083000",
                22: "20260101120000",
                25: "F",
            },
        ),
        *(
            segment(
                "OBX",
                {
                    1: str(line),
                    2: "NM",
                    3: f"{2000 + line}-1^Sample test {line}^LN",
                    5: f"{line}.{line % 10}",
                    6: "mmol/L",
                    7: "0.0-99.9",
                    8: "N",
                    11: "F",
                    14: "20260101083000",
                },
            )
            for line in range(1, lines + 1)
        ),
    ]


def written(
    lines: Sequence[str], end: str = "\r", *, last: bool = True, mllp: bool = False
) -> bytes:
    """Return segments as bytes, with their terminator, in MLLP bytes or not."""
    text = end.join(lines) + (end if last else "")
    return (f"\x0b{text}\x1c\r" if mllp else text).encode()


def batch(
    messages: Sequence[Sequence[str]],
    *,
    count: int | None = None,
    file_header: bool = True,
    trailers: str = "BTS FTS",
    end: str = "\r",
) -> bytes:
    """Return a batch in a file; ``trailers`` names those that are there."""
    names = "|^~\\&|BILL|HOSP|ACKTRAIL|ERP|20260102030405||"
    lines = [f"FHS{names}||F0001"] if file_header else []
    lines += [f"BHS{names}||B0001", *(line for message in messages for line in message)]
    if "BTS" in trailers:
        lines.append(f"BTS|{len(messages) if count is None else count}")
    if file_header and "FTS" in trailers:
        lines.append("FTS|1")
    return written(lines, end)


def acknowledge(
    result: ReadResult,
    options: dict[str, str] | None = None,
    posted: dict[str, str] | None = None,
) -> list[Acknowledgement]:
    """Answer a result that was kept and read back, as the service does it."""
    kept = decode_result(encode(result))
    answering = Answering(AT, (), options or {})  # numbers are allocated before anything is posted
    numbers = tuple(range(1, FORMAT.numbers_needed(kept, answering) + 1))
    answering = replace(answering, numbers=numbers, posted=posted or {})
    return list(FORMAT.acknowledge(kept, answering))


def answers(
    body: bytes, options: dict[str, str] | None = None, posted: dict[str, str] | None = None
) -> list[str]:
    """Return the texts of the answers to a file."""
    return [one.body.decode("latin-1") for one in acknowledge(read(body), options, posted)]


def events(
    body: bytes, options: Mapping[str, object] | None = None, size: int = 1 << 20
) -> Iterator[Event]:
    """Yield what a reader makes of ``body`` in chunks of ``size`` bytes."""
    reader = FORMAT.reader(options or {})
    for start in range(0, len(body), size):
        yield from reader.feed(body[start : start + size])
    yield from reader.close()


def fold(found: Iterator[Event]) -> ReadResult:
    """Fold events into the result that is kept."""
    findings, interchanges = [], []
    ended: list[MessageResult] = []
    groups: list[GroupResult] = []
    for event in found:
        match event:
            case FileFinding(finding):
                findings.append(finding)
            case MessageEnd(message):
                ended.append(message)
            case GroupEnd(group):
                groups.append(replace(group, messages=tuple(ended)))
                ended.clear()
            case InterchangeEnd(result):
                interchanges.append(replace(result, groups=tuple(groups)))
                groups.clear()
            case _:
                pass
    usable = all(finding.severity is not Severity.FATAL for finding in findings)
    return ReadResult("hl7", usable, tuple(findings), tuple(interchanges))


def read(
    body: bytes, options: Mapping[str, object] | None = None, size: int = 1 << 20
) -> ReadResult:
    """Read a whole file."""
    return fold(events(body, options, size))


def messages(result: ReadResult) -> list[MessageResult]:
    """Return every message of a result, in the order of the file."""
    return [
        message
        for interchange in result.interchanges
        for group in interchange.groups
        for message in group.messages
    ]


def rule_names(result: ReadResult) -> list[str]:
    """Return the rules of every finding of a result, without the format's name."""
    interchanges: Sequence[InterchangeResult] = result.interchanges
    groups: list[GroupResult] = [group for one in interchanges for group in one.groups]
    found = [*result.findings]
    found += [finding for one in interchanges for finding in one.findings]
    found += [finding for group in groups for finding in group.findings]
    found += [finding for message in messages(result) for finding in message.findings]
    return [finding.rule.removeprefix("hl7.") for finding in found]


FORMAT = Hl7(ParserFiles())
