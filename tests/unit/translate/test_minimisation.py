"""Canary values in every field of the right column of docs/canonical.md, section Minimisation."""

import re

import pytest

from acktrail.documents.encoding import encode_compact
from acktrail.model import MessageHead
from acktrail.translate.remittance import RemittanceTranslator
from acktrail.translate.translator import Translator
from tests.unit.translate.running import mapped, run

CANARY = re.compile("CANARY|99999[0-9]{4}|E11|19800215", re.IGNORECASE)

REMITTANCE = """
BPR*I*0*C*NON************20260105
TRN*1*TR1*1234567890
PER*CX*CANARYNAME*TE*999990001
N1*PE*CANARYNAME*XX*1234567893
N2*CANARYNAME
N3*CANARYSTREET*CANARYSTREET
N4*CANARYTOWN*NY*999990001
RDM*EM*CANARYNAME*canary@example.org
CLP*A1*1*0*0**12*PC1*11*1
NM1*QC*1*CANARYNAME*CANARY*C**CANARY*MI*999990001
NM1*IL*1*CANARYNAME*CANARY*C**CANARY*34*999990001
NM1*74*1*CANARYNAME*CANARY*C**CANARY*C*999990001
NM1*82*1*CANARYNAME*CANARY****FI*999990001
NM1*GB*1*CANARYNAME*CANARY****MI*999990001
DMG*D8*19800215*F
REF*SY*999990001
REF*1W*CANARYMEMBER
HI*ABK:E119
MIA*0***0*MA01
SVC*HC:99213:::::CANARYTEXT*0*0****CANARY
REF*SY*999990001
NTE*ADD*CANARYTEXT
PLB*999990001*20261231*WO:REF9*0
"""
CHARGE = """
PID|1|999990001|22^^^HOSP^MR~999990001^^^SSA^SS||CANARY^NAME|CANARY|19800215|F|CANARY|CANARY|CANARY||CANARY|CANARY|CANARY|CANARY|CANARY|ACC1|999990001|CANARY
PD1|||CANARY
NK1|1|CANARY
PV1|1|O||||||CANARY|CANARY||||||||||V1
AL1|1|CANARY
FT1|1|T1||20260101|20260102|CG|99201^CANARYTEXT^C4|CANARYTEXT|CANARYTEXT|2|100&USD|50&USD|CARD^CANARY|P1^CANARY|||||E119^CANARY|CANARY^DOC|CANARY^DOC
NTE|1||CANARYTEXT
DG1|1||E119^CANARY
OBX|1|ST|1||CANARYTEXT
GT1|1|G1|CANARY^NAME||CANARY|CANARY|CANARY|19800215||||999990001
IN1|1|P|PAY1|CANARY|CANARY|CANARY|CANARY|CANARY||||||||CANARY^NAME||19800215|CANARY
IN2|1|999990001
ACC|19800215|CANARY
ZPI|1|CANARY
"""
PERSON = """
EVN|A08|20260102030405|CANARY|CANARY|CANARY
PID|1|999990001|22^^^HOSP^MR~999990001^^^SSA^SS|CANARY|Testperson^Ann|CANARY^MOTHER|19800215|F|CANARY^ALIAS|CANARY-RACE||CANARY|||eng|CANARY-M|CANARY-REL|CANARY-ACC|999990001|CANARY-DL||CANARY-ETHNIC|CANARY-BIRTHPLACE
PD1|||CANARY
NK1|1|CANARY^NAME
PV1|1|I|CANARY|||||CANARY|||||||||||CANARY
AL1|1|CANARY
DG1|1||E119^CANARY
OBX|1|ST|1||CANARYTEXT
GT1|1|CANARY
IN1|1|CANARY|CANARY|CANARY
ZPI|1|CANARY
"""


@pytest.mark.parametrize(
    ("translator", "format_", "type_", "text"),
    [
        (RemittanceTranslator(), "x12", "835", REMITTANCE),
        (mapped("hl7-dft", {"bill_to": "payer"}), "hl7", "DFT^P03", CHARGE),
        (mapped("hl7-adt", {"authority": "HOSP"}), "hl7", "ADT^A08", PERSON),
    ],
    ids=["remittance", "charge", "party"],
)
def test_canary_values_never_reach_a_document(
    translator: Translator, format_: str, type_: str, text: str
) -> None:
    documents, findings = run(translator, text, format_, MessageHead(format_, type_, "", "C1"))

    assert len(documents) == 1, findings
    shown = encode_compact(documents[0]).decode()
    assert CANARY.search(shown) is None
    assert CANARY.search(repr(findings)) is None


@pytest.mark.parametrize(
    ("translator", "format_", "type_", "text"),
    [
        (RemittanceTranslator(), "x12", "835", REMITTANCE),
        (mapped("hl7-dft", {"bill_to": "payer"}), "hl7", "DFT^P03", CHARGE),
        (mapped("hl7-adt", {"authority": "HOSP"}), "hl7", "ADT^A08", PERSON),
    ],
    ids=["remittance", "charge", "party"],
)
def test_canary_values_in_place_of_every_number_and_date_never_reach_a_finding(
    translator: Translator, format_: str, type_: str, text: str
) -> None:
    spoilt = re.sub(r"(?<=[*|])(?:[0-9]+)(?=[*|&^])", "CANARY99", text)

    _, findings = run(translator, spoilt, format_, MessageHead(format_, type_, "", "C1"))

    assert findings
    assert CANARY.search(repr(findings)) is None
