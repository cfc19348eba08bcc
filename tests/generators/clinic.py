"""Synthetic HL7 v2 messages of clinical administration: same arguments, same bytes."""

from tests.generators.hl7 import happened, person, segment

NAMES = "PATHS^2.999.3^ISO|RIVERSIDE|ACKTRAIL^2.999.1^ISO|ERP"


def header(event: str, structure: str, control: str, version: str = "2.5.1") -> str:
    """Write MSH."""
    return f"MSH|^~\\&|{NAMES}|20260102030405-0500||{event}^{structure}|{control}|P|{version}"


def visit(number: int) -> str:
    """Write PV1."""
    return segment("PV1", {1: "1", 2: "O", 3: "CLIN^^^RIVER", 19: f"V{number:07d}^^^RIVER^VN"})


def patient(number: int) -> str:
    """Write PID with a record number of the clinic."""
    return person(number).replace("^^^HOSP^MR", "^^^RIVER^MR")


def appointment(event: str = "S12", number: int = 1) -> list[str]:
    """Return an SIU: an hour with a nurse, then half an hour in a room."""
    return [
        header(f"SIU^{event}", "SIU_S12", f"SIU{event}{number:04d}"),
        segment(
            "SCH",
            {
                1: f"P{number:04d}^PATHS",
                2: f"A{number:04d}^PATHS",
                6: "ROUTINE",
                7: "CHECK^Sample reason^L",
                16: "N1001",
                20: "N1001",
            },
        ),
        patient(number),
        visit(number),
        segment("RGS", {1: "1", 2: "A"}),
        segment(
            "AIS",
            {1: "1", 2: "A", 3: "99213^Sample visit^CPT", 4: "20260301093000", 7: "30", 8: "min"},
        ),
        segment("AIL", {1: "1", 2: "A", 3: "ROOM2^^^RIVER", 6: "20260301093000"}),
        segment(
            "AIP", {1: "1", 2: "A", 3: "N1001^Teststaff^Canaryname^^^^^^RIVER", 6: "20260301093000"}
        ),
        "NTE|1||Sample note about Canaryname",
    ]


def order(control: str = "NW", number: int = 1) -> list[str]:
    """Return an ORM with two services."""
    return [
        header("ORM^O01", "ORM_O01", f"ORM{control}{number:04d}"),
        patient(number),
        visit(number),
        *(
            line
            for service in (1, 2)
            for line in (
                segment("ORC", {1: control, 2: f"O{number:04d}-{service}^PATHS", 4: f"G{number}"}),
                segment(
                    "OBR",
                    {
                        1: str(service),
                        2: f"O{number:04d}-{service}^PATHS",
                        4: f"8060{service}^Sample panel {service}^LN",
                        27: "^^^20260302080000^^S",
                    },
                ),
                segment("DG1", {1: "1", 3: "E11.9^Sample finding^I10", 6: "F"}),
            )
        ),
    ]


def supplies(event: str = "OMS^O05", number: int = 1) -> list[str]:
    """Return a request of a department for two items."""
    return [
        header(event, event.replace("^", "_"), f"{event[:3]}{number:06d}"),
        *(
            line
            for item in (1, 2)
            for line in (
                segment("ORC", {1: "NW", 2: f"R{number:04d}-{item}^PATHS"}),
                segment(
                    "RQD",
                    {
                        1: str(item),
                        2: f"INT{item:03d}^Sample item {item}^L",
                        3: f"EXT{item:03d}^^V",
                        5: str(item * 10),
                        6: "BX",
                        7: "WARD3",
                        10: "20260110",
                    },
                ),
                segment("RQ1", {1: f"{item}2.50", 4: "VEND1^Sample vendor", 5: f"CAT{item:03d}"}),
            )
        ),
    ]


def dispense(number: int = 1) -> list[str]:
    """Return an RDS: one medicine was handed out."""
    return [
        header("RDS^O13", "RDS_O13", f"RDS{number:06d}"),
        patient(number),
        visit(number),
        segment("ORC", {1: "RE", 2: f"X{number:04d}^PATHS", 3: f"RX{number:04d}^PHARM"}),
        segment(
            "RXD",
            {
                1: "1",
                2: "0093-0147^Sample medicine^NDC",
                3: "20260102101500",
                4: "30",
                5: "EA",
                7: f"RX{number:04d}",
            },
        ),
        "RXR|PO^Oral^HL70162",
    ]


