"""What must not work: forged forms, foreign hosts, names and texts that want to be code."""

import re
from collections.abc import Iterator
from html import unescape
from pathlib import Path

import pytest
from starlette.testclient import TestClient

from acktrail.app.trial import Trial
from acktrail.web import faults
from acktrail.web.rendering import STATIC, TEMPLATES
from tests.conftest import SAMPLES
from tests.unit.web.conftest import Enter, fields

SUPPLIER = "supplier-eurobandage"
ORDERS = SAMPLES / "edifact-orders-clean/inbound/orders-0120.edi"
SCRIPT = "<script>alert(1)</script>"
PAGES_OF_ONE = ("", "/content", "/release", "/replay", "/park")


@pytest.mark.parametrize(
    "headers",
    [
        {"sec-fetch-site": "cross-site"},
        {"sec-fetch-site": "same-site"},
        {"sec-fetch-site": "none"},
        {"origin": "https://evil.example"},
        {"origin": "null"},
        {},
    ],
)
def test_form_of_another_site_is_refused(
    trial: Trial, enter: Enter, headers: dict[str, str]
) -> None:
    browser = enter("operator")
    held = trial.wired.tools.ledger.exchanges(status="held")[0].id
    form = fields(browser, reason="forged")
    del browser.headers["sec-fetch-site"]

    answer = browser.post(f"/exchanges/{held}/release", data=form, headers=headers)
    sign_in = browser.post("/sign-in", data={"name": "x", "password": "y"}, headers=headers)

    assert (answer.status_code, sign_in.status_code) == (403, 403)
    assert trial.wired.tools.ledger.exchange(held).status == "held"


def test_form_of_an_old_browser_is_known_by_its_origin(trial: Trial, enter: Enter) -> None:
    browser = enter("operator")
    held = trial.wired.tools.ledger.exchanges(status="held")[0].id
    del browser.headers["sec-fetch-site"]
    origin = {"origin": "https://localhost"}

    answer = browser.post(
        f"/exchanges/{held}/release", data=fields(browser, reason="mine"), headers=origin
    )

    assert answer.status_code == 303


@pytest.mark.parametrize("token", [None, "", "0" * 64, "\u00e9"])
def test_form_without_the_token_of_the_session_is_refused(
    trial: Trial, enter: Enter, token: str | None
) -> None:
    browser = enter("operator")
    held = trial.wired.tools.ledger.exchanges(status="held")[0].id
    form = {"reason": "forged"} | ({"csrf": token} if token is not None else {})

    answer = browser.post(f"/exchanges/{held}/release", data=form)

    assert answer.status_code == 403
    assert trial.wired.tools.ledger.exchange(held).status == "held"


def test_token_of_another_session_is_refused(trial: Trial, enter: Enter) -> None:
    theirs = fields(enter("viewer"), reason="forged")
    held = trial.wired.tools.ledger.exchanges(status="held")[0].id

    assert enter("operator").post(f"/exchanges/{held}/release", data=theirs).status_code == 403


def test_nothing_changes_by_looking(trial: Trial, enter: Enter) -> None:
    """A change by GET would pass SameSite and every form token."""
    browser = enter("operator")
    held = trial.wired.tools.ledger.exchanges(status="held")[0].id
    before = trial.wired.tools.ledger.size()

    for where in (f"/exchanges/{held}/release?reason=x", f"/exchanges/{held}", "/lanes", "/"):
        browser.get(where)

    assert trial.wired.tools.ledger.size() == before
    assert browser.get("/lanes/pause").status_code == 405
    assert browser.get("/sign-out").status_code == 405


@pytest.mark.parametrize("host", ["evil.example", "localhost.evil.example", "", "localhost@evil"])
def test_foreign_host_is_refused(stranger: TestClient, host: str) -> None:
    assert stranger.get("/sign-in", headers={"host": host}).status_code == 421


