"""XML schemas that an operator supplies: compiled from the folder ``schemas`` of the data files.

What a schema includes or imports is looked for in that folder only, relative to the schema that
names it: no network, no other file. A schema with a DOCTYPE is refused, so no entity is opened.
Spec: XML Schema 1.0 (what libxml2 implements of it).
"""

from collections.abc import Sequence
from typing import NamedTuple

from lxml import etree  # type: ignore[import-untyped]

from acktrail.errors import GuideError
from acktrail.formats.xml.hardened import LOCKED
from acktrail.ports import DataFiles

FOLDER = "schemas"
BASE = "acktrail:/"  # what addresses of schemas begin with while they are compiled
ELEMENT = "{http://www.w3.org/2001/XMLSchema}element"
LARGEST = 8 << 20  # bytes of one file
MOST_FILES = 200  # that one schema may pull in


class Schema(NamedTuple):
    """One compiled schema."""

    namespace: str  # of the documents that it describes; "" for those without one
    compiled: etree.XMLSchema
    names: frozenset[str]  # of the elements that it and what it includes declare


class Schemas:
    """Compiles schemas; each once, which takes up to a second."""

    def __init__(self, files: DataFiles) -> None:
        """``files`` holds the schemas as ``schemas/<path>``."""
        self._files = files
        self._known: dict[str, Schema] = {}

    def named(self, paths: Sequence[str]) -> dict[str, Schema]:
        """Return the schemas of a list by the namespace of the documents that they describe.

        Raises:
            GuideError: If one is not there, is no schema, or two describe the same namespace.
        """
        found: dict[str, Schema] = {}
        for path in paths:
            schema = self._known.get(path) or self._compiled(path)
            self._known[path] = schema
            if schema.namespace in found:
                msg = f"{FOLDER}/{path}: another schema of the list describes the same namespace"
                raise GuideError(msg)
            found[schema.namespace] = schema
        return found

    def _compiled(self, path: str) -> Schema:
        folder = _Folder(self._files)
        body = folder.read(path)
        parser = etree.XMLParser(**LOCKED)
        parser.resolvers.add(folder)
        root = etree.fromstring(body, parser, base_url=BASE + path)
        try:
            compiled = etree.XMLSchema(root)
        except (etree.LxmlError, GuideError):
            raise folder.problem or _wrong(path, "is no valid XML schema") from None
        if folder.problem is not None:
            raise folder.problem
        return Schema(root.get("targetNamespace", ""), compiled, frozenset(folder.names))


class _Folder(etree.Resolver):  # type: ignore[misc]
    """Gives the library what a schema includes or imports, and nothing else."""

    def __init__(self, files: DataFiles) -> None:
        super().__init__()
        self._files = files
        self._read = 0
        self.names: set[str] = set()
        self.problem: GuideError | None = None

    def resolve(self, system_url: str, public_id: object, context: object) -> object:
        """Return a schema of the folder; never None, as the library would then look for itself."""
        del public_id
        inside = system_url.startswith(BASE)
        try:
            body = self.read(system_url.removeprefix(BASE) if inside else "/")
        except GuideError as error:
            self.problem = self.problem or error
            body = b"<none/>"
        return self.resolve_string(body, context, base_url=system_url)

    def read(self, path: str) -> bytes:
        """Return a schema's bytes, after a look that it is one XML document without DOCTYPE."""
        self._read += 1
        if self._read > MOST_FILES:
            raise _wrong(path, f"more than {MOST_FILES} schemas include each other")
        if path.startswith("/") or ".." in path.split("/"):
            msg = f"{FOLDER}: a schema lies outside of this folder, or includes one that does"
            raise GuideError(msg)
        body = self._files.read(f"{FOLDER}/{path}")
        if len(body) > LARGEST:
            raise _wrong(path, f"is larger than {LARGEST} bytes")
        try:
            root = etree.fromstring(body, etree.XMLParser(**LOCKED))
        except etree.XMLSyntaxError:
            raise _wrong(path, "is not well-formed XML") from None
        if root.getroottree().docinfo.internalDTD is not None:
            raise _wrong(path, "has a DOCTYPE: remove it")
        self.names.update(one.get("name", "") for one in root.iter(ELEMENT))
        return body


def _wrong(path: str, text: str) -> GuideError:
    return GuideError(f"{FOLDER}/{path}: {text}")
