from datetime import timedelta

import pytest

from acktrail.profiles.partner import Flow
from tests.unit.profiles.texts import PROFILE, problems, profile, text


def test_profile_without_more_says_the_defaults() -> None:
    one = profile()

    assert one.label == "acme@1"
    assert one.inbound.ready.max_wait == timedelta(hours=4)
    assert one.inbound.after == "archive"
    assert one.inbound.duplicates.content == "answer"
    assert one.inbound.duplicates.control == "reject"
    assert not one.posts("invoice")


def test_unknown_key_is_named_with_its_path_and_the_nearest_known_one() -> None:
    body = PROFILE.replace("checks = 2", "cheks = 2")

    assert problems(body) == ["inbound.ready.cheks: no such key; did you mean 'checks'?"]


def test_unknown_key_like_no_other_lists_the_known_ones() -> None:
    (said,) = problems(text("[outbound]\nzzz = 1\n"))

    assert said.startswith("outbound.zzz: no such key; known here: ")
    assert "transport" in said


def test_unknown_key_in_a_list_of_tables_is_counted_from_zero() -> None:
    (said,) = problems(text('lajout = "x"\n'))

    assert said == "flow[0].lajout: no such key; did you mean 'layout'?"


def test_every_problem_is_named_at_once() -> None:
    said = problems('schema = "acktrail/partner/1"\nid = "Acme"\nversion = 0\nfllow = 1\n')

    assert {one.partition(":")[0] for one in said} == {"id", "version", "name", "flow", "fllow"}


def test_missing_key_is_asked_for() -> None:
    assert "name: is required; add it" in problems(PROFILE.replace('name    = "Acme', "#", 1))


def test_number_without_quotes_where_text_belongs_says_how_to_write_it() -> None:
    (said,) = problems(text("[x12]\nagreed = [835]\n"))

    assert said == 'x12.agreed[0]: must be text; put it in quotes ("00501", not 00501)'


def test_text_where_a_list_belongs_says_how_to_write_it() -> None:
    assert problems(text('[x12]\nagreed = "835"\n')) == ["x12.agreed: must be a list in [ ]"]


@pytest.mark.parametrize("line", ['interval = "secret-Canaryvalue"', 'mode = "secret-Canaryvalue"'])
def test_wrong_value_is_never_repeated(line: str) -> None:
    said = problems(PROFILE.replace('interval = "1s"', line).replace('mode = "stable", ', ""))

    assert said
    assert "Canaryvalue" not in " ".join(said)


def test_sftp_endpoint_without_pinned_host_key_is_refused() -> None:
    login = 'login = { user = "acktrail", key = "file:acme-sftp" }'
    (said,) = problems(text(f'[outbound]\ntransport = "sftp"\nhost = "sftp.example"\n{login}\n'))

    assert said == "outbound: an sftp endpoint names host, login and host_key"


def test_login_without_key_and_password_is_refused() -> None:
    (said,) = problems(text('[outbound]\nlogin = { user = "acktrail" }\n'))

    assert said == "outbound.login: names neither key nor password"


@pytest.mark.parametrize(
    "flow",
    [
        'format = "tabular"\n',
        'format = "x12"\nlayout = "supplier-invoice"\n',
    ],
)
def test_layout_belongs_to_tabular_flows_and_to_no_other(flow: str) -> None:
    said = problems(PROFILE.replace('format  = "x12"\n', flow))

    assert said == ["flow[0]: a tabular flow names its layout, no other does"]


def test_envelope_of_more_than_four_steps_is_refused() -> None:
    steps = ", ".join(['{ step = "gzip" }'] * 5)

    assert problems(text(f"envelope = [{steps}]\n"))


def test_options_of_a_flow_are_what_the_profile_sets_and_its_layout() -> None:
    one = profile('[tabular]\nsender = "ACME"\n')
    flow = Flow(name="rows", include=("*.csv",), format="tabular", layout="supplier-invoice")

    assert one.options(flow) == {"sender": "ACME", "layout": "supplier-invoice"}


def test_acknowledge_table_leaves_as_plain_text() -> None:
    one = profile('[acknowledge]\nta1 = "both"\naccept_with_errors = false\nack_warnings = true\n')

    assert one.acknowledge.plain() == {
        "ta1": "both",
        "accept_with_errors": "",
        "ack_warnings": "true",
    }


def test_documents_are_posted_only_where_a_route_says_so() -> None:
    one = profile(
        '[[route]]\ndocument = "invoice"\n\n[[route]]\ndocument = "order"\nto = "store"\n'
    )

    assert one.posts("invoice")
    assert not one.posts("order")
    assert not one.posts("remittance")


def test_sums_are_told_by_a_277ca_only_where_one_is_sent() -> None:
    asked = '[acknowledge]\nbalance = "277ca"\n'

    assert len(problems(text(asked))) == 1
    assert problems(text(asked + 'claims = "277ca"\n')) == []


def test_reader_is_told_what_refuses_single_claims() -> None:
    plain = profile()
    claims = profile('[acknowledge]\nclaims = "277ca"\n')
    sums = profile('[acknowledge]\nclaims = "277ca"\nbalance = "277ca"\n')

    told = [one.options(one.flow[0]).get("by_claim") for one in (plain, claims, sums)]

    assert told == [None, ("5", "7"), ("3", "5", "7")]
