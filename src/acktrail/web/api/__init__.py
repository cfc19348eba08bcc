"""The API under ``/api/v1``: the same questions and acts as pages and commands, for programs."""

from typing import Final

from fastapi import FastAPI
from fastapi.exceptions import RequestValidationError
from starlette.exceptions import HTTPException

from acktrail.app.restarting import Restart
from acktrail.errors import AcktrailError
from acktrail.web.api import audit, documents, exchanges, ledger, partners
from acktrail.web.api.problems import PROBLEMS, failed, invalid, refused, unknown

VERSION: Final = "1"
ABOUT: Final = """\
Everything that the console shows or does. A token (`acktrail token issue`) goes with every call as
`Authorization: Bearer`; each call names the act that the token must allow. Lists are read page by
page: `next` of one is `before` of the one after it. A call that changes something takes an
`Idempotency-Key`: made again with the same one, it has no second effect and the same answer.
"""


def make_api(restart: Restart) -> FastAPI:
    """Return the API of a home; its description is at ``openapi.json`` below it."""
    api = FastAPI(
        title="acktrail",
        version=VERSION,
        description=ABOUT,
        docs_url=None,  # both load from outside
        redoc_url=None,
        responses=PROBLEMS,
        redirect_slashes=False,
    )
    api.state.restart = restart
    api.add_exception_handler(AcktrailError, refused)
    api.add_exception_handler(RequestValidationError, invalid)
    api.add_exception_handler(HTTPException, unknown)
    api.add_exception_handler(Exception, failed)
    for module in (exchanges, documents, partners, ledger, audit):
        api.include_router(module.router)
    return api
