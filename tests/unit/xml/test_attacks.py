"""What hostile XML does to us: nothing. One named attack each, with its outcome."""

from pathlib import Path

import pytest

from acktrail.errors import PartnerError
from acktrail.formats.xml.hardened import HardenedParser
from tests.generators import ubl as make
from tests.unit.xml.reading import Options, found, translate

SECRET = "file:///etc/hostname"  # noqa: S105 - a file that an attacker might want


def outcome(body: bytes, options: Options = None) -> str:
    """Return the code a file is refused with, or the first finding, or accepted."""
    result = translate(body, options)[0].result
    names = [rule for rule, _place in found(body, options)]
    return names[0] if names else str(result.verdict)


def bomb() -> str:
    levels = "".join(
        f'<!ENTITY e{n} "{f"&e{n - 1};" * 10}">' if n else '<!ENTITY e0 "ha">' for n in range(9)
    )
    return f"<!DOCTYPE Invoice [{levels}]>"


ATTRIBUTES = " ".join(f"a{n}='1'" for n in range(50_000))
ATTACKS: dict[str, tuple[bytes, str]] = {
    "external_entity": (
        make.invoice(
            prologue=f'<!DOCTYPE Invoice [<!ENTITY x SYSTEM "{SECRET}">]>',
            extra="<cbc:Note>&x;</cbc:Note>",
        ),
        "xml.doctype",
    ),
    "internal_entity_in_money": (
        make.invoice(prologue='<!DOCTYPE Invoice [<!ENTITY x "1">]>', payable="&x;00.00"),
        "xml.doctype",
    ),
    "parameter_entity": (
        make.invoice(prologue=f'<!DOCTYPE Invoice [<!ENTITY % p SYSTEM "{SECRET}"> %p;]>'),
        "xml.doctype",
    ),
    "billion_laughs": (
        make.invoice(prologue=bomb(), extra="<cbc:Note>&e8;</cbc:Note>"),
        "xml.malformed",
    ),
    "quadratic_blow_up": (
        make.invoice(
            prologue=f'<!DOCTYPE Invoice [<!ENTITY x "{"a" * 50_000}">]>',
            extra=f"<cbc:Note>{'&x;' * 5_000}</cbc:Note>",
        ),
        "xml.malformed",
    ),
    "external_dtd": (
        make.invoice(prologue='<!DOCTYPE Invoice SYSTEM "http://example.invalid/a.dtd">'),
        "xml.doctype",
    ),
    "deep_nesting": (
        make.invoice(extra="<cac:Party>" * 100 + "</cac:Party>" * 100),
        "xml.depth",
    ),
    "huge_text": (
        make.invoice(extra=f"<cbc:Note>{'a' * 11_000_000}</cbc:Note>"),
        "xml.malformed",
    ),
    "large_text": (
        make.invoice(extra=f"<cbc:Note>{'a' * 40_000}</cbc:Note>"),
        "partner.too_large",
    ),
    "many_attributes": (
        make.invoice(extra=f"<cbc:Note {ATTRIBUTES}>x</cbc:Note>"),
        "xml.attributes",
    ),
    "many_elements_in_one_part": (
        make.invoice(extra=f"<cac:Party>{'<cbc:Name/>' * 100_001}</cac:Party>"),
        "partner.too_large",
    ),
    "utf_16": (make.invoice().decode().replace("UTF-8", "UTF-16").encode("utf-16"), "xml.encoding"),
    "utf_16_without_mark": (make.invoice().decode().encode("utf-16-be"), "xml.encoding"),
    "utf_7": (
        make.invoice().replace(b"UTF-8", b"UTF-7").replace(b"<cbc:Note>", b"+ADw-cbc:Note+AD4-"),
        "xml.encoding",
    ),
    "ebcdic": (make.invoice().decode().replace("UTF-8", "IBM037").encode("cp037"), "xml.malformed"),
    "undeclared_entity": (make.invoice(extra="<cbc:Note>&secret;</cbc:Note>"), "xml.malformed"),
    "xinclude": (
        make.invoice(
            extra='<xi:include xmlns:xi="http://www.w3.org/2001/XInclude"'
            f' href="{SECRET}" parse="text"/>'
        ),
        "xml.namespace",
    ),
    "namespace_confusion": (
        make.invoice(extra='<x:ID xmlns:x="urn:x">N-2</x:ID>'),
        "xml.namespace",
    ),
    "prefix_bound_twice": (
        make.invoice(extra='<cbc:ID xmlns:cbc="urn:x">N-2</cbc:ID>'),
        "xml.namespace",
    ),
    "second_root": (make.invoice() + make.invoice()[38:], "xml.malformed"),
    "bytes_that_are_no_utf_8": (
        make.invoice(extra="<cbc:Note>\x7f</cbc:Note>").replace(b"\x7f", b"\xff"),
        "xml.malformed",
    ),
    # harmless: nothing is fetched, nothing of them is read
    "processing_instruction": (
        make.invoice(prologue='<?xml-stylesheet href="http://example.invalid/a.xsl"?>'),
        "accepted",
    ),
    "comment_flood": (make.invoice(extra="<!--x-->" * 100_000), "accepted"),
    "schema_location": (
        make.invoice().replace(
            b"<Invoice ",
            b'<Invoice xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance"'
            b' xsi:schemaLocation="urn:x http://example.invalid/a.xsd" ',
            1,
        ),
        "accepted",
    ),
}


@pytest.mark.parametrize("name", ATTACKS)
def test_attack_has_its_outcome(name: str) -> None:
    body, wanted = ATTACKS[name]

    assert outcome(body) == wanted


def test_local_dtd_is_not_even_opened(tmp_path: Path) -> None:
    """A file that is no DTD would make the document malformed, if it were read."""
    dtd = tmp_path / "a.dtd"
    dtd.write_text("<<<")
    body = make.invoice(prologue=f'<!DOCTYPE Invoice SYSTEM "{dtd.as_uri()}">')

    assert outcome(body) == "xml.doctype"
    assert outcome(body, {"doctypes": [dtd.as_uri()]}) == "accepted"


def test_comment_within_a_text_does_not_cut_it() -> None:
    """A signature may be made over the text that others see whole."""
    body = make.invoice(payable="25<!-- -->0.00")

    assert outcome(body) == "accepted"


def test_flood_of_comments_leaves_no_node() -> None:
    parser = HardenedParser()
    events = parser.feed(b"<a>" + b"<!--x-->" * 10_000 + b"<b/></a>")

    assert len(list(events)) == 4
    assert list(parser.close()) == []


def test_cut_anywhere_is_never_complete() -> None:
    body = make.invoice()

    for length in range(0, len(body) - 1, 7):
        result = translate(body[:length])[0].result
        assert not result.usable
        assert result.documents == {}


@pytest.mark.parametrize("size", [1, 7, 64, 997])
def test_chunked_equals_whole(size: int) -> None:
    body = make.invoice(payable="1.00", extra="<cbc:Note>\u00e4\u20ac</cbc:Note>")

    assert translate(body, size=size)[0].result == translate(body)[0].result


def test_any_changed_byte_gives_a_verdict() -> None:
    body = make.invoice()

    for at in range(0, len(body), 5):
        for byte in (b"\x00", b"<", b"&", b"\xff", b'"'):
            changed = body[:at] + byte + body[at + 1 :]
            try:
                result = translate(changed)[0].result
            except PartnerError:  # pragma: no cover - the pipeline takes it
                pytest.fail("an error left the pipeline")
            assert result.verdict
