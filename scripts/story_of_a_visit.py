"""What scripts/screenshots.py walks through: a visit to Pakistan, prepared, held and closed, by those whom it takes.

Nobody in it is made up: hosts and delegation are named by posts, as elsewhere in the demonstration.
"""

import re
import time
from datetime import date, timedelta
from typing import Any

from tests.cable import Cable

ZONE = "Asia/Karachi"
CUT_SECONDS = 10
# The visit lasts from a Tuesday to a Thursday, so that no weekend is in its way.
LEAST_DAYS_AHEAD, TUESDAY = 12, 1
TITLE = "Visit of the programme team to Islamabad"
# Host, title, day of the visit, from, until, place; and who receives the delegation.
MEETINGS = (
    ("MoI", "Exchange of data on irregular migration", 0, "10:00", "11:30", "Ministry of Interior, Islamabad",
     ("Deputy Secretary, Immigration",)),
    ("FIA", "Crossing points and training", 0, "14:00", "15:30", "FIA headquarters, Islamabad",
     ("Director, Immigration", "Section Officer, Border Affairs")),
    ("OP&HRD", "The centre in Peshawar", 1, "10:00", "11:00", "Ministry of Overseas Pakistanis, Islamabad",
     ("Deputy Secretary, Emigration Policy",)),
    ("MoFA", "What consulates can do", 1, "14:00", "15:00", "Ministry of Foreign Affairs, Islamabad",
     ("Director, Overseas Affairs",)),
    ("MRC Islamabad", "Counselling before departure", 2, "10:00", "11:00", "Migrant Resource Centre, Islamabad",
     ("Centre Coordinator",)),
)  # fmt: skip
TALKS = "Crossing points and training"
TALKING_POINTS = (
    "Thank the Agency for the survey of the equipment.\n\n"
    "Ask for one contact for technical questions, with a deputy.\n\n"
    "Offer two places in the next course for trainers."
)
BACKGROUND_IN_URDU = (
    "طورخم پر آلات کا جائزہ FIA اور ICMPD نے مل کر لیا۔ اگلا کورس اسلام آباد میں ہوگا، "
    "اور اس میں 24 افسران شریک ہوں گے۔"
)
OUTCOME = (
    "Data: both sides name a contact and meet again within three months.\n\n"
    "Crossing points: the list of equipment is agreed, and the first course is held in spring.\n\n"
    "The centre in Peshawar: the building is chosen; what is missing is the lease."
)


def first_day() -> date:
    day = date.today() + timedelta(days=LEAST_DAYS_AHEAD)
    return day + timedelta(days=(TUESDAY - day.weekday()) % 7)


def days_until_after() -> int:
    """The second half happens on the day after the visit."""
    return (first_day() - date.today()).days + 3


def _at(day: int, clock: str) -> str:
    return f"{first_day() + timedelta(days=day)}T{clock}"


# --- before the visit ----------------------------------------------------------------------------------------------
def beforehand(room: Any) -> str:
    """The secretariat prepares the visit, alone; gives the address of the visit."""
    officer = room.enter("secretariat")
    visit = _the_visit(officer)
    _the_delegation(officer, visit)
    _the_days(officer, visit)
    _whom_they_meet(officer, visit)
    _the_briefing(room, officer, visit)
    return visit


def _the_visit(officer: Any) -> str:
    officer.goes_to("/desk/")
    officer.goes_to("/visits/")
    space = officer.page.locator("select[name=space] option", has_text="Pakistan").first.get_attribute("value")
    officer.goes_to(f"/spaces/{space}/visits/new/")
    officer.fills_in(
        title=TITLE, country="Pakistan", starts_on=str(first_day()), ends_on=str(first_day() + timedelta(days=2)),
        time_zone=ZONE, minutes_between="30",
        purpose="To agree on the next steps with the ministries, and to see the work where it is done.",
        objectives="Agree on the exchange of data\nSettle the list of equipment\nPrepare the centre in Peshawar",
    )  # fmt: skip
    officer.is_pictured("a-new-visit")
    officer.sends()
    return re.sub(r"^https?://[^/]+", "", officer.page.url)


def _the_delegation(officer: Any, visit: str) -> None:
    for fields in (
        {"post": "Country Coordinator", "role": "head"},
        {"post": "Border Management Adviser", "role": "adviser"},
        {"person_name": "Interpreter of the delegation", "role": "interpreter"},
    ):
        officer.goes_to(f"{visit}delegation/")
        officer.sends(**fields)
    officer.is_pictured("the-delegation")


