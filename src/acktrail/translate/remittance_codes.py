"""The codes of an 835 that the remittance takes, and what they become; others are passed over."""

PROCEDURES = {  # element 235 in SVC01-1
    "HC": "HCPCS",
    "AD": "CDT",
    "N4": "NDC",
    "NU": "NUBC",
    "HP": "HIPPS",
    "IV": "HIEC",
    "WK": "ABC",
    "ER": "JURISDICTION",
}
PARTY_ROLES = {"PR": "PAYER", "PE": "PAYEE"}
PARTY_IDS = {"XX": "NPI", "FI": "TIN", "XV": "HPID"}
PARTY_REFERENCES = {"2U": "PAYER_ID", "EO": "SUBMITTER", "HI": "HIN", "NF": "NAIC", "TJ": "TIN"}
CLAIM_REFERENCES = {
    "G1": "AUTHORISATION",
    "EA": "RECORD",
    "1L": "GROUP_POLICY",
    "F8": "PREVIOUS",
    "CE": "CONTRACT_CLASS",
    "9A": "REPRICED",
    "9C": "REPRICED_ADJUSTED",
}
CLAIM_NAMES = {  # NM101 -> NM109 when NM108 is one of these; QC, IL, 74 and GB are persons
    "82": ("RENDERING", ("XX",)),
    "TT": ("CROSSOVER", ("PI", "XV", "AD", "FI", "NI")),
}
REMARK_LISTS = {"HE": "RARC", "RX": "NCPDP"}
MODIFIERS = (3, 4, 5, 6)
MIA_REMARKS = (5, 20, 21, 22, 23)
MOA_REMARKS = (3, 4, 5, 6, 7)
CAS_TRIPLES = (2, 5, 8, 11, 14, 17)
PLB_PAIRS = (3, 5, 7, 9, 11, 13)
DEBIT = "D"
DOLLARS = "USD"  # 835 TR3: CUR is sent when the payment is in another currency
PRODUCTION = "405"
LINE_CONTROL = "6R"
DAYS = {  # DTM01 -> whether it is the first, the last day
    "472": (True, True),
    "150": (True, False),
    "151": (False, True),
    "232": (True, False),
    "233": (False, True),
}
REQUIRED = (("amount", "BPR02"), ("on", "BPR16"), ("trace", "TRN02"), ("payer", "TRN03"))
FRAMING = frozenset({"ST", "SE", "LX"})
# Tags whose first element is a code that says what the segment is about.
QUALIFIED = frozenset({"REF", "DTM", "AMT", "QTY", "NM1", "N1", "PER", "LQ", "CAS"})
