"""The revisions, each written by hand in explicit operations."""
