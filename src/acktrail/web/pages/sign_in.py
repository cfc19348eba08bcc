"""Signing in and out, and choosing a password."""

from http import HTTPStatus
from typing import Final

from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from acktrail.app.signing_in import Attempt
from acktrail.errors import AcktrailError
from acktrail.web.faults import Fault, fault_of
from acktrail.web.visits import (
    COOKIE,
    PASSWORD,
    SIGN_IN,
    SIGN_OUT,
    House,
    Page,
    Visit,
    address_of,
    read_form,
    see_other,
)

NOBODY: Final = ""  # no act: whoever is signed in may


def doors(house: House) -> list[Route]:
    """Return the two routes that answer whoever is not signed in."""

    def form(_: Request) -> Response:
        return _form(house)

    async def come_in(request: Request) -> Response:
        form = await read_form(request)
        attempt = Attempt(form.get("name", ""), form.get("password", ""), address_of(request))
        before = request.cookies.get(COOKIE, "")
        return await run_in_threadpool(_come_in, house, attempt, before)

    return [Route(SIGN_IN, form, methods=["GET"]), Route(SIGN_IN, come_in, methods=["POST"])]


def _form(house: House, fault: Fault | None = None) -> Response:
    code = fault.status if fault else HTTPStatus.OK
    return house.templates.stranger("sign_in.html", "Sign in", code, fault=fault)


def _come_in(house: House, attempt: Attempt, before: str) -> Response:
    try:
        token = house.signing_in.sign_in(attempt, before)
    except AcktrailError as error:
        return _form(house, fault_of(error))
    return _with_cookie(see_other("/"), token)


def _with_cookie(answer: Response, token: str) -> Response:
    answer.set_cookie(COOKIE, token, secure=True, httponly=True, samesite="strict")
    return answer


def _go(visit: Visit) -> Response:
    visit.house.signing_in.sign_out(visit.visitor)
    answer = see_other(SIGN_IN)
    answer.delete_cookie(COOKIE, secure=True, httponly=True, samesite="strict")
    return answer


def _choose(visit: Visit, fault: Fault | None = None) -> Response:
    code = fault.status if fault else HTTPStatus.OK
    once = visit.visitor.session.once
    return visit.page("password.html", "Your password", code, fault=fault, once=once)


def _chosen(visit: Visit) -> Response:
    form = visit.form
    if form.get("new", "") != form.get("again", ""):
        text = ("the two new passwords differ",)
        return _choose(visit, Fault(HTTPStatus.UNPROCESSABLE_ENTITY, "policy.password", text))
    old = Attempt(visit.visitor.user.name, form.get("old", ""), visit.address)
    try:
        token = visit.house.signing_in.change(visit.visitor, old, form.get("new", ""))
    except AcktrailError as error:
        return _choose(visit, fault_of(error))
    return _with_cookie(see_other("/", "password"), token)


PAGES: Final = (
    Page(SIGN_OUT, NOBODY, _go, "POST"),
    Page(PASSWORD, NOBODY, _choose),
    Page(PASSWORD, NOBODY, _chosen, "POST"),
)
