"""The API: the same acts as commands and pages, by tokens, once, with problems that say a code."""

from collections.abc import Callable, Iterator
from datetime import timedelta
from typing import Any, cast

import pytest
import schemathesis
from hypothesis import given, settings
from schemathesis.specs.openapi.checks import ignored_auth
from starlette.testclient import TestClient

from acktrail.app.tokens import Order, Tokens
from acktrail.app.trial import Trial
from acktrail.errors import PolicyError
from acktrail.security.roles import GRANTS, MATRIX

API = "/api/v1"
Operation = schemathesis.APIOperation[Any, Any, Any, Any]
Bearer = Callable[..., dict[str, str]]


@pytest.fixture
def bearer(trial: Trial) -> Bearer:
    """Return what makes the header of a token for some acts, or for all that a user may."""

    def bearer(name: str, *acts: str) -> dict[str, str]:
        tools = trial.wired.tools
        until = trial.clock.now() + timedelta(days=1)
        mine = acts or tuple(act for act, roles in MATRIX.items() if name in roles)
        token = Tokens(tools).issue(Order(f"user:{name}", "tests", frozenset(mine), until))
        return {"authorization": f"Bearer {token}"}

    return bearer


def described(stranger: TestClient) -> dict[str, Any]:
    found: dict[str, Any] = stranger.get(f"{API}/openapi.json").json()
    return found


def calls(description: dict[str, Any]) -> Iterator[tuple[str, str, str]]:
    """Yield method, path and act of every call."""
    for path, methods in description["paths"].items():
        for method, one in methods.items():
            ((_, (act,)),) = one["security"][0].items()
            yield method.upper(), path, act


def held(trial: Trial) -> str:
    return trial.wired.tools.ledger.exchanges(status="held", limit=1)[0].id


def test_every_call_names_an_act_of_the_matrix(stranger: TestClient) -> None:
    acts = {act for _, _, act in calls(described(stranger))}

    assert acts <= set(MATRIX)
    assert {"read", "exchange.release", "profile.approve", "payload.read"} <= acts


def test_call_without_a_token_or_with_a_wrong_one_is_no_bodys(stranger: TestClient) -> None:
    bare = stranger.get(f"{API}/exchanges")
    wrong = stranger.get(f"{API}/exchanges", headers={"authorization": "Bearer ackt_0_wrong"})

    for answer in (bare, wrong):
        assert answer.status_code == 401
        assert answer.headers["www-authenticate"] == "Bearer"
        assert answer.headers["content-type"] == "application/problem+json"
        assert answer.json()["code"] == "policy.token"


@pytest.mark.parametrize("grant", GRANTS)
def test_call_is_for_the_roles_of_its_act_and_no_other(
    stranger: TestClient, bearer: Bearer, grant: str
) -> None:
    header = bearer(grant)
    description = described(stranger)
    roles = {"viewer", grant} if grant == "payload" else {grant}

    for method, path, act in calls(description):
        address = API + path.format(id="0", stream="0")
        answer = stranger.request(method, address, headers=header, json={"reason": "because"})

        allowed = bool(MATRIX[act] & roles)
        if grant == "payload" and act == "read":
            allowed = False  # the token was made for what the grant alone allows
        refused = answer.status_code == 403 and answer.json()["code"] == "policy.scope"
        assert refused != allowed, f"{method} {path} {act} {answer.text}"


def test_token_does_no_more_than_its_user_may(bearer: Bearer) -> None:
    with pytest.raises(PolicyError, match="no more than its user may"):
        bearer("viewer", "exchange.release")


def test_list_goes_on_where_the_page_before_ended(
    trial: Trial, stranger: TestClient, bearer: Bearer
) -> None:
    header = bearer("viewer", "read")
    wanted = [row.id for row in trial.wired.tools.ledger.exchanges()]

    found, before = [], ""
    while before is not None:
        query = f"limit=1&before={before}"
        page = stranger.get(f"{API}/exchanges?{query}", headers=header).json()
        found += [one["id"] for one in page["items"]]
        before = page["next"]

    assert found == wanted


