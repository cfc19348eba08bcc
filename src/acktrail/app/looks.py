"""What commands, API and console show of exchanges: no payload, no values.

Each question is asked here once, whoever asks.
"""

from typing import NamedTuple

from acktrail.app.tools import Tools, last_body
from acktrail.documents.encoding import decode_result
from acktrail.errors import NotFoundError
from acktrail.ledger.queries import Page
from acktrail.model import Finding, ReadResult
from acktrail.pipeline.read import all_findings
from acktrail.ports import Entry, ExchangeRow, PostingRow
from acktrail.security.masking import keyed

OUTCOMES = ("duplicate", "rejected", "planned", "held")  # the entry that decides, newest first
ANSWERED = {"kind": "answer"}  # an entry has a kind of its own


def endpoint_stream(partner: str) -> str:
    """Name the ledger's stream of a partner's inbound endpoint."""
    return f"endpoint:{partner}"


class Listed(NamedTuple):
    """One exchange in a list."""

    row: ExchangeRow
    outcome: str  # what became of it, in one or two words


def listed(tools: Tools, wanted: Page) -> list[Listed]:
    """Return one page of the list of exchanges, newest first."""
    rows = tools.ledger.page(wanted)
    entries = tools.ledger.entries_of_each([row.id for row in rows])
    return [Listed(row, outcome_of(entries[row.id])) for row in rows]


def outcome(tools: Tools, exchange: str) -> str:
    """Return what became of the file, in one or two words."""
    return outcome_of(tools.ledger.entries(exchange))


def outcome_of(entries: tuple[Entry, ...]) -> str:
    """Fold entries to how it went, in a word or two; the status says where it is.

    A hold that was ended says nothing any more.
    """
    ended = False
    for entry in reversed(entries):
        ended |= entry.kind in ("released", "replayed")
        if entry.kind == "duplicate":
            return "duplicate"
        if entry.kind == "rejected":
            return str(
                entry.body.get("code") or last_body(entries, "read").get("verdict", "rejected")
            )
        if entry.kind in ("held", "failed") and not ended:
            return f"{entry.kind}: {entry.body.get('code', '')}"
        if entry.kind == "planned":
            return str(last_body(entries, "read").get("verdict", ""))
    return ""


def kept_result(tools: Tools, entries: tuple[Entry, ...]) -> ReadResult | None:
    """Return the read result that an exchange's entries point to."""
    blob = last_body(entries, "read").get("result")
    return decode_result(tools.store.get(str(blob))) if blob else None


def show(tools: Tools, key: str) -> dict[str, object]:
    """Return one exchange: facts, answers, journal rows, entries."""
    row = tools.ledger.exchange(key)
    entries = tools.ledger.entries(row.id)
    answers, postings = tools.ledger.answers(row.id), tools.ledger.postings(row.id)
    return {
        **facts(row),
        "outcome": outcome_of(entries),
        "answers": [
            {
                "kind": one.kind,
                "control": one.control,
                "for": one.subject,
                "file": one.name,
                "sha256": one.sha256,
                "delivered": one.delivered,
            }
            for one in answers
        ],
        "postings": [
            {
                "kind": one.doctype,
                "external_id": one.external_id,
                "state": one.state,
                "odoo": f"{one.model}:{one.odoo_id}" if one.odoo_id else "",
                "error": one.error,
            }
            for one in postings
        ],
        "entries": [
            {
                "n": one.n,
                "at": one.at.isoformat(),
                "kind": one.kind,
                "actor": one.actor,
                **{ANSWERED.get(name, name): it for name, it in one.body.items() if name != "step"},
            }
            for one in entries
        ],
    }


def facts(row: ExchangeRow) -> dict[str, object]:
    """Return what is known of an exchange without looking at its entries."""
    return {
        "id": row.id,
        "partner": row.partner,
        "profile": row.profile,
        "file": row.name,
        "size": row.size,
        "sha256": row.raw_sha256,
        "clear_sha256": row.clear_sha256,
        "status": row.status,
        "opened_at": row.opened_at.isoformat(),
        "changed_at": row.changed_at.isoformat(),
        "generation": row.generation,
    }


