"""Who may do what: six roles and the closed list of acts. Data; nothing else decides.

Spec: 45 CFR 164.308(a)(4)(ii)(B) (access authorization), 164.312(a)(1) (access control).
"""

from collections.abc import Mapping
from typing import Final

VIEWER, OPERATOR, INTEGRATOR = "viewer", "operator", "integrator"
APPROVER, AUDITOR, ADMINISTRATOR = "approver", "auditor", "administrator"
ROLES: Final = (VIEWER, OPERATOR, INTEGRATOR, APPROVER, AUDITOR, ADMINISTRATOR)
PAYLOAD: Final = "payload"  # no role: an extra grant to look at what a file holds
GRANTS: Final = (*ROLES, PAYLOAD)

READ, READ_PAYLOAD, MANAGE = "read", "payload.read", "access.manage"

MATRIX: Final[Mapping[str, frozenset[str]]] = {
    READ: frozenset(ROLES),  # masked lists and details
    READ_PAYLOAD: frozenset({PAYLOAD}),
    "ledger.pack": frozenset({AUDITOR}),
    "ledger.checkpoint": frozenset({AUDITOR, ADMINISTRATOR}),
    "exchange.release": frozenset({OPERATOR}),
    "exchange.replay": frozenset({OPERATOR}),
    "exchange.park": frozenset({OPERATOR}),
    "exception.resolve": frozenset({OPERATOR}),
    "lane.pause": frozenset({OPERATOR}),
    "lane.resume": frozenset({OPERATOR}),
    "odoo.drain": frozenset({OPERATOR}),
    "retention.request": frozenset({OPERATOR, ADMINISTRATOR}),
    "retention.approve": frozenset({APPROVER}),
    "retention.finish": frozenset({ADMINISTRATOR}),
    "retention.hold": frozenset({OPERATOR, APPROVER, AUDITOR}),  # closing takes one person
    "retention.unhold": frozenset({APPROVER}),
    "store.seal": frozenset({ADMINISTRATOR}),
    "store.rotate": frozenset({ADMINISTRATOR}),
    "backup.make": frozenset({ADMINISTRATOR}),
    "profile.write": frozenset({INTEGRATOR}),
    "partner.probe": frozenset({INTEGRATOR, OPERATOR}),  # writes at the partner's side
    "profile.submit": frozenset({INTEGRATOR}),
    "profile.withdraw": frozenset({INTEGRATOR}),
    "profile.approve": frozenset({APPROVER}),
    "profile.rollback": frozenset({APPROVER}),
    "profile.suspend": frozenset({OPERATOR, APPROVER}),
    "profile.resume": frozenset({APPROVER}),
    "profile.retire": frozenset({APPROVER}),
    "token.issue": frozenset(ROLES),  # of one's own, for what one may
    "token.revoke": frozenset(ROLES),  # one's own
    MANAGE: frozenset({ADMINISTRATOR}),
}

# Nobody holds both of a pair; an auditor holds no other role.
APART: Final = (
    *(frozenset({AUDITOR, role}) for role in ROLES if role != AUDITOR),
    frozenset({ADMINISTRATOR, APPROVER}),
    frozenset({ADMINISTRATOR, PAYLOAD}),
)


def apart(held: frozenset[str], wanted: str) -> str:
    """Return the held grant that ``wanted`` must not stand beside, or ``""``."""
    return next((one for one in sorted(held) if frozenset({one, wanted}) in APART), "")
