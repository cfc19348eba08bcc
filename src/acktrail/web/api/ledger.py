"""The proof: checkpoint, verification, one stream's entries."""

from itertools import islice
from typing import Annotated, Any, Final

from fastapi import APIRouter, Path, Security
from pydantic import BaseModel
from starlette.responses import Response

from acktrail.app import handing_over
from acktrail.app.proving import faults_of
from acktrail.app.sealing import sealing
from acktrail.ledger import note as notes
from acktrail.web.api.callers import Asked, Caller, Key, Reader, admitted, once
from acktrail.web.api.exchanges import known
from acktrail.web.api.shapes import Listing

router = APIRouter(tags=["ledger"])
MOST_FAULTS: Final = 100


class Checkpoint(BaseModel):
    """The signed root of the tree."""

    size: int
    note: str


class Verified(BaseModel):
    """What a verification found."""

    ok: bool
    faults: list[str]  # place: what differs; 100 at most


class EntryRow(BaseModel):
    """One entry of a stream."""

    stream: str
    n: int
    at: str
    kind: str
    actor: str
    body: dict[str, Any]
    hash: str
    prev: str


@router.get("/ledger/checkpoint", response_model=Checkpoint)
def checkpoint(caller: Reader) -> object:
    """Return the newest checkpoint."""
    note = caller.tools.ledger.note_at()
    return {"size": notes.read(note).size, "note": note}


@router.post("/ledger/checkpoint", response_model=Checkpoint)
def sign(
    caller: Annotated[Caller, Security(admitted, scopes=["ledger.checkpoint"])],
    asked: Asked,
    key: Key = None,
) -> Response:
    """Sign a checkpoint now and hand it to the witnesses."""

    def signed() -> dict[str, object]:
        done = handing_over.checkpoint(caller.tools, caller.actor)
        return {"size": done.size, "note": done.note}

    return once(caller, key, asked, signed)


@router.get("/exchanges/{id}/proof", response_model=Verified)
def verify(caller: Reader, id: str, *, payload: bool = False) -> object:  # noqa: A002 - the path's
    """Verify one exchange: its chain, its places in the signed tree and, if asked, its bytes."""
    row = caller.tools.ledger.exchange(known(caller, id))
    found = list(islice(faults_of(sealing(caller.tools), row, payload=payload), MOST_FAULTS))
    return {"ok": not found, "faults": found}


@router.get("/ledger/streams/{stream}", response_model=Listing[EntryRow])
def entries(caller: Reader, stream: Annotated[str, Path(max_length=200)]) -> object:
    """Return every entry of a stream: an exchange's id or another stream's name."""
    return {
        "items": [
            {
                **one._asdict(),
                "at": one.at.isoformat(),
                "hash": one.hash.hex(),
                "prev": one.prev.hex(),
            }
            for one in caller.tools.ledger.entries(stream)
        ]
    }
