"""Record maps: documents of kinds without code of their own become records, as data."""

import re
import tomllib
from collections.abc import Mapping
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any

import pytest

from acktrail.app.home import parser_files
from acktrail.documents.clinical import (
    MasterData,
    MasterEntry,
    RequestedSupply,
    SupplyRequest,
)
from acktrail.documents.health import Benefit, EligibilityAnswer, Enrolment, Member
from acktrail.documents.kinds import Document
from acktrail.documents.parts import (
    CLEAR,
    Identifier,
    Item,
    Line,
    Party,
    Quantity,
    Reference,
)
from acktrail.documents.supply import ProductActivity
from acktrail.documents.value import replace
from acktrail.errors import ProfileError
from acktrail.odoo.loads import Asks, Plan, Planned, Refusal, Write
from acktrail.odoo.maps import PartnerMap, read_maps
from acktrail.odoo.paths import document_type, element_of, payload_of, type_at, values_at
from acktrail.odoo.plan import Known, encode_calls
from acktrail.profiles.formats import OdooTable, RecordTable
from tests.conftest import ROOT
from tests.unit.odoo import samples
from tests.unit.odoo.samples import usd

SEND = {"res.partner": ("name", "ref", "active", "comment", "parent_id")}
MEMBERS: dict[str, Any] = {
    "model": "res.partner",
    "each": "members",
    "key": ["ids.PSEUDONYM.value"],
    "cells": {
        "name": "=Member + ids.PSEUDONYM.value",
        "ref": "ids.PSEUDONYM.value",
        "active": {"from": "action", "table": {"CANCELLED": False, "ADDED": True}},
    },
}
ARTICLES: dict[str, object] = {"products": "default_code", "partner": "base.partner_demo"}


def plan(
    document: Document, answers: Mapping[str, list[int]] | None = None, /, **changes: object
) -> Planned:
    """Plan; questions are answered by their names, any other with one record."""
    maps = samples.maps(**changes)
    found = maps.plan(document)
    if not isinstance(found, Asks):
        return found
    hits = {one: (answers or {}).get(one.name, [40 + at]) for at, one in enumerate(found.questions)}
    return maps.plan(
        document, Known({one: tuple({"id": n} for n in ids) for one, ids in hits.items()})
    )


def planned(
    document: Document, answers: Mapping[str, list[int]] | None = None, /, **changes: object
) -> Plan:
    found = plan(document, answers, **changes)
    assert isinstance(found, Plan), found
    return found


def refused(document: Document, **changes: object) -> list[tuple[str, str]]:
    found = plan(document, **changes)
    assert isinstance(found, Refusal), found
    return [(one.rule, one.place.address) for one in found.findings]


def cells(found: Plan, at: int = -1) -> list[dict[str, str]]:
    load = found.loads[at]
    return [dict(zip(load.fields, row, strict=True)) for row in load.rows]


def enrolment(*actions: str, alias: str = "P") -> Document:
    members = tuple(
        Member(at == 0, "18", action, ids=(Identifier("PSEUDONYM", f"{alias}{at}"),))
        for at, action in enumerate(actions)
    )
    return Document("enrolment", "E-1", ("SPONSOR", "E-1"), Enrolment("CHANGE", members=members))


def supply(*controls: str, number: str = "M-1", **changes: object) -> Document:
    lines = tuple(
        RequestedSupply(
            control,
            Line(
                str(at),
                Item((Identifier("BUYER", f"A-{at}"),), "CANARYTEXT"),
                {"ORDERED": Quantity(Decimal(at), "EA")},
                references=(Reference("ORDER", f"O-{at}"),),
            ),
            "WARD-7",
        )
        for at, control in enumerate(controls, 1)
    )
    made = Document("supply_request", number, ("HOSPITAL", number), SupplyRequest(lines))
    return replace(made, **changes)


def master(file: str, *entries: MasterEntry) -> Document:
    return Document("master_data", "M-1", ("HOSPITAL", "M-1"), MasterData(file, "UPDATE", entries))


