"""277CA: 005010X214; X12 RFI 1312, 1942 and 2203; code sources 507 and 508."""

from dataclasses import replace

import pytest

from acktrail.errors import SetupError
from acktrail.formats.x12 import X12
from acktrail.formats.x12.guide.pyx12_maps import read_wheel_map
from acktrail.model import Acknowledgement, Answering, ReadResult, Severity, Verdict
from tests.generators.x12 import Envelope, group, interchange, payments
from tests.generators.x12_health import Claim, Line, Paid, claim_set
from tests.unit.x12.reading import AT, Folder, findings_of, messages_of, result_of

VERSIONS = {"P": "005010X222A1", "I": "005010X223A2", "D": "005010X224A2"}
ASKED = {"claims": "277ca", "balance": "277ca"}
STRICT: dict[str, object] = {"by_claim": ("3", "5", "7"), "snip": {"5": "reject", "7": "reject"}}
GOOD, BAD = Claim("GOOD1"), Claim("BAD1")
LIST = b"# version 2026-01\ncode,valid_from,valid_to\n99213,20260101,\n1992999874,20260101,\n"


class WithList(Folder):
    """The guides, and one external list."""

    def read(self, path: str) -> bytes:
        return LIST if path == "codes/tiny.csv" else super().read(path)


FORMAT = X12(WithList(), read_wheel_map)


def sent(*sets: list[str], kind: str = "P", envelope: Envelope | None = None) -> bytes:
    return interchange(group("HC", VERSIONS[kind], sets), envelope=envelope)


def judged(data: bytes, **options: object) -> ReadResult:
    reader = FORMAT.reader(STRICT | options)
    return result_of([*reader.feed(data), *reader.close()])


def answered(
    data: bytes,
    options: dict[str, str] | None = None,
    parts: dict[str, tuple[str, ...]] | None = None,
    **reading: object,
) -> list[Acknowledgement]:
    """Return all answers to a file, numbered from 71 with as many as are asked for."""
    result = judged(data, **reading)
    answering = Answering(
        AT,
        options=ASKED if options is None else options,
        parts=parts or {},
        content=lambda at, n: data[at : at + n],
    )
    needed = FORMAT.numbers_needed(result, answering)
    numbers = tuple(range(71, 71 + needed))
    return list(FORMAT.acknowledge(result, replace(answering, numbers=numbers)))


def fed_back(body: bytes) -> ReadResult:
    """Return what our own guide, and the check of its totals, find in a 277CA."""
    reader = FORMAT.reader({"checks": {"277ca.totals": "reject"}})
    return result_of([*reader.feed(body), *reader.close()])


def claims_told(
    data: bytes, parts: dict[str, tuple[str, ...]] | None = None, **reading: object
) -> list[str]:
    """Return the segments of the one 277CA without its envelope; none where none is due."""
    built = [one for one in answered(data, ASKED, parts, **reading) if one.kind == "277CA"]
    assert len(built) <= 1
    assert [findings_of(fed_back(one.body)) for one in built] == [[]] * len(built)
    text = built[0].body.decode() if built else ""
    return [s for s in text.split("~") if s and s[:3] not in ("ISA", "GS*", "GE*", "IEA")]


def statuses(segments: list[str]) -> dict[str, list[str]]:
    """Return what is said of each claim as a whole: by its number, STC01 and STC03 of each STC."""
    said: dict[str, list[str]] = {}
    number = ""
    for text in segments:
        elements = text.split("*")
        if elements[0] in ("HL", "SVC"):
            number = ""
        elif text.startswith("TRN*2*") and "TRN*2*BATCH" not in text:
            number = elements[2]
        elif elements[0] == "STC" and number:
            said.setdefault(number, []).append(f"{elements[1]} {elements[3]}")
    return said


def changed(segments: list[str], old: str, new: str) -> list[str]:
    """Replace in the last segment that has it."""
    at = max(n for n, text in enumerate(segments) if old in text)
    return [*segments[:at], segments[at].replace(old, new), *segments[at + 1 :]]


