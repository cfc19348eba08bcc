"""The one broad ``except`` of the project: whatever a step raises becomes an outcome."""

import logging
from collections.abc import Callable

from acktrail.engine.port import Steps, Task, back_off
from acktrail.errors import SetupError, UnavailableError
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
