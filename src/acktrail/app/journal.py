"""Journal rows for released documents: what each asks of Odoo, or why it asks nothing."""

from collections.abc import Sequence
from hashlib import sha256

from acktrail.app.tools import Tools
from acktrail.documents.encoding import decode_document
from acktrail.documents.kinds import Document
from acktrail.odoo.keys import Space, external_id, slug_of
from acktrail.odoo.loads import Plan, Refusal
from acktrail.odoo.options import OdooOptions, read_defaults
from acktrail.odoo.plan import plan
from acktrail.pipeline.read import Kept
from acktrail.ports import ExchangeRow, PostingRow
from acktrail.profiles.partner import PartnerProfile


def odoo_options(tools: Tools, profile: PartnerProfile) -> OdooOptions:
    """Return the profile's ``[odoo]`` table over the defaults of ``parsers/odoo``."""
    return OdooOptions.from_table(
        profile.odoo.plain(), read_defaults(tools.files), pseudonym_key=tools.naming_key
    )


def posting_rows(
    tools: Tools,
    profile: PartnerProfile,
    row: ExchangeRow,
    released: Sequence[Kept],
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
    options = odoo_options(tools, profile)
    rows = []
    with tools.store.open(documents) as source:
        for kept in routed:
            source.seek(kept.at)
            body = source.read(kept.length)
            planned = plan(decode_document(body), options, profile.id)
            place = f"{documents}:{kept.at}:{kept.length}"
            rows.append(_row(row, kept, planned, options, place, sha256(body).hexdigest()))
    return rows


def _row(  # noqa: PLR0913, PLR0917 - one row's facts
    row: ExchangeRow,
    kept: Kept,
    planned: Plan | Refusal,
    options: OdooOptions,
    place: str,
    digest: str,
) -> PostingRow:
    refused = isinstance(planned, Refusal)
    if isinstance(planned, Refusal):
        slug = options.slug or slug_of(row.partner)
        name = external_id(Space(slug, options.company, row.partner), kept.kind, kept.key)
        model, error = "", planned.findings[0].rule
    else:
        name, model, error = planned.external_id, planned.model, ""
    return PostingRow(
        id=0,
        exchange=row.id,
        partner=row.partner,
        target=options.target,
        model=model,
        doctype=kept.kind,
        external_id=name,
        message=kept.message,
        document=place,
        digest=digest,
        state="rejected" if refused else "queued",
        attempts=0,
        odoo_id=None,
        error=error,
        lane=row.lane,
        calls="",
    )


def kept_document(tools: Tools, row: PostingRow) -> Document:
    """Return the canonical document that a journal row is for."""
    blob, at, length = row.document.split(":")
    with tools.store.open(blob) as source:
        source.seek(int(at))
        return decode_document(source.read(int(length)))
