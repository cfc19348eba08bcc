"""The tables of a profile that say how one format is read, translated, answered and posted.

A key that is left out is left to the format's own default; see ``docs/reference/profile.md``.
"""

import re
from typing import Annotated, Literal, Self

from pydantic import Field, model_validator

from acktrail.formats.x12.guide.overlay import read_overlay, read_spot
from acktrail.profiles.values import Size, Table

CODE_LIST = re.compile("[a-z0-9][a-z0-9_-]{0,39}")
Switch = Literal["reject", "warn", "off"]
Address = Annotated[str, Field(pattern=r"^[A-Z][A-Z0-9]{1,2}([0-9]{2}(-[0-9]{1,2})?)?$")]  # NM109


class X12Overlay(Table):
    """``[x12.overlay."<guide>"]``: a companion guide; places are written ``2300/CLM05-1``."""

    allow: dict[str, tuple[str, ...]] | None = None  # codes that are right too
    relax: tuple[str, ...] | None = None  # required by the guide, here situational
    forbid: dict[str, tuple[str, ...]] | None = None  # codes that are not right
    require: tuple[str, ...] | None = None  # elements, and segments of a loop
    repeat: dict[str, int] | None = None  # how often a segment may come in its loop
    form: dict[str, str] | None = None  # pattern of the whole value, bounded repeats only

    @model_validator(mode="after")
    def _readable(self) -> Self:
        read_overlay(self.model_dump(exclude_none=True))
        whole = [*(self.repeat or ()), *(self.require or ())]
        if any("/" not in place for place in whole if not read_spot(place).element):
            msg = "a segment is required or limited within a loop: 2010AA/PER"
            raise ValueError(msg)
        return self


class X12Table(Table):
    """``[x12]``."""

    agreed: tuple[str, ...] | None = None  # "835:005010X221A1", "850"
    snip: dict[str, Switch] | None = None  # by SNIP type "1".."7"
    checks: dict[str, Switch] | None = None  # by named check, goes first: "835.plb_zero"
    notes: dict[str, Literal["E", "R"]] | None = None  # TA1 note -> accept with errors, reject
    overlay: dict[str, X12Overlay] | None = None  # by guide: "837-005010X222A1"
    codes: dict[str, str] | None = None  # place -> external list: "2400/SV101-2" = "procedures"
    unwrap: bool | None = None
    max_segment_bytes: Size | None = None
    max_binary_bytes: Size | None = None
    max_file_sets: int | None = Field(default=None, ge=1)
    max_levels: int | None = Field(default=None, ge=1)  # HL that stand in each other

    @model_validator(mode="after")
    def _places(self) -> Self:
        for place, name in (self.codes or {}).items():
            if not (read_spot(place).element and CODE_LIST.fullmatch(name)):
                msg = 'codes: an element and the name of a list, "2400/SV101-2" = "procedures"'
                raise ValueError(msg)
        return self


class EdifactTable(Table):
    """``[edifact]``."""

    agreed: tuple[str, ...] | None = None  # "ORDERS:D:96A"
    counts: Literal["reject", "warn"] | None = None
    encoding: str | None = None
    strip_newlines: Literal["auto", "always", "never"] | None = None
    repetition: Literal["declared", "none"] | None = None
    control_characters: bool | None = None  # UNB without UNA may use 0x1D, 0x1F, 0x1C


class Hl7Table(Table):
    """``[hl7]``."""

    versions: tuple[str, ...] | None = None
    events: tuple[str, ...] | None = None
    unsubscribed: Literal["reject", "keep"] | None = None  # events that are not among them
    processing_ids: tuple[str, ...] | None = None
    charset: str | None = None
    charset_fallback: str | None = None
    timezone: str | None = None
    order: Literal["strict", "relaxed"] | None = None
    strict: bool | None = None
    used: tuple[str, ...] | None = None
    required: tuple[str, ...] | None = None
    codes: dict[str, tuple[str, ...]] | None = None
    lengths: dict[str, int] | None = None
    specifications: tuple[str, ...] | None = None  # files in parsers/hl7/specifications
    continuation_lines: bool | None = None
    require_terminator: bool | None = None
    on_count_mismatch: Literal["reject", "process"] | None = None
    totals: str | None = None  # field that BTS-3 is the sum of: FT1-11.1
    on_missing_trailer: Literal["hold", "reject", "process"] | None = None
    structure_for: dict[str, str] | None = None
    control_id_fallback: bool | None = None
    severity: dict[str, Literal["info", "warning", "error"]] | None = None  # by name of a finding
    functional: bool | None = None  # MFN is answered by MFK, orders by ORR, ORL, ORS, ORN, RRE, RRD


