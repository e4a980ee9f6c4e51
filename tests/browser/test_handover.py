"""A liaison who leaves hands fifty actions over: at most five clicks from the sign-in, counted."""

from datetime import timedelta

from django.utils import timezone

from coordination.models import Action, AuditEntry, Person, Role
from tests.factories import make_action, make_member, make_organisation, make_space

MOST_CLICKS = 5


class Hand:
    """Somebody at the page who counts each click, and each choice from a list as one."""

    def __init__(self, page):
        self.page, self.clicks = page, 0

    def click(self, place):
        self.clicks += 1
        place.click()

    def choose(self, place, value):
        self.clicks += 1
        place.select_option(value)


def test_fifty_actions_are_handed_over_with_at_most_five_clicks(server, page_as, check_accessibility):
    space, fia = make_space("Border management"), make_organisation("FIA")
    leaves = make_member(space, Role.CONTRIBUTOR, fia, name="Nadia Khan")
    comes = make_member(space, Role.CONTRIBUTOR, fia, name="Bilal Shah")
    person, successor = (Person.objects.create(name=user.name, user=user) for user in (leaves, comes))
    due_on = timezone.localdate() + timedelta(days=3)
    for number in range(50):
        make_action(space, fia, title=f"Task {number}", owner_person=person, due_on=due_on)
    page = page_as()
    page.goto("/account/login/")
    page.fill("input[type=email]", leaves.email)
    page.fill("input[type=password]", "correct horse battery")
    hand = Hand(page)

    hand.click(page.locator("main button[type=submit]").first)
    page.wait_for_url("**/desk/")
    hand.click(page.locator(".accord-bar summary", has_text="Account"))
    hand.click(page.locator('.accord-bar a[href="/handover/"]'))
    page.wait_for_url("**/handover/")
    assert page.locator("main .accord-row").count() == 50
    check_accessibility(page)
    hand.choose(page.locator("select[name=successor]"), str(successor.pk))
    page.locator("textarea[name=reason]").focus()
    page.keyboard.type("Posted abroad.")
    hand.click(page.locator("main form button[type=submit]"))

    page.get_by_text("50 actions now lie with Bilal Shah.").wait_for()
    assert hand.clicks <= MOST_CLICKS
    assert Action.objects.filter(owner_person=successor).count() == 50
    entries = AuditEntry.objects.filter(verb="action handed over", reason="Posted abroad.")
    assert entries.count() == 50


def test_the_page_of_an_action_ticks_and_reports_on_a_telephone_in_urdu_and_without_scripts(
    server, page_as, check_accessibility
):
    space, fia = make_space("Border management"), make_organisation("FIA")
    liaison = make_member(space, Role.CONTRIBUTOR, fia, name="Nadia Khan", language="ur")
    action = make_action(space, fia, title="Train thirty officers", due_on=timezone.localdate())
    other = make_action(space, fia, title="Print the manual")
    action.dependencies.create(waits_for=other)
    for text in ("Name the officers", "Hire the room"):
        action.checklist.create(text=text)

    page = page_as(liaison, width=390, dark=True)
    page.goto(action.get_absolute_url())
    check_accessibility(page)
    assert page.evaluate("document.documentElement.scrollWidth <= window.innerWidth")
    assert not page.locator(".accord-waiting").is_visible()
    page.locator(".accord-step-button").first.click()
    page.locator(".accord-step-done").wait_for()
    assert action.checklist.get(text="Name the officers").done_by == liaison

    plain = page_as(liaison, scripts=False)
    plain.goto(action.get_absolute_url())
    plain.locator(".accord-step-button").last.click()
    plain.locator(".accord-step-done").nth(1).wait_for()
    plain.select_option("select[name=state]", "waiting")
    assert plain.locator(".accord-waiting").is_visible()
    plain.fill("textarea[name=waiting_reason]", "No answer so far.")
    plain.fill("input[name=waiting_for_text]", "the academy")
    plain.click(".accord-report button[type=submit]")
    plain.get_by_text("the academy").first.wait_for()
    for address in (f"/actions/{action.key}/waits-for/?q=manual", f"/actions/{action.key}/steps/",
                    f"/spaces/{space.key}/actions/new/", f"/spaces/{space.key}/actions/many/"):  # fmt: skip
        page.goto(address)
        check_accessibility(page)
