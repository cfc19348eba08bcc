"""APERAK in D.96A and D.01B: when it is sent, and what it says.

Spec: UNSM APERAK; Regulation (EU) 164/2010, annex (CONTRL first, then the application).
"""

import pytest

from acktrail.documents.kinds import AnswerReceived
from acktrail.errors import SetupError
from acktrail.formats.edifact.application_errors import CODES, OTHER, code_of
from acktrail.formats.edifact.original import original_of
from acktrail.formats.edifact.segment import Segment
from acktrail.model import Acknowledgement, Answering, Severity, Verdict
from acktrail.pipeline.read import Translated, read_and_translate
from acktrail.ports import MessageStart
from acktrail.translate import rules, sums
from acktrail.translate.answers import AnswerTranslator
from acktrail.translate.choose import Translators
from tests.generators.edifact import Knobs, interchange, invoic, orders
from tests.unit.edifact.reading import AT, EDIFACT, Folder, events_of, messages_of, read, told

TRANSLATORS = Translators(Folder())
GLNS = Knobs(sender="4000002000004:14", receiver="4000001000005:14")
ERRORS = {"contrl": "always", "aperak": "errors_only"}
ALL = {"contrl": "always", "aperak": "always"}


def judged(data: bytes, options: dict[str, str]) -> Translated:
    kept: list[bytes] = []

    def keep(body: bytes) -> int:
        kept.append(body)
        return len(kept)

    return read_and_translate(
        "edifact",
        EDIFACT.reader({}),
        (data,),
        lambda head: TRANSLATORS.find(head, {}),
        keep,
        telling=EDIFACT.telling(options),
    )


def answers(
    data: bytes,
    options: dict[str, str],
    posted: dict[str, str] | None = None,
    *,
    readable: bool = True,
) -> tuple[Acknowledgement, ...]:
    result = judged(data, options).result
    needed = EDIFACT.numbers_needed(result, Answering(AT, options=options))
    return EDIFACT.acknowledge(
        result,
        Answering(
            AT,
            tuple(range(77, 77 + needed)),
            options,
            posted or {},
            content=(lambda at, length: data[at : at + length]) if readable else None,
        ),
    )


def aperak(
    data: bytes, options: dict[str, str] | None = None, posted: dict[str, str] | None = None
) -> list[str]:
    """Return the segments of the one file of APERAK; none without one."""
    built = [one for one in answers(data, options or ERRORS, posted) if one.kind == "APERAK"]
    assert len(built) <= 1
    return built[0].body.decode().split("'")[:-1] if built else []


def wrong(reference: str = "1", lines: int = 2) -> list[str]:
    """Return an invoice whose second line has an amount that is not quantity times price."""
    message = invoic(reference, lines)
    at = message.index(f"LIN+{lines}++4000000{lines:06d}:EN")
    return [*message[:at], *(s.replace("203:25.00", "203:26.00") for s in message[at:])]


def newer(message: list[str]) -> list[str]:
    return [one.replace(":D:96A:UN:EAN008", ":D:01B:UN") for one in message]


def test_d96a_refusal_of_an_invoice() -> None:
    """1225 27; RFF ACW and IV with DTM 171; ERC, FTX AAO and RFF LI of the line."""
    assert aperak(interchange([wrong()], GLNS)) == [
        "UNB+UNOC:3+4000001000005:14+4000002000004:14+260315:1245+78",
        "UNH+1+APERAK:D:96A:UN",
        "BGM++78-0001+27",
        "DTM+137:20260315:102",
        "RFF+ACW:1",
        "RFF+IV:INV1",
        "DTM+171:20260315:102",
        "NAD+MS+4000001000005::9",
        "NAD+MR+4000002000004::9",
        "ERC+AT0401",
        "FTX+AAO+++the line amount is not quantity times price with allowances and:charges",
        "RFF+LI:2",
        "ERC+AT0402",
        "FTX+AAO+++the total of the lines is not the sum of the line amounts",
        "UNT+14+1",
        "UNZ+1+78",
    ]


