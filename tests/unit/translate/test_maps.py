"""The language of maps: what is wrong in one is named by the path of keys to it."""

import pytest

from acktrail.errors import GuideError
from acktrail.translate.dispatch import MOST_PLANS
from acktrail.translate.engine import MapTranslator
from acktrail.translate.maps import compile_map, header, read_map
from tests.unit.translate.running import Files, Folder, mapped, only, rules, run

HEAD = """
schema = "acktrail/map/1"
format = "x12"
types = ["850"]
kinds = ["order"]
"""
LEVEL = '[levels.line]\nbuilds = "line"\nholds = ["PID"]\n'


def compiled(text: str, **lists: str) -> MapTranslator:
    files = Files({"maps/m.toml": text} | {f"maps/lists/{k}.toml": v for k, v in lists.items()})
    return MapTranslator(compile_map(files, "m", read_map(files, "m"), {}))


@pytest.mark.parametrize("name", [one.removesuffix(".toml") for one in Folder().names("maps")])
def test_every_map_of_the_repository_compiles(name: str) -> None:
    mapped(name)
    mapped(name, {"bill_to": "patient", "authority": "HOSP", "default_quantity": True})


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ("schema = 1", "m.schema: not acktrail/map/1"),
        (HEAD.replace("x12", "csv"), "m.format: known are"),
        (HEAD.replace('"order"', '"poem"'), "m.kinds: known are"),
        (HEAD.replace('["850"]', '"850"'), "m.types: not a list of texts"),
        (HEAD + "colour = 1", "m.colour: neither"),
        (HEAD + "currency = 1", "m.currency: not a text"),
        (HEAD + "lists = ['none']", "maps/lists/none.toml: not there"),
        (HEAD + "[tables.t]\na = 1", "m.tables.t: not a table of texts"),
        (HEAD + "[levels.document]\nbuilds='line'", "m.levels.document: a level has a name"),
        (HEAD + "[levels.x]\nbuilds='line'\nwithin='document'", "m.levels.x: a level has a name"),
        (HEAD + "[levels.x]\ncolour=1", "m.levels.x: a level has `builds`"),
        (HEAD + "[levels.x]\nbuilds='trade'", "m.levels.x.builds: no part"),
        (HEAD + "[levels.x]\nwithin='y'", "m.levels.x.within: no level above"),
        (HEAD + "[levels.x]\nbuilds='line'\nholds='PID'", "m.levels.x.holds: not a list"),
        (HEAD + "document = 1", "m.document: not a table of segments"),
        (HEAD + "[document]\nBEG = 1", "m.document.BEG: not a rule"),
        (HEAD + "[document.BEG]\ncolour = 'BEG01'", "m.document.BEG.colour: no such field"),
        (HEAD + "[[document.BEG]]\nid = 'REF01'", "m.document.BEG.0.id.from: REF01: the rule"),
        (HEAD + "[document.BEG]\nid = 3", "m.document.BEG.id: neither an address nor"),
        (HEAD + "[document.BEG]\nid = { from = 3 }", "m.document.BEG.id.from: not an address"),
        (HEAD + "[document.BEG]\nid = { to = 'x' }", "m.document.BEG.id.to: no such key"),
        (HEAD + "[document.BEG]\nid = {}", "m.document.BEG.id: no `from`"),
        (HEAD + "[document.BEG]\nid = { from='BEG01', table='t' }", "id: no such table"),
        (HEAD + "[document.BEG]\nid = { from='BEG01', required=1 }", "id: `required` and"),
        (HEAD + "[document.BEG]\nid = { from='BEG01', default=1 }", "id: `default` and"),
        (HEAD + "[document.BEG]\nissued = '=20260101'", "m.document.BEG.issued: =20260101"),
        (HEAD + "[document.BEG]\ntotals.sum = 'BEG01'", "m.document.BEG.totals.sum: no such total"),
        (HEAD + "[document.BEG]\ntotals = 'BEG01'", "m.document.BEG.totals: not a table of"),
        (
            HEAD + "[document.BEG]\ntotals.tax = { from='BEG01', implied=9 }",
            "m.document.BEG.totals.tax.implied: not a number",
        ),
        (HEAD + "[document.BEG]\nreferences = 'BEG01'", "references: not a table of reference"),
        (HEAD + "[document.BEG]\nreferences = { x = 'BEG01' }", "references.x: no such field"),
        (HEAD + "[document.BEG]\nopen = 'x'", "m.document.BEG.open: no such level"),
        (HEAD + "[document.BEG]\nwhen = 'x'", "m.document.BEG.when: not a table"),
        (HEAD + "[document.BEG]\nwhen = { BEG01 = 1 }", "m.document.BEG.when.BEG01: not a text"),
        (HEAD + "[document.BEG]\ndrop = 'x'", "m.document.BEG.drop: neither true"),
        (
            HEAD + LEVEL + "[document.PO1]\nopen = 'line'\nids = { each = ['a'], value = 'PO101' }",
            "m.document.PO1.ids.each: not a list of numbers",
        ),
        (
            HEAD + LEVEL + "[document.PO1]\nopen = 'line'\nbasis = { from='PO101', default='x' }",
            "m.document.PO1.basis.default: not a number",
        ),
        (HEAD.replace("x12", "edifact") + "[document.DTM]\nissued = 'DTM.1.2'", "`format` (2379)"),
    ],
)
def test_fault_in_a_map_is_named_by_its_keys(text: str, problem: str) -> None:
    with pytest.raises(GuideError) as caught:
        compiled(text)

    assert problem in str(caught.value)