def test_search_finds_by_name_and_says_what_matched(
    trial: Trial, stranger: TestClient, bearer: Bearer
) -> None:
    row = trial.wired.tools.ledger.exchange(held(trial))

    answer = stranger.post(
        f"{API}/exchanges/search", json={"text": row.name}, headers=bearer("viewer", "read")
    )

    assert [(one["id"], one["matched"]) for one in answer.json()["items"]] == [(row.id, "name")]


def test_act_with_the_same_key_is_done_once_and_answered_alike(
    trial: Trial, stranger: TestClient, bearer: Bearer
) -> None:
    key = held(trial)
    header = {**bearer("operator"), "idempotency-key": "first"}
    ask = {"reason": "the partner called"}

    first = stranger.post(f"{API}/exchanges/{key}/release", json=ask, headers=header)
    again = stranger.post(f"{API}/exchanges/{key}/release", json=ask, headers=header)
    other = stranger.post(f"{API}/exchanges/{key}/release", json={"reason": "x"}, headers=header)

    assert (first.status_code, first.json()["part"]) == (200, "all")
    assert (again.status_code, again.json()) == (200, first.json())
    assert again.headers["idempotent-replayed"] == "true"
    assert (other.status_code, other.json()["code"]) == (409, "conflict.idempotency")
    kinds = [one.kind for one in trial.wired.tools.ledger.entries(key)]
    assert kinds.count("released") == 1


def test_refused_act_may_be_asked_again_under_its_key(
    trial: Trial, stranger: TestClient, bearer: Bearer
) -> None:
    closed = trial.wired.tools.ledger.exchanges(status="closed", limit=1)[0].id
    header = {**bearer("operator"), "idempotency-key": "second"}
    ask = {"reason": "try"}

    twice = [
        stranger.post(f"{API}/exchanges/{closed}/release", json=ask, headers=header)
        for _ in range(2)
    ]

    assert [(one.status_code, one.json()["code"]) for one in twice] == [(409, "conflict")] * 2


def test_fault_of_a_request_names_the_place_and_not_the_value(
    stranger: TestClient, bearer: Bearer
) -> None:
    patient = "DOE^JANE^19700101"

    answer = stranger.post(
        f"{API}/exchanges/search",
        json={"text": "x", "patient": patient},
        headers=bearer("viewer", "read"),
    )

    assert answer.status_code == 422
    assert answer.json()["code"] == "request.invalid"
    assert "body.patient" in answer.json()["detail"]
    assert patient not in answer.text


def test_every_answer_fits_the_description(stranger: TestClient, bearer: Bearer) -> None:
    """Calls everything as it is described, rightly and wrongly; the same calls every time."""
    by_act = {
        act: bearer(role)
        for role in ("viewer", "operator", "integrator", "approver", "auditor", "payload")
        for act, roles in MATRIX.items()
        if role in roles
    }
    acts = {(method, path): act for method, path, act in calls(described(stranger))}
    schema = schemathesis.openapi.from_asgi(f"{API}/openapi.json", stranger.app)

    operations = [cast("Operation", one.ok()) for one in schema.get_all_operations()]  # type: ignore[union-attr]
    for one in operations:
        call_as_described(one, by_act[acts[one.method.upper(), one.path]])

    assert len(operations) == len(acts)


def call_as_described(operation: Operation, header: dict[str, str]) -> None:
    @settings(max_examples=10, derandomize=True, database=None, deadline=None)
    @given(case=operation.as_strategy())
    def answered(case: Any) -> None:  # noqa: ANN401 - schemathesis's
        # Calls without a token have a test of their own; this check leaves the header in.
        case.call_and_validate(headers=header, excluded_checks=[ignored_auth])

    answered()