def account(event: str = "P01", number: int = 1) -> list[str]:
    """Return a BAR about a billing account."""
    structure = {"P01": "BAR_P01", "P02": "BAR_P02", "P05": "BAR_P05", "P06": "BAR_P06"}[event]
    lines = [
        header(f"BAR^{event}", structure, f"BAR{event}{number:04d}"),
        happened(event, "2.5.1"),
        patient(number),
        segment(
            "PV1",
            {1: "1", 2: "I", 19: f"V{number:07d}^^^RIVER^VN", 44: "20260101083000", 45: "20260104"},
        ),
    ]
    if event in {"P01", "P05"}:
        lines += [
            segment("GT1", {1: "1", 2: f"G{number:06d}", 3: "Testguarantor^Canaryname"}),
            segment("IN1", {1: "1", 2: "PLAN1^Plan^L", 3: "NORTHWIND"}),
            segment("IN1", {1: "2", 2: "PLAN2^Plan^L", 3: "SOUTHWIND"}),
        ]
    return lines


def charges(number: int = 1) -> list[str]:
    """Return an MFN^M04: one charge is added with its price, one is no longer used."""
    return [
        header("MFN^M04", "MFN_M04", f"MFN04{number:04d}"),
        "MFI|CDM^Charge description master^HL70175||UPD|||NE",
        "MFE|MAD|1|20260201|99213|CE",
        "CDM|99213^Sample visit^CPT|Visit|Sample visit, short|||||A",
        segment("PRC", {1: "99213", 5: "120.50&USD", 11: "20260201", 12: "20261231"}),
        "MFE|MDC|2|20260201|99299|CE",
        "CDM|99299^Sample old visit^CPT||Sample old visit|||||I",
    ]


def staff(number: int = 1) -> list[str]:
    """Return an MFN^M02: a nurse has a new phone."""
    return [
        header("MFN^M02", "MFN_M02", f"MFN02{number:04d}"),
        "MFI|STF^Staff^HL70175||UPD|||NE",
        "MFE|MUP|1|20260201|N1001|CE",
        "STF|N1001|N1001^^^RIVER|Nurse^Sample||F||A|||(555)555-0101^WPN^PH^^^555^5550101",
    ]


def items(number: int = 1) -> list[str]:
    """Return an MFN^M16 of version 2.6: one item with its vendor and price."""
    return [
        header("MFN^M16", "MFN_M16", f"MFN16{number:04d}", "2.6"),
        "MFI|INV^Inventory^HL70175||UPD|||NE",
        "MFE|MAD|1|20260201|INT001|CE",
        "ITM|INT001|Sample gloves, box|A||||MAN1|Sample maker|MK-77||||18.40&USD",
        "VND|1|VEND1|Sample vendor|CAT001",
        "PKG|1|BX||1|16.10&USD",
    ]


def stock(number: int = 1) -> list[str]:
    """Return an MFN^M15: what is in stock of one lot."""
    return [
        header("MFN^M15", "MFN_M15", f"MFN15{number:04d}"),
        "MFI|INV^Inventory^HL70175||UPD||20260102|NE",
        "MFE|MUP|1||INT001|CE",
        "IIM|INT001^^L|INT001^Sample item^L|LOT77|20271231||||||||40|BX",
    ]


def result(number: int = 1) -> list[str]:
    """Return an ORU whose content is nobody's business but the ward's."""
    return [
        header("ORU^R01", "ORU_R01", f"ORU{number:06d}"),
        patient(number),
        f"OBR|1|P{number}|L{number}|24323-8^Sample panel^LN|||20260101083000",
        "OBX|1|TX|X^Sample^L||Canaryname has a sample result||||||F",
    ]


def vaccination(number: int = 1) -> list[str]:
    """Return a VXU, which nobody here subscribed to."""
    return [
        header("VXU^V04", "VXU_V04", f"VXU{number:06d}"),
        patient(number),
        "ORC|RE||V1^PATHS",
        "RXA|0|1|20260101||141^Sample vaccine^CVX|0.5|mL||||||||LOT9",
    ]


def everything() -> list[list[str]]:
    """Return one message of each kind, and appointments and accounts in all their states."""
    return [
        *(appointment(event, 1) for event in ("S12", "S13", "S15")),
        appointment("S26", 2),
        order("NW"),
        order("CA"),
        order("SC", 2),
        supplies(),
        supplies("OMN^O07", 2),
        dispense(),
        *(account(event) for event in ("P01", "P05", "P06")),
        charges(),
        staff(),
        items(),
        stock(),
        result(),
        vaccination(),
    ]