def out_of_balance(*claims: Claim, kind: str = "P") -> list[str]:
    """Return a set whose claim BAD1 charges 121 for lines of 120."""
    return changed(claim_set(claims, kind), "CLM*BAD1*120*", "CLM*BAD1*121*")


# ------------------------------------------------------------------------------ which sets


def test_277ca_is_off_unless_the_profile_asks() -> None:
    data = sent(claim_set([GOOD]))

    assert [one.kind for one in answered(data, {})] == ["999"]
    assert [one.kind for one in answered(data)] == ["999", "277CA"]


def test_rfi_1312_999_accepts_what_the_277ca_refuses() -> None:
    first, second = answered(sent(out_of_balance(GOOD, BAD)))

    assert (first.kind, first.after_posting) == ("999", False)
    assert b"IK5*A~AK9*A*1*1*1~" in first.body
    assert (second.kind, second.control, second.after_posting) == ("277CA", "000000072", True)
    assert b"GS*HN*CLINICA*ACMEPAYER*20260315*1245*72*X*005010X214~" in second.body


def test_set_that_the_999_rejects_gets_no_277ca() -> None:
    wrong = changed(out_of_balance(GOOD, BAD), "*Y*A*Y*Y", "*Y*Q*Y*Y")

    (only,) = answered(sent(wrong))

    assert (only.kind, b"IK5*R*5" in only.body) == ("999", True)


def test_group_that_the_999_rejects_gets_no_277ca() -> None:
    data = interchange(group("HC", VERSIONS["P"], [claim_set([GOOD])], ge_count="7"))

    assert [one.kind for one in answered(data)] == ["999"]


def test_refused_interchange_and_repeated_control_number_get_no_277ca() -> None:
    refused = sent(claim_set([GOOD]), envelope=Envelope(date="269999"))

    assert [one.kind for one in answered(refused)] == ["TA1"]
    assert [one.kind for one in answered(sent(claim_set([GOOD])), ASKED | {"duplicate": "1"})] == [
        "TA1"
    ]


def test_sums_that_the_profile_tells_nowhere_are_a_persons_and_no_277ca_is_sent() -> None:
    quiet = {"claims": "277ca"}
    data = sent(out_of_balance(GOOD, BAD))

    assert [one.kind for one in answered(data, quiet, by_claim=("5", "7"))] == ["999"]
    (one,) = messages_of(judged(data, by_claim=("5", "7")))
    assert one.verdict is Verdict.REJECTED
    assert not FORMAT.telling(quiet).tells(one)


def test_sums_that_the_999_tells_are_not_told_again() -> None:
    both = {"claims": "277ca", "balance": "999"}

    (only,) = answered(sent(out_of_balance(GOOD, BAD)), both, by_claim=("5", "7"))

    assert b"IK5*R*I5" in only.body


def test_other_sets_and_sets_without_claims_get_no_277ca() -> None:
    empty = [s for s in claim_set([]) if s]

    assert [one.kind for one in answered(interchange(payments()))] == ["999"]
    assert "277CA" not in {one.kind for one in answered(sent(empty))}


def test_837_of_4010_is_judged_and_answered_as_a_whole() -> None:
    """005010X214 is about claims of 005010 only."""
    data = interchange(group("HC", "004010X098A1", [claim_set([GOOD])]))

    (one,) = messages_of(judged(data))

    assert one.guide == "837-004010X098A1"
    assert "claims" not in one.facts
    assert [answer.kind for answer in answered(data)] == ["997"]


