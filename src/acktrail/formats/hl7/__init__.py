"""HL7 v2 files: units, tables, findings, acknowledgements. Not here: MLLP sockets, maps."""

from acktrail.formats.hl7.format import Hl7

__all__ = ["Hl7"]
