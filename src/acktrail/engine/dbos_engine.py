"""The durable engine: the only module that imports DBOS.

Same code on SQLite and PostgreSQL. Checkpoints are relaxed on purpose: a lost one is a repeated
step, and steps look in the ledger first (docs/decisions/0002-engine.md).
"""

import json
import logging
import re
from datetime import timedelta
from typing import Any, NamedTuple, cast

from dbos import DBOS, DBOSClient, DBOSConfig, EnqueueOptions, Serializer

from acktrail.engine.guard import guarded
from acktrail.engine.port import Steps, Task, run_exchange
from acktrail.errors import SetupError
from acktrail.pipeline.outcomes import Advance, Hold, Outcome, Reject, Retry, Snooze
from acktrail.ports import Transaction

APPLICATION = "acktrail"
VERSION = "1"  # constant: the default, a hash of the code, strands old files after an upgrade
WORKFLOW = "exchange_1"  # a changed order of steps is a new workflow name
RECOVERY_ATTEMPTS = 50
TASK_ID = re.compile("(?P<exchange>[^#]+)#(?P<generation>[0-9]+)")  # the start of Task.id


class Lane(NamedTuple):
    """How a queue is polled."""

    poll_seconds: float
    workers: int


LANES = {"realtime": Lane(0.05, 8), "batch": Lane(0.1, 8), "parked": Lane(1.0, 4)}


class JsonSerializer(Serializer):
    """Arguments, results and errors as JSON; an error is its class, never its text."""

    def serialize(self, data: Any) -> str:  # noqa: ANN401 - DBOS hands over anything
        """Write ``data``."""
        return json.dumps(data, default=_plain)

    def deserialize(cls, serialized_data: str) -> Any:  # noqa: ANN401, N805 - as DBOS declares it
        """Read what :meth:`serialize` wrote."""
        data = json.loads(serialized_data)
        if isinstance(data, dict) and "error" in data:
            return SetupError(data["error"], code="engine.error")
        return data

    def name(self) -> str:
        """Name the form."""
        return "acktrail_json"


def _plain(value: object) -> object:
    if isinstance(value, BaseException):
        return {"error": type(value).__name__}
    if isinstance(value, tuple):
        return list(value)
    return {"error": f"a value of type {type(value).__name__}"}


