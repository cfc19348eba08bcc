"""Every page answers whoever may have it and nobody else, with the headers that guard it."""

import re

import pytest
from starlette.testclient import TestClient

from acktrail.app import handing_over
from acktrail.app.trial import Trial
from acktrail.security.roles import GRANTS, MATRIX
from acktrail.web.pages import PAGES
from acktrail.web.rendering import outcome
from acktrail.web.shield import HEADERS
from acktrail.web.visits import Page
from tests.unit.web.conftest import Enter, fields

PARTNER = "supplier-eurobandage"


def address(page: Page, trial: Trial) -> str:
    """Return an address that leads to the page."""
    held = trial.wired.tools.ledger.exchanges(status="held", limit=1)[0].id
    key = PARTNER if page.path.startswith("/partners") else held
    if page.path.startswith("/exceptions"):
        key = "1"
    return page.path.format(id=key, spot="0-1")


def call(browser: TestClient, page: Page, trial: Trial) -> int:
    where = address(page, trial)
    if page.method == "GET":
        return int(browser.get(where).status_code)
    return int(browser.post(where, data=fields(browser)).status_code)


@pytest.mark.parametrize("grant", GRANTS)
def test_page_is_for_the_roles_of_its_act_and_no_other(
    trial: Trial, enter: Enter, grant: str
) -> None:
    browser = enter(grant)
    roles = {"viewer", grant} if grant == "payload" else {grant}
    wrong = {}

    for page in PAGES:
        if page.path in ("/sign-out", "/password"):  # whoever is signed in
            continue
        code = call(browser, page, trial)
        allowed = bool(MATRIX[page.act] & roles)
        if (code != 403) != allowed or code >= 500 or (code == 303 and page.method == "GET"):
            wrong[page.method, page.path] = code

    assert wrong == {}


def test_act_of_every_page_stands_in_the_matrix() -> None:
    assert {page.act for page in PAGES if page.act} <= set(MATRIX)
    changing = {page.path: page.act for page in PAGES if page.method == "POST"}
    only_read = {path for path, act in changing.items() if act == "read"}

    assert only_read == {"/find", "/ledger/verify", "/exchanges/{id}/verify"}


@pytest.mark.parametrize("page", PAGES, ids=lambda one: f"{one.method} {one.path}")
def test_page_sends_a_stranger_to_sign_in(stranger: TestClient, page: Page) -> None:
    where = page.path.format(id="ex_1", spot="0-1")

    answer = stranger.request(page.method, where)

    assert (answer.status_code, answer.headers["location"]) == (303, "/sign-in")


@pytest.mark.parametrize("where", ["/", "/exchanges", "/sign-in", "/nowhere", "/exchanges/ex_0"])
def test_answer_carries_the_headers_that_guard_it(enter: Enter, where: str) -> None:
    answer = enter("viewer").get(where)

    assert {name: answer.headers[name] for name in HEADERS} == HEADERS
    assert "unsafe" not in answer.headers["content-security-policy"]
    assert answer.headers["cache-control"] == "no-store"
    assert answer.headers["strict-transport-security"].startswith("max-age=")
    assert "server" not in answer.headers


def test_title_and_address_hold_neither_file_names_nor_what_was_searched(
    trial: Trial, enter: Enter
) -> None:
    browser = enter("viewer")
    row = trial.wired.tools.ledger.exchanges(limit=1)[0]

    found = browser.post("/find", data=fields(browser, text=row.name))
    page = browser.get(found.headers["location"])
    many = browser.post("/find", data=fields(browser, text="orders-01"))

    assert found.headers["location"] == f"/exchanges/{row.id}"
    for answer in (page, many):
        title = re.search("<title>(.*)</title>", answer.text)
        assert title is not None
        assert row.name not in title[1]
        assert row.name in answer.text
    links = re.findall('href="([^"]*)"', page.text + many.text)
    assert not [link for link in links if "orders" in link]


def test_list_leads_to_what_is_older(trial: Trial, enter: Enter) -> None:
    rows = trial.wired.tools.ledger.exchanges()
    browser = enter("viewer")

    older = browser.get(f"/exchanges?before={rows[0].id}").text

    assert f"/exchanges/{rows[0].id}" not in older
    assert all(f"/exchanges/{row.id}" in older for row in rows[1:])