def test_d01b_names_itself_by_1001_and_its_number_by_c106() -> None:
    text = aperak(interchange([newer(wrong())], GLNS))

    assert text[1:3] == ["UNH+1+APERAK:D:01B:UN", "BGM+313+78-0001+27"]
    accepted = aperak(interchange([newer(invoic())], GLNS), ALL, {"1": "stored"})
    assert accepted[2] == "BGM+312+78-0001+29"


def test_acceptance_has_1225_29_and_no_error() -> None:
    text = aperak(interchange([invoic()]), ALL, {"1": "stored"})

    assert text[2:-2] == [
        "BGM++78-0001+29",
        "DTM+137:20260315:102",
        "RFF+ACW:1",
        "RFF+IV:INV1",
        "DTM+171:20260315:102",
    ]


@pytest.mark.parametrize(
    ("policy", "request_", "good", "bad"),
    [
        ("never", "1", 0, 0),
        ("errors_only", "", 0, 1),
        ("always", "", 1, 1),
        ("on_request", "", 0, 0),
        ("on_request", "1", 1, 1),
        ("on_request", "2", 0, 0),  # receipt only
    ],
)
def test_policy_and_unb_0031_decide_when(policy: str, request_: str, good: int, bad: int) -> None:
    options, knobs = {"aperak": policy}, Knobs(request=request_)

    assert bool(aperak(interchange([invoic()], knobs), options, {"1": "stored"})) == good
    assert bool(aperak(interchange([wrong()], knobs), options)) == bad
    # what nobody is told of is withheld: a person has to look
    assert judged(interchange([wrong()], knobs), options).withheld == 1 - bad


def test_policy_is_never_by_default() -> None:
    assert aperak(interchange([wrong()]), {"contrl": "always"}) == []


def test_orders_are_accepted_by_ordrsp_and_refused_by_aperak() -> None:
    """Regulation (EU) 164/2010: APERAK where no dedicated answer exists."""
    bad = [one.replace("QTY+21:10:PCE", "QTY+21:10:XXX") for one in orders("2")]

    text = aperak(interchange([orders(), bad]), ALL, {"1": "stored"})

    assert aperak(interchange([orders()]), ALL, {"1": "stored"}) == []
    assert [one for one in text if one[:3] in ("BGM", "ERC")] == ["BGM++78-0001+27", "ERC+AT0103"]


def test_rff_on_iv_and_dq_name_the_document() -> None:
    bad = [one.replace("QTY+21:10:PCE", "QTY+21:10:XXX") for one in orders()]

    assert "RFF+ON:PO1" in aperak(interchange([bad]))
    assert "RFF+LI:1" in aperak(interchange([bad]))


@pytest.mark.parametrize("kind", ["CONTRL:D:3:UN", "APERAK:D:96A:UN"])
def test_no_aperak_on_contrl_or_aperak(kind: str) -> None:
    body = ["BGM++A1+27"] if kind.startswith("APERAK") else ["UCI+1+A:14+B:14+7"]
    data = interchange([[f"UNH+1+{kind}", *body, "UNT+3+1"]])

    assert aperak(data, ALL, {"1": "stored"}) == []


def test_message_that_contrl_refuses_gets_no_aperak() -> None:
    """Syntax first, then the application."""
    bad = [one.replace("203:25.00", "203:x") for one in invoic()]

    built = answers(interchange([bad, wrong("2")]), ERRORS)

    contrl, other = (one.body.decode() for one in built)
    assert "UCM+1+INVOIC:D:96A:UN:EAN008+4" in contrl
    assert "UCM+2" not in contrl
    assert other.count("UNH+") == 1
    assert "RFF+ACW:2'" in other


@pytest.mark.parametrize(
    "knobs", [Knobs(unz_count="7"), Knobs(group="G1", une_count="7"), Knobs(unz_reference="X")]
)
def test_nothing_is_told_below_a_refused_level(knobs: Knobs) -> None:
    assert aperak(interchange([wrong()], knobs), ALL) == []


def test_unusable_or_repeated_file_gets_none() -> None:
    assert aperak(interchange([wrong()]) + b"x", ALL) == []
    assert aperak(interchange([wrong()]), ALL | {"duplicate": "1"}) == []


