"""Typing in the search box, and narrowing down on the page, in a real browser."""

from playwright.sync_api import expect

from tests.factories import make_action, make_member, make_space


def test_typing_suggests_titles_and_the_arrow_keys_lead_there(server, page_as, check_accessibility):
    space = make_space("Border management")
    action = make_action(space, title="Harbour master's list")
    make_action(make_space("Closed"), title="Harbour of others")
    page = page_as(make_member(space))
    page.goto("/desk/")
    box = page.get_by_role("combobox")
    box.press_sequentially("harb")
    expect(page.get_by_role("option")).to_have_count(1)
    check_accessibility(page)
    box.press("ArrowDown")
    expect(page.get_by_role("option")).to_have_attribute("aria-selected", "true")
    box.press("Enter")
    page.wait_for_url(f"**{action.get_absolute_url()}")


def test_results_change_while_typing_and_by_facets_without_a_new_page(server, page_as, check_accessibility):
    space = make_space("Border management")
    for number in range(3):
        make_action(space, title=f"Harbour {number}")
    page = page_as(make_member(space, language="ur"))
    page.goto("/search/")
    check_accessibility(page)
    page.locator("#id_q").press_sequentially("harbour 2")
    expect(page.locator(".accord-hit")).to_have_count(1)
    assert "q=harbour+2" in page.url or "q=harbour%202" in page.url
    page.locator(".accord-facets a[href*='kind=action']").click()
    expect(page.locator(".accord-facets a[aria-current=true]")).to_have_count(1)
    expect(page.locator("#search-form input[name=kind], input[form=search-form][name=kind]")).to_have_count(1)
    page.locator("#id_q").fill("harbour")
    expect(page.locator(".accord-hit")).to_have_count(3)
    assert "kind=action" in page.url
    check_accessibility(page)
