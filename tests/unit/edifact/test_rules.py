"""Structure and elements: each finding with its 0085 code and its place."""

import pytest

from acktrail.errors import GuideError
from acktrail.formats.edifact import Edifact
from acktrail.formats.edifact.characters import DEFAULT_MARKS
from acktrail.formats.edifact.directory import Shape, directory_of
from acktrail.formats.edifact.patterns import pattern_of
from acktrail.formats.edifact.rules import RULES
from acktrail.formats.edifact.tree import Node, tree_of
from tests.generators.edifact import Knobs, interchange, invoic, orders
from tests.unit.edifact.reading import EDIFACT, Folder, read, result_of, segments_of, told


def changed(old: str, *new: str, knobs: Knobs | None = None) -> bytes:
    """Return an order with one segment replaced, its UNT right."""
    message = orders()
    at = next(number for number, one in enumerate(message) if one.startswith(old))
    message[at : at + 1] = new
    message[-1] = f"UNT+{len(message)}+1"
    return interchange([message], knobs)


# ------------------------------------------------------------ directory data


# UN/EDIFACT directories, message segment tables: segments (UNH and UNT included) and groups.
SIZES = {
    "d96a.toml": {
        "ORDERS": (162, 54),
        "ORDCHG": (166, 56),
        "ORDRSP": (166, 56),
        "DESADV": (76, 23),
        "RECADV": (67, 32),
        "INVOIC": (143, 51),  # EQD of SG13, which not every copy of the table has, among them
        "REMADV": (38, 10),
        "PRICAT": (132, 47),
        "INVRPT": (50, 17),
        "SLSRPT": (28, 8),
        "APERAK": (15, 4),
    },
    "d01b.toml": {
        "ORDERS": (180, 60),
        "ORDCHG": (173, 58),
        "ORDRSP": (171, 56),
        "DESADV": (90, 25),
        "RECADV": (78, 32),
        "INVOIC": (179, 53),
        "REMADV": (48, 14),
        "PRICAT": (179, 60),
        "INVRPT": (55, 18),
        "SLSRPT": (57, 14),
        "APERAK": (17, 5),
    },
    "service3.toml": {"CONTRL": (10, 5)},
    "service4.toml": {"CONTRL": (10, 5)},
}
# Where the trade's groups are, by directory: the numbers differ, and what begins them.
GROUPS = [
    ("d96a.toml", "ORDERS", "LIN SG25, PRI SG28"),
    ("d96a.toml", "ORDCHG", "LIN SG26"),
    ("d96a.toml", "ORDRSP", "LIN SG26, PRI SG30"),
    ("d96a.toml", "INVOIC", "LIN SG25, PRI SG28"),
    ("d96a.toml", "DESADV", "CPS SG10, LIN SG15, PCI SG20, GIN SG21"),
    ("d96a.toml", "INVRPT", "QTY SG11"),
    ("d96a.toml", "PRICAT", "PGI SG16, LIN SG33"),
    ("d96a.toml", "REMADV", "DOC SG4, AJT SG6"),
    ("d96a.toml", "APERAK", "RFF SG1, NAD SG2, ERC SG3, RFF SG4"),
    ("d01b.toml", "ORDERS", "LIN SG28, PRI SG32"),
    ("d01b.toml", "ORDCHG", "LIN SG27"),
    ("d01b.toml", "ORDRSP", "LIN SG26, PRI SG30"),
    ("d01b.toml", "INVOIC", "LIN SG26, PRI SG29"),
    ("d01b.toml", "DESADV", "CPS SG10, LIN SG17, PCI SG22, GIN SG23"),
    ("d01b.toml", "INVRPT", "INV SG11"),
    ("d01b.toml", "PRICAT", "PGI SG17, LIN SG36"),
    ("d01b.toml", "REMADV", "DOC SG5, AJT SG7"),
    ("d01b.toml", "APERAK", "DOC SG1, RFF SG2, NAD SG3, ERC SG4, RFF SG5"),
]


def nodes_of(name: str, type_: str) -> list[Node]:
    return directory_of(Folder().read(f"edifact/{name}")).messages[type_].nodes


@pytest.mark.parametrize("name", SIZES)
def test_trees_have_as_many_segments_and_groups_as_their_message_segment_tables(name: str) -> None:
    messages = directory_of(Folder().read(f"edifact/{name}")).messages
    groups = {
        type_: [node.id for node in tree.nodes if node.children] for type_, tree in messages.items()
    }

    assert {
        type_: (len(tree.nodes) - len(groups[type_]), len(groups[type_]))
        for type_, tree in messages.items()
    } == SIZES[name]
    for named in groups.values():
        assert named == [f"SG{number}" for number in range(1, len(named) + 1)]


