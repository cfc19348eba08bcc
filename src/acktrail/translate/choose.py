"""Which translator a message gets: by its format and type, unless the profile names a map."""

import json
from collections.abc import Mapping
from datetime import tzinfo
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from acktrail.errors import GuideError
from acktrail.model import MessageHead
from acktrail.ports import DataFiles
from acktrail.translate import bank, opaque, rows
from acktrail.translate.answers import ANSWERS, AnswerTranslator
from acktrail.translate.charges import ChargeTranslator
from acktrail.translate.engine import MapTranslator
from acktrail.translate.health import Hide
from acktrail.translate.maps import FOLDER, Map, compile_map, header, read_map
from acktrail.translate.paths import XML
from acktrail.translate.tracing import TRACED, USUAL, HealthSets, Tracing, tracing_of
from acktrail.translate.translator import Translator
from acktrail.translate.xml_maps import XmlMapTranslator

SUFFIX = ".toml"
ANSWERED_CLAIMS = "X214"  # of the guides of a 277, that of the acknowledgement of claims
PREMIUMS = ("X218", "X061")  # guides of an 820 that are of health premiums
STATEMENTS, OPAQUE = "camt.", "CDA"  # XML documents that no map is for
MOST_COMPILED = 512  # maps of all profiles; a compiled one is small
LAYOUTS = "tabular"  # a tabular message is of the type of its layout


class Translators:
    """Gives translators; maps are read and compiled once, not for every file.

    A compiled map is the same for equal options, whatever file it is for. Threads may share this:
    at worst two compile the same map.
    """

    def __init__(self, files: DataFiles, hide: Hide | None = None) -> None:
        """Keep what translators are made from.

        Args:
            files: The folder ``parsers/``.
            hide: Makes the pseudonym of a person's number; without it persons have none.
        """
        self._files = files
        self._hide = hide
        self._names: dict[tuple[str, str], str] = {}  # format and message type -> map
        self._compiled: dict[tuple[str, str], Map] = {}  # by name and options

    def find(self, head: MessageHead, options: Mapping[str, object]) -> Translator | None:
        """Return a new translator for messages like this one; None when no map is known for it.

        Args:
            head: Of the message.
            options: The profile's table ``[translate]`` and that of the format.

        Raises:
            GuideError: If the map that is to be used is wrong or missing.
        """
        return self._find(head, options, USUAL)

    def trace(self, head: MessageHead, options: Mapping[str, object]) -> Tracing:
        """Return what tells where the values of such a message's documents come from.

        Args:
            head: As ``find``.
            options: As ``find``.

        Raises:
            GuideError: As ``find``.
        """
        return tracing_of(self._find(head, options, TRACED))

    def _find(
        self, head: MessageHead, options: Mapping[str, object], sets: HealthSets
    ) -> Translator | None:
        named = options.get("map")
        name = named.get(head.type) if isinstance(named, Mapping) else None
        if isinstance(name, str):
            return self._mapped(name, options)
        if head.format == "x12":
            found = _healthcare(head, self._hide, sets)
            if found is not None:
                return found
        found = _written(head, self._files, options)
        if found is not None:
            return found
        name = self._index().get((head.format, head.type))
        return self._mapped(name, options) if name else None

    def _index(self) -> dict[tuple[str, str], str]:
        """Return the first map for each format and message type, in the order of file names."""
        if not self._names:
            names: dict[tuple[str, str], str] = {}
            for file in self._files.names(FOLDER):
                if file.endswith(SUFFIX):
                    name = file.removesuffix(SUFFIX)
                    known = header(name, read_map(self._files, name))
                    for type_ in known.types:
                        names.setdefault((known.format, type_), name)
            self._names = names
        return self._names

    def _mapped(self, name: str, options: Mapping[str, object]) -> Translator:
        currency = options.get("currency")
        map_ = self._map(name, options)
        return _follower(map_)(
            map_,
            units=_texts(options, "units"),
            zone=_zone(options),
            currency=currency if isinstance(currency, str) else "",
            checks=_texts(options, "checks"),
        )

    def _map(self, name: str, options: Mapping[str, object]) -> Map:
        key = (name, json.dumps(options, sort_keys=True, default=str))
        found = self._compiled.get(key)
        if found is None:
            found = compile_map(self._files, name, read_map(self._files, name), options)
            if len(self._compiled) >= MOST_COMPILED:
                self._compiled.clear()
            self._compiled[key] = found
        return found


def _follower(map_: Map) -> type[MapTranslator]:
    """Return what follows a map."""
    if map_.format == XML:
        return XmlMapTranslator
    charges = map_.format == "hl7" and map_.kinds[0] == "charge"
    return ChargeTranslator if charges else MapTranslator


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
            return _xml(head)
        case format_ if (format_, head.type.partition("^")[0]) in ANSWERS:
            return AnswerTranslator()
        case _:
            return None


def _xml(head: MessageHead) -> Translator | None:
    """Return the translator of what no map is for: statements and content that is only kept."""
    if head.type.startswith(STATEMENTS):
        return bank.translator()
    return opaque.translator() if head.type == OPAQUE else None


def _healthcare(head: MessageHead, hide: Hide | None, sets: HealthSets) -> Translator | None:
    """Return the translator of a healthcare set; 277 and 820 mean several things by version."""
    found: Translator | None = None
    match head.type:
        case "835":
            found = sets.remittance()
        case "837":
            found = sets.claims(hide)
        case "277" if ANSWERED_CLAIMS in head.version:
            found = sets.acknowledgement(hide)
        case "276" | "277":
            found = sets.status(hide, "INQUIRY" if head.type == "276" else "ANSWER")
        case "270":
            found = sets.eligibility(hide, "eligibility_inquiry")
        case "271":
            found = sets.eligibility(hide, "eligibility_response")
        case "834":
            found = sets.enrolment(hide)
        case "820" if any(one in head.version for one in PREMIUMS):
            found = sets.premium(hide)
    return found


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
