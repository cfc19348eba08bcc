"""Secrets in HashiCorp Vault: version 2 of its key-value engine, login by AppRole.

The one door to hvac, which is imported when a reference first asks for it: an installation
without Vault needs no hvac. Spec: HashiCorp Vault HTTP API, KV v2 and AppRole.
"""

import re
import threading
from collections.abc import Callable
from typing import Any, Final, NamedTuple

from acktrail.errors import UnavailableError
from acktrail.security.refusals import unresolved

KIND: Final = "vault"
SECONDS: Final = 10
_NAME: Final = re.compile(r"([^/#@]+)/([^#@]+)#([^#@]+)(?:@([0-9]{1,9}))?")


class VaultLogin(NamedTuple):
    """Where Vault is and how we log in."""

    url: str
    role: str  # role id: no secret
    secret: str  # reference to the secret id; no ``vault:``
    mount: str = "approle"
    namespace: str = ""


class Vault:
    """Reads fields of secrets; logs in when it has to, once for all threads."""

    def __init__(self, login: VaultLogin, own: Callable[[str], str]) -> None:
        """Connect to nothing yet.

        Args:
            login: From the settings.
            own: Resolves the reference to our secret id.
        """
        self._login, self._own = login, own
        self._client: Any = None
        self._lock = threading.Lock()

    def get(self, name: str) -> str:
        """Return one field: ``MOUNT/PATH#FIELD``, with ``@VERSION`` that version of it.

        Raises:
            SecretError: Vault refuses us, or has no such field; nothing of the reference is told.
            UnavailableError: Vault does not answer or is sealed.
        """
        found = _NAME.fullmatch(name)
        if not found:
            raise unresolved(KIND, "needs MOUNT/PATH#FIELD")
        mount, path, field, version = found.groups()
        with self._lock:
            data = self._asked(mount, path, int(version) if version else None)
        value = data.get(field)
        if not isinstance(value, str):
            raise unresolved(KIND, "has no such field")
        return value

    def _asked(self, mount: str, path: str, version: int | None) -> dict[str, Any]:
        """Ask; a token that ran out is renewed by a new login, once."""
        hvac = _hvac()
        for again in (True, False):
            try:
                client = self._client or self._logged_in(hvac)
                answer = client.secrets.kv.v2.read_secret_version(
                    path=path, mount_point=mount, version=version, raise_on_deleted_version=True
                )
                return dict(answer["data"]["data"])
            except (hvac.exceptions.Forbidden, hvac.exceptions.Unauthorized):
                self._client = None
                if not again:
                    raise unresolved(KIND, "refuses us") from None
            except (hvac.exceptions.InvalidPath, hvac.exceptions.InvalidRequest):
                raise unresolved(KIND, "has no such secret, or refuses the login") from None
            except (hvac.exceptions.VaultError, OSError):  # requests' errors are OSErrors
                msg = f"{KIND}: does not answer"
                raise UnavailableError(msg) from None
            except (KeyError, TypeError, ValueError):
                raise unresolved(
                    KIND, "answers otherwise than version 2 of the engine does"
                ) from None
        raise unresolved(KIND, "refuses us")

    def _logged_in(self, hvac: Any) -> Any:  # noqa: ANN401 - hvac has no types
        login = self._login
        client = hvac.Client(
            url=login.url,
            namespace=login.namespace or None,
            timeout=SECONDS,
            allow_redirects=False,
            token="",
        )
        client.auth.approle.login(login.role, self._own(login.secret), mount_point=login.mount)
        self._client = client
        return client


def _hvac() -> Any:  # noqa: ANN401 - hvac has no types
    try:
        import hvac  # type: ignore[import-untyped] # noqa: PLC0415 - optional
        import hvac.exceptions  # type: ignore[import-untyped] # noqa: PLC0415
    except ImportError:
        raise unresolved(KIND, "needs the package hvac: pip install acktrail[vault]") from None
    return hvac
