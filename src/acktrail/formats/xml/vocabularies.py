"""The business documents that are read: how each is recognised and where its parts stand.

A kind is chosen by the qualified name of the root (UBL) or by the name of the request (cXML), never
by what the file says of its schema.
Spec: OASIS UBL 2.1 to 2.4; cXML 1.2 User's Guide.
"""

import re
from typing import NamedTuple

from acktrail.formats.xml.tree import Vocabulary

UBL = "urn:oasis:names:specification:ubl:schema:xsd:"
UBL_ROOT = re.compile(rf"\{{{UBL}([A-Za-z]+)-2\}}([A-Za-z]+)")
UBL_WORDS = Vocabulary(
    own=frozenset({UBL + "CommonAggregateComponents-2", UBL + "CommonBasicComponents-2"}),
    aside=frozenset({UBL + "CommonExtensionComponents-2"}),
)
CXML_ROOT = "cXML"
CXML_WORDS = Vocabulary(
    own=frozenset({""}),
    aside=frozenset({"http://www.w3.org/2000/09/xmldsig#", "http://uri.etsi.org/01903/v1.1.1#"}),
)
# Attributes and depths below are of the element that holds the parts of a document.
UBL_UNIT, CXML_REQUEST, CXML_UNIT = 2, 3, 4


class Sides(NamedTuple):
    """Which parties of a UBL document send it and receive it."""

    sender: str
    receiver: str


SUPPLIER, CUSTOMER = "AccountingSupplierParty", "AccountingCustomerParty"
BUYER, SELLER = "BuyerCustomerParty", "SellerSupplierParty"
UBL_DOCUMENTS: dict[str, Sides] = {
    "Invoice": Sides(SUPPLIER, CUSTOMER),
    "CreditNote": Sides(SUPPLIER, CUSTOMER),
    "Order": Sides(BUYER, SELLER),
    "OrderResponse": Sides(SELLER, BUYER),
    "OrderResponseSimple": Sides(SELLER, BUYER),
    "DespatchAdvice": Sides("DespatchSupplierParty", "DeliveryCustomerParty"),
    "Catalogue": Sides("ProviderParty", "ReceiverParty"),
    "RemittanceAdvice": Sides(CUSTOMER, SUPPLIER),
    "InventoryReport": Sides("InventoryReportingParty", "RetailerCustomerParty"),
}
CXML_REQUESTS = frozenset(
    {"OrderRequest", "ConfirmationRequest", "ShipNoticeRequest", "InvoiceDetailRequest"}
)


def ubl_document(root: str) -> str:
    """Return which UBL document a root's qualified name is of; "" for none that is read."""
    match = UBL_ROOT.fullmatch(root)
    known = match is not None and match[1] == match[2] and match[1] in UBL_DOCUMENTS
    return match[1] if match is not None and known else ""
