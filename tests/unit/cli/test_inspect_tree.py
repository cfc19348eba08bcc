"""The tree that `acktrail inspect` shows: faults in place, values masked, texts harmless."""

import re
from html.parser import HTMLParser
from itertools import pairwise
from pathlib import Path

import pytest

from acktrail.app.advice import read_advice
from acktrail.app.wording import printable
from acktrail.cli.tree_html import POLICY
from acktrail.errors import GuideError
from tests.conftest import SAMPLES
from tests.generators.x12 import closed, interchange, payment_file, payments, remittance
from tests.unit.cli.conftest import Run

CANARY = re.compile("canary|testperson", re.IGNORECASE)
VOID = {"meta", "br"}
SCRIPT = "<script>alert(1)</script>"
HOSTILE = "<img src=x onerror=alert(1)>\"'&\x1b[2J\u202e"
BAD_BPR = [text.replace("BPR*I*", "BPR*Q*") for text in remittance("0002")]


def sample(name: str) -> str:
    (path,) = (SAMPLES / name / "inbound").iterdir()
    return str(path)


def written(folder: Path, data: bytes, name: str = "file.edi") -> str:
    path = folder / name
    path.write_bytes(data)
    return str(path)


class Page(HTMLParser):
    """Collects elements and attributes, and holds the nesting to its rules."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.elements: list[str] = []
        self.attributes: list[tuple[str, str]] = []
        self.open: list[str] = []
        self.feed(text)
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.elements.append(tag)
        self.attributes += [(name, value or "") for name, value in attrs]
        if tag not in VOID:
            self.open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag


def page_of(run: Run, folder: Path, path: str, *options: str) -> str:
    out = folder / "out.html"
    run("inspect", "--html", str(out), *options, path)
    return out.read_text("utf-8")


# ------------------------------------------------------------------------------ the tree
def test_fault_is_marked_below_its_element_with_code_sentence_who_and_how(
    run: Run, tmp_path: Path
) -> None:
    path = written(tmp_path, interchange(payments(remittance(), BAD_BPR)))

    lines = run("inspect", path).stdout.splitlines()

    at = next(n for n, text in enumerate(lines) if text.lstrip().startswith(">"))
    assert lines[at].split()[1:] == [
        "2",
        "BPR*[1]*[3]*C*ACH*CCP*01*[9]*DA*[6]*[10]**01*[9]*DA*[5]*[8]",
    ]
    assert lines[at + 1].index("^") == lines[at].index("[1]")
    assert lines[at + 2].strip() == "error: BPR01 (IK403 7): not one of the codes allowed here"
    assert "the partner acts. Use one of the codes that the guide lists" in lines[at + 3]


def test_levels_and_loops_are_indented_in_the_order_of_the_file(run: Run, tmp_path: Path) -> None:
    path = written(tmp_path, payment_file())

    lines = run("inspect", path).stdout.splitlines()

    kinds = [text for text in lines if re.match(" *(file|interchange|group|message|loop)\\b", text)]
    named = [" ".join(text.split()[:2]) for text in kinds]
    depths = [len(text) - len(text.lstrip()) for text in kinds]
    assert named[:6] == [
        *("file: name", "interchange: control", "group: control", "message: type"),
        *("loop 1000A", "loop 1000B"),
    ]
    assert depths[:4] == [0, 2, 4, 6]
    assert named[6:9] == ["loop 2000", "loop 2100", "loop 2110"]
    assert depths[6] < depths[7] < depths[8]
    assert sum("CLP*" in text for text in lines) == 2


def test_second_instance_of_a_loop_has_its_own_line(run: Run, tmp_path: Path) -> None:
    stdout = run("inspect", written(tmp_path, payment_file())).stdout

    assert stdout.count("loop 2100") == 2
    assert stdout.count("loop 2110") == 3


def test_segment_that_is_missing_at_the_end_is_a_place_without_a_segment(
    run: Run, tmp_path: Path
) -> None:
    body = remittance()[:-1]
    path = written(tmp_path, interchange(payments(body)))

    assert f"{len(body) + 1}  (no segment read here)" in run("inspect", path).stdout


def test_rule_is_explained_at_its_first_fault_only(run: Run, tmp_path: Path) -> None:
    path = written(tmp_path, interchange(payments(BAD_BPR, BAD_BPR, BAD_BPR)))

    stdout = run("inspect", path).stdout

    assert stdout.count("x12.element.code") == 3
    assert stdout.count("Use one of the codes") == 1


def test_fields_of_hl7_have_their_names(run: Run) -> None:
    stdout = run("inspect", sample("hl7-field-faults")).stdout

    assert re.search(r"PID-5 Patient name +\[", stdout)
    assert "error: FT1-4.1 Transaction date (102): Not a time stamp" in stdout


# ------------------------------------------------------------------------------ large files
def test_large_file_shows_context_of_each_fault_and_counts_the_rest(
    run: Run, tmp_path: Path
) -> None:
    sets = [remittance(f"{n:04}") for n in range(1, 21)]
    sets[11] = [text.replace("CLP*PCN0002*1*", "CLP*PCN0002*X*") for text in sets[11]]
    path = written(tmp_path, interchange(payments(*sets)))

    stdout = run("inspect", path).stdout

    numbers = [int(text.split()[1 if ">" in text else 0]) for text in stdout.splitlines()
               if re.match(" +>? +[0-9]+  ", text)]  # fmt: skip
    (at,) = [int(text.split()[1]) for text in stdout.splitlines() if text.lstrip().startswith(">")]
    assert numbers == [at - 2, at - 1, at, at + 1, at + 2]
    assert "loop 2100" in stdout
    counted = re.findall(r"\.\.\. (\d+) messages? without a fault, (\d+) segments?", stdout)
    left_out = re.findall(r"\.\.\. (\d+) segments? without a fault", stdout)
    assert [int(n) for n, _ in counted] == [11, 8]
    total = sum(int(n) for _, n in counted) + sum(map(int, left_out)) + len(numbers)
    assert total == sum(len(one) for one in sets)


def test_full_shows_every_segment_of_a_large_file(run: Run, tmp_path: Path) -> None:
    sets = [remittance(f"{n:04}") for n in range(1, 21)]
    path = written(tmp_path, interchange(payments(*sets)))

    stdout = run("inspect", "--full", path).stdout

    assert len(re.findall("(?m)^ +[0-9]+  [A-Z]", stdout)) == sum(len(one) for one in sets)
    assert "..." not in stdout


def test_places_beyond_the_most_are_counted(run: Run, tmp_path: Path) -> None:
    body = closed([*remittance()[:-1], *["DTM*405*X"] * 300])
    path = written(tmp_path, interchange(payments(body)))

    stdout = run("inspect", path).stdout

    marked = len(re.findall("(?m)^ +> ", stdout))
    beyond = re.search(r"\.\.\. (\d+) findings? more: --full", stdout)
    assert marked == 200
    assert beyond is not None
    assert int(beyond[1]) > 0
    assert "--full" not in run("inspect", "--full", path).stdout


# ------------------------------------------------------------------------------ values
@pytest.mark.parametrize("name", sorted(p.parent.name for p in SAMPLES.glob("*/inbound")))
def test_no_sample_shows_a_value_unless_asked(run: Run, tmp_path: Path, name: str) -> None:
    for path in sorted((SAMPLES / name / "inbound").iterdir()):
        stdout = run("inspect", "--full", str(path)).stdout
        page = page_of(run, tmp_path, str(path), "--full")

        assert not CANARY.search(stdout.replace(path.name, ""))
        assert not CANARY.search(page.replace(path.name, ""))


def test_reveal_shows_values_without_control_characters(run: Run, tmp_path: Path) -> None:
    data = payment_file().replace(b"EXAMPLE PAYER", b"EXAM\x1b[2JPLE")
    path = written(tmp_path, data)

    assert "TESTPERSON" not in run("inspect", path).stdout
    stdout = run("inspect", "--reveal", path).stdout
    assert "NM1*QC*1*TESTPERSON*CANARYNAME" in stdout
    assert "EXAM\\x1b[2JPLE" in stdout
    assert "\x1b" not in stdout


def test_value_that_stands_where_a_tag_should_is_masked(run: Run, tmp_path: Path) -> None:
    body = remittance()
    path = written(tmp_path, interchange(payments(closed([*body[:5], "JANEDOE*1", *body[5:-1]]))))

    assert "JANEDOE" not in run("inspect", path).stdout
    assert "[7]*[1]" in run("inspect", path).stdout


def test_value_is_a_code_only_where_the_guide_lists_it_at_every_place_of_the_segment(
    run: Run, tmp_path: Path
) -> None:
    data = payment_file().replace(b"NM1*QC*1*TESTPERSON*CANARYNAME", b"NM1*QC*1*QC*1P")
    path = written(tmp_path, data)

    assert "NM1*QC*1*[2]*[2]" in run("inspect", path).stdout


@pytest.mark.parametrize(
    ("text", "safe"),
    [
        ("plain ä", "plain ä"),
        ("a\x1b[2Jb", "a\\x1b[2Jb"),
        ("a\u202eb\u2066", "a\\u202eb\\u2066"),
        ("a\r\nb\t\x9b", "a\\r\\nb\\t\\x9b"),
        ("\ud800", "\\ud800"),
    ],
)
def test_text_that_moves_the_cursor_or_turns_the_writing_is_escaped(text: str, safe: str) -> None:
    assert printable(text) == safe


# ------------------------------------------------------------------------------ the page
def test_page_is_whole_and_asks_for_nothing(run: Run, tmp_path: Path) -> None:
    text = page_of(run, tmp_path, sample("x12-segment-faults"))

    page = Page(text)
    assert page.open == []
    assert not {"script", "link", "img", "iframe", "form", "a"} & set(page.elements)
    assert not [value for name, value in page.attributes if name in ("src", "href", "style")]
    assert ("content", POLICY) in page.attributes
    assert "default-src 'none'" in POLICY
    assert not re.search(r"url\(|@import|https?:", text)


def test_page_can_be_heard(run: Run, tmp_path: Path) -> None:
    page = Page(page_of(run, tmp_path, sample("hl7-field-faults")))

    levels = [int(one[1]) for one in page.elements if re.fullmatch("h[1-6]", one)]
    assert ("lang", "en") in page.attributes
    assert page.elements.count("title") == page.elements.count("h1") == 1
    assert page.elements.count("main") == 1
    assert all(after - before <= 1 for before, after in pairwise(levels))
    assert page.elements.count("table") == page.elements.count("caption") > 0
    scopes = [value for name, value in page.attributes if name == "scope"]
    assert len(scopes) == page.elements.count("th")
    text = page_of(run, tmp_path, sample("hl7-field-faults"))
    assert text.count("Fault at ") == text.count('<tr class="fault">') > 0  # not by colour alone


@pytest.mark.parametrize("reveal", [(), ("--reveal",)])
def test_hostile_name_and_content_stay_text(
    run: Run, tmp_path: Path, reveal: tuple[str, ...]
) -> None:
    bad = HOSTILE.encode()
    data = payment_file().replace(b"EXAMPLE PAYER", bad).replace(b"TRACE1001", SCRIPT.encode())
    data = data.replace(b"ACMEPAYER      ", b"<b onload=a()>&")
    path = written(tmp_path, data, "x<svg onload=alert(1)>\u202e\x1b'\".edi")

    text = page_of(run, tmp_path, path, "--full", *reveal)

    page = Page(text)
    assert not {"script", "img", "svg", "b"} & set(page.elements)
    assert not [name for name, _ in page.attributes if name.startswith("on")]
    assert ("&lt;img src=x onerror" in text) is bool(reveal)
    assert "&lt;svg onload" in text
    assert "\x1b" not in text
    assert "\u202e" not in text


def test_page_is_for_its_owner_only_and_of_one_file(run: Run, tmp_path: Path) -> None:
    path = sample("x12-segment-faults")
    page_of(run, tmp_path, path)

    assert (tmp_path / "out.html").stat().st_mode & 0o777 == 0o600
    assert run("inspect", "--html", str(tmp_path / "b.html"), path, path).exit_code == 2


@pytest.mark.parametrize("body", [b"", b"\x00\xff" * 500, payment_file()[:300]])
def test_file_that_is_not_usable_has_a_page_too(run: Run, tmp_path: Path, body: bytes) -> None:
    page = Page(page_of(run, tmp_path, written(tmp_path, body)))

    assert page.open == []


# ------------------------------------------------------------------------------ what to do
@pytest.mark.parametrize("body", [b"x", b"[advice]\na = 1", b"advice = 3", b"\xff"])
def test_advice_that_is_no_table_of_texts_is_refused(body: bytes) -> None:
    with pytest.raises(GuideError):
        read_advice(body)
