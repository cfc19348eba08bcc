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
CLAIM_NAMES = {"82": "RENDERING", "TT": "CROSSOVER"}  # NM109 only; QC, IL, 74, GB are persons
ORGANISATION_IDS = {"82": ("XX",), "TT": ("PI", "XV", "AD", "FI", "NI")}
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
DAYS = {  # DTM01 -> the ends of the period that it sets
    "472": ("start", "end"),
    "150": ("start",),
    "151": ("end",),
    "232": ("start",),
    "233": ("end",),
}
REQUIRED = (("amount", "BPR02"), ("on", "BPR16"), ("trace", "TRN02"), ("payer", "TRN03"))
FRAMING = frozenset({"ST", "SE", "LX"})
# Tags whose first element is a code that says what the segment is about.
QUALIFIED = frozenset({"REF", "DTM", "AMT", "QTY", "NM1", "N1", "PER", "LQ", "CAS"})
