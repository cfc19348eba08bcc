"""Answers to business documents: UBL ApplicationResponse and cXML Response.

They say what became of the reading, before anything is posted: accepted, or rejected with the place
and the name of each fault. No value of the document is repeated but its own identifiers.
Spec: OASIS UBL 2.1 ApplicationResponse; UNCL4343 (AP, RE); Peppol Message Level Response 3
(LineID holds the path of the faulty element, reasons SV, BV, BW); cXML 1.2 Response, Status.
"""

import re
from collections.abc import Iterator
from datetime import datetime
from html import escape

from acktrail.formats.xml.vocabularies import UBL, UBL_DOCUMENTS
from acktrail.model import Acknowledgement, Finding, MessageResult, Severity, Verdict

ACCEPTED, REJECTED = "AP", "RE"
# UNCL1001 where it has a code for the document that is answered.
DOCUMENT_TYPES = {
    "Invoice": "380",
    "CreditNote": "381",
    "Order": "220",
    "OrderResponse": "231",
    "OrderResponseSimple": "231",
    "DespatchAdvice": "351",
    "Catalogue": "9",
    "RemittanceAdvice": "481",
    "InventoryReport": "35",
}
MOST_TOLD = 100  # findings that an answer names
OK, BAD_REQUEST = "200", "400"
REFUSING = frozenset({Severity.ERROR, Severity.FATAL})
ROOT = (
    f'<ApplicationResponse xmlns="{UBL}ApplicationResponse-2"'
    f' xmlns:cac="{UBL}CommonAggregateComponents-2" xmlns:cbc="{UBL}CommonBasicComponents-2">'
)
UNWRITABLE = re.compile(r"[^\x20-\x7e\u00a0-\ud7ff\ue000-\ufffd]")


def application_answer(message: MessageResult, number: int, at: datetime) -> Acknowledgement:
    """Return the answer to one UBL document.

    Args:
        message: Of :class:`~acktrail.formats.xml.business.BusinessDocument`.
        number: Control number of the answer.
        at: When it is issued, UTC.
    """
    facts = message.facts
    told = message.findings[:MOST_TOLD]
    lines = [
        ROOT,
        "<cbc:UBLVersionID>2.1</cbc:UBLVersionID>",
        f"<cbc:ID>{number}</cbc:ID>",
        f"<cbc:IssueDate>{at:%Y-%m-%d}</cbc:IssueDate>",
        f"<cbc:IssueTime>{at:%H:%M:%S}Z</cbc:IssueTime>",
        *_party("SenderParty", facts, "receiver"),
        *_party("ReceiverParty", facts, "sender"),
        "<cac:DocumentResponse>",
        "<cac:Response>",
        f"<cbc:ResponseCode>{_code(message)}</cbc:ResponseCode>",
        "</cac:Response>",
        *_reference(message),
        *(line for finding in told for line in _line_answer(finding)),
        "</cac:DocumentResponse>",
        "</ApplicationResponse>",
    ]
    body = '<?xml version="1.0" encoding="UTF-8"?>\n' + "\n".join(lines) + "\n"
    subject = facts.get("ID", "")
    return Acknowledgement("APPRESP", str(number), subject, body.encode(), "xml")


def cxml_answer(message: MessageResult, number: int, at: datetime) -> Acknowledgement:
    """Return the answer to one cXML request, as a file, with the DOCTYPE that it had."""
    facts, refused = message.facts, message.verdict is Verdict.REJECTED
    status = f'code="{BAD_REQUEST}" text="Bad Request"' if refused else f'code="{OK}" text="OK"'
    told = [one for one in message.findings if one.severity in REFUSING][:MOST_TOLD]
    reasons = "; ".join(f"{_named(one)} {one.place.address}: {one.message}" for one in told)
    system = facts.get("doctype", "")
    doctype = f'<!DOCTYPE cXML SYSTEM "{_text(system)}">\n' if system else ""
    body = (
        f'<?xml version="1.0" encoding="UTF-8"?>\n{doctype}'
        f'<cXML payloadID="{number}.{at:%Y%m%d%H%M%S}@acktrail" timestamp="{at:%Y-%m-%dT%H:%M:%S}'
        f'+00:00" xml:lang="en">\n'
        f"<Response>\n<Status {status}>{_text(reasons)}</Status>\n</Response>\n</cXML>\n"
    )
    return Acknowledgement("CXML", str(number), facts.get("ID", ""), body.encode(), "xml")


def is_ubl(message: MessageResult) -> bool:
    """Tell a UBL document from a cXML request."""
    return message.type in UBL_DOCUMENTS


def _code(message: MessageResult) -> str:
    return REJECTED if message.verdict is Verdict.REJECTED else ACCEPTED


def _party(name: str, facts: dict[str, str], side: str) -> Iterator[str]:
    yield f"<cac:{name}>"
    scheme = facts.get(f"{side}_scheme", "")
    attribute = f' schemeID="{_text(scheme)}"' if scheme else ""
    value = _text(facts.get(side, ""))
    if value:
        yield f"<cbc:EndpointID{attribute}>{value}</cbc:EndpointID>"
    yield f"</cac:{name}>"


def _reference(message: MessageResult) -> Iterator[str]:
    """Yield the document that is answered, by its own identifiers."""
    facts = message.facts
    yield "<cac:DocumentReference>"
    yield f"<cbc:ID>{_text(facts.get('ID', '')) or 'NA'}</cbc:ID>"
    if facts.get("UUID"):
        yield f"<cbc:UUID>{_text(facts['UUID'])}</cbc:UUID>"
    yield f"<cbc:DocumentTypeCode>{DOCUMENT_TYPES[message.type]}</cbc:DocumentTypeCode>"
    yield "</cac:DocumentReference>"


def _line_answer(finding: Finding) -> Iterator[str]:
    """Yield one finding: where, how grave, and what in our words."""
    refusing = finding.severity in REFUSING
    reason = "SV" if finding.category == "structure" else "BV" if refusing else "BW"
    yield "<cac:LineResponse>"
    yield "<cac:LineReference>"
    yield f"<cbc:LineID>{_text(finding.place.address) or 'NA'}</cbc:LineID>"
    yield "</cac:LineReference>"
    yield "<cac:Response>"
    yield f"<cbc:ResponseCode>{REJECTED if refusing else ACCEPTED}</cbc:ResponseCode>"
    yield f"<cbc:Description>{_text(_named(finding))}: {_text(finding.message)}</cbc:Description>"
    yield "<cac:Status>"
    yield f"<cbc:StatusReasonCode>{reason}</cbc:StatusReasonCode>"
    yield "</cac:Status>"
    yield "</cac:Response>"
    yield "</cac:LineResponse>"


def _named(finding: Finding) -> str:
    """Return our name of a finding and the standard's, where it has one."""
    return f"{finding.rule} {finding.code}".rstrip()


def _text(text: str) -> str:
    return escape(UNWRITABLE.sub("", text))
