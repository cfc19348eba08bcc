"""What every ledger does, on SQLite and on PostgreSQL."""

from collections.abc import Iterator
from datetime import timedelta

import pytest

from acktrail.errors import ConflictError, LedgerError, NotFoundError
from acktrail.ledger.circuits import Circuit
from acktrail.ledger.sql_ledger import SqlLedger
from acktrail.ports import Ledger, OutboxRow, Seen
from tests.service.ledger.samples import (
    START,
    TickingClock,
    arrival,
    exchange_id,
    new_exchange,
    open_exchanges,
    opened_ledger,
    posting_row,
)

pytest_plugins = ["tests.service.postgres"]

ENDPOINT = "acme/inbound/0"
ONE, TWO, THREE = exchange_id(1), exchange_id(2), exchange_id(3)


@pytest.fixture
def clock() -> TickingClock:
    return TickingClock()


@pytest.fixture
def ledger(database_url: str, clock: TickingClock) -> Iterator[SqlLedger]:
    ledger, engine = opened_ledger(database_url, clock)
    yield ledger
    engine.dispose()


def listed(number: int) -> Seen:
    one = arrival(number)
    return Seen(one.path, one.size, one.mtime)


def answer(name: str = "ta1.edi", kind: str = "TA1") -> OutboxRow:
    return OutboxRow(
        exchange=ONE,
        kind=kind,
        control="000000007",
        subject="000000905",
        name=name,
        blob="b" * 64,
        sha256="c" * 64,
        after_posting=False,
        delivered=False,
    )


def test_ledger_satisfies_the_port(ledger: SqlLedger) -> None:
    port: Ledger = ledger

    assert list(port.verify()) == []


# ---------------------------------------------------------------- exchanges and entries


def test_open_exchange_writes_received_as_its_first_entry(ledger: SqlLedger) -> None:
    with ledger.begin() as transaction:
        transaction.open_exchange(new_exchange(1), {"size": 101}, "user:ops")

    (entry,) = ledger.entries(ONE)
    assert (entry.n, entry.kind, entry.actor, entry.prev) == (0, "received", "user:ops", bytes(32))
    assert entry.body == {"size": 101}
    row = ledger.exchange(ONE)
    assert (row.status, row.entries, row.generation, row.clear) == ("received", 1, 0, "")
    assert row[:8] == new_exchange(1)[:8]


def test_append_chains_entries_and_folds_the_status(ledger: SqlLedger) -> None:
    open_exchanges(ledger, 1)

    with ledger.begin() as transaction:
        opened = transaction.append(ONE, "opened", {}, "")
        read = transaction.append(ONE, "read", {"messages": 3}, "")

    assert read.prev == opened.hash
    assert opened.actor == "svc:n1"
    assert [entry.kind for entry in ledger.entries(ONE)] == ["received", "opened", "read"]
    assert ledger.exchange(ONE).status == "read"
    assert ledger.exchange(ONE).changed_at == read.at
    assert list(ledger.verify()) == []


def test_closed_states_the_number_of_entries(ledger: SqlLedger) -> None:
    open_exchanges(ledger, 1)

    with ledger.begin() as transaction:
        closed = transaction.append(ONE, "closed", {}, "")

    assert closed.body == {"entries": 2}


def test_entries_are_found_by_kind_and_streams_by_their_beginning(ledger: SqlLedger) -> None:
    open_exchanges(ledger, 1, 2)
    with ledger.begin() as transaction:
        transaction.append(ONE, "held", {"code": "replayed"}, "")
        transaction.append(TWO, "replayed", {"reason": "held"}, "user:ann")
        transaction.append("access:2026-01-02", "viewed", {}, "user:ann")
        transaction.append("access:users", "granted", {}, "user:ann")

    found = ledger.entries_of(["replayed", "viewed"])

    assert {(one.stream, one.kind) for one in found} == {
        (TWO, "replayed"),
        ("access:2026-01-02", "viewed"),
    }
    assert ledger.streams("access:") == ["access:2026-01-02", "access:users"]
    assert ledger.streams("acc_") == []