@pytest.mark.parametrize("host", ["localhost", "LOCALHOST:8765", "127.0.0.1:8765", "[::1]:8765"])
def test_own_host_is_answered(stranger: TestClient, host: str) -> None:
    assert stranger.get("/sign-in", headers={"host": host}).status_code == 200


def test_large_body_and_one_without_a_length_are_refused(stranger: TestClient) -> None:
    def pieces() -> Iterator[bytes]:
        yield b"name=x"

    assert stranger.post("/sign-in", content=b"x" * 70_000).status_code == 413
    assert stranger.post("/sign-in", content=pieces()).status_code == 411
    assert stranger.post("/sign-in", content=b"&".join([b"a=b"] * 1000)).status_code == 403


@pytest.mark.parametrize(
    "where",
    [
        "/static/../application.py",
        "/static/..%2fapplication.py",
        "/static/%2e%2e/templates/layout.html",
        "/partners/..%2f..%2facktrail",
        "/partners/%2e%2e",
    ],
)
def test_path_leads_out_of_nothing(enter: Enter, where: str) -> None:
    assert enter("viewer").get(where).status_code == 404


def test_sign_in_leads_nowhere_else(enter: Enter) -> None:
    browser = enter("viewer")

    for where in ("/sign-in?next=//evil.example", "/sign-in?next=https://evil.example"):
        answer = browser.post(where, data={"name": "viewer", "password": "x"})
        assert "evil.example" not in answer.text + answer.headers.get("location", "")


@pytest.mark.parametrize(
    "name",
    [
        f"{SCRIPT.replace('/', '')}.edi",
        '"><img src=x onerror=alert(1)>.edi',
        "{{ 7*7 }}{% raw %}.edi",
        "\u202egpj.idE.edi",
        "a\nb.edi",
    ],
)
def test_file_name_is_text_on_every_page(trial: Trial, enter: Enter, name: str) -> None:
    (row,) = trial.drop(SUPPLIER, name, ORDERS.read_bytes().replace(b"EB0001", b"EB0009"))
    browser = enter("operator")

    pages = [browser.get(f"/exchanges/{row.id}{part}") for part in PAGES_OF_ONE]
    pages += [browser.get("/exchanges"), browser.get("/acknowledgements"), browser.get("/")]
    pages.append(browser.post("/find", data=fields(browser, text=row.name)))

    for page in pages:
        assert page.status_code == (303 if "location" in page.headers else 200)
        assert "<script>alert" not in page.text
        assert "<img" not in page.text
        assert "49" not in re.findall(r"\{\{.*?\}\}|>49<", page.text)
        assert "\u202e" not in page.text


def test_text_of_a_file_is_text_on_every_page(trial: Trial, enter: Enter) -> None:
    body = ORDERS.read_bytes().replace(b"UNH+", b"UNH+" + SCRIPT.encode()[:14], 1)
    body = body.replace(b"NAD+BY", b"NAD+" + SCRIPT.encode(), 1)
    (row,) = trial.drop(SUPPLIER, "orders-hostile.edi", body)
    browser = enter("payload")

    pages = [browser.get(f"/exchanges/{row.id}{part}") for part in ("", "/content")]

    assert [page.status_code for page in pages] == [200, 200]
    assert all("<script>" not in page.text for page in pages)


@pytest.mark.parametrize("text", [SCRIPT, "' OR 1=1 --", "%", "_", "\x00", "x" * 400, "a\u202eb"])
def test_search_takes_text_for_text(enter: Enter, text: str) -> None:
    browser = enter("viewer")

    page = browser.post("/find", data=fields(browser, text=text))

    assert page.status_code == 200
    assert "No exchange has that" in page.text
    assert SCRIPT not in page.text