def test_content_that_a_translation_refuses_is_a_persons_and_gets_no_277ca() -> None:
    data = sent(claim_set([GOOD]))
    result = judged(data)
    (one,) = result.interchanges
    (received,) = one.groups
    (message,) = received.messages
    fault = replace(
        FORMAT.rules[0].at(), rule="map.invalid_number", severity=Severity.ERROR, category="value"
    )
    again = replace(received, messages=(replace(message, findings=(fault,)),))
    result = replace(result, interchanges=(replace(one, groups=(again,)),))

    assert FORMAT.numbers_needed(result, Answering(AT, options=ASKED)) == 1


def test_file_whose_lines_were_wrapped_gets_no_277ca() -> None:
    data = sent(claim_set([GOOD]))
    wrapped = b"\n".join(data[at : at + 80] for at in range(0, len(data), 80)) + b"\n"

    assert [one.kind for one in answered(wrapped, unwrap=True)] == ["999"]


def test_one_set_for_each_837_as_2000b_may_come_once() -> None:
    data = sent(
        claim_set([GOOD], control="0001", batch="BATCH1"),
        claim_set([GOOD], control="0002", batch="BATCH2"),
    )

    (body,) = [one.body for one in answered(data) if one.kind == "277CA"]

    assert body.count(b"ST*277*") == 2
    assert [b"TRN*2*BATCH1~" in body, b"TRN*2*BATCH2~" in body] == [True, True]


# ------------------------------------------------------------------------------ what is said


def test_277ca_segment_by_segment() -> None:
    claims = (Claim("A1", (Line(12000), Line(4550))), BAD)

    assert claims_told(sent(out_of_balance(*claims))) == [
        "ST*277*0001*005010X214",
        "BHT*0085*08*000000072-0001*20260315*1245*TH",
        "HL*1**20*1",
        "NM1*PR*2*EXAMPLE PAYER*****46*RECV1",
        "TRN*1*000000072-0001",
        "DTP*050*D8*20260315",
        "DTP*009*D8*20260315",
        "HL*2*1*21*1",
        "NM1*41*2*CANARYSUBMITTER*****46*SUBMIT1",
        "TRN*2*BATCH0001",
        "STC*A1:19:PR*20260315*WQ*286.5",
        *("QTY*90*1", "QTY*AA*1", "AMT*YU*165.5", "AMT*YY*121"),
        "HL*3*2*19*1",
        "NM1*85*2*CANARYCLINIC*****XX*1234567893",
        "TRN*1*0",
        "STC*A1:19:PR**WQ*286.5",
        *("QTY*QA*1", "QTY*QC*1", "AMT*YU*165.5", "AMT*YY*121"),
        "HL*4*3*PT",
        "NM1*QC*1*CANARYLAST*CANARYFIRST****MI*CANARYA1",
        *("TRN*2*A1", "STC*A2:20:PR*20260315*WQ*165.5", "REF*D9*CHA1", "DTP*472*D8*20260301"),
        "HL*5*3*PT",
        "NM1*QC*1*CANARYLAST*CANARYFIRST****MI*CANARYBAD1",
        *("TRN*2*BAD1", "STC*A8:400*20260315*U*121", "REF*D9*CHBAD1", "DTP*472*D8*20260301"),
        "SE*36*0001",
    ]


def test_institutional_claim_is_told_by_bill_type_and_statement_period() -> None:
    got = claims_told(sent(claim_set([GOOD], "I"), kind="I"))

    assert "REF*BLT*131" in got
    assert "DTP*472*RD8*20260301-20260302" in got


def test_dental_claim_is_told_of() -> None:
    dental = Claim("GOOD1", (Line(8000, "D0120"),))

    assert statuses(claims_told(sent(claim_set([dental], "D"), kind="D"))) == {
        "GOOD1": ["A2:20:PR WQ"]
    }


def test_dependent_is_named_with_the_number_of_the_subscriber() -> None:
    body = claim_set([replace(GOOD, dependent=True)])
    body = changed(body, "NM1*QC*1*CANARYLAST*CANARYFIRST", "NM1*QC*1*CANARYCHILD*CANARYJUNIOR")

    assert "NM1*QC*1*CANARYCHILD*CANARYJUNIOR****MI*CANARYGOOD1" in claims_told(sent(body))


