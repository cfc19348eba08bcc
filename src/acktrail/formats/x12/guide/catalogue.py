"""Which guides there are and which one a set is checked by."""

import tomllib
from collections.abc import Callable
from typing import Any

from acktrail.errors import GuideError
from acktrail.formats.delimited import Marks
from acktrail.formats.x12.guide.codes import FOLDER as CODES
from acktrail.formats.x12.guide.codes import CodeList, read_codes
from acktrail.formats.x12.guide.compiled import Machine
from acktrail.formats.x12.guide.model import ElementType, Guide, GuideKey, dictionary
from acktrail.formats.x12.guide.overlay import AS_IT_IS, Overlay, widened
from acktrail.formats.x12.guide.pyx12_maps import Amendments, read_map, read_map_types
from acktrail.formats.x12.guide.toml_guide import extended, read_guide, read_types
from acktrail.ports import DataFiles

FOLDER = "x12"
SCHEMA = "acktrail/x12-guide/1"
ALIASES = f"{FOLDER}/aliases.toml"
SEGMENT_IDS = f"{FOLDER}/segments.toml"
MAP_TYPES = "dataele.xml"
OWN_RELEASE = "004010"  # of the dictionary that has what the maps lack
MAP_RELEASE = "005010"  # whose lengths that file has
MACHINES_KEPT = 16  # senders vary their delimiters; a compile costs about 0.1 s


