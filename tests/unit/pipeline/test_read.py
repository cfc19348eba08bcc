from dataclasses import replace

import pytest

from acktrail.documents.kinds import Document
from acktrail.errors import TruncatedFileError
from acktrail.model import (
    Finding,
    GroupResult,
    InterchangeResult,
    MessageResult,
    Severity,
    Verdict,
)
from acktrail.pipeline import read
from acktrail.pipeline.read import Translated, all_findings, read_and_translate, worst
from acktrail.ports import FileFinding
from tests.unit.pipeline.scripted import (
    FAULT,
    REMARK,
    Giving,
    Playing,
    events,
    group,
    interchange,
    message,
    released,
    run,
)

REJECTED = Verdict.REJECTED


def test_documents_of_accepted_messages_are_released_and_counted() -> None:
    done = run(events(interchange(group(message("1"), message("2")))), Giving())

    assert released(done) == ["1", "2"]
    assert done.result.documents == {"opaque": 2}
    assert [m.documents for m in done.result.interchanges[0].groups[0].messages] == [1, 1]
    assert done.result.verdict is Verdict.ACCEPTED


def test_rejected_message_releases_nothing_and_its_neighbour_does() -> None:
    bad = interchange(
        group(message("1", REJECTED), message("2"), verdict=Verdict.PARTIALLY_ACCEPTED),
        verdict=Verdict.PARTIALLY_ACCEPTED,
    )

    assert released(run(events(bad), Giving())) == ["2"]


def test_rejected_message_with_the_control_number_of_a_good_one_does_not_release_it() -> None:
    twice = interchange(group(message("1"), message("1", REJECTED)))

    done = run(events(twice), Giving())

    assert [(one.message, one.ordinal) for one in done.released] == [("1", 0)]


def test_rejected_group_releases_nothing_of_its_accepted_messages() -> None:
    bad = interchange(group(message("1"), verdict=REJECTED), group(message("2")))

    assert released(run(events(bad), Giving())) == ["2"]


def test_rejected_interchange_releases_nothing_and_the_next_one_does() -> None:
    bad = interchange(group(message("1")), verdict=REJECTED)
    good = interchange(group(message("2")), control="8")

    done = run(events(bad, good), Giving())

    assert released(done) == ["2"]
    assert done.result.interchanges[0].verdict is REJECTED


def test_unusable_file_releases_nothing() -> None:
    fatal = Finding("x.cut", Severity.FATAL, "cut")

    done = run([*events(interchange(group(message("1")))), FileFinding(fatal)], Giving())

    assert not done.result.usable
    assert done.result.verdict is REJECTED
    assert released(done) == []
    assert done.result.documents == {}


def test_reader_that_gives_up_makes_the_file_unusable_with_the_errors_code() -> None:
    error = TruncatedFileError("ends before its trailer")

    done = run(events(interchange(group(message("1")))), Giving(), failure=error)

    assert done.failure is error
    assert not done.result.usable
    assert done.result.findings[0].rule == "partner.truncated"
    assert released(done) == []


def test_message_that_cannot_be_translated_is_withheld_and_stays_accepted() -> None:
    done = run(events(interchange(group(message("1"), message("2")))), Giving({"1": FAULT}))

    assert released(done) == ["2"]
    assert done.withheld == 1
    judged = done.result.interchanges[0].groups[0].messages[0]
    assert (judged.verdict, judged.documents) == (Verdict.ACCEPTED, 0)
    assert judged.findings == (FAULT,)


@pytest.mark.parametrize("format_", ["hl7", "tabular"])
def test_message_that_cannot_be_translated_is_rejected_where_the_answer_judges_content(
    format_: str,
) -> None:
    told = events(interchange(group(message("1"), message("2"))))

    done = run(told, Giving({"1": FAULT}), format_)

    assert released(done) == ["2"]
    one = done.result.interchanges[0]
    assert one.groups[0].messages[0].verdict is REJECTED
    assert one.groups[0].verdict is Verdict.PARTIALLY_ACCEPTED
    assert one.verdict is Verdict.PARTIALLY_ACCEPTED


