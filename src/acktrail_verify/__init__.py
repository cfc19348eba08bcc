"""Checks an acktrail ledger without acktrail: standard library only, its own reading of the bytes.

It trusts nothing that the service computed. What it reads is described in ``docs/auditor.md``.
"""
