"""Our own codes for what refuses the content of a document: 9321, for which no UN list exists.

A code is never given a second meaning and never changed: partners have programs that read it.
"""

OTHER = "AT0001"  # a rule of an extension
CONFLICT = "AT0201"
CONFLICT_TEXT = "an earlier document has this number and other content"
CODES = {
    "map.required_missing": "AT0101",
    "map.unknown_code": "AT0102",
    "map.unknown_unit": "AT0103",
    "map.invalid_number": "AT0104",
    "map.invalid_date": "AT0105",
    "map.two_candidates": "AT0106",
    "map.control_character": "AT0107",
    "map.negative_total": "AT0108",
    "map.too_many_parts": "AT0109",
    "sum.line_amount": "AT0401",
    "sum.inv_lines": "AT0402",
    "sum.inv_taxable": "AT0403",
    "sum.inv_total": "AT0404",
    "sum.inv_payable": "AT0405",
    "sum.ord_total": "AT0406",
    "sum.payment": "AT0407",
}


def code_of(rule: str) -> str:
    """Return the code of a rule."""
    return CODES.get(rule, OTHER)
