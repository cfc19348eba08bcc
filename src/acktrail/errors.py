"""Every exception this service raises on purpose, grouped by who has to act.

* AcktrailError
  - PartnerError         the partner must send again  -> negative acknowledgement
    + UnreadableFileError, TruncatedFileError
    + EnvelopeError      sealed otherwise than agreed: OpenPGP, gzip, zip
    + TooLargeError
  - SetupError           integration staff must fix   -> hold, no negative answer
    + UnknownPluginError, ProfileError, GuideError, SecretError, KeyMissingError, HostKeyError,
      LoginError, HaltedError, DeniedError, UnwritableError
  - UnavailableError     nobody: wait and try again   -> retry or snooze
    + ChangedError, NodeLockedError
  - LedgerError          the ledger is not as it was written -> nothing goes on (exit 8)
  - NotFoundError        what a command asks for is not there (exit 4)
  - ConflictError        it is there already, with other content (exit 6)
  - PolicyError          a rule of the house forbids it (exit 5)

Anything else that escapes is our own defect: hold the exchange and page a developer.
Faults *inside* a readable file are not exceptions: see :class:`acktrail.model.Finding`.
"""

from acktrail.model import Owner


class AcktrailError(Exception):
    """Base of every deliberate error; ``code`` is stable and safe to alert on."""

    code = "acktrail"
    owner = Owner.US

    def __init__(self, *messages: str, code: str = "") -> None:
        super().__init__(*messages)
        if code:
            self.code = code


class PartnerError(AcktrailError):
    """The file as sent cannot be processed: the partner has to send it again."""

    code = "partner"
    owner = Owner.PARTNER


class UnreadableFileError(PartnerError):
    """The bytes are not in the format that the partner's profile names."""

    code = "partner.unreadable"


class TruncatedFileError(PartnerError):
    """The file ends before its trailer: perhaps the upload broke off."""

    code = "partner.truncated"


class EnvelopeError(PartnerError):
    """Sealed otherwise than agreed, damaged, or not provably from the partner.

    ``code`` names the defect: ``envelope.mismatch``, ``envelope.bomb``, ``pgp.unsigned``,
    ``pgp.badsig``, ``pgp.expkeysig``, ``pgp.no_seckey``, ``zip.encrypted`` and so on.
    """

    code = "envelope"


class TooLargeError(PartnerError):
    """Larger than the limit that the profile names."""

    code = "partner.too_large"


class SetupError(AcktrailError):
    """A profile, mapping or installation is wrong; the partner is not told."""

    code = "setup"


class UnknownPluginError(SetupError):
    """A profile names a plug-in that is not installed."""

    code = "setup.unknown_plugin"


class ProfileError(SetupError):
    """A partner profile is missing or breaks its schema; ``args`` hold every problem."""

    code = "setup.profile"


class GuideError(SetupError):
    """A guide, layout or map is missing or breaks its schema."""

    code = "setup.guide"


class SecretError(SetupError):
    """A secret reference cannot be resolved, or its file can be read by others."""

    code = "setup.secret"


class KeyMissingError(SetupError):
    """A current OpenPGP key that the profile names is not in the key folder."""

    code = "setup.key_missing"


class HostKeyError(SetupError):
    """The server's host key is not one of the two that the profile pins: the endpoint stops."""

    code = "setup.host_key"


class LoginError(SetupError):
    """The server refused our login: the endpoint stops after the third time."""

    code = "setup.login"


class HaltedError(SetupError):
    """Odoo refuses us (key, database): all calls stop, nothing is rejected for it."""

    code = "setup.odoo_halted"


class DeniedError(HaltedError):
    """Odoo refuses one model or method: what needs it waits, nothing is rejected for it."""

    code = "setup.odoo_denied"


class UnwritableError(SetupError):
    """A value has no place in the format: choose other delimiters, or mend it at its source."""

    code = "setup.unwritable"


class CaptureError(SetupError):
    """No synthetic copy of a file fares as the file does."""

    code = "setup.capture"


class UnavailableError(AcktrailError):
    """A system we depend on did not answer; the exchange is tried again by itself."""

    code = "unavailable"
    owner = Owner.NOBODY


class ChangedError(UnavailableError):
    """The remote file changed while it was read: it is looked at again."""

    code = "unavailable.changed"


class NodeLockedError(UnavailableError):
    """Another process runs in this home under the same node name (exit 75)."""

    code = "unavailable.node_locked"


class LedgerError(AcktrailError):
    """The ledger does not verify: a chain, a trigger or a recorded content is not what it was."""

    code = "ledger.broken"


class NotFoundError(AcktrailError):
    """No such exchange, partner, file or record."""

    code = "not_found"


class PolicyError(AcktrailError):
    """A rule forbids what was asked for, whoever asks."""

    code = "policy"


class ConflictError(AcktrailError):
    """The same identity exists already with other content."""

    code = "conflict"
