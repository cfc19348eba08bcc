"""The one place with a broad ``except``: what a step raises becomes an outcome, a loop goes on."""

import logging
from collections.abc import Callable

from acktrail.engine.port import Steps, Task, back_off
from acktrail.errors import AcktrailError, SetupError, UnavailableError
from acktrail.pipeline.outcomes import Outcome, Retry

log = logging.getLogger("acktrail.engine")


def guarded(steps: Steps, task: Task, step: Callable[[], Outcome]) -> Outcome:
    """Run one step. A dependency that is away means later, a gap of ours means hold.

    Partner errors never come this far: the steps answer them with ``Reject``. Anything unexpected
    is our defect: the exchange is held and stays replayable; only the class of the error is kept,
    for its text may hold patient data.
    """
    try:
        return step()
    except UnavailableError as error:
        return Retry(back_off(task.attempt), error.code)
    except SetupError as error:
        return steps.hold(task, error.code, "; ".join(map(str, error.args)))
    except Exception as error:  # noqa: BLE001 - nothing may stop the lane
        place = _place(error)
        kind = type(error).__name__
        log.error(  # noqa: TRY400 - a traceback's text may hold patient data
            "step failed: exchange=%s error=%s at=%s", task.exchange, kind, place
        )
        return steps.hold(task, "defect", f"{kind} at {place}")


def kept_alive(look: Callable[[], float], name: str, pause: float) -> float:
    """Run one turn of an endless loop; a defect in it is logged and does not end the loop.

    Returns:
        The seconds to wait before the next turn: what ``look`` says, or ``pause`` after a defect.
    """
    try:
        return look()
    except AcktrailError as error:
        log.warning("turn failed: loop=%s code=%s", name, error.code)
    except Exception as error:  # noqa: BLE001 - nothing may end the loop
        kind, place = type(error).__name__, _place(error)
        log.error("turn failed: loop=%s error=%s at=%s", name, kind, place)  # noqa: TRY400
    return pause


def _place(error: BaseException) -> str:
    """Return module and line where it was raised; never the message."""
    trace = error.__traceback__
    place = "?"
    while trace is not None:
        name = str(trace.tb_frame.f_globals.get("__name__", "?"))
        if name.startswith("acktrail"):
            place = f"{name}:{trace.tb_lineno}"
        trace = trace.tb_next
    return place
