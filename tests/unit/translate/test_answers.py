import pytest

from acktrail.documents.kinds import AnswerReceived, Document
from acktrail.documents.parts import Code, Reference
from acktrail.model import Finding, MessageHead
from acktrail.translate.answers import AnswerTranslator, interchange_answers
from tests.unit.translate.running import rules, run


def answers(
    text: str, type_: str, format_: str = "x12"
) -> tuple[tuple[Document, ...], tuple[Finding, ...]]:
    return run(AnswerTranslator(), text, format_, MessageHead(format_, type_, "", "1"))


def received(document: Document) -> AnswerReceived:
    assert isinstance(document.payload, AnswerReceived)
    return document.payload


@pytest.mark.parametrize(("type_", "mark"), [("999", "IK"), ("997", "AK")])
def test_functional_answer_says_what_became_of_each_set_and_of_the_group(
    type_: str, mark: str
) -> None:
    """X12 5010 999 and 4010 997: AK1, then AK2 to IK5 or AK5 for each set, then AK9."""
    text = f"""
    ST*{type_}*1
    AK1*HC*17*005010X222A1
    AK2*837*0001
    {mark}3*CLM*5**8
    {mark}4*1*1028*1*CANARY
    {mark}5*R*5
    AK2*837*0002
    {mark}5*A
    AK9*P*2*2*1
    """

    documents, findings = answers(text, type_)

    assert findings == ()
    assert [one.key for one in documents] == [
        (type_, "17", "0001"),
        (type_, "17", "0002"),
        (type_, "17"),
    ]
    assert [received(one).disposition for one in documents] == ["REJECTED", "ACCEPTED", "PARTIAL"]
    assert received(documents[0]).codes == (
        Code(f"{mark}304", "8"),
        Code(f"{mark}403", "1"),
        Code(f"{mark}502", "5"),
    )
    assert "CANARY" not in repr(documents)


@pytest.mark.parametrize(
    ("sets", "closing", "disposition"),
    [
        ("AR", "A*2*2*2", "PARTIAL"),
        ("RR", "A*2*2*2", "REJECTED"),
        ("R", "E*2*2*1", "PARTIAL"),
        ("RR", "P*2*2*0", "PARTIAL"),
        ("AA", "R*2*2*0*4", "REJECTED"),
        ("AE", "A*2*2*2", "ACCEPTED"),
    ],
)
def test_ak901_that_accepts_a_refused_set_does_not_hold_for_the_group(
    sets: str, closing: str, disposition: str
) -> None:
    """Element 715: A and E say that no set was refused; AK2 and AK5 name one that was."""
    named = "\n".join(f"AK2*810*{n:04d}\nAK5*{code}" for n, code in enumerate(sets, 1))

    documents, findings = answers(f"AK1*IN*17\n{named}\nAK9*{closing}", "997")

    assert findings == ()
    assert documents[-1].key == ("997", "17")
    assert received(documents[-1]).disposition == disposition


def test_interchange_answers_of_x12_stand_in_the_facts_of_the_interchange() -> None:
    """TA104 and TA105; note 000 is no error."""
    rejected, accepted = interchange_answers({"TA1": "000000017/R/023 000000018/A/000"})

    assert received(rejected) == AnswerReceived(
        "TA1", "REJECTED", (Reference("INTERCHANGE", "000000017"),), (Code("TA105", "023"),)
    )
    assert received(accepted).codes == ()
    assert interchange_answers({}) == ()


def test_contrl_says_what_became_of_interchange_and_messages() -> None:
    """UNSM CONTRL 0083: 4 rejected, 7 acknowledged, 8 received."""
    text = """
    UCI+IC77+A:14+B:14+7
    UCM+M1+ORDERS:D:96A:UN+4+15
    UCS+3+13
    UCD+12+2
    UCM+M2+ORDERS:D:96A:UN+7
    """

    documents, findings = answers(text, "CONTRL", "edifact")

    assert findings == ()
    assert [(one.key, received(one).disposition) for one in documents] == [
        (("CONTRL", "IC77"), "ACCEPTED"),
        (("CONTRL", "IC77", "M1"), "REJECTED"),
        (("CONTRL", "IC77", "M2"), "ACCEPTED"),
    ]
    assert [one.value for one in received(documents[1]).codes] == ["15", "13", "12"]


