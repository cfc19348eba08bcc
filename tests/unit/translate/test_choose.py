from collections import Counter

import pytest

from acktrail.errors import GuideError
from acktrail.model import MessageHead
from acktrail.translate.answers import AnswerTranslator
from acktrail.translate.bank import StatementTranslator
from acktrail.translate.charges import ChargeTranslator
from acktrail.translate.choose import Translators
from acktrail.translate.engine import MapTranslator
from acktrail.translate.maps import FOLDER, header, read_map
from acktrail.translate.opaque import OpaqueTranslator
from acktrail.translate.remittance import RemittanceTranslator
from acktrail.translate.rows import RowTranslator
from tests.unit.translate.running import Files, Folder, only, run
from tests.unit.translate.test_trade import ORDER_X12


@pytest.mark.parametrize(
    ("format_", "type_", "kind"),
    [
        ("x12", "850", MapTranslator),
        ("x12", "810", MapTranslator),
        ("x12", "835", RemittanceTranslator),
        ("x12", "999", AnswerTranslator),
        ("x12", "997", AnswerTranslator),
        ("edifact", "ORDERS", MapTranslator),
        ("edifact", "INVOIC", MapTranslator),
        ("edifact", "CONTRL", AnswerTranslator),
        ("hl7", "DFT^P03", ChargeTranslator),
        ("hl7", "ADT^A40", MapTranslator),
        ("hl7", "ACK^P03", AnswerTranslator),
        ("hl7", "ACK", AnswerTranslator),
        *(("hl7", one, AnswerTranslator) for one in ("MFK^M04", "ORR^O02", "ORL^O22", "RRD^O14")),
        ("tabular", "charge-export", RowTranslator),
        ("bank", "MT940", StatementTranslator),
        ("xml", "camt.053", StatementTranslator),
        ("xml", "CDA", OpaqueTranslator),
    ],
)
def test_message_gets_the_translator_of_its_type(format_: str, type_: str, kind: type) -> None:
    assert isinstance(Translators(Folder()).find(MessageHead(format_, type_, "", "1"), {}), kind)


HL7_KINDS = {  # of document, by type and event; chapters 3, 4, 6, 7, 8, 9, 10
    "party": [
        "ADT^A01",
        "ADT^A04",
        "ADT^A05",
        "ADT^A08",
        "ADT^A28",
        "ADT^A31",
        "ADT^A23",
        "ADT^A29",
    ]
    + [f"ADT^A{number}" for number in (18, 30, 34, 35, 36, *range(39, 52))],
    "opaque": [
        f"ADT^A{number:02d}"
        for number in (2, 3, 6, 7, *range(9, 18), *range(19, 23), *range(24, 28), 32, 33, 37, 38)
    ]
    + [f"ADT^A{number}" for number in (52, 53, 54, 55, 60, 61, 62)]
    + [f"MDM^T{number:02d}" for number in range(1, 12)]
    + ["ORU^R01", "VXU^V04", "BAR^P10", "BAR^P12"],
    "appointment": [f"SIU^S{number}" for number in (*range(12, 25), 26)],
    "service_order": ["ORM^O01", "OML^O21", "OML^O33", "OML^O35"],
    "supply_request": [
        *("OMS^O05", "OMN^O07", "RDE^O01", "RDE^O11", "RDE^O25", "RDS^O01", "RDS^O13"),
    ],
    "charge": ["DFT^P03", "DFT^P11"],
    "account": ["BAR^P01", "BAR^P02", "BAR^P05", "BAR^P06"],
    "master_data": ["MFN^M02", "MFN^M04", "MFN^M05", "MFN^M13", "MFN^M14", "MFN^M16"],
    "inventory_report": ["MFN^M15"],
}


@pytest.mark.parametrize(
    ("type_", "kind"), [(type_, kind) for kind, types in HL7_KINDS.items() for type_ in types]
)
def test_hl7_event_has_a_map_of_its_kind_or_is_kept_unread_by_design(type_: str, kind: str) -> None:
    files, claimed = Folder(), list[str]()
    for file in files.names(FOLDER):
        if file.startswith("hl7-"):
            name = file.removesuffix(".toml")
            known = header(name, read_map(files, name))
            claimed += known.kinds if type_ in known.types else ()

    assert claimed == [kind]


@pytest.mark.parametrize(
    ("format_", "type_"), [("x12", "278"), ("hl7", "QRY^A19"), ("edifact", "TAXCON")]
)
def test_message_without_a_map_gets_no_translator(format_: str, type_: str) -> None:
    assert Translators(Folder()).find(MessageHead(format_, type_, "", "1"), {}) is None


def test_profile_may_name_another_map() -> None:
    text = """
        schema = "acktrail/map/1"
        format = "x12"
        kinds = ["order"]
        [document.BEG]
        id = "BEG03"
    """
    files = Files({"maps/own.toml": text})
    options = {"map": {"850": "own"}, "currency": "CAD"}

    translator = Translators(files).find(MessageHead("x12", "850", "", "1"), options)

    assert translator is not None
    document = only(run(translator, "BEG*00*SA*N1"))
    assert (document.id, document.currency) == ("N1", "CAD")


def test_map_that_the_profile_names_and_is_not_there_is_a_setup_error() -> None:
    with pytest.raises(GuideError):
        Translators(Files({})).find(MessageHead("x12", "850", "", "1"), {"map": {"850": "own"}})


def test_units_and_time_zone_of_the_profile_reach_the_map() -> None:
    options = {"units": {"QQ": "XBX"}, "timezone": "Europe/Berlin"}

    translator = Translators(Folder()).find(MessageHead("x12", "850", "", "1"), options)

    assert translator is not None
    assert only(run(translator, ORDER_X12.replace("10*EA", "10*QQ"))).id == "PO1001"


def test_time_zone_that_does_not_exist_is_a_setup_error() -> None:
    with pytest.raises(GuideError, match="timezone"):
        Translators(Folder()).find(MessageHead("x12", "850", "", "1"), {"timezone": "Mars/Base"})


class Counted(Folder):
    """The repository's maps; counts how often each file is read."""

    def __init__(self) -> None:
        self.reads: Counter[str] = Counter()

    def read(self, path: str) -> bytes:
        self.reads[path] += 1
        return super().read(path)


def test_map_is_compiled_once_for_equal_options_and_anew_for_others() -> None:
    files = Counted()
    translators = Translators(files)
    head = MessageHead("x12", "850", "", "1")

    first, second = (translators.find(head, {"currency": "USD"}) for _ in range(2))
    once = files.reads["maps/x12-850.toml"]
    again = translators.find(head, {"currency": "CAD", "units": {"QQ": "XBX"}})

    assert first is not second
    assert (once, files.reads["maps/x12-850.toml"]) == (2, 3)  # its head, then the whole
    assert again is not None
    assert only(run(again, ORDER_X12.replace("10*EA", "10*QQ"))).id == "PO1001"