class TabularTable(Table):
    """``[tabular]``."""

    sender: str | None = None
    encoding: str | None = None
    encoding_fallback: str | None = None
    on_error: Literal["reject_file", "reject_document", "reject_row"] | None = None
    max_rows: int | None = Field(default=None, ge=1)
    max_errors: int | None = Field(default=None, ge=1)


class BankTable(Table):
    """``[bank]``."""

    dialect: Literal["auto", "german", "sepa", "free"] | None = None  # of field 86 of MT940
    encoding: str | None = None
    # BAI2: what a type code means that the bank defined itself: "905" = "debit"
    type_codes: dict[str, Literal["credit", "debit", "ignore"]] | None = None


class XmlTable(Table):
    """``[xml]``."""

    max_depth: int | None = Field(default=None, ge=1, le=256)
    sender: str | None = None  # where the document names none
    agreed: tuple[str, ...] | None = None  # "Invoice", "OrderRequest"
    customizations: tuple[str, ...] | None = None  # UBL CustomizationID
    profiles: tuple[str, ...] | None = None  # UBL ProfileID
    doctypes: tuple[str, ...] | None = None  # cXML: system identifiers that a DOCTYPE may have
    schemas: tuple[str, ...] | None = (
        None  # XSD files of parsers/schemas: what is not so is refused
    )


class TranslateTable(Table):
    """``[translate]``."""

    map: dict[str, str] | None = None  # message type -> map
    bill_to: Literal["payer", "guarantor", "patient"] | None = None
    authority: str | None = None
    default_quantity: bool | None = None
    timezone: str | None = None
    currency: str | None = None
    units: dict[str, str] | None = None
    checks: dict[str, Switch] | None = None


class Acknowledge(Table):
    """``[acknowledge]``: which answers, when, in which form."""

    ta1: Literal["on_request", "on_reject", "both", "always", "never"] | None = None
    functional: Literal["auto", "999", "997", "none"] | None = None
    functional_version: (  # GS08 of our 999 or 997
        Literal["005010X231A1", "005010X231", "005010X230", "005010", "004010"] | None
    ) = None
    accept_with_errors: bool | None = None
    balance: Literal["none", "999", "277ca"] | None = None  # where sums are told
    claims: Literal["none", "277ca"] | None = None  # an 837 that a 999 accepts, claim by claim
    advice: Literal["none", "824"] | None = None  # what refuses content is told by an 824
    context: Literal["all", "none"] | None = None  # CTX of the 999: the claim a fault is in
    reveal: tuple[Address, ...] | None = None  # X12 elements whose bad value may be repeated
    contrl: Literal["never", "on_request", "always", "errors_only"] | None = None
    aperak: Literal["never", "on_request", "always", "errors_only"] | None = None  # of content
    mode: Literal["auto", "original", "enhanced", "none"] | None = None
    batch: Literal["all", "errors", "report", "none"] | None = None
    ack_msh9: Literal["code", "code_event", "full"] | None = None
    half_pair: Literal["NE", "AL"] | None = None
    ack_version: str | None = None
    identity: str | None = None  # HL7: "APPLICATION|FACILITY" of ours where the message names none
    ack_warnings: bool | None = None
    answer_without_control_id: bool | None = None
    contrl_messages: Literal["refused", "all"] | None = None  # listed below UCI
    contrl_type: str | None = None  # "CONTRL:2:2:UN" where a partner wants that
    aperak_type: str | None = Field(  # "APERAK:D:96A:UN:EAN002" whatever directory was sent
        default=None, pattern="^APERAK:D:(96A|01B):UN(:[A-Z0-9]{1,6})?$"
    )
    receipt: Literal["csv", "none"] | None = None
    rejects: Literal["csv", "none"] | None = None  # refused rows go back to their sender
    response: Literal["always", "errors_only", "never"] | None = None  # ApplicationResponse, cXML
    control_prefix: str | None = None
    element_separator: str | None = None
    component_separator: str | None = None
    repetition_separator: str | None = None
    segment_terminator: str | None = None

    @model_validator(mode="after")
    def _told(self) -> Self:
        if self.balance == "277ca" and self.claims != "277ca":
            msg = 'balance = "277ca" needs claims = "277ca"'
            raise ValueError(msg)
        return self

    def by_claim(self) -> tuple[str, ...]:
        """Return the SNIP types of which a 277CA tells claim by claim (SNIP 1, 2 and 4: a 999)."""
        if self.claims != "277ca":
            return ()
        return ("3", "5", "7") if self.balance == "277ca" else ("5", "7")

    def plain(self) -> dict[str, str]:
        """Return the keys that are set, as the answer builders take them."""
        table = self.model_dump(exclude_none=True, exclude_unset=True)
        return {
            key: ("true" if value else "") if isinstance(value, bool) else value
            for key, value in table.items()
            if key != "reveal"
        } | ({"reveal": " ".join(self.reveal)} if self.reveal else {})


