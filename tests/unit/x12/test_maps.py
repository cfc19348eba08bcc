"""The adapter to pyx12's maps, and which guide a set is checked by."""

import hashlib
import tomllib
from xml.etree.ElementTree import Element as Node

import pytest
from defusedxml import EntitiesForbidden  # type: ignore[import-untyped] # has no stubs
from defusedxml.ElementTree import fromstring  # type: ignore[import-untyped] # has no stubs

from acktrail.errors import GuideError
from acktrail.formats.delimited import Marks
from acktrail.formats.x12.guide.catalogue import Catalogue
from acktrail.formats.x12.guide.compiled import Machine
from acktrail.formats.x12.guide.model import Element, Guide, SyntaxRule, dictionary, segments_of
from acktrail.formats.x12.guide.pyx12_maps import read_map, read_map_types, read_wheel_map
from acktrail.model import Verdict
from tests.generators.x12 import Envelope, closed, group, interchange
from tests.unit.x12.reading import Folder, codes_of, messages_of, read

CATALOGUE = Catalogue(Folder(), read_wheel_map)
MARKS = Marks("*", ":", "^", "~")
# A map that changes changes verdicts: when a new pyx12 breaks this, read the difference first.
DIGESTS = {
    "270.4010.X092.A1.xml": "0b5be7227d068d5f936578944834c5f79ec79f8b60b99608eed3ec5326213a7e",
    "271.4010.X092.A1.xml": "01515f76da2cd18826c692d7e32ddca0bfaa5b1d07e667948e5598ae91b95293",
    "276.4010.X093.A1.xml": "aaf15ff2e9486a5add7130be742d55299cf7f1102b4ab7ba37b902a56755ff12",
    "277.4010.X093.A1.xml": "b4b8419d28e6f41d21820a54005d5515674fb5b177fd23a7922bf65dfda44410",
    "277.5010.X214.xml": "661bf26b6162bda51e9e927d9570f567ef9cc78a8b7d3a03f439d5d9664512b3",
    "277U.4010.X070.xml": "8a51d019304471ab86f6e489f41c4dab6a71fbb96ee9bfab8c2f33dc62479ce5",
    "278.4010.X094.27.A1.xml": "906e45762746303aeb572ed8985a5155ebd13a0d99bb1b9bd66a273f7b2e7b41",
    "278.4010.X094.A1.xml": "f119a03bb607df317e084a26481d8de83a9d2d5579f7541f892125fdd3a262a3",
    "820.4010.X061.A1.xml": "28d7f8d67a4b6aefc2176712efc2ecd5f377a95fc7702c3c0b847ce558a351e1",
    "820.5010.X218.xml": "841ae56e3a54af2f46872971993e0075ff8a36841522d43f80b29f7ae82aa85c",
    "834.4010.X095.A1.xml": "7b77d21a39016e7727b4b9fe58d5f17500d68bc59db53dbdfdc396401a5c2e05",
    "834.5010.X220.A1.xml": "107fc728c3fd61e5c6ae14a82df4fa964168e825bf50a3d061120c167f5b65d1",
    "835.4010.X091.A1.xml": "3a5c45446a784d8936fee9fec395706be5c0dd0d73f5d4377c0da62ec354e56a",
    "835.5010.X221.A1.xml": "0f6934e9cc6b05d84f9ff39a67b988089ba45920257f6e938019ecb9af5ee598",
    "837.4010.X096.A1.xml": "ca11ff239560d3a7e3ee9e4262685a2f895ae206238af468f7080cb481ad5edf",
    "837.4010.X097.A1.xml": "9c542823b0f068cd457f018283d7184a7e101a25b7e1b435636fb3282aa9a335",
    "837.4010.X098.A1.xml": "a6196dbee2709049673af1dfb8f4b2e06700c988bc2f7d89f15a55509ad9a4e4",
    "837.5010.X222.A1.xml": "f05e32206aa2301ecfe9509534a2f152be5ada626244d44dc6e6636da4090436",
    "837Q3.I.5010.X223.A1.xml": "df97d2bdbfe0d44785e71dbb063ba9a73d19731ed77e5af20f16a6ba4cf74635",
    "999.5010.xml": "2db8a34e3c2aab89e72a8d582ab6c31ca62287e8ea1d61e26b74c25153c0e3a0",
    "999.5010X231.A1.xml": "2e3f4ae4a3892f9f5d1678acc1ce96ae313a9892b248408a6933081ed67433da",
    "dataele.xml": "b7a00902ff92554a063d3b4d26fde96d752a1266fbea8219d485253691cc1c75",
}
BHT = "BHT*0019*00*A1*20260315*1200*CH"
SMALL = """<transaction><loop xid="ST_LOOP"><usage>R</usage><pos>1</pos><repeat>1</repeat>
<segment xid="ST"><usage>R</usage><pos>10</pos><max_use>1</max_use>
 <element><data_ele>143</data_ele><usage>R</usage><seq>01</seq>
  <valid_codes><code>999</code></valid_codes></element></segment>
<segment xid="HI"><usage>S</usage><pos>20</pos><max_use>&gt;1</max_use>
 <syntax>P0102</syntax>
 <composite><data_ele>C022</data_ele><usage>S</usage><seq>01</seq><repeat>3</repeat>
  <syntax>P0102</syntax>
  <element><data_ele>1270</data_ele><usage>S</usage><seq>01</seq></element>
  <element><data_ele>1271</data_ele><usage>S</usage><seq>02</seq>
   <valid_codes external="icd"><code>A</code></valid_codes></element></composite>
 <element><data_ele>1271</data_ele><usage>S</usage><seq>02</seq><repeat>2</repeat></element>
</segment>
<segment xid="SE"><usage>R</usage><pos>30</pos><max_use>1</max_use></segment>
</loop></transaction>"""


