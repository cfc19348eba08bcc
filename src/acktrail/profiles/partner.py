"""The schema of ``partners/<id>/<version>.toml``: everything that governs one partner's files."""

import tomllib
from datetime import timedelta
from decimal import Decimal
from typing import Any, Literal

from pydantic import Field, ValidationError, model_validator

from acktrail.errors import ProfileError
from acktrail.profiles.formats import (
    Acknowledge,
    BankTable,
    EdifactTable,
    Hl7Table,
    OdooTable,
    TabularTable,
    TranslateTable,
    X12Table,
    XmlTable,
)
from acktrail.profiles.problems import MAX_PROFILE_BYTES, check_shape, problems
from acktrail.profiles.values import (
    Days,
    Duration,
    Fingerprint,
    Glob,
    HostKeyLine,
    Name,
    PartnerId,
    SecretRef,
    Size,
    Table,
)

FORMATS = Literal["x12", "edifact", "hl7", "tabular", "bank", "xml"]
TABLES = ("x12", "edifact", "hl7", "tabular", "bank", "xml")


class Login(Table):
    """How we log in: one of key and password, both by reference."""

    user: str = Field(min_length=1, max_length=64)
    key: SecretRef | None = None
    passphrase: SecretRef | None = None
    password: SecretRef | None = None

    @model_validator(mode="after")
    def _one_of_both(self) -> "Login":
        if self.key is None and self.password is None:
            msg = "names neither key nor password"
            raise ValueError(msg)
        return self


class HostKey(Table):
    """The server's public key lines: the one in use and the one announced."""

    current: HostKeyLine = Field(min_length=1)
    next: HostKeyLine = ""


class Endpoint(Table):
    """A folder on an SFTP server, or a local one."""

    transport: Literal["sftp", "folder"] = "folder"
    folder: str = ""  # local: below the home; empty: inbound/<id> or outbound/<id>
    host: str = ""
    port: int = Field(default=22, ge=1, le=65535)
    login: Login | None = None
    host_key: HostKey | None = None

    @model_validator(mode="after")
    def _complete(self) -> "Endpoint":
        if self.transport == "sftp" and not (self.host and self.login and self.host_key):
            msg = "an sftp endpoint names host, login and host_key"
            raise ValueError(msg)
        return self


class Ready(Table):
    """When a file counts as complete, by our clock (docs/life-of-a-file.md)."""

    mode: Literal["stable", "renamed", "marker", "trailer"] = "stable"
    checks: int = Field(default=2, ge=2, le=100)
    interval: Duration = timedelta(seconds=1)
    min_age: Duration = timedelta(0)
    max_wait: Duration = timedelta(hours=4)

    @model_validator(mode="after")
    def _patient(self) -> "Ready":
        needed = self.min_age
        if self.mode == "stable":
            needed = max(needed, self.interval * (self.checks - 1))
        if self.max_wait < needed:
            msg = "max_wait ends before a file can count as complete (interval, checks, min_age)"
            raise ValueError(msg)
        return self


class Limits(Table):
    """Caps on what the partner controls."""

    file: Size = 500_000_000
    opened: Size = 2_000_000_000  # after decompression and decryption
    ratio: int = Field(default=200, ge=2, le=10_000)
    members: int = Field(default=1, ge=1, le=1000)
    names: int = Field(default=200_000, ge=1)


class Duplicates(Table):
    """What a repeated file gets: content = same bytes, control = same number, other bytes."""

    content: Literal["answer", "reject", "hold", "accept"] = "answer"
    control: Literal["reject", "hold", "accept"] = "reject"


class Inbound(Endpoint):
    """Where the partner's files come from."""

    poll: Duration = timedelta(seconds=10)
    watch: Literal["events", "poll"] = "events"
    ready: Ready = Ready()
    after: Literal["archive", "delete", "keep"] = "archive"
    limits: Limits = Limits()
    duplicates: Duplicates = Duplicates()


class Outbound(Endpoint):
    """Where our answers go."""

    verify: Literal["stat", "none"] = "stat"


class Step(Table):
    """One step of a file's envelope, outermost first."""

    step: Literal["pgp", "gzip", "zip"]
    signers: tuple[Fingerprint, ...] = ()  # primary ones, 40 capitals; empty: unsigned is allowed
    keys: tuple[str, ...] = ()  # public key files in the partner's folder
    secret_keys: tuple[SecretRef, ...] = ()  # ours
    passphrase: SecretRef | None = None


class Flow(Table):
    """One kind of file the partner sends: the first flow whose globs match takes it."""

    name: Name
    include: tuple[Glob, ...] = Field(min_length=1)
    format: FORMATS
    layout: str = ""  # tabular: the name of a layout
    envelope: tuple[Step, ...] = Field(default=(), max_length=4)
    lane: Literal["realtime", "batch"] = "batch"
    ordered: bool = False  # post this flow's files in the order they came

    @model_validator(mode="after")
    def _layout(self) -> "Flow":
        if (self.format == "tabular") != bool(self.layout):
            msg = "a tabular flow names its layout, no other does"
            raise ValueError(msg)
        return self