def test_provider_without_an_npi_is_named_by_its_tax_number() -> None:
    body = changed(
        claim_set([GOOD]), "NM1*85*2*CANARYCLINIC*****XX*1234567893", "NM1*85*2*CANARYCLINIC"
    )

    assert "NM1*85*2*CANARYCLINIC*****FI*512345678" in claims_told(sent(body))


def test_claims_of_one_patient_stand_under_one_level() -> None:
    body = claim_set([GOOD])
    at = next(n for n, text in enumerate(body) if text.startswith("CLM*"))
    second = [text.replace("GOOD1", "GOOD2") for text in body[at:-1]]
    body = [*body[:-1], *second, f"SE*{len(body) + len(second)}*0001"]

    got = claims_told(sent(body))

    assert sum(text.endswith("*PT") for text in got) == 1
    assert list(statuses(got)) == ["GOOD1", "GOOD2"]


def test_period_of_services_is_told_from_first_to_last_day() -> None:
    body = claim_set([Claim("GOOD1", (Line(), Line()))])
    body = changed(body, "DTP*472*D8*20260301", "DTP*472*D8*20260305")

    assert "DTP*472*RD8*20260301-20260305" in claims_told(sent(body))


def test_name_with_a_delimiter_of_ours_is_written_with_those_it_was_sent_with() -> None:
    data = sent(claim_set([GOOD]), envelope=Envelope(marks="|>^!"))
    data = data.replace(b"CANARYLAST", b"CANARY*LAST")

    (body,) = [one.body for one in answered(data) if one.kind == "277CA"]

    assert b"!NM1|QC|1|CANARY*LAST|CANARYFIRST||||MI|CANARYGOOD1!" in body


# ------------------------------------------------------------------------------ statuses


def test_rfi_2203_warnings_are_not_told() -> None:
    body = out_of_balance(GOOD, BAD)

    got = claims_told(sent(body), checks={"837.charge": "warn"})

    assert statuses(got) == {"GOOD1": ["A2:20:PR WQ"], "BAD1": ["A2:20:PR WQ"]}


def test_code_source_507_a8_and_508_400_tell_a_charge_that_is_not_the_sum_of_its_lines() -> None:
    assert statuses(claims_told(sent(out_of_balance(BAD, GOOD)))) == {
        "BAD1": ["A8:400 U"],
        "GOOD1": ["A2:20:PR WQ"],
    }


def test_code_source_508_672_tells_what_another_payer_did_once() -> None:
    other = claim_set([Claim("BAD1", (Line(),)), GOOD])
    at = next(n for n, text in enumerate(other) if text.startswith("LX*"))
    more = ["SBR*S*18*******CI", "AMT*D*1", "OI***Y***Y", "NM1*IL*1*X*Y****MI*Z1"]
    other[at:at] = [*more, "NM1*PR*2*OTHER PAYER*****PI*PAYER2"]
    other[-1] = f"SE*{len(other)}*0001"
    strict = {"837.cob": "reject", "837.cob_line": "reject", "837.cob_paid": "reject"}

    assert statuses(claims_told(sent(other), checks=strict))["BAD1"] == ["A8:672 U"]


def test_code_source_508_454_tells_a_procedure_that_is_in_no_external_list() -> None:
    body = claim_set([GOOD, Claim("BAD1", (Line(12000, "99999"),))])

    assert statuses(claims_told(sent(body), codes={"2400/SV101-2": "tiny"})) == {
        "GOOD1": ["A2:20:PR WQ"],
        "BAD1": ["A7:454 U"],
    }


