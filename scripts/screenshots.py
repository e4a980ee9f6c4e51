"""The demonstration in Chromium, in pictures: a visit from nothing to its outcome, and the pages of knowledge.

    .venv/bin/python scripts/screenshots.py [folder [visit | knowledge]]

The pictures go to docs/visit and docs/knowledge, or to folders of these names in `folder`; both, or one alone. What is
walked stands in scripts/story_of_a_visit.py and scripts/story_of_the_knowledge.py.

It loads the demonstration into a database of its own, serves it, and lets the secretariat, a second rapporteur, two
delegations and the chair do what scripts/story_of_a_visit.py tells. The second half happens after the visit: for that
the clock of the server stands later (see `serve`). Of each PDF the pages become pictures through pdftoppm (Debian:
apt-get install poppler-utils); where that is not installed these are left out, and said to be. It is no part of
`make test`: tests/browser checks the same steps.
"""

import contextlib
import os
import shutil
import subprocess
import sys
import tempfile
import time
import urllib.request
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from io import BytesIO
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT))
START_SECONDS = 120
WIDE, NARROW = 1280, 390
# What of a long page is kept, in pixels.
HIGHEST = {WIDE: 1500, NARROW: 1700}
QUALITY = 70
# Pages of a PDF stand side by side.
PAGE_WIDTH, PAGES_IN_A_ROW = 420, 3


# --- the server ----------------------------------------------------------------------------------------------------
def load(environment: dict[str, str]) -> None:
    """The demonstration, in a database of its own."""
    for command in (["migrate", "--verbosity", "0"], ["load_demonstration", "--verbosity", "0"]):
        subprocess.run(
            [sys.executable, "manage.py", *command], cwd=ROOT, env=environment, check=True, stdout=subprocess.DEVNULL
        )


@contextlib.contextmanager
def served(environment: dict[str, str], *, days: int = 0) -> Iterator[str]:
    """Daphne, with a clock that stands `days` later; gives its address."""
    from tests.elasticsearch_node import free_port

    port = free_port()
    url = f"http://127.0.0.1:{port}"
    server = subprocess.Popen(
        [sys.executable, __file__, "serve", str(port), str(days)],
        cwd=ROOT,
        env=environment | {"BASE_URL": url},
        stdout=subprocess.DEVNULL,
    )
    try:
        _wait_for(url)
        yield url
    finally:
        server.terminate()
        server.wait()


def _wait_for(url: str) -> None:
    until = time.monotonic() + START_SECONDS
    while True:
        try:
            with urllib.request.urlopen(f"{url}/account/login/"):
                return
        except OSError:
            if time.monotonic() > until:
                raise
            time.sleep(0.2)


def serve(port: str, days: str) -> None:
    """The server itself, whose clock stands later: it goes on ticking."""
    import time_machine
    from daphne.cli import CommandLineInterface

    if int(days):
        time_machine.travel(datetime.now(UTC) + timedelta(days=int(days)), tick=True).start()
    CommandLineInterface().run(["-v", "0", "-b", "127.0.0.1", "-p", port, "config.asgi:application"])


# --- who is at a page ----------------------------------------------------------------------------------------------
class Somebody:
    """Somebody at a page of Accord: goes somewhere, fills in what is asked, and is pictured doing so."""

    def __init__(self, page: Any, album: "Album") -> None:
        self.page, self.album = page, album

    def goes_to(self, address: str) -> None:
        self.page.goto(address)

    def fills_in(self, **fields: str | list[str]) -> None:
        """Fields by their names. Of a choice the words that it shows; a list are boxes to tick."""
        for name, value in fields.items():
            field = self.page.locator(f"main form.accord-form [name={name}]").first
            if isinstance(value, list):
                for words in value:
                    self.page.locator("main form.accord-form label", has_text=words).first.click()
            elif field.evaluate("one => one.tagName") == "SELECT":
                option = field.locator("option", has_text=value).first
                field.select_option(option.get_attribute("value"))
            elif field.get_attribute("type") == "radio":
                self.page.locator("main form.accord-form label", has_text=value).first.click()
            else:
                field.fill(value)

    def sends(self, **fields: str | list[str]) -> None:
        self.fills_in(**fields)
        self.page.locator("main form.accord-form button[type=submit]").last.click()
        self.page.wait_for_load_state()
        refused = self.page.locator("main .is-invalid, main .alert-danger")
        if refused.count():
            raise SystemExit(f"{self.page.url}: {self.page.locator('main').inner_text()}")

    def presses(self, name: str) -> None:
        self.page.get_by_role("button", name=name).first.click()
        self.page.wait_for_load_state()

    def follows(self, name: Any) -> None:
        self.page.locator("#content, aside").get_by_role("link", name=name).first.click()
        self.page.wait_for_load_state()

    def speaks(self, language: str) -> None:
        button = self.page.locator(f'form[action="/language/"] button[value={language}]').first
        with self.page.expect_navigation():
            button.evaluate("one => one.form.requestSubmit(one)")

    def is_pictured(self, name: str, *, top: str = "", keeps_focus: bool = False) -> None:
        """The page from its top; or from what `top` points to."""
        if not keeps_focus:
            self.page.evaluate("document.activeElement?.blur(); scrollTo(0, 0)")
        width = self.page.viewport_size["width"]
        height = self.page.evaluate("document.documentElement.scrollHeight")
        start = self.page.locator(top).first.bounding_box()["y"] + self.page.evaluate("scrollY") if top else 0
        clip = {"x": 0, "y": max(0, start - 24), "width": width, "height": min(height - start + 24, HIGHEST[width])}
        self.album.keep(name, self.page.screenshot(full_page=True, clip=clip))


