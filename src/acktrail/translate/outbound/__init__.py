"""Canonical documents -> X12: what the maps read, written the other way round.

Start with ``interchange`` (documents to bytes); a module a set says where each field goes. What has
no place in a set is refused by the name of the field, never dropped. Not here: delimiters, counts
and envelopes (``formats.x12.write``), when something is sent, control numbers.
"""
