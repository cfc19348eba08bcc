"""What to do about a finding: one sentence for each rule, from ``parsers/advice.toml``."""

import tomllib
from collections.abc import Mapping

from acktrail.errors import GuideError
from acktrail.model import Owner
from acktrail.ports import DataFiles

FILE = "advice.toml"
BY_OWNER = {  # where a plug-in's rule has no sentence of its own
    Owner.PARTNER: "Correct it and send the file again.",
    Owner.US: "Correct the profile or decide by hand, then replay.",
    Owner.ODOO: "Correct it in Odoo, then replay.",
    Owner.NOBODY: "Nothing: it is tried again by itself.",
}


class Advice:
    """The sentences by rule; a start of a rule's name stands for all rules that begin so."""

    def __init__(self, files: DataFiles) -> None:
        self._known = read_advice(files.read(FILE))

    def of(self, rule: str) -> str:
        """Return the sentence for a rule, ``""`` when there is none."""
        name = rule
        while name:
            if name in self._known:
                return self._known[name]
            name = name.rpartition(".")[0]
        return ""

    def for_finding(self, rule: str, owner: Owner) -> str:
        """Return the sentence for a rule, else what its owner does in general."""
        return self.of(rule) or BY_OWNER[owner]


def read_advice(body: bytes) -> Mapping[str, str]:
    """Read the file of sentences.

    Raises:
        GuideError: If it is not a table of texts.
    """
    try:
        table = tomllib.loads(body.decode())["advice"]
        if all(isinstance(text, str) for text in table.values()):
            return dict(table)
    except (ValueError, KeyError, AttributeError):
        pass
    msg = f"{FILE}: not a table of texts"
    raise GuideError(msg)
