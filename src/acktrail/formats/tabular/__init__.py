"""CSV and fixed-width files by declared layout, and their receipts. Not here: dialect guessing."""

from acktrail.formats.tabular.format import Tabular

__all__ = ["Tabular"]