@pytest.mark.parametrize(
    "document",
    [
        enrolment("ADDED"),
        Document("eligibility_response", "1", ("P", "1"), EligibilityAnswer()),
    ],
    ids=lambda one: one.kind,
)
def test_enrolment_and_eligibility_are_kept_unless_a_profile_maps_them(document: Document) -> None:
    assert refused(document) == [("post.nothing_to_post", "")]


def test_enrolment_that_is_mapped_is_a_record_for_each_member_under_keys_of_its_own() -> None:
    found = planned(enrolment("ADDED", "CANCELLED"), record=[MEMBERS], send=SEND)

    first, second = (cells(found, at)[0] for at in (0, 1))
    assert (first["name"], first["ref"], first["active"]) == ("Member P0", "P0", "1")
    assert (second["name"], second["active"]) == ("Member P1", "0")
    assert len({first["id"], second["id"], found.external_id}) == 3
    other = planned(enrolment("CANCELLED"), record=[MEMBERS], send=SEND)
    assert cells(other)[0]["id"] == first["id"]


def test_record_sends_only_what_the_allow_list_has() -> None:
    found = planned(enrolment("ADDED"), record=[MEMBERS], send={"res.partner": ("name",)})

    assert found.loads[0].fields == ("id", "name")
    kept = plan(enrolment("ADDED"), record=[MEMBERS])
    assert isinstance(kept, Refusal)
    assert [one.rule for one in kept.findings] == ["post.route_denied"]


def test_code_that_the_table_of_a_cell_lacks_refuses_the_document() -> None:
    assert refused(enrolment("ADDED", "AUDIT"), record=[MEMBERS], send=SEND) == [
        ("post.code_unknown", "record 2 active")
    ]


def test_record_without_its_key_or_a_required_value_is_refused() -> None:
    nobody = Document(
        "enrolment",
        "E",
        ("S", "E"),
        Enrolment("CHANGE", members=(Member(subscriber=True, relation="18", action="ADDED"),)),
    )
    required = {**MEMBERS, "cells": {"name": {"from": "reason", "required": True}}}

    assert refused(nobody, record=[MEMBERS], send=SEND) == [("post.value_missing", "record 1 key")]
    assert refused(enrolment("ADDED"), record=[required], send=SEND) == [
        ("post.value_missing", "record 1 name")
    ]


def test_supply_request_is_one_draft_purchase_order_of_the_kinds_partner() -> None:
    found = planned(supply("NEW", "NEW"), **ARTICLES)

    assert found.model == "purchase.order"
    assert cells(found) == [
        {
            "id": found.external_id,
            "partner_id/id": "base.partner_demo",
            "origin": "M-1",
            "order_line/product_id/.id": "40",
            "order_line/product_qty": "1",
            "order_line/product_uom_id/id": "uom.product_uom_unit",
        },
        {
            "id": "",
            "partner_id/id": "",
            "origin": "",
            "order_line/product_id/.id": "41",
            "order_line/product_qty": "2",
            "order_line/product_uom_id/id": "uom.product_uom_unit",
        },
    ]
    assert not found.verb
    assert found.expected is not None
    assert (found.expected.reference_field, found.expected.reference) == ("origin", "M-1")
    assert b"CANARYTEXT" not in encode_calls(found)


@pytest.mark.parametrize("control", ["CHANGE", "CANCEL", "OTHER"])
def test_supply_request_that_is_not_new_is_for_a_person(control: str) -> None:
    assert refused(supply("NEW", control), **ARTICLES) == [("post.function_unrouted", "document")]
    assert refused(supply("NEW", function="CANCEL"), **ARTICLES) == [
        ("post.function_unrouted", "document")
    ]


def test_supply_request_that_comes_again_in_another_message_is_the_same_record() -> None:
    maps = samples.maps(**ARTICLES)

    first, again = (maps.identity(supply("NEW", number=one)) for one in ("M-1", "M-2"))

    assert first == again == (planned(supply("NEW"), **ARTICLES).external_id, "purchase.order")
    assert maps.identity(supply("CANCEL"))[0] not in {first[0], maps.identity(supply("NEW", "NEW"))}