class OdooPartner(Table):
    """``[odoo.partner]``: the partner's own record, made if it is absent."""

    name: str = Field(min_length=1)
    ref: str = ""
    is_company: bool = True
    country: str = ""  # external id: base.us


class KindTable(Table):
    """Keys of ``[odoo]`` that hold for every kind, or in ``[odoo.kind.<kind>]`` for one."""

    company: int | None = Field(default=None, ge=1)
    slug: str | None = None
    currency: str | None = None
    sale_journal: str | None = None
    purchase_journal: str | None = None
    general_journal: str | None = None
    bank_journal: str | None = None
    receivable: str | None = None
    outstanding: str | None = None
    patient_receivable: str | None = None  # a patient's share (PR) moves to it
    patient: str | None = None  # contact that patients' shares are kept under
    adjustment: dict[str, str] | None = None  # "CO-45", "CO", "PLB-WO", "PLB", "default"
    partner: str | OdooPartner | None = None
    parties: dict[str, str] | None = None  # "SCHEME:VALUE" or "default" -> external id
    analytic: dict[str, str] | None = None  # "SCHEME:VALUE", "DEPARTMENT:...", "default"
    side: Literal["purchase", "sale"] | None = None  # whose invoices: the partner's, ours
    places: dict[str, str] | None = None  # "SCHEME:VALUE" of a ward or cost centre
    bill_to_partner: bool | None = None  # charges are billed to the partner itself
    taxes: dict[str, str] | None = None
    units: dict[str, str] | None = None
    products: (
        Literal["none", "external_id", "default_code", "barcode"]
        | tuple[Literal["default_code", "barcode"], ...]
        | None
    ) = None
    items: dict[str, str] | None = None
    create_products: bool | None = None
    party_fields: tuple[str, ...] | None = None
    party_updates: Literal["append", "overwrite"] | None = None
    notes: bool | None = None
    post: bool | None = None
    confirm: bool | None = None
    reconcile: bool | None = None
    unmatched: Literal["hold", "open"] | None = None  # claims that lead to no invoice
    orders: bool | None = None  # bills are matched with the order that they name
    price_tolerance: str | None = None  # percent
    validate_receipts: bool | None = Field(default=None, alias="validate")
    owner: dict[str, Literal["partner", "odoo", "ask"]] | None = None  # by "model.field"
    match: dict[str, tuple[str, ...]] | None = None  # claim, order, party: fields in order
    send: dict[str, tuple[str, ...]] | None = None  # by model: the fields that may leave


class CellTable(Table):
    """A cell of a record that is more than a path."""

    from_: str | None = Field(default=None, alias="from")
    table: dict[str, str | bool] | None = None  # code -> cell
    other: str | bool | None = None  # for codes that the table lacks; else they refuse
    required: bool | None = None
    party: str | tuple[str, ...] | None = None  # roles
    place: str | None = None  # path of a number; places["<scheme>:<number>"] is the cell
    analytic: str | None = None  # path of a number; analytic["<scheme>:<number>"] is the cell
    scheme: str | None = None
    item: str | None = None  # path of an item
    unit: str | None = None  # path of a quantity


class LinesTable(Table):
    """Lines of a record."""

    field: str  # of Odoo
    of: str  # a list of the document
    cells: dict[str, str | bool | CellTable]


class RecordTable(Table):
    """``[[odoo.kind.<kind>.record]]``: what documents of a kind become."""

    model: str
    cells: dict[str, str | bool | CellTable]
    lines: LinesTable | None = None
    when: dict[str, str | tuple[str, ...]] | None = None  # what the map is for, by codes
    needs: dict[str, str | tuple[str, ...]] | None = None  # else a person decides
    each: str | None = None  # a list: a record for each element
    key: tuple[str, ...] | None = None
    find: str | None = None  # field by which Odoo may have the record already
    again: Literal["keep", "overwrite"] | None = None
    compare: str | None = None  # field that is read back


class OneKindTable(KindTable):
    """``[odoo.kind.<kind>]``."""

    record: tuple[RecordTable, ...] | None = None


class OdooTable(KindTable):
    """``[odoo]``: where and how this partner's documents are posted; names are external ids."""

    target: str = "main"  # a database named in acktrail.toml; none there: calls are kept
    kind: dict[str, OneKindTable] = Field(default_factory=dict)  # by kind of document

    def plain(self) -> dict[str, object]:
        """Return the keys that are set, as the planner takes them."""
        table = self.model_dump(exclude_none=True, exclude_unset=True, by_alias=True)
        return table | {"target": self.target}
