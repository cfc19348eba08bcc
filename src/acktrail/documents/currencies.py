"""Decimal places of currencies.

Spec: ISO 4217, minor units.
"""

_WHOLE = "BIF CLP DJF GNF ISK JPY KMF KRW PYG RWF UGX VND VUV XAF XOF XPF"
_MILLS = "BHD IQD JOD KWD LYD OMR TND"


def minor_units(currency: str) -> int:
    """Return the decimal places of a currency: 2 unless listed."""
    if currency in _WHOLE.split():
        return 0
    return 3 if currency in _MILLS.split() else 2
