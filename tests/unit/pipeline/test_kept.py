from hypothesis import given
from hypothesis import strategies as st

from acktrail.pipeline.kept import Kept, KeptDocuments, joined

NUMBERS = st.integers(0, 2**40)
KEPT = st.builds(
    Kept,
    st.sampled_from(["", "0001", "0002"]),
    st.integers(0, 3),
    st.sampled_from(["claim", "remittance"]),
    st.text(st.characters(exclude_categories=()), max_size=8),
    NUMBERS,
    NUMBERS,
)


def of(kept: list[Kept]) -> KeptDocuments:
    made = KeptDocuments()
    for one in kept:
        made.add(one)
    return made


@given(st.lists(KEPT))
def test_kept_documents_come_back_as_they_were_added(kept: list[Kept]) -> None:
    made = of(kept)

    assert list(made) == kept
    assert list(made) == kept
    assert (len(made), bool(made)) == (len(kept), bool(kept))


@given(st.lists(KEPT), st.lists(KEPT), st.frozensets(st.integers(0, 3)))
def test_joining_keeps_the_order_and_leaves_out_refused_messages(
    before: list[Kept], more: list[Kept], refused: frozenset[int]
) -> None:
    found = joined(of(before), of(more), refused)

    assert list(found) == before + [one for one in more if one.ordinal not in refused]