def test_append_to_another_stream_starts_it(ledger: SqlLedger) -> None:
    with ledger.begin() as transaction:
        first = transaction.append("profile:acme", "approved", {"version": 3}, "user:lead")
        second = transaction.append("profile:acme", "activated", {"version": 3}, "user:lead")

    assert (first.n, second.n, second.prev) == (0, 1, first.hash)
    assert list(ledger.verify()) == []


def test_append_to_an_unknown_exchange_is_not_found(ledger: SqlLedger) -> None:
    with pytest.raises(NotFoundError), ledger.begin() as transaction:
        transaction.append(ONE, "read", {}, "")


def test_append_of_an_unknown_kind_is_refused(ledger: SqlLedger) -> None:
    open_exchanges(ledger, 1)

    with pytest.raises(LedgerError), ledger.begin() as transaction:
        transaction.append(ONE, "finished", {}, "")


def test_transaction_that_fails_leaves_nothing(ledger: SqlLedger) -> None:
    def claim_and_fail() -> None:
        with ledger.begin() as transaction:
            transaction.claim(arrival(1), ONE)
            transaction.open_exchange(new_exchange(1), {}, "")
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        claim_and_fail()

    assert ledger.generation(ENDPOINT, listed(1)) == 0
    assert ledger.entries(ONE) == ()


def test_step_that_was_committed_is_found_again(ledger: SqlLedger) -> None:
    open_exchanges(ledger, 1)
    with ledger.begin() as transaction:
        written = transaction.append(ONE, "read", {"messages": 3}, "", step="intake#0")

    with ledger.begin() as transaction:
        assert transaction.step(ONE, "intake#0") == written
        assert transaction.step(ONE, "intake#1") is None


def test_look_for_a_step_of_a_new_stream_leaves_the_ledger_sound(ledger: SqlLedger) -> None:
    with ledger.begin() as transaction:
        assert transaction.step("profile:acme", "activate#0") is None

    assert list(ledger.verify()) == []


def test_rise_counts_the_generation(ledger: SqlLedger) -> None:
    open_exchanges(ledger, 1)

    with ledger.begin() as transaction:
        assert transaction.rise(ONE) == 1
        assert transaction.rise(ONE) == 2
        assert transaction.lock(ONE).generation == 2


def test_lock_of_an_unknown_exchange_is_not_found(ledger: SqlLedger) -> None:
    with pytest.raises(NotFoundError), ledger.begin() as transaction:
        transaction.lock(ONE)


# ---------------------------------------------------------------- claims


def test_claim_twice_is_refused_the_second_time(ledger: SqlLedger) -> None:
    with ledger.begin() as transaction:
        first = transaction.claim(arrival(1), ONE)
        second = transaction.claim(arrival(1), TWO)

    assert (first, second) == (True, False)
    assert ledger.undisposed(ENDPOINT) == [(arrival(1), ONE)]


def test_generation_is_none_until_the_file_is_disposed_of(ledger: SqlLedger) -> None:
    assert ledger.generation(ENDPOINT, listed(1)) == 0
    with ledger.begin() as transaction:
        transaction.claim(arrival(1), ONE)
    assert ledger.generation(ENDPOINT, listed(1)) is None
    with ledger.begin() as transaction:
        transaction.disposed(arrival(1), "archive")

    assert ledger.generation(ENDPOINT, listed(1)) == 1
    assert ledger.undisposed(ENDPOINT) == []


def test_generation_of_a_kept_file_stays_none(ledger: SqlLedger) -> None:
    with ledger.begin() as transaction:
        transaction.claim(arrival(1), ONE)
        transaction.disposed(arrival(1), "keep")

    assert ledger.generation(ENDPOINT, listed(1)) is None


