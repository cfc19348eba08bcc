"""MT940 and BAI2 bank statements. Not here: camt (it is XML), matching of payments."""

from acktrail.formats.bank.format import Bank

__all__ = ["Bank"]
