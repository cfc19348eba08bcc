"""Verdicts and faults of generated and mutated 837P, 835 and 834, beside those of pyx12.

What may differ, and why. Codes of pyx12's own: 1 is a segment without place, SEG1 elements too
many, LX, HL1 and HL2 numbering, 10 is I10.

* We refuse and pyx12 does not: sums of an 835, of which it has none; a value that ends in a blank,
  which it strips; what an instance of a loop lacks when the next one of the same loop ends it.
* pyx12 tells a qualifier that is no code as a segment without place, and then every segment of the
  lost loop; we tell the element, or the loop's first segment once.
* A value that is too short or long and no code, or no date, has one code of ours and two of theirs.
* A value that ends in a blank is a wrong character to us (6); of what is left pyx12 says that it is
  no code.
* A state or country that is in no list is wrong to pyx12; lists are not ours to ship.
* A condition between elements that is broken has an element of ours, and of pyx12 only the 8 of its
  segment.
* PLB twice is a second FOOTER to pyx12, though the guide repeats it.
"""

import os
import re
from collections import Counter
from random import Random

import pytest
from x12sdk import generate

from acktrail.model import MessageResult, Severity, Verdict
from tests.generators.x12 import closed, group, interchange, remittance
from tests.generators.x12_peers import Judged, by_pyx12
from tests.unit.x12.reading import messages_of, read

RUNS = 1000 if os.environ.get("HYPOTHESIS_PROFILE") == "nightly" else 40  # of each set
GROUPS = {
    "837": ("HC", "005010X222A1"),
    "835": ("HP", "005010X221A1"),
    "834": ("BE", "005010X220A1"),
}
VALUES = ["", "Q9", "X" * 90, "20260230", "1.5", "-", "A ", "12345678901"]
INTERNAL = {"8", "LX", "HL1", "HL2", "SEG1"}  # codes of pyx12 that no IK304 knows
SAME = {"I10": "10", "I12": "7"}  # our code of an element: theirs
EXTERNAL = frozenset({"N402", "N404"})  # elements whose lists are the operator's
CONDITIONS = frozenset({"2", "10"})  # IK403 of a condition that is broken


def right(kind: str, seed: int) -> list[str]:
    """Return the segments of a right set that other code than ours has written, but for 835.

    What x12sdk writes into DSB behind its code the guide does not use.
    """
    if kind == "835":
        return remittance()
    write = generate.generate_837p if kind == "837" else generate.generate_834
    segments = [one.strip() for one in write(seed=seed).split("~")]
    start = next(n for n, one in enumerate(segments) if one.startswith("ST*"))
    end = next(n for n, one in enumerate(segments) if one.startswith("SE*"))
    body = [re.sub(r"^(DSB\*[^*]*).*", r"\1", one) for one in segments[start + 1 : end]]
    return closed([f"ST*{kind}*0001*{GROUPS[kind][1]}", *body])


def mutated(segment: str, random: Random) -> str:
    """Return a segment with one element changed, appended or shortened."""
    elements = segment.split("*")
    at = random.randrange(1, max(len(elements), 2))
    match random.randrange(3):
        case 0 if at < len(elements):
            elements[at] = random.choice(VALUES)
        case 1:
            elements.append(random.choice(["X", ""]))
        case _ if at < len(elements):
            elements[at] = elements[at][:-1]
    return "*".join(elements)


def spoiled(segments: list[str], random: Random) -> list[str]:
    """Return a set with one segment changed, lost or doubled."""
    body = segments[:-1]
    at = random.randrange(1, len(body))
    match random.randrange(4):
        case 0:
            del body[at]
        case 1:
            body.insert(at, body[at])
        case _:
            body[at] = mutated(body[at], random)
    return closed(body)


def by_us(message: MessageResult) -> Judged:
    """Return our verdict of a set in the same form."""
    codes: dict[str, set[tuple[int, str, str]]] = {"IK304": set(), "IK403": set(), "IK502": set()}
    for one in message.findings:
        name, _, code = one.code.partition(" ")
        if one.severity in (Severity.ERROR, Severity.FATAL) and code:
            codes[name].add((one.place.position, one.place.address, code))
    return Judged(
        message.verdict is not Verdict.REJECTED,  # warnings of ours accept all the same
        frozenset(code for _, _, code in codes["IK502"]),
        frozenset((at, code) for at, _, code in codes["IK304"]),
        frozenset(codes["IK403"]),
    )


