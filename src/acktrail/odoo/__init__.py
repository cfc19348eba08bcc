"""Posting to Odoo: plan (pure), poster, follow-up, breaker, check. The door to httpx.

Not here: document types, partner rules, our own database.
"""
