"""Which translator a message gets: by its format and type, unless the profile names a map."""

from collections.abc import Mapping
from datetime import tzinfo
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from acktrail.errors import GuideError
from acktrail.model import MessageHead
from acktrail.ports import DataFiles
from acktrail.translate import bank, opaque, rows
from acktrail.translate.answers import ANSWERS, AnswerTranslator
from acktrail.translate.engine import MapTranslator
from acktrail.translate.maps import FOLDER, compile_map, header, read_map
from acktrail.translate.remittance import RemittanceTranslator
from acktrail.translate.translator import Translator

SUFFIX = ".toml"
REMITTANCE = "835"
STATEMENTS = "camt."  # every other XML document is kept and not interpreted
LAYOUTS = "tabular"  # a tabular message is of the type of its layout


def translator_for(
    head: MessageHead, files: DataFiles, options: Mapping[str, object]
) -> Translator | None:
    """Return a new translator for messages like this one; None when no map is known for it.

    Args:
        head: Of the message.
        files: The folder ``parsers/``.
        options: The profile's table ``[translate]``.

    Raises:
        GuideError: If the map that is to be used is wrong or missing.
    """
    named = options.get("map")
    name = named.get(head.type) if isinstance(named, Mapping) else None
    if isinstance(name, str):
        return _mapped(name, files, options)
    found = _written(head, files, options)
    if found is not None:
        return found
    name = _map_for(head, files)
    return _mapped(name, files, options) if name else None


def _written(
    head: MessageHead, files: DataFiles, options: Mapping[str, object]
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
        case "x12" if head.type == REMITTANCE:
            return RemittanceTranslator()
        case _:
            return None


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
