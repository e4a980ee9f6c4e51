"""The lists of actions with the keyboard alone; a card that is dragged; and what axe says of the four views."""

from datetime import timedelta

import pytest
from django.utils import timezone
from playwright.sync_api import expect

from coordination.models import Action, Priority, Role
from tests.factories import make_action, make_member, make_organisation, make_space

PRESSES = "(made) => document.activeElement.dispatchEvent(new KeyboardEvent('keydown', made))"
VIEWS = ("list", "board", "calendar", "timeline")


@pytest.fixture
def fia(stack):
    return make_organisation("FIA")


@pytest.fixture
def room(fia):
    """A space with five actions: four that the liaison may change, one of the ministry."""
    space = make_space("Border management")
    today = timezone.localdate()
    for number in range(1, 5):
        make_action(
            space, fia, title=f"Task {number}", due_on=today + timedelta(days=number - 2),
            starts_on=today - timedelta(days=20), priority=Priority.URGENT if number == 2 else Priority.NORMAL,
        )  # fmt: skip
    make_action(space, make_organisation("MoI"), title="Task 5", due_on=today + timedelta(days=9))
    return space


def focused(page):
    return page.evaluate("document.activeElement.closest('[data-accord-row]')?.querySelector('a').textContent ?? ''")


def test_a_liaison_works_through_the_list_and_the_board_with_the_keyboard_alone(
    server, page_as, room, fia, check_accessibility
):
    page = page_as(make_member(room, Role.CONTRIBUTOR, fia, name="Nadia Khan"))
    page.goto("/actions/")
    key = page.keyboard.press

    # Next and previous; the ends hold.
    for pressed, title in (("j", "Task 1"), ("j", "Task 2"), ("k", "Task 1"), ("k", "Task 1"), ("j", "Task 2")):
        key(pressed)
        assert focused(page) == title, pressed

    # With the layout of another script the same keys do the same.
    for letter, code, title in (("о", "KeyJ", "Task 3"), ("ک", "KeyK", "Task 2")):
        page.evaluate(PRESSES, {"key": letter, "code": code, "bubbles": True, "cancelable": True})
        assert focused(page) == title, letter

    # Choose, twice, and take it back once.
    key("x")
    key("j")
    key("x")
    assert page.locator("input[name=chosen]:checked").count() == 2
    key("x")
    assert page.locator("input[name=chosen]:checked").count() == 1

    # The search box of the list, where keys are letters.
    key("/")
    assert page.evaluate("document.activeElement.name") == "q"
    page.keyboard.type("jkxec?/o")
    assert page.input_value("#id_q") == "jkxec?/o" and page.url.endswith("/actions/")
    page.fill("#id_q", "")

    # The help: a dialog that takes the focus, and gives it back.
    page.locator("a.accord-row-title").nth(2).focus()
    key("?")
    dialog = page.get_by_role("dialog")
    expect(dialog).to_be_visible()
    expect(dialog).to_have_accessible_name("What keys do here")
    assert page.evaluate("document.activeElement.closest('dialog') !== null")
    check_accessibility(page)
    key("j")
    assert page.evaluate("document.activeElement.closest('dialog') !== null"), "keys rest while it is open"
    key("Escape")
    expect(dialog).to_be_hidden()
    assert focused(page) == "Task 3"

    # Change it, report on it, open it.
    action = Action.objects.get(title="Task 3")
    for pressed, ending in (("e", "edit/"), ("c", "#id_text"), ("o", ""), ("Enter", "")):
        page.goto("/actions/")
        for _row in range(3):
            key("j")
        key(pressed)
        page.wait_for_url(f"**{action.get_absolute_url()}{ending}")
        if pressed == "c":
            assert page.evaluate("document.activeElement.id") == "id_text"

    # What is not the reader's to change has no such key.
    page.goto("/actions/?q=Task 5")
    for pressed in ("j", "e", "x"):
        key(pressed)
    assert page.url.endswith("/actions/?q=Task%205") and focused(page) == "Task 5"

    # On the board: to a card, into its menu, and to another column.
    page.goto("/actions/?view=board")
    key("j")
    key("m")
    assert page.evaluate("document.activeElement.name") == "state"
    key("i")  # “in progress”
    key("Tab")
    key("Enter")
    page.get_by_text("“Task 1” is now: in progress.").wait_for()
    page.wait_for_load_state()
    assert "view=board" in page.url
    assert Action.objects.get(title="Task 1").state == "in_progress"

    # Switched off in the help, they are letters like all others, on the next page too; and on again.
    page.locator("[data-accord-keys-help]").focus()
    key("Enter")
    page.get_by_role("checkbox", name="Use these keys in this browser").focus()
    key("Space")
    key("Escape")
    page.goto("/actions/")
    for pressed in ("j", "?", "/"):
        key(pressed)
    assert focused(page) == "" and not page.get_by_role("dialog").is_visible()
    assert page.evaluate("document.activeElement === document.body")