class DbosEngine:
    """Lanes, durable steps, delays and recovery by DBOS; see :class:`engine.port.Engine`."""

    def __init__(self, url: str, checkpoints: object, durable: object, node: str) -> None:
        """Prepare.

        Args:
            url: Of the database, as SQLAlchemy spells it.
            checkpoints: Engine for DBOS's own tables, relaxed durability.
            durable: The ledger's engine, for enqueues inside our transactions.
            node: Name of this process; no two running processes may share it.
        """
        self._url, self._checkpoints, self._durable, self._node = url, checkpoints, durable, node
        self._client: DBOSClient | None = None
        self._steps: Steps | None = None

    def serve(self, steps: Steps) -> None:
        """Say who does the work; before :meth:`start`."""
        self._steps = steps

    def start(self) -> None:
        """Launch, finishing first what an earlier process of this node left."""
        logging.getLogger("dbos").setLevel(logging.ERROR)
        config = DBOSConfig(
            name=APPLICATION,
            system_database_url=self._url,
            system_database_engine=cast("Any", self._checkpoints),
            executor_id=self._node,
            application_version=VERSION,
            serializer=JsonSerializer(),
            log_level="ERROR",
            use_listen_notify=False,
        )
        DBOS(config=config)
        self._register()
        DBOS.listen_queues(list(LANES))
        DBOS.launch()
        for name, lane in LANES.items():
            DBOS.register_queue(
                name,
                worker_concurrency=lane.workers,
                partition_concurrency=1,
                polling_interval_sec=lane.poll_seconds,
                on_conflict="always_update",
            )

    def _register(self) -> None:
        steps = self._steps
        if steps is None:
            msg = "the engine was started before it was told what to run"
            raise SetupError(msg)

        @DBOS.step(name="step")
        def durable_step(name: str, fields: list[Any], arguments: dict[str, Any]) -> list[Any]:
            task = Task(*fields)
            return dump(guarded(steps, task, lambda: _run(steps, name, task, arguments)))

        @DBOS.workflow(name=WORKFLOW, max_recovery_attempts=RECOVERY_ATTEMPTS)
        def exchange(fields: list[Any]) -> None:
            def call(name: str, **arguments: object) -> Outcome:
                plain = {key: _argument(value) for key, value in arguments.items()}
                return load(durable_step(name, fields, plain))

            run_exchange(Task(*fields), call)

    def submit(self, tx: Transaction, task: Task, after: timedelta = timedelta(0)) -> None:
        """Enqueue in the caller's transaction."""
        options = EnqueueOptions(
            workflow_name=WORKFLOW,
            queue_name=task.lane,
            workflow_id=task.id,
            queue_partition_key=task.key or task.exchange[-1],
            app_version=VERSION,
        )
        if after:
            options["delay_seconds"] = after.total_seconds()
        self._enqueuer().enqueue_in_transaction(cast("Any", tx.connection), options, list(task))

    def _enqueuer(self) -> DBOSClient:
        if self._client is None:
            self._client = DBOSClient(
                system_database_engine=cast("Any", self._durable),
                application_name=APPLICATION,
                serializer=JsonSerializer(),
            )
        return self._client

    def stop(self, patience: timedelta) -> None:
        """Take no new task, wait for the running ones, end."""
        DBOS.destroy(
            destroy_registry=True, workflow_completion_timeout_sec=int(patience.total_seconds())
        )
        self.close()

    def close(self) -> None:
        """Give connections back; all that is needed where tasks were only submitted."""
        if self._client is not None:
            self._client.destroy()
            self._client = None
        cast("Any", self._checkpoints).dispose()  # DBOS leaves an engine that it was given open

    def backlog(self) -> int:
        """Return how many tasks are due or running; a thousand stands for more."""
        return len(
            self._enqueuer().list_workflows(
                status=["ENQUEUED", "PENDING"], load_input=False, load_output=False, limit=1000
            )
        )

    def dead(self) -> list[tuple[str, int]]:
        """Return exchange and generation of workflows that ended in an error, newest first."""
        rows = self._enqueuer().list_workflows(
            status=["ERROR", "MAX_RECOVERY_ATTEMPTS_EXCEEDED"],
            load_input=False,
            load_output=False,
            sort_desc=True,
            limit=1000,
        )
        found = (TASK_ID.match(row.workflow_id) for row in rows)
        return [(one["exchange"], int(one["generation"])) for one in found if one]


def _run(steps: Steps, name: str, task: Task, arguments: dict[str, Any]) -> Outcome:
    match name:
        case "intake":
            return steps.intake(task)
        case "post":
            return steps.post(task)
        case "acknowledge":
            return steps.acknowledge(task, final=arguments["final"])
        case "park":
            later, after = Task(*arguments["later"]), timedelta(seconds=arguments["after"])
            return steps.park(task, later, after, arguments["code"])
        case _:
            return steps.hold(task, arguments["code"], arguments["reason"])


def _argument(value: object) -> object:
    if isinstance(value, timedelta):
        return value.total_seconds()
    return list(value) if isinstance(value, tuple) else value


def dump(outcome: Outcome) -> list[Any]:
    """Write an outcome as JSON values; findings stay in the ledger."""
    match outcome:
        case Advance(digest):
            return ["advance", digest]
        case Reject():
            return ["reject"]
        case Hold(code, reason):
            return ["hold", code, reason]
        case Retry(after, code):
            return ["retry", after.total_seconds(), code]
        case Snooze(after, code):
            return ["snooze", after.total_seconds(), code]


def load(values: list[Any]) -> Outcome:
    """Read what :func:`dump` wrote."""
    match values:
        case ["advance", str(digest)]:
            return Advance(digest)
        case ["reject"]:
            return Reject(())
        case ["hold", str(code), str(reason)]:
            return Hold(code, reason)
        case ["retry", float() | int() as seconds, str(code)]:
            return Retry(timedelta(seconds=seconds), code)
        case ["snooze", float() | int() as seconds, str(code)]:
            return Snooze(timedelta(seconds=seconds), code)
        case _:
            msg = "a step's recorded outcome cannot be read back"
            raise SetupError(msg)
