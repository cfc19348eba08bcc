"""Schemas of an operator: what they refuse, where, and what a schema itself may not do."""

import pytest

from acktrail.app.linting import unreadable
from acktrail.app.registry import built_in
from acktrail.errors import GuideError
from acktrail.formats.xml import Xml
from acktrail.formats.xml.validation import MOST_FAULTS
from acktrail.model import Finding, Verdict
from acktrail.profiles.partner import read_profile
from tests.generators import bank as make_bank
from tests.generators import tabular as make
from tests.generators import ubl as make_ubl

XS = 'xmlns:xs="http://www.w3.org/2001/XMLSchema"'
SCHEMA = (
    f'<xs:schema {XS} targetNamespace="{{space}}" elementFormDefault="qualified" {{words}}>'
    "{body}</xs:schema>"
)
INVOICE = make_ubl.UBL + "Invoice-2"
# Every element of the parts is a text, but for the day of issue.
LAX = (
    '<xs:element name="Invoice"><xs:complexType><xs:sequence>'
    '<xs:any maxOccurs="unbounded" processContents="lax"/>'
    "</xs:sequence></xs:complexType></xs:element>"
)
BASIC = SCHEMA.format(
    space=make_ubl.UBL + "CommonBasicComponents-2",
    words="",
    body='<xs:element name="IssueDate" type="xs:date"/><xs:element name="ID" type="xs:token"/>',
)


def schema(body: str = LAX, space: str = INVOICE, words: str = "") -> str:
    return SCHEMA.format(space=space, words=words, body=body)


def importing(location: str) -> str:
    space = make_ubl.UBL + "CommonBasicComponents-2"
    return schema(f'<xs:import namespace="{space}" schemaLocation="{location}"/>{LAX}')


class Folder(make.Layouts):
    """Schemas of a test as data files."""

    def __init__(self, **files: str) -> None:
        super().__init__()
        self.own = {f"schemas/{name.replace('__', '/')}.xsd": text for name, text in files.items()}


def found(
    body: bytes, files: Folder, *paths: str, size: int = 1 << 18
) -> tuple[list[Finding], Verdict]:
    reader = Xml(files).reader({"schemas": paths or ("a.xsd",)})
    events = make.read(reader, body, size)
    return make.all_findings(events), make.result_of("xml", events).verdict


def broken(*names: str, **files: str) -> str:
    with pytest.raises(GuideError) as told:
        Xml(Folder(**files)).reader({"schemas": names or ("a.xsd",)})
    return str(told.value)


@pytest.mark.parametrize("size", [1, 7, 1 << 18])
def test_fault_is_told_with_line_path_and_constraint_and_without_the_value(size: int) -> None:
    body = make_ubl.invoice(taxes=make_ubl.tax(), lines=make_ubl.line(1))
    assert found(body, Folder(a=importing("sub/b.xsd"), sub__b=BASIC)) == ([], Verdict.ACCEPTED)
    wrong = body.replace(b"2026-03-02<", b"CANARY<").replace(b"<cbc:ID>N-1", b"\n\n<cbc:ID>N-1")

    faults, verdict = found(wrong, Folder(a=importing("sub/b.xsd"), sub__b=BASIC), size=size)

    (fault,) = [one for one in faults if one.rule == "xml.schema"]
    assert (fault.code, fault.place.address) == (
        "cvc-datatype-valid-1-2-1",
        "/Invoice/IssueDate[1]",
    )
    assert fault.reference == "line 3"
    assert "CANARY" not in repr(faults)
    assert verdict is Verdict.REJECTED


def test_element_that_the_schema_does_not_know_is_not_named() -> None:
    body = make_ubl.document("Invoice", "<cbc:CANARY/>")
    strict = schema(LAX.replace("lax", "strict"))

    faults, _ = found(body, Folder(a=strict))

    assert any(one.place.address.endswith("?[1]") for one in faults)
    assert "CANARY" not in repr(faults)


def test_statement_that_breaks_its_schema_is_refused_whole() -> None:
    space = "urn:iso:std:iso:20022:tech:xsd:camt.053.001.02"
    empty = schema('<xs:element name="Document" type="xs:token"/>', space)

    faults, verdict = found(make_bank.camt053(), Folder(a=empty))

    assert "xml.schema" in {one.rule for one in faults}
    assert verdict is Verdict.REJECTED


def test_document_of_another_namespace_has_no_schema() -> None:
    faults, verdict = found(make_bank.camt053(), Folder(a=schema()))

    assert [one.rule for one in faults] == ["xml.schema_none"]
    assert verdict is Verdict.REJECTED


def test_schema_is_never_taken_from_where_the_document_says() -> None:
    said = f'xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance" xsi:schemaLocation="{INVOICE} x"'
    body = make_ubl.invoice(taxes=make_ubl.tax(), lines=make_ubl.line(1))
    body = body.replace(b"<Invoice ", f"<Invoice {said} ".encode())

    assert found(body, Folder(a=schema())) == ([], Verdict.ACCEPTED)


def test_faults_are_capped_and_the_cap_is_told() -> None:
    body = make_ubl.document("Invoice", "<cbc:IssueDate>x</cbc:IssueDate>" * 5000)

    faults, _ = found(body, Folder(a=importing("b.xsd"), b=BASIC))

    rules = [one.rule for one in faults]
    assert rules.count("xml.schema") == MOST_FAULTS
    assert rules.count("xml.schema_capped") == 1


def test_schema_that_is_missing_wrong_or_twice_is_a_fault_of_the_setup() -> None:
    assert "a.xsd" in broken()
    assert "not well-formed" in broken(a="<xs:schema")
    assert "no valid XML schema" in broken(a=schema('<xs:element name="a" type="b"/>'))
    assert "no valid XML schema" in broken(a="<html/>")
    assert "same namespace" in broken("a.xsd", "b.xsd", a=schema(), b=schema())


@pytest.mark.parametrize(
    "location",
    ["http://example.invalid/b.xsd", "file:///etc/hostname", "../../b.xsd", "/etc/hostname"],
)
def test_schema_includes_nothing_from_outside_of_its_folder(location: str) -> None:
    assert "outside" in broken(a=importing(location))


def test_schema_with_a_doctype_is_refused_also_where_another_includes_it() -> None:
    bomb = '<!DOCTYPE x [<!ENTITY e SYSTEM "file:///etc/hostname">]>'

    assert "DOCTYPE" in broken(a=bomb + schema())
    assert "DOCTYPE" in broken(a=importing("b.xsd"), b=bomb + BASIC)


def test_lint_names_a_schema_that_cannot_be_used() -> None:
    profile = read_profile(
        b'schema = "acktrail/partner/1"\nid = "shop"\nversion = 1\nname = "Shop"\n'
        b'[[flow]]\nname = "all"\ninclude = ["*.xml"]\nformat = "xml"\n'
        b'[xml]\nschemas = ["a.xsd"]\n'
    )

    (problem,) = unreadable(profile, built_in(Folder(a="<none/>")))

    assert (problem.path, problem.severity) == ("flow[0]", "error")
    assert "schemas/a.xsd" in problem.text