def test_templates_leave_nothing_unescaped_and_load_nothing_from_outside() -> None:
    places = sorted(TEMPLATES.iterdir())
    texts = {path.name: path.read_text("utf-8") for path in places}

    assert {path.suffix for path in places} == {".html"}
    for name, text in texts.items():
        assert not re.search(r"\|\s*safe|autoescape|Markup", text), name
        assert not re.search(r"\sstyle=|\son[a-z]+=|javascript:", text), name
        assert not re.search(r"<script(?! src=)", text), name
        assert "//" not in text.replace("{#", ""), name
    css = (STATIC / "console.css").read_text("utf-8")
    assert "url(" not in css
    assert "@import" not in css


def test_vendored_files_are_those_of_the_notice() -> None:
    notice = (STATIC / "NOTICE").read_text("utf-8")

    assert all(path.name in notice for path in STATIC.glob("*.js"))


def test_defect_is_named_by_its_class_and_route_only(caplog: pytest.LogCaptureFixture) -> None:
    fault = faults.unforeseen(ValueError("DOE^JANE"), "/exchanges/{id}")

    assert "DOE" not in str(fault) + caplog.text
    assert "route=/exchanges/{id} error=ValueError" in caplog.text


def long_field(browser: TestClient, key: str, masked: str) -> tuple[str, str]:
    """Return the address of a segment and the number of a field that holds a long value."""
    for spot in re.findall(rf"/exchanges/{key}/segments/([0-9]+-[0-9]+)", masked):
        where = f"/exchanges/{key}/segments/{spot}"
        found = re.search(r'value="([0-9]+)" required> .*\[[0-9]{2}\]', browser.get(where).text)
        if found:
            return where, found[1]
    pytest.fail("the sample has no long value")


def test_field_is_revealed_once_for_a_reason_and_noted_first(trial: Trial, enter: Enter) -> None:
    browser = enter("payload")
    tools = trial.wired.tools
    row = tools.ledger.exchanges(status="closed", limit=1)[0]
    masked = browser.get(f"/exchanges/{row.id}/content").text
    where, element = long_field(browser, row.id, masked)
    days = len(tools.ledger.entries("access:2026-01-02"))

    without = browser.post(where, data=fields(browser, element=element))
    shown = browser.post(where, data=fields(browser, element=element, reason="a call"))

    assert (without.status_code, shown.status_code) == (422, 200)
    looks = tools.ledger.entries("access:2026-01-02")[days:]
    assert [(one.kind, one.body["exchange"]) for one in looks] == [("viewed", row.id)]
    assert f"element {element}" in str(looks[0].body["part"])
    value = re.search('class="revealed"><code>(.+?)</code>', shown.text)
    assert value is not None
    assert unescape(value[1]).encode() in tools.store.get(row.clear).replace(b"?", b"")
    assert value[1] not in masked


def test_file_is_handed_over_to_be_kept_and_noted_first(trial: Trial, enter: Enter) -> None:
    browser = enter("payload")
    tools = trial.wired.tools
    row = tools.ledger.exchanges(status="closed", limit=1)[0]

    answer = browser.post(f"/exchanges/{row.id}/file", data=fields(browser, reason="a complaint"))

    assert answer.content == tools.store.get(row.clear)
    assert answer.headers["content-type"] == "application/octet-stream"
    assert answer.headers["content-disposition"] == f'attachment; filename="{row.name}"'
    assert answer.headers["content-security-policy"].startswith("sandbox;")
    last = tools.ledger.entries("access:2026-01-02")[-1]
    assert (last.kind, last.body["reason"]) == ("viewed", "a complaint")


def test_content_of_a_viewer_is_masked(trial: Trial, enter: Enter) -> None:
    browser = enter("viewer")
    row = trial.wired.tools.ledger.exchanges(status="closed", limit=1)[0]

    page = browser.get(f"/exchanges/{row.id}/content").text

    assert "[" in page
    assert "/segments/" not in page
    for name in re.findall(rb"NAD\+[A-Z]+\+\+([A-Z a-z]+)", Path(ORDERS).read_bytes()):
        assert name.decode() not in page