def test_generation_of_a_changed_file_starts_anew(ledger: SqlLedger) -> None:
    with ledger.begin() as transaction:
        transaction.claim(arrival(1), ONE)

    assert ledger.generation(ENDPOINT, listed(1)._replace(size=9)) == 0
    assert ledger.generation(ENDPOINT, listed(1)._replace(mtime=9)) == 0
    assert ledger.generation("acme/inbound/1", listed(1)) == 0


def test_disposal_of_a_file_that_was_not_claimed_is_not_found(ledger: SqlLedger) -> None:
    with pytest.raises(NotFoundError), ledger.begin() as transaction:
        transaction.disposed(arrival(1), "archive")


def test_opened_bytes_of_an_unknown_exchange_are_not_found(ledger: SqlLedger) -> None:
    with pytest.raises(NotFoundError), ledger.begin() as transaction:
        transaction.set_clear(ONE, "blob", "e" * 64)


def test_exchange_opened_twice_is_a_conflict(ledger: SqlLedger) -> None:
    open_exchanges(ledger, 1)

    with pytest.raises(ConflictError):
        open_exchanges(ledger, 1)


def test_claim_takes_any_bytes_as_path(ledger: SqlLedger) -> None:
    odd = arrival(1)._replace(path=b"\x00\xff" + b"x" * 4000)

    with ledger.begin() as transaction:
        assert transaction.claim(odd, ONE)

    assert ledger.undisposed(ENDPOINT) == [(odd, ONE)]


# ---------------------------------------------------------------- duplicates


def test_same_content_names_the_oldest_other_of_the_partner(ledger: SqlLedger) -> None:
    open_exchanges(ledger, 1, 2, 3)
    with ledger.begin() as transaction:
        transaction.open_exchange(new_exchange(0, partner="other"), {}, "")
        for one in (exchange_id(0), ONE, TWO, THREE):
            transaction.set_clear(one, "blob", "e" * 64)

        assert transaction.same_content("acme", "blob", THREE) == ONE
        assert transaction.same_content("acme", "blob", ONE) == TWO
        assert transaction.same_content("acme", "blub", THREE) == ""


def test_same_control_names_the_oldest_other_of_the_partner(ledger: SqlLedger) -> None:
    open_exchanges(ledger, 1, 2, 3)
    identity = "ZZ:A|ZZ:B|000000905"
    with ledger.begin() as transaction:
        for one in (ONE, TWO):
            transaction.identify(one, "control", identity)
            transaction.identify(one, "control", identity)
        transaction.identify(ONE, "isa13", "000000905")

        assert transaction.same_control("acme", identity, THREE) == ONE
        assert transaction.same_control("acme", identity, ONE) == TWO
        assert transaction.same_control("acme", "000000905", THREE) == ""
        assert transaction.same_control("other", identity, THREE) == ""


def test_identified_names_the_oldest_other_by_direction_scheme_and_value(
    ledger: SqlLedger,
) -> None:
    open_exchanges(ledger, 1, 2)
    place, other = ("msh10", "M1"), ("gs06", "M1")
    with ledger.begin() as transaction:
        sent = new_exchange(3)._replace(direction="out")
        assert not transaction.has_sent("acme")
        transaction.open_exchange(sent, {"size": 1}, "")
        for one in (ONE, TWO, THREE):
            transaction.identify(one, *place)
        transaction.identify(TWO, *other)
        many = [(f"s{n}", f"v{n}") for n in range(450)]

        assert transaction.identified("acme", "in", [*many, place, other]) == {
            place: ONE,
            other: TWO,
        }
        assert transaction.identified("acme", "in", [place], but=ONE) == {place: TWO}
        assert transaction.identified("acme", "out", [place, other]) == {place: THREE}
        assert transaction.identified("other", "in", [place]) == {}
        assert transaction.identified("acme", "in", []) == {}
        assert transaction.has_sent("acme")
        assert not transaction.has_sent("other")


