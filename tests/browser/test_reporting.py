"""A liaison reports progress, counted in clicks; and the form asks for what it needs, when it needs it."""

from datetime import timedelta

import pytest
from django.utils import timezone

from coordination.models import Commitment, ProgressReport, Role
from knowledge.models import File
from tests.factories import make_commitment, make_member, make_organisation, make_space


@pytest.fixture
def room(server):
    """A space with a commitment of the FIA, and the two who speak about it."""
    space, fia = make_space("Border management"), make_organisation("FIA")
    due = timezone.localdate() + timedelta(days=30)
    commitment = make_commitment(
        space, fia, title="Train forty officers", unit="officers", baseline=0, target=40, due_on=due, state="on_track"
    )
    liaison = make_member(space, Role.CONTRIBUTOR, fia, name="Liaison of FIA")
    return commitment, liaison, make_member(space, Role.RAPPORTEUR, name="Officer")


class Clicks:
    """Clicks on a page, counted: nothing else of these tests clicks."""

    def __init__(self, page):
        self.page, self.number = page, 0

    def on(self, selector):
        self.number += 1
        self.page.click(selector)


def test_reporting_progress_with_a_file_takes_four_clicks_from_sign_in(room, page_as, tmp_path, check_accessibility):
    """From the desk: the commitment, the words, the file, the button; the rest is the keyboard."""
    commitment, liaison, _officer = room
    evidence = tmp_path / "participants.txt"
    evidence.write_text("Forty names")
    page = page_as()
    page.goto("/account/login/")
    page.fill("input[type=email]", liaison.email)
    page.fill("input[type=password]", "correct horse battery")
    page.press("input[type=password]", "Enter")
    page.wait_for_url("**/desk/")

    clicks = Clicks(page)
    clicks.on("text=Train forty officers")
    page.wait_for_url(f"**{commitment.get_absolute_url()}")
    check_accessibility(page)
    clicks.on("#id_text")
    page.keyboard.type("Twelve officers were trained in June.")
    page.keyboard.press("Tab")
    page.keyboard.type("12")
    with page.expect_file_chooser() as chooser:
        clicks.on("#id_files")
    chooser.value.set_files(evidence)
    clicks.on("text=Save the report")
    page.wait_for_selector("text=Your report is saved.")

    page.wait_for_load_state()
    assert clicks.number == 4
    report = ProgressReport.objects.get()
    assert (report.text, report.value) == ("Twelve officers were trained in June.", 12)
    assert [file.came_with for file in File.objects.all()] == [report.pk]
    assert page.is_visible("text=30% of the way")
    check_accessibility(page)


def test_what_a_step_down_asks_for_is_shown_with_it_and_a_far_value_is_asked_about_with_the_files_kept(
    room, page_as, tmp_path, check_accessibility
):
    commitment, liaison, _officer = room
    evidence = tmp_path / "participants.txt"
    evidence.write_text("Forty names")
    page = page_as(liaison)
    page.goto(commitment.get_absolute_url())
    assert not page.is_visible("#id_reason") and not page.is_visible("#id_new_due_on")
    page.select_option("#id_state", "at_risk")
    assert page.is_visible("#id_reason") and page.is_visible("#id_new_due_on")
    page.fill("#id_reason", "The hall burnt down.")
    page.fill("#id_new_due_on", (timezone.localdate() + timedelta(days=60)).isoformat())
    page.fill("#id_text", "Twelve officers were trained.")
    page.fill("#id_value", "1200")
    page.set_input_files("#id_files", evidence)
    page.click("text=Save the report")
    assert page.is_visible("text=Yes, this value is right.") and not ProgressReport.objects.exists()
    check_accessibility(page)
    page.check("#id_is_sure")
    page.click("text=Save the report")
    page.wait_for_selector("text=Your report is saved.")
    report = ProgressReport.objects.get()
    assert (report.value, report.reason, report.state_after) == (1200, "The hall burnt down.", "at_risk")
    assert File.objects.count() == 1


@pytest.mark.parametrize("language, dark, width", [("en", True, 390), ("ur", False, 1280), ("ur", True, 390)])
def test_a_verdict_is_given_on_a_page_that_everybody_can_use(room, page_as, language, dark, width, check_accessibility):
    from coordination import services

    commitment, liaison, officer = room
    for value in (8, 12, 30):
        services.report_progress(liaison, commitment, text="Some more.", state="on_track", value=value)
    officer.language = language
    officer.save()
    page = page_as(officer, dark=dark, width=width)
    page.goto(commitment.get_absolute_url())
    assert page.evaluate("document.documentElement.scrollWidth") <= width
    assert page.is_visible(".accord-chart svg[role=img]")
    check_accessibility(page)
    page.click("button[value=returned] >> nth=0")
    page.wait_for_selector(".invalid-feedback")
    check_accessibility(page)
    page.click("button[value=accepted] >> nth=0")
    page.wait_for_url(f"**{commitment.get_absolute_url()}#report-*")  # where the report stands
    assert Commitment.objects.get().reports.filter(verdict="accepted").count() == 1
