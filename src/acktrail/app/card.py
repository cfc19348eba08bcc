"""The connection card of a partner: what both sides agreed on, less every secret."""

from collections.abc import Iterator
from typing import NamedTuple

from acktrail.app.keys import Key, keys_of, public_texts
from acktrail.app.profile_tests import results_of, run_cases
from acktrail.app.tools import Tools
from acktrail.errors import AcktrailError
from acktrail.profiles.partner import Endpoint, Flow, PartnerProfile

ANSWERS = {
    "x12": "TA1, 999 or 997",
    "edifact": "CONTRL",
    "hl7": "ACK",
    "tabular": "receipt (CSV)",
    "xml": "ApplicationResponse or cXML Response",
    "bank": "none",
}


class Section(NamedTuple):
    """One part of the card: names and texts, and texts to copy as they are."""

    title: str
    rows: tuple[tuple[str, str], ...]
    verbatim: tuple[str, ...] = ()


def card(tools: Tools, profile: PartnerProfile) -> Iterator[Section]:
    """Yield the sections of a partner's card."""
    identity = profile.identity
    yield Section(
        "Who",
        (
            ("Partner", profile.name),
            ("Profile", profile.label),
            ("Your ids in the envelope", ", ".join(identity.senders) or "any"),
            ("Our ids in the envelope", ", ".join(identity.receivers) or "any"),
            ("Files marked as", identity.usage),
        ),
    )
    yield _endpoint("You drop files", profile.inbound)
    yield _endpoint("You find our answers", profile.outbound)
    for flow in profile.flow:
        yield _flow(profile, flow)
    yield _keys(tools, profile)
    done = results_of(list(run_cases(tools.home, profile.id, profile.version)))
    passed = int(str(done["cases"])) - int(str(done["failed"]))
    yield Section("Test cases", (("Passed", f"{passed} of {done['cases']}"),))


def _endpoint(title: str, endpoint: Endpoint) -> Section:
    if endpoint.transport == "folder":
        return Section(title, (("Place", "a folder on our server"),))
    login = endpoint.login
    rows = (
        ("Server", f"{endpoint.host}, port {endpoint.port} (SFTP)"),
        ("Folder", endpoint.folder or "the login's own"),
        ("Our login", login.user if login else ""),
        ("Login by", "key" if login and login.key else "password"),
    )
    return Section(title, rows)


def _flow(profile: PartnerProfile, flow: Flow) -> Section:
    ready, limits = profile.inbound.ready, profile.inbound.limits
    steps = ", then ".join(step.step for step in flow.envelope)
    agreed = profile.options(flow).get("agreed", ())
    rows = [
        ("File names", ", ".join(flow.include)),
        ("Format", f"{flow.format} {flow.layout}".strip()),
        ("Envelope", steps or "none"),
        ("Complete when", ready.mode),
        ("At most", f"{limits.file:,} bytes"),
        ("Answer", ANSWERS[flow.format]),
    ]
    if isinstance(agreed, tuple) and agreed:
        rows.insert(2, ("Agreed", ", ".join(map(str, agreed))))
    return Section(f"Files: {flow.name}", tuple(rows))


def _keys(tools: Tools, profile: PartnerProfile) -> Section:
    rows = tuple(
        (_named(key), key.fingerprint) for key in keys_of(tools, profile) if key.fingerprint
    )
    try:
        texts = tuple(public_texts(tools, profile))
    except AcktrailError:
        texts = ()  # `partner keys` names the one that cannot be read
    return Section("Keys: compare the fingerprints by voice", rows, texts)


def _named(key: Key) -> str:
    whose = "Ours" if key.whose == "ours" else "Yours"
    until = f", until {key.expires}" if key.expires else ""
    return f"{whose}, {key.kind}, {key.slot}{until}"
