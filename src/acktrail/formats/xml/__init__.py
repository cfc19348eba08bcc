"""XML by one hardened parser: camt, CDA as opaque content. Not here: meaning, XSLT, XInclude."""

from acktrail.formats.xml.format import Xml

__all__ = ["Xml"]
