"""Batches and their isolation, against a client that plays answers back."""

from collections.abc import Iterator, Mapping
from dataclasses import replace
from datetime import timedelta
from itertools import chain, repeat

import pytest
from hypothesis import given
from hypothesis import strategies as st

from acktrail.errors import DeniedError, HaltedError
from acktrail.odoo.asking import ask
from acktrail.odoo.attempts import Attempts
from acktrail.odoo.batches import ROWS, batches, distinct, waves
from acktrail.odoo.client import Answer, Done, Fault, Lost
from acktrail.odoo.client import Doubt as Refusing
from acktrail.odoo.loads import Load, Plan
from acktrail.odoo.poster import (
    Delivery,
    Denied,
    Outcome,
    Parked,
    Poster,
    Refused,
    Stored,
    Unknown,
)
from acktrail.odoo.questions import Key, Question
from tests.unit.odoo.scripted import Body, Scripted, Time, loaded, refused

FIELDS = ("id", "name")
UNBALANCED = "The entry is not balanced."


def record(number: int, *needs: str, model: str = "account.move", text: str = "") -> Load:
    own = f"acktrail_t.r_{number}"
    return Load(model, own, FIELDS, ((own, text or f"n{number}"),), needs)


def planned(*loads: Load) -> Plan:
    return Plan("charge", loads[-1].external_id, 1, loads)


def ids_of(body: Body) -> list[str]:
    data = body["data"]
    assert isinstance(data, list)
    return [row[0] for row in data if row[0]]


def number_of(name: str) -> int:
    return int(name.rsplit("_", 1)[1])


def deliver(plans: list[Plan], client: Scripted, size: int = 50) -> Delivery:
    time = Time()
    poster = Poster(client, time, size, pause=time.pause, jitter=lambda low, _: low)
    return poster.deliver(list(enumerate(plans)))


def storing(bad: Mapping[str, str]) -> Scripted:
    """A server that stores all but the bad ones, which the ORM refuses by record."""

    def play(_: str, __: str, body: Body) -> Answer:
        names = ids_of(body)
        wrong = [{"record": at, "message": bad[one]} for at, one in enumerate(names) if one in bad]
        return refused(*wrong) if wrong else loaded([number_of(one) for one in names])

    return Scripted(play)


@given(
    st.lists(st.integers(1, 30), unique=True, min_size=1),
    st.sets(st.integers(1, 30)),
    st.integers(1, 9),
)
def test_delivery_of_any_split_stores_the_good_and_refuses_the_bad(
    numbers: list[int], bad: set[int], size: int
) -> None:
    texts = {f"acktrail_t.r_{one}": f"{UNBALANCED} {one}" for one in bad}

    found = deliver([planned(record(one)) for one in numbers], storing(texts), size).outcomes

    expected = [Refused("odoo.unbalanced") if one in bad else Stored(one) for one in numbers]
    assert [found[at] for at in range(len(numbers))] == expected


def test_delivery_where_three_or_more_are_refused_alike_is_parked() -> None:
    texts = {f"acktrail_t.r_{one}": UNBALANCED for one in range(3)}

    found = deliver([planned(record(one)) for one in range(3)], storing(texts)).outcomes

    assert set(found.values()) == {Parked("odoo.unbalanced")}


@pytest.mark.parametrize(("echoes", "end"), [(5, Stored(1)), (99, Refused("odoo.refused"))])
def test_delivery_of_what_may_be_a_races_echo_is_repeated_before_it_is_believed(
    echoes: int, end: Outcome
) -> None:
    """Odoo 14 tries each record once more in a transaction that lost a race, and says only that."""
    text = 'new row for relation "account_move_line" violates check constraint "c"'
    answers = chain(repeat(refused({"record": 0, "message": text}), echoes), repeat(loaded([1])))

    found = deliver([planned(record(1))], Scripted(lambda *_: next(answers)))

    assert found.outcomes == {0: end}