def test_contrl_accepts_the_form_of_what_an_aperak_refuses() -> None:
    """CONTRL speaks of syntax only: 0083 7, and a policy of errors only finds none."""
    data = interchange([wrong()])
    (contrl, _aperak) = answers(data, ERRORS)

    assert b"UCI+IC77+SUPPLIER:14+HOSP:14+7'UNT" in contrl.body
    assert [one.kind for one in answers(data, ERRORS | {"contrl": "errors_only"})] == ["APERAK"]


def test_what_an_aperak_refuses_is_rejected_and_not_withheld() -> None:
    done = judged(interchange([wrong(), invoic("2")]), ERRORS)

    assert [one.verdict for one in messages_of(done.result)] == [
        Verdict.REJECTED,
        Verdict.ACCEPTED,
    ]
    assert (done.withheld, done.result.verdict) == (0, Verdict.PARTIALLY_ACCEPTED)
    assert done.result.documents == {"invoice": 1}


def test_other_content_under_a_number_that_came_before_is_refused() -> None:
    text = aperak(interchange([invoic()]), ERRORS, {"1": "conflict"})

    assert text[2] == "BGM++78-0001+27"
    assert text[-4:-2] == [
        "ERC+AT0201",
        "FTX+AAO+++an earlier document has this number and other content",
    ]


def test_what_is_held_is_told_when_it_is_decided() -> None:
    data = interchange([invoic(), wrong("2")])

    assert aperak(data, ALL, {"1": "held"}) == []
    assert len([one for one in aperak(data, ALL, {"1": "stored"}) if one[:3] == "BGM"]) == 2
    # refusals do not wait where nothing else is told
    assert "RFF+ACW:2" in aperak(data, ERRORS, {"1": "held"})


def test_conflict_under_a_reference_that_two_messages_have_is_a_persons() -> None:
    """``posted`` knows messages by 0062, which every interchange of a file may begin with 1."""
    data = interchange([invoic()]) + interchange([invoic()], Knobs(control="IC78"))

    assert aperak(data, ERRORS, {"1": "conflict"}) == []
    assert len(answers(data, ALL, {"1": "stored"})) == 4


def test_each_interchange_is_answered_with_its_own_number() -> None:
    data = interchange([wrong()]) + interchange([wrong()], Knobs(control="IC78", sender="B:14"))

    first, second = (one for one in answers(data, ERRORS) if one.kind == "APERAK")

    assert (first.control, first.subject) == ("79", "IC77")
    assert (second.control, second.subject) == ("80", "IC78")
    assert b"+HOSP:14+B:14+" in second.body
    assert first.after_posting


def test_message_without_a_document_is_not_confirmed() -> None:
    opaque = ["UNH+1+MEDRPT:D:01B:UN", "BGM+1+2+9", "UNT+3+1"]

    assert aperak(interchange([opaque]), ALL, {"1": "stored"}) == []


def test_unb_0035_is_copied_and_nothing_is_asked_for() -> None:
    text = aperak(interchange([wrong()], Knobs(test="1", request="1")))

    assert text[0] == "UNB+UNOC:3+HOSP:14+SUPPLIER:14+260315:1245+78++++++1"


def test_syntax_4_is_answered_in_syntax_4() -> None:
    text = aperak(interchange([wrong()], Knobs(syntax="UNOW:4::7", una=":+.?*'")))

    assert text[0] == "UNB+UNOW:4::7+HOSP:14+SUPPLIER:14+20260315:1245+78"


def test_unoa_gets_our_sentences_in_capital_letters() -> None:
    text = aperak(interchange([[one.upper() for one in wrong()]], Knobs(syntax="UNOA:2")))

    assert "FTX+AAO+++THE TOTAL OF THE LINES IS NOT THE SUM OF THE LINE AMOUNTS" in text


def test_profile_may_name_another_type_and_so_the_directory() -> None:
    text = aperak(interchange([wrong()]), ERRORS | {"aperak_type": "APERAK:D:01B:UN:EAN002"})

    assert text[1:3] == ["UNH+1+APERAK:D:01B:UN:EAN002", "BGM+313+78-0001+27"]
    with pytest.raises(SetupError):
        aperak(interchange([wrong()]), ERRORS | {"aperak_type": "APERAK:D:11A:UN"})


