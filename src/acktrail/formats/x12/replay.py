"""One transaction set as an interchange of its own, so that it can be read again alone."""

from acktrail.errors import UnreadableFileError
from acktrail.formats.x12.marks import ISA_LENGTH, read_header

GROUP_CONTROL = 6  # GS06


def standalone(isa: bytes, gs: bytes, transaction_set: bytes) -> bytes:
    """Return the bytes of an interchange that holds one set as it was sent.

    Args:
        isa: The set's ISA segment, its terminator included.
        gs: The set's GS segment, without terminator.
        transaction_set: From ST to SE, as ``MessageResult.offset`` and ``length`` name them.

    Raises:
        UnreadableFileError: If ISA or GS cannot be read.
    """
    text = isa.decode("latin-1")
    header = read_header(text, 0) if len(text) == ISA_LENGTH else None
    elements = gs.decode("latin-1").split(header.marks.element) if header else []
    if header is None or len(elements) <= GROUP_CONTROL:
        msg = "the ISA or GS of the transaction set cannot be read"
        raise UnreadableFileError(msg)
    mark, end = header.marks.element, header.marks.segment
    ge = f"GE{mark}1{mark}{elements[GROUP_CONTROL]}{end}"
    iea = f"IEA{mark}1{mark}{header.control}{end}"
    return isa + gs + end.encode("latin-1") + transaction_set + (ge + iea).encode("latin-1")
