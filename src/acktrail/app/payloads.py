"""The one way to what a kept file holds: a grant, a reason, an entry, then the bytes."""

from contextlib import ExitStack
from typing import BinaryIO

from acktrail.app.access import VIEWED, note, permit_look
from acktrail.app.tools import Tools


def opened(tools: Tools, key: str, actor: str, reason: str) -> BinaryIO:
    """Open the clear content of an exchange, or the bytes as received where it was not opened.

    The look is committed to the ledger first. Whoever asks closes the file.

    Raises:
        NotFoundError: No such exchange, or its content is not kept any more.
        PolicyError: There is no reason, or no grant to look at payloads.
    """
    permit_look(tools, actor, reason, key)
    row = tools.ledger.exchange(key)
    part, name = ("clear", row.clear) if row.clear else ("raw", row.raw)
    with ExitStack() as stack:
        file = stack.enter_context(tools.store.open(name))
        facts = {"exchange": row.id, "partner": row.partner, "part": part, "reason": reason}
        note(tools, VIEWED, actor, facts)
        stack.pop_all()
    return file
