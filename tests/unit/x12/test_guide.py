"""Guides: places, loops and elements; codes IK304 and IK403."""

import tomllib

import pytest

from acktrail.errors import GuideError
from acktrail.formats.delimited import Marks
from acktrail.formats.x12 import X12
from acktrail.formats.x12.explain import explain
from acktrail.formats.x12.guide.catalogue import Catalogue
from acktrail.formats.x12.guide.compiled import Machine
from acktrail.formats.x12.guide.model import (
    ElementType,
    Guide,
    LoopNode,
    SegmentNode,
    dictionary,
    segments_of,
)
from acktrail.formats.x12.guide.patterns import segment_match
from acktrail.formats.x12.guide.pyx12_maps import read_wheel_map
from acktrail.formats.x12.guide.toml_guide import read_guide
from acktrail.formats.x12.hierarchy import Hierarchy
from acktrail.formats.x12.segment import SetSegment, text_of
from acktrail.model import Verdict
from tests.conftest import ROOT
from tests.generators.x12 import (
    closed,
    group,
    interchange,
    invoices,
    order,
    orders,
    payments,
    remittance,
)
from tests.unit.x12.reading import (
    Folder,
    codes_of,
    findings_of,
    messages_of,
    read,
    result_of,
)

MARKS = Marks("*", ":", "^", "~")
GUIDES = tuple(key.id for key in Catalogue(Folder(), read_wheel_map).guide_keys())


def faults_of(segments: list[str], **options: str | dict[str, str]) -> list[tuple[str, str]]:
    return codes_of(read(interchange(payments(closed(segments))), **options))


def changed(old: str, new: str) -> list[str]:
    """Return the clean 835 with one segment changed."""
    body = remittance()
    at = next(i for i, text in enumerate(body) if text.startswith(old))
    return [*body[:at], *([new] if new else []), *body[at + 1 :]]


def with_after(old: str, *new: str) -> list[str]:
    body = remittance()
    at = next(i for i, text in enumerate(body) if text.startswith(old))
    return [*body[: at + 1], *new, *body[at + 1 :]]


@pytest.mark.parametrize("name", GUIDES)
def test_every_guide_compiles_and_ends_with_se(name: str) -> None:
    guide = Catalogue(Folder(), read_wheel_map).guide(name)

    machine = Machine(guide, MARKS)
    for node in segments_of(guide.root):
        segment_match(node, MARKS)
    assert (machine.first.tag, machine.last.tag) == ("ST", "SE")


# ------------------------------------------------------------------------------ segments


@pytest.mark.parametrize(
    ("segments", "fault"),
    [
        (changed("TRN", ""), ("IK304 3", "TRN")),
        (changed("N3", ""), ("IK304 3", "N3")),
        (with_after("TRN", "ZZZ*1"), ("IK502 5", "")),
        (with_after("TRN", "HI*ABK:I10"), ("IK304 2", "HI")),
        (with_after("N4", "N3*AGAIN"), ("IK304 7", "N3")),
        (with_after("TRN", "TRN*1*X*1512345678"), ("IK304 5", "TRN")),
        (with_after("PER", "N1*PR*SECOND PAYER"), ("IK304 4", "N1")),
    ],
)
def test_segment_fault_has_its_ik304_code(segments: list[str], fault: tuple[str, str]) -> None:
    assert faults_of(segments)[0] == fault


def test_required_loop_that_is_missing_is_i7() -> None:
    body = [text for text in remittance() if not text.startswith(("N1*PE", "REF*TJ"))]

    assert ("IK304 I7", "N1") in faults_of(body)


def test_set_of_st_and_se_only_names_what_its_header_lacks() -> None:
    codes = faults_of(["ST*835*0001"])

    assert {("IK304 3", "BPR"), ("IK304 3", "TRN"), ("IK304 I7", "N1")} <= set(codes)


def test_missing_segment_stands_one_behind_the_last_of_its_loop() -> None:
    (finding,) = findings_of(read(interchange(payments(closed(changed("PER", ""))))))

    assert (finding.place.segment, finding.place.position) == ("PER", 8)