@pytest.mark.parametrize("newline", ["\n", "\r\n"])
@pytest.mark.parametrize("width", [0, 35])
def test_document_and_line_are_found_wherever_line_ends_stand(newline: str, width: int) -> None:
    knobs = Knobs(newline="" if width else newline, width=width)

    text = aperak(interchange([wrong()], knobs))

    assert {"RFF+IV:INV1", "RFF+LI:2"} <= set(text)


def test_marks_in_a_number_are_released_and_what_cannot_be_written_is_left_out() -> None:
    odd = [one.replace("INV1", "A?+B") for one in wrong()]
    long = [one.replace("INV1", "A" * 35 + "?+") for one in wrong()]

    assert "RFF+IV:A?+B" in aperak(interchange([odd]))
    assert not any(one.startswith("RFF+IV") for one in aperak(interchange([long])))


def test_document_is_not_named_where_the_file_can_not_be_read() -> None:
    (_contrl, one) = answers(interchange([wrong()]), ERRORS, readable=False)

    assert b"RFF+ACW:1'ERC" in one.body


def test_reference_that_cannot_be_repeated_is_a_persons() -> None:
    bad = [one.replace("UNH+1+", "UNH+abc+") for one in wrong()[:-1]] + ["UNT+20+abc"]

    with pytest.raises(SetupError):
        answers(interchange([bad], Knobs(syntax="UNOA:2")), ERRORS)


def test_too_few_numbers_are_our_defect() -> None:
    result = judged(interchange([wrong()]), ERRORS).result

    with pytest.raises(SetupError):
        EDIFACT.acknowledge(result, Answering(AT, (77,), ERRORS))


def test_line_ends_where_the_next_or_the_summary_begins() -> None:
    data = interchange([invoic()])
    result = read(data)
    (message,) = messages_of(result)

    original = original_of(
        message, result.interchanges[0], lambda at, length: data[at : at + length], 99
    )

    segments = invoic()
    first, second, summary = (
        1 + segments.index(next(one for one in segments if one.startswith(start)))
        for start in ("LIN+1", "LIN+2", "UNS")
    )
    positions = (first - 1, first, second - 1, second, summary - 1, summary, 0)
    assert [original.line(at) for at in positions] == ["", "1", "1", "2", "2", "", ""]


@pytest.mark.parametrize("directory", ["D.96A", "D.01B"])
@pytest.mark.parametrize("syntax", ["UNOA:1", "UNOC:3", "UNOW:4"])
def test_our_own_aperaks_are_right_by_our_own_guide(directory: str, syntax: str) -> None:
    """Tree and elements of D.96A and D.01B; our reader of answers takes them for what they say."""
    one = wrong("M1") if directory == "D.96A" else newer(wrong("M1"))
    knobs = Knobs(syntax=syntax, una=":+.?*'" if syntax.endswith("4") else "")
    data = interchange([[segment.upper() for segment in one]], knobs)
    body = next(a.body for a in answers(data, ERRORS) if a.kind == "APERAK")

    assert told(read(body)) == []
    translator = AnswerTranslator()
    for event in events_of(body):
        if isinstance(event, MessageStart):
            translator.start(event.head)
        elif isinstance(event, Segment):
            translator.segment(event)
    ((document,), findings) = translator.finish()
    assert findings == ()
    assert isinstance(document.payload, AnswerReceived)
    assert document.payload.disposition == "REJECTED"
    assert document.key == ("APERAK", "M1", "INVM1")


def test_every_rule_that_refuses_content_has_a_code_of_its_own() -> None:
    """9321 is an..8; no UN list exists, so ours is a promise."""
    refusing = {
        rule.name for rule in (*rules.RULES, *sums.RULES) if rule.severity is Severity.ERROR
    }

    assert refusing - CODES.keys() == {"sum.dft_line"}  # HL7 only
    assert len(set(CODES.values())) == len(CODES)
    assert all(len(code) <= 8 for code in CODES.values())
    assert code_of("plugin.rule") == OTHER


def test_result_is_the_same_twice() -> None:
    data = interchange([wrong()])

    assert answers(data, ERRORS) == answers(data, ERRORS)
