"""The optional bridge module inside Odoo: one call takes documents and answers each with a verdict.

Same interface as a client, so that poster and follow-up are the same. Only ``load`` of records
that are inserted goes another way; its verdicts come back in the words of ``load``.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from acktrail.odoo.client import Answer, Client, Done
from acktrail.odoo.wire import Connected, Wire

INBOX: Final = "acktrail.inbox"
TAKEN: Final = frozenset({"created", "duplicate"})
# Verdicts without a message of Odoo's own; the client's classes are read from these words.
SAID: Final = {
    "conflict": "acktrail: the key was taken with other content",
    "missing": "acktrail: the record was taken and is gone",
}


@dataclass(frozen=True, slots=True)
class Bridge(Connected):
    """A client whose inserts go through the module."""

    inner: Client
    wire: Wire

    def call(self, model: str, method: str, body: Mapping[str, Any]) -> Answer:
        """Call a method; see :class:`acktrail.odoo.client.Client`."""
        if method != "load" or not body["context"].get("noupdate"):
            return self.inner.call(model, method, body)
        records = _records(body["fields"], body["data"])
        docs = [_document(model, body["fields"], rows) for rows in records]
        answer = self.inner.call(
            INBOX, "post_documents", {"docs": docs, "context": body["context"]}
        )
        return Done(_as_load(answer.value)) if isinstance(answer, Done) else answer


def _records(fields: Sequence[str], data: Sequence[Sequence[str]]) -> list[list[Sequence[str]]]:
    """Split rows into records: one begins where its external id is said."""
    own = fields.index("id")
    found: list[list[Sequence[str]]] = []
    for row in data:
        if row[own]:
            found.append([])
        found[-1].append(row)
    return found


def _document(
    model: str, fields: Sequence[str], rows: Sequence[Sequence[str]]
) -> dict[str, object]:
    key = rows[0][fields.index("id")]
    return {"key": key, "model": model, "fields": list(fields), "rows": [list(row) for row in rows]}


def _as_load(verdicts: Sequence[Mapping[str, Any]]) -> dict[str, object]:
    """Return the verdicts as ``load`` says them: every id, or who is refused and why."""
    messages = [
        {"type": "error", **one, "record": at}
        for at, verdict in enumerate(verdicts)
        if verdict["status"] not in TAKEN
        for one in verdict["messages"] or [_said(str(verdict["status"]))]
    ]
    ids = False if messages else [verdict["id"] for verdict in verdicts]
    return {"ids": ids, "messages": messages, "nextrow": 0}


def _said(status: str) -> dict[str, str]:
    """A verdict of the module is final, as a conversion error is: it names a field."""
    return {"message": SAID.get(status, status), "field": "id"}
