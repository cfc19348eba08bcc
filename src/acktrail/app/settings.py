"""The service's own configuration: ``acktrail.toml`` in the home, then the environment."""

from collections.abc import Mapping
from datetime import timedelta
from typing import Final, Literal, Self

from pydantic import Field, ValidationError, model_validator

from acktrail.errors import ProfileError
from acktrail.profiles.partner import Endpoint, read_toml
from acktrail.profiles.problems import problems
from acktrail.profiles.values import Days, Duration, Name, SecretRef, Table
from acktrail.security.vault import VaultLogin

EXAMPLE = """\
schema = "acktrail/settings/1"

# node     = "node-1"               # unique among the processes of one database
# database = "postgresql://..."     # left out: the file var/ledger.db
# openpgp  = "auto"                 # gpg where it is installed, else pgpy

store.encrypt = true                # each kept file under its own key; back up var/keys/ too
# retention.original = "2192d"      # how long it is kept at least; six years when left out

# [[ledger.witness]]                # who keeps our checkpoints, outside of our reach
# name     = "auditor"
# folder   = "/mnt/auditor/acktrail"

# [profiles]
# approval = "required"             # production: nothing posts that a second person did not approve

# [access]
# enforce  = true                   # commands ask who may: docs/operator.md, Users and roles

# [console]                         # acktrail serve: http://127.0.0.1:8765 when left out
# bind        = "0.0.0.0"
# hosts       = ["acktrail.example.org"]
# certificate = "secrets/console.pem"
# key         = "secrets/console.key"

# [vault]                           # for references such as "vault:edi/acme#password"
# url      = "https://vault.example.org:8200"
# role     = "5ad2..."              # AppRole
# secret   = "credential:vault"     # its secret id

# [age]                           # for "age:acme.age" and "sops:secrets.yaml#acme.password"
# identity = "credential:age"       # an AGE-SECRET-KEY; the programs age and sops do the rest

# [odoo.main]                       # left out: journal mode, see docs/operator.md
# url      = "https://odoo.example.org"
# database = "production"
# key      = "file:odoo-main"       # secrets/odoo-main, mode 0600
# login    = "acktrail-post"        # for Odoo 14 to 18 only
"""


LOOPBACK: Final = frozenset({"127.0.0.1", "::1", "localhost"})
SIX_YEARS: Final = 2192  # days; 45 CFR 164.316(b)(2)(i)


class OdooServer(Table):
    """One Odoo database that documents may be posted to."""

    url: str = Field(pattern="^https?://[^@ ]+$")
    database: str = Field(min_length=1)
    key: SecretRef
    api: Literal["auto", "json2", "jsonrpc"] = "auto"  # JSON-2 from Odoo 19 on, else JSON-RPC
    adapter: Literal["load", "bridge"] = "load"  # bridge: with addons/acktrail_bridge in that Odoo
    login: str = ""  # of the key's user: JSON-RPC needs it
    timeout: Duration = timedelta(seconds=90)
    posters: int = Field(default=2, ge=1, le=32)  # of each lane at once; Odoo's spare workers

    @model_validator(mode="after")
    def _login_for_json_rpc(self) -> Self:
        if self.api == "jsonrpc" and not self.login:
            msg = "api = jsonrpc needs the login of the key's user"
            raise ValueError(msg)
        return self


class Witness(Endpoint):
    """A place outside our own reach that keeps our signed checkpoints.

    A folder, an SFTP server, or with ``url`` an HTTPS witness.
    Spec: C2SP tlog-witness (add-checkpoint).
    """

    name: Name
    url: str = Field(default="", pattern="^(https?://[^@ ]+)?$")


class LedgerSettings(Table):
    """The tree over all entries: who signs it and who keeps what was signed."""

    signing_key: SecretRef | None = None  # left out: the file var/keys/ledger.key
    next_key: SecretRef | None = None  # signs too, while the keys change
    believed: tuple[str, ...] = ()  # public keys of before
    every: Duration = timedelta(seconds=1)  # how long an entry may wait for its place
    anchor_every: Duration = timedelta(minutes=5)
    anchor_age: Duration = timedelta(hours=1)  # beyond it an anchor counts as too old
    witness: tuple[Witness, ...] = ()


class ProfileSettings(Table):
    """How profiles come into force."""

    # required: only what a second person approved may post; off: the newest file governs
    approval: Literal["required", "off"] = "off"


class AccessSettings(Table):
    """Who may do what on the command line."""

    enforce: bool = False  # every act asks for a role; off: whoever can run commands may