# ---------------------------------------------------------------- numbers and answers


def test_next_number_is_consecutive_per_series(ledger: SqlLedger) -> None:
    with ledger.begin() as transaction:
        assert transaction.next_number("acme/isa") == 1
        assert transaction.next_number("acme/isa", 3) == 2
        assert transaction.next_number("acme/isa") == 5
        assert transaction.next_number("acme/gs") == 1


def test_outbox_keeps_the_order_and_takes_a_repeat(ledger: SqlLedger) -> None:
    open_exchanges(ledger, 1)
    rows = (answer("z-ta1.edi"), answer("a-999.edi", "999"))
    with ledger.begin() as transaction:
        for row in (*rows, rows[0]):
            transaction.add_outbox(row)
        transaction.set_delivered(ONE, "z-ta1.edi")
        transaction.add_outbox(rows[0])

        assert transaction.outbox(ONE) == (rows[0]._replace(delivered=True), rows[1])


def test_outbox_refuses_other_content_under_a_name(ledger: SqlLedger) -> None:
    open_exchanges(ledger, 1)
    with ledger.begin() as transaction:
        transaction.add_outbox(answer())

    with pytest.raises(ConflictError), ledger.begin() as transaction:
        transaction.add_outbox(answer()._replace(sha256="d" * 64))


def test_delivery_of_an_unknown_answer_is_not_found(ledger: SqlLedger) -> None:
    open_exchanges(ledger, 1)

    with pytest.raises(NotFoundError), ledger.begin() as transaction:
        transaction.set_delivered(ONE, "ta1.edi")


# ---------------------------------------------------------------- journal


def test_add_postings_returns_duplicate_and_conflict(ledger: SqlLedger) -> None:
    open_exchanges(ledger, 1, 2)
    with ledger.begin() as transaction:
        first = transaction.add_postings([posting_row(1, "inv.1"), posting_row(1, "inv.2")])
        again = transaction.add_postings(
            [posting_row(2, "inv.2", "other"), posting_row(2, "inv.3"), posting_row(2, "inv.1")]
        )

    assert [row.state for row in first] == ["queued", "queued"]
    assert [row.state for row in again] == ["conflict", "queued", "duplicate"]
    assert [row.external_id for row in again] == ["inv.2", "inv.3", "inv.1"]
    assert len({row.id for row in first + again}) == 5
    with ledger.begin() as transaction:
        assert set(transaction.postings(TWO)) == set(again)


def test_add_postings_of_other_bytes_with_the_same_content_is_a_duplicate(
    ledger: SqlLedger,
) -> None:
    open_exchanges(ledger, 1, 2)
    with ledger.begin() as transaction:
        (first,) = transaction.add_postings([posting_row(1, "inv.1", "older")])
        replayed = transaction.add_postings([posting_row(1, "inv.1", "newer")], lambda *_: True)
        again = transaction.add_postings([posting_row(2, "inv.1", "newer")], lambda *_: True)

    assert replayed == (first,)
    assert [row.state for row in again] == ["duplicate"]


def test_add_postings_finds_a_key_twice_in_one_file(ledger: SqlLedger) -> None:
    open_exchanges(ledger, 1)
    with ledger.begin() as transaction:
        rows = transaction.add_postings([posting_row(1, "inv.1"), posting_row(1, "inv.1")])

    assert [row.state for row in rows] == ["queued", "duplicate"]


def test_add_postings_again_for_the_same_message_changes_nothing(ledger: SqlLedger) -> None:
    open_exchanges(ledger, 1)
    with ledger.begin() as transaction:
        (row,) = transaction.add_postings([posting_row(1, "inv.1")])
        transaction.set_posting(row.id, "posted", odoo_id=17)

    with ledger.begin() as transaction:
        (again,) = transaction.add_postings([posting_row(1, "inv.1")])

        assert again == row._replace(state="posted", odoo_id=17)
        assert transaction.postings(ONE) == (again,)


