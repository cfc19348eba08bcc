"""Odoo is away, or refuses: what waits, what goes on, what goes first; on a real Odoo 19."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from time import monotonic, time_ns

import pytest

from acktrail.app.circuits import Order, scope_of
from acktrail.app.sender import Sender, Sent
from acktrail.documents.kinds import Document
from acktrail.odoo import breaker
from acktrail.odoo.client import Answer, Barred, Client, Done
from acktrail.odoo.jsonrpc import JsonRpc
from tests.service.odoo.books import Books, Dying, DyingError, books, write_key
from tests.service.odoo.conftest import Sandbox, odoo14
from tests.unit.odoo import samples


@pytest.fixture
def slug() -> str:
    return f"a{time_ns()}"


@pytest.fixture
def desk_books(tmp_path: Path, sandbox: Sandbox, slug: str) -> Iterator[Books]:
    with books(tmp_path / "home", sandbox, slug) as found:
        yield found


def charges(name: str, many: int) -> list[Document]:
    return [samples.charge(f"{name}-{at}") for at in range(many)]


def records(sandbox: Sandbox, slug: str, model: str = "account.move") -> list[int]:
    domain = [["module", "=", f"acktrail_{slug}"], ["model", "=", model]]
    with sandbox.client("admin") as admin:
        answer = admin.call(
            "ir.model.data", "search_read", {"domain": domain, "fields": ["res_id"]}
        )
    assert isinstance(answer, Done)
    return sorted(one["res_id"] for one in answer.value)


def test_refused_key_opens_the_circuit_and_rejects_nothing_then_a_probe_closes_it(
    desk_books: Books, sandbox: Sandbox, slug: str
) -> None:
    root = desk_books.tools.home.root
    write_key(root, "wrong")
    exchange, _ = desk_books.take(charges("K", 3))

    first = desk_books.send(exchange)
    meanwhile = desk_books.drain()

    circuit = desk_books.sender.circuits.state("main")
    assert (circuit.state, circuit.cause) == (breaker.State.OPEN, breaker.Cause.REFUSED)
    assert first == Sent(unknown=3)
    assert meanwhile == Sent()
    assert desk_books.states(exchange) == {"queued": 3}
    write_key(root, sandbox.credentials["bot"]["api_key"])
    desk_books.shorten("main")

    assert desk_books.until_drained() == Sent(stored=3)
    assert desk_books.sender.circuits.state("main") == breaker.CLOSED
    assert len(records(sandbox, slug)) == 3


def test_lease_is_given_back_when_odoo_refuses_us_before_anything_is_sent(
    tmp_path: Path, sandbox: Sandbox, slug: str
) -> None:
    with books(tmp_path / "home", sandbox, slug, products="default_code") as found:
        exchange, [row] = found.take([samples.order("L-1")])
        write_key(found.tools.home.root, "wrong")

        assert found.drain() == Sent(unknown=1)

        assert found.states(exchange) == {"queued": 1}
        assert [one.id for one in found.tools.ledger.lease("main", 1, 1)] == [row.id]


def test_half_open_circuit_is_probed_before_any_document_is_sent(
    desk_books: Books, sandbox: Sandbox, slug: str
) -> None:
    write_key(desk_books.tools.home.root, "wrong")
    exchange, _ = desk_books.take(charges("P", 2))
    desk_books.send(exchange)
    desk_books.shorten("main")

    assert desk_books.drain() == Sent()

    circuit = desk_books.sender.circuits.state("main")
    assert (circuit.state, circuit.openings) == (breaker.State.OPEN, 2)
    assert desk_books.states(exchange) == {"queued": 2}
    assert records(sandbox, slug) == []


def test_verb_that_odoo_denies_stops_only_the_documents_that_need_it(
    tmp_path: Path, sandbox: Sandbox, slug: str
) -> None:
    """odoo.md 5.2 rule 4: nothing is rejected, and the rest of the database goes on."""
    with books(tmp_path / "home", sandbox, slug, user="draft", post=True) as found:
        moves, rows = found.take(charges("M", 2))
        people, _ = found.take([samples.person("G-1"), samples.person("G-2")])

        assert found.send(moves) == Sent(waiting=2)
        assert found.send(people) == Sent(stored=2)

        denied = found.sender.circuits.state(scope_of(rows[0]))
        assert (denied.state, denied.cause) == (breaker.State.OPEN, breaker.Cause.REFUSED)
        assert found.sender.circuits.state("main") == breaker.CLOSED
        assert found.states(moves) == {"stored": 2}
        assert found.send(moves) == Sent(waiting=2)
        write_key(found.tools.home.root, sandbox.credentials["bot"]["api_key"])
        found.shorten(scope_of(rows[0]))
        assert found.send(moves) == Sent(stored=2)
        assert found.states(moves) == {"posted": 2}
        assert found.sender.circuits.state(scope_of(rows[0])) == breaker.CLOSED


def test_right_that_is_missing_in_load_leaves_the_documents_queued(
    tmp_path: Path, sandbox: Sandbox, slug: str
) -> None:
    main = "base.main_partner"
    with books(tmp_path / "home", sandbox, slug, user="readonly", partner=main) as found:
        exchange, rows = found.take(charges("D", 3))

        assert found.drain() == Sent(waiting=3)

        reason = found.sender.circuits.state(scope_of(rows[0])).reason
        assert reason == "our user may not create account.move"
        assert found.states(exchange) == {"queued": 3}
        write_key(found.tools.home.root, sandbox.credentials["bot"]["api_key"])
        found.shorten(scope_of(rows[0]))
        assert found.send(exchange) == Sent(stored=3)


def test_f10_database_that_is_not_there_opens_the_circuit_and_is_used_when_it_appears(
    desk_books: Books, sandbox: Sandbox, slug: str
) -> None:
    exchange, _ = desk_books.take(charges("T", 3))
    name = sandbox.credentials["db"]
    leave = f"select pg_terminate_backend(pid) from pg_stat_activity where datname = '{name}';"  # noqa: S608 - a name of ours
    sandbox.sql(f'{leave}\nalter database "{name}" rename to "{name}_away";')
    try:
        assert desk_books.drain() == Sent(unknown=3)
        kept = desk_books.sender.circuits.state("main")
    finally:
        sandbox.sql(f'alter database "{name}_away" rename to "{name}";')
    assert (kept.state, kept.cause) == (breaker.State.OPEN, breaker.Cause.UNKNOWN)
    assert desk_books.states(exchange) == {"queued": 3}
    desk_books.shorten("main")

    assert desk_books.until_drained() == Sent(stored=3)
    assert desk_books.sender.circuits.state("main") == breaker.CLOSED
    assert len(records(sandbox, slug)) == 3


def test_killed_odoo_leaves_everything_queued_and_the_drain_takes_the_realtime_lane_first(
    desk_books: Books, sandbox: Sandbox, slug: str
) -> None:
    late, _ = desk_books.take(charges("B", 12))
    soon, _ = desk_books.take(charges("R", 4), lane="realtime")
    sandbox.kill()

    try:
        assert desk_books.drain() == Sent(unknown=4)
        kept = desk_books.sender.circuits.state("main")
        assert (kept.state, kept.cause) == (breaker.State.OPEN, breaker.Cause.UNKNOWN)
        assert desk_books.drain() == Sent()
    finally:
        sandbox.up()
    desk_books.shorten("main")
    done = desk_books.until_drained()

    assert done == Sent(stored=16)
    first = max(row.odoo_id or 0 for row in desk_books.rows(soon))
    assert first < min(row.odoo_id or 0 for row in desk_books.rows(late))
    assert len(records(sandbox, slug)) == 16


def test_paused_lane_sends_nothing_and_after_the_resume_everything_once(
    desk_books: Books, sandbox: Sandbox, slug: str
) -> None:
    exchange, rows = desk_books.take(charges("N", 3))
    circuits = desk_books.sender.circuits
    circuits.pause(Order("main", "user:test", "maintenance"))

    assert desk_books.drain() == Sent()
    assert desk_books.sender.waits_until("main", rows) is not None
    assert records(sandbox, slug) == []
    circuits.resume(Order("main", "user:test", "done"))

    assert desk_books.drain() == Sent(stored=3)
    assert desk_books.states(exchange) == {"posted": 3}


def test_pause_of_one_partners_model_holds_only_its_documents(
    desk_books: Books, sandbox: Sandbox, slug: str
) -> None:
    moves, rows = desk_books.take(charges("O", 2))
    people, _ = desk_books.take([samples.person("O-1")])
    lane = scope_of(rows[0])
    desk_books.sender.circuits.pause(Order(lane, "user:test", "asked by the partner"))

    assert desk_books.send(moves) == Sent(waiting=2)
    assert desk_books.send(people) == Sent(stored=1)
    assert desk_books.sender.opened_until("main", rows) is not None
    desk_books.sender.circuits.resume(Order(lane, "user:test", "settled"))

    assert desk_books.send(moves) == Sent(stored=2)
    assert len(records(sandbox, slug)) == 2


def test_pause_while_a_long_exchange_is_sent_stops_it_before_the_next_chunk(
    desk_books: Books, sandbox: Sandbox, slug: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("acktrail.app.sender.CHUNK", 2)
    exchange, _ = desk_books.take(charges("Q", 5))
    circuits = desk_books.sender.circuits
    pausing = Pausing(sandbox.client(), lambda: circuits.pause(Order("main", "user:test", "stop")))
    sender = Sender(desk_books.tools, connect=lambda _: pausing)

    assert replace(desk_books, sender=sender).send(exchange) == Sent(stored=2, unknown=3)

    assert desk_books.states(exchange) == {"posted": 2, "queued": 3}
    assert len(records(sandbox, slug)) == 2


def test_client_of_an_old_odoo_asks_for_version_and_number_once_for_all_runs(
    tmp_path: Path, slug: str, old: Sandbox, counted_rpc: list[str]
) -> None:
    with books(tmp_path / "home", old, slug) as found:
        for name in ("V", "W"):
            exchange, _ = found.take(charges(name, 2))
            assert found.send(exchange) == Sent(stored=2)
        asked = [one for one in counted_rpc if one.startswith("common.")]
        write_key(found.tools.home.root, "another key")
        last, _ = found.take(charges("X", 2))
        assert found.send(last) == Sent(unknown=2)

    assert asked == ["common.version", "common.login"]
    assert counted_rpc.count("common.version") == 2


def test_drain_keeps_to_its_rate(desk_books: Books) -> None:
    desk_books.take(charges("S", 12))
    began = monotonic()

    assert desk_books.drain(rate=4.0) == Sent(stored=12)

    assert monotonic() - began >= 12 / 4.0


def test_document_of_the_same_key_with_other_content_is_a_conflict_and_sends_nothing(
    desk_books: Books, sandbox: Sandbox, slug: str
) -> None:
    first, _ = desk_books.take([samples.charge("C-1")])
    second, _ = desk_books.take([samples.charge("C-1", "999.00"), samples.charge("C-2")])
    again, _ = desk_books.take([samples.charge("C-1")])

    desk_books.until_drained()

    assert desk_books.states(first) == {"posted": 1}
    assert desk_books.states(second) == {"conflict": 1, "posted": 1}
    assert desk_books.states(again) == {"duplicate": 1}
    assert len(records(sandbox, slug)) == 2


def test_record_that_a_user_deleted_is_never_made_again(
    desk_books: Books, sandbox: Sandbox, slug: str
) -> None:
    exchange, _ = desk_books.take(charges("X", 2))
    desk_books.until_drained()
    gone = desk_books.rows(exchange)[0].odoo_id
    with sandbox.client("admin") as admin:
        admin.call("account.move", "unlink", {"ids": [gone]})

    copy, _ = desk_books.take(charges("X", 2))  # the partner sends it once more
    with desk_books.tools.ledger.begin() as tx:
        tx.rise(exchange)  # and a person replays the first one
    desk_books.drain()

    assert desk_books.states(exchange) == {"posted": 2}
    assert desk_books.states(copy) == {"duplicate": 2}
    assert len(records(sandbox, slug)) == 1


def test_record_deleted_before_its_follow_up_is_missing_and_not_made_again(
    desk_books: Books, sandbox: Sandbox, slug: str
) -> None:
    exchange, _ = desk_books.take(charges("Y", 1))
    desk_books.until_drained()
    row = desk_books.rows(exchange)[0]
    stored, _ = desk_books.take(charges("Z", 1))
    other = desk_books.rows(stored)[0]
    with desk_books.tools.ledger.begin() as tx:  # as if we had been killed after `stored`
        tx.set_posting(other.id, "stored", odoo_id=row.odoo_id)
    with sandbox.client("admin") as admin:
        admin.call("account.move", "unlink", {"ids": [row.odoo_id]})

    desk_books.send(stored)

    assert desk_books.states(stored) == {"missing": 1}
    assert records(sandbox, slug) == []


def test_killed_between_answer_and_commit_then_each_is_there_once(
    desk_books: Books, sandbox: Sandbox, slug: str
) -> None:
    """F11: Odoo has stored the batch, our journal does not know it."""
    exchange, _ = desk_books.take(charges("F", 3))
    dying = Sender(desk_books.tools, connect=lambda _: Dying(sandbox.client()))
    with pytest.raises(DyingError):
        replace(desk_books, sender=dying).send(exchange)
    assert desk_books.states(exchange) == {"sending": 3}
    before = records(sandbox, slug)

    desk_books.send(exchange)

    assert desk_books.states(exchange) == {"posted": 3}
    assert records(sandbox, slug) == before
    assert len(before) == 3


@pytest.fixture
def old() -> Sandbox:
    """Odoo 14."""
    return odoo14()


@pytest.fixture
def counted_rpc(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """Every call over the old API, as service and method; all of them go to the real server."""
    said: list[str] = []
    asking = JsonRpc._ask  # noqa: SLF001 - the one place where a call leaves

    def ask(self: JsonRpc, service: str, method: str, listed: list[object]) -> Answer | Barred:
        said.append(f"{service}.{method}")
        return asking(self, service, method, listed)

    monkeypatch.setattr(JsonRpc, "_ask", ask)
    return said


@dataclass
class Pausing:
    """Lets somebody pause as soon as Odoo has stored the first documents."""

    client: Client
    pause: Callable[[], None]
    paused: bool = False

    def call(self, model: str, method: str, body: Mapping[str, object]) -> Answer:
        answer = self.client.call(model, method, body)
        if method == "load" and not self.paused:
            self.paused = True
            self.pause()
        return answer
