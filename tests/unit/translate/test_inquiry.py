"""270 and 276 are written from documents, pass our own guides, and are read back as they were."""

from datetime import UTC, date, datetime

import pytest

from acktrail.documents.kinds import Document
from acktrail.documents.value import replace
from acktrail.errors import UnwritableError
from acktrail.formats.x12.write import (
    GroupDraft,
    InterchangeDraft,
    SetDraft,
    Style,
    written,
)
from acktrail.translate.outbound.inquiry import Subject, eligibility_inquiry, status_inquiry
from tests.generators import x12_health as make
from tests.unit.translate.health import documents, documents_of

AT = datetime(2026, 3, 16, 9, 0, tzinfo=UTC)
WHO = Subject(
    last="TESTPERSON",
    first="ANN",
    number="CANARYM1",
    birth=date(1980, 2, 15),
    sex="F",
    provider="EXAMPLE CLINIC",
    originator="9EXAMPLECO",
)


def bytes_of(draft: SetDraft) -> bytes:
    kind, version = make.GROUPS[draft.id]
    group = GroupDraft(kind, "WE", "THEY", 17, version, (draft,))
    sides = (("ZZ", "WE"), ("ZZ", "THEY"))
    return written(InterchangeDraft(*sides, 17, AT, groups=(group,)), Style())


def same(document: Document) -> Document:
    """Return the document without the addresses of what only the argument knows."""
    return replace(document, ext={})


def test_270_is_read_back_as_it_was() -> None:
    (asked,) = documents("270", make.eligibility_inquiry(["M1"]))
    (again,) = documents_of(bytes_of(eligibility_inquiry(asked, WHO, AT)))

    assert same(again) == same(asked)


@pytest.mark.parametrize("seed", range(5))
def test_276_is_read_back_as_it_was(seed: int) -> None:
    made = [of_subscriber(one) for one in make.claims(seed, 3)]
    for asked, one in zip(documents("276", make.status_inquiry(made)), made, strict=True):
        who = WHO._replace(number=f"CANARY{one.number}")
        (again,) = documents_of(bytes_of(status_inquiry(asked, who, AT)))

        assert same(again) == same(asked)


def of_subscriber(one: make.Claim) -> make.Claim:
    return make.Claim(one.number, one.lines)


def test_question_about_a_dependent_is_refused_by_its_field() -> None:
    (asked,) = documents("270", make.eligibility_inquiry(["M1"], dependent=True))

    with pytest.raises(UnwritableError, match="relation"):
        eligibility_inquiry(asked, WHO, AT)


def test_answer_is_no_question() -> None:
    (answered,) = documents("277", make.status_answer())

    with pytest.raises(UnwritableError, match="payload"):
        status_inquiry(answered, WHO, AT)