def guide_of(text: str) -> Guide:
    types = read_map_types(read_wheel_map("dataele.xml"))
    return read_map("small", text.encode(), dictionary("005010", types, "small"))


def as_attributes(node: Node) -> Node:
    """Return the map in its other form: what stands in child elements, as attributes."""
    for child in list(node):
        if len(child) or child.tag in ("syntax", "code"):
            as_attributes(child)
        else:
            node.set(child.tag, child.text or "")
            node.remove(child)
    return node


def shape(guide: Guide) -> list[tuple[object, ...]]:
    def of(element: Element) -> tuple[object, ...]:
        parts = [of(part) for part in element.parts]
        return (element.usage, element.number, element.repeat, sorted(element.codes), parts)

    return [
        (n.id, n.usage, n.position, n.maximum, [of(e) for e in n.elements], n.rules)
        for n in segments_of(guide.root)
    ]


# ------------------------------------------------------------------------------ adapter


def test_rule_1_properties_are_read_from_children_and_from_attributes() -> None:
    from xml.etree.ElementTree import tostring  # noqa: PLC0415 - writes only

    other = tostring(as_attributes(fromstring(SMALL))).decode()

    assert 'usage="R"' in other
    assert "<usage>" not in other
    assert shape(guide_of(other)) == shape(guide_of(SMALL))


@pytest.mark.parametrize("name", ["835.5010.X221.A1", "834.5010.X220.A1", "820.5010.X218"])
def test_rule_1_both_forms_of_a_map_of_the_wheel_have_the_same_segments(name: str) -> None:
    types = read_map_types(read_wheel_map("dataele.xml"))
    find = dictionary("005010", types, name)

    def outline(file: str) -> list[tuple[object, ...]]:
        guide = read_map(name, read_wheel_map(file), find)
        return [
            (n.id, n.usage, n.maximum, [(e.usage, e.number, len(e.parts)) for e in n.elements])
            for n in segments_of(guide.root)
        ]

    assert outline(f"{name}.v2.xml") == outline(f"{name}.xml")


def test_rule_1_map_with_an_empty_number_is_refused_by_name() -> None:
    # 277.5010.X212.xml of the wheel
    types = read_map_types(read_wheel_map("dataele.xml"))

    with pytest.raises(GuideError, match="277"):
        read_map("277", read_wheel_map("277.5010.X212.xml"), dictionary("005010", types, "277"))


