import pytest

from acktrail.errors import UnreadableFileError
from acktrail.formats.x12.marks import ISA_LENGTH
from acktrail.formats.x12.replay import standalone
from acktrail.model import Verdict
from tests.generators.x12 import Envelope, interchange, payments, remittance
from tests.unit.x12.reading import messages_of, read, segments_of


@pytest.mark.parametrize("newline", ["", "\r\n"])
@pytest.mark.parametrize("index", [0, 1])
def test_each_set_of_a_file_reads_alone_as_it_did_in_the_file(index: int, newline: str) -> None:
    sets = remittance("0001"), remittance("0002", trace="TRACE1002")
    data = interchange(payments(*sets), envelope=Envelope(newline=newline))
    whole = messages_of(read(data))[index]
    gs = data[data.index(b"GS*") : data.index(b"~", data.index(b"GS*"))]

    alone = standalone(data[:ISA_LENGTH], gs, data[whole.offset : whole.offset + whole.length])

    result = read(alone)
    (message,) = messages_of(result)
    assert (result.verdict, message.control) == (Verdict.ACCEPTED, whole.control)
    assert message.segments == whole.segments == len(sets[index])
    assert [one.elements[0] for one in segments_of(alone)] == [
        text.split("*")[0] for text in sets[index]
    ]


@pytest.mark.parametrize(("isa", "gs"), [(b"ISA*00~", b"GS*HP"), (b"", b"")])
def test_set_without_its_envelope_cannot_be_replayed(isa: bytes, gs: bytes) -> None:
    with pytest.raises(UnreadableFileError):
        standalone(isa, gs, b"ST*835*0001~SE*2*0001~")
