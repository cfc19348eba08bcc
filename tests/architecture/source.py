"""The source tree as the architecture tests see it."""

import ast
import subprocess
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import pytest

from tests.conftest import ROOT

PACKAGE = ROOT / "src" / "acktrail"
MODULES = sorted(PACKAGE.rglob("*.py"))
Function = ast.FunctionDef | ast.AsyncFunctionDef


def name_of(path: Path) -> str:
    """Return a module's path in the package: ``formats/x12/reader.py``."""
    return str(path.relative_to(PACKAGE))


def part_of(path: Path) -> str:
    """Return the layer's package or module: ``formats``, ``ports``."""
    return path.relative_to(PACKAGE).parts[0].removesuffix(".py")


@cache
def tree_of(path: Path) -> ast.Module:
    """Parse a module once."""
    return ast.parse(path.read_text("utf-8"))


def functions(path: Path) -> Iterator[Function]:
    """Yield every function of a module."""
    yield from (n for n in ast.walk(tree_of(path)) if isinstance(n, Function))


def names(path: Path) -> Iterator[str]:
    """Yield the name of a module and of every class and function in it."""
    yield path.stem
    for node in ast.walk(tree_of(path)):
        if isinstance(node, Function | ast.ClassDef):
            yield node.name


def kept_files() -> list[Path]:
    """Return what git tracks or would track; skips where the tree is no checkout."""
    command = ["git", "-C", str(ROOT), "ls-files", "-z", "-co", "--exclude-standard"]
    try:
        done = subprocess.run(command, capture_output=True, check=True)
    except (OSError, subprocess.CalledProcessError):
        pytest.skip("no git checkout here: what is tracked cannot be seen")
    found = [ROOT / name for name in done.stdout.decode().split("\0") if name]
    return [path for path in found if path.is_file()]
