"""What a layout says, as frozen values.

How it is read from TOML: module ``schema``; how it judges values: module ``columns``.
"""

from dataclasses import dataclass, field
from decimal import Decimal


@dataclass(frozen=True, slots=True)
class Dialect:
    """How records and columns are written (Frictionless Table Dialect)."""

    delimiter: str = ","
    quote: str = '"'
    double_quote: bool = True
    escape: str = ""
    header: bool = True


@dataclass(frozen=True, slots=True)
class Field:
    """One column. ``start`` counts from 1 and is 0 in delimited files."""

    name: str
    type: str  # string | integer | number | date
    required: bool = False
    pattern: str = ""
    least_length: int = 0
    most_length: int = 4096
    minimum: Decimal | None = None
    maximum: Decimal | None = None
    choices: tuple[str, ...] = ()
    decimal_mark: str = "."
    group_mark: str = ""
    date_format: str = "%Y-%m-%d"
    implied_decimals: int = 0
    sign: str = "leading"  # leading | trailing | overpunch
    usage: str = "display"  # display: as characters | packed: two digits a byte
    start: int = 0
    length: int = 0
    pad: str = " "
    phi: bool = False
    aliases: tuple[str, ...] = ()
    targets: tuple[str, ...] = ()  # x-map: where the value goes in the document


@dataclass(frozen=True, slots=True)
class RecordType:
    """Rows of one shape. ``match`` is the tag that they carry; ``""`` where there are no tags."""

    match: str
    fields: tuple[Field, ...]

    @property
    def names(self) -> tuple[str, ...]:
        """The columns' names in order."""
        return tuple(one.name for one in self.fields)


@dataclass(frozen=True, slots=True)
class Trailer:
    """The last record and what of it is checked against the rows; names of its own columns."""

    match: str
    count: str = ""
    total: str = ""
    total_of: str = ""  # column of the rows that is added up


@dataclass(frozen=True, slots=True)
class Layout:
    """One kind of file: its dialect, its record types and what becomes of faults."""

    id: str
    version: str
    kind: str  # canonical kind of its documents
    format: str  # csv | fixed
    main: RecordType
    dialect: Dialect = field(default_factory=Dialect)
    others: tuple[RecordType, ...] = ()
    tag: tuple[int, int] = (0, 0)  # csv: (column, 0); fixed: (start, length); from 1, 0 = no tags
    leader: str = ""
    trailer: Trailer | None = None
    group_by: tuple[str, ...] = ()  # rows of a document, together: else the whole file is refused
    fields_match: str = "partial"  # as Frictionless: exact | equal | subset | superset
    missing: tuple[str, ...] = ("",)
    encoding: str = "utf-8"
    encoding_fallback: str = ""
    on_error: str = "document"  # row | document | file: what a faulty row takes with it
    max_errors: int = 1000
    max_rows: int = 2_000_000
    max_lines: int = 50  # physical lines of one record
    record_length: int = 0  # fixed, without line breaks; in bytes, and so are the columns
    unit: str = "characters"  # fixed: what start and length count: characters | bytes
    final_newline: str = "required"  # required | optional
    defaults: dict[str, str] = field(default_factory=dict)  # x-map target -> value if not sent

    @property
    def guide(self) -> str:
        """Id and version as results and receipts name the layout."""
        return f"{self.id}@{self.version}"
