"""What release, replay and park would do to an exchange, before anybody decides."""

from collections import Counter
from typing import Final, NamedTuple

from acktrail.app.governing import Governing
from acktrail.app.restarting import AGAIN, Act, part_that_held, refusal
from acktrail.app.tools import Tools
from acktrail.errors import AcktrailError
from acktrail.pipeline.states import SETTLED
from acktrail.ports import ExchangeRow, PostingRow

ACTS: Final[tuple[Act, ...]] = ("release", "replay", "park")


class Preview(NamedTuple):
    """What an act would do; nothing of it has happened."""

    exchange: str
    act: Act
    refused: str  # why it cannot be done now; "" = it can
    part: str  # what would run: all, post; "" for park
    profile: str  # the version that would govern
    again: int  # documents that a person was asked about and that would go again
    posted: int  # documents that Odoo has: not posted a second time
    waiting: int  # documents on their way already
    answered: int  # answer files that went out: not sent a second time
    says: str  # the same in one sentence


def preview(tools: Tools, key: str, act: Act, *, newest: bool = False) -> Preview:
    """Return what an act would do.

    Raises:
        NotFoundError: No such exchange.
    """
    row = tools.ledger.exchange(key)
    postings, answers = tools.ledger.postings(row.id), tools.ledger.answers(row.id)
    part = _part(tools, row, act)
    states = Counter(one.state for one in postings)
    found = Preview(
        row.id,
        act,
        refusal(row, act),
        part,
        _profile(tools, row, newest=newest),
        sum(1 for one in postings if _goes_again(one)) if part == "post" else 0,
        states["posted"],
        states["queued"] + states["sending"] + states["stored"],
        sum(1 for one in answers if one.delivered),
        "",
    )
    return found._replace(says=found.refused or _sentence(found))


def _part(tools: Tools, row: ExchangeRow, act: Act) -> str:
    if act == "park":
        return ""
    return "all" if act == "replay" else part_that_held(tools.ledger.entries(row.id))


def _goes_again(one: PostingRow) -> bool:
    return one.state in AGAIN and one.error not in SETTLED


def _profile(tools: Tools, row: ExchangeRow, *, newest: bool) -> str:
    if not newest:
        return row.profile
    try:
        found = tools.home.profile(row.partner)
        governed = Governing(tools).governed(found)
    except AcktrailError as error:
        return error.code
    return (governed.found if governed else found).profile.label


def _sentence(one: Preview) -> str:
    if one.act == "park":
        return "Stops until somebody releases it; what was posted or answered stays."
    steps = "The file is read again" if one.part == "all" else "Posting goes on"
    again = f"; {one.again} documents go again" if one.again else ""
    return (
        f"{steps} under {one.profile}{again}. {one.posted} are in Odoo and are not posted twice, "
        f"{one.answered} answers went out and are not sent twice."
    )