class ConsoleSettings(Table):
    """Where `acktrail serve` listens, and how long somebody stays signed in."""

    bind: str = "127.0.0.1"
    port: int = Field(default=8765, ge=0, le=65535)  # 0: any that is free
    hosts: tuple[str, ...] = ()  # names in the browser's address line beside bind and localhost
    certificate: str = ""  # PEM file with its chain, from the home on; with it TLS is spoken here
    key: str = ""  # PEM file of its private key, readable by the service only
    proxies: tuple[str, ...] = ()  # addresses whose X-Forwarded-For and -Proto are believed
    idle: Duration = timedelta(minutes=15)
    longest: Duration = timedelta(hours=12)

    @model_validator(mode="after")
    def _plain_stays_here(self) -> Self:
        if bool(self.certificate) != bool(self.key):
            msg = "certificate and key: both or none"
            raise ValueError(msg)
        if self.bind not in LOOPBACK and not self.certificate and not self.proxies:
            msg = "bind: beyond this machine only with certificate and key, or behind proxies"
            raise ValueError(msg)
        if self.bind not in LOOPBACK and not self.hosts:
            msg = "hosts: beyond this machine the names that browsers use must be listed"
            raise ValueError(msg)
        return self


class VaultServer(Table):
    """HashiCorp Vault, as the place of secrets: key-value engine version 2, login by AppRole."""

    url: str = Field(pattern=r"^(https://[^@ ]+|http://(127\.0\.0\.1|localhost)(:[0-9]+)?)$")
    role: str = Field(min_length=1)
    secret: SecretRef
    mount: Name = "approle"
    namespace: str = ""

    @model_validator(mode="after")
    def _secret_is_here(self) -> Self:
        if self.secret.startswith("vault:"):
            msg = "secret: the way into Vault cannot lie in Vault"
            raise ValueError(msg)
        return self


class AgeSettings(Table):
    """Our identity for ``age:`` and ``sops:`` references: one secret that opens the others."""

    identity: SecretRef

    @model_validator(mode="after")
    def _identity_is_here(self) -> Self:
        if self.identity.startswith(("age:", "sops:", "vault:")):
            msg = "identity: the key to encrypted files lies on this machine"
            raise ValueError(msg)
        return self


class StoreSettings(Table):
    """How content is kept in ``var/store/``."""

    encrypt: bool = False  # `acktrail init` writes true; false for homes of before, until they say
    key: SecretRef | None = None  # wraps the files of var/keys/retention/; 64 hexadecimal digits


class Retention(Table):
    """How long each kind of content is kept, counted from when it was last put."""

    original: Days = timedelta(days=SIX_YEARS)
    answer: Days = timedelta(days=SIX_YEARS)
    derived: Days = timedelta(days=SIX_YEARS)


class Settings(Table):
    """Everything in ``acktrail.toml``."""

    schema_id: Literal["acktrail/settings/1"] = Field(alias="schema")
    node: Name = "node-1"
    database: str = ""
    openpgp: Literal["auto", "gpg", "pgpy"] = "auto"
    profiles: ProfileSettings = ProfileSettings()
    ledger: LedgerSettings = LedgerSettings()
    access: AccessSettings = AccessSettings()
    console: ConsoleSettings = ConsoleSettings()
    vault: VaultServer | None = None
    age: AgeSettings | None = None
    store: StoreSettings = StoreSettings()
    retention: Retention = Retention()
    odoo: dict[Name, OdooServer] = Field(default_factory=dict)
    stop: Duration = timedelta(seconds=20)  # how long a graceful stop waits for running steps

    @property
    def vault_login(self) -> VaultLogin | None:
        """Return how we log in to Vault; None where there is none."""
        one = self.vault
        return VaultLogin(one.url, one.role, one.secret, one.mount, one.namespace) if one else None


def read_settings(body: bytes, environment: Mapping[str, str]) -> Settings:
    """Read the settings; ``ACKTRAIL_DATABASE`` and ``ACKTRAIL_NODE`` win over the file.

    Raises:
        ProfileError: With one argument per problem, each ``path: what is wrong``.
    """
    table = read_toml(body)
    for key, name in (("database", "ACKTRAIL_DATABASE"), ("node", "ACKTRAIL_NODE")):
        if environment.get(name):
            table[key] = environment[name]
    try:
        return Settings.model_validate(table)
    except ValidationError as error:
        raise ProfileError(*problems(error, Settings)) from None