@pytest.mark.parametrize(
    ("header", "found"),
    [
        (["BPR", "DTM*405", "TRN"], [("IK304 7", "TRN", 4)]),
        (["BPR", "CUR", "CUR", "TRN", "DTM*405"], [("IK304 5", "CUR", 4), ("IK304 7", "TRN", 5)]),
    ],
)
def test_misplaced_segment_of_table_1_is_one_finding_at_its_own_place(
    header: list[str], found: list[tuple[str, str, int]]
) -> None:
    """999, IK304 7: not in proper sequence. The header of an 835 comes once and is not reopened."""
    start, *body = remittance()
    known = {text[:7] if text.startswith("DTM") else text[:3]: text for text in body[:3]}
    known["CUR"] = "CUR*PR*USD"
    left = [text for text in body if text not in known.values()]

    result = read(interchange(payments(closed([start, *(known[one] for one in header), *left]))))

    places = [(one.code, one.place.segment, one.place.position) for one in findings_of(result)]
    assert places == found


def test_misplaced_loop_start_is_in_no_proper_sequence_and_not_missing_too() -> None:
    """An 835's payee (1000B) stands behind its payer (1000A)."""
    body = remittance()
    payee = next(at for at, text in enumerate(body) if text.startswith("N1*PE"))
    end = next(at for at, text in enumerate(body) if text.startswith("LX"))
    payer = next(at for at, text in enumerate(body) if text.startswith("N1*PR"))
    swapped = [*body[:payer], *body[payee:end], body[payer], *body[end:]]

    assert faults_of(swapped) == [("IK304 7", "N1")]


def test_loop_over_its_maximum_is_4_at_its_first_segment() -> None:
    extra = ["SVC*HC:99213*0*0**1", "DTM*472*20260301"] * 1000
    body = remittance()
    data = interchange(payments(closed([*body[:-2], *extra])))

    assert ("IK304 4", "SVC") in codes_of(read(data))


def test_lost_loop_start_gives_one_finding_and_no_cascade() -> None:
    lost = ["SVC*HC:99213*1*1**1", "AMT*B6*1", "DTM*472*20260301"]
    body = remittance()
    codes = faults_of([*body[:4], *lost, *body[4:]])

    assert codes == [("IK304 2", "SVC")]


def test_claims_without_their_header_number_are_one_fault_until_a_segment_matches() -> None:
    body = [text for text in remittance() if not text.startswith("LX")]

    assert faults_of(body) == [("IK304 2", "CLP")]


def test_bad_qualifier_of_the_only_namesake_is_a_bad_code() -> None:
    assert faults_of(changed("BPR", remittance()[1].replace("BPR*I", "BPR*Q"))) == [
        ("IK403 7", "BPR01")
    ]


# ------------------------------------------------------------------------------ elements


@pytest.mark.parametrize(
    ("old", "new", "fault"),
    [
        ("TRN", "TRN*1**1512345678", ("IK403 1", "TRN02")),
        ("TRN", "TRN*1*T*151234567", ("IK403 4", "TRN03")),
        ("TRN", "TRN*1*T*15123456789", ("IK403 5", "TRN03")),
        ("TRN", "TRN*1*T*1512345678*A*B", ("IK403 3", "TRN05")),
        ("TRN", "TRN*1*T*1512345678*", ("IK403 3", "TRN04")),
        ("TRN", "TRN*1*T ST\x07*1512345678", ("IK403 6", "TRN02")),
        ("TRN", "TRN*1*TRACE *1512345678", ("IK403 6", "TRN02")),
        ("TRN", "TRN*1*T:X*1512345678", ("IK403 13", "TRN02")),
        ("TRN", "TRN*1*T^X*1512345678", ("IK403 12", "TRN02")),
        ("TRN", "TRN*9*T*1512345678", ("IK403 7", "TRN01")),
        ("DTM*405", "DTM*405*20260230", ("IK403 8", "DTM02")),
        ("DTM*405", "DTM*405*20260315*1200", ("IK403 I10", "DTM03")),
        ("PER", "PER*BL*HELP DESK*TE", ("IK403 2", "PER04")),
        ("SVC", "SVC*HC*120*90", ("IK403 1", "SVC01-2")),
        ("SVC", "SVC*HC:99213:::::::X:Y*120*90", ("IK403 13", "SVC01-9")),
        ("SVC", "SVC*HC:99213:*120*90", ("IK403 3", "SVC01-3")),
        ("SVC", "SVC*HC:99213*1E2*90", ("IK403 6", "SVC02")),
        ("LX", "LX*1.5", ("IK403 6", "LX01")),
    ],
)
def test_element_fault_has_its_ik403_code(old: str, new: str, fault: tuple[str, str]) -> None:
    assert faults_of(changed(old, new))[0] == fault


def test_29_february_is_a_date_in_leap_years_only() -> None:
    assert faults_of(changed("DTM*405", "DTM*405*20240229")) == []
    assert faults_of(changed("DTM*405", "DTM*405*20250229")) == [("IK403 8", "DTM02")]


