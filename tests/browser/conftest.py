"""Chromium on a real server: `page_as(user)` opens a signed-in tab, `check_accessibility(page)` lets axe look at it.

Each test takes `server` (embedded stack, see tests/servers.py: take no `db` beside it), arranges its data with the
factories, and asks for pages:

    def test_the_desk_opens(server, page_as, check_accessibility):
        page = page_as(make_user(language="ur"), dark=True)
        page.goto("/desk/")
        check_accessibility(page)

A script that fails, or that the content security policy refuses, fails the test at its end.
"""

import os
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, BrowserContext, ConsoleMessage, Page, sync_playwright

from scripts import services
from tests.servers import Server, Stack, forget_connection

ROOT = Path(__file__).resolve().parents[2]
PROGRAMS = ("chromium", "chromium-browser", "google-chrome")
# Lays out and runs pages as the whole does, for two thirds of its work: it has no windows, and none of what they have.
SHELL = services.BROWSER_SHELL
WAIT_MILLISECONDS = 15_000
# What Chromium itself says where a connection is cut, or an address answers that there is nothing.
OF_THE_CONNECTION = ("Failed to load resource", "WebSocket connection to")
# All that axe looks for by default, and the one rule of WCAG 2.2 AA that it leaves out by default.
RULES = {"resultTypes": ["violations"], "rules": {"target-size": {"enabled": True}}}


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    here = Path(__file__).parent
    for item in items:
        if here in item.path.parents:
            item.add_marker(pytest.mark.browser)
            item.add_marker(pytest.mark.slow)


@pytest.fixture
def server(stack: Stack) -> Server:
    return stack.forked_server()


@pytest.fixture(scope="module")
def programs() -> tuple[str, ...]:
    """Of which the first that is here is taken."""
    return (SHELL, *PROGRAMS)


@pytest.fixture(scope="module")
def launched(programs: tuple[str, ...]) -> Iterator[Browser]:
    """One browser for the tests of a file; each has tabs of its own."""
    program = next(filter(None, map(shutil.which, programs)), None)
    if program is None:
        pytest.fail("There is no Chromium: `make test` installs it, or apt-get install chromium.")
    options = ["--no-sandbox"] if os.geteuid() == 0 else []  # Chromium's sandbox refuses root
    # Playwright's loop runs in this thread, and Django would refuse the database there.
    with pytest.MonkeyPatch.context() as patch, sync_playwright() as playwright:
        patch.setenv("DJANGO_ALLOW_ASYNC_UNSAFE", "true")
        browser = playwright.chromium.launch(executable_path=program, args=options)
        yield browser
        browser.close()


@pytest.fixture
def chromium(launched: Browser) -> Iterator[Browser]:
    """While a loop runs, Django keeps its connections apart, and would find again the one of the test before."""
    forget_connection()
    yield launched
    forget_connection()


@pytest.fixture
def page_as(chromium: Browser, server: Server) -> Iterator[Callable[..., Page]]:
    """Open a tab: of nobody, or of a signed-in user; light or dark; wide or as narrow as a telephone."""
    faults: list[str] = []
    contexts: list[BrowserContext] = []

    def note(message: ConsoleMessage) -> None:
        if message.type == "error" and not any(words in message.text for words in OF_THE_CONNECTION):
            faults.append(f"{message.text} ({message.location.get('url')})")

    def open_tab(user: Any = None, *, dark: bool = False, width: int = 1280, scripts: bool = True) -> Page:
        context = chromium.new_context(
            base_url=server.url,
            color_scheme="dark" if dark else "light",
            viewport={"width": width, "height": 900},
            java_script_enabled=scripts,
            reduced_motion="reduce",
        )
        contexts.append(context)
        context.set_default_timeout(WAIT_MILLISECONDS)
        cookies = server.stack.cookies(user)
        context.add_cookies([{"name": name, "value": value, "url": server.url} for name, value in cookies.items()])
        page = context.new_page()
        page.on("console", note)
        page.on("pageerror", lambda error: faults.append(str(error)))
        return page

    yield open_tab
    for context in contexts:
        context.close()
    assert faults == []


@pytest.fixture
def check_accessibility() -> Callable[[Page], None]:
    axe = Axe.from_file(ROOT / "node_modules" / "axe-core" / "axe.min.js")

    def check(page: Page) -> None:
        page.wait_for_load_state()
        results = axe.run(page, options=RULES)
        assert results.violations_count == 0, f"{page.url}\n{results.generate_report()}"

    return check