class Catalogue:
    """Guides by (GS08, ST01, GS01, BHT02), read and compiled when first asked for."""

    def __init__(self, files: DataFiles, maps: Callable[[str], bytes]) -> None:
        self._files = files
        self._maps = maps
        self._names: dict[str, str] | None = None
        self._keys: tuple[GuideKey, ...] = ()
        self._segment_ids: frozenset[str] = frozenset()
        self._types: dict[str, dict[str, ElementType]] = {}
        self._guides: dict[str, Guide] = {}
        self._codes: dict[str, CodeList] = {}
        self._machines: dict[tuple[str, Marks, Overlay], Machine] = {}

    def guide_keys(self) -> tuple[GuideKey, ...]:
        """Return the key of every guide, in the order of their file names."""
        self._index()
        return self._keys

    def segment_ids(self) -> frozenset[str]:
        """Return the segment ids that the standard is known to have."""
        self._index()
        return self._segment_ids

    def keys(self, gs08: str, st01: str, gs01: str) -> tuple[GuideKey, ...]:
        """Return the keys of the guides for such a set: one, or as many as BHT02 tells apart."""
        return tuple(
            k for k in self.guide_keys() if (k.st01, k.gs01) == (st01, gs01) and k.fits(gs08)
        )

    def machine(self, key: GuideKey, marks: Marks, overlay: Overlay = AS_IT_IS) -> Machine:
        """Return the compiled guide for the delimiters of one interchange and partner.

        Raises:
            GuideError: If the guide's file is broken, or the overlay does not fit it.
        """
        name = (key.id, marks, overlay)
        machine = self._machines.pop(name, None)
        if machine is None:
            machine = Machine(widened(self.guide(key.id), overlay), marks)
        self._machines[name] = machine  # the youngest stands last
        if len(self._machines) > MACHINES_KEPT:
            self._machines.pop(next(iter(self._machines)), None)
        return machine

    def guide(self, name: str) -> Guide:
        """Return a guide by its id.

        Raises:
            GuideError: If there is no such guide, or its file is broken.
        """
        if name not in self._guides:
            self._guides[name] = self._read(self._table(name))
        return self._guides[name]

    def codes(self, name: str) -> CodeList:
        """Return an external code list of the operator.

        Raises:
            GuideError: If there is no such list, or its file is broken.
        """
        if name not in self._codes:
            self._codes[name] = read_codes(name, self._files.read(f"{CODES}/{name}.csv"))
        return self._codes[name]

    def sources(self, name: str) -> tuple[str, ...]:
        """Return where the facts of a guide are from, as its file says."""
        return tuple(map(str, self._table(name).get("sources", ())))

    def element_kind(self, number: str) -> str:
        """Return the data type of a data element: AN ID N0..N9 R DT TM B; ``""``: not known."""
        known = self._map_types().get(number) or self._release_types(OWN_RELEASE).get(number)
        return known.kind if known else ""

    def _table(self, name: str) -> dict[str, Any]:
        """Return the whole table of a guide's file, what it extends included."""
        table = _toml(self._files.read(f"{FOLDER}/{self._index()[name]}"), name)
        if "extends" not in table:
            return table
        try:
            return extended(self._table(str(table["extends"])), table)
        except (KeyError, TypeError, AttributeError, RecursionError):
            msg = f"guide {name}: extends no guide that is written in loops"
            raise GuideError(msg) from None

    def _index(self) -> dict[str, str]:
        """Read the heads of all guide files, once; return the file of each guide."""
        if self._names is None:
            names = [one for one in self._files.names(FOLDER) if one.endswith(".toml")]
            read = {one: _head(self._files.read(f"{FOLDER}/{one}"), one) for one in names}
            guides = {name: head for name, head in read.items() if head.get("schema") == SCHEMA}
            aliases = _toml(self._files.read(ALIASES), ALIASES).get("gs08", {})
            self._keys = tuple(_key(head, aliases) for head in guides.values())
            ids = _toml(self._files.read(SEGMENT_IDS), SEGMENT_IDS).get("ids", "")
            self._segment_ids = frozenset(str(ids).split())
            self._names = {str(head["id"]): name for name, head in guides.items()}
        return self._names

    def _read(self, table: dict[str, Any]) -> Guide:
        name, release = str(table["id"]), str(table["release"])
        try:
            if "map" in table:
                find = dictionary(release, self._map_types() | self._lengths(release), name)
                amendments = Amendments(table.get("rules", {}), table.get("uses", {}))
                return read_map(name, self._maps(str(table["map"])), find, amendments)
            return read_guide(table, dictionary(release, self._release_types(release), name))
        except (KeyError, TypeError, IndexError):
            msg = f"guide {name}: a key is missing or of the wrong type"
            raise GuideError(msg) from None

    def _map_types(self) -> dict[str, ElementType]:
        if MAP_TYPES not in self._types:
            self._types[MAP_TYPES] = read_map_types(self._maps(MAP_TYPES))
        return self._types[MAP_TYPES]

    def _lengths(self, release: str) -> dict[str, ElementType]:
        """Return what ``dataele.xml`` has wrong for a release: its lengths are those of 5010."""
        return {} if release == MAP_RELEASE else self._release_types(release)

    def _release_types(self, release: str) -> dict[str, ElementType]:
        if release not in self._types:
            body = self._files.read(f"{FOLDER}/elements-{release}.toml")
            self._types[release] = read_types(body)
        return self._types[release]


def _toml(body: bytes, name: str) -> dict[str, Any]:
    try:
        return tomllib.loads(body.decode())
    except (tomllib.TOMLDecodeError, UnicodeDecodeError):
        msg = f"{name}: not valid TOML"
        raise GuideError(msg) from None


def _head(body: bytes, name: str) -> dict[str, Any]:
    """Return the keys in front of the first table; the loops of a guide are long."""
    return _toml(body.partition(b"\n[")[0], name)


def _key(table: dict[str, Any], aliases: dict[str, list[str]]) -> GuideKey:
    try:
        name, key = str(table["id"]), table["key"]
        versions = [*key["gs08"], *aliases.get(name, ())]
        return GuideKey(
            name,
            str(key["st01"]),
            str(key["gs01"]),
            tuple(map(str, versions)),
            tuple(map(str, key.get("bht02", ()))),
        )
    except (KeyError, TypeError):
        msg = "a guide file lacks id or key"
        raise GuideError(msg) from None