def test_delivery_whose_refusal_names_nobody_is_halved_until_the_bad_one_is_alone() -> None:
    def play(_: str, __: str, body: Body) -> Answer:
        names = ids_of(body)
        if "acktrail_t.r_5" in names:
            return Refusing(Fault("odoo.refused", digest=b"x"))
        return loaded([number_of(one) for one in names])

    found = deliver([planned(record(one)) for one in range(8)], Scripted(play)).outcomes

    assert found[5] == Refused("odoo.refused")
    assert {found[one] for one in range(8) if one != 5} == {*map(Stored, (0, 1, 2, 3, 4, 6, 7))}


def test_delivery_after_a_lost_answer_sends_the_same_call_again() -> None:
    answers: Iterator[Answer] = iter([Lost("ReadTimeout"), Lost("no JSON"), loaded([1, 2])])
    client = Scripted(lambda *_: next(answers))

    found = deliver([planned(record(1)), planned(record(2))], client)

    assert found.outcomes == {0: Stored(1), 1: Stored(2)}
    assert client.calls[0] == client.calls[1] == client.calls[2]


def test_delivery_that_nobody_answers_gives_up_and_knows_nothing() -> None:
    found = deliver([planned(record(1))], Scripted(lambda *_: Lost("ConnectError")))

    assert found.outcomes == {0: Unknown("unanswered")}
    assert found.unknown >= 5


def test_delivery_whose_batch_kills_its_worker_goes_on_in_halves() -> None:
    def play(_: str, method: str, body: Body) -> Answer:
        if method == "context_get":
            return Done({})
        names = ids_of(body)
        return Lost("RemoteProtocolError") if len(names) > 2 else loaded([*map(number_of, names)])

    found = deliver([planned(record(one)) for one in range(8)], Scripted(play)).outcomes

    assert found == {one: Stored(one) for one in range(8)}


def test_delivery_of_one_that_never_gets_an_answer_leaves_the_others_stored() -> None:
    def play(_: str, method: str, body: Body) -> Answer:
        if method == "context_get":
            return Done({})
        names = ids_of(body)
        poison = "acktrail_t.r_1" in names
        return Lost("ReadTimeout") if poison else loaded([*map(number_of, names)])

    found = deliver([planned(record(one)) for one in range(4)], Scripted(play)).outcomes

    assert found == {0: Stored(0), 1: Unknown("unanswered"), 2: Stored(2), 3: Stored(3)}


def test_delivery_that_loses_odoo_keeps_what_was_refused_before() -> None:
    def play(_: str, method: str, body: Body) -> Answer:
        date = {"record": 1, "field": "date", "message": "'x' does not seem to be a valid date"}
        first = method == "load" and "acktrail_t.r_1" in ids_of(body)
        return refused(date) if first else Lost("ConnectError")

    found = deliver([planned(record(one)) for one in range(3)], Scripted(play)).outcomes

    assert found == {0: Unknown("unanswered"), 1: Refused("odoo.date", "date"), 2: found[0]}


def test_delivery_that_is_halted_keeps_what_was_stored_before() -> None:
    def play(_: str, __: str, body: Body) -> Answer:
        if "acktrail_t.r_2" in ids_of(body):
            msg = "Odoo refuses us: 401"
            raise HaltedError(msg)
        return loaded([1])

    found = deliver([planned(record(1)), planned(record(2))], Scripted(play), size=1)

    assert found.outcomes == {0: Stored(1), 1: Unknown("unanswered")}
    assert found.halted == "Odoo refuses us: 401"


def test_delivery_of_a_denied_model_goes_on_with_the_others() -> None:
    def play(model: str, _: str, body: Body) -> Answer:
        if model == "sale.order":
            msg = "our user may not create sale.order"
            raise DeniedError(msg)
        return loaded([*map(number_of, ids_of(body))])

    plans = [planned(record(1, model="sale.order")), planned(record(2))]
    found = deliver([*plans, planned(record(3, "acktrail_t.r_1"))], Scripted(play))

    denied = Denied("our user may not create sale.order")
    assert found.outcomes == {0: denied, 1: Stored(2), 2: Unknown("unanswered")}
    assert (found.halted, found.unknown) == ("", 0)