def why(tools: Tools, key: str) -> list[dict[str, object]]:
    """Return the reasons for an exchange's state: findings, holds, refusals of Odoo."""
    row = tools.ledger.exchange(key)
    entries = tools.ledger.entries(row.id)
    found: list[dict[str, object]] = []
    result = kept_result(tools, entries)
    if result:
        found += [_reason(finding) for finding in all_findings(result)]
    for entry in entries:
        if entry.kind in ("held", "parked", "duplicate", "failed"):
            code = str(entry.body.get("code", entry.kind))
            other = str(entry.body.get("of", ""))
            text = f"{entry.kind}{f': the same content as {other}' if other else ''}"
            reason = str(entry.body.get("reason", "")) or text
            found.append(_row(code, entry.kind, "us" if entry.kind == "held" else "", reason))
        if entry.body.get("same_control_as"):
            reason = f"the control number was used by {entry.body['same_control_as']}"
            found.append(_row("duplicate.control", "rejected", "partner", reason))
    for one in tools.ledger.postings(row.id):
        if one.error or one.state in ("rejected", "conflict", "duplicate"):
            text = f"{one.doctype}: {one.state}"
            found.append(_row(one.error or f"post.{one.state}", one.state, "odoo", text))
    return found


def _reason(finding: Finding) -> dict[str, object]:
    place = finding.place
    where = place.address or place.segment
    return {
        "severity": str(finding.severity),
        "rule": finding.rule,
        "code": finding.code,
        "where": f"{where} @ {place.position}" if place.position else where,
        "offset": place.offset,
        "owner": str(finding.owner),
        "message": finding.message,
    }


def _row(rule: str, severity: str, owner: str, message: str) -> dict[str, object]:
    return {
        "severity": severity,
        "rule": rule,
        "code": "",
        "where": "",
        "offset": 0,
        "owner": owner,
        "message": message,
    }


def trace(tools: Tools, key: str) -> list[dict[str, object]]:
    """Return the lineage of a file as a tree in reading order: depth and text."""
    row = tools.ledger.exchange(key)
    entries = tools.ledger.entries(row.id)
    lines = [(0, f"file {row.name} ({row.size} bytes, {row.partner}) {row.id}")]
    result = kept_result(tools, entries)
    postings, answers = tools.ledger.postings(row.id), tools.ledger.answers(row.id)
    for interchange in result.interchanges if result else ():
        lines.append((1, f"interchange {interchange.control or '-'} {interchange.verdict}"))
        for group in interchange.groups:
            for message in group.messages:
                lines.append((2, f"{message.type} {message.control} {message.verdict}"))
                lines += [(3, _posting(one)) for one in postings if one.message == message.control]
    for one in answers:
        state = "delivered" if one.delivered else "waiting"
        lines.append((1, f"answer {one.kind} {one.control} for {one.subject}: {one.name} {state}"))
    return [{"depth": depth, "what": what} for depth, what in lines]


def _posting(one: PostingRow) -> str:
    record = f"{one.model}:{one.odoo_id}" if one.odoo_id else one.model
    return f"{one.doctype} {one.external_id} -> {record} {one.state}"


def search(tools: Tools, text: str) -> list[tuple[ExchangeRow, str]]:
    """Find exchanges by anything; personal identifiers are looked up by their keyed hash."""
    hits = list(tools.ledger.find(text))
    known = {row.id for row, _ in hits}
    hashed = tools.ledger.find(keyed(tools.naming_key, text))
    hits += [(row, "identifier") for row, _ in hashed if row.id not in known]
    try:
        row = tools.ledger.exchange(text)
    except NotFoundError:
        return hits
    return hits if row.id in {one.id for one, _ in hits} else [(row, "exchange"), *hits]
