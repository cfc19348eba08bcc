"""Synthetic X12: balanced 835, 850, 810 and their envelopes, right unless a knob says otherwise.

Everything is deterministic. Segments are text with ``*`` and ``:``; ``interchange`` writes them
with other delimiters when asked to. All people and numbers are invented.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal

DEPOSIT = "**01*999988880*DA*98765*20260315"  # BPR11 to BPR16
DEFAULT_MARKS = "*:^~"  # element, component, repetition, segment


@dataclass(frozen=True)
class Envelope:
    """What surrounds the groups. Counts and control numbers of ``None`` are right."""

    control: str = "000000905"
    sender: str = "ACMEPAYER"
    receiver: str = "CLINICA"
    qualifier: str = "ZZ"
    usage: str = "T"
    request: str = "0"  # ISA14
    release: str = "00501"
    date: str = "260315"
    time: str = "1200"
    marks: str = DEFAULT_MARKS
    newline: str = ""  # behind each terminator
    iea_count: str | None = None
    iea_control: str | None = None


@dataclass(frozen=True)
class Line:
    """One service of a claim, in cents."""

    charge: int = 12000
    contractual: int = 2000
    patient: int = 1000
    procedure: str = "99213"

    @property
    def paid(self) -> int:
        """What is paid for it."""
        return self.charge - self.contractual - self.patient


@dataclass(frozen=True)
class Claim:
    """One claim of an 835."""

    number: str = "PCN0001"
    status: str = "1"
    lines: tuple[Line, ...] = (Line(),)

    @property
    def paid(self) -> int:
        """What is paid for it."""
        return sum(line.paid for line in self.lines)


TWO_CLAIMS = (
    Claim("PCN0001", "1", (Line(), Line(8050, 1050, 0, "85025"))),
    Claim("PCN0002", "1", (Line(30000, 5000, 2500, "93000"),)),
)


def money(cents: int) -> str:
    """Return an amount as X12 writes it: no needless zeros."""
    text = f"{Decimal(cents) / 100:.2f}"
    return text.rstrip("0").rstrip(".")


def remittance(
    control: str = "0001",
    claims: Sequence[Claim] = TWO_CLAIMS,
    *,
    plb: int = 1500,
    trace: str = "TRACE1001",
) -> list[str]:
    """Return the segments of an 835 (005010X221A1) that balances to the cent."""
    payment = sum(claim.paid for claim in claims) - plb
    segments = [
        f"ST*835*{control}",
        f"BPR*I*{money(payment)}*C*ACH*CCP*01*999999992*DA*123456*1512345678{DEPOSIT}",
        f"TRN*1*{trace}*1512345678",
        "DTM*405*20260314",
        "N1*PR*EXAMPLE PAYER",
        "N3*1 PAYER PLAZA",
        "N4*DENVER*CO*80202",
        "PER*BL*HELP DESK*TE*8005550100",
        "N1*PE*EXAMPLE CLINIC*XX*1234567893",
        "REF*TJ*512345678",
        "LX*1",
    ]
    for claim in claims:
        segments += _claim(claim)
    if plb:
        segments.append(f"PLB*1234567893*20261231*WO:A1B2C3*{money(plb)}")
    return closed(segments)


def _claim(claim: Claim) -> list[str]:
    charge = sum(line.charge for line in claim.lines)
    patient = sum(line.patient for line in claim.lines)
    sums = f"{money(charge)}*{money(claim.paid)}*{money(patient) if patient else ''}"
    segments = [
        f"CLP*{claim.number}*{claim.status}*{sums}*12*ICN{claim.number}*11*1",
        "NM1*QC*1*TESTPERSON*CANARYNAME****MI*W100200300",
        "DTM*232*20260301",
    ]
    for line in claim.lines:
        segments += [
            f"SVC*HC:{line.procedure}*{money(line.charge)}*{money(line.paid)}**1",
            "DTM*472*20260301",
        ]
        if line.contractual:
            segments.append(f"CAS*CO*45*{money(line.contractual)}")
        if line.patient:
            segments.append(f"CAS*PR*1*{money(line.patient)}")
        segments.append(f"AMT*B6*{money(line.charge - line.contractual)}")
    return segments


def order(control: str = "0001", lines: int = 2, *, number: str = "PO1001") -> list[str]:
    """Return the segments of an 850 (004010)."""
    segments = [
        f"ST*850*{control}",
        f"BEG*00*SA*{number}**20260315",
        "CUR*BY*USD",
        "REF*DP*038",
        "DTM*002*20260401",
        "N1*BY*EXAMPLE CLINIC*92*CLINIC1",
        "N3*2 CLINIC ROAD",
        "N4*DENVER*CO*80202*US",
        "N1*ST*EXAMPLE WAREHOUSE*92*WH1",
    ]
    for line in range(1, lines + 1):
        segments += [
            f"PO1*{line}*{line * 10}*EA*{line}.25**VP*GAUZE{line}",
            f"PID*F****STERILE GAUZE {line}",
        ]
    return closed([*segments, f"CTT*{lines}"])


def invoice(
    control: str = "0001", lines: int = 2, *, number: str = "INV1001", freight: int = 500
) -> list[str]:
    """Return the segments of an 810 (004010) whose total is right; ``freight`` in cents."""
    segments = [
        f"ST*810*{control}",
        f"BIG*20260315*{number}*20260301*PO1001",
        "CUR*SE*USD",
        "REF*DP*038",
        "N1*SE*EXAMPLE SUPPLIER*92*SUP1",
        "N1*BY*EXAMPLE CLINIC*92*CLINIC1",
        "ITD*01*3*****30",
        "DTM*011*20260314",
    ]
    total = 0
    for line in range(1, lines + 1):
        segments += [
            f"IT1*{line}*{line * 10}*EA*{line}.25**VP*GAUZE{line}",
            f"PID*F****STERILE GAUZE {line}",
        ]
        total += line * 10 * (line * 100 + 25)
    segments.append(f"TDS*{total + freight}")
    if freight:
        segments.append(f"SAC*C*D240***{freight}")
    return closed([*segments, f"CTT*{lines}"])


def closed(segments: Sequence[str]) -> list[str]:
    """Return a transaction set with its SE; whatever SE it had is replaced."""
    body = [segment for segment in segments if not segment.startswith("SE*")]
    return [*body, f"SE*{len(body) + 1}*{body[0].split('*')[2]}"]


def group(  # noqa: PLR0913 - one knob for each element that can be wrong
    kind: str,
    version: str,
    sets: Sequence[Sequence[str]],
    *,
    control: str = "905",
    ge_count: str | None = None,
    ge_control: str | None = None,
) -> list[str]:
    """Return the segments of a group around transaction sets."""
    count = str(len(sets)) if ge_count is None else ge_count
    return [
        f"GS*{kind}*ACMEPAYER*CLINICA*20260315*1200*{control}*X*{version}",
        *(segment for one in sets for segment in one),
        f"GE*{count}*{control if ge_control is None else ge_control}",
    ]


def payments(*sets: Sequence[str], control: str = "905") -> list[str]:
    """Return a group of 835."""
    return group("HP", "005010X221A1", sets or (remittance(),), control=control)


def orders(*sets: Sequence[str], control: str = "905") -> list[str]:
    """Return a group of 850."""
    return group("PO", "004010", sets or (order(),), control=control)


def invoices(*sets: Sequence[str], control: str = "905") -> list[str]:
    """Return a group of 810."""
    return group("IN", "004010", sets or (invoice(),), control=control)


def interchange(*groups: Sequence[str], envelope: Envelope | None = None) -> bytes:
    """Return the bytes of an interchange around groups (or TA1 segments)."""
    known = envelope or Envelope()
    repetition = known.marks[2] if known.release >= "00402" else "U"
    count = sum(one[0].startswith("GS*") for one in groups)
    isa = known.marks[0].join(
        (
            *("ISA", "00", " " * 10, "00", " " * 10),
            *(known.qualifier, known.sender.ljust(15), known.qualifier, known.receiver.ljust(15)),
            *(known.date, known.time, repetition, known.release, known.control),
            *(known.request, known.usage, known.marks[1]),
        )
    )
    control = known.control if known.iea_control is None else known.iea_control
    iea = f"IEA*{count if known.iea_count is None else known.iea_count}*{control}"
    body = [segment for one in groups for segment in one]
    written = [isa, *(_with(known.marks, segment) for segment in [*body, iea])]
    return "".join(segment + known.marks[3] + known.newline for segment in written).encode()


def _with(marks: str, segment: str) -> str:
    return segment.translate(str.maketrans(DEFAULT_MARKS, marks))


HELD = b"@@"  # stands in a binary segment where its data goes


def attached(
    data: bytes, segment: str = "BIN*{length}*@@", envelope: Envelope | None = None, wrong: int = 0
) -> bytes:
    """Return an interchange with a set that has no guide around one binary segment, and an 835."""
    written = segment.format(length=len(data) + wrong)
    one = closed(["ST*275*0001", "BGN*02*A1*20260315", written, "DTM*097*20260315"])
    groups = group("PI", "005010X210", [one]), payments(remittance("0002"), control="906")
    return interchange(*groups, envelope=envelope).replace(HELD, data)


def payment_file(envelope: Envelope | None = None) -> bytes:
    """Return a clean interchange with one 835."""
    return interchange(payments(), envelope=envelope)


def order_file(envelope: Envelope | None = None) -> bytes:
    """Return a clean interchange with one 850."""
    return interchange(orders(), envelope=envelope or Envelope(release="00401"))


def invoice_file(envelope: Envelope | None = None) -> bytes:
    """Return a clean interchange with one 810."""
    return interchange(invoices(), envelope=envelope or Envelope(release="00401"))
