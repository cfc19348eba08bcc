"""Whatever a partner sends, translating ends with documents or findings that show no value."""

import re

from hypothesis import given
from hypothesis import strategies as st

from acktrail.documents.encoding import decode_document, encode
from acktrail.formats.xml.tree import XmlSegment
from acktrail.model import MessageHead, Place, Severity
from acktrail.ports import Segment
from acktrail.translate.answers import AnswerTranslator
from acktrail.translate.maps import compile_map, read_map
from acktrail.translate.paths import HEAD_TAG
from acktrail.translate.remittance import RemittanceTranslator
from acktrail.translate.translator import Translator
from acktrail.translate.xml_maps import XmlMapTranslator
from tests.fakes.segment import FakeSegment
from tests.unit.translate.running import Folder, mapped

FORMATS = {"x12": "*:", "edifact": "+:", "hl7": "|^~&"}
OPTIONS = {"bill_to": "payer", "authority": "A"}
XML_NAME = re.compile(r"[A-Z]\w+")
XML_ATTRIBUTE = re.compile(r"@(\w+)")


def of_map(name: str) -> tuple[str, Translator, str]:
    """Return format, translator and what a map has rules for: tags, and one that it has not."""
    compiled = compile_map(Folder(), name, read_map(Folder(), name), OPTIONS)
    if compiled.format == "xml":  # tags of paths and of what is read below them; attributes
        source = Folder().read(f"maps/{name}.toml").decode()
        found = {*XML_NAME.findall(source), *("@" + one for one in XML_ATTRIBUTE.findall(source))}
        return "xml", XmlMapTranslator(compiled), " ".join(sorted(found))
    tags = {tag for level in compiled.rules.values() for tag in level if tag != HEAD_TAG}
    return compiled.format, mapped(name, OPTIONS), " ".join(sorted(tags | {"ZZZ"}))


TRANSLATORS: list[tuple[str, Translator, str]] = [
    *(of_map(file.removesuffix(".toml")) for file in Folder().names("maps")),
    ("x12", RemittanceTranslator(), "BPR TRN N1 CLP CAS NM1 SVC DTM REF AMT LQ MOA PLB"),
    ("x12", AnswerTranslator(), "AK1 AK2 IK3 IK4 IK5 AK9 UCI UCM MSA ERR"),
]
PLAIN = "1 -2.50 20260102 20260231 BY A 137 102 EA PCE CG MR 21 47 AAA 203 4000000000006 USD"
DEEPEST = 4  # elements in elements
WORDS = st.sampled_from(["", "", '""', "SECRETVALUE", "9e9", "\u0663", *PLAIN.split()])


@st.composite
def messages(draw: st.DrawFn) -> tuple[str, Translator, list[Segment]]:
    format_, translator, tags = draw(st.sampled_from(TRANSLATORS))
    make = element if format_ == "xml" else segment
    count = draw(st.integers(1, 12))
    return format_, translator, [draw(make(format_, tags.split(), n + 1)) for n in range(count)]


@st.composite
def segment(draw: st.DrawFn, format_: str, tags: list[str], position: int) -> Segment:
    marks = FORMATS[format_]
    text = draw(st.sampled_from(tags)) + marks[0]
    for value in draw(st.lists(WORDS, max_size=20)):
        text += value + draw(st.sampled_from(marks))
    return FakeSegment(text, format_, position)


@st.composite
def element(
    draw: st.DrawFn, format_: str, names: list[str], position: int, depth: int = 1
) -> XmlSegment:
    """Draw an element that a map reads, with text and attributes or with elements in it."""
    tag = draw(st.sampled_from([one for one in names if one[0] != "@"]))
    keys = st.sampled_from([one[1:] for one in names if one[0] == "@"])
    attributes = draw(st.dictionaries(keys, WORDS, max_size=3))
    inside = draw(st.integers(0, 3)) if depth < DEEPEST else 0
    children = [draw(element(format_, names, position, depth + 1)) for _ in range(inside)]
    text = "" if children else draw(WORDS)
    place = Place(tag, position, address=tag)
    return XmlSegment(tag, text, attributes, tuple(children), place)


@given(messages())
def test_any_segments_give_documents_that_read_back_or_an_error(
    drawn: tuple[str, Translator, list[Segment]],
) -> None:
    format_, translator, segments = drawn

    translator.start(MessageHead(format_, "T^A08", "", "C1"))
    for one in segments:
        translator.segment(one)
    documents, findings = translator.finish()

    wrong = [one for one in findings if one.severity in (Severity.ERROR, Severity.FATAL)]
    assert bool(documents) != bool(wrong)
    assert "SECRETVALUE" not in repr(findings)
    for document in documents:
        assert decode_document(encode(document)) == document
