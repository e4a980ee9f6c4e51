"""The scoreboard in a browser: it prints on one sheet, reads in both themes and on a telephone, and draws its bars."""

import io
from datetime import timedelta

import pytest
from django.utils import timezone
from pypdf import PdfReader

from coordination.models import Role
from tests.factories import make_action, make_commitment, make_member, make_organisation, make_space

ROWS = 16


@pytest.fixture
def reader(stack):
    """A member of a space in which more organisations owe something than a sheet holds, most of it late."""
    space = make_space("Border management working group")
    for number in range(ROWS):
        owner = make_organisation(country=("PK", "KZ", "KG", None)[number % 4])
        owner.name = f"Ministry of Labour, Migration and Employment of the Population, department {number}"
        owner.save()
        make_commitment(space, owner, state="at_risk")
        for days in (-2, 2):
            make_action(space, owner, due_on=timezone.localdate() + timedelta(days=days))
    return make_member(space, Role.READER, make_organisation("FIA"))


def test_the_scoreboard_prints_on_one_sheet_and_is_read_by_everybody(reader, server, page_as, check_accessibility):
    page = page_as(reader)
    for by in ("organisation", "country"):
        page.goto(f"/scoreboard/?by={by}")
        check_accessibility(page)
        sheets = PdfReader(io.BytesIO(page.pdf(format="A4", prefer_css_page_size=True))).pages
        assert len(sheets) == 1, by
        assert "late" in sheets[0].extract_text()

    # The bar of what is late and what is not: two pieces, of one length.
    widths = (
        page.locator(".accord-board-bar")
        .nth(1)
        .evaluate(
            "bar => [...bar.querySelectorAll('rect')].map(piece => Math.round(piece.getBoundingClientRect().width))"
        )
    )
    assert len(widths) == 2 and abs(widths[0] - widths[1]) <= 1 and widths[0] > 20

    narrow = page_as(reader, dark=True, width=390)
    narrow.goto("/scoreboard/?by=organisation")
    assert narrow.evaluate("document.documentElement.scrollWidth") <= 390
    check_accessibility(narrow)
    reader.language = "ur"
    reader.save()
    page.goto("/scoreboard/?by=country")
    assert page.get_attribute("html", "dir") == "rtl"
    check_accessibility(page)
