import pytest

from acktrail.profiles.lint import lint
from acktrail.profiles.partner import PartnerProfile, read_profile
from tests.unit.profiles.texts import PROFILE, profile, text

SIGNER = "AB" * 20
LAYOUTS = ("supplier-invoice",)
ROUTE = '[[route]]\ndocument = "invoice"\n'
SENDER = '[identity]\nsenders = ["ZZ:ACME"]\n'


def said(extra: str, *others: PartnerProfile) -> list[tuple[str, str]]:
    return [(one.path, one.severity) for one in lint(profile(extra), others, LAYOUTS)]


def test_profile_with_route_and_sender_is_clean() -> None:
    assert said(ROUTE + SENDER) == []


def test_route_of_an_unknown_kind_is_an_error_that_lists_the_kinds() -> None:
    (one,) = lint(profile(ROUTE.replace("invoice", "invoize") + SENDER), (), LAYOUTS)

    assert (one.path, one.severity) == ("route[0].document", "error")
    assert "invoice" in one.text


def test_profile_without_route_is_warned_that_nothing_is_posted() -> None:
    assert said(SENDER) == [("route", "warning")]


def test_envelope_format_without_sender_ids_is_warned() -> None:
    assert said(ROUTE) == [("identity.senders", "warning")]


def test_sender_id_of_two_partners_is_an_error() -> None:
    other = profile(SENDER, id='"other"')

    assert said(ROUTE + SENDER, other) == [("identity.senders", "error")]


def test_own_earlier_version_with_the_same_sender_id_is_no_problem() -> None:
    assert said(ROUTE + SENDER, profile(SENDER)) == []


def test_host_key_as_fingerprint_and_secret_in_the_environment_are_warned() -> None:
    outbound = (
        '[outbound]\ntransport = "sftp"\nhost = "sftp.example"\n'
        'login = { user = "acktrail", password = "env:ACME" }\n'
        f'host_key = {{ current = "ssh-rsa SHA256:{"A" * 43}" }}\n'
    )

    assert said(ROUTE + SENDER + outbound) == [
        ("outbound.host_key.current", "warning"),
        ("outbound.login", "warning"),
    ]


def test_unknown_layout_is_an_error() -> None:
    flow = '[[flow]]\nname = "rows"\ninclude = ["*.csv"]\nformat = "tabular"\nlayout = "nope"\n'

    assert said(flow + ROUTE + SENDER) == [("flow[1].layout", "error")]


@pytest.mark.parametrize(
    ("step", "problem"),
    [
        ('{ step = "gzip", keys = ["a.asc"] }', ("flow[0].envelope[0]", "error")),
        (
            '{ step = "pgp", signers = ["' + SIGNER + '"], keys = ["a.asc"] }',
            ("flow[0].envelope[0].secret_keys", "error"),
        ),
        (
            '{ step = "pgp", signers = ["' + SIGNER + '"], secret_keys = ["file:ours"] }',
            ("flow[0].envelope[0].keys", "error"),
        ),
        (
            '{ step = "pgp", secret_keys = ["file:ours"] }',
            ("flow[0].envelope[0].signers", "warning"),
        ),
    ],
)
def test_envelope_step_with_wrong_or_missing_keys_is_named(
    step: str, problem: tuple[str, str]
) -> None:
    assert said(f"envelope = [{step}]\n" + ROUTE + SENDER) == [problem]


@pytest.mark.parametrize("first", ["*.edi", "*"])
def test_flow_whose_names_an_earlier_flow_takes_is_an_error(first: str) -> None:
    body = PROFILE.replace("*.edi", first)
    second = '[[flow]]\nname = "more"\ninclude = ["*.edi"]\nformat = "x12"\n'
    one = read_profile((body + second + ROUTE + SENDER).encode())

    assert [p.path for p in lint(one, (), LAYOUTS)] == ["flow[1].include"]


def test_trailer_readiness_for_rows_is_warned() -> None:
    body = text(ROUTE).replace('mode = "stable"', 'mode = "trailer"')
    body = body.replace('format  = "x12"', 'format = "tabular"\nlayout = "supplier-invoice"')

    assert [p.path for p in lint(read_profile(body.encode()), (), LAYOUTS)] == ["flow[0].format"]


@pytest.mark.parametrize(
    ("table", "path"),
    [
        ('[x12]\nsnip = { 2 = "warn" }\n', "x12.snip"),
        ('[x12]\nsnip = { 1 = "off" }\n', "x12.snip"),
        ("[x12]\nunwrap = true\n", "x12.unwrap"),
    ],
)
def test_277ca_needs_sets_that_follow_their_guide_and_bytes_where_they_were_read(
    table: str, path: str
) -> None:
    asked = '[acknowledge]\nclaims = "277ca"\n'

    assert said(ROUTE + SENDER + asked) == []
    assert said(ROUTE + SENDER + table) == []
    assert said(ROUTE + SENDER + asked + table) == [(path, "error")]
