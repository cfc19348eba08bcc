"""What a schema cannot see: contradictions inside a profile and between partners."""

from collections.abc import Collection, Iterable
from typing import NamedTuple

from acktrail.documents.kinds import PAYLOADS
from acktrail.profiles.partner import Flow, PartnerProfile


class Problem(NamedTuple):
    """One thing to mend: where, how grave, what and how."""

    path: str
    severity: str  # error: the profile must not run; warning: it can, think again
    text: str


def lint(
    profile: PartnerProfile, others: Iterable[PartnerProfile], layouts: Collection[str]
) -> list[Problem]:
    """Return everything questionable about a profile that its schema accepts.

    Args:
        profile: The one to look at.
        others: All other partners' newest profiles.
        layouts: Names of the layouts that this installation has.
    """
    found = [*_routes(profile), *_host_key(profile), *_identity(profile, others)]
    found += _claims(profile)
    for at, flow in enumerate(profile.flow):
        found += _flow(at, flow, profile, layouts)
    return found


def _routes(profile: PartnerProfile) -> list[Problem]:
    found = []
    for at, route in enumerate(profile.route):
        if route.document not in PAYLOADS:
            known = ", ".join(sorted(PAYLOADS))
            found.append(Problem(f"route[{at}].document", "error", f"no such kind; known: {known}"))
    if not profile.route:
        found.append(
            Problem("route", "warning", "no route: documents are kept and nothing is posted")
        )
    return found


def _claims(profile: PartnerProfile) -> list[Problem]:
    """A 277CA is made from the bytes of sets that follow their guide."""
    if profile.acknowledge.claims != "277ca":
        return []
    found = []
    snip = profile.x12.snip or {}
    if any(snip.get(kind, "reject") != "reject" for kind in ("1", "2")):
        text = "a 277CA (acknowledge.claims) needs sets that follow the guide: reject types 1 and 2"
        found.append(Problem("x12.snip", "error", text))
    if profile.x12.unwrap:
        text = "no 277CA (acknowledge.claims) can be made of a file whose lines were wrapped"
        found.append(Problem("x12.unwrap", "error", text))
    return found


def _host_key(profile: PartnerProfile) -> list[Problem]:
    found = []
    for name in ("inbound", "outbound"):
        pins = getattr(profile, name).host_key
        if pins and "SHA256:" in pins.current:
            text = "a fingerprint; pin the whole public key line when the partner can give it"
            found.append(Problem(f"{name}.host_key.current", "warning", text))
        login = getattr(profile, name).login
        references = (login.key, login.password, login.passphrase) if login else ()
        if any(one and one.startswith("env:") for one in references):
            text = "env: is seen by every child process; prefer file: or credential:"
            found.append(Problem(f"{name}.login", "warning", text))
    return found


def _identity(profile: PartnerProfile, others: Iterable[PartnerProfile]) -> list[Problem]:
    found = []
    for other in others:
        shared = set(profile.identity.senders) & set(other.identity.senders)
        if other.id != profile.id and shared:
            text = f"partner {other.id} has the same sender id; whose file is it?"
            found.append(Problem("identity.senders", "error", text))
    envelope = {"x12", "edifact", "hl7"} & {flow.format for flow in profile.flow}
    if envelope and not profile.identity.senders:
        text = "empty: files of any sender in the envelope are taken; name the partner's ids"
        found.append(Problem("identity.senders", "warning", text))
    return found


def _flow(at: int, flow: Flow, profile: PartnerProfile, layouts: Collection[str]) -> list[Problem]:
    path, found = f"flow[{at}]", []
    if flow.layout and flow.layout not in layouts:
        known = ", ".join(sorted(layouts))
        found.append(Problem(f"{path}.layout", "error", f"no such layout; known: {known}"))
    for number, step in enumerate(flow.envelope):
        where = f"{path}.envelope[{number}]"
        if step.step != "pgp" and (step.signers or step.keys or step.secret_keys):
            found.append(Problem(where, "error", f"a {step.step} step has no keys"))
        if step.step == "pgp" and not step.secret_keys:
            found.append(Problem(f"{where}.secret_keys", "error", "names none of our keys"))
        if step.step == "pgp" and step.signers and not step.keys:
            found.append(Problem(f"{where}.keys", "error", "names no key file of the signers"))
        if step.step == "pgp" and not step.signers:
            text = "empty: unsigned files are taken; ask the partner to sign"
            found.append(Problem(f"{where}.signers", "warning", text))
    earlier = {glob for other in profile.flow[:at] for glob in other.include}
    if {*flow.include} & earlier or "*" in earlier:
        found.append(Problem(f"{path}.include", "error", "an earlier flow takes these names"))
    if profile.inbound.ready.mode == "trailer" and flow.format in ("tabular", "bank"):
        text = "ready.mode trailer: this format may have no trailer; such files wait for max_wait"
        found.append(Problem(f"{path}.format", "warning", text))
    return found
