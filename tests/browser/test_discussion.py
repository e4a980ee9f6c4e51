"""A discussion in two browsers: what one writes, the other's open page shows without loading anew."""

from coordination.models import Role
from tests.factories import make_action, make_member, make_message, make_organisation, make_space


def test_two_liaisons_talk_on_the_page_of_an_action(server, page_as, check_accessibility):
    space = make_space("Border management")
    fia = make_member(space, Role.CONTRIBUTOR, make_organisation("FIA"), name="Nadia Khan")
    moi = make_member(space, Role.CONTRIBUTOR, make_organisation("MOI"), name="Bilal Shah")
    action = make_action(space, title="Train thirty officers")
    make_message(action, moi, "How far is it?")
    one, other = page_as(fia), page_as(moi)
    for page in (one, other):
        page.goto(action.get_absolute_url())
    other.get_by_text("Here now: Nadia Khan").wait_for()
    one.fill("[data-accord-write] textarea", "Twenty are **trained**.")
    other.get_by_text("Writing: Nadia Khan").wait_for()
    one.click("[data-accord-write] .btn-primary")
    other.locator(".accord-message strong", has_text="trained").wait_for()
    one.locator(".accord-message strong", has_text="trained").wait_for()
    assert one.input_value("[data-accord-write] textarea") == ""
    one.click("[data-accord-write] .btn-primary")
    one.get_by_text("Write a message first.").wait_for()
    assert one.locator(".accord-message").count() == 2
    check_accessibility(one)
    for address in ("/threads/", "/notifications/", f"/spaces/{space.key}/threads/start/"):
        one.goto(address)
        check_accessibility(one)