@pytest.mark.parametrize(("name", "type_", "expected"), GROUPS)
def test_groups_are_where_the_directory_has_them(name: str, type_: str, expected: str) -> None:
    """Spec: message segment tables of D.96A and D.01B."""
    begins = {node.id: node.trigger.id for node in nodes_of(name, type_) if node.children}

    for group in expected.split(", "):
        tag, number = group.split()
        assert begins[number] == tag


def test_no_line_of_a_catalogue_without_its_group_of_products() -> None:
    """Spec: PRICAT D.96A and D.01B, LIN stands inside of PGI."""
    for name in ("d96a.toml", "d01b.toml"):
        lines = [node for node in nodes_of(name, "PRICAT") if node.trigger.id == "LIN"]
        parents = [node.parent.trigger.id for node in lines if node.children and node.parent]
        assert parents == ["PGI"]


@pytest.mark.parametrize("name", ["d96a.toml", "d01b.toml", "service3.toml", "service4.toml"])
def test_every_segment_of_a_tree_has_its_elements(name: str) -> None:
    directory = directory_of(Folder().read(f"edifact/{name}"))
    service = directory_of(Folder().read("edifact/service3.toml"))

    for tree in directory.messages.values():
        assert tree.tags <= set(directory.segments) | set(service.segments)


@pytest.mark.parametrize(
    "data",
    [
        b"\xff",
        b"x = 1",
        b'directory = "D"\n[elements]\nz9 = "1001"\n[segments]\nA = "1001"\n[messages]',
        b'directory = "D"\n[elements]\n[composites]\n[segments]\nA = "12"\n[messages]',
        b'directory = "D"\n[elements]\n[composites]\n[segments]\n[messages]\nX = """\nUNH?\n"""',
    ],
)
def test_broken_directory_file_is_named_as_ours(data: bytes) -> None:
    with pytest.raises(GuideError):
        directory_of(data)


def test_tree_without_a_way_to_unt_ends_quietly() -> None:
    tree = tree_of("UNH!\nBGM!\n")

    assert tree.at_end(tree.start) == ()


def test_rules_are_unique_and_dotted() -> None:
    names = [rule.name for rule in RULES]

    assert EDIFACT.rules == RULES
    assert len(set(names)) == len(names)
    assert all(name.startswith("edifact.") for name in names)


# ------------------------------------------------------------ structure


def test_unknown_segment_is_found() -> None:
    assert told(read(changed("FTX", "XYZ+1"))) == [("segment_unknown", "15", "XYZ", 4, 0, 0)]


def test_segment_with_a_tag_that_could_be_data_is_not_named() -> None:
    assert told(read(changed("FTX", "canary"))) == [("segment_unknown", "15", "", 4, 0, 0)]


def test_segment_with_more_than_a_tag_before_its_elements_is_found() -> None:
    assert told(read(changed("FTX", "FTXAAI"))) == [("segment_unknown", "15", "FTX", 4, 0, 0)]


def test_segment_out_of_order_is_found() -> None:
    data = changed("NAD+SU", "NAD+SU+4000002000004::9", "BGM+220+PO2+9")

    assert told(read(data)) == [("segment_order", "15", "BGM", 7, 0, 0)]


def test_missing_segment_is_reported_at_the_last_one_before_it() -> None:
    """0096 of CONTRL D.3: the last segment processed before the place where it should be."""
    assert told(read(changed("DTM+137"))) == [("segment_missing", "13", "DTM", 2, 0, 0)]


def test_segment_missing_at_the_end_is_found() -> None:
    message = [*orders()[:3], "UNT+4+1"]

    assert told(read(interchange([message]))) == [("segment_missing", "13", "UNS", 3, 0, 0)]


def test_missing_group_is_named_by_its_trigger() -> None:
    tree = tree_of("UNH!\nSG1! 9\n  RFF!\n  DTM\nCNT!\nUNT!\n")

    move = tree.start["CNT"]
    assert move is not None
    assert [(one.tag, one.group) for one in move.detail.missing] == [("RFF", True)]


class Mandating(Folder):
    """D.96A with a mandatory line group: no message of the directory has such a group."""

    def read(self, path: str) -> bytes:
        return super().read(path).replace(b"SG25 ", b"SG25! ")


