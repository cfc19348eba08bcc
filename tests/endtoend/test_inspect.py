"""``acktrail inspect --json`` on samples and foreign files: always a verdict, never a crash."""

import json
import os
import selectors
import subprocess
from collections import Counter
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

from tests.conftest import CORPORA, SAMPLES
from tests.endtoend.house import COMMAND, clean_environment

FILE_SECONDS = 30
FORMATS = ("x12", "hl7", "edifact")
VERDICTS = {"accepted", "accepted_with_errors", "partially_accepted", "rejected"}
FILE = {"file", "sha256", "format", "usable", "findings", "interchanges", "documents"}
FILE |= {"acknowledgements"}
INTERCHANGE = {"control", "sender", "receiver", "test", "verdict", "groups"}
GROUP = {"control", "kind", "version", "verdict", "messages"}
MESSAGE = {"control", "type", "guide", "verdict", "segments", "documents", "findings"}
FINDING = {"code", "rule", "category", "severity", "segment", "position", "element", "component"}
FINDING |= {"repetition", "offset", "message"}
ACKNOWLEDGEMENT = {"kind", "control", "for", "bytes", "path"}


def test_every_sample_gets_a_verdict_in_the_shape_of_the_contract(
    capsys: pytest.CaptureFixture[str],
) -> None:
    _inspect_all("samples", sorted(SAMPLES.glob("*/inbound/*")), capsys)


@pytest.mark.parametrize("format_", FORMATS)
def test_every_foreign_file_gets_a_verdict_in_the_shape_of_the_contract(
    format_: str, capsys: pytest.CaptureFixture[str]
) -> None:
    files = sorted(path for path in (CORPORA / format_).rglob("*") if path.is_file())
    if not files:
        pytest.skip(f"{CORPORA / format_} is absent")

    _inspect_all(format_, files, capsys)


def _inspect_all(name: str, files: Sequence[Path], capsys: pytest.CaptureFixture[str]) -> None:
    verdicts: Counter[str] = Counter()
    with _inspecting(files) as process:
        for path, line in zip(files, _lines(process, files), strict=True):
            table = json.loads(line)
            assert table["file"] == path.name
            _check_shape(table)
            verdicts[_verdict(table)] += 1
        stderr = process.communicate()[1].decode()

    with capsys.disabled():
        counts = ", ".join(f"{count} {word}" for word, count in sorted(verdicts.items()))
        os.write(1, f"\n{name}: {len(files)} files: {counts}\n".encode())
    assert "Traceback" not in stderr
    assert process.returncode == (3 if verdicts.keys() & {"rejected", "unusable"} else 0)


@contextmanager
def _inspecting(files: Sequence[Path]) -> Iterator[subprocess.Popen[bytes]]:
    """Inspect all in one process; it says each file's line before it begins with the next."""
    process = subprocess.Popen(
        [COMMAND, "inspect", "--json", "--", *files],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        env=clean_environment(),
    )
    try:
        yield process
    finally:
        process.kill()
        process.wait()


def _lines(process: subprocess.Popen[bytes], files: Sequence[Path]) -> Iterator[bytes]:
    """Yield a line per file; fail when one takes too long or ends the process."""
    assert process.stdout is not None
    with selectors.DefaultSelector() as selector:
        selector.register(process.stdout, selectors.EVENT_READ)
        pending = b""
        for path in files:
            while b"\n" not in pending:
                assert selector.select(FILE_SECONDS), f"{path} takes more than {FILE_SECONDS} s"
                chunk = os.read(process.stdout.fileno(), 1 << 16)
                assert chunk, f"{path} ended the command: {process.communicate()[1].decode()}"
                pending += chunk
            line, _, pending = pending.partition(b"\n")
            yield line
    assert not pending


def _verdict(table: dict[str, Any]) -> str:
    """Return the gravest verdict of a file and of all below it."""
    if not table["usable"]:
        return "unusable"
    order = ["accepted", "accepted_with_errors", "partially_accepted", "rejected"]
    seen = {
        one["verdict"]
        for interchange in table["interchanges"]
        for group in interchange["groups"]
        for one in (interchange, group, *group["messages"])
    }
    return max(
        seen | {one["verdict"] for one in table["interchanges"]}, key=order.index, default="empty"
    )


def _check_shape(table: dict[str, Any]) -> None:
    assert table.keys() == FILE
    assert all(one.keys() == ACKNOWLEDGEMENT for one in table["acknowledgements"])
    assert all(isinstance(count, int) for count in table["documents"].values())
    _check_findings(table)
    for interchange in table["interchanges"]:
        assert interchange.keys() - {"findings"} == INTERCHANGE
        _check_findings(interchange)
        for group in interchange["groups"]:
            assert group.keys() - {"findings"} == GROUP
            _check_findings(group)
            for message in group["messages"]:
                assert message.keys() == MESSAGE
                _check_findings(message)


def _check_findings(table: dict[str, Any]) -> None:
    assert table.get("verdict", "accepted") in VERDICTS
    for finding in table.get("findings", []):
        assert finding.keys() == FINDING
        assert finding["severity"] in {"info", "warning", "error", "fatal"}