def test_rule_1_map_is_parsed_without_entities() -> None:
    bomb = '<!DOCTYPE x [<!ENTITY a "b">]>' + SMALL

    with pytest.raises(EntitiesForbidden):
        guide_of(bomb)


def test_rule_2_repeats_and_conditions_within_composites_are_kept() -> None:
    node = next(one for one in segments_of(guide_of(SMALL).root) if one.id == "HI")
    composite, simple = node.elements

    assert (composite.repeat, simple.repeat) == (3, 2)
    assert composite.rules == (SyntaxRule("P", (1, 2)),)
    assert node.rules == (SyntaxRule("P", (1, 2)),)


def test_rule_2_dmg05_of_an_834_may_come_ten_times_and_ctx01_of_a_999_too() -> None:
    def repeats(guide: str, tag: str, place: int) -> set[int]:
        nodes = [n for n in segments_of(CATALOGUE.guide(guide).root) if n.id == tag]
        return {n.elements[place - 1].repeat for n in nodes if len(n.elements) >= place}

    assert 10 in repeats("834-005010X220A1", "DMG", 5)
    assert 10 in repeats("999-005010X231A1", "CTX", 1)


def test_rule_3_lengths_of_4010_come_from_its_own_dictionary() -> None:
    def longest(guide: str) -> int:
        nodes = segments_of(CATALOGUE.guide(guide).root)
        return next(n for n in nodes if n.id == "REF").elements[1].type.high

    assert longest("835-005010X221A1") == 50
    assert longest("835-004010X091A1") == 30
    assert read_map_types(read_wheel_map("dataele.xml"))["127"].high == 50


@pytest.mark.parametrize(
    ("guide", "tag", "place"),
    [
        ("837-005010X222A1", "REF", 1),
        ("837-005010X222A1", "HI", 1),  # in the first component
        ("837-005010X222A1", "HL", 3),
        ("820-005010X218", "ENT", 2),
        ("835-005010X221A1", "N1", 1),
    ],
)
def test_rule_4_qualifier_by_which_namesakes_are_told_apart(
    guide: str, tag: str, place: int
) -> None:
    assert Machine(CATALOGUE.guide(guide), MARKS).qualified[tag] == place


def test_rule_5_twins_that_a_qualifier_does_not_tell_apart_are_known() -> None:
    assert Machine(CATALOGUE.guide("837-005010X222A1"), MARKS).twins == {"PWK"}


@pytest.mark.parametrize("name", sorted(DIGESTS))
def test_rule_6_map_is_the_one_that_was_read(name: str) -> None:
    assert hashlib.sha256(read_wheel_map(name)).hexdigest() == DIGESTS[name]


def test_rule_6_every_map_that_is_used_is_pinned() -> None:
    names = [one for one in Folder().names("x12") if one.endswith(".toml")]
    tables = [tomllib.loads(Folder().read(f"x12/{one}").decode()) for one in names]

    assert {table["map"] for table in tables if "map" in table} | {"dataele.xml"} == set(DIGESTS)


def test_external_list_of_a_map_is_no_list_of_ours() -> None:
    node = next(one for one in segments_of(guide_of(SMALL).root) if one.id == "HI")

    assert node.elements[0].parts[1].codes == frozenset()


def test_set_without_the_detail_that_its_loops_require_is_not_accepted() -> None:
    # most maps call DETAIL situational and its one loop required
    data = interchange(group("HC", "005010X222A1", (closed(["ST*837*0001", BHT]),)))

    assert ("IK304 I7", "HL") in codes_of(read(data))


def test_map_that_is_not_there_is_refused() -> None:
    with pytest.raises(GuideError, match=r"none\.xml"):
        read_wheel_map("none.xml")


# ------------------------------------------------------------------------------ choice


def inquiry(purpose: str) -> list[str]:
    return closed(["ST*278*0001", f"BHT*0078*{purpose}*A1*20260315*1200"])


