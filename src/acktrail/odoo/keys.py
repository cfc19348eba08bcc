"""External ids: the names under which Odoo keeps our records, so that a repeat has no effect."""

import hashlib
import hmac
import json
import re
from typing import NamedTuple

from acktrail.errors import SetupError

SLUG = re.compile(r"[a-z0-9_]{1,40}\Z")
_DIGITS = 32


class Space(NamedTuple):
    """Whose keys these are; external ids are global in an Odoo, so the company is part of them."""

    slug: str
    company: int  # database id
    partner: str  # id of the trading partner


def slug_of(partner: str) -> str:
    """Return the default slug of a partner id; frozen from its first use on."""
    return re.sub(r"[^a-z0-9_]", "_", partner.lower())[:40]


def external_id(space: Space, doctype: str, key: tuple[str, ...], secret: bytes = b"") -> str:
    """Return ``acktrail_<slug>.<doctype>_<32 hex digits>`` for a natural key.

    The digest is taken over a JSON array, so that ``("a", "b|c")`` and ``("a|b", "c")`` differ.
    With a secret it is an HMAC: a plain digest of a patient's number can be guessed.

    Raises:
        SetupError: If the slug could not be the first half of an external id.
    """
    if not SLUG.match(space.slug):
        msg = "odoo.slug: up to 40 of a-z, 0-9 and _"
        raise SetupError(msg, code="setup.odoo_slug")
    parts = [space.company, space.partner, doctype, *key]
    text = json.dumps(parts, ensure_ascii=False, separators=(",", ":")).encode()
    digest = hmac.digest(secret, text, "sha256") if secret else hashlib.sha256(text).digest()
    return f"acktrail_{space.slug}.{doctype}_{digest.hex()[:_DIGITS]}"


def pseudonym(key: tuple[str, ...], secret: bytes) -> str:
    """Return the twelve characters under which a person is known in Odoo.

    Raises:
        SetupError: If there is no secret: a number without one is no pseudonym.
    """
    if not secret:
        msg = "documents about persons need the deployment's pseudonym key"
        raise SetupError(msg, code="setup.pseudonym_key")
    text = json.dumps(["pseudonym", *key], ensure_ascii=False, separators=(",", ":"))
    return hmac.digest(secret, text.encode(), "sha256").hex()[:12].upper()
