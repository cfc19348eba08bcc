"""Synthetic healthcare sets (005010): right and balanced unless a knob says otherwise.

Seeded: the same seed gives the same segments. Names, numbers and addresses are invented; every
field that may not reach a document holds a canary. Segments are text with ``*`` and ``:``.
"""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from random import Random

from tests.generators.x12 import DEPOSIT, closed, group, interchange, money

VERSIONS = {"P": "005010X222A1", "I": "005010X223A2", "D": "005010X224A2"}
GROUPS = {  # set -> GS01, GS08
    "837P": ("HC", VERSIONS["P"]),
    "837I": ("HC", VERSIONS["I"]),
    "837D": ("HC", VERSIONS["D"]),
    "834": ("BE", "005010X220A1"),
    "820": ("RA", "005010X218"),
    "270": ("HS", "005010X279A1"),
    "271": ("HB", "005010X279A1"),
    "276": ("HR", "005010X212"),
    "277": ("HN", "005010X212"),
    "277CA": ("HN", "005010X214"),
}
NPIS = ("1234567893", "1992999874", "1003000126")
PROCEDURES = {"P": ("99213", "85025", "93000", "36415"), "D": ("D0120", "D1110", "D2740")}
REVENUES = ("0300", "0450", "0636")
PERSON = "CANARYLAST*CANARYFIRST"
ADDRESS = ("N3*1 CANARY STREET", "N4*DENVER*CO*80202")


@dataclass(frozen=True)
class Paid:
    """What another payer paid of a line, in cents: the rest is contractual."""

    paid: int
    contractual: int


@dataclass(frozen=True)
class Line:
    """A service line of an 837; cents."""

    charge: int = 12000
    procedure: str = "99213"
    other: Paid | None = None


@dataclass(frozen=True)
class Claim:
    """A claim of an 837; ``other``: the lines were paid by another payer before."""

    number: str = "PCN0001"
    lines: tuple[Line, ...] = (Line(),)
    frequency: str = "1"
    original: str = ""  # REF*F8
    dependent: bool = False
    other: bool = False
    adjusted: int = 0  # by the other payer, at the claim

    @property
    def charge(self) -> int:
        """What is asked for it."""
        return sum(line.charge for line in self.lines)


@dataclass
class Numbers:
    """The HL numbers of one set."""

    last: int = 0
    parts: list[str] = field(default_factory=list)

    def hl(self, parent: int | str, level: str, children: str) -> int:
        """Write the next HL."""
        self.last += 1
        self.parts.append(f"HL*{self.last}*{parent}*{level}*{children}".rstrip("*"))
        return self.last


def claims(seed: int, count: int, kind: str = "P", *, other: bool = True) -> list[Claim]:
    """Return varied claims: one to five lines, dependents, replacements, other payers."""
    random = Random(seed)  # noqa: S311 - test data
    made = []
    for n in range(count):
        second = other and random.random() < 0.2
        lines = tuple(_line(random, kind, second=second) for _ in range(random.randint(1, 5)))
        again = random.random() < 0.05
        made.append(
            Claim(
                f"PCN{seed:03}{n:06}",
                lines,
                "7" if again else "1",
                f"ICN{n:07}" if again else "",
                random.random() < 0.3,
                second,
                random.randint(0, 500) if second else 0,
            )
        )
    return made