@pytest.mark.parametrize(
    ("overlay", "status"),
    [
        ({"form": {"2300/CLM01": "[A-Z]{3}"}}, "A7:478 U"),
        ({"forbid": {"2300/CLM05-1": ["11"]}}, "A7:249 U"),
        ({"forbid": {"2300/CLM05-3": ["1"]}}, "A7:535 U"),
        ({"form": {"2300/HI01-2": "X"}}, "A7:255 U"),
        ({"forbid": {"2400/SV101-3": ["25"]}}, "A7:453 U"),
        ({"form": {"2400/SV102": "9"}}, "A7:583 U"),
        ({"require": ["2000B/SBR03"]}, "A6:163:IL U"),
        ({"form": {"2010BA/NM109": "X"}}, "A7:164:IL U"),
        ({"form": {"2310B/NM109": "X"}}, "A7:562:82 U"),
        ({"form": {"2010BB/NM109": "X"}}, "A7:153:PR U"),
        ({"form": {"2010BA/NM103": "X"}}, "A7:125:IL U"),
        ({"form": {"2010BA/N301": "X"}}, "A7:126:IL U"),
        ({"form": {"2010BA/N403": "X"}}, "A7:500:IL U"),
        ({"form": {"2010BA/DMG02": "X"}}, "A7:158:IL U"),
        ({"forbid": {"2010BA/DMG03": ["F"]}}, "A7:157:IL U"),
        ({"require": ["2010AA/PER"]}, "A6:127:85 U"),
        ({"form": {"2400/DTP03": "X"}}, "A7:187 U"),
        ({"repeat": {"2300/HI": 0}}, "A3:255 U"),
        ({"require": ["2400/K3"]}, "A6:481 U"),
        ({"form": {"2010AA/REF02": "X"}}, "A7:481 U"),
    ],
)
def test_snip_7_becomes_category_code_and_entity_of_sources_507_and_508(
    overlay: dict[str, object], status: str
) -> None:
    got = claims_told(sent(claim_set([GOOD])), overlay={"837-005010X222A1": overlay})

    assert statuses(got) == {"GOOD1": [status]}


def test_fault_at_a_level_refuses_every_claim_below_it_and_no_other() -> None:
    body = claim_set([GOOD, replace(BAD, dependent=True), Claim("GOOD2")])
    body = changed(body, "MI*CANARYBAD1", "MI*OTHER")
    form = {"837-005010X222A1": {"form": {"2010BA/NM109": "CANARY[A-Z0-9]{1,9}"}}}

    assert statuses(claims_told(sent(body), overlay=form)) == {
        "GOOD1": ["A2:20:PR WQ"],
        "BAD1": ["A7:164:IL U"],
        "GOOD2": ["A2:20:PR WQ"],
    }


def test_fault_of_the_header_refuses_all_claims() -> None:
    form = {"837-005010X222A1": {"form": {"1000A/NM109": "X"}}}

    assert statuses(claims_told(sent(claim_set([GOOD, BAD])), overlay=form)) == {
        "GOOD1": ["A7:153:41 U"],
        "BAD1": ["A7:153:41 U"],
    }


@pytest.mark.parametrize(
    ("state", "said"),
    [
        ("stored", "A2:20:PR WQ"),
        ("duplicate", "A2:20:PR WQ"),
        ("held", "A1:19:PR WQ"),
        ("conflict", "A3:54 U"),
    ],
)
def test_claim_is_a2_when_stored_a1_when_undecided_and_a3_when_its_number_came_before(
    state: str, said: str
) -> None:
    got = claims_told(sent(out_of_balance(GOOD, BAD)), {"0001": (state,)})

    assert statuses(got) == {"GOOD1": [said], "BAD1": ["A8:400 U"]}


def test_claims_are_a1_where_nobody_can_tell_which_documents_are_theirs() -> None:
    twice = interchange(
        group("HC", VERSIONS["P"], [claim_set([GOOD])]),
        group("HC", VERSIONS["P"], [claim_set([GOOD])], control="906"),
    )

    said = claims_told(twice, {"0001": ("stored", "stored")})

    assert [text for text in said if text.startswith("STC*A2")] == []


# ------------------------------------------------------------------------------ lines


