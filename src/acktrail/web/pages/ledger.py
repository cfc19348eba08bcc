"""The proof: the newest checkpoint, who keeps it, verification, and evidence to take away."""

import threading
from contextlib import ExitStack
from datetime import UTC, datetime
from itertools import islice
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Final

from starlette.background import BackgroundTask
from starlette.responses import FileResponse, Response

from acktrail.app import handing_over
from acktrail.app.packing import Wish
from acktrail.app.proving import faults_of
from acktrail.app.sealing import keys, sealing
from acktrail.errors import NotFoundError, PolicyError, UnavailableError
from acktrail.ledger import note as notes
from acktrail.security.roles import READ
from acktrail.web.visits import Page, Visit, see_other

MOST_FAULTS: Final = 100
_VERIFYING: Final = threading.Lock()  # it reads everything: one at a time


def _show(visit: Visit) -> Response:
    tools = visit.tools
    try:
        text = tools.ledger.note_at()
        newest = notes.read(text)
    except NotFoundError:
        text, newest = "", None
    one = sealing(tools)
    kept = [
        (witness.name, one.sequencer.last_anchor(witness.name))
        for witness in tools.settings.ledger.witness
    ]
    return visit.page(
        "ledger.html",
        "Ledger",
        note=text,
        newest=newest,
        witnesses=kept,
        keys=[str(key) for key in keys(tools).believed],
        partners=tools.home.partners(),
    )


def _verify(visit: Visit) -> Response:
    if not _VERIFYING.acquire(blocking=False):
        msg = "somebody verifies already: wait for it"
        raise UnavailableError(msg, code="unavailable.verifying")
    try:
        found = list(islice(handing_over.faults(visit.tools), MOST_FAULTS))
        entries, streams = visit.tools.ledger.size()
    finally:
        _VERIFYING.release()
    what = f"{entries} entries in {streams} streams"
    return visit.page("verified.html", "Verification", faults=found, what=what, most=MOST_FAULTS)


def _verify_one(visit: Visit) -> Response:
    row = visit.tools.ledger.exchange(visit.path["id"])
    found = list(islice(faults_of(sealing(visit.tools), row, payload=True), MOST_FAULTS))
    what = f"{row.id}: {row.entries} entries and the bytes that came"
    return visit.page("verified.html", "Verification", faults=found, what=what, most=MOST_FAULTS)


def _sign(visit: Visit) -> Response:
    handing_over.checkpoint(visit.tools, visit.actor)
    return see_other("/ledger", "signed")


def _pack(visit: Visit) -> Response:
    form = visit.form
    wish = Wish(
        form.get("partner", ""),
        day_of(form.get("since", "")),
        day_of(form.get("until", "")),
        payloads=form.get("payloads") == "on",
    )
    with ExitStack() as stack:
        folder = stack.enter_context(TemporaryDirectory(dir=visit.tools.staging))
        out = Path(folder) / "pack.zip"
        handing_over.pack(visit.tools, wish, visit.actor, form.get("reason", ""), out)
        sent = BackgroundTask(stack.pop_all().close)
    name = f"evidence-{wish.partner}-{wish.since:%Y%m%d}-{wish.until:%Y%m%d}.zip"
    return FileResponse(out, media_type="application/zip", filename=name, background=sent)


def day_of(text: str) -> datetime:
    """Return the start of a day of a form's field, UTC.

    Raises:
        PolicyError: It is none.
    """
    try:
        return datetime.strptime(text, "%Y-%m-%d").replace(tzinfo=UTC)
    except ValueError:
        msg = "a day such as 2026-01-31"
        raise PolicyError(msg, code="policy.day") from None


PAGES: Final = (
    Page("/ledger", READ, _show),
    Page("/ledger/verify", READ, _verify, "POST"),
    Page("/exchanges/{id}/verify", READ, _verify_one, "POST"),
    Page("/ledger/checkpoint", "ledger.checkpoint", _sign, "POST"),
    Page("/ledger/pack", "ledger.pack", _pack, "POST"),
)
