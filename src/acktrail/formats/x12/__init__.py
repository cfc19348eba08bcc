"""ASC X12: delimiters, envelopes, guides, sums, TA1, 999 and 997. Not here: documents, files."""

from acktrail.formats.x12.format import X12

__all__ = ["X12"]