def test_digits_of_other_scripts_are_no_digits() -> None:
    body = changed("LX", "LX*\u0661")  # ARABIC-INDIC DIGIT ONE

    assert [code for code, _at in faults_of(body)] != []


def test_sign_and_point_do_not_count_for_length() -> None:
    assert faults_of(changed("AMT*B6*100", "AMT*B6*-1234567890123456.78")) == []


def test_element_finding_names_the_data_element_and_never_the_value() -> None:
    (finding,) = findings_of(
        read(interchange(payments(closed(changed("TRN", "TRN*9*CANARY*151234567X")))))
    )

    assert finding.reference == "481"
    assert "CANARY" not in repr(finding)


def test_list_conditional_rule_of_cas() -> None:
    assert faults_of(changed("CAS*CO", "CAS*CO*45*20**97"))[0] == ("IK403 2", "CAS06")


def test_rfi_1532_cas06_is_required_with_cas05() -> None:
    # the syntax rule alone would allow CAS07 in its place
    codes = faults_of(changed("CAS*CO", "CAS*CO*45*20**97**1"))

    assert ("IK403 2", "CAS06") in codes


# ------------------------------------------------------------------------------ switches


def test_snip_type_is_switched_to_warn_or_off() -> None:
    body = changed("TRN", "TRN*9*T*1512345678")
    data = interchange(payments(closed(body)))

    assert messages_of(read(data))[0].verdict is Verdict.REJECTED
    assert messages_of(read(data, snip={"2": "warn"}))[0].verdict is Verdict.ACCEPTED_WITH_ERRORS
    assert messages_of(read(data, snip={"2": "off"}))[0].verdict is Verdict.ACCEPTED


# ------------------------------------------------------------------------------ own guides


def test_order_with_loops_of_the_standard_is_accepted() -> None:
    body = order()
    full = [
        *body[:4],
        "PER*BD*TESTPERSON*TE*8005550100",
        "FOB*DE",
        "SAC*C*D240***500",
        "ITD*01*3*2**10**30",
        body[4],
        "TD5**2*UPSN",
        "N9*L1*NOTE",
        "MSG*KEEP DRY",
        *body[5:11],
        "PO4*1*10*EA",
        *body[11:-1],
        "AMT*TT*47.5",
    ]
    codes = codes_of(read(interchange(orders(closed(full)))))

    assert codes == []


def test_order_without_a_line_lacks_its_loop() -> None:
    body = [text for text in order() if not text.startswith(("PO1", "PID", "CTT"))]

    assert ("IK304 I7", "PO1") in codes_of(read(interchange(orders(closed(body)))))


def test_invoice_without_tds_lacks_it() -> None:
    data = interchange(invoices()).replace(b"TDS*", b"AMT*1*")

    assert ("IK304 3", "TDS") in codes_of(read(data))


def test_4010_knows_no_repetition_separator() -> None:
    data = interchange(orders(closed([*order()[:2], "REF*DP*A^B", *order()[2:]])))
    segment = read(data.replace(b"*^*00501*", b"*U*00401*"))

    assert "IK403 12" not in [code for code, _at in codes_of(segment)]


HIERARCHY = """
id = "test"
loops = ["ST", "HL in ST"]
[loop.ST]
segments = ['ST 010 R 1 | R:143=856 R:329']
end = ['SE 030 R 1 | R:96 R:329']
[loop.HL]
table = 2
max = 0
segments = ['HL 010 R 1 | R:628 S:734 R:735=S,O', 'DTP 020 S 1 | R:374 R:1250=D8,RD8 R:1251']
"""
LISTED = """[lists]
levels = "S,O"
[loop.SUB]
table = 2
pos = 900
segments = ['DTP 010 R 1 | R:374 N:C040']
[loop.LS]
table = 2
segments = ['HL 030 R 1 | R:628']
[loop.ST]"""
TYPES = {
    "143": ElementType("ID", 3, 3),
    "329": ElementType("AN", 4, 9),
    "96": ElementType("N0", 1, 10),
    "628": ElementType("AN", 1, 12),
    "734": ElementType("AN", 1, 12),
    "735": ElementType("ID", 1, 2),
    "374": ElementType("ID", 3, 3),
    "1250": ElementType("ID", 2, 3),
    "1251": ElementType("AN", 1, 35),
}


