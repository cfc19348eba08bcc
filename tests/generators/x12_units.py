"""Synthetic X12 of health: 837P, 834, 820 and 276-like sets, right unless a test changes them.

Segments are text with ``*`` and ``:``, as in ``tests.generators.x12``. All people are invented.
"""

from collections.abc import Sequence

from tests.generators.x12 import closed, group


def claims(control: str = "0001", numbers: Sequence[str] = ("PCN0001", "PCN0002")) -> list[str]:
    """Return the segments of an 837P (005010X222A1), one subscriber and claim a number."""
    segments = [
        f"ST*837*{control}*005010X222A1",
        "BHT*0019*00*BATCH1*20260315*1200*CH",
        "NM1*41*2*EXAMPLE BILLING*****46*SUBMIT1",
        "PER*IC*HELP DESK*TE*8005550100",
        "NM1*40*2*EXAMPLE PAYER*****46*PAYER1",
        "HL*1**20*1",
        "NM1*85*2*EXAMPLE CLINIC*****XX*1234567893",
        "N3*1 CLINIC ROAD",
        "N4*DENVER*CO*802020001",
        "REF*EI*512345678",
    ]
    for at, number in enumerate(numbers, 2):
        segments += [
            f"HL*{at}*1*22*0",
            "SBR*P*18*******CI",
            "NM1*IL*1*TESTPERSON*CANARYNAME****MI*W100200300",
            "N3*2 HOME STREET",
            "N4*DENVER*CO*802020002",
            "DMG*D8*19800101*F",
            "NM1*PR*2*EXAMPLE PAYER*****PI*PAYER1",
            f"CLM*{number}*120***11:B:1*Y*A*Y*Y",
            "HI*ABK:J069",
            "LX*1",
            "SV1*HC:99213*120*UN*1***1",
            "DTP*472*D8*20260301",
        ]
    return closed(segments)


def claim_group(*sets: Sequence[str], control: str = "905") -> list[str]:
    """Return a group of 837P."""
    return group("HC", "005010X222A1", sets or (claims(),), control=control)


def members(control: str = "0001", numbers: Sequence[str] = ("SUB0001", "SUB0002")) -> list[str]:
    """Return the segments of an 834 (005010X220A1), one subscriber a number."""
    segments = [
        f"ST*834*{control}*005010X220A1",
        "BGN*00*BATCH2*20260315*1200****4",
        "N1*P5*EXAMPLE EMPLOYER*FI*512345678",
        "N1*IN*EXAMPLE PAYER*FI*512345679",
    ]
    for number in numbers:
        segments += [
            "INS*Y*18*030*XN*A***FT",
            f"REF*0F*{number}",
            "REF*1L*GROUP1",
            "NM1*IL*1*TESTPERSON*CANARYNAME",
            "HD*030**HLT",
            "DTP*348*D8*20260101",
        ]
    return closed(segments)


def member_group(*sets: Sequence[str], control: str = "905") -> list[str]:
    """Return a group of 834."""
    return group("BE", "005010X220A1", sets or (members(),), control=control)