def _the_days(officer: Any, visit: str) -> None:
    for number, (host, title, day, starts, ends, place, _posts) in enumerate(MEETINGS):
        officer.goes_to(f"{visit}meetings/new/?day={first_day() + timedelta(days=day)}")
        officer.fills_in(
            title=title, level="technical", starts_at=_at(day, starts), ends_at=_at(day, ends), place=place,
            organiser=_of(officer, host),
        )  # fmt: skip
        if number == 0:
            officer.is_pictured("a-meeting-of-the-visit")
        officer.sends()
    for kind, title, day, starts, ends, place in (
        ("transport", "Car to the FIA", 0, "13:15", "14:15", "Ministry of Interior, Islamabad"),
        ("reception", "Dinner of the Ministry of Interior", 0, "19:00", "21:00", "Islamabad"),
        ("site_visit", "A session of the resource centre", 2, "11:00", "12:30", "Migrant Resource Centre, Islamabad"),
        ("free_time", "Free afternoon", 2, "14:00", "18:00", ""),
    ):
        officer.goes_to(f"{visit}itinerary/new/?kind={kind}")
        officer.sends(title=title, starts_at=_at(day, starts), ends_at=_at(day, ends), place=place)
    officer.is_pictured("a-conflict-is-found")
    officer.follows(re.compile("Change.*Car to the FIA"))
    officer.sends(ends_at=_at(0, "13:45"), place_until="FIA headquarters, Islamabad")
    officer.is_pictured("the-programme")


def _of(officer: Any, acronym: str) -> str:
    """The name by which an organisation stands in a choice: it may be short, or long with its country."""
    options = officer.page.locator("main form.accord-form [name=organiser] option").all_inner_texts()
    return next(one for one in options if re.match(rf"{re.escape(acronym)}( |$)", one))


def _whom_they_meet(officer: Any, visit: str) -> None:
    for host, title, _day, _starts, _ends, _place, posts in MEETINGS:
        officer.goes_to(visit)
        officer.follows(title)
        address = officer.page.url
        for post in posts:
            officer.goes_to(f"{address}attendance/")
            owner = "MoI" if post.startswith("Section Officer") else host
            option = officer.page.locator("[name=post] option", has_text=f"{post}, {owner}").first
            organisation = next(
                one for one in officer.page.locator("[name=organisation] option").all_inner_texts()
                if re.match(rf"{re.escape(owner)}( |$)", one)
            )  # fmt: skip
            officer.sends(organisation=organisation, post=option.inner_text())
        officer.goes_to(visit)
        officer.follows(re.compile(f"Who goes.*{title}"))
        officer.presses("Note them as attending")
        if title == TALKS:
            for item, minutes, lead in (("Equipment at Torkham", "45", "FIA"), ("Training of officers", "45", "ICMPD")):
                officer.goes_to(f"{address}agenda/")
                option = officer.page.locator("[name=lead] option", has_text=lead).first.inner_text()
                officer.sends(title=item, minutes=minutes, lead=option)
            officer.goes_to(address)
            officer.is_pictured("the-page-of-a-meeting")
    officer.goes_to(visit)
    officer.follows("Who meets whom")
    officer.is_pictured("who-meets-whom")
    officer.follows("Counterparts")
    officer.is_pictured("counterparts", top=".accord-counterpart >> nth=0")


def _the_briefing(room: Any, officer: Any, visit: str) -> None:
    officer.goes_to(visit)
    officer.presses("Begin the briefing")
    for section, text, language in (
        ("Talking points", TALKING_POINTS, "English"), ("Background", BACKGROUND_IN_URDU, "Urdu"),
    ):  # fmt: skip
        officer.goes_to(f"{visit}briefing/")
        officer.follows(TALKS)
        officer.follows(re.compile(f"Write.*{section}"))
        officer.fills_in(text=text, language=language)
        if language == "English":
            officer.is_pictured("writing-in-the-briefing")
        officer.sends()
    officer.is_pictured("a-chapter-of-the-briefing")
    officer.goes_to(f"{visit}briefing/")
    english = _pdf(officer)
    officer.is_pictured("the-briefing-is-ready")
    room.album.keep_pages("pages-of-the-briefing", english, [1, 2, 3, 4, 5, 6])
    phone = room.enter("secretariat", width=390, dark=True)
    phone.speaks("ur")
    phone.goes_to(visit)
    phone.is_pictured("the-programme-in-urdu-dark")
    phone.goes_to(visit.replace("/visits/", "/briefings/"))
    phone.is_pictured("on-the-phone-in-urdu-dark")
    officer.goes_to(f"{visit}briefing/")
    officer.is_pictured("the-briefing-in-urdu")
    room.album.keep_pages("pages-of-the-briefing-in-urdu", _pdf(officer), [1, 2, 3, 4, 5, 6])
    officer.speaks("en")


