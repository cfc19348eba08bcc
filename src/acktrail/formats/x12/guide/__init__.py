"""Guides: what loops, segments, elements and codes a transaction set may hold, as data."""
