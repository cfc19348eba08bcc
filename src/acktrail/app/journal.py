"""Journal rows for released documents: what each asks of Odoo, or why it asks nothing."""

from collections.abc import Iterable
from functools import lru_cache
from hashlib import sha256
from pathlib import PurePosixPath

from acktrail.app.tools import Tools
from acktrail.documents.encoding import decode_document
from acktrail.documents.kinds import Document
from acktrail.errors import NotFoundError, SetupError
from acktrail.odoo.crosswalk import Row, read_rows
from acktrail.odoo.loads import Refusal
from acktrail.odoo.maps import PartnerMap, Way, read_maps
from acktrail.pipeline.kept import Kept
from acktrail.ports import ExchangeRow, PostingRow
from acktrail.profiles.partner import PartnerProfile

CROSSWALKS = "crosswalk"  # folder of parsers/ and of a partner


def partner_map(tools: Tools, profile: PartnerProfile) -> PartnerMap:
    """Return how the profile's documents become records, with the crosswalks as they are now.

    Raises:
        ProfileError: If a crosswalk cannot be read.
    """
    shared = [(PurePosixPath(name), name) for name in tools.files.names(CROSSWALKS)]
    rows = [
        row
        for path, name in shared
        if path.suffix == ".csv"
        for row in _rows(path.stem, tools.files.read(f"{CROSSWALKS}/{name}"))
    ]
    rows += [row for table, body in tools.home.crosswalks(profile.id) for row in _rows(table, body)]
    maps, table = read_maps(tools.files), profile.odoo.plain()
    ways = {one.document: Way(one.models, one.company) for one in profile.route}
    return PartnerMap(profile.id, maps, table, tuple(rows), tools.naming_key, ways)


@lru_cache(maxsize=64)
def _rows(table: str, body: bytes) -> tuple[Row, ...]:
    return read_rows(table, body)


def posting_rows(
    tools: Tools,
    profile: PartnerProfile,
    row: ExchangeRow,
    released: Iterable[Kept],
    documents: str,
) -> list[PostingRow]:
    """Return a journal row for every released document that the profile routes to Odoo.

    Args:
        tools: The service's parts.
        profile: The version in force for the exchange.
        row: The exchange.
        released: What the reading released, with places in ``documents``.
        documents: Store name of the documents' bytes.
    """
    routed = [kept for kept in released if profile.posts(kept.kind)]
    if not routed:
        return []
    maps = partner_map(tools, profile)
    rows = []
    with tools.store.open(documents) as source:
        for kept in routed:
            source.seek(kept.at)
            body = source.read(kept.length)
            document = decode_document(body)
            planned = maps.plan(document)
            place = f"{documents}:{kept.at}:{kept.length}"
            digest = sha256(body).hexdigest()
            target = maps.options(kept.kind).target
            name, model = maps.identity(document)
            fresh = _row(row, kept, target, place, digest)._replace(external_id=name, model=model)
            if isinstance(planned, Refusal):
                fresh = fresh._replace(state="rejected", error=planned.findings[0].rule)
            rows.append(fresh)
    return rows


def _row(row: ExchangeRow, kept: Kept, target: str, place: str, digest: str) -> PostingRow:
    return PostingRow(
        id=0,
        exchange=row.id,
        partner=row.partner,
        target=target,
        model="",
        doctype=kept.kind,
        external_id="",
        message=kept.message,
        document=place,
        digest=digest,
        state="queued",
        attempts=0,
        odoo_id=None,
        error="",
        lane=row.lane,
        calls="",
    )


def same_content(tools: Tools, row: PostingRow, kept: PostingRow) -> bool:
    """Tell whether two journal rows are for one content, also when an older version kept one.

    A version that knows more of a kind writes the same document otherwise: other bytes say
    nothing yet, so both are read as we read today. What cannot be read back is other content.
    """
    if row.digest == kept.digest:
        return True
    try:
        return kept_document(tools, row) == kept_document(tools, kept)
    except (SetupError, NotFoundError):
        return False


def kept_document(tools: Tools, row: PostingRow) -> Document:
    """Return the canonical document that a journal row is for."""
    blob, at, length = row.document.split(":")
    with tools.store.open(blob) as source:
        source.seek(int(at))
        return decode_document(source.read(int(length)))
