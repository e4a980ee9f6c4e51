"""Briefing packs: begun, written in, compiled anew, kept on the phone for a while, made as PDF in the worker."""

import io
from datetime import UTC, datetime, timedelta
from uuid import uuid4

import pytest
from django.core.exceptions import PermissionDenied, ValidationError
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone
from pypdf import PdfReader

from coordination import access
from coordination.models import Marking, Person
from meetings import briefing, services
from meetings.briefing import offline, paper
from meetings.models import (
    AgendaItem,
    BriefingPaper,
    BriefingSection,
    BriefingText,
    PaperState,
    VisitMeeting,
    VisitMember,
)
from tests import factories

pytestmark = pytest.mark.django_db


@pytest.fixture
def team():
    class Team:
        icmpd, fia = factories.make_organisation("ICMPD", None), factories.make_organisation("FIA")
        space = factories.make_space()
        officer = factories.make_member(space, "rapporteur", icmpd, name="Olga Officer")
        colleague = factories.make_member(space, "reader", icmpd, name="Carl Colleague")
        host = factories.make_member(space, "chair", fia, name="Hina Host")
        meeting = factories.make_meeting(space, organiser=fia, title="Talks in Islamabad")
        visit = factories.make_visit(space, organisation=icmpd, meetings=[meeting])

    VisitMember.objects.create(
        visit=Team.visit, organisation=Team.icmpd, person=Person.objects.create(name="Carl", user=Team.colleague)
    )
    Team.pack = services.begin_briefing(Team.officer, Team.visit)
    return Team


def _write(team, text="Say this first.", **fields):
    fields = {"section": "talking_points", "meeting": team.meeting, **fields}
    return services.write_in_briefing(team.officer, team.pack, text=text, **fields)


def test_a_pack_is_begun_once_and_is_for_the_delegation_and_not_for_its_hosts(team):
    assert services.begin_briefing(team.officer, team.visit) == team.pack
    assert access.may_read(team.colleague, team.pack) and not access.may_read(team.host, team.pack)
    other = factories.make_visit(team.space, organisation=team.icmpd)
    for user in (team.colleague, factories.make_user()):
        with pytest.raises(PermissionDenied):
            services.begin_briefing(user, other)


def test_who_may_not_read_a_pack_begins_another_as_if_there_were_none(team, client):
    client.force_login(team.host)
    assert "Begin the briefing" in client.get(team.visit.get_absolute_url()).content.decode()
    answer = client.post(f"{team.pack.get_absolute_url()}begin/", follow=True)
    own = answer.context["pack"]
    assert own != team.pack and access.may_read(team.host, own)
    assert services.begin_briefing(team.host, team.visit) == own
    for user, pack in ((team.officer, team.pack), (team.host, own)):
        client.force_login(user)
        assert client.get(team.pack.get_absolute_url()).context["pack"] == pack


def test_a_member_without_an_account_is_handed_a_paper_with_the_clearance_of_the_organisation(team, client):
    for text, marking in (("For the delegation", ""), ("For one alone", Marking.RED)):
        _write(team, text, marking=marking, users=[team.officer] if marking else [])
    client.force_login(team.officer)
    address = f"{team.pack.get_absolute_url()}papers/"
    ayesha, foreign = (
        VisitMember.objects.create(visit=team.visit, organisation=each, person=Person.objects.create(name=name))
        for each, name in ((team.icmpd, "Ayesha Karim"), (team.fia, "Bilal Ahmed"))
    )
    assert "hand over" in client.get(team.pack.get_absolute_url()).content.decode()
    refused = client.post(address, {"member": foreign.pk}, follow=True)  # may not read the pack
    assert "may not read the briefing" in refused.content.decode() and not BriefingPaper.objects.exists()
    client.post(address, {"member": ayesha.pk})
    made = BriefingPaper.objects.get()
    services.make_briefing_paper.call(made.key)
    content = client.get(f"{made.get_absolute_url()}briefing.pdf").content
    pages = ["".join(page.extract_text().split()) for page in PdfReader(io.BytesIO(content)).pages]
    assert all("AyeshaKarim" in page and "OlgaOfficer" not in page for page in pages)
    assert "Forthedelegation" in "".join(pages) and "Foronealone" not in "".join(pages)
    client.force_login(team.colleague)
    assert client.post(address, {"member": ayesha.pk}).status_code == 404
    factories.mark(team.pack, Marking.RED, users=[team.officer])
    client.force_login(team.officer)
    assert client.get(f"{made.get_absolute_url()}briefing.pdf").status_code == 404


