import gzip
import io
import zipfile
from typing import BinaryIO

import pytest

from acktrail.errors import EnvelopeError
from acktrail.ports import Opened, SealRules
from acktrail.security.envelope import Step, looks_sealed, open_steps
from acktrail.security.inflate import Limits

BODY = b"ISA*00*TESTPERSON~" * 100
HEADER = b"\x84\x5e\x03" + bytes(91) + b"\xd2\x04\x01abc"  # session key packet, protected data


class Reverser:
    """Stands for an engine: what it is given after a header comes out reversed."""

    name = "reverser 1"
    limit = 0

    def open(self, source: BinaryIO, target: BinaryIO, rules: SealRules) -> Opened:
        body = source.read()[len(HEADER) :][::-1]
        self.limit = rules.limit
        target.write(body)
        return Opened(len(body), "", {"step": "pgp"})

    def seal(self, body: bytes, rules: SealRules) -> bytes:  # noqa: ARG002
        return HEADER + body[::-1]


def opened(data: bytes, *names: str, limits: Limits | None = None) -> tuple[bytes, list[str]]:
    steps = [Step(name) for name in names]
    clear, notes = open_steps(
        io.BytesIO(data), steps, limits or Limits(), Reverser(), SealRules(), io.BytesIO
    )
    return clear.read(), [note.facts["step"] for note in notes]


def refusal(data: bytes, *names: str, limits: Limits | None = None) -> str:
    with pytest.raises(EnvelopeError) as caught:
        opened(data, *names, limits=limits)
    return caught.value.code


def zipped(*members: tuple[str, bytes]) -> bytes:
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as file:
        for name, body in members:
            file.writestr(name, body)
    return packed.getvalue()


def sealed(body: bytes) -> bytes:
    return Reverser().seal(body, SealRules())


def test_plain_file_is_passed_on() -> None:
    assert opened(BODY) == (BODY, [])


def test_steps_are_opened_outermost_first() -> None:
    assert opened(sealed(gzip.compress(BODY)), "pgp", "gzip") == (BODY, ["pgp", "gzip"])
    assert opened(gzip.compress(sealed(BODY)), "gzip", "pgp") == (BODY, ["gzip", "pgp"])
    assert opened(zipped(("a", BODY)), "zip") == (BODY, ["zip"])


@pytest.mark.parametrize(
    ("data", "names"),
    [
        (BODY, ("pgp",)),
        (BODY, ("gzip",)),
        (BODY, ("zip",)),
        (b"", ("pgp",)),
        (sealed(BODY), ()),
        (gzip.compress(BODY), ()),
        (zipped(("a", BODY)), ()),
        (b"\n-----BEGIN PGP MESSAGE-----\n\nabc=\n", ()),
        (gzip.compress(BODY), ("zip",)),
        (sealed(BODY), ("gzip",)),
        (sealed(BODY), ("pgp", "gzip")),
        (sealed(sealed(BODY)), ("pgp",)),
        (gzip.compress(gzip.compress(BODY)), ("gzip",)),
    ],
)
def test_envelope_is_never_guessed(data: bytes, names: tuple[str, ...]) -> None:
    assert refusal(data, *names) == "envelope.mismatch"


@pytest.mark.parametrize("text", ["Átéxto", "é;ü", "Ãlpha;1", "ÿ", "\xc1\x02\x03"], ids=ascii)
def test_latin_text_is_not_taken_for_openpgp(text: str) -> None:
    body = text.encode("latin-1") + b";more;text\r\n" * 9
    if body[:3] == b"\xc1\x02\x03":  # not text: a packet that says it is a session key
        assert looks_sealed(body) == "pgp"
        return
    assert looks_sealed(body) == ""
    assert looks_sealed(text.encode()) == ""


def test_text_in_ebcdic_and_utf16_is_not_taken_for_openpgp() -> None:
    for encoding in ("cp037", "utf-16", "utf-16-be", "utf-8-sig"):
        assert looks_sealed("ISA*00*          *ZZ".encode(encoding)) == ""


def test_members_are_joined_where_several_are_agreed() -> None:
    data = zipped(("a", b"one;"), ("b", b"two;"))

    assert refusal(data, "zip") == "zip.members"
    assert opened(data, "zip", limits=Limits(members=2)) == (b"one;two;", ["zip"])


def test_first_member_name_is_noted_escaped() -> None:
    _, [note] = open_steps(
        io.BytesIO(zipped(("Ä.edi", BODY))),
        [Step("zip")],
        Limits(),
        Reverser(),
        SealRules(),
        io.BytesIO,
    )

    assert note.facts["first"] == r"\xc3\x84.edi"


def test_limits_reach_the_engine() -> None:
    engine = Reverser()
    data = io.BytesIO(sealed(BODY))

    open_steps(data, [Step("pgp")], Limits(opened=77), engine, SealRules(limit=99), io.BytesIO)

    assert engine.limit == 77
