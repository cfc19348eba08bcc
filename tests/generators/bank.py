"""Synthetic bank statements, MT940, BAI2 and camt.053: same arguments, same bytes."""

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


def bai2(  # noqa: PLR0913 - what a test may want to change
    accounts: Sequence[Sequence[int]] = ((12345, -2300),),
    *,
    opening: int = 100_000,
    off: int = 0,
    currency: str = "USD",
    modifier: str = "2",
    status: str = "1",
    details: Sequence[str] = (),
) -> bytes:
    """Return one file with one group; amounts are in minor units, totals and counts are right.

    Args:
        accounts: The entries of each account.
        opening: Balance of each account.
        off: Spoils the closing balances by so many minor units; totals agree with it.
        currency: Of the accounts; ``""`` names none.
        modifier: As-of date modifier; 1 and 3 are of an unfinished day.
        status: Of the group.
        details: Bodies of 16 records instead of those of the entries (one account).
    """
    group = [f"02,RECEIVER,ORIGIN,{status},260302,2400,,{modifier}/"]
    total = 0
    for at, cents in enumerate(accounts, 1):
        lines, amount = _bai2_account(at, cents, opening, off, currency, details)
        group += lines
        total += amount
    group.append(f"98,{total},{len(accounts)},{len(group) + 1}/")
    lines = ["01,ORIGIN,RECEIVER,260303,0600,7,,,2/", *group]
    lines.append(f"99,{total},1,{len(lines) + 1}/")
    return "".join(f"{line}\r\n" for line in lines).encode("ascii")


def _bai2_account(  # noqa: PLR0913, PLR0917 - see bai2
    at: int, cents: Sequence[int], opening: int, off: int, currency: str, details: Sequence[str]
) -> tuple[list[str], int]:
    closing = opening + sum(cents) + off
    lines = [f"03,ACC{at},{currency},010,{opening},,,015,{closing},,/"]
    total = opening + closing + sum(map(abs, cents))
    for n, one in enumerate(cents):
        code = "165" if one >= 0 else "455"
        body = details[n] if details else f"{code},{abs(one)},Z,BANK{n},REF{n},INVOICE {n}, PART/B"
        lines += f"16,{body}".split("\n")
    return [*lines, f"49,{total},{len(lines) + 1}/"], total


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