def test_corrected_document_takes_the_place_of_a_rejected_one(ledger: SqlLedger) -> None:
    open_exchanges(ledger, 1, 2)
    with ledger.begin() as transaction:
        (refused,) = transaction.add_postings([posting_row(1, "inv.1")])
        transaction.set_posting(refused.id, "rejected", error="ValidationError")

    with ledger.begin() as transaction:
        (corrected,) = transaction.add_postings([posting_row(2, "inv.1", "corrected")])

    assert corrected.state == "queued"
    with pytest.raises(ConflictError), ledger.begin() as transaction:
        transaction.set_posting(refused.id, "queued")


def test_sending_counts_an_attempt_and_keeps_the_last_refusal(ledger: SqlLedger) -> None:
    open_exchanges(ledger, 1)
    with ledger.begin() as transaction:
        (row,) = transaction.add_postings([posting_row(1, "inv.1")])
        transaction.set_posting(row.id, "sending", calls="f" * 64)
        transaction.set_posting(row.id, "queued", error="AccessError")
        transaction.set_posting(row.id, "sending")

        (now,) = transaction.postings(ONE)
    assert now == row._replace(state="sending", attempts=2, error="AccessError", calls="f" * 64)


def test_posted_is_final(ledger: SqlLedger) -> None:
    open_exchanges(ledger, 1)
    with ledger.begin() as transaction:
        (row,) = transaction.add_postings([posting_row(1, "inv.1")])
        transaction.set_posting(row.id, "posted", odoo_id=17)

    with pytest.raises(ConflictError), ledger.begin() as transaction:
        transaction.set_posting(row.id, "queued")


def test_change_of_an_unknown_row_is_not_found(ledger: SqlLedger) -> None:
    with pytest.raises(NotFoundError), ledger.begin() as transaction:
        transaction.set_posting(999, "posted")


def test_due_gives_realtime_first_and_leaves_what_has_to_wait(
    ledger: SqlLedger, clock: TickingClock
) -> None:
    open_exchanges(ledger, 1)
    with ledger.begin() as transaction:
        batch, later, _waiting, realtime, _elsewhere = transaction.add_postings(
            [
                posting_row(1, "inv.1"),
                posting_row(1, "inv.2"),
                posting_row(1, "inv.3", state="parked"),
                posting_row(1, "inv.4", lane="realtime"),
                posting_row(1, "inv.5", target="branch"),
            ]
        )
        hour = clock.now() + timedelta(hours=1)
        transaction.set_posting(later.id, "queued", not_before=hour)

    assert list(ledger.due("main", 10)) == [realtime, batch]
    assert list(ledger.due("main", 1)) == [realtime]
    clock.advance(timedelta(hours=2))
    assert list(ledger.due("main", 10)) == [realtime, batch, later]


def test_lease_keeps_one_batch_per_partner_and_model_in_flight(ledger: SqlLedger) -> None:
    open_exchanges(ledger, 1)
    with ledger.begin() as transaction:
        transaction.add_postings([posting_row(1, f"inv.{number}") for number in range(3)])
        transaction.add_postings([posting_row(1, "pay.1", model="account.payment")])

    first = ledger.lease("main", 2, 60)
    second = ledger.lease("main", 2, 60)

    assert [row.external_id for row in first] == ["inv.0", "inv.1"]
    assert {(row.state, row.attempts) for row in first} == {("sending", 1)}
    assert [row.external_id for row in second] == ["pay.1"]
    assert ledger.lease("main", 2, 60) == ()


def test_lease_goes_on_when_the_batch_was_answered(ledger: SqlLedger) -> None:
    open_exchanges(ledger, 1)
    with ledger.begin() as transaction:
        transaction.add_postings([posting_row(1, f"inv.{number}") for number in range(3)])
    taken = ledger.lease("main", 2, 60)

    with ledger.begin() as transaction:
        for row in taken:
            transaction.set_posting(row.id, "posted", odoo_id=row.id)

    assert [row.external_id for row in ledger.lease("main", 2, 60)] == ["inv.2"]


