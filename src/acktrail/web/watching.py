"""What machines ask: is it alive, can it take a file, and the numbers.

Liveness and readiness are answered to anybody and name no partner. The numbers do: they need a
token that may read, which a scraper keeps in a file.
"""

from collections.abc import Iterator
from functools import partial
from http import HTTPStatus
from typing import Final

from prometheus_client import CollectorRegistry
from prometheus_client.core import GaugeMetricFamily
from prometheus_client.exposition import CONTENT_TYPE_LATEST, generate_latest
from prometheus_client.registry import Collector
from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import JSONResponse, PlainTextResponse, Response
from starlette.routing import Route

from acktrail.app.measures import measures
from acktrail.app.readiness import UNREADY, readiness
from acktrail.app.tokens import Tokens
from acktrail.app.tools import Tools
from acktrail.errors import PolicyError
from acktrail.security.roles import READ

BEARER: Final = "bearer "


class Measured(Collector):
    """Reads every measure anew for each scrape."""

    def __init__(self, tools: Tools) -> None:
        self._tools = tools

    def collect(self) -> Iterator[GaugeMetricFamily]:
        """Yield the families that the text is made of."""
        for one in measures(self._tools):
            family = GaugeMetricFamily(one.name, one.about, labels=one.labels)
            for labels, value in one.values:
                family.add_metric(labels, value)
            yield family


def watching(tools: Tools) -> list[Route]:
    """Return the routes for supervisors, load balancers and Prometheus."""
    registry = CollectorRegistry(auto_describe=False)
    registry.register(Measured(tools))

    async def ready(_: Request) -> Response:
        found = await run_in_threadpool(readiness, tools)
        down = found.state == UNREADY
        code = HTTPStatus.SERVICE_UNAVAILABLE if down else HTTPStatus.OK
        return JSONResponse({"state": found.state, "checks": found.checks}, code)

    async def scraped(request: Request) -> Response:
        given = request.headers.get("authorization", "")
        token = given[len(BEARER) :] if given.lower().startswith(BEARER) else ""
        return await run_in_threadpool(partial(_scraped, tools, registry, token))

    return [
        Route("/livez", _alive),
        Route("/healthz", _alive),
        Route("/readyz", ready),
        Route("/metrics", scraped),
    ]


def _alive(_: Request) -> Response:
    return PlainTextResponse("ok")


def _scraped(tools: Tools, registry: CollectorRegistry, token: str) -> Response:
    try:
        Tokens(tools).actor(token, READ)
    except PolicyError as error:
        code = HTTPStatus.FORBIDDEN if token else HTTPStatus.UNAUTHORIZED
        return PlainTextResponse(f"{error.code}\n", code, {"www-authenticate": "Bearer"})
    return Response(generate_latest(registry), media_type=CONTENT_TYPE_LATEST)
