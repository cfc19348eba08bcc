"""Structure, fields and profile rules. Tables: hl7apy 1.3.5 with parsers/hl7/overlay.toml."""

import tomllib

import pytest

from acktrail.errors import ProfileError
from acktrail.formats.hl7.guides import Guides
from acktrail.formats.hl7.message import Hl7Segment
from acktrail.formats.hl7.structure import Structure
from acktrail.formats.hl7.tables import VERSIONS, Node, Tables, read_corrections
from acktrail.model import Finding, Severity
from acktrail.ports import MessageStart
from tests.generators.hl7 import (
    FORMAT,
    ParserFiles,
    adt,
    dft,
    events,
    messages,
    msh,
    read,
    rule_names,
    written,
)

CORRECTIONS = read_corrections(ParserFiles())


def findings(lines: list[str], options: dict[str, object] | None = None) -> list[Finding]:
    (message,) = messages(read(written(lines), options))
    return list(message.findings)


def found(lines: list[str], options: dict[str, object] | None = None) -> list[tuple[str, str, str]]:
    return [
        (one.rule.removeprefix("hl7."), one.severity.value, one.place.address)
        for one in findings(lines, options)
    ]


def segments(lines: list[str]) -> list[Hl7Segment]:
    return [event for event in events(written(lines)) if isinstance(event, Hl7Segment)]


def charge(lines: list[str], number: int, value: str) -> list[str]:
    """Set a field of the first FT1."""
    at = next(index for index, line in enumerate(lines) if line.startswith("FT1"))
    fields = lines[at].split("|")
    fields += [""] * (number + 1 - len(fields))
    fields[number] = value
    return [*lines[:at], "|".join(fields), *lines[at + 1 :]]


@pytest.mark.parametrize("version", ["2.3", "2.3.1", "2.4", "2.5", "2.5.1", "2.6"])
@pytest.mark.parametrize("event", ["P03", "A01", "A08", "A31"])
def test_sound_message_has_no_finding(version: str, event: str) -> None:
    lines = dft(version=version) if event == "P03" else adt(event=event, version=version)

    assert found(lines) == []


@pytest.mark.parametrize(
    ("number", "value", "rule", "address"),
    [
        (4, "", "required_missing", "FT1-4"),
        (4, "20260231", "bad_ts", "FT1-4.1"),
        (4, "2026-01-02T03:04", "bad_ts", "FT1-4.1"),
        (6, "", "required_missing", "FT1-6"),
        (10, "two", "bad_nm", "FT1-10"),
        (10, "1e3", "bad_nm", "FT1-10"),
        (10, "٣", "bad_nm", "FT1-10"),
        (12, "1,50&USD", "bad_nm", "FT1-12.1"),
        (11, "26.00&USD", "amount_mismatch", "FT1-11.1"),
    ],
)
def test_fault_in_a_mapped_field_fails_the_message(
    number: int, value: str, rule: str, address: str
) -> None:
    lines = charge(dft(), number, value)

    assert (rule, "error", address) in found(lines)
    assert messages(read(written(lines)))[0].verdict.value == "rejected"


@pytest.mark.parametrize("value", ['""', "20240229", "202601", "2026", "202601020304+0100", ""])
def test_dates_of_any_precision_are_sound(value: str) -> None:
    # HL7 v2+ chapter 2A, DTM; the delete indicator fits every type
    assert found(charge(dft(), 5, value)) == []


@pytest.mark.parametrize("value", ["202601020304-500", "202601020304 +0100"])
def test_malformed_offset_is_a_warning(value: str) -> None:
    assert found(charge(dft(), 5, value)) == [("offset_odd", "warning", "FT1-5.1")]


def test_fault_in_a_field_that_no_map_reads_is_a_warning() -> None:
    lines = dft()
    lines[2] = lines[2].replace("19800229", "unknown")

    assert found(lines) == [("bad_ts", "warning", "PID-7.1")]
    assert found(lines, {"used": ["PID-7"]}) == [("bad_ts", "error", "PID-7.1")]
    assert found(lines, {"strict": True}) == [("bad_ts", "error", "PID-7.1")]


