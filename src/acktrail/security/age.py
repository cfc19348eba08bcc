"""Secrets in files that may lie in git: encrypted by ``age``, or field by field by ``sops``.

Both programs are called as they are. Our identity goes to them through a pipe, never as an
argument or in their environment; what they write to stderr is dropped.
Spec: age-encryption.org/v1; SOPS, "Encrypting using age".
"""

import os
import re
import subprocess
import threading
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Final

from acktrail.errors import UnavailableError
from acktrail.security.refusals import unresolved

AGE, SOPS = "age", "sops"
SECONDS: Final = 20
MAX_BYTES: Final = 1 << 16
_FIELD: Final = re.compile(r"[A-Za-z0-9_-]+")


class AgeFiles:
    """Decrypts files below one folder with our identity."""

    def __init__(self, folder: Path, path: str, identity: Callable[[], str]) -> None:
        """Call nothing yet.

        Args:
            folder: Of the files.
            path: Where programs are looked for (``PATH``).
            identity: Gives our secret age key; asked for each time.
        """
        self._folder, self._path, self._identity = folder, path, identity

    def get(self, kind: str, name: str) -> str:
        """Return the content of ``age:FILE``, or a field of ``sops:FILE#FIELD.FIELD``.

        Raises:
            SecretError: The file is not there, is not for us, was changed, or has no such field.
            UnavailableError: The program did not answer.
        """
        file, _, fields = name.partition("#")
        if file.startswith("/") or ".." in Path(file).parts or "\0" in file:
            raise unresolved(kind, "leaves its folder")
        path = str(self._folder / file)
        if kind == AGE:
            return self._run(kind, ["age", "--decrypt", "--identity", "/dev/fd/{}", "--", path], {})
        if not all(_FIELD.fullmatch(one) for one in fields.split(".")):
            raise unresolved(kind, "names no field behind a #")
        place = "".join(f'["{one}"]' for one in fields.split("."))
        command = ["sops", "decrypt", "--extract", place, path]
        return self._run(kind, command, {"SOPS_AGE_KEY_FILE": "/dev/fd/{}"})

    def _run(self, kind: str, command: list[str], environment: Mapping[str, str]) -> str:
        reading, writing = os.pipe()
        try:
            told = threading.Thread(target=_tell, args=(writing, self._identity()))
            told.start()
            named = [word.replace("{}", str(reading)) for word in command]
            given = {key: text.replace("{}", str(reading)) for key, text in environment.items()}
            done = _called(kind, named, given | {"PATH": self._path}, reading)
        finally:
            os.close(reading)
        told.join(SECONDS)
        if done.returncode or len(done.stdout) > MAX_BYTES:
            raise unresolved(kind, "is not there, not for our identity, or was changed")
        try:
            return done.stdout.decode("utf-8").removesuffix("\n").removesuffix("\r")
        except UnicodeDecodeError:
            raise unresolved(kind, "is not UTF-8") from None


def _tell(writing: int, identity: str) -> None:
    """Write the identity to whoever reads the pipe, and end it."""
    with os.fdopen(writing, "w") as pipe:
        try:
            pipe.write(identity + "\n")
            pipe.flush()
        except BrokenPipeError:
            pass  # the program ended before it asked


def _called(
    kind: str, command: list[str], environment: Mapping[str, str], pipe: int
) -> subprocess.CompletedProcess[bytes]:
    try:
        return subprocess.run(  # noqa: S603 - our own words and a path below our folder
            command,
            stdin=subprocess.DEVNULL,
            capture_output=True,
            env=environment,
            pass_fds=(pipe,),
            timeout=SECONDS,
            check=False,
        )
    except FileNotFoundError:
        raise unresolved(kind, f"needs the program {command[0]}") from None
    except subprocess.TimeoutExpired:
        msg = f"{command[0]} did not answer"
        raise UnavailableError(msg) from None