def test_delivery_to_a_slow_odoo_halves_its_batches_and_doubles_them_again() -> None:
    time, sizes, took = Time(), list[int](), [30.0, 25.0, 1.0, 1.0]

    def play(_: str, __: str, body: Body) -> Answer:
        time.pause(took[min(len(sizes), len(took) - 1)])
        sizes.append(len(ids_of(body)))
        return loaded([*map(number_of, ids_of(body))])

    poster = Poster(Scripted(play), time, 8, pause=time.pause, jitter=lambda low, _: low)
    found = poster.deliver([(one, planned(record(one))) for one in range(32)])

    assert sizes == [8, 4, 4, 4, 4, 8]
    assert found.outcomes == {one: Stored(one) for one in range(32)}


def test_delivery_sends_what_is_referred_to_first_and_once() -> None:
    partner = Load("res.partner", "acktrail_t.r_9", FIELDS, (("acktrail_t.r_9", "P"),), shared=True)
    client = storing({})
    plans = [planned(partner, record(one, partner.external_id)) for one in (1, 2)]

    deliver(plans, client)

    assert [(model, ids_of(body)) for model, _, body in client.calls] == [
        ("res.partner", ["acktrail_t.r_9"]),
        ("account.move", ["acktrail_t.r_1", "acktrail_t.r_2"]),
    ]


def test_delivery_whose_partner_is_refused_does_not_send_the_document() -> None:
    partner = record(9, model="res.partner")
    client = storing({"acktrail_t.r_9": "A partner already exists"})

    found = deliver([planned(partner, record(1, partner.external_id))], client).outcomes

    assert found == {0: Refused("odoo.unique")}
    assert {model for model, _, _ in client.calls} == {"res.partner"}


def test_delivery_at_its_deadline_leaves_the_rest_unknown() -> None:
    time = Time()

    def play(_: str, __: str, body: Body) -> Answer:
        time.pause(40)
        return loaded([*map(number_of, ids_of(body))])

    poster = Poster(Scripted(play), time, 1, timedelta(minutes=1), pause=time.pause)
    found = poster.deliver([(one, planned(record(one))) for one in range(4)]).outcomes

    assert found == {0: Stored(0), 1: Stored(1), 2: Unknown("unanswered"), 3: Unknown("unanswered")}


def test_distinct_takes_shared_master_data_once_and_notes_a_clash_of_documents() -> None:
    one, other = planned(record(1, text="a")), planned(record(1, text="b"))
    shared = record(2)._replace(shared=True)

    loads, clashing = distinct([(1, one), (2, other), (3, planned(shared)), (4, planned(shared))])

    assert clashing == {2}
    assert len(loads) == 2


def test_batches_hold_one_model_and_field_list_and_no_more_rows_than_agreed() -> None:
    long = record(1)._replace(rows=((("", "x"),) * (ROWS - 1)))
    wave = [(1, long), (1, record(2)), (1, record(3)), (2, record(4)), (1, record(5, model="x.y"))]

    found = list(batches(wave, 50))

    assert [(one.company, one.model, len(one.loads)) for one in found] == [
        (1, "account.move", 2),
        (1, "account.move", 1),
        (2, "account.move", 1),
        (1, "x.y", 1),
    ]


@pytest.mark.parametrize("depth", [1, 2, 5])
def test_waves_are_as_many_as_the_chain_of_references_is_long(depth: int) -> None:
    chain = [record(one, f"acktrail_t.r_{one - 1}") for one in range(depth)]
    loads = {one.external_id: (1, one) for one in reversed(chain)}

    assert [[load for _, load in wave] for wave in waves(loads)] == [[one] for one in chain]


def test_plan_depends_on_what_it_does_not_bring() -> None:
    found = replace(planned(record(1), record(2, "acktrail_t.r_1", "acktrail_t.r_7")))

    assert found.depends_on == ("acktrail_t.r_7",)