def test_supply_request_without_lines_or_with_some_cells_on_some_lines_is_refused() -> None:
    mixed = supply("NEW", "NEW")
    assert isinstance(mixed.payload, SupplyRequest)
    first, second = mixed.payload.lines
    bare = RequestedSupply(
        "NEW",
        Line(
            "2",
            second.line.item,
            {"ORDERED": Quantity(Decimal(2), "")},
            references=second.line.references,
        ),
    )
    mixed = supply("NEW", payload=SupplyRequest((first, bare)))
    whole = {
        "model": "purchase.order",
        "cells": {"origin": "document.id"},
        "lines": {
            "field": "order_line",
            "of": "lines",
            "cells": {"product_qty": "line.quantities.ORDERED.value"},
        },
    }

    assert refused(mixed, **ARTICLES) == [("post.value_missing", "document")]
    assert refused(supply(), record=[whole]) == [("post.lines_missing", "document")]


def test_place_of_a_record_is_the_one_that_the_places_table_has() -> None:
    record = {
        "model": "stock.picking",
        "cells": {
            "origin": "document.id",
            "location_dest_id": {"place": "lines.0.cost_centre", "scheme": "COST_CENTRE"},
        },
    }

    found = planned(supply("NEW"), record=[record], places={"COST_CENTRE:WARD-7": "stock.ward"})
    assert cells(found)[0]["location_dest_id/id"] == "stock.ward"
    assert refused(supply("NEW"), record=[record]) == [
        ("ref.place_unknown", "document location_dest_id")
    ]


def test_master_article_that_odoo_lacks_is_made_and_one_that_it_has_is_written() -> None:
    entry = MasterEntry("ADD", "A-1", "Gauze", prices={"PURCHASE": usd("1.25")})
    name = "product.product record 1"

    made = planned(master("ITEM", entry), {name: []})
    written = planned(master("ITEM", entry), {name: [7]})

    assert made.loads[0].overwrite
    assert cells(made)[0] == {
        "id": made.loads[0].external_id,
        "name": "Gauze",
        "default_code": "A-1",
        "type": "consu",
        "standard_price": "1.25",
        "active": "1",
    }
    assert not written.loads
    values = (
        ("name", "Gauze"),
        ("default_code", "A-1"),
        ("type", "consu"),
        ("standard_price", 1.25),
        ("active", True),
    )
    assert written.writes == (Write("product.product", 7, values),)
    assert written.target == ("product.product", 7)


def test_master_data_is_archived_and_never_deleted() -> None:
    entries = (
        MasterEntry("DELETE", "N-1"),
        MasterEntry("DEACTIVATE", "N-2"),
        MasterEntry("REACTIVATE", "N-3"),
    )

    found = planned(master("STAFF", *entries))

    assert [cells(found, at)[0]["active"] for at in range(3)] == ["0", "0", "1"]
    assert {one.model for one in found.loads} == {"res.partner"}


def test_master_article_whose_number_two_products_have_is_refused_with_candidates() -> None:
    entry = MasterEntry("ADD", "A-1")

    found = plan(master("ITEM", entry), {"product.product record 1": [7, 8]})

    assert isinstance(found, Refusal)
    assert [one.rule for one in found.findings] == ["ref.record_ambiguous"]
    assert [one.id for one in found.unmatched[0].candidates] == [7, 8]


def test_master_file_that_no_map_is_for_is_kept() -> None:
    assert refused(master("LOCATION", MasterEntry("ADD", "L-1"))) == [("post.nothing_to_post", "")]


def test_party_of_a_cell_is_found_as_any_party_is() -> None:
    document = Document(
        "product_activity",
        "R-1",
        ("R-1",),
        ProductActivity(),
        parties=(Party("SELLER", (Identifier("GLN", "1"),)),),
    )
    record = {
        "model": "res.partner",
        "cells": {"name": "document.id", "parent_id": {"party": "SELLER"}},
    }

    found = planned(document, record=[record], parties={"GLN:1": "x.seller"}, send=SEND)

    assert cells(found)[0]["parent_id/id"] == "x.seller"


# ------------------------------------------------------------------------------------- the language
BENEFITS = EligibilityAnswer(
    subscriber=(Identifier("MEMBER", "1"), Identifier("PSEUDONYM", "P")),
    benefits=(Benefit("1", plan="A"), Benefit("6", plan="B")),
)