def test_warning_of_the_translation_is_noted_and_releases() -> None:
    done = run(events(interchange(group(message("1")))), Giving({"1": REMARK}))

    assert released(done) == ["1"]
    assert all_findings(done.result) == [REMARK]
    assert done.result.interchanges[0].groups[0].messages[0].findings_total == 1


def test_findings_of_a_file_are_counted_all_and_kept_up_to_a_cap(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(read, "NOTED", 2)
    odd = {"1": REMARK, "2": REMARK, "3": REMARK, "4": FAULT}

    done = run(events(interchange(group(*map(message, odd)))), Giving(odd))

    messages = done.result.interchanges[0].groups[0].messages
    assert [one.findings for one in messages] == [(REMARK,), (REMARK,), (), (FAULT,)]
    assert [one.findings_total for one in messages] == [1, 1, 1, 1]
    assert released(done) == ["1", "2", "3"]


def test_message_without_a_map_has_no_documents_and_keeps_its_verdict() -> None:
    done = run(events(interchange(group(message("1")))), None)

    assert released(done) == []
    assert done.result.verdict is Verdict.ACCEPTED
    assert done.withheld == 0


def test_file_without_interchanges_is_accepted_only_if_the_reader_had_nothing_to_say() -> None:
    assert run([], Giving()).result.verdict is Verdict.ACCEPTED


def test_findings_are_counted_by_severity() -> None:
    assert worst([FAULT, REMARK, REMARK]) == {Severity.ERROR: 1, Severity.WARNING: 2}


class Silent:
    """Tells nothing and names no group but ``1``."""

    def tells(self, message: MessageResult) -> bool:
        return message.control == "1"

    def names(self, group: GroupResult) -> bool:
        return group.control == "1"

    def reaches(self, interchange: InterchangeResult) -> bool:
        return interchange.control != "13"

    def refuses(self, message: MessageResult) -> bool:
        return message.control == "3"


def told(*interchanges: InterchangeResult, giving: Giving | None = None) -> Translated:
    reader, translator = Playing(events(*interchanges)), giving or Giving()
    return read_and_translate(
        "x12", reader, (b"",), lambda _: translator, lambda _: 0, telling=Silent()
    )


def test_rejected_message_that_no_answer_tells_of_is_withheld() -> None:
    done = told(interchange(group(message("1", REJECTED), message("2", REJECTED))))

    assert (done.withheld, released(done)) == (1, [])


def test_interchange_that_no_answer_reaches_is_counted() -> None:
    done = told(replace(interchange(group(message("1"))), control="13"))

    assert done.nameless == 1


def test_content_that_an_answer_refuses_is_rejected_and_not_withheld() -> None:
    faulty = Giving({"2": FAULT, "3": FAULT})

    done = told(interchange(group(message("2"), message("3"))), giving=faulty)

    verdicts = [one.verdict for one in done.result.interchanges[0].groups[0].messages]
    assert (done.withheld, verdicts) == (1, [Verdict.ACCEPTED, REJECTED])


def test_refused_interchange_is_told_as_a_whole() -> None:
    refused = Finding("x12.isa.element", Severity.ERROR, "not to be used")
    one = interchange(group(message("2", REJECTED), control="7"), verdict=REJECTED)

    done = told(replace(one, findings=(refused,)))

    assert (done.withheld, done.nameless) == (0, 0)


def test_group_that_no_answer_can_name_is_counted() -> None:
    done = told(interchange(group(message("1")), group(message("1"), control="7")))

    assert done.nameless == 1


def test_documents_that_an_answer_refuses_one_by_one_are_not_released() -> None:
    part = replace(message("1", Verdict.PARTIALLY_ACCEPTED), facts={"refused": "0 2-3"})

    class Four(Giving):
        def finish(self) -> tuple[tuple[Document, ...], tuple[Finding, ...]]:
            documents, found = super().finish()
            return documents * 5, found

    done = run(events(interchange(group(part))), Four(), "x12")

    assert released(done) == ["1", "1"]
    judged = done.result.interchanges[0].groups[0].messages[0]
    assert (judged.verdict, judged.documents) == (Verdict.PARTIALLY_ACCEPTED, 2)
