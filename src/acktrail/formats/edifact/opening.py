"""UNB and UNH: what an interchange and a message say of themselves when they begin."""

import re
from dataclasses import replace
from typing import NamedTuple

from acktrail.errors import ProfileError
from acktrail.formats.delimited import Marks
from acktrail.formats.edifact import rules
from acktrail.formats.edifact.characters import (
    KNOWN_SETS,
    Script,
    codec_of,
    known_codec,
    repertoire_of,
    una_of,
)
from acktrail.formats.edifact.directories import Directories
from acktrail.formats.edifact.envelope import OpenGroup, OpenInterchange, OpenMessage, Service
from acktrail.formats.edifact.message import Checks, Findings, MessageBody
from acktrail.formats.edifact.options import Options
from acktrail.formats.edifact.supply import Supply
from acktrail.model import MessageHead, Owner

LATEST_SYNTAX = 4
REQUESTED = "1"  # 0031: an acknowledgement, not only a receipt
WRAPPED = "wrapped"  # a fact of an interchange: line ends may stand anywhere in it
COPIED = {
    "S001": 1,
    "S002": 2,
    "S003": 3,
    "S004": 4,
    "0020": 5,
    "0031": 9,
    "0035": 11,
}


class Means(NamedTuple):
    """What is needed to open anything: the same for a whole file."""

    directories: Directories
    options: Options
    supply: Supply


def opened_interchange(raw: str, marks: Marks, means: Means, at: int) -> OpenInterchange:
    """Read UNB; ``at`` is where it stands, counted as the supply counts.

    Raises:
        ProfileError: If the profile's encoding is none that EDIFACT can be cut in.
    """
    directories, options, supply = means
    offset = supply.origin(at)
    service = Service(raw, Script(marks._replace(repetition="")), offset)
    identifier, version, coded = service.get(1, 1), service.get(1, 2), service.get(1, 4)
    syntax = int(version) if re.fullmatch("[1-4]", version) else 3
    used = marks.repetition if syntax == LATEST_SYNTAX and options.repetition == "declared" else ""
    codec = options.encoding or codec_of(identifier, coded)
    if options.encoding and not known_codec(options.encoding):
        message = "edifact.encoding: no codec that EDIFACT can be cut in"
        raise ProfileError(message)
    script = Script(marks._replace(repetition=used), codec or "latin-1", syntax)
    service = Service(raw, script, offset)
    facts = {name: service.composite(element) for name, element in COPIED.items()}
    facts |= {"una": una_of(script.marks), "encoding": script.codec, "syntax": str(syntax)}
    if supply.offsets_shift:
        facts[WRAPPED] = "1"
    interchange = OpenInterchange(
        script=script,
        directory=directories.service(syntax),
        findings=Findings(options.max_findings),
        repertoire=repertoire_of(identifier, marks),
        control=service.get(5),
        sender=service.party(2),
        receiver=service.party(3),
        test=bool(service.get(11)) and service.get(11) != "0",
        facts=facts,
    )
    service.check(interchange.directory, interchange.findings)
    if identifier not in KNOWN_SETS or not re.fullmatch("[1-4]", version):
        interchange.add(rules.SYNTAX_UNSUPPORTED, service.at(1, "S001"))
    elif not codec:
        finding = rules.CHARSET_UNSUPPORTED.at(service.at(1, "S001"))
        newer = syntax == LATEST_SYNTAX
        interchange.findings.add(replace(finding, code="46") if newer else finding)
    return interchange


def opened_message(
    raw: str, interchange: OpenInterchange, group: OpenGroup, means: Means, at: int
) -> OpenMessage:
    """Read UNH; ``at`` is where it stands, counted as the supply counts."""
    directories, options, supply = means
    script = interchange.script
    offset = supply.origin(at)
    service = Service(raw, script, offset, position=1)
    type_, version, release = (service.get(2, number) for number in (1, 2, 3))
    agreed = _agreed(service, options)
    checks = directories.checks(type_, version, release, script) if agreed else None
    body = MessageBody(
        supply=supply,
        script=script,
        repertoire=interchange.repertoire,
        checks=checks,
        options=options,
        offset=offset,
    )
    service.check(interchange.directory, body.findings)
    if not agreed:
        body.add(rules.MESSAGE_NOT_AGREED, service.at(2, "S009"))
    elif checks is None:
        _say_unknown(service, body, options)
    control = service.get(1)
    if control in interchange.references:
        body.add(rules.MESSAGE_REUSED, service.at(1, "0062"))
    interchange.references.add(control)
    facts = {"0062": service.composite(1), "S009": service.composite(2)}
    if interchange.facts["0031"] == REQUESTED:
        facts["0031"] = REQUESTED
    head = MessageHead(
        format="edifact",
        type=type_,
        version=":".join(service.get(2, number) for number in range(2, 6)).rstrip(":"),
        control=control,
        guide=_guide(type_, checks),
        sender=interchange.sender,
        receiver=interchange.receiver,
        interchange=interchange.control,
        group=group.control,
        test=interchange.test,
        facts=facts | {"S001": interchange.facts["S001"]},
    )
    return OpenMessage(head, body, facts, offset, group, interchange)


def _agreed(service: Service, options: Options) -> bool:
    """Tell whether the profile allows the message; answers to our own files always are."""
    if not options.agreed or service.get(2, 1) == "CONTRL":
        return True
    sent = ":".join(service.get(2, number) for number in range(1, 8)) + ":"
    return any(sent.startswith(f"{entry}:") for entry in options.agreed)


def _say_unknown(service: Service, body: MessageBody, options: Options) -> None:
    """Say that a message can not be checked; when it was agreed, that is our gap."""
    finding = rules.DIRECTORY_UNKNOWN.at(service.at(2, "S009"))
    body.findings.add(replace(finding, owner=Owner.US) if options.agreed else finding)


def _guide(type_: str, checks: Checks | None) -> str:
    return f"{type_} {checks.directory.name}" if checks else ""
