"""Every value can name the element that it was read from, on demand and without being shown."""

from acktrail.translate.sources import ValueSource
from tests.unit.translate.running import mapped, only, run
from tests.unit.translate.test_supply import DESPATCH
from tests.unit.translate.test_trade import ORDER_X12


def sources(name: str, text: str) -> dict[str, list[str]]:
    """Return address and position of what each field was read from."""
    translator = mapped(name)
    translator.sources = []
    only(run(translator, text))
    found: dict[str, list[str]] = {}
    for one in translator.sources:
        found.setdefault(one.field, []).append(f"{one.address}@{one.place.position}")
    return found


def test_value_of_a_line_names_its_element_in_its_segment() -> None:
    found = sources("x12-850", ORDER_X12)

    assert found["id"] == ["BEG03@2"]
    assert found["lines[0].quantities.ORDERED"] == ["PO102@10", "PO103@10"]
    assert found["lines[1].price"] == ["PO104@12"]
    assert found["lines[0].ids[1]"] == ["PO108@10", "PO109@10"]
    assert found["parties[0].lines[0]"] == ["N301@7"]
    assert found["parties[1].role"] == ["N101@9"]
    assert found["totals.total"] == ["AMT02@14"]


def test_value_of_a_level_is_found_whatever_it_stands_under() -> None:
    found = sources("x12-856", DESPATCH)

    assert found["dates[0]"] == ["DTM01@6", "DTM02@6"]
    assert found["levels[1].marks[0]"] == ["MAN01@13", "MAN02@13"]
    assert found["levels[3].quantities.SHIPPED"] == ["SN102@18", "SN103@18"]


def test_value_that_another_one_kept_out_has_no_source() -> None:
    text = ORDER_X12.replace("CUR*BY*USD", "CUR*BY*USD\nITD*01**1\nITD*02**1")

    assert sources("x12-850", text)["terms.payment_code"] == ["ITD01@4"]


def test_document_is_the_same_whether_its_sources_are_asked_for_or_not() -> None:
    traced = mapped("x12-850")
    traced.sources = []

    assert only(run(traced, ORDER_X12)) == only(run(mapped("x12-850"), ORDER_X12))
    assert all(isinstance(one, ValueSource) for one in traced.sources)