@pytest.mark.parametrize(
    ("lines", "expected"),
    [
        (charge(dft(), 60, "x"), ("extra_field", "warning", "FT1-60")),
        (charge(dft(), 8, "a^b"), ("extra_component", "warning", "FT1-8.2")),
        (charge(dft(), 13, "a~b"), ("extra_repetition", "warning", "FT1-13(2)")),
        (charge(dft(version="2.7"), 8, "x"), ("withdrawn_field", "warning", "FT1-8")),
        ([*dft(), "ZZ1|local"], ("z_segment", "warning", "ZZ1")),
        ([*dft(), "XYZ|1"], ("unknown_segment", "warning", "XYZ")),
        ([*dft(), "a line of text"], ("non_segment_line", "warning", "")),
        ([*dft(), "AL1|1||X"], ("segment_unexpected", "warning", "AL1")),
        (charge(dft(), 17, "x" * 9), ("too_long", "warning", "FT1-17")),
    ],
)
def test_what_goes_beyond_the_tables_is_a_warning(
    lines: list[str], expected: tuple[str, str, str]
) -> None:
    # HL7 v2+ chapter 2, 2.5.2 and 2.7.1: receivers tolerate additions
    assert found(lines, {"lengths": {"FT1-17": 8}}) == [expected]
    assert read(written(lines)).verdict.value == "accepted"


def test_segment_without_which_the_map_cannot_do_is_an_error() -> None:
    without_charges = [line for line in dft() if not line.startswith("FT1")]
    without_event = [line for line in dft() if not line.startswith("EVN")]

    assert found(without_charges) == [("segment_missing", "error", "FT1")]
    assert found(without_event) == [("segment_missing", "warning", "EVN")]
    assert found(without_event, {"required": ["EVN"]})[-1][1] == "error"


def test_segments_after_a_missing_one_keep_their_groups() -> None:
    lines = [line for line in dft() if not line.startswith("EVN")]

    loops = [one.loop for one in segments(lines)]

    assert loops == ["", "", "", "FINANCIAL", "FINANCIAL", "", "INSURANCE"]


def test_mapped_segment_out_of_place_is_an_error_unless_order_is_relaxed() -> None:
    *rest, insurance = dft()
    lines = [*rest[:4], insurance, *rest[4:]]

    assert found(lines) == [("segment_unexpected", "error", "IN1")]
    assert found(lines, {"order": "relaxed"}) == [("segment_unexpected", "warning", "IN1")]
    assert [one.loop for one in segments(lines) if one.tag == "IN1"] == ["INSURANCE"]


def test_profile_codes_and_required_fields_count() -> None:
    options: dict[str, object] = {"codes": {"FT1-6": ["CG", "CD"]}, "required": ["FT1-24"]}

    assert found(charge(dft(lines=1), 6, "AJ"), options) == [
        ("bad_code", "error", "FT1-6"),
        ("required_missing", "error", "FT1-24"),
    ]


@pytest.mark.parametrize(
    ("options", "rule", "code"),
    [
        ({"events": ["ADT^A08"]}, "unsupported_type", "200"),
        ({"events": ["DFT^P11"]}, "unsupported_event", "201"),
        ({"processing_ids": ["T"]}, "unsupported_processing_id", "202"),
        ({"versions": ["2.3"]}, "unsupported_version", "203"),
    ],
)
def test_header_that_the_profile_does_not_accept_refuses(
    options: dict[str, object], rule: str, code: str
) -> None:
    (finding,) = findings(dft(), options)

    assert (finding.rule, finding.code) == (f"hl7.{rule}", code)
    assert finding.severity is Severity.ERROR


@pytest.mark.parametrize(
    ("type_", "told"),
    [
        ("QBP^Q11", True),
        ("ZZZ^Z01", True),
        *((one, False) for one in ("DFT^P03", "ORU^R01", "MDM^T02", "ADT^A02", "ACK^A01")),
    ],
)
def test_profile_that_names_no_events_is_told_what_nobody_makes_anything_of(
    type_: str,
    told: bool,  # noqa: FBT001 - the answer
) -> None:
    lines = [msh(type_, "", "C1", "2.5.1"), "ZZ1|1"]

    rules = [rule for rule, _, _ in found(lines)]

    assert ("not_subscribed" in rules) is told


def test_event_that_nobody_subscribed_to_is_kept_where_the_profile_says_so() -> None:
    # HL7 leaves open what an event gets that the receiver does not want: AR 201, or AA
    options: dict[str, object] = {"events": ["ADT^A08"], "unsubscribed": "keep"}

    assert found(dft(), options) == [("not_subscribed", "info", "MSH-9")]
    assert read(written(dft()), options).verdict.value == "accepted"
    assert found(adt(), options) == []
    heads = [one.head for one in events(written(dft()), options) if isinstance(one, MessageStart)]
    assert [head.subscribed for head in heads] == [False]


