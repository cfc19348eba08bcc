"""Alembic's environment and the revisions of the tables.

Batch mode is not used on ledger tables: it rebuilds a SQLite table and loses its triggers.
"""
