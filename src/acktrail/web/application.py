"""The console and the API as one application."""

from collections.abc import Callable
from http import HTTPStatus

from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Mount, Route
from starlette.staticfiles import StaticFiles

from acktrail.app.restarting import Restart
from acktrail.app.settings import LOOPBACK
from acktrail.app.signing_in import SigningIn
from acktrail.errors import SetupError
from acktrail.web.api import make_api
from acktrail.web.faults import Fault, unforeseen
from acktrail.web.pages import PAGES
from acktrail.web.pages.sign_in import doors
from acktrail.web.rendering import STATIC, Templates
from acktrail.web.shield import Shield
from acktrail.web.visits import House, endpoint
from acktrail.web.watching import watching


def make_application(restart: Restart, signing_in: SigningIn | None = None) -> Shield:
    """Return the application of a home.

    Raises:
        SetupError: The home asks nobody who he is: it must not be reached by a network.
    """
    tools = restart.tools
    if not tools.settings.access.enforce:
        msg = "serve needs [access] enforce = true in acktrail.toml, and users with roles"
        raise SetupError(msg, code="setup.access")
    house = House(tools, restart, signing_in or SigningIn(tools), Templates())
    routes = [
        *watching(tools),
        Mount("/static", StaticFiles(directory=STATIC)),
        Mount("/api/v1", make_api(restart)),
        *doors(house),
        *(Route(one.path, endpoint(house, one), methods=[one.method]) for one in PAGES),
    ]
    app = Starlette(
        routes=routes,
        exception_handlers={HTTPException: _refused(house), Exception: _failed(house)},  # type: ignore[dict-item]
    )
    console = tools.settings.console
    return Shield(app, {*LOOPBACK, console.bind, *map(str.lower, console.hosts)})


def _refused(house: House) -> Callable[[Request, HTTPException], Response]:
    """Answer what leads to no page, whoever asks."""

    def answer(_: Request, error: HTTPException) -> Response:
        status = HTTPStatus(error.status_code)
        fault = Fault(status, "not_found", ("there is no such page",))
        return house.templates.stranger("fault.html", "Not found", status, fault=fault)

    return answer


def _failed(house: House) -> Callable[[Request, Exception], Response]:
    def answer(request: Request, error: Exception) -> Response:
        fault = unforeseen(error, _pattern(request))
        return house.templates.stranger("fault.html", "Not done", fault.status, fault=fault)

    return answer


def _pattern(request: Request) -> str:
    """Return the pattern of the route: an address may hold what somebody typed."""
    route = request.scope.get("route")
    return str(getattr(route, "path", "?"))
