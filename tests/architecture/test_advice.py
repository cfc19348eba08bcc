"""Every finding comes with a sentence on what to do about it."""

from acktrail.app.advice import read_advice
from acktrail.app.home import parser_files
from acktrail.app.registry import built_in
from acktrail.app.rules import all_rules
from tests.conftest import ROOT

# starts of names that stand for more than one rule or refusal
FAMILIES = {
    *("envelope", "file.unrecognised", "partner", "partner.too_large", "partner.truncated"),
    *("partner.unreadable", "pgp", "x12.balance", "x12.balance.count", "zip"),
}


def test_every_rule_says_what_to_do_and_every_sentence_is_of_a_rule() -> None:
    known = read_advice((ROOT / "parsers" / "advice.toml").read_bytes())
    names = {rule.name for rule in all_rules(built_in(parser_files()))}

    silent = [
        name for name in names
        if not any(name == key or name.startswith(f"{key}.") for key in known)
    ]  # fmt: skip
    assert sorted(silent) == [], "add a line to parsers/advice.toml"
    assert sorted(known.keys() - names - FAMILIES) == []
    assert sorted(known) == list(known)
