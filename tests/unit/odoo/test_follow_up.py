"""Verbs that get no answer: the document waits, nobody decides about it."""

from acktrail.odoo.client import Answer, Done, Doubt, Fault, Lost
from acktrail.odoo.follow_up import End, FollowUp, Posted
from acktrail.odoo.loads import Plan
from acktrail.odoo.poster import Refused, Unknown
from tests.unit.odoo import samples
from tests.unit.odoo.scripted import Body, Scripted, Time

PARTNER = 7


def finished(verbs: list[Answer], states: list[str]) -> tuple[End, Scripted]:
    """Follow one bill up: what its verb answers, and its state at each look."""
    plan = samples.maps(post=True, partner="base.main_partner").plan(samples.charge("C-1"))
    assert isinstance(plan, Plan)
    assert plan.expected is not None
    said, seen = iter(verbs), iter(states)
    record = {
        "id": 1,
        "partner_id": [PARTNER, ""],
        plan.expected.reference_field: plan.expected.reference,
        plan.expected.amount_field: plan.expected.amount,
    }

    def play(_: str, method: str, __: Body) -> Answer:
        match method:
            case "search_read":
                return Done([{**record, "state": next(seen)}])
            case "check_object_reference":
                return Done(["res.partner", PARTNER])
            case _:
                return next(said)

    clock, client = Time(), Scripted(play)
    follow_up = FollowUp(client, clock, clock.pause, lambda low, _: low)
    return follow_up.finish([(1, plan, 1)]).outcomes[1], client


def test_verb_that_odoo_did_not_answer_leaves_the_document_stored() -> None:
    end, _ = finished([Lost("502"), Lost("502")], ["draft"] * 3)

    assert end == Unknown("unanswered")


def test_verb_whose_answer_was_lost_but_that_was_done_is_done() -> None:
    end, client = finished([Lost("ReadTimeout")], ["draft", "posted", "posted"])

    assert end == Posted("posted")
    assert [method for _, method, _ in client.calls].count("action_post") == 1


def test_verb_that_odoo_refuses_is_for_a_person() -> None:
    no = Doubt(Fault("odoo.refused"))

    end, _ = finished([no, no], ["draft"] * 3)

    assert end == Refused("odoo.refused", "state")
