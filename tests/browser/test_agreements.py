"""An agreement in a real browser: its text from a file, its state, the text as of a day, the link to a paragraph."""

import io
from datetime import date

import pytest
from docx import Document

from coordination.models import Agreement, Amendment, Party, Role
from tests.factories import make_agreement, make_commitment, make_member, make_organisation, make_space


@pytest.fixture
def agreement(stack):
    agreement = make_agreement(make_space("Border management"), title="On the return of nationals")
    Party.objects.create(agreement=agreement, organisation=make_organisation("FIA"), signatory="A. Khan")
    return agreement


def a_text():
    document, content = Document(), io.BytesIO()
    for number in (1, 2):
        document.add_heading(f"Article {number}: Of this", level=1)
        document.add_paragraph("Each party names one contact point.")
    document.save(content)
    return content.getvalue()


def test_a_rapporteur_imports_its_text_and_moves_it_in_few_steps(agreement, server, page_as, check_accessibility):
    page = page_as(make_member(agreement.space, Role.RAPPORTEUR))
    address = agreement.get_absolute_url()
    page.goto(address)
    page.click(f"main a[href='{address}import/'] >> nth=0")
    check_accessibility(page)
    word = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"
    page.set_input_files("main input[type=file]", {"name": "text.docx", "mimeType": word, "buffer": a_text()})
    page.click("main form button.btn-primary")
    page.locator("#preview").wait_for()
    check_accessibility(page)
    page.click("main form button.btn-primary")
    page.wait_for_url(f"**{address}")
    page.get_by_text("Each party names one contact point.").first.wait_for()
    page.click(f"main a[href='{address}state/']")
    page.fill("textarea[name=reason]", "In Astana.")
    page.select_option("select[name=state]", "signed")
    page.click("main form button.btn-primary")
    page.wait_for_url(f"**{address}")
    assert page.locator(".accord-state-signed").count() == 1
    assert Agreement.objects.get(pk=agreement.pk).state == "signed"


@pytest.mark.parametrize(("language", "width", "dark"), [("en", 1280, False), ("ur", 390, True)])
def test_a_reader_reads_it_as_of_a_day_and_copies_the_link_to_a_paragraph(
    agreement, server, page_as, check_accessibility, language, width, dark
):
    article = agreement.articles.create(number="1", title="Contact points", body="<p>One contact point.</p>")
    agreement.signed_on, agreement.in_force_until = date(2020, 1, 1), date(2090, 1, 1)
    agreement.save()
    make_commitment(agreement.space, article=article, title="Name a contact point")
    protocol = make_agreement(agreement.space, title="Protocol", amends=agreement, state="in_force")
    for deed, body in (("replace", "<p>Two contact points.</p>"), ("insert", "<p>More.</p>")):
        Amendment.objects.create(
            agreement=protocol, deed=deed, article_number="1", number="1 bis" if deed == "insert" else "", body=body,
            takes_effect_on=date(2022, 1, 1), sort_order=int(deed == "insert"),
        )  # fmt: skip
    page = page_as(make_member(agreement.space, Role.READER, language=language), dark=dark, width=width)
    page.context.grant_permissions(["clipboard-read", "clipboard-write"])
    for address in (protocol.get_absolute_url(), agreement.get_absolute_url()):
        page.goto(address)
        check_accessibility(page)
    page.click(f"a[href='#{article.anchor}-1']")
    page.locator(".accord-copied").wait_for()
    copied = page.evaluate("navigator.clipboard.readText()")
    assert copied == f"{server.url}{agreement.get_absolute_url()}#{article.anchor}-1"
    page.fill("input[name=as_of]", "2023-01-01")
    page.click("main form.accord-as-of button")
    page.locator("ins", has_text="Two").first.wait_for()
    assert page.locator("del", has_text="One").count() == 1
    check_accessibility(page)
    assert page.evaluate("document.documentElement.scrollWidth") <= width
