"""The pages of knowledge and of search as newcomers see them, pictured for docs/knowledge.md by scripts/screenshots.py.

The partner reads, in English and in Urdu, at a desk and on a phone; the secretariat's officer searches and adds files.
"""

from typing import Any

PHONE = 390
LIBRARY, COUNTRY, STUDY = "Programme library", "/countries/PK/", "Mobile counselling in Peshawar: the first autumn"
# What an officer has at hand, good and bad: each is told what became of it.
FILES = (
    ("Notes on the mobile days.txt", b"Most visitors asked about contracts, and about the costs of recruitment.\n"),
    ("Survey of fees.csv", b"district,fee\nKhyber,120\nSwat,95\n"),
    ("Scan of a leaflet.pdf", b"no PDF at all"),
)


def pictures_of_knowledge(room: Any) -> None:
    _read_in_english(room)
    _read_in_urdu(room)
    _search(room)
    _add_files(room)


def _read_in_english(room: Any) -> None:
    partner = room.enter("partner")
    partner.speaks("en")
    partner.goes_to("/knowledge/")
    partner.is_pictured("the-first-page")
    partner.goes_to(COUNTRY)
    partner.page.locator(".accord-term a").first.hover()
    partner.is_pictured("a-country-and-what-a-term-means", keeps_focus=True)
    partner.goes_to("/service-points/")
    partner.is_pictured("service-points")
    partner.goes_to("/resources/")
    partner.follows(STUDY)
    partner.page.locator(".accord-similar").wait_for()
    partner.is_pictured("a-study-with-what-is-similar")


def _read_in_urdu(room: Any) -> None:
    partner = room.enter("partner", width=PHONE, dark=True)
    partner.speaks("ur")
    partner.goes_to("/questions/")
    partner.page.locator(".accord-question summary").first.click()
    partner.is_pictured("questions-on-the-phone-in-urdu-dark")
    partner = room.enter("partner", width=PHONE)
    partner.goes_to("/glossary/")
    partner.is_pictured("the-glossary-in-urdu")
    partner.goes_to("/search/?q=پشاور")
    partner.is_pictured("searching-in-urdu")
    partner.speaks("en")


def _search(room: Any) -> None:
    officer = room.enter("secretariat")
    officer.goes_to("/search/?q=forged+documents+training")
    officer.page.locator(".accord-search-help summary").click()
    officer.is_pictured("how-to-search")
    officer.goes_to('/search/?q="second-line inspection" kind:record')
    officer.is_pictured("results-and-what-narrows-them-down")
    officer.follows("Training of officers at second-line inspection")
    officer.page.locator(":target").wait_for()
    officer.is_pictured("the-very-paragraph", top=":target")


def _add_files(room: Any) -> None:
    officer = room.enter("secretariat")
    officer.goes_to("/spaces/")
    officer.follows(LIBRARY)
    officer.goes_to(f"{officer.page.url}files/add/")
    officer.page.set_input_files(
        "input[type=file]",
        [{"name": name, "mimeType": "application/octet-stream", "buffer": content} for name, content in FILES],
    )
    officer.presses("Add them")
    officer.page.locator("[data-accord-summary]", has_text=f"{len(FILES)} / {len(FILES)}").wait_for()
    officer.is_pictured("files-are-added")
    officer.goes_to("/editors/knowledge/reports/")
    officer.is_pictured("reports-for-editors")
