"""Typing in the search box, and narrowing down on the page, in a real browser."""

from playwright.sync_api import expect

from coordination.models import Article
from tests.factories import make_action, make_agreement, make_member, make_space


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


def test_the_keyboard_alone_leads_from_the_head_to_the_highlighted_paragraph(server, page_as, check_accessibility):
    space = make_space("Border management")
    agreement = make_agreement(space, title="Cooperation")
    Article.objects.create(agreement=agreement, number="4", title="Training", body="<p>Yearly courses</p>")
    make_action(space, title="Yearly courses: pay")
    page = page_as(make_member(space))
    page.set_viewport_size({"width": 390, "height": 800})
    page.goto("/search/")
    page.locator(".accord-search-help summary").focus()
    page.keyboard.press("Enter")
    expect(page.get_by_text("exactly these words, in this order")).to_be_visible()
    assert page.evaluate("document.documentElement.scrollWidth") <= 390
    check_accessibility(page)
    page.set_viewport_size({"width": 1200, "height": 800})
    page.get_by_role("combobox").press_sequentially('"yearly courses" kind:article')
    page.keyboard.press("Enter")
    page.wait_for_url("**/search/?q=*")
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.closest('#search-results') !== null")
    page.locator("#id_q").focus()
    page.keyboard.press("ArrowDown")
    expect(page.locator(".accord-hit-title a").first).to_be_focused()
    page.keyboard.press("Enter")
    page.wait_for_url("**#article-*")
    assert page.evaluate("document.querySelector(':target').textContent.includes('Yearly courses')")


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