def guides_of(data: bytes) -> list[str]:
    return [message.guide for message in messages_of(read(data))]


def test_rule_7_isa12_plays_no_part_in_the_choice() -> None:
    groups = group("HP", "005010X221A1", (closed(["ST*835*0001"]),))

    assert guides_of(interchange(groups, envelope=Envelope(release="00401"))) == [
        "835-005010X221A1"
    ]


@pytest.mark.parametrize(
    ("kind", "set_id", "version", "guide"),
    [
        ("HC", "837", "005010X222A1", "837-005010X222A1"),
        ("HC", "837", "005010X222", "837-005010X222A1"),
        ("HC", "837", "005010X222A2", "837-005010X222A1"),
        ("HC", "837", "005010X223A2", "837-005010X223A2"),
        ("HC", "837", "005010X223", "837-005010X223A2"),
        ("HC", "837", "005010X223A1", "837-005010X223A2"),
        ("HC", "837", "005010X223A3", "837-005010X223A2"),
        ("BE", "834", "005010X220A1", "834-005010X220A1"),
        ("BE", "834", "005010X220", "834-005010X220A1"),
        ("RA", "820", "005010X218", "820-005010X218"),
        ("HN", "277", "005010X214", "277-005010X214"),
        ("HP", "835", "005010X221", "835-005010X221A1"),
        ("FA", "999", "005010X231", "999-005010X231"),
        ("FA", "999", "005010X231A1", "999-005010X231A1"),
        ("FA", "997", "004010X098A1", "997-004010"),
        ("HN", "277", "004010X093A1", "277-004010X093A1"),
        ("HN", "277", "004010X070", "277-004010X070"),
        ("HC", "837", "004010X097A1", "837-004010X097A1"),
        ("HC", "837", "004010X099A1", ""),
        ("HC", "837", "005010X224A2", "837-005010X224A2"),
        ("HC", "837", "005010X224", "837-005010X224A2"),
        ("HS", "270", "005010X279A1", "270-005010X279A1"),
        ("HS", "270", "005010X279", "270-005010X279A1"),
        ("HB", "271", "005010X279A1", "271-005010X279A1"),
        ("HR", "276", "005010X212", "276-005010X212"),
        ("HN", "277", "005010X212", "277-005010X212"),
    ],
)
def test_gs08_and_st01_choose_the_guide(kind: str, set_id: str, version: str, guide: str) -> None:
    data = interchange(group(kind, version, (closed([f"ST*{set_id}*0001"]),)))

    assert guides_of(data) == [guide]


@pytest.mark.parametrize("version", ["004010X094A1", "005010X217"])
def test_bht02_tells_request_and_response_of_a_278_apart(version: str) -> None:
    sets = (inquiry("13"), inquiry("11"), inquiry("99"), closed(["ST*278*0004"]))
    data = interchange(group("HI", version, sets))
    request, response = f"278-{version}-request", f"278-{version}-response"

    assert guides_of(data) == [request, response, request, request]


def test_set_that_waits_for_its_guide_keeps_place_and_is_cut_off_like_others() -> None:
    body = interchange(group("HI", "004010X094A1", (inquiry("11"), ["ST*278*0002"])))
    first, second = messages_of(read(body))

    assert (first.offset, second.offset) == (body.index(b"ST*278*0001"), body.index(b"ST*278*0002"))
    assert first.length == body.index(b"ST*278*0002") - body.index(b"ST*278*0001")
    assert second.verdict is Verdict.REJECTED
    assert "IK502 2" in [finding.code for finding in second.findings]


def test_st03_has_to_agree_with_gs08_under_any_name_of_the_guide() -> None:
    def said(version: str) -> list[str]:
        body = closed([f"ST*837*0001*{version}"])
        data = interchange(group("HC", "005010X222A1", (body,)))
        return [code for code, at in codes_of(read(data)) if at == "ST03"]

    assert "IK502 19" not in said("005010X222A1")
    assert "IK502 19" not in said("005010X222")
    assert "IK502 19" in said("005010X223A2")