def _pdf(officer: Any) -> bytes:
    """Ask for the briefing on paper, and wait until it is made."""
    officer.page.locator("form[action$='/papers/'] button").first.click()
    link = officer.page.locator("a[href$='briefing.pdf']")
    link.wait_for(timeout=120_000)
    return officer.page.request.get(link.get_attribute("href")).body()


# --- after it ------------------------------------------------------------------------------------------------------
def afterwards(room: Any, visit: str) -> None:
    """The record is written by two, goes round the delegations and is agreed; then the outcome and the letters."""
    officer, adviser = room.enter("secretariat"), room.enter("chair")
    record = _the_record_is_written(room, officer, visit)
    _it_is_circulated(officer, record)
    fia, moi = room.enter("fia"), room.enter("moi", width=390)
    _the_delegations_comment(officer, fia, moi, record)
    _they_agree(room, officer, adviser, fia, moi, record)
    _the_outcome(room, officer, visit)


def _the_record_is_written(room: Any, officer: Any, visit: str) -> str:
    officer.goes_to(visit)
    officer.follows(TALKS)
    officer.sends()
    record = re.sub(r"^https?://[^/]+|write/.*$", "", officer.page.url)
    with Cable(room.url) as cable:
        one, other = room.enter("secretariat", url=cable.url), room.enter("chair")
        for each in (one, other):
            each.goes_to(f"{record}write/")
            each.page.get_by_text("Connected: what others write appears here.").wait_for()
        _writes(one, 0, "summary", "The Agency presented the survey of the equipment at Torkham: 14 items are missing.")
        _begins(other, 1, "summary", "The adviser explained the course for trainers")
        one.page.get_by_text("Border management adviser is writing here.").wait_for()
        _begins(one, 0, "decision", "Both sides name a contact for technical questions by the end of the month.")
        other.page.get_by_text("Both sides name a contact").wait_for()
        other.is_pictured("two-write-one-record")
        cable.cut()
        one.page.get_by_text("No connection. What you write is kept").wait_for()
        cut_at = time.monotonic()
        one.page.keyboard.press("Control+Enter")
        one.page.locator(".accord-writing-pending").first.wait_for()
        one.page.fill("[data-accord-composer] textarea", "The list of equipment is annexed.")
        other.page.fill("[data-accord-composer] textarea",
                        "The adviser explained the course for trainers: two weeks, 24 officers.")  # fmt: skip
        other.page.keyboard.press("Control+Enter")
        other.page.locator("[data-accord-paragraph]", has_text="two weeks, 24 officers").wait_for()
        one.is_pictured("the-connection-is-cut")
        one.page.wait_for_timeout(max(0, CUT_SECONDS - (time.monotonic() - cut_at)) * 1000)
        cable.mend()
        one.page.evaluate("window.dispatchEvent(new Event('online'))")
        other.page.locator("[data-accord-paragraph]", has_text="Both sides name a contact").wait_for()
        one.page.locator("[data-accord-composer] button[type=submit]").click()
        other.page.locator("[data-accord-paragraph]", has_text="The list of equipment is annexed.").wait_for()
        _writes(other, 1, "action", "Send the dates of the first course.", owner="ICMPD")
        _writes(other, 1, "statement", "تربیت کا آغاز بہار میں ہونا چاہیے، اور FIA اس کے لیے 24 افسران نامزد کرے گی۔",
                speaker="Section Officer, Border Affairs")  # fmt: skip
        one.page.locator("[data-accord-paragraph]", has_text="24 افسران").wait_for()
        one.is_pictured("the-connection-is-back")
        for each in (one, other):
            each.page.context.close()
    return record


def _begins(writer: Any, section: int, kind: str, text: str, **fields: str) -> None:
    page = writer.page
    if not page.locator("[data-accord-section]").nth(section).locator("[data-accord-composer]").count():
        page.locator("[data-accord-section]").nth(section).get_by_role("link", name="Write a paragraph").click()
    page.select_option("[data-accord-composer] [name=kind]", kind)
    page.fill("[data-accord-composer] textarea", text)
    for name, value in fields.items():
        field = page.locator(f"[data-accord-composer] [name={name}]")
        field.select_option(field.locator("option", has_text=value).first.get_attribute("value"))