def line_of(segments: list[str]) -> list[str]:
    """Return loops 2220D: from each SVC on, up to the next claim."""
    told, inside = [], False
    for text in segments:
        inside = text.startswith("SVC*") or (inside and text[:3] not in ("HL*", "TRN", "SE*"))
        if inside:
            told.append(text)
    return told


def test_x214_2220d_tells_the_lines_that_refuse_their_claim_and_no_other() -> None:
    body = claim_set([Claim("BAD1", (Line(), Line(4550, "99999"))), GOOD])

    got = claims_told(sent(body), codes={"2400/SV101-2": "tiny"})

    assert statuses(got) == {"BAD1": ["A7:454 U"], "GOOD1": ["A2:20:PR WQ"]}
    assert line_of(got) == [
        "SVC*HC:99999:25*45.5*****1",
        "STC*A7:454*20260315*U",
        "REF*FJ*BAD1L2",
        "DTP*472*D8*20260301",
    ]


def test_x214_svc_of_a_dental_line_counts_its_procedures() -> None:
    forbid = {"837-005010X224A2": {"form": {"2400/SV301-2": "D0120"}}}
    dental = claim_set([Claim("BAD1", (Line(8000, "D1110"),))], "D")

    assert line_of(claims_told(sent(dental, kind="D"), overlay=forbid))[:2] == [
        "SVC*AD:D1110*80*****1",
        "STC*A7:454*20260315*U",
    ]


def test_x214_svc04_is_the_revenue_code_of_a_line_that_has_a_procedure() -> None:
    forbid = {"837-005010X223A2": {"form": {"2400/SV201": "0300"}}}
    body = claim_set([Claim("BAD1")], "I")

    assert line_of(claims_told(sent(body, kind="I"), overlay=forbid))[:2] == [
        "SVC*HC:99213*120**0450***2",
        "STC*A7:455*20260315*U",
    ]


def test_x214_svc01_is_nu_and_the_revenue_code_of_a_line_without_a_procedure() -> None:
    forbid = {"837-005010X223A2": {"form": {"2400/SV201": "0300"}}}
    body = changed(claim_set([Claim("BAD1")], "I"), "HC:99213", "")

    assert line_of(claims_told(sent(body, kind="I"), overlay=forbid))[0] == "SVC*NU:0450*120*****2"


def test_x214_stc10_and_stc11_tell_more_of_a_line_as_its_stc_may_come_once() -> None:
    form = {"2400/SV101-2": "9", "2400/SV102": "9", "2400/DTP03": "X", "2400/SV101-3": "X"}
    got = claims_told(sent(claim_set([BAD])), overlay={"837-005010X222A1": {"form": form}})

    assert statuses(got) == {"BAD1": ["A7:454 U", "A7:583 U", "A7:453 U", "A7:187 U"]}
    assert line_of(got)[1] == "STC*A7:454*20260315*U*******A7:583*A7:453"


def test_x214_ref_xz_is_the_prescription_of_the_line_and_no_other_reference_is_told() -> None:
    drug = ["LIN**N4*00093721410", "CTP****30*UN", "REF*XZ*RX0001"]
    body = claim_set([BAD])
    body[-1:] = [*drug, f"SE*{len(body) + len(drug)}*0001"]
    form = {"837-005010X222A1": {"form": {"2410/CTP04": "9"}}}

    assert line_of(claims_told(sent(body), overlay=form))[2:] == [
        "REF*FJ*BAD1L1",
        "REF*XZ*RX0001",
        "DTP*472*D8*20260301",
    ]


def test_segment_that_a_line_lacks_is_told_of_that_line() -> None:
    body = claim_set([Claim("BAD1", (Line(), Line(5000))), GOOD])
    for at in [n for n, text in enumerate(body) if text.startswith("REF*6R*")][:0:-1]:
        body.insert(at + 1, "K3*FIXED")
    body[-1] = f"SE*{len(body)}*0001"

    got = claims_told(sent(body), overlay={"837-005010X222A1": {"require": ["2400/K3"]}})

    assert [text for text in line_of(got) if text[:3] in ("STC", "REF")] == [
        "STC*A6:481*20260315*U",
        "REF*FJ*BAD1L1",
    ]


