"""Value types of profiles and settings: durations, sizes, secret references, globs, host keys."""

import base64
import binascii
import re
from datetime import timedelta
from typing import Annotated, Any

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, WithJsonSchema

UNITS = {"ms": 0.001, "s": 1, "m": 60, "h": 3600, "d": 86400}
SIZES = {"B": 1, "KB": 10**3, "MB": 10**6, "GB": 10**9, "KiB": 2**10, "MiB": 2**20, "GiB": 2**30}
DURATION = re.compile(r"([0-9]{1,6})(ms|s|m|h|d)")
SIZE = re.compile(r"([0-9]{1,6})(B|KB|MB|GB|KiB|MiB|GiB)")
REFERENCE = re.compile(
    r"(env|file|credential|age):[A-Za-z0-9_][A-Za-z0-9_./-]{0,200}"
    r"|vault:[A-Za-z0-9_][A-Za-z0-9_.-]*/[A-Za-z0-9_./-]{1,200}#[A-Za-z0-9_.-]{1,64}(@[0-9]{1,9})?"
    r"|sops:[A-Za-z0-9_][A-Za-z0-9_./-]{0,200}#[A-Za-z0-9_.-]{1,64}"
)
MAX_GLOB = 200
MAX_STARS = 8
FINGERPRINT = re.compile(r"SHA256:[A-Za-z0-9+/]{43}=?")
KEY_TYPES = ("ssh-ed25519", "ecdsa-sha2-nistp256", "ecdsa-sha2-nistp384", "ssh-rsa")


class Table(BaseModel):
    """A TOML table: unknown keys are errors, values are neither converted nor shown in errors."""

    model_config = ConfigDict(strict=True, frozen=True, extra="forbid", hide_input_in_errors=True)


def read_duration(value: Any) -> timedelta:  # noqa: ANN401 - pydantic hands over what TOML held
    """Read ``90s``, ``250ms``, ``4h``."""
    if isinstance(value, timedelta):
        return value
    found = DURATION.fullmatch(value) if isinstance(value, str) else None
    if not found:
        msg = 'a duration such as "250ms", "30s", "15m", "4h" or "1d"'
        raise ValueError(msg)
    return timedelta(seconds=int(found[1]) * UNITS[found[2]])


def read_size(value: Any) -> int:  # noqa: ANN401
    """Read ``500MB``, ``64KiB``."""
    found = SIZE.fullmatch(value) if isinstance(value, str) else None
    if not found:
        msg = 'a size such as "64KiB", "500MB" or "2GB"'
        raise ValueError(msg)
    return int(found[1]) * SIZES[found[2]]


def read_reference(value: Any) -> str:  # noqa: ANN401
    """Check that a secret is named, never written."""
    if not isinstance(value, str) or not REFERENCE.fullmatch(value) or ".." in value:
        msg = (
            'a reference such as "file:acme-sftp", "env:NAME", "credential:NAME", '
            '"vault:MOUNT/PATH#FIELD", "age:FILE" or "sops:FILE#FIELD", never a secret'
        )
        raise ValueError(msg)
    return value


def read_glob(value: Any) -> str:  # noqa: ANN401
    """Check a file name glob: ``*``, ``?`` and ``[...]`` only, no folder."""
    if not isinstance(value, str) or not value or len(value) > MAX_GLOB or "/" in value:
        msg = "a glob for whole file names, without a folder"
        raise ValueError(msg)
    if value.count("*") > MAX_STARS:
        msg = "a glob with at most eight stars"
        raise ValueError(msg)
    return value


def read_host_key(value: Any) -> str:  # noqa: ANN401
    """Check a public key line, or ``type SHA256:fingerprint``."""
    if value == "":
        return ""
    kind, _, rest = value.partition(" ") if isinstance(value, str) else ("", "", "")
    key = rest.partition(" ")[0]
    if kind in KEY_TYPES and (FINGERPRINT.fullmatch(key) or _is_base64(key)):
        return f"{kind} {key}"
    msg = 'a public key line "ssh-ed25519 AAAA...", or its type with a SHA256 fingerprint'
    raise ValueError(msg)


def _is_base64(text: str) -> bool:
    try:
        return bool(base64.b64decode(text, validate=True))
    except binascii.Error:
        return False


def _text(pattern: str, example: str) -> WithJsonSchema:
    return WithJsonSchema({"type": "string", "pattern": f"^({pattern})$", "examples": [example]})


Duration = Annotated[timedelta, BeforeValidator(read_duration), _text(DURATION.pattern, "30s")]
Days = Annotated[Duration, Field(ge=timedelta(days=1))]
Size = Annotated[int, BeforeValidator(read_size), _text(SIZE.pattern, "500MB")]
SecretRef = Annotated[
    str, BeforeValidator(read_reference), _text(REFERENCE.pattern, "file:acme-sftp")
]
Glob = Annotated[str, BeforeValidator(read_glob)]
HostKeyLine = Annotated[str, BeforeValidator(read_host_key)]
PartnerId = Annotated[str, Field(pattern="^[a-z0-9][a-z0-9-]{0,39}$")]
Name = Annotated[str, Field(pattern="^[a-z0-9][a-z0-9_-]{0,39}$")]
Fingerprint = Annotated[str, Field(pattern="^[0-9A-F]{40}$")]