def test_map_that_is_no_toml_is_refused() -> None:
    with pytest.raises(GuideError, match="not TOML"):
        compiled("= =")
    with pytest.raises(GuideError, match="larger than"):
        compiled(HEAD + "#" * 1_000_001)


def test_list_and_table_of_one_name_are_refused() -> None:
    with pytest.raises(GuideError, match="a table of the map has that name"):
        compiled(HEAD + "lists = ['t']\n[tables.t]\na = 'b'", t="a = 'b'")


def test_header_says_what_the_map_is_for() -> None:
    files = Files({"maps/m.toml": HEAD})
    assert header("m", read_map(files, "m")).types == ("850",)


def test_first_rule_whose_conditions_hold_is_followed() -> None:
    translator = compiled(
        HEAD + "[[document.REF]]\nwhen = { REF01 = ['A', 'B'] }\nid = 'REF02'\n"
        "[[document.REF]]\ntype_code = 'REF02'\n"
    )

    document = only(run(translator, "REF*B*one\nREF*Z*two"))

    assert (document.id, document.type_code) == ("one", "two")


def test_first_value_stays_and_a_later_one_goes_to_ext() -> None:
    translator = compiled(HEAD + "[document.REF]\nid = 'REF02'\ndrop = ['REF01']\n")

    document = only(run(translator, "REF*A*one\nREF*A*two\nREF*A*one"))

    assert (document.id, document.ext) == ("one", {"REF02@2": "two"})


def test_weak_value_gives_way_and_goes_to_ext() -> None:
    translator = compiled(
        HEAD + "[[document.REF]]\nwhen = { REF01 = 'W' }\n"
        "id = { from = 'REF02', weak = true }\n[[document.REF]]\nid = 'REF02'\ndrop = ['REF01']\n"
    )

    document = only(run(translator, "REF*W*weak\nREF*S*strong\nREF*W*late"))

    assert (document.id, document.ext) == ("strong", {"REF02@1": "weak", "REF02@3": "late"})


def test_default_holds_where_the_segment_ends_before_the_element() -> None:
    translator = compiled(
        HEAD + "[document.REF]\nid = 'REF01'\ntype_code = { from = 'REF02', default = 'SA' }\n"
    )

    assert only(run(translator, "REF*A")).type_code == "SA"


def test_unit_is_missed_where_the_segment_ends_before_the_element() -> None:
    translator = compiled(
        HEAD + LEVEL + "[document.PO1]\nopen = 'line'\n"
        "quantities.ORDERED = { value = 'PO101', unit = 'PO102' }\n"
    )

    assert rules(run(translator, "PO1*5")) == ["map.required_missing"]


