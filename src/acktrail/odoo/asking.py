"""Asks Odoo what documents refer to: many questions in few calls."""

from collections.abc import Iterable, Iterator, Sequence
from typing import Any

from acktrail.errors import DeniedError
from acktrail.odoo.attempts import Attempts
from acktrail.odoo.client import Done
from acktrail.odoo.plan import search_body
from acktrail.odoo.questions import REFERENCE, Question, Record, equals, fields_of

VALUES = 200  # of one key in one call


def ask(
    attempts: Attempts, company: int, questions: Iterable[Question]
) -> dict[Question, tuple[Record, ...]]:
    """Answer each question with the records of the first of its keys that hits.

    Raises:
        GaveUpError: If Odoo answers nobody.
        HaltedError: If it refuses us.
        DeniedError: If it denies the model, or does not know a field that is asked for.
    """
    every = list(dict.fromkeys(questions))
    found: dict[Question, tuple[Record, ...]] = dict.fromkeys(every, ())
    asked = [one for one in every if one.model != REFERENCE]
    named = {str(one.keys[0].value) for one in every if one.model == REFERENCE}
    known = {name: _refer(attempts, name) for name in sorted(named)}
    for one in every:
        if one.model == REFERENCE:
            found[one] = known[str(one.keys[0].value)]
    most = max((len(one.keys) for one in asked), default=0)
    for at in range(most):
        open_ = [one for one in asked if not found[one] and len(one.keys) > at]
        for group in _groups(open_, at):
            records = _search(attempts, company, group, at)
            for one in group:
                hits = [record for record in records if equals(record, one.keys[at])]
                found[one] = tuple(hits)
    return found


def _refer(attempts: Attempts, name: str) -> tuple[Record, ...]:
    """Return the record that has an external id, if any."""
    module, _, xml_id = name.partition(".")
    body = {"module": module, "xml_id": xml_id}
    answer = attempts.call(REFERENCE, "check_object_reference", body)
    return ({"id": answer.value[1], "model": answer.value[0]},) if isinstance(answer, Done) else ()


def _groups(questions: Iterable[Question], at: int) -> Iterator[list[Question]]:
    """Yield questions that one search can answer: same model, scope, fields and key."""
    groups: dict[tuple[object, ...], list[Question]] = {}
    for one in questions:
        key = (one.model, one.scope, fields_of(one), one.keys[at].field)
        groups.setdefault(key, []).append(one)
    for group in groups.values():
        for start in range(0, len(group), VALUES):
            yield group[start : start + VALUES]


def _search(
    attempts: Attempts, company: int, group: Sequence[Question], at: int
) -> list[dict[str, Any]]:
    first = group[0]
    values = sorted({one.keys[at].value for one in group}, key=str)
    body = search_body(company, first, values, at)
    answer = attempts.call(first.model, "search_read", body)
    if isinstance(answer, Done):
        return list(answer.value)
    msg = f"Odoo does not answer what is asked of {first.model}: {answer.fault.error_class}"
    raise DeniedError(msg)