def test_a_card_is_dragged_to_a_column_that_takes_it(server, page_as, room, fia):
    page = page_as(make_member(room, Role.CONTRIBUTOR, fia))
    page.goto("/actions/?view=board")
    card = page.locator(".accord-board-card", has_text="Task 2")
    card.drag_to(page.locator(".accord-board-column[data-state=in_progress]"))
    page.get_by_text("“Task 2” is now: in progress.").wait_for()
    page.wait_for_load_state()
    assert page.locator("[data-state=in_progress] .accord-board-card", has_text="Task 2").count() == 1
    # What asks for a reason leads to the form that asks for it.
    page.locator(".accord-board-card", has_text="Task 3").drag_to(page.locator("[data-state=waiting]"))
    page.wait_for_url("**/move/")
    assert page.locator("textarea[name=waiting_reason]").is_visible()
    assert page.locator(".accord-board-card[draggable=true]", has_text="Task 5").count() == 0


@pytest.mark.parametrize(("language", "dark", "width"), [("en", False, 1280), ("ur", True, 390)])
def test_axe_finds_nothing_in_the_four_views(language, dark, width, server, page_as, room, fia, check_accessibility):
    page = page_as(make_member(room, Role.CONTRIBUTOR, fia, language=language), dark=dark, width=width)
    for address in (*(f"/actions/?view={view}&state=any" for view in VIEWS), "/commitments/?reports=pending"):
        page.goto(address)
        assert page.evaluate("document.documentElement.scrollWidth") <= width, address
        check_accessibility(page)


def test_many_are_changed_and_a_filter_is_saved_with_nothing_for_axe_to_find(
    server, page_as, room, fia, check_accessibility
):
    page = page_as(make_member(room, Role.CONTRIBUTOR, fia))
    page.goto("/actions/?whose=ours")
    page.locator("input[name=all]").check()
    page.locator("#bulk-deed").select_option("state")
    page.get_by_role("button", name="Change the chosen").click()
    check_accessibility(page)
    page.locator("#id_state").select_option("in_progress")
    page.locator("button[name=preview]").click()
    page.get_by_text("4 actions would be changed.").wait_for()
    check_accessibility(page)
    page.locator("button[name=confirm]").click()
    page.get_by_text("4 actions are changed.").wait_for()
    assert Action.objects.filter(state="in_progress").count() == 4
    page.locator(".accord-follow-saved summary").click()
    page.get_by_role("link", name="Save this filter").click()
    check_accessibility(page)
    page.fill("#id_name", "Ours")
    page.locator("main form button[type=submit]").click()
    page.locator(".accord-follow-saved summary", has_text="Ours").wait_for()
    for address in ("/filters/", page.evaluate("new URLSearchParams(location.search).get('saved')")):
        page.goto(address if address.startswith("/") else f"/filters/{address}/")
        check_accessibility(page)


def test_what_was_typed_is_kept_when_more_filters_are_opened(server, page_as, room, fia, check_accessibility):
    page = page_as(make_member(room, Role.CONTRIBUTOR, fia, name="Nadia Khan"))
    page.goto("/actions/")
    page.fill("#id_q", "Task")
    page.get_by_role("button", name="More filters, and the order").press("Enter")

    expect(page.get_by_label("Sorted by")).to_be_visible()
    assert page.input_value("#id_q") == "Task"
    check_accessibility(page)
    page.get_by_label("Sorted by").select_option("priority")
    page.get_by_role("button", name="Narrow down").click()

    expect(page.locator("a.accord-row-title").first).to_have_text("Task 2")
    expect(page.get_by_label("Sorted by")).to_have_value("priority")