def test_mandatory_group_that_is_missing_is_13_at_the_last_segment_before_it() -> None:
    message = [one for one in orders() if not one.startswith(("LIN", "IMD", "QTY", "MOA", "PRI"))]
    message[-1] = f"UNT+{len(message)}+1"
    reader = Edifact(Mandating()).reader({})

    events = [*reader.feed(interchange([message])), *reader.close()]

    (first, *_rest) = told(result_of(events))
    assert first == ("group_missing", "13", "LIN", 7, 0, 0)


def test_segment_repeated_too_often_is_found() -> None:
    data = changed("FTX", *["ALI+DE"] * 6)

    assert told(read(data)) == [("segment_repeats", "35", "ALI", 9, 0, 0)]


def test_segment_allowed_once_and_sent_twice_is_found_and_not_taken_for_a_later_one() -> None:
    data = changed("FTX", "IMD+F++:::x", "IMD+F++:::y")

    assert told(read(data)) == [("segment_repeats", "35", "IMD", 5, 0, 0)]


def test_group_repeated_too_often_is_found() -> None:
    data = changed("CUX", *["CUX+2:EUR:9"] * 6)

    assert told(read(data)) == [("group_repeats", "36", "CUX", 12, 0, 0)]


def test_counting_starts_again_in_the_next_group() -> None:
    message = orders(lines=1)
    line = next(one for one in message if one.startswith("LIN"))
    at = message.index(line)
    message[at : at + 4] = [*[line, *["QTY+21:1"] * 10] * 2]
    message[-1] = f"UNT+{len(message)}+1"

    assert told(read(interchange([message]))) == []


def test_innermost_open_group_is_asked_first() -> None:
    """RFF after NAD is the party's, DTM after that RFF the reference's."""
    data = changed("NAD+SU", "NAD+SU+1::9", "RFF+VA:DE1", "DTM+171:20260301:102", "CTA+IC+:X")

    found = [(one.tag, one.loop) for one in segments_of(data)]
    assert found[5:8] == [("RFF", "SG3"), ("DTM", "SG3"), ("CTA", "SG5")]
    assert told(read(data)) == []


def test_summary_segments_are_not_those_of_the_lines() -> None:
    (last,) = [one for one in segments_of(interchange([invoic()])) if one.get(1) == "79"]

    assert (last.tag, last.loop) == ("MOA", "SG48")


# ------------------------------------------------------------ elements


def test_number_of_exact_length_has_neither_sign_nor_mark() -> None:
    shape = Shape("0017", mandatory=True, kind="n", least=6, most=6)

    pattern = pattern_of("UNX", (shape,), DEFAULT_MARKS)

    assert pattern.fullmatch("UNX+260315")
    assert not any(pattern.fullmatch(f"UNX+{one}") for one in ("26031", "-26031", "2603.5"))


