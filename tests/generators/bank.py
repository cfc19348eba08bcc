"""Synthetic bank statements, MT940 and camt.053: same arguments, same bytes."""

from collections.abc import Sequence

IBAN = "DE02120300000000202051"  # a published example, no account
CAMT = "urn:iso:std:iso:20022:tech:xsd:camt.053.001."


def amount(cents: int) -> str:
    """Write an amount as MT940 does."""
    return f"{abs(cents) // 100},{abs(cents) % 100:02}"


def mark(cents: int) -> str:
    """Return the debit or credit mark."""
    return "C" if cents >= 0 else "D"


def mt940(
    cents: Sequence[int] = (12345, -2300), *, opening: int = 100_000, off: int = 0, number: int = 1
) -> bytes:
    """Return one statement; ``off`` spoils the closing balance by so many cents."""
    closing = opening + sum(cents) + off
    lines = [
        f":20:STMT{number}",
        f":25:{IBAN}",
        f":28C:{number}/1",
        f":60F:{mark(opening)}260301EUR{amount(opening)}",
    ]
    for n, one in enumerate(cents):
        lines += [
            f":61:2603020302{mark(one)}R{amount(one)}NTRFNONREF//BANK{n}",
            (
                f":86:166?00SEPA?20EREF+E2E-{n}?21SVWZ+INVOICE {n}?31{IBAN}"
                "?32SYNTHETIC SUPPLIER?33 LTD"
            ),
        ]
    lines += [f":62F:{mark(closing)}260302EUR{amount(closing)}", "-"]
    return "".join(f"{line}\r\n" for line in lines).encode("ascii")


def camt053(
    cents: Sequence[int] = (12345, -2300),
    *,
    opening: int = 100_000,
    off: int = 0,
    version: str = "02",
    statements: int = 1,
) -> bytes:
    """Return statements that add up, unless ``off`` spoils the closing balance."""
    body = "".join(_statement(cents, opening, off, version, n) for n in range(1, statements + 1))
    return (
        f'<?xml version="1.0" encoding="UTF-8"?>\n<Document xmlns="{CAMT}{version}">'
        f"<BkToCstmrStmt><GrpHdr><MsgId>M1</MsgId></GrpHdr>\n{body}</BkToCstmrStmt></Document>\n"
    ).encode()


def _statement(cents: Sequence[int], opening: int, off: int, version: str, number: int) -> str:
    closing = opening + sum(cents) + off
    entries = "".join(_entry(one, n, version) for n, one in enumerate(cents))
    return (
        f"<Stmt><Id>S{number}</Id><ElctrncSeqNb>{number}</ElctrncSeqNb>"
        f"<Acct><Id><IBAN>{IBAN}</IBAN></Id><Ccy>EUR</Ccy></Acct>"
        f"{_balance('OPBD', opening)}{_balance('CLBD', closing)}{entries}</Stmt>\n"
    )


def _sum(cents: int) -> str:
    sign = "CRDT" if cents >= 0 else "DBIT"
    whole = f"{abs(cents) // 100}.{abs(cents) % 100:02}"
    return f'<Amt Ccy="EUR">{whole}</Amt><CdtDbtInd>{sign}</CdtDbtInd>'


def _balance(code: str, cents: int) -> str:
    kind = f"<Tp><CdOrPrtry><Cd>{code}</Cd></CdOrPrtry></Tp>"
    return f"<Bal>{kind}{_sum(cents)}<Dt><Dt>2026-03-01</Dt></Dt></Bal>"


def _entry(cents: int, number: int, version: str) -> str:
    new = version == "08"
    status = "<Cd>BOOK</Cd>" if new else "BOOK"
    name = "<Nm>Synthetic Supplier Ltd</Nm>"
    side = "Dbtr" if cents >= 0 else "Cdtr"
    party = f"<{side}>{f'<Pty>{name}</Pty>' if new else name}</{side}>"
    return (
        f"<Ntry>{_sum(cents)}<Sts>{status}</Sts><BookgDt><Dt>2026-03-02</Dt></BookgDt>"
        f"<ValDt><DtTm>2026-03-03T00:00:00+01:00</DtTm></ValDt><AcctSvcrRef>BANK{number}</AcctSvcrRef>"
        "<BkTxCd><Domn><Cd>PMNT</Cd><Fmly><Cd>RCDT</Cd><SubFmlyCd>ESCT</SubFmlyCd></Fmly></Domn>"
        f"</BkTxCd><NtryDtls><TxDtls><Refs><EndToEndId>E2E-{number}</EndToEndId></Refs>"
        f"<RltdPties>{party}</RltdPties><RmtInf><Ustrd>INVOICE {number}</Ustrd></RmtInf>"
        "</TxDtls></NtryDtls></Ntry>"
    )
