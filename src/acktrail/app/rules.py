"""Every finding that anything in this installation can make."""

from acktrail.app.registry import Formats
from acktrail.model import Rule
from acktrail.odoo import loads
from acktrail.translate import rules as translate_rules
from acktrail.translate import sums


def all_rules(formats: Formats) -> tuple[Rule, ...]:
    """Return the rules of all formats, of translating and of posting; each name once."""
    found = [rule for format_ in formats.all() for rule in format_.rules]
    found += [*translate_rules.RULES, *sums.RULES, *loads.RULES]
    return tuple({rule.name: rule for rule in found}.values())