def test_listed_event_version_and_processing_id_are_accepted() -> None:
    options: dict[str, object] = {
        "events": ["DFT^P03", "ADT"],
        "processing_ids": ["P"],
        "versions": ["2.5.1"],
    }

    assert found(dft(), options) == found(adt(), options) == []


def test_version_without_tables_is_checked_with_its_neighbour() -> None:
    assert found(dft(version="2.7.1")) == [("version_approximated", "info", "MSH-12")]
    assert found(dft(version="2.99"))[0][0] == "unsupported_version"


def test_fragments_are_refused() -> None:
    # HL7 v2+ chapter 2, 2.9.2: never post half a message
    assert ("fragmented", "error", "MSH") in found([*dft(), "DSC|1"])
    assert ("fragmented", "error", "MSH-14") in found(
        [dft(modes="AL|NE")[0].replace("2.5.1||", "2.5.1||9"), *dft()[1:]]
    )


def test_missing_control_id_is_refused() -> None:
    lines = [dft()[0].replace("DFT000001", ""), *dft()[1:]]

    assert found(lines) == [("control_id_missing", "error", "MSH-10")]


@pytest.mark.parametrize(
    ("modes", "rules"),
    [("AL|", ["ack_mode_half"]), ("YES|NO", ["ack_mode_invalid"]), ("AL|NE", []), (" | ", [])],
)
def test_odd_acknowledgement_modes_are_remarks(modes: str, rules: list[str]) -> None:
    assert rule_names(read(written(dft(modes=modes)))) == rules


def test_fifth_delimiter_before_2_7_is_a_remark() -> None:
    lines = [dft()[0].replace("^~\\&", "^~\\&#"), *dft()[1:]]

    assert found(lines) == [("msh2_truncation_early", "info", "MSH-2")]
    later = dft(version="2.7")
    assert found([later[0].replace("^~\\&", "^~\\&#"), *later[1:]]) == []


@pytest.mark.parametrize(
    ("event", "version", "structure"),
    [
        ("ADT^A08", "2.3", "ADT_A01"),
        ("ADT^A31", "2.3.1", "ADT_A01"),
        ("ADT^A31", "2.4", "ADT_A05"),
        ("ADT^A40", "2.5.1", "ADT_A39"),
        ("SIU^S15", "2.3.1", "SIU_S12"),
        ("DFT^P03", "2.8.2", "DFT_P03"),
        ("ACK^P03", "2.5.1", ""),
        ("ZFT^Z01", "2.5.1", ""),
    ],
)
def test_event_without_own_structure_has_one_by_the_map(
    event: str, version: str, structure: str
) -> None:
    guide = Guides(ParserFiles()).version(version)

    assert guide is not None
    assert guide.choose("", event).name == structure


def test_structure_id_that_the_version_lacks_is_a_remark() -> None:
    lines = [adt()[0].replace("ADT_A01", "ADT_A08"), *adt()[1:]]

    assert found(lines) == [("structure_id_wrong", "info", "MSH-9.3")]


def test_unknown_event_fails_only_where_the_profile_subscribed_to_it() -> None:
    lines = [dft()[0].replace("DFT^P03^DFT_P03", "DFT^Z99"), *dft()[1:]]

    assert found(lines)[0] == ("unknown_structure", "warning", "MSH-9")
    assert found(lines, {"events": ["DFT^Z99"]})[0][1] == "error"
    assert found(lines, {"structure_for": {"DFT^Z99": "DFT_P03"}}) == []


def test_more_findings_than_the_limit_are_counted_errors_first() -> None:
    lines = [*dft(), *("ZZZ|1" for _ in range(60)), "FT1|3"]

    (message,) = messages(read(written(lines)))

    assert message.findings_total > 60
    assert len(message.findings) == 51
    assert message.findings[-1].rule == "hl7.more_findings"
    assert "hl7.required_missing" in {one.rule for one in message.findings}


def test_continuation_lines_are_joined_only_if_the_profile_says_so() -> None:
    lines = [*dft(), "NTE|1||first line", "second line"]

    joined = read(written(lines), {"continuation_lines": True})

    assert "non_segment_line" not in rule_names(joined)
    assert messages(joined)[0].segments == len(lines) - 1


def test_choice_group_asks_for_one_of_its_segments() -> None:
    # hl7apy's own validator asks for all of them
    structure = Structure(Tables("2.5.1", CORRECTIONS).structure("ORM_O01"))

    walk = structure.walk(["MSH", "PID", "ORC", "RXO"])

    assert (walk.strays, walk.missing) == ([], [])