def test_period_is_tied_to_its_qualifier() -> None:
    guide = read_guide(tomllib.loads(HIERARCHY), dictionary("test", TYPES, "test"))
    node = next(one for one in segments_of(guide.root) if one.id == "DTP")
    accepts = segment_match(node, MARKS)

    for text, right in (
        ("DTP*472*D8*20260301", True),
        ("DTP*472*RD8*20260301-20260302", True),
        ("DTP*472*RD8*20260301", False),
        ("DTP*472*D8*20260301-20260302", False),
    ):
        assert (accepts(text) is not None) is right
        assert (explain(node, text.split("*"), MARKS) == []) is right


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("ST 010 R 1", "ST 010 Q 1"),
        ("R:143=856", "R:143=856(R"),
        ("R:329'", "R:329 | X01'"),
        ("HL in ST", "HL in XX"),
        ("HL in ST", "HL"),
        ('"HL in ST"', '"HL in ST", "ST in HL"'),
        ("R:735=S,O", "R:735=@levels"),
        ("R:628", "R:999"),
    ],
)
def test_broken_guide_is_refused_by_name(old: str, new: str) -> None:
    table = tomllib.loads(HIERARCHY.replace(old, new, 1))

    with pytest.raises(GuideError, match="test"):
        read_guide(table, dictionary("test", TYPES, "test"))


def test_guide_ids_are_those_of_the_files() -> None:
    assert {f"{name}.toml" for name in GUIDES} <= set(Folder().names("x12"))


def test_wrappers_have_no_loop_id() -> None:
    guide = Catalogue(Folder(), read_wheel_map).guide("835-005010X221A1")

    loops = [one for one in guide.root.children if isinstance(one, LoopNode)]
    assert [one.id for one in loops] == ["", "", ""]


def test_lists_positions_and_shared_loops_of_the_notation() -> None:
    text = HIERARCHY.replace('"HL in ST"', '"HL in ST", "SUB in HL", "LS in HL", "LS in SUB S"')
    text = text.replace("R:735=S,O", "R:735=@levels").replace("[loop.ST]", LISTED, 1)
    guide = read_guide(tomllib.loads(text), dictionary("test", TYPES, "test"))

    level = next(one for one in guide.root.children if isinstance(one, LoopNode))
    inner = [one for one in level.children if isinstance(one, LoopNode)]
    assert [(one.id, one.position, one.usage) for one in inner] == [
        ("LS", 200_030, "R"),
        ("SUB", 200_900, "R"),
    ]
    assert isinstance(inner[1].children[1], LoopNode)
    assert (inner[1].children[1].id, inner[1].children[1].usage) == ("LS", "S")
    assert isinstance(level.children[0], SegmentNode)
    assert level.children[0].elements[2].codes == {"S", "O"}


# ------------------------------------------------------------------------------ HL


def test_hl_numbers_follow_each_other_and_parents_were_named_before() -> None:
    hierarchy = Hierarchy(100)
    given = ("HL*1**20*1", "HL*2*1*22*0", "HL*4*9*22*0", "HL*4*2*23*0", "HL")

    faults = [[(r.name, n) for r, n in hierarchy.faults(text.split("*"))] for text in given]

    assert faults == [
        [],
        [],
        [("x12.hl.number", 1), ("x12.hl.parent", 2)],
        [],
        [("x12.hl.number", 1)],
    ]


HL_GUIDE = """
schema = "acktrail/x12-guide/1"
id = "862-004010"
release = "004010"
key = { gs08 = ["004010"], gs01 = "SS", st01 = "862" }
loops = ["ST", "HL in ST"]
[loop.ST]
segments = ['ST 010 R 1 | R:143=862 R:329', 'BSN 020 R 1 | R:353=00 R:396 R:373 R:337']
end = ['SE 030 R 1 | R:96 R:329']
[loop.HL]
table = 2
max = 0
segments = ['HL 010 R 1 | R:628 S:734 R:735=S,O', 'N9 020 N 1 | R:128']
"""


class WithNotice(Folder):
    """The guides, and one more that counts its HL segments and has one that is not used."""

    def read(self, path: str) -> bytes:
        if path == "x12/862-004010.toml":
            return HL_GUIDE.encode()
        return super().read(path)

    def names(self, folder: str) -> list[str]:
        return [*super().names(folder), "862-004010.toml"]


def notice(*segments: str) -> list[tuple[str, str]]:
    """Return rule and address of what is found in its set."""
    body = ["ST*862*0001", "BSN*00*N1*20260301*1200", *segments]
    reader = X12(WithNotice(), read_wheel_map).reader({})
    data = interchange(group("SS", "004010", (closed(body),)))
    events = [*reader.feed(data), *reader.close()]
    return [(one.rule, one.place.address) for one in findings_of(result_of(events))]


