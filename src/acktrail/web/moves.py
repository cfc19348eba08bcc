"""The moves of the profile lifecycle, as console and API offer them."""

from collections.abc import Callable
from typing import Final, NamedTuple

from acktrail.app.governing import Move, Moves
from acktrail.app.submitting import submit
from acktrail.app.tools import Tools
from acktrail.ports import Entry


class Kind(NamedTuple):
    """One move; its act is ``profile.<name>``."""

    of_version: bool  # else of the partner
    carry_out: Callable[[Tools, Move], Entry]


MOVES: Final[dict[str, Kind]] = {
    "submit": Kind(of_version=True, carry_out=submit),
    "withdraw": Kind(of_version=True, carry_out=lambda t, move: Moves(t).withdraw(move)),
    "approve": Kind(of_version=True, carry_out=lambda t, move: Moves(t).approve(move)),
    "rollback": Kind(of_version=True, carry_out=lambda t, move: Moves(t).rollback(move)),
    "suspend": Kind(of_version=False, carry_out=lambda t, move: Moves(t).suspend(move)),
    "resume": Kind(of_version=False, carry_out=lambda t, move: Moves(t).resume(move)),
    "retire": Kind(of_version=False, carry_out=lambda t, move: Moves(t).retire(move)),
}
