"""Fixtures of the SFTP tests."""

from tests.service.sshd import sshd_server

__all__ = ["sshd_server"]