def test_list_takes_partner_status_and_days(trial: Trial, enter: Enter) -> None:
    browser = enter("viewer")
    held = trial.wired.tools.ledger.exchanges(status="held")[0]

    def shown(query: str) -> set[str]:
        return set(
            re.findall(r"/exchanges/(ex_[0-9A-Z]+)", browser.get(f"/exchanges?{query}").text)
        )

    assert shown("status=held") == {held.id}
    assert shown(f"partner={PARTNER}&status=held") == {held.id}
    assert shown("partner=nobody") == set()
    assert held.id in shown("since=2026-01-02&until=2026-01-02")
    assert shown("since=2026-01-03") == shown("until=2026-01-01") == set()
    assert held.id in shown("since=rubbish")


def test_act_by_page_shows_what_it_would_do_then_needs_a_reason(trial: Trial, enter: Enter) -> None:
    browser = enter("operator")
    ledger = trial.wired.tools.ledger
    held = ledger.exchanges(status="held")[0].id

    preview = browser.get(f"/exchanges/{held}/release").text
    without = browser.post(f"/exchanges/{held}/release", data=fields(browser, reason=" "))
    before = ledger.exchange(held).status
    done = browser.post(f"/exchanges/{held}/release", data=fields(browser, reason="they called"))

    assert "The file is read again under supplier-eurobandage@" in preview
    assert (without.status_code, before) == (422, "held")
    assert done.headers["location"] == f"/exchanges/{held}?done=release"
    last = ledger.entries(held)[-1]
    assert (last.kind, last.actor, last.body["reason"]) == (
        "released",
        "user:operator",
        "they called",
    )
    assert "Released." in browser.get(done.headers["location"]).text


def test_act_that_has_nothing_to_do_says_so(trial: Trial, enter: Enter) -> None:
    browser = enter("operator")
    closed = trial.wired.tools.ledger.exchanges(status="closed", limit=1)[0].id

    preview = browser.get(f"/exchanges/{closed}/release")
    done = browser.post(f"/exchanges/{closed}/release", data=fields(browser, reason="why not"))

    assert "nothing to release: the exchange is closed" in preview.text
    assert (done.status_code, "nothing to release" in done.text) == (409, True)


def test_home_names_what_needs_a_person(trial: Trial, enter: Enter) -> None:
    held = trial.wired.tools.ledger.exchanges(status="held")[0]

    page = enter("viewer").get("/").text

    assert f'href="/exchanges/{held.id}"' in page
    assert "1 held" in page


def test_ledger_page_verifies_signs_and_packs(trial: Trial, enter: Enter) -> None:
    browser = enter("auditor")

    signed = browser.post("/ledger/checkpoint", data=fields(browser))
    verified = browser.post("/ledger/verify", data=fields(browser))
    form = {"partner": PARTNER, "since": "2026-01-01", "until": "2026-02-01", "reason": "audit"}
    pack = browser.post("/ledger/pack", data=fields(browser, **form))

    assert signed.headers["location"] == "/ledger?done=signed"
    assert "Nothing differs" in verified.text
    assert pack.headers["content-type"] == "application/zip"
    assert pack.content[:2] == b"PK"
    exported = trial.wired.tools.ledger.entries("access:2026-01-02")[-1]
    assert (exported.kind, exported.actor) == ("exported", "user:auditor")
    assert list(trial.wired.tools.staging.iterdir()) == []


def test_ledger_page_names_what_differs(trial: Trial, enter: Enter) -> None:
    browser = enter("viewer")
    tools = trial.wired.tools
    held = tools.ledger.exchanges(status="held")[0]
    handing_over.checkpoint(tools, "svc:node-1")
    (tools.home.var / "store").rename(tools.home.var / "elsewhere")

    page = browser.post(f"/exchanges/{held.id}/verify", data=fields(browser))

    assert "places differ from what was written" in page.text


def test_outcome_does_not_say_the_status_again() -> None:
    assert str(outcome("held: setup.profile", "held")) == " <code>setup.profile</code>"
    assert "held" in outcome("held: setup.profile", "closed")
    assert str(outcome("rejected", "rejected")) == ""