def test_what_is_compiled_changes_and_what_was_written_stays(team, client):
    text = _write(team)
    part = briefing.compile_part(team.pack, team.officer, BriefingSection(text.section), team.meeting)
    assert not part.groups and not part.is_behind(text, team.officer)
    factories.make_commitment(
        team.space, team.fia, title="Send the statistics", due_on=timezone.localdate() - timedelta(1)
    )
    [found] = briefing.compile_for(team.pack, team.officer, only=team.meeting.key).chapters
    part = next(one for one in found.parts if one.section == "talking_points")
    assert [item.text for item in part.items] == ["Send the statistics"]
    assert [one.text for one in part.texts] == ["Say this first."]
    # Its writer is told, and nobody else: what others read may differ.
    assert part.is_behind(text, team.officer) and not part.is_behind(text, team.colleague)
    client.force_login(team.officer)
    page = client.get(f"{team.pack.get_absolute_url()}?chapter={team.meeting.key}").content.decode()
    assert "has changed since you wrote this" in page and "Say this first." in page
    text = services.edit_briefing_text(team.officer, text, version=1, text="Say that instead.")
    assert not part.is_behind(text, team.officer)


def test_a_text_of_a_meeting_that_left_the_programme_is_kept(team):
    _write(team)
    VisitMeeting.objects.filter(visit=team.visit).delete()
    found = briefing.compile_for(team.pack, team.officer)
    [left] = [chapter for chapter in found.chapters if chapter.is_left_over]
    assert [text.text for part in left.parts for text in part.texts] == ["Say this first."]


def test_a_text_is_never_wider_than_the_pack_the_visit_and_its_meeting(team):
    text = _write(team)
    red = _write(team, "For one alone", marking=Marking.RED, users=[team.officer])
    assert (text.marking, red.marking) == ("AMBER+STRICT", "RED")
    assert access.may_read(team.colleague, text) and not access.may_read(team.colleague, red)
    factories.mark(team.meeting, Marking.RED, users=[team.officer, team.host])
    text.refresh_from_db()
    assert access.audience(text) == access.meet(access.audience(team.pack), access.audience(team.meeting))
    assert not access.may_read(team.colleague, text) and not access.may_read(team.host, text)
    intro = _write(team, section="introduction", meeting=None)
    factories.mark(team.visit, Marking.RED, users=[team.officer])
    intro.refresh_from_db()
    assert intro.marking == "RED" and not access.may_read(team.colleague, intro)


@pytest.mark.both_stacks
def test_texts_are_sent_twice_and_written_once_and_an_older_form_is_refused(team):
    key = uuid4()
    text = _write(team, submission=key)
    assert _write(team, "again", submission=key) == text
    services.edit_briefing_text(team.officer, text, version=1, text="Second")
    for deed in (services.edit_briefing_text, services.remove_briefing_text):
        with pytest.raises(services.StaleVersion):
            deed(team.officer, text, version=1)
    text.refresh_from_db()
    assert (text.text, text.version) == ("Second", 2)
    services.remove_briefing_text(team.officer, text, version=2)
    assert not BriefingText.objects.exists()


def test_bad_input_is_refused_with_a_sentence(team):
    elsewhere = factories.make_meeting(team.space)
    for fields, field in (
        ({"text": "  "}, "text"),
        ({"text": "x" * 20_001}, "text"),
        ({"text": "a\0b"}, "text"),
        ({"meeting": None}, "__all__"),
        ({"meeting": elsewhere}, "__all__"),
        ({"section": "gossip"}, "__all__"),
        ({"marking": Marking.RED}, "users"),
    ):
        with pytest.raises(ValidationError) as refused:
            _write(team, **{"text": "x", **fields})
        assert field in getattr(refused.value, "error_dict", {"__all__": 1})
    assert not BriefingText.objects.exists()
    for user in (team.colleague, team.host):
        with pytest.raises(PermissionDenied):
            services.write_in_briefing(user, team.pack, section="introduction", text="x")


def test_an_officer_writes_in_a_section_on_its_page(team, client):
    client.force_login(team.officer)
    url = f"{team.pack.get_absolute_url()}meetings/{team.meeting.key}/write/talking_points/"
    form = client.get(url).context["form"]
    sent = {"submission": str(form["submission"].value()), "language": "en", "text": "", "marking": ""}
    refused = client.post(url, sent)
    assert refused.context["form"].errors["text"] and not BriefingText.objects.exists()
    answer = client.post(url, {**sent, "text": "Ask for the list."}, follow=True)
    assert "Ask for the list." in answer.content.decode()
    text = BriefingText.objects.get()
    edit = f"{team.pack.get_absolute_url()}texts/{text.key}/"
    stale = {"text": "My own words", "language": "en", "version": 0}
    page = client.post(edit, stale).content.decode()
    assert "My own words" in page and "Ask for the list." in page  # both are shown
    client.post(edit, {**stale, "version": 1})
    client.post(f"{edit}remove/", {"version": 2})
    assert not BriefingText.objects.exists()
    client.force_login(team.colleague)
    assert [client.get(each).status_code for each in (url, edit)] == [404, 404]


