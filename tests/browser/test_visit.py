"""The secretariat prepares a visit from nothing, and closes it: in a browser, page by page; then on a telephone."""

import re
from datetime import timedelta

from django.utils import timezone

from coordination.models import Organisation, Person, Post, Role
from meetings import services
from meetings.models import Attendance, Meeting, ParagraphKind, Visit
from tests.factories import join, make_commitment, make_meeting, make_member, make_organisation, make_space

MEETINGS = (
    ("MoI", "Irregular migration and data", "10:00", "11:00", 1),
    ("FIA", "Crossing points", "14:00", "15:30", 1),
    ("OP&HRD", "The centre in Peshawar", "10:00", "11:00", 2),
    ("NAVTTC", "Skills and recognition", "14:00", "15:00", 2),
    ("BEOE", "Before people leave", "10:00", "11:00", 3),
)


class Secretariat:
    """Somebody at the page: fills what is asked and sends it. Pictures: scripts/screenshots.py."""

    def __init__(self, page):
        self.page = page

    def send(self, **fields):
        for name, value in fields.items():
            field = self.page.locator(f"main form.accord-form [name={name}]").first
            if field.evaluate("one => one.tagName") == "SELECT":
                field.select_option(value)
            else:
                field.fill(value)
        self.page.locator("main form.accord-form button[type=submit]").last.click()
        self.page.wait_for_load_state()
        assert self.page.locator("main .is-invalid, main .alert-danger").count() == 0, self.page.url


def prepared_world():
    space, icmpd = make_space("Pakistan"), make_organisation("ICMPD", None)
    officer = make_member(
        space, Role.CHAIR, icmpd, name="Olga Officer", platform_role="secretariat", time_zone="Asia/Karachi"
    )
    for acronym, *_rest in MEETINGS:
        host = make_organisation(acronym)
        join(host, space)
        holder = Person.objects.create(name=f"Head of {acronym}")
        post = Post.objects.create(organisation=host, title="Director", person=holder, listed=True)
        before = make_meeting(space, title=f"Earlier with {acronym}", starts_at=timezone.now() - timedelta(days=40))
        Attendance.objects.create(meeting=before, organisation=host, post=post)
        make_commitment(space, host, owed_to=icmpd, title=f"{acronym} shares its figures")
    return space, icmpd, officer


def test_a_visit_is_prepared_and_closed(server, page_as, check_accessibility):
    space, _icmpd, officer = prepared_world()
    page = page_as(officer)
    at_work = Secretariat(page)

    page.goto(f"/spaces/{space.key}/visits/new/")
    at_work.send(
        title="Visit of the Director General", starts_on="2027-03-01", ends_on="2027-03-03", time_zone="Asia/Karachi",
        objectives="Agree on data\nOpen the centre in Peshawar",
    )  # fmt: skip
    visit = Visit.objects.get()
    for name, role in (("Anna Berg", "head"), ("Timur Aliev", "member")):
        page.goto(f"{visit.get_absolute_url()}delegation/")
        at_work.send(person_name=name, role=role)
    for acronym, title, starts, ends, day in MEETINGS:
        page.goto(f"{visit.get_absolute_url()}meetings/new/?day=2027-03-{day:02}")
        host = str(Organisation.objects.get(acronym=acronym).pk)
        at_work.send(
            title=title, organiser=host, starts_at=f"2027-03-{day:02}T{starts}", ends_at=f"2027-03-{day:02}T{ends}"
        )
    page.goto(f"{visit.get_absolute_url()}itinerary/new/?kind=transport")
    at_work.send(title="To the FIA", starts_at="2027-03-01T13:00", ends_at="2027-03-01T14:30", place_until="FIA")

    page.locator("#conflicts").get_by_text("“To the FIA” lasts until 14:30").wait_for()
    check_accessibility(page)
    page.get_by_role("link", name=re.compile("Change.*To the FIA")).click()
    at_work.send(ends_at="2027-03-01T13:40")
    assert page.locator("#conflicts").count() == 0

    for meeting in Meeting.objects.filter(visits__visit=visit):
        post = Post.objects.get(organisation=meeting.organiser)
        services.note_attendance(officer, meeting, organisation=meeting.organiser, post=post)
    page.get_by_role("link", name=re.compile("Who goes.*Crossing points")).click()
    page.get_by_label("Anna Berg, ICMPD").check()
    page.get_by_role("button", name="Save").click()
    page.get_by_role("link", name="Who meets whom").click()
    page.wait_for_load_state()
    assert page.locator("main tbody tr").count() == len(MEETINGS)
    assert page.get_by_text("do not meet").count() == 1
    page.get_by_role("link", name="Counterparts").click()
    page.locator("#content").get_by_text("FIA shares its figures").wait_for()
    assert page.get_by_role("link", name="Earlier with FIA").count() == 1

    # The record is walked in tests/browser/test_record.py; here it is there.
    talks = Meeting.objects.get(title="Crossing points")
    section = services.open_record(officer, talks).sections.first()
    services.add_paragraph(officer, section, kind=ParagraphKind.DECISION, text="Both sides name a contact.")
    page.get_by_role("link", name="Outcome").click()
    page.get_by_text("Both sides name a contact.").wait_for()
    page.get_by_role("link", name="Write the outcome").click()
    at_work.send(outcome="The centre opens in May.")
    page.get_by_role("link", name="Assign actions").click()
    at_work.send(lines="Send the figures | FIA | 2027-04-01")
    page.locator("#follow-up").get_by_text("Send the figures").wait_for()
    page.get_by_role("link", name="Letters").click()
    page.get_by_label("Head of FIA, Director, FIA").check()
    at_work.send()
    page.get_by_role("link", name="Head of FIA, Director, FIA", exact=True).wait_for()

    officer.language = "ur"
    officer.save()
    phone = page_as(officer, width=390, dark=True)
    for part in ("", "who-meets-whom/", "counterparts/", "outcome/"):
        phone.goto(visit.get_absolute_url() + part)
        assert phone.evaluate("document.documentElement.scrollWidth <= window.innerWidth"), part
        if part:
            check_accessibility(phone)