def difference(message: MessageResult, theirs: Judged, body: list[str]) -> str:
    """Return the class of the difference: "" for none, "?" for one that has no reason."""
    ours = by_us(message)
    if ours.accepted:
        return "" if theirs.accepted else _only_theirs(theirs)
    if theirs.accepted:
        return _only_ours(message, ours)
    at = {position for position, _ in ours.segments} | {position for position, *_ in ours.elements}
    there = {position for position, _ in theirs.segments}
    there |= {position for position, *_ in theirs.elements}
    if not at and any(one.category == "snip3" for one in message.findings):
        return "second FOOTER" if body[min(there) - 1].startswith("PLB") else "?"
    if min(at) != min(there):
        return "place of what is missing" if _is_missing(ours) and _is_missing(theirs) else "?"
    return _elements(ours, theirs, body)


def _only_ours(message: MessageResult, ours: Judged) -> str:
    if any(one.category == "snip3" for one in message.findings):
        return "sums"
    if {code for *_, code in ours.elements} == {"6"}:
        return "blank at the end"
    return "instance ended by the next" if _is_missing(ours) else "?"


def _only_theirs(theirs: Judged) -> str:
    external = {(where, "7") for where in EXTERNAL}
    found = {(where, code) for _, where, code in theirs.elements}
    return "external list" if found and found <= external else "?"


def _is_missing(one: Judged) -> bool:
    return bool({code for _, code in one.segments} & {"3", "I7"})


def _elements(ours: Judged, theirs: Judged, body: list[str]) -> str:
    """Compare the elements of segments that both read at the same place of the guide."""
    lost = {position for position, code in theirs.segments if code not in INTERNAL}
    lost |= {position for position, _ in ours.segments}
    judged = [position for position, *_ in theirs.elements if position not in lost]
    for position in judged:
        own = {
            (where, SAME.get(c, c))
            for p, where, c in ours.elements
            if p == position and not (c in CONDITIONS and (p, "8") in theirs.segments)
        }
        told = {(where, c) for p, where, c in theirs.elements if p == position}
        counted = {(where, code) for where, code in own if not _is_internal(where, code)}
        places = {where for where, _ in counted} == {where for where, _ in told}
        if places and _ends_in_a_blank(counted - told, body[position - 1]):
            return "blank at the end"
        if not places or not counted <= told:
            return "?"
        if counted != told:
            return "two codes for a value"
    if lost - {position for position, _ in ours.segments}:
        return "qualifier, or the rest of a lost loop"
    return ""


def _ends_in_a_blank(differing: set[tuple[str, str]], segment: str) -> bool:
    """Tell whether what only we find is a wrong character, and in each value the last blank."""
    elements = segment.split("*")
    return bool(differing) and all(
        code == "6" and re.search(r" (?::|$)", elements[int(where.partition("-")[0][-2:])])
        for where, code in differing
    )


def _is_internal(where: str, code: str) -> bool:
    """Tell whether pyx12 has a code of its own for it: SEG1, HL1, HL2, LX."""
    return code == "3" or (where in ("HL01", "HL02", "LX01") and code == "7")


@pytest.mark.filterwarnings("ignore")  # x12sdk's own
@pytest.mark.parametrize("kind", GROUPS)
def test_verdict_and_places_are_those_of_pyx12_but_for_the_listed_differences(
    kind: str, capsys: pytest.CaptureFixture[str]
) -> None:
    counts: Counter[str] = Counter()
    odd: list[tuple[int, list[str]]] = []
    for seed in range(RUNS):
        random = Random(seed)  # noqa: S311 - no secret
        body = spoiled(right(kind, seed % 5 + 1), random)
        data = interchange(group(*GROUPS[kind], [body]))
        (message,) = messages_of(read(data))
        (theirs,) = by_pyx12(data)
        found = difference(message, theirs, body)
        counts[found or "same"] += 1
        counts["accepted by both"] += by_us(message).accepted and theirs.accepted
        if found == "?":
            odd.append((seed, sorted(map(str, [by_us(message), theirs]))))
    with capsys.disabled():
        print(f"\n{kind} against pyx12, {RUNS} runs: {dict(counts)}")  # noqa: T201 - the report

    assert odd == []


def test_clean_sets_are_accepted_by_both() -> None:
    for kind, named in GROUPS.items():
        for seed in range(1, 6):
            data = interchange(group(*named, [right(kind, seed)]))
            (message,) = messages_of(read(data))
            (theirs,) = by_pyx12(data)

            assert by_us(message).accepted is theirs.accepted is True, (kind, seed)
