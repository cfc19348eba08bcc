"""Tests with the real gpg; other tests take the workshop from here."""

from tests.service.gpg.workshop import EXPIRED, MADE, NOW, PASSPHRASE, Workshop, gpg_workshop

__all__ = ["EXPIRED", "MADE", "NOW", "PASSPHRASE", "Workshop", "gpg_workshop"]
