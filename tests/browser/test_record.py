"""Two rapporteurs in two browsers at one record: locks, a cut of the connection, words from Word, following along."""

import contextlib
import time

import pytest
from playwright.sync_api import expect

from coordination.models import Person, Role
from meetings import services
from meetings.models import AgendaItem, AttendanceRole, Paragraph, SectionLock
from tests.cable import Cable
from tests.factories import make_meeting, make_member, make_organisation, make_space

CUT_SECONDS = 10
# A second, and what a machine that does much else takes besides; benchmarks/record.py measures.
WITHIN = 5000
FROM_WORD = """<html xmlns:o="urn:schemas-microsoft-com:office:office"><head><style>p{color:red}</style></head>
<body><p class="MsoNormal" style="mso-pagination:none"><b>The Committee</b> took note of <del>three</del><ins>four</ins>
reports.</p><p class="MsoListParagraph">First item<img src="http://127.0.0.1:1/x.png"></p></body></html>"""


def paste(page, selector: str, html: str) -> None:
    page.eval_on_selector(
        selector,
        """(field, html) => {
            const data = new DataTransfer();
            data.setData("text/html", html);
            data.setData("text/plain", "styles and all");
            field.focus();
            field.dispatchEvent(new ClipboardEvent("paste", { clipboardData: data, bubbles: true, cancelable: true }));
        }""",
        html,
    )


def arrange():
    space, fia = make_space("Border management"), make_organisation("FIA")
    rapporteurs = [make_member(space, Role.RAPPORTEUR, name=name) for name in ("Nadia Khan", "Bilal Shah")]
    follower = make_member(space, Role.READER, fia, name="Omar Aziz")
    meeting = make_meeting(space, title="Third session")
    for number, title in enumerate(("Opening", "Visas")):
        AgendaItem.objects.create(meeting=meeting, title=title, sort_order=number)
    record = services.open_record(rapporteurs[0], meeting)
    services.note_attendance(
        rapporteurs[0],
        meeting,
        organisation=fia,
        person=Person.objects.create(name="Omar Aziz", user=follower),
        role=AttendanceRole.MEMBER,
    )
    services.let_follow_along(rapporteurs[0], record, follow=True)
    return record, *rapporteurs, follower


def section(page, number: int):
    return page.locator("[data-accord-section]").nth(number)


def write_in(page, number: int, text: str) -> None:
    section(page, number).get_by_role("link", name="Write a paragraph").click()
    page.fill("[data-accord-composer] textarea", text)


@pytest.fixture
def cables():
    with contextlib.ExitStack() as held:
        yield held


def test_two_rapporteurs_write_one_record_while_one_connection_is_cut(server, page_as, check_accessibility, cables):
    record, nadia, bilal, omar = arrange()
    one, other, reader = page_as(nadia), page_as(bilal), page_as(omar, width=390)
    address = f"/meetings/{record.meeting.key}/record/write/"
    cable = cables.enter_context(Cable(server.url))
    for page, url in ((one, cable.url), (other, server.url), (reader, server.url)):
        page.goto(url + address)
        page.get_by_text("Connected: what others write appears here.").wait_for()
    assert reader.locator("[data-accord-composer], [data-accord-here]").count() == 0

    # What one types and saves is with the others within a second.
    write_in(one, 0, "The chair opened the session.")
    section(other, 0).get_by_text("The chair opened the session.").wait_for(timeout=WITHIN)
    section(other, 0).get_by_text("Nadia Khan is writing here.").wait_for()
    assert reader.get_by_text("The chair opened the session.").count() == 0
    one.keyboard.press("Control+Enter")
    for page in (other, reader):
        page.locator("[data-accord-paragraph]", has_text="The chair opened the session.").wait_for(timeout=WITHIN)

    # The section is asked for and handed over.
    section(other, 0).get_by_role("button", name="Ask for it").click()
    section(one, 0).get_by_text("Bilal Shah asks to write here.").wait_for()
    check_accessibility(one)
    section(one, 0).get_by_role("button", name="Hand it over").click()
    other.locator("[data-accord-composer] textarea").wait_for()
    section(one, 0).get_by_text("Bilal Shah is writing here.").wait_for()

    # One connection is cut; both go on, each in a section.
    write_in(one, 1, "Before the cut.")
    one.keyboard.press("Control+Enter")
    other.locator("[data-accord-paragraph]", has_text="Before the cut.").wait_for()
    cable.cut()
    one.get_by_text("No connection. What you write is kept").wait_for()
    cut_at = time.monotonic()
    for number in range(2):
        one.fill("[data-accord-composer] textarea", f"Written while away, {number}.")
        one.keyboard.press("Control+Enter")
    one.fill("[data-accord-composer] textarea", "Still being typed")
    other.fill("[data-accord-composer] textarea", "Meanwhile in the other section.")
    other.keyboard.press("Control+Enter")
    reader.locator("[data-accord-paragraph]", has_text="Meanwhile in the other section.").wait_for()
    assert other.get_by_text("Written while away").count() == 0
    other.wait_for_timeout(max(0, CUT_SECONDS - (time.monotonic() - cut_at)) * 1000)
    cable.mend()
    one.evaluate("window.dispatchEvent(new Event('online'))")
    for page in (one, other, reader):
        page.locator("[data-accord-paragraph]", has_text="Written while away, 1.").wait_for()
    section(other, 1).get_by_text("Still being typed").wait_for()
    one.locator("[data-accord-paragraph]", has_text="Meanwhile in the other section.").wait_for()
    expect(one.locator(".accord-writing-pending")).to_have_count(0)

    # Words from Word, without what a record does not keep.
    one.fill("[data-accord-composer] textarea", "")
    paste(one, "[data-accord-composer] textarea", FROM_WORD)
    assert one.input_value("[data-accord-composer] textarea") == (
        "The Committee took note of four reports.\nFirst item"
    )
    one.get_by_text("Images are left out too").wait_for()
    one.keyboard.press("Control+Enter")
    other.locator("[data-accord-paragraph]", has_text="took note of four reports").wait_for()
    check_accessibility(other)

    texts = list(Paragraph.objects.order_by("section__number", "position").values_list("text", flat=True))
    assert texts == [
        "The chair opened the session.",
        "Meanwhile in the other section.",
        "Before the cut.",
        "Written while away, 0.",
        "Written while away, 1.",
        "The Committee took note of four reports.\nFirst item",
    ]
    assert SectionLock.objects.count() == 2

    # Who may no longer read it has it no longer on the screen.
    other.get_by_role("button", name="End it").click()
    reader.get_by_text("You cannot read this record any more.").wait_for()
    assert reader.locator("[data-accord-paragraph]").count() == 0
