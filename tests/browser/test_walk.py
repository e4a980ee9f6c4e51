"""One morning of a liaison of the FIA, in a real browser; and the same addresses for somebody of another space.

Nothing here looks for words of the interface, so that the walk is the same in every language.
"""

from datetime import timedelta

import pytest
from django.utils import timezone

from coordination.models import Action, Role
from meetings import services as meetings
from tests.factories import make_member, make_organisation, make_space

TASK = "Train thirty officers at Torkham in document checks"
REPORTED = "The first twelve officers have been trained"
WRITTEN = "Could the ministry confirm the second course?"


@pytest.fixture
def border_management(stack):
    """The space in which FIA and MoI work together; one of its meetings agreed on what FIA has not done yet."""
    space = make_space("Border management working group")
    chair = make_member(space, Role.CHAIR, make_organisation("ICMPD", country=None), name="Anna Berger")
    fia, moi = make_organisation("FIA"), make_organisation("MoI")
    fia_liaison = make_member(space, Role.CONTRIBUTOR, fia, name="Nadia Khan", time_zone="Asia/Karachi")
    moi_liaison = make_member(space, Role.CONTRIBUTOR, moi, name="Imran Shah")
    start = timezone.now() - timedelta(days=40)
    meeting = meetings.schedule_meeting(
        chair, space, title="Third working group meeting", starts_at=start, ends_at=start + timedelta(hours=2),
        time_zone="Asia/Karachi", organiser=fia,
    )  # fmt: skip
    meetings.add_agenda_item(chair, meeting, title="Training at the crossings")
    record = meetings.open_record(chair, meeting)
    due_on = timezone.localdate() - timedelta(days=5)
    section = record.sections.get(number=1)
    meetings.add_paragraph(chair, section, kind="action", text=TASK, owner=fia, due_on=due_on)
    meetings.circulate_record(chair, record)
    return fia_liaison, moi_liaison, meeting


@pytest.mark.parametrize("language", ["en", "ur"])
def test_a_liaison_follows_up_what_is_overdue_and_talks_about_it(
    language, border_management, server, page_as, check_accessibility
):
    fia_liaison, moi_liaison, _meeting = border_management
    fia_liaison.language = language
    fia_liaison.save()
    action = Action.objects.get()
    page = page_as(dark=language == "ur")

    # Sign in; the desk shows what is overdue.
    page.goto("/account/login/")
    page.fill("input[type=email]", fia_liaison.email)
    page.fill("input[type=password]", "correct horse battery")
    page.click("main button[type=submit]")
    page.wait_for_url("**/desk/")
    assert page.get_attribute("html", "lang") == language
    check_accessibility(page)

    # Open the action and report on it.
    page.click(f"main .accord-row-over a[href='{action.get_absolute_url()}']")
    page.wait_for_url(f"**{action.get_absolute_url()}")
    check_accessibility(page)
    report = page.locator("form:has(select[name$=state])")
    report.locator("textarea[name$=text]").fill(REPORTED)
    report.locator("select[name$=state]").select_option("in_progress")
    report.locator("button").click()
    page.get_by_text(REPORTED).first.wait_for()
    check_accessibility(page)

    # The paragraph that it came from shows its present state.
    page.click("aside a[href*='/record/']")
    page.wait_for_url("**/record/**")
    paragraph = page.locator(".accord-record-paragraph", has_text=TASK)
    assert paragraph.locator(f"a[href='{action.get_absolute_url()}']").count() == 1
    assert paragraph.locator(".accord-state-in_progress, [data-state=in_progress]").count() == 1
    check_accessibility(page)

    # A message comes to the open page of MoI's liaison by itself.
    page.goto(action.get_absolute_url())
    page.locator("form[data-accord-compose] textarea").fill("Good morning")
    page.locator("form[data-accord-compose] .btn-primary").click()
    page.locator(".accord-message", has_text="Good morning").wait_for()
    others = page_as(moi_liaison)
    others.goto(action.get_absolute_url())
    others.locator(".accord-message", has_text="Good morning").wait_for()
    others.evaluate("window.sameDocument = true")
    page.locator("form[data-accord-compose] textarea").fill(WRITTEN)
    page.locator("form[data-accord-compose] .btn-primary").click()
    others.locator(".accord-message", has_text=WRITTEN).wait_for()
    assert others.evaluate("window.sameDocument"), "the page was loaded anew"
    check_accessibility(page)
    check_accessibility(others)

    # Both are found by searching.
    for words, address in ((TASK, action.get_absolute_url()), ("ministry confirm", "/messages/")):
        page.goto(f"/search/?q={words}")
        page.locator(f"#search-results a[href*='{address}']").first.wait_for()
        check_accessibility(page)


@pytest.mark.parametrize("language", ["en", "ur"])
def test_a_liaison_of_another_space_meets_none_of_it(language, border_management, server, page_as, check_accessibility):
    _fia, _moi, meeting = border_management
    action = Action.objects.get()
    kazakh = make_member(make_space("Kazakhstan"), Role.CONTRIBUTOR, make_organisation("MIA", "KZ"), language=language)
    page = page_as(kazakh)
    for address in (action.get_absolute_url(), meeting.get_absolute_url(), f"{meeting.get_absolute_url()}record/"):
        assert page.goto(address).status == 404
        assert TASK not in page.content() and meeting.title not in page.content()
    check_accessibility(page)
    for address in ("/desk/", "/actions/", "/meetings/", f"/search/?q={TASK}"):
        assert page.goto(address).ok
        assert page.locator(f"a[href='{action.get_absolute_url()}']").count() == 0
        assert page.locator(f"a[href*='{meeting.get_absolute_url()}']").count() == 0
    check_accessibility(page)