class Route(Table):
    """Deny by default: a kind of document without a row is kept and never posted."""

    document: str
    to: Literal["odoo", "store"] = "odoo"
    models: tuple[str, ...] = ()  # of Odoo that it may touch; empty: those of the kind
    company: int = Field(default=0, ge=0)  # database id that it must be; 0: [odoo].company


class Identity(Table):
    """The envelope ids of both sides; a file that names others is held."""

    senders: tuple[str, ...] = ()
    receivers: tuple[str, ...] = ()
    usage: Literal["production", "test", "any"] = "any"


class Retention(Table):
    """How long this partner's content is kept at least; left out: as ``acktrail.toml`` says."""

    original: Days | None = None
    answer: Days | None = None
    derived: Days | None = None


class PartnerProfile(Table):
    """One version of one partner's profile."""

    schema_id: Literal["acktrail/partner/1"] = Field(alias="schema")
    id: PartnerId
    version: int = Field(ge=1)
    name: str = Field(min_length=1, max_length=100)
    identity: Identity = Identity()
    inbound: Inbound = Inbound()
    outbound: Outbound = Outbound()
    flow: tuple[Flow, ...] = Field(min_length=1)
    x12: X12Table = X12Table()
    edifact: EdifactTable = EdifactTable()
    hl7: Hl7Table = Hl7Table()
    tabular: TabularTable = TabularTable()
    bank: BankTable = BankTable()
    xml: XmlTable = XmlTable()
    translate: TranslateTable = TranslateTable()
    acknowledge: Acknowledge = Acknowledge()
    route: tuple[Route, ...] = ()
    odoo: OdooTable = OdooTable()
    retention: Retention = Retention()

    @property
    def label(self) -> str:
        """``id@version``, as entries and answers name it."""
        return f"{self.id}@{self.version}"

    def options(self, flow: Flow) -> dict[str, object]:
        """Return the plain options of the flow's format, as its reader takes them."""
        table: Table = getattr(self, flow.format)
        plain = table.model_dump(exclude_none=True, exclude_unset=True)
        told = self.acknowledge.by_claim()
        if flow.format == "x12" and told:
            plain["by_claim"] = told  # such sets are judged claim by claim
        return plain | ({"layout": flow.layout} if flow.layout else {})

    def stays(self, kind: str) -> timedelta | None:
        """Return how long content of ``kind`` is kept at least; None: as the settings say."""
        found: timedelta | None = getattr(self.retention, kind)
        return found

    def posts(self, kind: str) -> bool:
        """Tell whether documents of ``kind`` are routed to Odoo."""
        return any(row.document == kind and row.to == "odoo" for row in self.route)


def read_profile(body: bytes) -> PartnerProfile:
    """Read one profile file.

    Raises:
        ProfileError: With one argument per problem, each ``path: what is wrong``.
    """
    try:
        return PartnerProfile.model_validate(read_toml(body))
    except ValidationError as error:
        raise ProfileError(*problems(error, PartnerProfile)) from None


def read_toml(body: bytes) -> dict[str, Any]:
    """Read a TOML table within caps; decimals stay exact, arrays become tuples.

    Raises:
        ProfileError: With the line where it is not TOML, never with its text.
    """
    if len(body) > MAX_PROFILE_BYTES:
        msg = f"larger than {MAX_PROFILE_BYTES} bytes"
        raise ProfileError(msg)
    if body.startswith(b"\xef\xbb\xbf"):
        msg = "starts with a byte order mark: save it as UTF-8 without BOM"
        raise ProfileError(msg)
    check_shape(body)
    try:
        table = tomllib.loads(body.decode("utf-8"), parse_float=Decimal)
        return {key: _frozen(value) for key, value in table.items()}
    except UnicodeDecodeError:
        msg = "not UTF-8"
        raise ProfileError(msg) from None
    except tomllib.TOMLDecodeError as error:
        where = str(error).rpartition(" (")[2].rstrip(")")  # tomllib ends with "(at line L, ...)"
        msg = f"not TOML {where if where.startswith('at ') else 'at the end of the document'}"
        raise ProfileError(msg) from None
    except RecursionError:  # brackets over many lines, or a long dotted key in an inline table
        msg = "nested too deeply"
        raise ProfileError(msg) from None


def _frozen(value: Any) -> Any:  # noqa: ANN401 - any TOML value
    """Return the value with arrays as tuples: strict fields refuse lists."""
    if isinstance(value, list):
        return tuple(_frozen(one) for one in value)
    if isinstance(value, dict):
        return {key: _frozen(one) for key, one in value.items()}
    return value