def _writes(writer: Any, section: int, kind: str, text: str, **fields: str) -> None:
    _begins(writer, section, kind, text, **fields)
    writer.page.locator("[data-accord-composer] button[type=submit]").click()
    writer.page.locator("[data-accord-paragraph]", has_text=text).wait_for()


def _it_is_circulated(officer: Any, record: str) -> None:
    officer.goes_to(record)
    officer.follows("Circulate it")
    officer.fills_in(due_on=_after(7), note="Please look at the list of equipment above all.")
    officer.is_pictured("the-record-is-circulated")
    officer.sends()


def _after(days: int) -> str:
    return str(date.today() + timedelta(days=days_until_after() + days))


def _the_delegations_comment(officer: Any, fia: Any, moi: Any, record: str) -> None:
    fia.goes_to(record)
    fia.page.locator(".accord-record-paragraph", has_text="14 items").get_by_role("link", name="Comment").click()
    fia.fills_in(
        text="Two of them came last week.",
        wording="The Agency presented the survey of the equipment at Torkham: 12 items are missing.",
    )
    fia.is_pictured("a-delegation-proposes-a-wording")
    fia.sends()
    moi.goes_to(record)
    moi.page.locator(".accord-record-paragraph", has_text="Both sides").get_by_role("link", name="Comment").click()
    moi.sends(text="On our side this is the Section Officer, Border Affairs.")
    moi.goes_to(record)
    moi.is_pictured("a-delegation-answers", top="#answer")
    officer.goes_to(record)
    for comment, state, reply in (
        ("Two of them", "take it up", "Thank you."),
        ("Section Officer", "decline it", "The names are exchanged by letter."),
    ):
        aside = officer.page.locator(".accord-record-aside", has_text=comment)
        aside.get_by_role("link", name="Decide on it").click()
        officer.sends(state=state, reply=reply)
    officer.is_pictured("comments-are-decided-on", top=".accord-section >> nth=0")
    officer.follows("Circulate it again")
    officer.sends(due_on=_after(10))
    fia.goes_to(f"{record}differences/?from=1&to=2")
    fia.is_pictured("what-has-changed")


def _they_agree(room: Any, officer: Any, adviser: Any, fia: Any, moi: Any, record: str) -> None:
    fia.goes_to(record)
    fia.sends(kind="agrees to the record")
    moi.speaks("ur")
    moi.goes_to(record)
    moi.page.locator("#answer [name=kind]").nth(1).check()
    moi.page.locator("#answer [name=reservation]").fill("The Ministry names its contact once the budget is passed.")
    moi.is_pictured("agreeing-in-urdu", top="#answer")
    moi.page.locator("#answer button").click()
    moi.page.locator(".alert-success").wait_for()
    moi.speaks("en")
    adviser.goes_to(record)
    adviser.sends(kind="agrees to the record")
    adviser.is_pictured("the-chair-sees-who-has-answered")
    adviser.page.locator("form[action$='/record/move/']", has_text="gree").locator("button").last.click()
    adviser.page.wait_for_load_state()
    adviser.is_pictured("the-record-is-agreed")
    pdf = officer.page.request.get(f"{record}pdf/").body()
    room.album.keep_pages("the-record-on-paper", pdf, [1, 2, 3])


def _the_outcome(room: Any, officer: Any, visit: str) -> None:
    officer.goes_to(f"{visit}outcome/edit/")
    officer.sends(outcome=OUTCOME)
    officer.follows("Assign actions")
    officer.fills_in(lines=f"Send the figures of the last year | MoI | {_after(30)}\n"
                           f"Propose a date for the centre in Peshawar | OP&HRD | {_after(45)}")  # fmt: skip
    officer.is_pictured("follow-up-is-assigned")
    officer.sends()
    officer.is_pictured("the-outcome")
    room.album.keep_pages(
        "the-outcome-on-paper", officer.page.request.get(f"{visit}outcome/outcome.pdf").body(), [1, 2, 3]
    )
    officer.follows("Letters")
    officer.sends(to=["Director, Immigration", "Deputy Secretary, Immigration"])
    officer.is_pictured("letters-of-thanks")
    href = officer.page.locator("a[href$='letter.pdf']").first.get_attribute("href")
    room.album.keep_pages("a-letter", officer.page.request.get(href).body(), [1])
    dark = room.enter("secretariat", dark=True)
    dark.speaks("ur")
    dark.goes_to(f"{visit}outcome/")
    dark.is_pictured("the-outcome-in-urdu-dark")
    room.album.keep_pages(
        "the-outcome-on-paper-in-urdu", dark.page.request.get(f"{visit}outcome/outcome.pdf").body(), [1, 2]
    )
    dark.speaks("en")
