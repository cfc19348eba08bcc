"""Makes UBL documents: synthetic, and right unless a test changes them."""

UBL = "urn:oasis:names:specification:ubl:schema:xsd:"
WORDS = f'xmlns:cac="{UBL}CommonAggregateComponents-2" xmlns:cbc="{UBL}CommonBasicComponents-2"'
SELLER, BUYER = "4000001000005", "4000001000012"


def document(name: str, body: str, *, number: str = "N-1", prologue: str = "") -> bytes:
    """Return a document of one root element with a head and ``body``."""
    return (
        f'<?xml version="1.0" encoding="UTF-8"?>{prologue}<{name} xmlns="{UBL}{name}-2" {WORDS}>'
        f"<cbc:CustomizationID>urn:example:1</cbc:CustomizationID>"
        f"<cbc:ProfileID>urn:example:billing</cbc:ProfileID>"
        f"<cbc:ID>{number}</cbc:ID><cbc:IssueDate>2026-03-02</cbc:IssueDate>{body}</{name}>"
    ).encode()


def party(element: str, gln: str) -> str:
    """Return a party that has a GLN."""
    endpoint = f'<cbc:EndpointID schemeID="0088">{gln}</cbc:EndpointID>'
    return f"<cac:{element}><cac:Party>{endpoint}</cac:Party></cac:{element}>"


def amount(element: str, value: str, currency: str = "EUR") -> str:
    """Return an amount."""
    return f'<cbc:{element} currencyID="{currency}">{value}</cbc:{element}>'


def tax(total: str = "50.00", subtotal: str = "50.00", base: str = "200.00") -> str:
    """Return a tax total of one category at 25 percent."""
    category = "<cac:TaxCategory><cbc:ID>S</cbc:ID><cbc:Percent>25</cbc:Percent></cac:TaxCategory>"
    parts = amount("TaxableAmount", base) + amount("TaxAmount", subtotal) + category
    inside = amount("TaxAmount", total) + f"<cac:TaxSubtotal>{parts}</cac:TaxSubtotal>"
    return f"<cac:TaxTotal>{inside}</cac:TaxTotal>"


def line(number: int, quantity: str = "20", price: str = "10.00", net: str = "200.00") -> str:
    """Return an invoice line."""
    return (
        f"<cac:InvoiceLine><cbc:ID>{number}</cbc:ID>"
        f'<cbc:InvoicedQuantity unitCode="H87">{quantity}</cbc:InvoicedQuantity>'
        f"{amount('LineExtensionAmount', net)}<cac:Item><cbc:Name>Gauze</cbc:Name>"
        "<cac:SellersItemIdentification><cbc:ID>GZ-10</cbc:ID></cac:SellersItemIdentification>"
        f"</cac:Item><cac:Price>{amount('PriceAmount', price)}</cac:Price></cac:InvoiceLine>"
    )


def invoice(  # noqa: PLR0913 - each is a part that a test changes
    *,
    lines: str = "",
    taxes: str = "",
    extra: str = "",
    rounding: str = "0.00",
    payable: str = "250.00",
    prologue: str = "",
) -> bytes:
    """Return an invoice over 200.00 and 50.00 of tax."""
    totals = "".join(
        amount(name, value)
        for name, value in (
            ("LineExtensionAmount", "200.00"),
            ("TaxExclusiveAmount", "200.00"),
            ("TaxInclusiveAmount", "250.00"),
            ("PayableRoundingAmount", rounding),
            ("PayableAmount", payable),
        )
    )
    body = (
        "<cbc:InvoiceTypeCode>380</cbc:InvoiceTypeCode>"
        f"<cbc:DocumentCurrencyCode>EUR</cbc:DocumentCurrencyCode>{extra}"
        f"{party('AccountingSupplierParty', SELLER)}{party('AccountingCustomerParty', BUYER)}"
        f"{taxes or tax()}<cac:LegalMonetaryTotal>{totals}</cac:LegalMonetaryTotal>"
        f"{lines or line(1)}"
    )
    return document("Invoice", body, prologue=prologue)
