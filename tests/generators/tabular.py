"""Synthetic tabular files: same arguments, same bytes. All people and firms are invented."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import UTC, datetime
from decimal import Decimal
from pathlib import Path

from acktrail.errors import GuideError
from acktrail.formats.tabular.columns import Columns
from acktrail.model import Finding, MessageResult, ReadResult, Severity
from acktrail.ports import Event, FileFinding, InterchangeEnd, MessageEnd, Reader

PARSERS = Path(__file__).parents[2] / "parsers"
AT = datetime(2026, 3, 15, 12, 30, tzinfo=UTC)
INVOICE = (
    *("invoice_no", "invoice_date", "type", "order_no", "seller_id", "buyer_id", "due_date"),
    *("currency", "line_no", "item_id", "description", "qty", "uom", "price", "line_total"),
    *("tax_rate", "tax_code", "total_net", "total_tax", "total"),
)
CHARGE = (
    *("visit", "account", "line_key", "type", "service_date", "code", "code_system", "qty"),
    *("unit_price", "amount", "currency", "department", "payer_id"),
)
GLN = "4000001000005"


class Layouts:
    """The repository's layouts as a DataFiles port, with some of a test's own."""

    def __init__(self, own: Mapping[str, str] | None = None) -> None:
        self.own = {f"tabular/{name}.toml": text for name, text in (own or {}).items()}

    def read(self, path: str) -> bytes:
        if path in self.own:
            return self.own[path].encode()
        file = PARSERS / path
        if not file.is_file():
            msg = f"{path} is not there"
            raise GuideError(msg)
        return file.read_bytes()

    def names(self, folder: str) -> Sequence[str]:
        own = {path.rpartition("/")[2] for path in self.own}
        return sorted(own | {file.name for file in (PARSERS / folder).glob("*.toml")})


def csv_file(header: Sequence[str], rows: Iterable[Sequence[str]]) -> bytes:
    """Write a delimited file as our layouts ask for it."""
    lines = [";".join(header), *(";".join(row) for row in rows)]
    return "".join(f"{line}\r\n" for line in lines).encode()


def invoice_rows(number: str, lines: int = 2) -> list[list[str]]:
    """Return the rows of one invoice that adds up."""
    net = sum(Decimal(10 * (n + 1)) for n in range(lines))
    tax = (net * Decimal("0.19")).quantize(Decimal("0.01"))
    head = [number, "2026-03-01", "invoice", "PO7", GLN, "HOSP1", "2026-03-31", "EUR"]
    tail = ["19", "S", f"{net}.00", str(tax), str(net + tax)]
    return [
        [
            *head,
            str(n + 1),
            f"ART-{n}",
            f"Item {n}",
            str(n + 1),
            "C62",
            "10.00",
            f"{10 * (n + 1)}.00",
            *tail,
        ]
        for n in range(lines)
    ]


def invoices(count: int = 2, lines: int = 2) -> bytes:
    """Return a file of invoices."""
    rows = [row for n in range(count) for row in invoice_rows(f"INV{n:04}", lines)]
    return csv_file(INVOICE, rows)


def charge_row(visit: str, key: str, **other: str) -> list[str]:
    """Return one charge; ``other`` replaces columns."""
    row = dict(
        zip(
            CHARGE,
            [
                visit,
                "A1",
                key,
                "CHARGE",
                "2026-03-02",
                "99213",
                "HCPCS",
                "2",
                "10.25",
                "20.50",
                "EUR",
                "RAD",
                "PAYER1",
            ],
            strict=True,
        )
    )
    return list((row | other).values())


def charges(count: int = 4) -> bytes:
    """Return a file of charges, two a visit."""
    return csv_file(CHARGE, [charge_row(f"V{n // 2:04}", f"K{n}") for n in range(count)])


def fixed_charges(
    amounts: Sequence[int] = (2050, -100), *, rows: int = -1, total: int = 0
) -> bytes:
    """Return a fixed-width file; ``amounts`` in cents; ``rows`` and ``total`` may be wrong."""
    lines = ["H" + "FACILITY1".ljust(12) + "20260301" + "EUR"]
    for n, amount in enumerate(amounts):
        kind = "CG" if amount >= 0 else "CD"
        sign = "-" if amount < 0 else " "
        lines.append(
            "D"
            + f"V{n // 2}".ljust(12)
            + "A1".ljust(12)
            + f"K{n}".ljust(10)
            + kind
            + "20260302"
            + "99213".ljust(10)
            + "0000100"
            + f"{amount:010}".replace("-", "0")[-10:]
            + f"{abs(amount):010}{sign}"
            + "RAD".ljust(8)
        )
    sum_ = total or sum(amounts)
    sign = "-" if sum_ < 0 else " "
    lines.append(f"T{len(amounts) if rows < 0 else rows:08}{abs(sum_):014}{sign}")
    return "".join(f"{line}\n" for line in lines).encode("latin-1")


def packed(number: int, size: int) -> bytes:
    """Write a packed decimal of ``size`` bytes."""
    return bytes.fromhex(f"{abs(number):0{2 * size - 1}}{'d' if number < 0 else 'c'}")


def overpunched(number: int, width: int) -> str:
    """Write a display number whose last digit carries the sign."""
    digits = f"{abs(number):0{width}}"
    return digits[:-1] + ("}JKLMNOPQR" if number < 0 else "{ABCDEFGHI")[int(digits[-1])]


def mainframe_charges(amounts: Sequence[int] = (2050, -100), encoding: str = "cp037") -> bytes:
    """Return a file of EBCDIC records of 80 bytes; ``amounts`` in cents, two a visit."""
    head = "H" + "FACILITY1".ljust(12) + "20260301" + "EUR"
    records = [head.encode(encoding)]
    for n, amount in enumerate(amounts):
        text = f"D{f'V{n // 2}':12}{'A1':12}{f'K{n}':10}{'CG' if amount >= 0 else 'CD'}"
        numbers = packed(100, 3) + packed(amount, 5)
        numbers += overpunched(amount, 10).encode("cp037")
        records.append(
            f"{text}20260302{'99213':8}".encode(encoding)
            + numbers
            + "R\u00d6+{}".ljust(8).encode(encoding)
        )
    end = packed(len(amounts), 4) + packed(sum(amounts), 8)
    records.append("T".encode(encoding) + end)
    return b"".join(record.ljust(80, b"\x40") for record in records)


def accepted(columns: Columns, cells: Sequence[str]) -> list[str] | None:
    """Return the canonical cells of a row that is judged with others; None where one is faulty."""
    canonical, faulty, _changed = columns.accept([[cell] for cell in cells])
    return None if faulty else [texts[0] for texts in canonical]


def read(reader: Reader, body: bytes, size: int = 1 << 18) -> list[Event]:
    """Return every event of a file, fed in chunks of ``size``."""
    events: list[Event] = []
    for at in range(0, len(body), size):
        events += reader.feed(body[at : at + size])
    return [*events, *reader.close()]


def result_of(format_: str, events: Iterable[Event]) -> ReadResult:
    """Fold events as the read stage does."""
    seen = list(events)
    findings = tuple(one.finding for one in seen if isinstance(one, FileFinding))
    ends = tuple(one.result for one in seen if isinstance(one, InterchangeEnd))
    usable = all(one.severity is not Severity.FATAL for one in findings)
    return ReadResult(format_, usable, findings, ends)


def messages(events: Iterable[Event]) -> list[MessageResult]:
    """Return the results of all messages."""
    return [one.result for one in events if isinstance(one, MessageEnd)]


def all_findings(events: Iterable[Event]) -> list[Finding]:
    """Return every finding, of the file and of its messages."""
    seen = list(events)
    found = [one.finding for one in seen if isinstance(one, FileFinding)]
    return found + [finding for message in messages(seen) for finding in message.findings]


def names(events: Iterable[Event]) -> list[str]:
    """Return the rule names of all findings."""
    return [finding.rule for finding in all_findings(events)]
