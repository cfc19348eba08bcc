"""One request of a person: who it is, what was asked; and the row that a page is in the table."""

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from hmac import compare_digest
from http import HTTPStatus
from typing import Final, NamedTuple
from urllib.parse import parse_qsl, quote

from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from acktrail.app.access import permit
from acktrail.app.restarting import Restart
from acktrail.app.signing_in import SigningIn, Visitor
from acktrail.app.tools import Tools
from acktrail.errors import AcktrailError, PolicyError
from acktrail.security.roles import READ
from acktrail.web.faults import Fault, fault_of
from acktrail.web.rendering import Templates

COOKIE: Final = "__Host-acktrail"  # Secure, Path=/, no Domain: no other host can set it
SIGN_IN, PASSWORD, SIGN_OUT = "/sign-in", "/password", "/sign-out"
MOST_FIELDS: Final = 50
# Where the menu leads: address, label and the act that the page needs.
MENU: Final = (
    ("/", "Home", READ),
    ("/exchanges", "Exchanges", READ),
    ("/quarantine", "Quarantine", READ),
    ("/exceptions", "Exceptions", READ),
    ("/acknowledgements", "Acknowledgements", READ),
    ("/lanes", "Lanes", READ),
    ("/partners", "Partners", READ),
    ("/ledger", "Ledger", READ),
    ("/audit", "Audit", READ),
)


@dataclass(frozen=True, slots=True)
class House:
    """What pages are made of."""

    tools: Tools
    restart: Restart
    signing_in: SigningIn
    templates: Templates


@dataclass(frozen=True, slots=True)
class Visit:
    """One request of somebody who is signed in and may have the page."""

    house: House
    visitor: Visitor
    here: str  # the request's path
    path: Mapping[str, str]
    query: Mapping[str, str]
    form: Mapping[str, str]
    address: str

    @property
    def tools(self) -> Tools:
        """Return the home's parts."""
        return self.house.tools

    @property
    def actor(self) -> str:
        """Return ``user:<name>``."""
        return self.visitor.actor

    def may(self, act: str) -> bool:
        """Tell whether a button for an act is worth showing."""
        return self.visitor.user.may(act, self.tools.clock.now())

    def page(self, template: str, title: str, code: int = 200, **facts: object) -> Response:
        """Return a page of the console. The title names no file and nobody's data."""
        common = {
            "title": title,
            "here": self.here,
            "menu": [(href, label) for href, label, act in MENU if self.may(act)],
            "user": self.visitor.user.name,
            "csrf": self.visitor.csrf,
            "may": self.may,
            "done": self.query.get("done", ""),
        }
        return self.house.templates.page(template, common | facts, code)

    def fault(self, fault: Fault) -> Response:
        """Return the page that says what went wrong."""
        return self.page("fault.html", "Not done", fault.status, fault=fault)


class Page(NamedTuple):
    """One row of the table of pages."""

    path: str
    act: str  # of the matrix
    answer: Callable[[Visit], Response]
    method: str = "GET"


def see_other(path: str, done: str = "") -> Response:
    """Send the browser on after a change, so that going back does nothing twice."""
    query = f"?done={quote(done)}" if done else ""
    return RedirectResponse(path + query, HTTPStatus.SEE_OTHER)


def endpoint(house: House, page: Page) -> Callable[[Request], Awaitable[Response]]:
    """Return what answers a page's requests: the door first, then the page."""

    async def answered(request: Request) -> Response:
        form = await read_form(request) if page.method == "POST" else {}
        return await run_in_threadpool(_answer, house, page, request, form)

    return answered


async def read_form(request: Request) -> dict[str, str]:
    """Return the fields of a submitted form; of equal names the last one."""
    body = await request.body()
    text = body.decode("utf-8", "replace")
    try:
        pairs = parse_qsl(text, keep_blank_values=True, max_num_fields=MOST_FIELDS)
    except ValueError:  # more fields than any form of ours has
        return {}
    return dict(pairs)


def address_of(request: Request) -> str:
    """Return where a request came from."""
    return request.client.host if request.client else ""


def _answer(house: House, page: Page, request: Request, form: Mapping[str, str]) -> Response:
    visitor = house.signing_in.visitor(request.cookies.get(COOKIE, ""))
    if visitor is None:
        return see_other(SIGN_IN)
    if visitor.session.once and page.path not in (PASSWORD, SIGN_OUT):
        return see_other(PASSWORD)
    visit = Visit(
        house,
        visitor,
        request.url.path,
        {name: str(value) for name, value in request.path_params.items()},
        dict(request.query_params),
        form,
        address_of(request),
    )
    try:
        if page.method == "POST" and not _same(form.get("csrf", ""), visitor.csrf):
            msg = "the form is of another session: go back, load the page anew"
            raise PolicyError(msg, code="policy.form")
        if page.act:
            permit(house.tools, page.act, visitor.actor, request.url.path)
        return page.answer(visit)
    except AcktrailError as error:
        return visit.fault(fault_of(error))


def _same(one: str, other: str) -> bool:
    return compare_digest(one.encode(), other.encode())
