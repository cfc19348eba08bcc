from collections.abc import Mapping
from datetime import date
from decimal import Decimal

import pytest

from acktrail.documents.encoding import decode_document, encode
from acktrail.documents.kinds import Charge, Document, Trade
from acktrail.documents.parts import Code, Identifier, Money, Period, Quantity
from acktrail.formats.tabular import Tabular
from acktrail.formats.tabular.rows import Row
from acktrail.model import Finding
from acktrail.ports import MessageEnd, MessageStart
from acktrail.translate import rows
from tests.generators import tabular as make

FORMAT = Tabular(make.Layouts())
Built = tuple[tuple[Document, ...], tuple[Finding, ...]]


def build(
    body: bytes, layout: str, options: Mapping[str, object] | None = None, sender: str = ""
) -> list[Built]:
    translator = rows.translator(FORMAT.layout(layout), options or {})
    built: list[Built] = []
    for event in make.read(FORMAT.reader({"layout": layout, "sender": sender}), body):
        match event:
            case MessageStart(head):
                translator.start(head)
            case MessageEnd():
                built.append(translator.finish())
            case Row():
                translator.segment(event)
            case _:
                pass
    return built


def only(built: list[Built]) -> Document:
    ((documents, findings),) = built
    assert findings == ()
    (document,) = documents
    return document


def rules(built: list[Built]) -> list[str]:
    return [finding.rule for _, findings in built for finding in findings]


def invoice_file(**changed: str) -> bytes:
    lines = make.invoice_rows("INV1")
    for line in lines:
        for name, value in changed.items():
            line[make.INVOICE.index(name)] = value
    return make.csv_file(make.INVOICE, lines)


def test_invoice_rows_become_one_invoice() -> None:
    document = only(build(make.invoices(1), "supplier-invoice"))

    assert (document.kind, document.id, document.currency) == ("invoice", "INV0000", "EUR")
    assert document.key == (make.GLN, "invoice", "INV0000", "2026")
    assert document.issued == date(2026, 3, 1)
    assert document.parties[0].ids == (Identifier("GLN", make.GLN),)
    assert [(r.kind, r.value) for r in document.references] == [("ORDER", "PO7")]
    assert [(d.kind, d.on) for d in document.dates] == [("DUE", date(2026, 3, 31))]
    assert isinstance(document.payload, Trade)
    line = document.payload.lines[1]
    assert (line.no, line.item.ids) == ("2", (Identifier("SELLER", "ART-1"),))
    assert line.quantities == {"INVOICED": Quantity(Decimal(2), "C62", "C62")}
    assert (line.price, line.amount) == (
        Money(Decimal("10.00"), "EUR"),
        Money(Decimal("20.00"), "EUR"),
    )
    assert line.taxes[0].rate == 19
    assert document.payload.totals is not None
    assert document.payload.totals.lines == document.payload.totals.taxable
    assert decode_document(encode(document)) == document


def test_type_381_is_a_credit_note() -> None:
    document = only(build(invoice_file(type="381"), "supplier-invoice"))

    assert (document.kind, document.key[1]) == ("credit_note", "credit_note")


@pytest.mark.parametrize(
    ("changed", "rule"),
    [
        ({"total": "1.00"}, "sum.inv_total"),
        ({"total_net": "99.00"}, "sum.inv_lines"),
        ({"uom": "FURLONG"}, "map.unknown_unit"),
        ({"line_no": "1"}, "map.two_candidates"),
    ],
)
def test_fault_of_meaning_is_a_finding_and_no_document(changed: dict[str, str], rule: str) -> None:
    built = build(invoice_file(**changed), "supplier-invoice")

    assert rule in rules(built)
    assert built[0][0] == ()


def test_rows_that_disagree_on_a_header_value_are_a_finding_at_their_column() -> None:
    lines = make.invoice_rows("INV1")
    lines[1][make.INVOICE.index("due_date")] = "2026-04-01"

    ((documents, findings),) = build(make.csv_file(make.INVOICE, lines), "supplier-invoice")

    assert documents == ()
    assert [(f.rule, f.place.address, f.place.position) for f in findings] == [
        ("map.two_candidates", "due_date", 3)
    ]


def test_wrong_line_amount_is_found_at_its_row_and_may_be_let_through() -> None:
    lines = make.invoice_rows("INV1")
    lines[1][make.INVOICE.index("line_total")] = "20.01"
    body = make.csv_file(make.INVOICE, lines)
    off = {"inv_lines": "off", "inv_total": "off"}

    strict = build(body, "supplier-invoice", {"checks": off})
    warned = build(body, "supplier-invoice", {"checks": {**off, "line_amount": "warn"}})

    assert [(f.rule, f.place.position) for f in strict[0][1]] == [("sum.line_amount", 3)]
    assert len(warned[0][0]) == 1