def test_part_that_lacks_its_last_element_is_kept_by_address() -> None:
    translator = compiled(
        HEAD + LEVEL + "[document.REF]\nid = 'REF03'\n"
        "references = { kind = 'REF01', value = 'REF02' }\n"
    )

    assert only(run(translator, "REF*A\nREF***one")).ext == {"REF01@1": "A"}


def test_every_length_of_a_segment_is_read_alike_however_many_came_before() -> None:
    translator = compiled(HEAD + "[document.REF]\nid = 'REF01'\ndrop = ['REF02']\n")
    lengths = range(3, 3 * MOST_PLANS)
    text = "\n".join("REF*A*x" + "*" * (length - 3) + "*z" for length in lengths)

    ext = only(run(translator, text)).ext

    assert ext == {f"REF{n:02}@{n - 2}": "z" for n in lengths}


def test_only_segments_that_change_nothing_are_not_taken() -> None:
    translator = compiled(
        HEAD + "drop = ['ST', 'PID', 'CTT', 'SE']\n" + LEVEL + "[document.PO1]\nopen = 'line'\n"
    )

    taken = {tag for tag in ("ST", "PO1", "PID", "CTT", "REF", "SE") if translator.taker("", tag)}

    assert taken == {"PO1", "CTT", "REF"}  # CTT is dropped, and ends the line


def test_dropped_segment_that_no_level_holds_ends_the_open_one() -> None:
    translator = compiled(
        HEAD + "drop = ['CTT']\n" + LEVEL + "[document.PO1]\nopen = 'line'\n"
        "[line.PID]\ndescription = 'PID01'\n[document.PID]\nid = 'PID01'\n"
    )

    document = only(run(translator, "PO1*\nCTT*1\nPID*one"))

    assert document.id == "one"


def test_required_field_sent_twice_with_other_values_has_two_candidates() -> None:
    translator = compiled(HEAD + "[document.REF]\nid = { from = 'REF02', required = true }\n")

    assert rules(run(translator, "REF*A*one\nREF*A*two")) == ["map.two_candidates"]


def test_required_field_is_missed_even_when_its_segment_is_not_there() -> None:
    translator = compiled(HEAD + "[document.BEG]\nid = { from = 'BEG03', required = true }\n")

    documents, findings = run(translator, "REF*A*one")

    assert documents == ()
    assert [one.place.address for one in findings] == ["BEG03"]
    assert findings[0].code == "1"  # X12 element 723: mandatory element missing


def test_message_after_a_refused_one_starts_anew() -> None:
    translator = compiled(HEAD + "[document.BEG]\nid = { from = 'BEG03', required = true }\n")

    run(translator, "REF*A*one")

    assert only(run(translator, "BEG*00*SA*N7")).id == "N7"


def test_more_parts_than_allowed_are_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("acktrail.translate.building.MAX_PARTS", 2)
    translator = compiled(HEAD + "[document.MSG]\nnotes = 'MSG01'\n")

    assert rules(run(translator, "MSG*a\nMSG*b\nMSG*c\nMSG*d")) == ["map.too_many_parts"]


def test_more_unmapped_elements_than_kept_are_said_once(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("acktrail.translate.building.MAX_EXT", 2)

    documents, findings = run(compiled(HEAD), "A*1*2*3*4")

    assert [one.rule for one in findings] == ["map.ext_full"]
    assert len(documents[0].ext) == 2


def test_findings_are_capped(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("acktrail.translate.building.MAX_FINDINGS", 3)
    translator = compiled(HEAD + "[document.MSG]\nissued = 'MSG01'\n")

    assert len(rules(run(translator, "MSG*x\n" * 9))) == 3


def test_control_characters_are_refused_without_showing_them() -> None:
    translator = compiled(HEAD + "[document.MSG]\nnotes = 'MSG01'\n")

    documents, findings = run(translator, "MSG*a\x07b")

    assert documents == ()
    assert findings[0].rule == "map.control_character"
    assert "a\x07b" not in repr(findings)
