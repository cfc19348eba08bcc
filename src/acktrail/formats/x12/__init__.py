"""ASC X12: delimiters, envelopes, guides, balancing, TA1, 999 and 997. Not here: documents, files.

BIN and BDS segments (binary payloads) are not read by their length yet.
"""

from acktrail.formats.x12.format import X12

__all__ = ["X12"]