@pytest.mark.parametrize(
    ("old", "new", "expected"),
    [
        ("QTY", "QTY+21", ("element_missing", "13", "QTY", 10, 1, 2)),
        ("QTY", "QTY", ("element_missing", "13", "QTY", 10, 1, 0)),
        ("QTY", "QTY+:", ("element_missing", "13", "QTY", 10, 1, 0)),
        ("QTY", "QTY+21:x", ("element_type", "37", "QTY", 10, 1, 2)),
        ("QTY", "QTY+21:1_0", ("element_type", "37", "QTY", 10, 1, 2)),
        ("QTY", "QTY+21:1E3", ("element_type", "37", "QTY", 10, 1, 2)),
        ("QTY", "QTY+21:1,5", ("element_type", "37", "QTY", 10, 1, 2)),
        ("QTY", "QTY+21:5.", ("element_type", "37", "QTY", 10, 1, 2)),
        ("QTY", "QTY+21:\xb2", ("element_type", "37", "QTY", 10, 1, 2)),
        ("QTY", "QTY+21:.5", ("decimal_mark", "38", "QTY", 10, 1, 2)),
        ("QTY", "QTY+21:1234567890123456", ("element_long", "39", "QTY", 10, 1, 2)),
        ("QTY", "QTY+21:1:PCE:X", ("element_extra", "16", "QTY", 10, 1, 4)),
        ("QTY", "QTY+21:1+X", ("element_extra", "16", "QTY", 10, 2, 0)),
        ("BGM", "BGM+220+PO1:2+9", ("element_extra", "16", "BGM", 2, 2, 2)),
        ("BGM", f"BGM+220+{'x' * 36}+9", ("element_long", "39", "BGM", 2, 2, 0)),
        ("NAD+SU", "NAD+SUPP+1::9", ("element_long", "39", "NAD", 6, 1, 0)),
        ("UNS", "UNS+1", ("element_type", "37", "UNS", 16, 1, 0)),
        ("DTM", "DTM+137:20261315:102", ("date_invalid", "12", "DTM", 3, 1, 2)),
        ("DTM", "DTM+137:202613:101", ("date_invalid", "12", "DTM", 3, 1, 2)),
        ("DTM", "DTM+137:20260315", ("date_invalid", "12", "DTM", 3, 1, 2)),
    ],
)
def test_element_that_breaks_its_format_is_found(
    old: str, new: str, expected: tuple[str, str, str, int, int, int]
) -> None:
    assert told(read(changed(old, new))) == [expected]


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("QTY", "QTY+21:-123456789012345:PCE"),
        ("QTY", "QTY+21:-12345678901234.5:PCE"),
        ("QTY", "QTY+21:1:"),
        ("QTY", "QTY+21:1::+++"),
        ("BGM", "BGM+220+?+?:" + "x" * 33),
        ("BGM", "BGM"),
        ("NAD+SU", "NAD+SU+++++++:"),
        ("NAD+SU", "NAD+SU+::+"),
        ("DTM", "DTM+137:202603151230:203"),
        ("DTM", "DTM+137:20260315123059:204"),
        ("DTM", "DTM+137:2026030120260331:718"),
        ("DTM", "DTM+137"),
        ("DTM", "DTM+1?+7:20260315:102"),
    ],
)
def test_what_the_standard_allows_is_not_found(old: str, new: str) -> None:
    assert told(read(changed(old, new))) == []


def test_declared_decimal_mark_is_the_only_one_in_syntax_3() -> None:
    """1.25 under a comma is an error, not 125."""
    data = changed("QTY", "QTY+21:1,5", knobs=Knobs(una=":+,? '"))

    assert told(read(data)) == [
        ("element_type", "37", "PRI", 11, 1, 2),
        ("element_type", "37", "PRI", 15, 1, 2),
    ]


def test_syntax_4_takes_both_decimal_marks() -> None:
    newer = Knobs(syntax="UNOW:4", una=":+.?*'")

    assert told(read(changed("QTY", "QTY+21:1,5", knobs=newer))) == []
    assert told(read(changed("QTY", "QTY+21:.5", knobs=newer))) == [
        ("element_type", "37", "QTY", 10, 1, 2)
    ]


def test_odd_decimal_mark_leaves_whole_numbers() -> None:
    odd = Knobs(una=":+;? '")

    assert told(read(changed("PRI", "PRI+AAA:3", knobs=odd))) == [
        ("element_type", "37", "PRI", 15, 1, 2)
    ]


def test_repetition_in_a_directory_without_repetitions_is_found() -> None:
    newer = Knobs(syntax="UNOW:4", una=":+.?*'")

    assert told(read(changed("BGM", "BGM+220*221+P*Q:x+9", knobs=newer))) == [
        ("element_repeats", "35", "BGM", 2, 1, 0),
        ("element_repeats", "35", "BGM", 2, 2, 0),
        ("element_extra", "16", "BGM", 2, 2, 2),
    ]


@pytest.mark.parametrize(
    ("unb", "expected"),
    [
        ("UNB+UNOC:3++HOSP:14+260315:1230+IC77", ("element_missing", "13", "UNB", 0, 2, 0)),
        ("UNB+UNOC:3+A+B+260315:1230+IC77++++++x", ("element_type", "37", "UNB", 0, 11, 0)),
        ("UNB+UNOC:3+A+B+260x15:1230+IC77", ("element_type", "37", "UNB", 0, 4, 1)),
        ("UNB+UNO:3+A+B+260315:1230+IC77", ("element_short", "40", "UNB", 0, 1, 1)),
    ],
)
def test_unb_is_checked_like_any_segment(
    unb: str, expected: tuple[str, str, str, int, int, int]
) -> None:
    data = interchange([orders()])
    data = unb.encode() + data[data.index(b"'") :]

    assert expected in told(read(data))


def test_unh_without_message_type_is_found() -> None:
    data = interchange([["UNH+1", "UNT+2+1"]])

    assert ("element_missing", "13", "UNH", 1, 2, 0) in told(read(data))