def test_profile_units_and_currency_fill_in() -> None:
    built = build(invoice_file(uom="Stueck"), "supplier-invoice", {"units": {"Stueck": "H87"}})

    payload = only(built).payload
    assert isinstance(payload, Trade)
    assert payload.lines[0].quantities == {"INVOICED": Quantity(Decimal(1), "H87", "Stueck")}


def test_catalogue_file_is_one_document_with_its_validity() -> None:
    head = ["supplier_code", "valid_from", "valid_to", "price", "currency", "min_qty", "lead_days"]
    body = make.csv_file(
        head,
        [
            ["A", "2026-01-01", "2026-06-30", "1.50", "EUR", "10", "7"],
            ["B", "2026-02-01", "2026-12-31", "2.50", "EUR", "", ""],
        ],
    )

    document = only(build(body, "supplier-catalogue", sender="acme"))

    assert document.key == ("acme", "2026-01-01", "2026-01-01")
    assert isinstance(document.payload, Trade)
    assert document.payload.valid == Period(date(2026, 1, 1), date(2026, 12, 31))
    assert document.payload.lines[0].quantities == {
        "MINIMUM": Quantity(Decimal(10), "C62", "C62"),
        "LEAD_TIME": Quantity(Decimal(7), "DAY"),
    }
    assert document.payload.lines[1].dates[0].on == date(2026, 2, 1)


def test_charges_of_a_visit_become_one_charge() -> None:
    documents = [only([one]) for one in build(make.charges(4), "charge-export", sender="lab")]

    assert [d.key for d in documents] == [
        ("lab", "V0000", "K0", "K1"),
        ("lab", "V0001", "K2", "K3"),
    ]
    payload = documents[0].payload
    assert isinstance(payload, Charge)
    assert payload.bill_to == Identifier("PAYER_ID", "PAYER1")
    assert payload.lines[0].code == Code("HCPCS", "99213")
    assert payload.lines[0].type == "CHARGE"
    assert payload.lines[0].amount == Money(Decimal("20.50"), "EUR")


def test_charge_that_does_not_extend_is_found() -> None:
    body = make.csv_file(make.CHARGE, [make.charge_row("V1", "1", amount="20.51")])

    assert rules(build(body, "charge-export")) == ["sum.dft_line"]


def test_fixed_width_header_gives_facility_and_currency() -> None:
    document = only(build(make.fixed_charges((100,)), "charge-export-fixed"))

    assert (document.key[0], document.currency) == ("FACILITY1", "EUR")
    assert document.issued == date(2026, 3, 1)


def test_unmapped_columns_are_kept_but_never_values_of_health_kinds() -> None:
    text = (make.PARSERS / "tabular/charge-export.toml").read_text()
    own = text.replace('x-map = "lines[].department", ', "")
    format_ = Tabular(make.Layouts({"charge-export": own}))
    translator = rows.translator(own.encode(), {})
    for event in make.read(format_.reader({"layout": "charge-export"}), make.charges(1)):
        if isinstance(event, MessageStart):
            translator.start(event.head)
        elif isinstance(event, Row):
            translator.segment(event)

    ((document,), _) = translator.finish()

    assert document.ext == {"department": ""}


@pytest.mark.parametrize(("code", "description"), [("S", "S"), ("", "Gauze")])
def test_of_several_columns_with_one_target_the_last_that_was_sent_holds(
    code: str, description: str
) -> None:
    text = (make.PARSERS / "tabular/supplier-invoice.toml").read_text()
    text = text.replace('x-map = "lines[].tax.category"', 'x-map = "lines[].description"')
    format_ = Tabular(make.Layouts({"supplier-invoice": text}))
    translator = rows.translator(text.encode(), {})
    body = invoice_file(description="Gauze", tax_code=code)
    for event in make.read(format_.reader({"layout": "supplier-invoice", "sender": "S1"}), body):
        if isinstance(event, MessageStart):
            translator.start(event.head)
        elif isinstance(event, Row):
            translator.segment(event)

    ((document,), _) = translator.finish()

    assert isinstance(document.payload, Trade)
    assert {line.item.description for line in document.payload.lines} == {description}


def test_message_without_rows_has_no_document() -> None:
    translator = rows.translator(FORMAT.layout("charge-export"), {})

    documents, findings = translator.finish()

    assert documents == ()
    assert findings[0].rule == "map.required_missing"