def _line(random: Random, kind: str, *, second: bool) -> Line:
    charge = random.randint(1000, 90000)
    procedure = random.choice(PROCEDURES.get(kind, PROCEDURES["P"]))
    if not second:
        return Line(charge, procedure)
    contractual = random.randint(0, charge // 2)
    return Line(charge, procedure, Paid(charge - contractual, contractual))


def claim_set(
    made: Sequence[Claim] = (Claim(),),
    kind: str = "P",
    *,
    control: str = "0001",
    batch: str = "BATCH0001",
    purpose: str = "00",
) -> list[str]:
    """Return the segments of an 837 P, I or D; each claim has its own subscriber."""
    numbers = Numbers()
    out = numbers.parts
    out += [
        f"ST*837*{control}*{VERSIONS[kind]}",
        f"BHT*0019*{purpose}*{batch}*20260315*1200*CH",
        "NM1*41*2*CANARYSUBMITTER*****46*SUBMIT1",
        "PER*IC*CANARYCONTACT*TE*8005550100",
        "NM1*40*2*EXAMPLE PAYER*****46*RECV1",
    ]
    provider = numbers.hl("", "20", "1")
    out += [
        f"NM1*85*2*CANARYCLINIC*****XX*{NPIS[0]}",
        *("N3*2 CANARY ROAD", "N4*DENVER*CO*802020000", "REF*EI*512345678"),
    ]
    for one in made:
        _subscriber(numbers, provider, one)
        _claim(out, one, kind)
    return closed(out)


def _subscriber(numbers: Numbers, provider: int, one: Claim) -> None:
    out = numbers.parts
    subscriber = numbers.hl(provider, "22", "1" if one.dependent else "0")
    out += [
        f"SBR*{'S' if one.other else 'P'}*{'' if one.dependent else '18'}*******CI",
        f"NM1*IL*1*{PERSON}****MI*CANARY{one.number}",
    ]
    if not one.dependent:
        out += [*ADDRESS, "DMG*D8*19800215*F"]
    out.append("NM1*PR*2*EXAMPLE PAYER*****PI*PAYER1")
    if one.dependent:
        numbers.hl(subscriber, "23", "0")
        out += ["PAT*19", f"NM1*QC*1*{PERSON}", *ADDRESS, "DMG*D8*20100215*M"]


def _claim(out: list[str], one: Claim, kind: str) -> None:
    place = {
        "P": f"11:B:{one.frequency}",
        "I": f"13:A:{one.frequency}",
        "D": f"11:B:{one.frequency}",
    }
    signature = "" if kind == "I" else "Y"
    out.append(f"CLM*{one.number}*{money(one.charge)}***{place[kind]}*{signature}*A*Y*Y")
    if kind == "I":
        out += ["DTP*434*RD8*20260301-20260302", "DTP*435*D8*20260301", "CL1*1*1*01"]
    if one.original:
        out.append(f"REF*F8*{one.original}")
    out.append("REF*D9*CH" + one.number)
    if kind != "D":
        out.append("HI*ABK:E119" if kind == "I" else "HI*ABK:E119*ABF:I10")
    attending = "71" if kind == "I" else "82"
    out.append(f"NM1*{attending}*1*CANARYDOC*CANARYJO****XX*{NPIS[1]}")
    if one.other:
        _other_payer(out, one)
    for no, line in enumerate(one.lines, 1):
        out.append(f"LX*{no}")
        out += _service(line, kind, no)
        out += ["DTP*472*D8*20260301", f"REF*6R*{one.number}L{no}"]
        if line.other is not None:
            out += _paid(line, kind)


def _service(line: Line, kind: str, no: int) -> list[str]:
    charge = money(line.charge)
    match kind:
        case "P":
            return [f"SV1*HC:{line.procedure}:25*{charge}*UN*1***1"]
        case "I":
            return [f"SV2*{REVENUES[no % 3]}*HC:{line.procedure}*{charge}*UN*2"]
        case _:
            return [f"SV3*AD:{line.procedure}*{charge}****1"]


def _other_payer(out: list[str], one: Claim) -> None:
    paid = sum(line.other.paid for line in one.lines if line.other is not None) - one.adjusted
    out += [
        "SBR*P*18*******CI",
        *((f"CAS*OA*23*{money(one.adjusted)}",) if one.adjusted else ()),
        f"AMT*D*{money(paid)}",
        "OI***Y***Y",
        f"NM1*IL*1*{PERSON}****MI*CANARYOTHER1",
        "NM1*PR*2*OTHER PAYER*****PI*PAYER2",
    ]


def _paid(line: Line, kind: str) -> list[str]:
    if line.other is None:
        return []
    code = f"{'AD' if kind == 'D' else 'HC'}:{line.procedure}"
    revenue = REVENUES[0] if kind == "I" else ""
    svd = [f"SVD*PAYER2*{money(line.other.paid)}*{code}*{revenue}*1"]
    if line.other.contractual:
        svd.append(f"CAS*CO*45*{money(line.other.contractual)}")
    return [*svd, "DTP*573*D8*20260310"]


# ------------------------------------------------------------------------------ 277CA
def claim_answers(
    batches: Sequence[tuple[str, Sequence[tuple[Claim, bool]]]], *, control: str = "0001"
) -> list[str]:
    """Return the segments of a 277CA: for each batch its claims and whether they were accepted."""
    numbers = Numbers()
    out = numbers.parts
    out += [
        f"ST*277*{control}*005010X214",
        "BHT*0085*08*ANSWER0001*20260316*0900*TH",
    ]
    for n, (batch, answered) in enumerate(batches, 1):
        source = numbers.hl("", "20", "1")
        out += [
            "NM1*PR*2*EXAMPLE PAYER*****PI*PAYER1",
            *(f"TRN*1*CA{n:04}", "DTP*050*D8*20260315", "DTP*009*D8*20260316"),
        ]
        receiver = numbers.hl(source, "21", "1")
        out += [
            "NM1*41*2*CANARYSUBMITTER*****46*SUBMIT1",
            f"TRN*2*{batch}",
            f"STC*A1:19:PR*20260316*WQ*{money(sum(one.charge for one, _ in answered))}",
            *_tally(answered, "90", "AA"),
        ]
        provider = numbers.hl(receiver, "19", "1")
        out += [
            f"NM1*85*2*CANARYCLINIC*****XX*{NPIS[0]}",
            "TRN*1*0",
            f"STC*A1:19:PR**WQ*{money(sum(one.charge for one, _ in answered))}",
            *_tally(answered, "QA", "QC"),
        ]
        for one, accepted in answered:
            numbers.hl(provider, "PT", "")
            taken, charge = "WQ" if accepted else "U", money(one.charge)
            out += [
                f"NM1*QC*1*{PERSON}****MI*CANARY{one.number}",
                f"TRN*2*{one.number}",
                f"STC*{'A2:20:PR' if accepted else 'A7:562:85'}*20260316*{taken}*{charge}",
                *((f"REF*1K*ICN{one.number}",) if accepted else ()),
                "DTP*472*D8*20260301",
            ]
    return closed(out)


def _tally(answered: Sequence[tuple[Claim, bool]], good: str, bad: str) -> list[str]:
    taken = [one.charge for one, accepted in answered if accepted]
    refused = [one.charge for one, accepted in answered if not accepted]
    parts = [f"QTY*{good}*{len(taken)}"] if taken else []
    parts += [f"QTY*{bad}*{len(refused)}"] if refused else []
    parts += [f"AMT*YU*{money(sum(taken))}"] if taken else []
    return parts + ([f"AMT*YY*{money(sum(refused))}"] if refused else [])


# ------------------------------------------------------------------------------ 276, 277
def status_inquiry(made: Sequence[Claim] = (Claim(),), *, control: str = "0001") -> list[str]:
    """Return the segments of a 276 that asks for the status of claims."""
    return _status(made, control, answer=False)


def status_answer(made: Sequence[Claim] = (Claim(),), *, control: str = "0001") -> list[str]:
    """Return the segments of a 277 that says that the claims are paid."""
    return _status(made, control, answer=True)


def _status(made: Sequence[Claim], control: str, *, answer: bool) -> list[str]:
    numbers = Numbers()
    out = numbers.parts
    out += [
        f"ST*{'277' if answer else '276'}*{control}*005010X212",
        f"BHT*0010*{'08' if answer else '13'}*ASK0001*20260316*0900{'*DG' if answer else ''}",
    ]
    source = numbers.hl("", "20", "1")
    out.append("NM1*PR*2*EXAMPLE PAYER*****PI*PAYER1")
    receiver = numbers.hl(source, "21", "1")
    out.append("NM1*41*2*CANARYSUBMITTER*****46*SUBMIT1")
    provider = numbers.hl(receiver, "19", "1")
    out.append(f"NM1*1P*2*CANARYCLINIC*****XX*{NPIS[0]}")
    for one in made:
        subscriber = numbers.hl(provider, "22", "1" if one.dependent else "0")
        birth = [] if answer or one.dependent else ["DMG*D8*19800215*F"]
        out += [*birth, f"NM1*IL*1*{PERSON}****MI*CANARY{one.number}"]
        if one.dependent:
            numbers.hl(subscriber, "23", "")
            out += [*([] if answer else ["DMG*D8*20100215*M"]), f"NM1*QC*1*{PERSON}"]
        out.append(f"TRN*{'2' if answer else '1'}*T{one.number}")
        charge = money(one.charge)
        if answer:
            out.append(f"STC*F1:65*20260316**{charge}*{charge}*20260316**20260316*CHK1")
        out += [f"REF*1K*ICN{one.number}", f"REF*EJ*{one.number}"]
        if not answer:
            out.append(f"AMT*T3*{charge}")
        out.append("DTP*472*D8*20260301")
        for line in one.lines:
            out += _asked(line, answer=answer)
    return closed(out)


def _asked(line: Line, *, answer: bool) -> list[str]:
    charge = money(line.charge)
    paid = f"*{charge}" if answer else ""
    svc = f"SVC*HC:{line.procedure}*{charge}{paid}***{'' if answer else '*'}*1"
    stc = ["STC*F1:65*20260316"] if answer else []
    return [svc, *stc, "REF*FJ*1", "DTP*472*D8*20260301"]


# ------------------------------------------------------------------------------ 270, 271
def eligibility_inquiry(
    members: Sequence[str] = ("M1",), *, control: str = "0001", dependent: bool = False
) -> list[str]:
    """Return the segments of a 270: is each member covered?"""
    numbers = Numbers()
    out = numbers.parts
    _eligibility_head(numbers, control, "270")
    for member in members:
        subscriber = numbers.hl(2, "22", "1" if dependent else "0")
        if not dependent:
            out.append(f"TRN*1*T{member}*9EXAMPLECO")
        out += [
            f"NM1*IL*1*{PERSON}****MI*CANARY{member}",
            *("REF*6P*GROUP1", *ADDRESS, "DMG*D8*19800215*F", "DTP*291*D8*20260316"),
        ]
        if dependent:
            numbers.hl(subscriber, "23", "0")
            out += [f"TRN*1*T{member}*9EXAMPLECO", f"NM1*03*1*{PERSON}", "INS*N*19"]
        out.append("EQ*30^98")
        out.append("EQ**HC:99213")
    return closed(out)


def eligibility_answer(
    members: Sequence[str] = ("M1",), *, control: str = "0001", active: bool = True
) -> list[str]:
    """Return the segments of a 271: cover, co-payment and deductible, or a rejection."""
    numbers = Numbers()
    out = numbers.parts
    _eligibility_head(numbers, control, "271")
    for member in members:
        numbers.hl(2, "22", "0")
        out += [
            f"TRN*2*T{member}*9EXAMPLECO",
            f"NM1*IL*1*{PERSON}****MI*CANARY{member}",
            *("REF*18*PLAN1", *ADDRESS),
        ]
        if not active:
            out += ["AAA*N**75*C"]
            continue
        out += [
            *("DMG*D8*19800215*F", "DTP*346*D8*20260101"),
            *("EB*1*IND*30*PR*GOLD PLAN", "DTP*291*RD8*20260101-20261231"),
            "EB*B*IND*98***27*25.5*****Y",
            "MSG*CANARYTEXT",
            "EB*C*FAM*30***23*1500",
            "EB*A*IND*98*****.2",
            *("LS*2120", "NM1*PR*2*EXAMPLE PAYER*****PI*PAYER1", "LE*2120"),
        ]
    return closed(out)


def _eligibility_head(numbers: Numbers, control: str, set_id: str) -> None:
    out = numbers.parts
    purpose = "13" if set_id == "270" else "11"
    out += [
        f"ST*{set_id}*{control}*005010X279A1",
        f"BHT*0022*{purpose}*ELIG0001*20260316*0900",
    ]
    source = numbers.hl("", "20", "1")
    out.append("NM1*PR*2*EXAMPLE PAYER*****PI*PAYER1")
    numbers.hl(source, "21", "1")
    out.append(f"NM1*1P*2*CANARYCLINIC*****XX*{NPIS[0]}")


# ------------------------------------------------------------------------------ 834
def enrolment(
    count: int = 2, *, control: str = "0001", action: str = "2", total: int | None = None
) -> list[str]:
    """Return the segments of an 834: subscribers, each with a spouse; ``total`` is QTY*TO."""
    out = [
        f"ST*834*{control}*005010X220A1",
        f"BGN*00*ENR0001*20260315*1200****{action}",
        *("REF*38*MASTER1", "DTP*007*D8*20260401"),
        f"QTY*TO*{2 * count if total is None else total}",
        f"QTY*ET*{count}",
        f"QTY*DT*{count}",
        "N1*P5*CANARYEMPLOYER*FI*512345678",
        "N1*IN*EXAMPLE PAYER*FI*521234567",
    ]
    for n in range(1, count + 1):
        for subscriber in (True, False):
            out += _member(n, subscriber=subscriber)
    return closed(out)


def _member(n: int, *, subscriber: bool) -> list[str]:
    out = [
        f"INS*{'Y' if subscriber else 'N'}*{'18' if subscriber else '01'}*021*20*A***FT",
        f"REF*0F*CANARYSUB{n:05}",
        *("REF*1L*GROUP1", f"REF*17*CANARYMEM{n:05}{'A' if subscriber else 'B'}"),
        "DTP*336*D8*20200101",
        f"NM1*IL*1*{PERSON}****34*999990001",
        *("PER*IP**TE*8005550199", *ADDRESS, "DMG*D8*19800215*F*M*C"),
        *("HLH*N*70*150", "HD*021**HLT*GOLD*FAM", "DTP*348*D8*20260401", "AMT*P3*450.25"),
        "REF*1L*POLICY1",
    ]
    if subscriber:
        out += ["LS*2700", "LX*1", "N1*75*PRE AMT TOT", "REF*9X*450.25", "LE*2700"]
    return out


# ------------------------------------------------------------------------------ 820
@dataclass(frozen=True)
class Premium:
    """A premium that is paid; cents."""

    member: str = "M1"
    paid: int = 45025
    adjusted: int = 0  # 2320 ADX: added to what is paid


def premium_payment(
    premiums: Sequence[Premium] = (Premium(), Premium("M2", 30000, -1500)),
    *,
    control: str = "0001",
    organisation: int = 0,
    trace: str = "TRACE2001",
) -> list[str]:
    """Return the segments of an 820 (X218) that balances; ``organisation`` is paid as a group."""
    whole = organisation + sum(one.paid + one.adjusted for one in premiums)
    out = [
        f"ST*820*{control}*005010X218",
        f"BPR*I*{money(whole)}*C*ACH*CCP*01*999999992*DA*123456*1512345678{DEPOSIT}",
        f"TRN*3*{trace}",
        *("REF*38*MASTER1", "DTM*582****RD8*20260401-20260430"),
        "N1*PE*EXAMPLE HEALTH PLAN*FI*512345678",
        *("N1*PR*EXAMPLE EMPLOYER*FI*521234567", "N3*3 CANARY STREET", "N4*DENVER*CO*80202"),
    ]
    if organisation:
        out += [
            *("ENT*1*2L*FI*521234567", f"RMR*IK*INV1**{money(organisation)}*{money(organisation)}"),
            *("DTM*582****RD8*20260401-20260430", "IT1*1", "SLN*1**O*12*10"),
        ]
    for n, one in enumerate(premiums, 1):
        out += [
            f"ENT*{n}*2J*EI*CANARY{one.member}",
            f"NM1*IL*1*{PERSON}****N*CANARY{one.member}",
            f"RMR*AZ*CANARYPOL{one.member}**{money(one.paid)}*{money(one.paid)}",
            "DTM*582****RD8*20260401-20260430",
        ]
        if one.adjusted:
            out.append(f"ADX*{money(one.adjusted)}*52")
    return closed(out)


# ------------------------------------------------------------------------------ files
def health_file(name: str, *sets: Sequence[str]) -> bytes:
    """Return an interchange with sets of one kind (a key of ``GROUPS``)."""
    kind, version = GROUPS[name]
    return interchange(group(kind, version, sets))


def claim_stream(
    size: int, kind: str = "P", *, seed: int = 1, per_set: int = 500
) -> Iterator[bytes]:
    """Yield the bytes of an interchange of 837 with at least ``size`` bytes, in constant memory."""
    yield from _stream(
        f"837{kind}",
        size,
        lambda n: claim_set(
            claims(seed + n, per_set, kind), kind, control=f"{n:04}", batch=f"B{n:06}"
        ),
    )


def enrolment_stream(size: int, *, per_set: int = 500) -> Iterator[bytes]:
    """Yield the bytes of an interchange of 834, as ``claim_stream``."""
    yield from _stream("834", size, lambda n: enrolment(per_set, control=f"{n:04}"))


def _stream(name: str, size: int, make: Callable[[int], Sequence[str]]) -> Iterator[bytes]:
    kind, version = GROUPS[name]
    head, _, tail = interchange(group(kind, version, [["@"]])).partition(b"@~")
    yield head
    written = sets = 0
    while written < size:
        sets += 1
        text = "".join(f"{one}~" for one in make(sets)).encode()
        written += len(text)
        yield text
    yield tail.replace(b"GE*1*", b"GE*%d*" % sets)