def test_the_pdf_is_asked_for_made_by_the_worker_and_opened(team, client):
    _write(team)
    client.force_login(team.colleague)
    ask = f"{team.pack.get_absolute_url()}papers/"
    first, second = client.post(ask), client.post(ask)
    paper = BriefingPaper.objects.get()  # clicked twice, it is one
    assert first.url == second.url == paper.get_absolute_url()
    BriefingPaper.objects.update(done=3, total=9)
    waiting = client.get(paper.get_absolute_url()).content.decode()
    assert 'value="3" max="9"' in waiting and "hx-get" in waiting
    services.make_briefing_paper.call(paper.key)
    services.make_briefing_paper.call(paper.key)
    paper.refresh_from_db()
    assert paper.state == PaperState.READY and paper.sources["meetings.briefingtext"]
    page = client.get(paper.get_absolute_url()).content.decode()
    assert "Open the PDF" in page and "hx-get" not in page
    pdf = client.get(f"{paper.get_absolute_url()}briefing.pdf")
    assert pdf.content.startswith(b"%PDF") and pdf["Cache-Control"] == "private, no-store"
    newer = services.ask_for_briefing_paper(team.colleague, team.pack)
    services.make_briefing_paper.call(newer.key)
    assert list(BriefingPaper.objects.values_list("key", flat=True)) == [newer.key]
    services.forget_briefing_paper.call(newer.key)
    assert not BriefingPaper.objects.exists()


def test_a_right_that_ended_before_the_worker_came_makes_no_pdf(team, monkeypatch):
    paper = services.ask_for_briefing_paper(team.colleague, team.pack)
    access.revoke(team.colleague, team.space)
    services.make_briefing_paper.call(paper.key)
    assert not BriefingPaper.objects.exists()
    paper = services.ask_for_briefing_paper(team.officer, team.pack)
    monkeypatch.setattr("meetings.briefing.paper.as_pdf", lambda *args, **kwargs: 1 / 0)
    services.make_briefing_paper.call(paper.key)
    paper.refresh_from_db()
    assert paper.state == PaperState.FAILED


def test_the_progress_counts_chapters_and_pages(team):
    told: list[tuple[int, int]] = []
    found = briefing.compile_for(team.pack, team.officer, tell=lambda done, total: told.append((done, total)))
    assert told == [(1, 3), (2, 3), (3, 3)]
    pages: list[int] = []
    paper.as_pdf(found, tell=lambda page, about: pages.append(page))
    assert pages[0] == 1 and max(pages) >= 2


def test_the_phone_is_told_whose_copy_it_is_and_how_long_it_may_show_it(team, client):
    client.force_login(team.colleague)
    page = client.get(f"/briefings/{team.visit.key}/")
    assert page[offline.HOLDER] == offline.holder_of(team.colleague) != offline.holder_of(team.officer)
    until = datetime.fromtimestamp(int(page[offline.UNTIL]) / 1000, UTC)
    assert timedelta(hours=71) < until - timezone.now() <= timedelta(hours=72)
    assert page["Cache-Control"].startswith("private") or "no-store" in page["Cache-Control"]
    worker = client.get("/briefings/worker.js")
    assert worker["Content-Type"].startswith("text/javascript") and b"X-Accord-Kept-Until" in worker.content
    signed_out = client.post("/account/logout/")
    assert signed_out["Clear-Site-Data"] == '"cache", "storage"'
    assert client.get(f"/briefings/{team.visit.key}/").status_code == 404


def test_nothing_is_kept_after_the_visit(team):
    team.visit.time_zone = "Asia/Karachi"
    last = datetime(2026, 5, 4, 12, tzinfo=UTC)
    team.visit.ends_on = last.date()
    end_of_the_day_after = datetime(2026, 5, 5, 19, tzinfo=UTC)  # midnight in Karachi
    for now, until in (
        (last - timedelta(days=30), last - timedelta(days=27)),
        (last, end_of_the_day_after),
        (last + timedelta(days=3), last + timedelta(days=3)),
    ):
        assert offline.kept_until(team.visit, now) == until


def test_a_chapter_costs_as_many_queries_for_six_meetings_as_for_two(team, client):
    client.force_login(team.officer)

    def fill(meetings):
        for _number in range(meetings):
            meeting = factories.make_meeting(team.space, organiser=team.fia)
            VisitMeeting.objects.create(visit=team.visit, meeting=meeting)
            AgendaItem.objects.create(meeting=meeting, title="Item", agreement=factories.make_agreement(team.space))
            before = factories.make_meeting(
                team.space, organiser=team.fia, starts_at=timezone.now() - timedelta(days=9)
            )
            factories.make_paragraph(factories.make_record(before), kind="decision")
            factories.make_commitment(team.space, team.fia)
            _write(team, meeting=meeting)

    counts = []
    for more in (2, 4):
        fill(more)
        key = team.visit.programme.last().meeting.key
        counts.append([])
        for address in (team.pack.get_absolute_url(), f"/briefings/{team.visit.key}/",
                        f"{team.pack.get_absolute_url()}?chapter={key}"):  # fmt: skip
            with CaptureQueriesContext(connection) as queries:
                assert client.get(address).status_code == 200
            counts[-1].append(len(queries))
    assert counts[0][1] <= 20, "the whole pack, for a phone"
    assert counts[0] == counts[1]
