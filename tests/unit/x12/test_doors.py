"""pyx12 is data here: its engine is never loaded, and one module knows the wheel."""

import subprocess
import sys

from tests.conftest import ROOT

PROGRAM = """
import sys
from acktrail.formats.x12 import X12
from tests.generators.x12 import payment_file
from tests.unit.x12.reading import FORMAT, read
assert read(payment_file()).usable
loaded = [name for name in sys.modules if name.startswith("pyx12")]
assert set(loaded) <= {"pyx12", "pyx12.version"}, loaded
"""


def test_one_module_names_pyx12() -> None:
    sources = ROOT / "src/acktrail"
    importing = ("pyx12.", '"pyx12"', "import pyx12", "from pyx12")

    named = {
        path.name
        for path in sources.rglob("*.py")
        if any(sign in path.read_text() for sign in importing)
    }

    assert named == {"pyx12_maps.py"}


def test_engine_of_pyx12_is_never_loaded() -> None:
    done = subprocess.run(
        [sys.executable, "-c", PROGRAM], cwd=ROOT, capture_output=True, text=True, check=False
    )

    assert done.returncode == 0, done.stderr