@pytest.mark.parametrize(
    ("path", "found"),
    [
        ("subscriber.PSEUDONYM.value", ["P"]),
        ("subscriber.0.value", ["1"]),
        ("subscriber.9.value", []),
        ("subscriber.NONE.value", []),
        ("benefits.*.plan", ["A", "B"]),
        ("active", []),
        ("relation", [""]),
    ],
)
def test_path_leads_by_field_place_word_or_to_all(path: str, found: list[str]) -> None:
    assert values_at(BENEFITS, path) == found


def test_types_of_paths_are_those_of_the_documents() -> None:
    master_ = payload_of("master_data")

    assert type_at(document_type(), "issued") is date
    assert type_at(master_, "entries.*.prices.CHARGE.amount") is Decimal
    assert type_at(payload_of("party"), "city") is str  # not "to be emptied"
    assert type_at(master_, "entries.0.nothing") is None
    assert element_of(master_, "entries") is MasterEntry
    assert element_of(master_, "file") is None


def test_values_are_cells_as_load_takes_them() -> None:
    person = samples.person(city=CLEAR, event_at=datetime(2026, 11, 2, 8, tzinfo=UTC))
    record = {
        "model": "res.partner",
        "cells": {
            "name": "city | =nobody",
            "ref": "event_at",
            "comment": "document.issued | document.id",
            "active": True,
        },
    }

    found = planned(person, record=[record], send=SEND)

    assert cells(found)[0] == {
        "id": found.external_id,
        "name": "nobody",
        "ref": "2026-11-02 08:00:00",
        "comment": "MRN-1",
        "active": "1",
    }


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"each": "nothing"}, "each = nothing: no list of enrolment"),
        ({"key": ["nothing"]}, "nothing: no such place in enrolment"),
        ({"key": ["ids"]}, "ids: no such place in enrolment"),
        ({"when": {"document.nothing": "X"}}, "document.nothing: no such place"),
        ({"needs": {"each.nothing": "X"}}, "each.nothing: no such place"),
        ({"cells": {"name": {"item": "action"}}}, "action: no such place"),
        ({"lines": {"field": "f", "of": "action", "cells": {"name": "x"}}}, "lines of action"),
        ({"lines": {"field": "f"}}, "lines needs field, of and cells"),
        ({"cells": {"name": {"from": "action", "item": "x"}}}, "cell name: one of from"),
        ({"cells": {"name": {"place": "action"}}}, "place or analytic and scheme go together"),
        ({"colour": "red"}, "unknown key colour"),
        ({"model": ""}, "model is missing"),
        ({"key": []}, "with each a key is needed"),
    ],
)
def test_wrong_map_is_named_before_any_document(change: dict[str, Any], said: str) -> None:
    maps = samples.maps(record=[{**MEMBERS, **change}])

    with pytest.raises(ProfileError, match=said.replace(".", r"\.")):
        maps.options("enrolment")


def test_maps_that_come_with_acktrail_are_ones_that_a_profile_may_hold() -> None:
    kinds = read_maps(parser_files()).kinds
    tables = [one for kind in kinds.values() for one in kind.get("record", [])]  # type: ignore[attr-defined]

    assert len(tables) > 3
    assert all(RecordTable.model_validate(one, strict=False).model for one in tables)


def test_identity_of_every_kind_is_that_of_its_plan() -> None:
    for document in (supply("NEW"), enrolment("ADDED"), master("STAFF", MasterEntry("ADD", "1"))):
        changes: dict[str, object] = {**ARTICLES}
        if document.kind == "enrolment":
            changes = {"record": [MEMBERS], "send": SEND}
        maps = samples.maps(**changes)
        assert maps.identity(document)[0] == planned(document, **changes).external_id


def test_examples_of_the_page_are_maps_that_a_profile_may_hold() -> None:
    text = (ROOT / "docs" / "records.md").read_text()
    blocks = [
        tomllib.loads(one)["odoo"] for one in re.findall(r"```toml\n(.*?)```", text, re.DOTALL)
    ]

    assert len(blocks) > 2
    for block in blocks:
        table = OdooTable.model_validate(block, strict=False).plain()
        (kind,) = block["kind"]
        assert PartnerMap(samples.PARTNER, samples.MAPS, table).options(kind).record
