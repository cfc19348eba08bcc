"""Documents that a person has to decide about: why, and what there is to choose from."""

from collections.abc import Sequence

from acktrail.odoo.questions import Unmatched
from acktrail.ports import PostingRow, Transaction

MOST = 10  # questions named in an entry; a document may refer to thousands


def note_exception(
    tx: Transaction,
    row: PostingRow,
    rule: str,
    unmatched: Sequence[Unmatched],
    actor: str,
) -> None:
    """Write into the exchange's stream what could not be matched, with the candidates.

    Ids and labels of Odoo's records only; nothing of the document but the place in it.
    """
    if not unmatched:
        return
    tx.lock(row.exchange)
    body = {
        "document": row.external_id,
        "rule": rule,
        "unmatched": len(unmatched),
        "questions": [
            {
                "question": one.question,
                "rule": one.rule,
                "candidates": [f"{c.model}:{c.id} {c.label}".rstrip() for c in one.candidates],
                "records": one.total,
            }
            for one in unmatched[:MOST]
        ],
    }
    tx.append(row.exchange, "excepted", body, actor)