@pytest.mark.parametrize("version", VERSIONS)
def test_every_structure_and_segment_of_a_version_compiles(version: str) -> None:
    tables = Tables(version, CORRECTIONS)

    for name in tables.structures:
        assert Structure(tables.structure(name)).mandatory[:1] == ("MSH",)
    for tag in tables.segments:
        numbers = [spec.number for spec in tables.segment(tag)]
        assert numbers == sorted(set(numbers))


def test_positions_come_from_field_names_not_from_the_list() -> None:
    # the tables of 2.3 to 2.8 have gaps: SCH-11, DG1-7 to 14 and others are absent in some
    tables = Tables("2.8", CORRECTIONS)

    for tag in ("FT1", "DG1", "SCH", "PV1"):
        for spec in tables.segment(tag):
            assert f"{tag}_{spec.number}" in tables._elements["Field"]  # noqa: SLF001


def test_overlay_corrects_flags_and_types() -> None:
    by_number = {spec.number: spec for spec in Tables("2.3.1", CORRECTIONS).segment("OBX")}

    assert not by_number[2].required
    assert Tables("2.5.1", CORRECTIONS).segment("MSA")[4].kinds == ("",)
    assert Tables("2.3", CORRECTIONS).segment("FT1")[3].kinds[0] == "TS"


def test_automaton_takes_optional_repeated_and_nested_groups() -> None:
    leaf = Node("segment", "B", (), 1, -1)
    group = Node("sequence", "G", (Node("segment", "A", (), 1, 1), leaf), 0, -1)
    structure = Structure(Node("sequence", "", (Node("segment", "MSH", (), 1, 1), group), 1, 1))

    assert structure.walk(["MSH"]).missing == []
    assert structure.walk(["MSH", "A", "B", "B", "A", "B"]) == (
        ["", "G", "G", "G", "G", "G"],
        [],
        [],
    )
    assert structure.walk(["MSH", "A"]).missing == ["B"]
    assert structure.walk(["MSH", "X"]).strays == [(1, ("A",))]


def test_every_rule_has_a_dotted_name_of_its_own() -> None:
    names = [rule.name for rule in FORMAT.rules]

    assert len(names) == len(set(names))
    assert all(name.startswith("hl7.") for name in names)


SEVERITIES = [
    ("hl7.z_segment", "error", "rejected"),
    ("hl7.z_segment", "info", "accepted"),
    ("hl7.required_missing", "warning", "accepted"),
]


@pytest.mark.parametrize(("name", "severity", "verdict"), SEVERITIES)
def test_profile_moves_a_finding_up_or_down(name: str, severity: str, verdict: str) -> None:
    lines = [line.replace("|CG|", "||") for line in dft()] if "missing" in name else dft()
    body = written([*lines, "ZZ1|x"])

    (message,) = messages(read(body, {"severity": {name: severity}}))

    moved = {one.severity.value for one in message.findings if one.rule == name}
    assert moved == {severity}
    assert message.verdict.value == verdict


def test_moved_findings_are_capped_and_counted_like_any() -> None:
    body = written([*dft(), *["ZZ1|x"] * 70])

    (message,) = messages(read(body, {"severity": {"hl7.z_segment": "error"}}))

    listed = [one.rule for one in message.findings]
    assert (listed.count("hl7.z_segment"), listed[-1]) == (50, "hl7.more_findings")
    assert message.findings_total == 70


@pytest.mark.parametrize(
    "table",
    [
        *({"hl7.nothing": "error"}, {"z_segment": "error"}, {"hl7.z_segment": "fatal"}),
        *({"hl7.bad_delimiters": "info"}, {"hl7.trailer_missing": "info"}),
    ],
)
def test_severity_of_no_rule_or_of_one_that_is_fixed_is_a_setup_error(
    table: dict[str, str],
) -> None:
    with pytest.raises(ProfileError, match=r"hl7\.severity"):
        read(b"", {"severity": table})


def test_event_that_is_kept_unread_is_failed_by_no_field() -> None:
    lines = [line.replace("|20260102030405", "|x", 1) for line in adt(event="A02")[1:]]

    assert not {one.severity for one in findings([adt(event="A02")[0], *lines])} & {Severity.ERROR}
    assert Severity.ERROR in {one.severity for one in findings([adt(event="A01")[0], *lines])}


def test_events_that_are_kept_unread_are_those_of_the_opaque_map() -> None:
    files = ParserFiles()
    used = tomllib.loads(files.read("hl7/used.toml").decode())
    opaque = tomllib.loads(files.read("maps/hl7-opaque.toml").decode())["types"]

    assert sorted(used["unread"]) == sorted(opaque)
