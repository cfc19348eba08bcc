"""Names that we write at the other side: final, temporary, archived."""

from collections.abc import Iterator

from acktrail.errors import SetupError
from acktrail.pipeline.receive import is_plain, is_temporary

ARCHIVE = b".archive"
NAMESAKES = 100
MAX_BYTES = 200  # leaves room for what is put around a name


def safe_name(name: str) -> bytes:
    """Return the name of a file to write.

    Raises:
        SetupError: It holds a folder, or would count as temporary at the next listing.
    """
    encoded = name.encode("utf-8", "surrogateescape")
    if not is_plain(encoded) or is_temporary(encoded) or len(encoded) > MAX_BYTES:
        msg = "not a name that a file can be written under"
        raise SetupError(msg, code="setup.file_name")
    return encoded


def temporary_name(name: str) -> bytes:
    """Return the name that a file has until it is whole; ours by its form."""
    return b"." + safe_name(name) + b".part"


def archive_names(name: str) -> Iterator[bytes]:
    """Return names to try in the archive: the wanted one, then ``name.1`` and so on."""
    wanted = safe_name(name)
    yield wanted
    for number in range(1, NAMESAKES):
        yield wanted + b".%d" % number