@pytest.mark.parametrize("what", ["claim", "invoice"])
@pytest.mark.parametrize(
    ("hits", "rule"), [([], "unknown"), ([3, 4], "ambiguous")], ids=["none", "several"]
)
def test_posting_whose_question_has_no_answer_or_several_is_refused(
    hits: list[int], rule: str, what: str
) -> None:
    rules = (f"ref.{what}_unknown", f"ref.{what}_ambiguous")
    question = Question(f"{what} 1", "account.move", (Key("ref", "C-1"),), rules=rules)

    def play(_: str, method: str, body: Body) -> Answer:
        if method == "search_read":
            return Done([{"id": one, "ref": "C-1", "name": f"INV/{one}"} for one in hits])
        return loaded([number_of(one) for one in ids_of(body)])

    client = Scripted(play)
    found = deliver([replace(planned(record(1)), lookups=(question,))], client).outcomes[0]

    assert isinstance(found, Refused)
    assert (found.error_class, found.field) == (f"ref.{what}_{rule}", f"{what} 1")
    assert [one.label for one in found.unmatched[0].candidates] == [f"INV/{n}" for n in hits]
    assert [method for _, method, _ in client.calls] == ["search_read"]


def test_question_by_a_later_key_is_asked_only_when_the_earlier_hit_nothing() -> None:
    keys = (Key("name", "X"), Key("ref", "X"))
    first = Question("claim 1", "account.move", keys)
    second = Question("claim 2", "account.move", (Key("name", "Y"), Key("ref", "Y")))

    def play(_: str, __: str, body: Body) -> Answer:
        domain = body["domain"]
        assert isinstance(domain, list)
        name, _operator, values = domain[-1]
        kept = {"name": {"Y": 5}, "ref": {"X": 6, "Y": 7}}[name]
        return Done([{"id": kept[v], name: v} for v in values if v in kept])

    client = Scripted(play)
    found = ask(Attempts(client, Time()), 1, [first, second])

    assert {one.name: hits[0]["id"] for one, hits in found.items()} == {"claim 1": 6, "claim 2": 5}
    assert [body["domain"][-1] for _, _, body in client.calls] == [  # type: ignore[index]
        ["name", "in", ["X", "Y"]],
        ["ref", "in", ["X"]],
    ]


def test_question_that_odoo_does_not_understand_stops_the_posting() -> None:
    client = Scripted(lambda *_: Refusing(Fault("odoo.mapping")))

    with pytest.raises(DeniedError):
        ask(Attempts(client, Time()), 1, [Question("order", "x.y", (Key("name", "1"),))])


def test_what_is_said_later_of_an_owned_record_goes_after_what_was_said_before() -> None:
    client = storing({})
    said = [
        Load(
            "calendar.event", "acktrail_t.r_1", FIELDS, (("acktrail_t.r_1", hour),), overwrite=True
        )
        for hour in ("8", "9", "9", "8")
    ]
    others = [record(2), record(3)]
    plans = [Plan("appointment", f"acktrail_t.e_{at}", 1, (one,)) for at, one in enumerate(said)]

    outcomes = deliver([planned(others[0]), *plans, planned(others[1])], client).outcomes

    assert outcomes == {
        0: Stored(2),
        1: Stored(1),
        2: Stored(1),
        3: Stored(1),
        4: Stored(1),
        5: Stored(3),
    }
    sent = [body["data"] for model, _, body in client.calls if model == "calendar.event"]
    assert sent == [[["acktrail_t.r_1", hour]] for hour in ("8", "9", "8")]


def test_what_is_said_later_waits_when_odoo_goes_away_before_it() -> None:
    def play(_: str, __: str, ___: Body) -> Answer:
        return Lost("away") if len(client.calls) > 1 else loaded([1])

    client = Scripted(play)
    said = [
        Load(
            "calendar.event", "acktrail_t.r_1", FIELDS, (("acktrail_t.r_1", hour),), overwrite=True
        )
        for hour in ("8", "9", "10")
    ]
    plans = [Plan("appointment", f"acktrail_t.e_{at}", 1, (one,)) for at, one in enumerate(said)]

    outcomes = deliver(plans, client).outcomes

    assert outcomes == {0: Stored(1), 1: Unknown("unanswered"), 2: Unknown("unanswered")}
