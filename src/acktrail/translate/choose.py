"""Which translator a message gets: by its format and type, unless the profile names a map."""

from collections.abc import Mapping
from datetime import tzinfo
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from acktrail.errors import GuideError
from acktrail.model import MessageHead
from acktrail.ports import DataFiles
from acktrail.translate import bank, opaque, rows
from acktrail.translate.answers import ANSWERS, AnswerTranslator
from acktrail.translate.claim_status import ClaimAcknowledgementTranslator, ClaimStatusTranslator
from acktrail.translate.claims import ClaimTranslator
from acktrail.translate.eligibility import EligibilityTranslator
from acktrail.translate.engine import MapTranslator
from acktrail.translate.enrolment import EnrolmentTranslator
from acktrail.translate.health import Hide
from acktrail.translate.maps import FOLDER, compile_map, header, read_map
from acktrail.translate.premium import PremiumTranslator
from acktrail.translate.remittance import RemittanceTranslator
from acktrail.translate.translator import Translator

SUFFIX = ".toml"
ANSWERED_CLAIMS = "X214"  # of the guides of a 277, that of the acknowledgement of claims
PREMIUMS = ("X218", "X061")  # guides of an 820 that are of health premiums
STATEMENTS = "camt."  # every other XML document is kept and not interpreted
LAYOUTS = "tabular"  # a tabular message is of the type of its layout


def translator_for(
    head: MessageHead,
    files: DataFiles,
    options: Mapping[str, object],
    hide: Hide | None = None,
) -> Translator | None:
    """Return a new translator for messages like this one; None when no map is known for it.

    Args:
        head: Of the message.
        files: The folder ``parsers/``.
        options: The profile's table ``[translate]``.
        hide: Makes the pseudonym of a person's number; without it persons have none.

    Raises:
        GuideError: If the map that is to be used is wrong or missing.
    """
    named = options.get("map")
    name = named.get(head.type) if isinstance(named, Mapping) else None
    if isinstance(name, str):
        return _mapped(name, files, options)
    found = _written(head, files, options, hide)
    if found is not None:
        return found
    name = _map_for(head, files)
    return _mapped(name, files, options) if name else None


def _written(
    head: MessageHead, files: DataFiles, options: Mapping[str, object], hide: Hide | None
) -> Translator | None:
    """Return a translator that is written in code; None when a map has to do it."""
    match head.format:
        case "tabular":
            return rows.translator(files.read(f"{LAYOUTS}/{head.type}{SUFFIX}"), options)
        case "bank":
            return bank.translator()
        case "xml":
            statement = head.type.startswith(STATEMENTS)
            return bank.translator() if statement else opaque.translator()
        case format_ if (format_, head.type.partition("^")[0]) in ANSWERS:
            return AnswerTranslator()
        case "x12":
            return _healthcare(head, hide)
        case _:
            return None


def _healthcare(head: MessageHead, hide: Hide | None) -> Translator | None:
    """Return the translator of a healthcare set; 277 and 820 mean several things by version."""
    found: Translator | None = None
    match head.type:
        case "835":
            found = RemittanceTranslator()
        case "837":
            found = ClaimTranslator(hide)
        case "277" if ANSWERED_CLAIMS in head.version:
            found = ClaimAcknowledgementTranslator(hide)
        case "276" | "277":
            found = ClaimStatusTranslator(hide, "INQUIRY" if head.type == "276" else "ANSWER")
        case "270":
            found = EligibilityTranslator(hide, "eligibility_inquiry")
        case "271":
            found = EligibilityTranslator(hide, "eligibility_response")
        case "834":
            found = EnrolmentTranslator(hide)
        case "820" if any(one in head.version for one in PREMIUMS):
            found = PremiumTranslator(hide)
    return found


def _map_for(head: MessageHead, files: DataFiles) -> str:
    """Return the name of the first map that is for messages of this format and type."""
    for file in files.names(FOLDER):
        if file.endswith(SUFFIX):
            name = file.removesuffix(SUFFIX)
            known = header(name, read_map(files, name))
            if known.format == head.format and head.type in known.types:
                return name
    return ""


def _mapped(name: str, files: DataFiles, options: Mapping[str, object]) -> Translator:
    compiled = compile_map(files, name, read_map(files, name), options)
    currency = options.get("currency")
    return MapTranslator(
        compiled,
        units=_texts(options, "units"),
        zone=_zone(options),
        currency=currency if isinstance(currency, str) else "",
        checks=_texts(options, "checks"),
    )


def _texts(options: Mapping[str, object], key: str) -> dict[str, str]:
    table = options.get(key)
    if not isinstance(table, Mapping):
        return {}
    return {str(name): one for name, one in table.items() if isinstance(one, str)}


def _zone(options: Mapping[str, object]) -> tzinfo | None:
    name = options.get("timezone")
    if not isinstance(name, str) or not name:
        return None
    try:
        return ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError, OSError):
        msg = "translate.timezone: no such time zone"
        raise GuideError(msg) from None