class Album:
    """Where the pictures are kept, numbered in the order of the story."""

    def __init__(self, folder: Path) -> None:
        self.folder, self.number = folder, 0
        folder.mkdir(parents=True, exist_ok=True)
        for old in folder.glob("*.webp"):
            old.unlink()

    def keep(self, name: str, picture: bytes) -> None:
        from PIL import Image

        self._write(name, Image.open(BytesIO(picture)).convert("RGB"))

    def keep_pages(self, name: str, pdf: bytes, pages: list[int]) -> None:
        """Pages of a PDF, side by side."""
        from PIL import Image

        if shutil.which("pdftoppm") is None:
            print(f"pdftoppm is not installed: no picture of {name}.")
            return
        with tempfile.TemporaryDirectory() as folder:
            file = Path(folder) / "paper.pdf"
            file.write_bytes(pdf)
            scale = ["-scale-to-x", str(PAGE_WIDTH), "-scale-to-y", "-1"]
            subprocess.run(["pdftoppm", "-png", *scale, file, f"{folder}/p"], check=True)
            drawn = sorted(Path(folder).glob("p-*.png"))
            chosen = [Image.open(drawn[page - 1]).convert("RGB") for page in pages if page <= len(drawn)]
        height, gap = chosen[0].height, 12
        rows = -(-len(chosen) // PAGES_IN_A_ROW)
        columns = min(len(chosen), PAGES_IN_A_ROW)
        sheet = Image.new("RGB", (columns * (PAGE_WIDTH + gap) + gap, rows * (height + gap) + gap), "#8894a3")
        for number, page in enumerate(chosen):
            row, column = divmod(number, PAGES_IN_A_ROW)
            sheet.paste(page, (gap + column * (PAGE_WIDTH + gap), gap + row * (height + gap)))
        self._write(name, sheet)

    def _write(self, name: str, picture: Any) -> None:
        self.number += 1
        file = self.folder / f"{self.number:02}-{name}.webp"
        picture.save(file, quality=QUALITY, method=6)
        print(f"{file.name}  {file.stat().st_size // 1024} KB")


class Room:
    """Chromium, and who has signed in."""

    def __init__(self, chromium: Any, album: Album, url: str) -> None:
        self.chromium, self.album, self.url = chromium, album, url
        self._signed_in: dict[str, Any] = {}

    def enter(self, who: str, *, width: int = WIDE, dark: bool = False, url: str = "") -> Somebody:
        """A browser of somebody's own, signed in."""
        context = self.chromium.new_context(
            base_url=url or self.url,
            viewport={"width": width, "height": 800},
            color_scheme="dark" if dark else "light",
            reduced_motion="reduce",
            storage_state=self._signed_in.get(who),
        )
        context.set_default_timeout(30_000)
        page = context.new_page()
        if who not in self._signed_in:
            page.goto("/account/login/")
            page.fill("[name=login]", f"{who}@accord.example")
            page.fill("[name=password]", "accord demonstration")
            page.locator("form:has([name=password]) button[type=submit]").click()
            page.wait_for_url("**/desk/**")
            self._signed_in[who] = context.storage_state()
        else:
            page.goto("/desk/")
        return Somebody(page, self.album)


# --- all of it -----------------------------------------------------------------------------------------------------
def main() -> None:
    from playwright.sync_api import sync_playwright

    from scripts.story_of_a_visit import afterwards, beforehand, days_until_after
    from scripts.story_of_the_knowledge import pictures_of_knowledge
    from tests.browser.conftest import PROGRAMS

    folder_of_pictures = Path(sys.argv[1]) if len(sys.argv) > 1 else ROOT / "docs"
    wanted = sys.argv[2:] or ["visit", "knowledge"]
    program = next(filter(None, map(shutil.which, PROGRAMS)), None)
    with tempfile.TemporaryDirectory() as folder, sync_playwright() as playwright:
        environment = {
            **os.environ,
            "SECRET_KEY": "only-for-pictures",
            "DATABASE_URL": f"sqlite:///{folder}/pictures.sqlite3",
            "MEDIA_ROOT": f"{folder}/media",
            "DEMONSTRATION": "1",
            "LOG_LEVEL": "ERROR",
        }
        load(environment)
        options = ["--no-sandbox"] if os.geteuid() == 0 else []
        chromium = playwright.chromium.launch(executable_path=program, args=options)
        # The pages of knowledge first: the visit, too, can be found.
        if "knowledge" in wanted:
            with served(environment) as url:
                pictures_of_knowledge(Room(chromium, Album(folder_of_pictures / "knowledge"), url))
        if "visit" in wanted:
            album = Album(folder_of_pictures / "visit")
            with served(environment) as url:
                visit = beforehand(Room(chromium, album, url))
            # By then everybody has to sign in anew.
            with served(environment, days=days_until_after()) as url:
                afterwards(Room(chromium, album, url), visit)
        chromium.close()


if __name__ == "__main__":
    if sys.argv[1:2] == ["serve"]:
        serve(*sys.argv[2:])
    else:
        main()