def test_contrl_with_groups_names_them() -> None:
    text = "UCI+IC77+A+B+8\nUCF+G1+A+B+7\nUCM+M1+ORDERS:D:96A:UN+7"

    documents, _ = answers(text, "CONTRL", "edifact")

    assert [one.key[1:] for one in documents] == [("IC77",), ("IC77", "G1"), ("IC77", "G1", "M1")]
    assert received(documents[0]).disposition == "RECEIVED"


APERAK = """
BGM++AP77+{code}
DTM+137:20260315:102
RFF+ACW:ME1
RFF+IV:INV-1
NAD+SU+4000001000005::9
ERC+AT0412
FTX+AAO+++CANARY
RFF+LI:7
ERC+AT0413
"""


def test_aperak_says_which_message_and_document_was_refused_and_why() -> None:
    """UNSM APERAK D.96A: 1225, RFF ACW and IV, ERC; RFF behind an ERC names the line."""
    ((document,), findings) = answers(APERAK.format(code=27), "APERAK", "edifact")

    assert findings == ()
    assert document.key == ("APERAK", "ME1", "INV-1")
    assert received(document) == AnswerReceived(
        "APERAK",
        "REJECTED",
        (Reference("MESSAGE", "ME1"), Reference("INVOICE", "INV-1")),
        (Code("ERC", "AT0412"), Code("ERC", "AT0413")),
    )
    assert "CANARY" not in repr(document)


@pytest.mark.parametrize(
    ("head", "disposition"),
    [
        ("BGM++AP77+29", "ACCEPTED"),
        ("BGM++AP77+34", "ACCEPTED_WITH_ERRORS"),
        ("BGM++AP77+12", "RECEIVED"),
        ("BGM++AP77+27", "REJECTED"),
        ("BGM+312+AP77", "ACCEPTED"),  # D.01B: 1001 says it
        ("BGM+313+AP77", "REJECTED"),
        ("BGM++AP77", "RECEIVED"),
        ("BGM++AP77\nRFF+ACW:ME0\nERC+X1", "REJECTED"),
        ("BGM++AP77+34\nRFF+ACW:ME0\nERC+X1", "ACCEPTED_WITH_ERRORS"),
    ],
)
def test_aperak_is_judged_by_1225_then_1001_then_its_errors(head: str, disposition: str) -> None:
    """UNSM APERAK D.96A and D.01B."""
    text = head if "RFF" in head else f"{head}\nRFF+ACW:ME0"

    ((document,), _) = answers(text, "APERAK", "edifact")

    assert received(document).disposition == disposition


def test_aperak_without_a_reference_is_refused() -> None:
    documents, findings = answers("BGM++AP77+29\nNAD+SU+1::9", "APERAK", "edifact")

    assert documents == ()
    assert [(one.rule, one.place.address) for one in findings] == [
        ("map.required_missing", "RFF.1.2")
    ]


@pytest.mark.parametrize(
    ("code", "disposition"),
    [("AA", "ACCEPTED"), ("AE", "REJECTED"), ("AR", "REJECTED"), ("CA", "RECEIVED")],
)
def test_hl7_answer_is_matched_by_msa_2(code: str, disposition: str) -> None:
    """HL7 table 0008."""
    ((document,), _) = answers(f"MSA|{code}|C7\nERR|||101^x^HL70357", "ACK^P03", "hl7")

    assert document.key == ("ACK", "C7")
    assert received(document).disposition == disposition
    assert received(document).codes == (Code("0357", "101"),)


def test_hl7_error_before_2_5_has_its_code_in_err_1() -> None:
    ((document,), _) = answers("MSA|AE|C7\nERR|FT1^2^11^102&x&HL70357~A^1^1^103", "ACK", "hl7")

    assert [one.value for one in received(document).codes] == ["102", "103"]


@pytest.mark.parametrize(
    ("text", "type_", "format_", "rule"),
    [
        ("MSA|ZZ|C7", "ACK", "hl7", "map.unknown_code"),
        ("MSA|AA|", "ACK", "hl7", "map.unknown_code"),
        ("MSA||C7", "ACK", "hl7", "map.required_missing"),
        ("NTE|1", "ACK", "hl7", "map.required_missing"),
        ("AK1*HC*1\nAK9*Q", "999", "x12", "map.unknown_code"),
    ],
)
def test_answer_that_cannot_be_told_is_refused(
    text: str, type_: str, format_: str, rule: str
) -> None:
    documents, findings = answers(text, type_, format_)

    assert documents == ()
    assert rule in [one.rule for one in findings]
    assert rule in rules((documents, findings))
