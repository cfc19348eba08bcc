"""What people are shown of a UBL or cXML document: the names of its parts, codes, lengths."""

from acktrail.formats.xml import Xml
from acktrail.formats.xml.tree import XmlSegment
from acktrail.model import MessageHead
from acktrail.ports.shown import PieceKind
from tests.generators import tabular as make
from tests.generators import ubl as make_ubl

FORMAT = Xml(make.Layouts())
HEAD = MessageHead("xml", "Invoice", "UBL-2", "1")


def shown(tag: str) -> list[tuple[str, PieceKind]]:
    """Return the pieces of the first such part of an invoice."""
    body = make_ubl.invoice(taxes=make_ubl.tax(), lines=make_ubl.line(1))
    events = make.read(FORMAT.reader({}), body)
    part = next(one for one in events if isinstance(one, XmlSegment) and one.tag == tag)
    return [(one.text, one.kind) for one in FORMAT.legend(HEAD).pieces(part)]


def test_parts_of_an_element_are_named_by_their_path() -> None:
    pieces = shown("InvoiceLine")

    named = dict(zip(pieces[1::2], pieces[2::2], strict=True))
    assert pieces[0] == ("InvoiceLine", PieceKind.MARK)
    assert named[" Item/SellersItemIdentification/ID=", PieceKind.MARK] == (
        "GZ-10",
        PieceKind.VALUE,
    )
    assert named[" Price/PriceAmount/@currencyID=", PieceKind.MARK] == ("EUR", PieceKind.CODE)


def test_text_of_an_element_without_parts_is_a_value() -> None:
    assert shown("ID") == [
        ("ID", PieceKind.MARK),
        (" text=", PieceKind.MARK),
        ("N-1", PieceKind.VALUE),
    ]
