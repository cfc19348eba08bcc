"""The console in a real browser: with and without JavaScript, by keyboard, for everybody."""

import re
import shutil
import socket
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Final, Literal

import axe_playwright_python  # type: ignore[import-untyped]
import pytest
import uvicorn
from playwright.sync_api import Browser, Page, sync_playwright
from starlette.testclient import TestClient

from acktrail.app.trial import Trial
from acktrail.security.roles import READ
from acktrail.web.pages import PAGES
from tests.unit.web.conftest import OWN, Enter

CHROMIUM = shutil.which("chromium")
AXE = Path(axe_playwright_python.__file__).with_name("axe.min.js")
TAGS: Final = "['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa']"
PATIENCE_MS = 60_000
Scheme = Literal["light", "dark"]

pytestmark = pytest.mark.skipif(CHROMIUM is None, reason="no chromium (Debian: chromium)")


@pytest.fixture
def address(enter: Enter, stranger: TestClient) -> Iterator[str]:
    """Serve the home that worked on a free port; ``operator`` and ``viewer`` have a password."""
    enter("operator")
    enter("viewer")
    settings = uvicorn.Config(
        stranger.app,
        log_config=None,
        timeout_graceful_shutdown=1,
        lifespan="off",
        ws="none",
        access_log=False,
    )
    server = uvicorn.Server(settings)
    with socket.socket() as listening:
        listening.bind(("127.0.0.1", 0))
        port = listening.getsockname()[1]
        thread = threading.Thread(target=server.run, kwargs={"sockets": [listening]})
        thread.start()
        yield f"http://127.0.0.1:{port}"
        server.should_exit = True
        thread.join()


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with sync_playwright() as playwright:
        opened = playwright.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox"])
        yield opened
        opened.close()


def signed_in(browser: Browser, address: str, *, script: bool, scheme: Scheme = "light") -> Page:
    context = browser.new_context(
        java_script_enabled=script, color_scheme=scheme, viewport={"width": 1280, "height": 900}
    )
    context.set_default_timeout(PATIENCE_MS)
    page = context.new_page()
    page.goto(f"{address}/sign-in")
    page.fill("#name", "operator")
    page.fill("#password", OWN)
    page.click("button.main")
    assert page.url == f"{address}/"
    return page


def addresses(trial: Trial) -> list[str]:
    """Return an address of every page that is read."""
    ledger = trial.wired.tools.ledger
    closed = ledger.exchanges(status="closed", limit=1)[0].id
    held = ledger.exchanges(status="held", limit=1)[0].id
    reads = [one.path for one in PAGES if one.method == "GET" and one.act == READ]
    paths = [one for one in reads if not one.startswith("/exceptions/")]
    found = [
        one.format(id="supplier-eurobandage" if "partners" in one else closed) for one in paths
    ]
    return [*found, f"/exchanges/{held}", f"/exchanges/{held}/release", "/password"]


@pytest.mark.parametrize("script", [True, False], ids=["script", "no script"])
def test_page_loads_nothing_from_outside_and_breaks_no_policy(
    trial: Trial, address: str, browser: Browser, *, script: bool
) -> None:
    page = signed_in(browser, address, script=script)
    told: list[str] = []
    outside: list[str] = []
    page.on("console", lambda one: told.append(one.text) if one.type == "error" else None)
    page.on("pageerror", lambda one: told.append(str(one)))
    page.on("request", lambda one: None if one.url.startswith(address) else outside.append(one.url))

    codes = set()
    for where in addresses(trial):
        answer = page.goto(address + where)
        codes.add(answer.status if answer else 0)
        assert page.locator("h1").count() == 1, where

    assert (codes, told, outside) == ({200}, [], [])
    page.context.close()


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_page_breaks_no_rule_of_wcag_that_axe_knows(
    trial: Trial, address: str, browser: Browser, scheme: Scheme
) -> None:
    """Spec: WCAG 2.2, levels A and AA, as far as axe-core can see."""
    page = signed_in(browser, address, script=True, scheme=scheme)
    page.context.new_cdp_session(page).send("Page.setBypassCSP", {"enabled": True})
    axe = AXE.read_text("utf-8")
    broken = {}

    for where in addresses(trial):
        page.goto(address + where)
        page.evaluate(f"{axe};0")
        found = page.evaluate(f"axe.run(document, {{runOnly: {TAGS}}})")
        if found["violations"]:
            broken[where] = [one["id"] for one in found["violations"]]

    assert broken == {}
    page.context.close()


def test_exchange_is_released_by_keyboard_alone(
    trial: Trial, address: str, browser: Browser
) -> None:
    held = trial.wired.tools.ledger.exchanges(status="held", limit=1)[0].id
    page = signed_in(browser, address, script=False)

    def press_until(key: str, text: str) -> None:
        """Press a key until what has the focus reads so."""
        for _ in range(60):
            page.keyboard.press(key)
            focused = page.locator(":focus")
            if focused.count() and re.fullmatch(text, focused.inner_text().strip()):
                return
        pytest.fail(f"no focus ever read {text}")

    press_until("Tab", "Skip to the content")
    page.keyboard.press("Enter")
    press_until("Tab", r"orders-.*\.edi")
    page.keyboard.press("Enter")
    page.wait_for_url(f"{address}/exchanges/{held}")
    press_until("Tab", "Release")
    page.keyboard.press("Enter")
    page.wait_for_url("**/release")
    page.locator("#reason").focus()
    page.keyboard.type("the partner called")
    press_until("Tab", "Release")
    page.keyboard.press("Enter")
    page.wait_for_url("**done=release")

    assert trial.wired.tools.ledger.entries(held)[-1].kind == "released"
    page.context.close()
