"""Follows a compiled map through the elements of an XML document.

A rule's key is the path of an element from the one that opened its level
(``[document."AccountingSupplierParty/Party"]``, ``[line.InvoicedQuantity]``); a level ends where
its element does. An element that has no rule is looked into for elements that have one.
"""

from collections.abc import Iterator
from typing import cast

from acktrail.formats.xml.tree import XmlSegment
from acktrail.ports import CutSegment
from acktrail.translate import rules
from acktrail.translate.building import Frame
from acktrail.translate.dispatch import Handler
from acktrail.translate.engine import MapTranslator
from acktrail.translate.sources import follow


class XmlMapTranslator(MapTranslator):
    """Translates UBL and cXML documents by a map; one document each."""

    def _follow(self, _tag: str, segment: CutSegment) -> None:
        """Do what the map says with the next part of the document."""
        self._visit(cast("XmlSegment", segment), "", set())

    def _visit(self, node: XmlSegment, above: str, read: set[str]) -> None:
        """Follow the rule of an element, then those of the elements in it.

        Args:
            node: The element.
            above: Path of the element around it from the one that opened the level, with a slash.
            read: Paths in the same notation that a rule around has read: once each.
        """
        tag = above + node.tag
        if tag in self._map.drop:
            return
        frame, depth = self._frames[-1], len(self._frames)
        dispatch = self._rules[frame.level.name].get(tag)
        handler = dispatch.find(node) if dispatch is not None else None
        inside = f"{tag}/"
        if handler is not None:
            if handler.opens:
                self._open(handler.opens, frame, node)
                inside, read = "", {one.removeprefix(inside) for one in read if inside in one}
            self._fill(handler, node)
            read.update(inside + one for one in _addresses(handler))
        elif node.text and tag not in read:
            self._building.keep(node.place.address, node.text)
        read.discard(tag)
        for child in node.children:
            self._visit(child, inside, read)
        while len(self._frames) > depth:
            self._close()

    def _fill(self, handler: Handler, node: XmlSegment) -> None:
        frame = self._frames[-1]
        if self.sources is not None:
            follow(handler, self._building, frame, node, self.sources)
            return
        for fill in handler.fills:
            fill.step(self._building, frame, node)

    def _check_required(self, frame: Frame) -> None:
        opener = frame.place.segment
        for name, tag, address in frame.level.required:
            if name in frame.values:
                continue
            opens = opener and tag.rpartition("/")[2] == opener
            below = (address.removeprefix(f"{tag}/") if opens else address).removesuffix("/.")
            full = f"{frame.place.address}/{below}"
            if not self._found_at(full):
                place = frame.place._replace(segment=tag, address=full)
                self._building.found_at(rules.REQUIRED_MISSING, place)


def _addresses(handler: Handler) -> Iterator[str]:
    """Yield the paths below the element that a rule reads."""
    for fill in handler.fills:
        for path in fill.paths:
            yield path.inner.partition("@")[0]
    for test in handler.tests:
        yield test.text.partition("@")[0]