def test_stored_row_that_gives_its_lease_back_can_be_leased_at_once(
    ledger: SqlLedger, clock: TickingClock
) -> None:
    open_exchanges(ledger, 1)
    with ledger.begin() as transaction:
        transaction.add_postings([posting_row(1, "inv.1"), posting_row(1, "inv.2")])
    [first] = ledger.lease("main", 1, 900)
    with ledger.begin() as transaction:
        transaction.set_posting(first.id, "stored", odoo_id=7)
    assert ledger.lease("main", 2, 60) == ()

    with ledger.begin() as transaction:
        transaction.set_posting(first.id, "stored", not_before=clock.now())

    again = ledger.lease("main", 2, 60)
    assert [(row.external_id, row.state) for row in again] == [
        (first.external_id, "stored"),
        ("inv.2", "sending"),
    ]


def test_lease_that_ran_out_is_given_again_at_its_step(
    ledger: SqlLedger, clock: TickingClock
) -> None:
    open_exchanges(ledger, 1)
    with ledger.begin() as transaction:
        rows = transaction.add_postings([posting_row(1, "inv.1"), posting_row(1, "inv.2")])
    ledger.lease("main", 2, 60)
    with ledger.begin() as transaction:
        transaction.set_posting(rows[1].id, "stored", odoo_id=18)
    assert ledger.due("main", 10) == []

    clock.advance(timedelta(hours=1))

    assert len(ledger.due("main", 10)) == 2
    again = ledger.lease("main", 2, 60)
    assert [(row.external_id, row.state) for row in again] == [
        ("inv.1", "sending"),
        ("inv.2", "stored"),
    ]


def test_lease_of_another_model_is_not_given(ledger: SqlLedger) -> None:
    open_exchanges(ledger, 1)
    with ledger.begin() as transaction:
        transaction.add_postings([posting_row(1, "inv.1")])

    assert ledger.lease("main", 2, 60, model="account.payment") == ()
    assert len(ledger.lease("main", 2, 60, model="account.move")) == 1


def test_circuit_is_closed_until_it_is_set(ledger: SqlLedger) -> None:
    assert ledger.circuit("main") == Circuit("main")
    opened = Circuit("main", "open", "AccessDenied", START, 3, START)

    with ledger.begin() as transaction:
        assert transaction.circuit("main") == Circuit("main")
        transaction.set_circuit(opened)

    assert ledger.circuit("main") == opened
    assert ledger.circuits() == [opened]
    with ledger.begin() as transaction:
        transaction.set_circuit(Circuit("main"))
    assert ledger.circuits() == []


def test_backlog_counts_what_is_on_its_way_by_partner_model_and_lane(ledger: SqlLedger) -> None:
    open_exchanges(ledger, 1, 2)
    with ledger.begin() as transaction:
        rows = [posting_row(1, "inv.1"), posting_row(2, "inv.2"), posting_row(2, "inv.3")]
        done, *_ = transaction.add_postings([*rows, posting_row(2, "inv.4")._replace(lane="other")])
        transaction.set_posting(done.id, "posted")

    found = ledger.backlog()

    assert [(one.lane, one.documents) for one in found] == [("batch", 2), ("other", 1)]
    opened = ledger.exchange(rows[1].exchange).opened_at
    assert {one[:3] for one in found} == {("main", "acme", "account.move")}
    assert {one.oldest for one in found} == {opened}


# ---------------------------------------------------------------- questions


def test_exchange_is_found_by_prefix_name_and_sha256(ledger: SqlLedger) -> None:
    open_exchanges(ledger, 1, 2)
    with ledger.begin() as transaction:
        transaction.set_clear(TWO, "blob", "e" * 64)

    assert ledger.exchange(ONE).id == ONE
    assert ledger.exchange("remit-0002.edi").id == TWO
    assert ledger.exchange(f"{1001:064x}").id == ONE
    assert ledger.exchange("e" * 64).id == TWO