SUPPLY = ("810", "832", "846", "850", "855", "856", "860", "865", "867")


@pytest.mark.parametrize("set_id", SUPPLY)
def test_guide_of_a_release_holds_what_the_release_changed_and_the_rest_of_the_one_before(
    set_id: str,
) -> None:
    catalogue = Catalogue(Folder(), read_wheel_map)
    old, new = (catalogue.guide(f"{set_id}-{release}") for release in ("004010", "005010"))

    def element(guide: Guide, tag: str, number: int) -> ElementType:
        return next(one for one in segments_of(guide.root) if one.id == tag).elements[number].type

    def size(guide: Guide, tag: str) -> int:
        return len(next(one for one in segments_of(guide.root) if one.id == tag).elements)

    assert (element(old, "REF", 1).high, element(new, "REF", 1).high) == (30, 50)
    assert (size(old, "N4"), size(new, "N4")) == (6, 7)
    assert {one.id for one in segments_of(old.root)} - {"MSG"} <= {
        one.id for one in segments_of(new.root)
    }
    assert (old.counted, new.counted) == (set_id != "856", set_id != "856")


@pytest.mark.parametrize("base", ["850-009999", "835-005010X221A1", "850-005010"])
def test_guide_that_extends_none_in_loops_is_a_guide_error(base: str) -> None:
    text = (ROOT / "parsers/x12/850-005010.toml").read_bytes()
    broken = text.replace(b'extends = "850-004010"', f'extends = "{base}"'.encode())

    class Broken(Folder):
        def read(self, path: str) -> bytes:
            return broken if path == "x12/850-005010.toml" else super().read(path)

    with pytest.raises(GuideError, match="850-005010: extends no guide"):
        Catalogue(Broken(), read_wheel_map).guide("850-005010")


def ship_notice(*segments: str) -> list[tuple[str, str]]:
    """Return rule and address of what is found in an 856."""
    body = ["ST*856*0001", "BSN*00*N1*20260301*1200", *segments]
    data = interchange(group("SH", "004010", (closed(body),)))
    return [(one.rule, one.place.address) for one in findings_of(read(data))]


def test_x12_hl_number_is_found_where_hl01_is_not_the_next_number() -> None:
    """X12.6: HL01 counts the HL segments of a set from 1."""
    assert notice("HL*1**S", "HL*2*1*O", "HL*3*1*O") == []
    assert notice("HL*1**S", "HL*3*1*O") == [("x12.hl.number", "HL01")]


def test_x12_6_hl01_of_a_ship_notice_is_unique_and_need_not_count() -> None:
    """X12.6, HL01: a unique alphanumeric number; only implementation guides make it count."""
    assert ship_notice("HL*A**S", "HL*7*A*O", "HL*B*7*I") == []
    assert ship_notice("HL*1**S", "HL*1*1*O") == [("x12.hl.unique", "HL01")]
    assert ship_notice("HL*1**S", "HL*2*5*O") == [("x12.hl.parent", "HL02")]


def test_x12_hl_parent_is_found_where_hl02_names_none_that_came_before() -> None:
    assert notice("HL*1**S", "HL*2*7*O") == [("x12.hl.parent", "HL02")]


def test_x12_hl_depth_is_found_once_where_levels_nest_deeper_than_the_cap() -> None:
    nested = ["HL*1**S", *(f"HL*{n}*{n - 1}*O" for n in range(2, 104))]
    beside = ["HL*1**S", *(f"HL*{n}*1*O" for n in range(2, 104))]

    assert notice(*nested) == [("x12.hl.depth", "HL02")]
    assert notice(*nested[:100]) == []
    assert notice(*beside) == []


def test_segment_that_the_guide_does_not_use_has_no_place_in_it() -> None:
    assert notice("HL*1**S", "N9*ZZ") == [("x12.segment.unexpected", "N9")]


def test_text_of_a_value_is_utf_8_where_it_is_that_and_latin_1_otherwise() -> None:
    assert text_of("Z\u00c3\u00bcrich") == "Z\u00fcrich"
    assert text_of("Z\u00fcrich") == "Z\u00fcrich"


def test_repetitions_are_split_before_components() -> None:
    segment = SetSegment(["DMG", "A:1^B:2"], "", MARKS, 1, 0)

    assert segment.repetitions(1) == 2
    assert [segment.get(1, c, r) for r in (1, 2, 3) for c in (1, 2)] == ["A", "1", "B", "2", "", ""]
    assert segment.get(1, part=2) == ""
