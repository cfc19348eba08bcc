"""The targets that a layout's ``x-map`` may name, by kind of document."""

import re

TRADE = frozenset({"order", "invoice", "credit_note", "price_catalogue"})
KINDS = TRADE | {"charge"}
WORD = "[A-Z][A-Z0-9_]{0,30}"
TRADE_HEADER = re.compile(
    rf"id|kind|issued|currency|type_code|function|notes"
    rf"|parties\.{WORD}\.(?:id|tax_id|name|account|ids\.{WORD})"
    rf"|references\.{WORD}|dates\.{WORD}|terms\.[a-z_]{{1,30}}|valid\.(?:start|end)"
    rf"|totals\.(?:lines|allowances|charges|taxable|tax|total|prepaid|payable)"
)
TRADE_LINE = re.compile(
    rf"no|description|unit|price|basis|amount|discount|notes|item\.(?:id|scheme|ids\.{WORD})"
    rf"|quantity\.{WORD}|tax\.(?:rate|category|type)|references\.{WORD}|dates\.{WORD}"
)
CHARGE_HEADER = re.compile(rf"id|issued|currency|visit|account|facility|bill_to\.{WORD}")
CHARGE_LINE = re.compile(
    "key|type|service_on|posted_on|code|code_list|quantity|unit_price|amount|department|plan"
)
NUMBERS = re.compile(
    rf"totals\..*|(?:lines\[\]\.)(?:quantity(?:\.{WORD})?|price|basis|amount|discount|tax\.rate"
    r"|unit_price)"
)
DATES = re.compile(r"issued|valid\..*|(?:lines\[\]\.)?(?:dates\..*|service_on|posted_on)")


def fault_of_target(kind: str, target: str, type_: str) -> str:
    """Say what is wrong with a target, ``""`` if nothing.

    Args:
        kind: Of the document.
        target: As in ``x-map``; ``-`` drops the column.
        type_: Of the column; ``""`` for a default.
    """
    if target == "-":
        return ""
    header, line = (TRADE_HEADER, TRADE_LINE) if kind in TRADE else (CHARGE_HEADER, CHARGE_LINE)
    grammar = line if target.startswith("lines[].") else header
    if not grammar.fullmatch(target.removeprefix("lines[].")):
        return "x-map names no target of this kind of document"
    if type_ and NUMBERS.fullmatch(target) and type_ not in {"number", "integer"}:
        return "x-map names a number, the column is none"
    if type_ and DATES.fullmatch(target) and type_ != "date":
        return "x-map names a date, the column is none"
    return ""
