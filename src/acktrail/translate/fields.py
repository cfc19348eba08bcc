"""What a map can fill: the fields of each canonical part, and their types.

Types of fields: ``text``, ``texts`` (collected), ``date``, ``instant``, ``zone``, ``decimal``,
``money``, ``unit``, ``owned`` (text or CLEAR), ``flag``; ``one:X`` and ``many:X`` for a part of
shape X; ``by:T`` for values under names of the map's choice (``quantities.ORDERED``).
"""

from acktrail.translate.shapes import (
    Shape,
    allowance,
    charge_line,
    code,
    contact,
    date_role,
    identifier,
    line,
    nothing,
    party,
    quantity,
    reference,
    tax,
)
from acktrail.translate.supply_shapes import (
    answered_line,
    catalogue_line,
    changed_line,
    hierarchy,
    line_answer,
    moved,
    price,
    reported_line,
)

LINE = {
    "no": "text",
    "ids": "many:identifier",
    "description": "text",
    "quantities": "by:one:quantity",
    "price": "money",
    "basis": "decimal",
    "amount": "money",
    "allowances": "many:allowance",
    "taxes": "many:tax",
    "references": "many:reference",
    "dates": "many:date_role",
    "notes": "texts",
}
TRADE = {
    "kind": "text",
    "id": "text",
    "function": "text",
    "type_code": "text",
    "issued": "date",
    "currency": "text",
    "terms": "by:text",
    "notes": "texts",
    "dates": "many:date_role",
    "references": "many:reference",
    "parties": "many:party",
    "lines": "many:line",
    "totals": "by:money",
    "allowances": "many:allowance",
    "taxes": "many:tax",
    "valid": "by:date",
}
SHAPES: dict[str, Shape] = {
    "identifier": Shape({"scheme": "text", "value": "text", "agency": "text"}, identifier, "ids"),
    "code": Shape({"list": "text", "value": "text"}, code),
    "quantity": Shape({"value": "decimal", "unit": "unit"}, quantity),
    "reference": Shape(
        {"kind": "text", "value": "text", "line": "text", "on": "date"}, reference, "references"
    ),
    "date_role": Shape({"kind": "text", "on": "date"}, date_role, "dates"),
    "tax": Shape(
        {"type": "text", "category": "text", "rate": "decimal", "base": "money", "amount": "money"},
        tax,
        "taxes",
    ),
    "allowance": Shape(
        {"charge": "flag", "amount": "money", "percent": "decimal", "reason": "one:code"},
        allowance,
        "allowances",
    ),
    "contact": Shape(
        {"role": "text", "name": "text", "phone": "text", "email": "text"}, contact, "contacts"
    ),
    "party": Shape(
        {
            "role": "text",
            "ids": "many:identifier",
            "name": "text",
            "lines": "texts",
            "city": "text",
            "postcode": "text",
            "region": "text",
            "country": "text",
            "contacts": "many:contact",
            "tax_id": "text",
            "account": "text",
        },
        party,
        "parties",
    ),
    "line": Shape(LINE, line, "lines"),
    "charge_line": Shape(
        {
            "key": "text",
            "type": "text",
            "code": "one:code",
            "service_on": "date",
            "posted_on": "date",
            "quantity": "decimal",
            "unit_price": "money",
            "amount": "money",
            "department": "text",
            "plan": "text",
        },
        charge_line,
        "lines",
    ),
    "trade": Shape(TRADE, nothing),
    "changed_line": Shape({**LINE, "action": "text"}, changed_line, "lines"),
    "line_answer": Shape(
        {
            "status": "text",
            "code": "text",
            "quantity": "one:quantity",
            "dates": "many:date_role",
            "ids": "many:identifier",
            "notes": "texts",
        },
        line_answer,
        "answers",
    ),
    "answered_line": Shape({**LINE, "answers": "many:line_answer"}, answered_line, "lines"),
    "answer": Shape({**TRADE, "disposition": "text"}, nothing),
    "hierarchy": Shape(
        {**LINE, "level": "text", "number": "text", "parent": "text", "marks": "many:identifier"},
        hierarchy,
        "levels",
    ),
    "despatch": Shape({**TRADE, "levels": "many:hierarchy"}, nothing),
    "price": Shape(
        {
            "price": "money",
            "basis": "decimal",
            "minimum": "one:quantity",
            "dates": "many:date_role",
        },
        price,
        "prices",
    ),
    "catalogue_line": Shape({**LINE, "prices": "many:price"}, catalogue_line, "lines"),
    "reported_line": Shape({**LINE, "parties": "many:party"}, reported_line, "lines"),
    "transfer": Shape(
        {
            "activity": "text",
            "parties": "many:party",
            "references": "many:reference",
            "dates": "many:date_role",
            "lines": "many:reported_line",
        },
        moved,
        "transfers",
    ),
    "activity": Shape({**TRADE, "transfers": "many:transfer"}, nothing),
    "report": Shape({**TRADE, "as_of": "date"}, nothing),
    "charge": Shape(
        {
            "id": "text",
            "visit": "text",
            "account": "text",
            "facility": "text",
            "bill_to": "one:identifier",
            "lines": "many:charge_line",
        },
        nothing,
    ),
    "person": Shape(
        {
            "id": "text",
            "authority": "text",
            "action": "text",
            "role": "text",
            "event_at": "instant",
            "zone": "zone",
            "name": "text",
            "street": "owned",
            "street2": "owned",
            "city": "owned",
            "postcode": "owned",
            "region": "owned",
            "country": "owned",
            "phone": "owned",
            "email": "owned",
            "language": "owned",
            "merged_from": "many:identifier",
        },
        nothing,
    ),
}
# The shape of the document as a whole, by kind.
DOCUMENTS = {
    "order": "trade",
    "invoice": "trade",
    "credit_note": "trade",
    "price_catalogue": "trade",
    "order_change": "trade",
    "order_response": "answer",
    "despatch_advice": "despatch",
    "inventory_report": "report",
    "product_activity": "activity",
    "charge": "charge",
    "party": "person",
}
TOTALS = frozenset(
    {"lines", "allowances", "charges", "taxable", "tax", "total", "prepaid", "payable"}
)
