"""Whatever a partner sends, translating ends with documents or findings that show no value."""

from hypothesis import given
from hypothesis import strategies as st

from acktrail.documents.encoding import decode_document, encode
from acktrail.model import MessageHead, Severity
from acktrail.translate.answers import AnswerTranslator
from acktrail.translate.maps import compile_map, read_map
from acktrail.translate.paths import HEAD_TAG
from acktrail.translate.remittance import RemittanceTranslator
from acktrail.translate.translator import Translator
from tests.fakes.segment import FakeSegment
from tests.unit.translate.running import Folder, mapped

FORMATS = {"x12": "*:", "edifact": "+:", "hl7": "|^~&"}
OPTIONS = {"bill_to": "payer", "authority": "A"}


def of_map(name: str) -> tuple[str, Translator, str]:
    """Return format, translator and the tags that a map has rules for, and one that it has not."""
    compiled = compile_map(Folder(), name, read_map(Folder(), name), OPTIONS)
    tags = {tag for level in compiled.rules.values() for tag in level if tag != HEAD_TAG}
    return compiled.format, mapped(name, OPTIONS), " ".join(sorted(tags | {"ZZZ"}))


TRANSLATORS: list[tuple[str, Translator, str]] = [
    *(of_map(file.removesuffix(".toml")) for file in Folder().names("maps")),
    ("x12", RemittanceTranslator(), "BPR TRN N1 CLP CAS NM1 SVC DTM REF AMT LQ MOA PLB"),
    ("x12", AnswerTranslator(), "AK1 AK2 IK3 IK4 IK5 AK9 UCI UCM MSA ERR"),
]
PLAIN = "1 -2.50 20260102 20260231 BY A 137 102 EA PCE CG MR 21 47 AAA 203 4000000000006 USD"
WORDS = st.sampled_from(["", "", '""', "SECRETVALUE", "9e9", "\u0663", *PLAIN.split()])


@st.composite
def messages(draw: st.DrawFn) -> tuple[str, Translator, list[FakeSegment]]:
    format_, translator, tags = draw(st.sampled_from(TRANSLATORS))
    marks = FORMATS[format_]
    drawn = []
    for position in range(1, draw(st.integers(1, 12)) + 1):
        values = draw(st.lists(WORDS, max_size=20))
        text = draw(st.sampled_from(tags.split())) + marks[0]
        for value in values:
            text += value + draw(st.sampled_from(marks))
        drawn.append(FakeSegment(text, format_, position))
    return format_, translator, drawn


@given(messages())
def test_any_segments_give_documents_that_read_back_or_an_error(
    drawn: tuple[str, Translator, list[FakeSegment]],
) -> None:
    format_, translator, segments = drawn

    translator.start(MessageHead(format_, "T^A08", "", "C1"))
    for segment in segments:
        translator.segment(segment)
    documents, findings = translator.finish()

    wrong = [one for one in findings if one.severity in (Severity.ERROR, Severity.FATAL)]
    assert bool(documents) != bool(wrong)
    assert "SECRETVALUE" not in repr(findings)
    for document in documents:
        assert decode_document(encode(document)) == document