def test_exchange_lists_the_ids_when_a_prefix_is_not_unique(ledger: SqlLedger) -> None:
    open_exchanges(ledger, 1, 2)

    with pytest.raises(NotFoundError, match=f"{TWO}, {ONE}"):
        ledger.exchange("ex_01J")


@pytest.mark.parametrize("key", ["", "ex_9", "nothing", "a\x00b", "\udcff", "%", "_"])
def test_exchange_that_is_not_there_is_not_found(ledger: SqlLedger, key: str) -> None:
    open_exchanges(ledger, 1)

    with pytest.raises(NotFoundError):
        ledger.exchange(key)
    assert not ledger.find(key)


def test_exchanges_are_listed_newest_first_in_pages(ledger: SqlLedger) -> None:
    open_exchanges(ledger, 1, 2, 3)
    with ledger.begin() as transaction:
        transaction.open_exchange(new_exchange(4, partner="other"), {}, "")
        transaction.append(TWO, "held", {}, "")

    assert [row.id for row in ledger.exchanges(partner="acme", limit=2)] == [THREE, TWO]
    assert [row.id for row in ledger.exchanges(partner="acme", before=TWO)] == [ONE]
    assert [row.id for row in ledger.exchanges(status="held")] == [TWO]
    since = ledger.exchange(THREE).opened_at
    assert [row.id for row in ledger.exchanges(since=since)] == [exchange_id(4), THREE]


def test_find_says_what_matched(ledger: SqlLedger) -> None:
    open_exchanges(ledger, 1, 2)
    with ledger.begin() as transaction:
        transaction.identify(TWO, "isa13", "000000905")
        transaction.add_outbox(answer("ta1-7.edi"))
        (row,) = transaction.add_postings([posting_row(2, "acktrail.inv_1")])
        transaction.set_posting(row.id, "posted", odoo_id=4711)

    def hits(text: str) -> list[tuple[str, str]]:
        return [(row.id, matched) for row, matched in ledger.find(text)]

    assert hits("000000905") == [(TWO, "isa13")]
    assert hits("remit-") == [(TWO, "name"), (ONE, "name")]
    assert hits("ta1-7.edi") == [(ONE, "answer.name")]
    assert hits("000000007") == [(ONE, "answer.control")]
    assert hits("acktrail.inv_1") == [(TWO, "external_id")]
    assert hits("4711") == [(TWO, "account.move")]
    assert hits("account.move,4711") == [(TWO, "account.move")]
    assert hits("res.partner,4711") == []
    assert hits(ONE[:-1]) == [(TWO, "id"), (ONE, "id")]
    assert hits(f"{1002:064x}") == [(TWO, "sha256")]


def test_unfinished_names_the_oldest_that_may_still_post(ledger: SqlLedger) -> None:
    with ledger.begin() as transaction:
        for number in (1, 2, 3):
            transaction.open_exchange(new_exchange(number, order_key="acme/orders"), {}, "")
    assert ledger.unfinished("acme/orders", THREE) == ONE
    assert ledger.unfinished("acme/orders", ONE) == ""
    assert ledger.unfinished("", THREE) == ""

    with ledger.begin() as transaction:
        transaction.append(ONE, "held", {}, "")  # waits for a person: the others go on
        transaction.append(TWO, "parked", {}, "")

    assert ledger.unfinished("acme/orders", THREE) == TWO


def test_counts_are_by_status_and_state(ledger: SqlLedger) -> None:
    open_exchanges(ledger, 1, 2)
    with ledger.begin() as transaction:
        transaction.append(TWO, "rejected", {}, "")
        transaction.add_postings([posting_row(1, "inv.1")])

    assert ledger.counts() == {
        "exchange.received": 1,
        "exchange.rejected": 1,
        "posting.queued": 1,
    }
