"""Every 999 and every 997 to 4010 HIPAA that we write is valid under pyx12's maps, too."""

import logging
from io import StringIO
from tempfile import NamedTemporaryFile

import pytest
from pyx12 import params, x12n_document  # type: ignore[import-untyped] # has no marker

from tests.generators.x12 import Envelope, group, interchange, payments, remittance
from tests.generators.x12_units import claim_group, claims, member_group, members
from tests.unit.x12.reading import answers_to

logging.getLogger("pyx12").setLevel(logging.CRITICAL + 1)


def changed(segments: list[str], old: str, new: str) -> list[str]:
    return "~".join(segments).replace(old, new).split("~")


def is_valid(answer: str) -> object:
    with NamedTemporaryFile("w", suffix=".edi") as file:
        file.write(answer)
        file.flush()
        return x12n_document.x12n_document(params.params(), file.name, StringIO(), None, None)


@pytest.mark.parametrize(
    "data",
    [
        interchange(payments()),
        interchange(
            payments(remittance(), changed(remittance("0002"), "CAS*CO*45*20", "CAS*Q*45*2O"))
        ),
        interchange(claim_group(changed(claims(), "SV1*HC", "SV1*ZZZ"))),
        interchange(member_group(changed(members(), "HD*030", "HD*999"))),
    ],
    ids=["accepted", "partly", "claims", "members"],
)
def test_999_is_valid_under_the_map_of_pyx12(data: bytes) -> None:
    answer = "~".join(answers_to(data)) + "~"

    assert is_valid(answer)
    assert not is_valid(answer.replace("AK9*", "AK9*Z*"))


@pytest.mark.parametrize("wrong", ["BPR*I*", "BPR*Q*"], ids=["accepted", "refused"])
def test_997_to_hipaa_is_valid_under_the_map_of_pyx12(wrong: str) -> None:
    body = changed(remittance(), "BPR*I*", wrong)
    data = interchange(group("HP", "004010X091A1", [body]), envelope=Envelope(release="00401"))
    answer = "~".join(answers_to(data)) + "~"

    assert "~ST*997*" in answer
    assert is_valid(answer)
    assert not is_valid(answer.replace("AK9*", "AK9*Z*"))