def test_accepted_claim_has_no_lines_told_whatever_became_of_its_document() -> None:
    got = claims_told(sent(claim_set([GOOD])), {"0001": ("conflict",)})

    assert (statuses(got), line_of(got)) == ({"GOOD1": ["A3:54 U"]}, [])


@pytest.mark.parametrize(
    ("frequency", "told"), [("1", False), ("6", False), ("7", True), ("8", True)]
)
def test_x214_ref_1k_is_the_payers_number_where_a_claim_replaces_or_voids_another(
    frequency: str,
    told: bool,  # noqa: FBT001 - a parameter
) -> None:
    body = claim_set([replace(GOOD, frequency=frequency, original="ICN1")])

    assert ("REF*1K*ICN1" in claims_told(sent(body))) == told


def test_payers_number_of_another_payers_claim_is_not_told() -> None:
    """REF*F8 of loop 2330B is that of the other payer."""
    paid = Line(12000, "99213", Paid(10000, 2000))
    body = claim_set([Claim("GOOD1", (paid,), "7", "ICN1", other=True)])
    at = next(n for n, text in enumerate(body) if "OTHER PAYER" in text)
    body.insert(at + 1, "REF*F8*OTHERICN")
    body[-1] = f"SE*{len(body)}*0001"

    assert [text for text in claims_told(sent(body)) if text.startswith("REF*1K")] == [
        "REF*1K*ICN1"
    ]


# ------------------------------------------------------------------------------ promises


def test_refused_claims_make_a_set_partly_or_wholly_rejected() -> None:
    (partly,) = messages_of(judged(sent(out_of_balance(GOOD, BAD))))
    (wholly,) = messages_of(judged(sent(out_of_balance(BAD))))

    assert (partly.verdict, partly.facts["refused"]) == (Verdict.PARTIALLY_ACCEPTED, "1")
    assert (wholly.verdict, wholly.facts["refused"]) == (Verdict.REJECTED, "0")
    assert FORMAT.telling(ASKED).tells(wholly)


def test_more_faults_than_are_kept_refuse_their_claims_all_the_same() -> None:
    claims = [Claim(f"C{n:04}") for n in range(1005)]
    body = [text.replace("*120***", "*121***") for text in claim_set(claims)]

    (one,) = messages_of(judged(sent(body)))

    assert one.facts["refused"] == "0-1004"
    assert len(one.findings) == 1000
    assert statuses(claims_told(sent(body)))["C1004"] == ["A3:481 U"]


def test_277ca_passes_its_own_guide_and_its_totals_and_is_the_same_twice() -> None:
    data = sent(out_of_balance(GOOD, BAD, replace(GOOD, number="GOOD2", dependent=True)))
    (once,) = [one.body for one in answered(data) if one.kind == "277CA"]
    (again,) = [one.body for one in answered(data) if one.kind == "277CA"]

    assert once == again
    assert findings_of(fed_back(once)) == []
    assert [one.guide for one in messages_of(fed_back(once))] == ["277-005010X214"]


def test_names_are_in_no_finding_or_fact() -> None:
    result = judged(sent(out_of_balance(GOOD, BAD)))

    assert "CANARY" not in str(result)


def test_fewer_numbers_than_answers_are_refused() -> None:
    data = sent(claim_set([GOOD]))
    result = judged(data)

    with pytest.raises(SetupError):
        FORMAT.acknowledge(
            result, Answering(AT, (71,), ASKED, content=lambda at, n: data[at : at + n])
        )
    with pytest.raises(SetupError):
        FORMAT.acknowledge(result, Answering(AT, (71, 72), ASKED))
