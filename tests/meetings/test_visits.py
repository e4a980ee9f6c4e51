"""Visits on the site: planned, prepared day by day, and closed with an outcome, actions and letters."""

from datetime import UTC, date, datetime, timedelta
from io import BytesIO
from uuid import uuid4

import pytest
from django.core.exceptions import PermissionDenied, ValidationError
from django.urls import reverse
from docx import Document
from pypdf import PdfReader

from coordination import access
from coordination.models import Action, AuditEntry, Holiday, Marking, Person, Post, Role
from coordination.services import StaleVersion
from meetings import services
from meetings.counterparts import cards_of
from meetings.models import (
    Attendance,
    AttendanceRole,
    ItineraryEntry,
    Letter,
    LetterTemplate,
    Meeting,
    ParagraphKind,
    RecordState,
    Visit,
    VisitMember,
)
from meetings.selectors.visits import conflicts_of, itinerary_of, outcome_of
from tests.factories import (
    join,
    make_commitment,
    make_meeting,
    make_member,
    make_organisation,
    make_paragraph,
    make_record,
    make_space,
    make_visit,
    mark,
)

pytestmark = pytest.mark.django_db
MONDAY = date(2027, 3, 1)


@pytest.fixture
def space():
    return make_space("Pakistan")


@pytest.fixture
def icmpd():
    return make_organisation("ICMPD", None)


@pytest.fixture
def officer(space, icmpd):
    return make_member(space, Role.RAPPORTEUR, icmpd, name="Olga Officer")


@pytest.fixture
def liaison(space, fia):
    return make_member(space, Role.CONTRIBUTOR, fia)


@pytest.fixture
def visit(space, icmpd, fia):
    return make_visit(
        space, title="Visit to Islamabad", organisation=icmpd, starts_on=MONDAY, ends_on=MONDAY + timedelta(days=2),
        time_zone="Asia/Karachi", country_id="PK", objectives="Agree on data\nOpen the centre",
    )  # fmt: skip


def at(hour, *, day=0, minute=0):
    """A moment by the clock of Islamabad."""
    return datetime(2027, 3, 1 + day, hour, minute, tzinfo=UTC) - timedelta(hours=5)


def hold(space, hour, *, until=None, day=0, **fields):
    return make_meeting(space, starts_at=at(hour, day=day), ends_at=at(until or hour + 1, day=day), **fields)


def post_of(organisation, title, name=None, **fields):
    person = Person.objects.create(name=name) if name else None
    return Post.objects.create(organisation=organisation, title=title, person=person, listed=True, **fields)


def address(name, visit, **more):
    return reverse(name, kwargs={"key": visit.key, **more})


def ok(answer):
    """A form that was sent and taken; what it said against it otherwise."""
    assert answer.status_code == 302, answer.context["form"].errors
    return answer


# --- from nothing --------------------------------------------------------------------------------------------------
def visit_answers(organisation, **fields):
    return {
        "title": "Visit to Islamabad", "organisation": organisation.pk, "starts_on": "2027-03-01",
        "ends_on": "2027-03-03", "time_zone": "Asia/Karachi", "purpose": "", "objectives": "Agree on data",
        "minutes_between": "30", "language": "en", "submission": str(uuid4()), **fields,
    }  # fmt: skip


def entry_answers(**fields):
    return {
        "kind": "transport", "title": "Flight", "starts_at": "2027-03-01T22:00", "ends_at": "2027-03-02T02:30",
        "time_zone": "Asia/Karachi", "time_zone_until": "Europe/Vienna", "place": "Islamabad", "place_until": "Vienna",
        "submission": str(uuid4()), **fields,
    }  # fmt: skip


def test_a_visit_is_prepared_on_the_site_from_nothing(client, space, officer, icmpd, fia):
    client.force_login(officer)
    answer = visit_answers(icmpd)
    for _twice in range(2):
        ok(client.post(reverse("visit_new", kwargs={"key": space.key}), answer))
    visit = Visit.objects.get()
    assert (visit.space, visit.marking, visit.owner) == (space, Marking.AMBER, officer)
    head = {"organisation": icmpd.pk, "person_name": "Anna Berg", "role": "head"}
    ok(client.post(address("visit_delegation", visit), head))
    ok(client.post(address("visit_delegation", visit), {**head, "person_name": "Timur Aliev", "role": "adviser"}))
    meeting = {
        "title": "Talks", "kind": "bilateral", "starts_at": "2027-03-01T10:00", "ends_at": "2027-03-01T11:00",
        "time_zone": "Asia/Karachi", "organiser": fia.pk, "language": "en", "format": "in_person",
        "submission": str(uuid4()),
    }  # fmt: skip
    join(fia, space, Role.CONTRIBUTOR)
    for _twice in range(2):
        ok(client.post(address("visit_meeting_new", visit), meeting))
    talks = Meeting.objects.get()
    assert talks.starts_at == at(10)
    known = hold(space, 14, title="Known before")
    ok(client.post(address("visit_programme", visit), {"meeting": known.key}))
    for _twice in range(2):
        ok(client.post(address("visit_entry_new", visit), entry := entry_answers(submission="5" * 32)))
    flight = ItineraryEntry.objects.get()
    assert flight.ends_at - flight.starts_at == timedelta(hours=8, minutes=30), "by the clocks of both places"
    anna, timur = VisitMember.objects.all()
    ok(client.post(address("visit_meeting_who", visit, meeting=talks.key), {"members": [anna.key]}))
    ok(client.post(address("visit_meeting_note", visit, meeting=talks.key)))
    assert [str(row) for row in Attendance.objects.filter(meeting=talks)] == ["Anna Berg, ICMPD"]
    page = client.get(visit.get_absolute_url())
    assert [slot.title for slot in page.context["itinerary"].slots] == ["Talks", "Known before", "Flight"]
    assert "22:00–02:30 (2 March) Vienna" in page.content.decode()
    assert [slot.members for slot in page.context["itinerary"].slots] == [(anna,), (anna, timur), (anna, timur)]
    ok(client.post(address("visit_entry_edit", visit, entry=flight.key), {**entry, "title": "Home", "version": 1}))
    ok(client.post(address("visit_meeting_remove", visit, meeting=known.key)))
    ok(client.post(address("visit_member_remove", visit, member=timur.key)))
    ok(client.post(address("visit_edit", visit), visit_answers(icmpd, title="Visit of March", version=visit.version)))
    visit.refresh_from_db()
    assert (visit.title, list(visit.members.all()), visit.programme.count()) == ("Visit of March", [anna], 1)
    ok(client.post(address("visit_entry_remove", visit, entry=flight.key)))
    verbs = set(AuditEntry.objects.values_list("verb", flat=True))
    assert {"visit planned", "visit changed", "delegation member added", "itinerary entry removed"} <= verbs


BAD_VISITS = {
    "an end before its start": ({"ends_on": "2027-02-28"}, "ends_on"),
    "no day": ({"starts_on": ""}, "starts_on"),
    "a zone that is none": ({"time_zone": "Asia/Nowhere"}, "time_zone"),
    "a title with a sign that turns it": ({"title": "Visit\u202eto"}, "title"),
    "too long": ({"objectives": "x" * 6000}, "objectives"),
    "days on the way": ({"minutes_between": "100000"}, "minutes_between"),
    "an organisation that takes no part": ({"organisation": "0"}, "organisation"),
}
BAD_ENTRIES = {
    "an end before its start": ({"ends_at": "2027-03-01T21:00", "time_zone_until": ""}, "ends_at"),
    "an end that only seems to be after its start": (
        {"starts_at": "2027-03-01T22:00", "ends_at": "2027-03-01T22:30", "time_zone": "Europe/Vienna",
         "time_zone_until": "Asia/Karachi"}, "ends_at",
    ),
    "an hour that the clocks leap over": (
        {"starts_at": "2027-03-27T22:00", "ends_at": "2027-03-28T02:30"}, "ends_at",
    ),
    "an hour that the clocks show twice": (
        {"starts_at": "2027-10-30T22:00", "ends_at": "2027-10-31T02:30"}, "ends_at",
    ),
    "a reception that ends elsewhere": ({"kind": "reception"}, "place_until"),
    "a kind that is none": ({"kind": "picnic"}, "kind"),
    "a member of another delegation": ({"members": ["bcdfghjkmn"]}, "members"),
}  # fmt: skip


def test_bad_input_is_refused_beside_its_field_and_nothing_changes(client, space, officer, icmpd, visit):
    client.force_login(officer)
    cases = [(reverse("visit_new", kwargs={"key": space.key}), visit_answers(icmpd, purpose="Kept"), BAD_VISITS)]
    cases += [(address("visit_entry_new", visit), entry_answers(note="Kept"), BAD_ENTRIES)]
    for where, answer, bad in cases:
        for case, (fields, beside) in bad.items():
            page = client.post(where, {**answer, **fields})
            assert page.status_code == 200, case
            assert beside in page.context["form"].errors, (case, page.context["form"].errors)
            assert "Kept" in page.content.decode(), case
    assert Visit.objects.count() == 1
    assert not ItineraryEntry.objects.exists()


def test_an_older_form_overwrites_nobody(client, officer, icmpd, visit):
    entry = services.add_entry(
        officer, visit, kind="reception", title="Dinner", starts_at=at(19), ends_at=at(21), time_zone="Asia/Karachi"
    )
    services.edit_entry(officer, entry, version=1, title="Dinner at the embassy")
    services.edit_visit(officer, visit, version=visit.version, title="Visit of March")
    client.force_login(officer)
    stale = [
        (address("visit_edit", visit), visit_answers(icmpd, title="Mine", version=visit.version)),
        (address("visit_entry_edit", visit, entry=entry.key),
         entry_answers(title="Mine", kind="reception", time_zone_until="", place_until="", version=1)),
        (address("visit_outcome_edit", visit), {"outcome": "Mine", "version": visit.version}),
    ]  # fmt: skip
    for where, answer in stale:
        page = client.post(where, answer)
        assert page.status_code == 200
        assert page.context["form"].is_stale
        assert "Mine" in page.content.decode()
        assert page.context["form"].data["version"] == 2
    entry.refresh_from_db()
    assert entry.title == "Dinner at the embassy"


# --- the delegation ------------------------------------------------------------------------------------------------
def test_a_member_without_an_account_is_typed_once_and_one_leads(officer, visit, icmpd, fia):
    for role in (AttendanceRole.HEAD, AttendanceRole.ADVISER):
        services.add_member(officer, visit, organisation=icmpd, person_name=" Anna Berg ", role=role)
    assert [(str(one), one.role) for one in visit.members.all()] == [("Anna Berg, ICMPD", "adviser")]
    assert Person.objects.filter(name="Anna Berg").count() == 1
    first = services.add_member(officer, visit, organisation=icmpd, person_name="First", role=AttendanceRole.HEAD)
    second = services.add_member(officer, visit, organisation=fia, person_name="Second", role=AttendanceRole.HEAD)
    first.refresh_from_db()
    assert (first.role, Visit.objects.get().head) == (AttendanceRole.MEMBER, second)


def test_a_member_is_somebody_in_a_post_held_then(officer, visit, icmpd, fia):
    ended = post_of(icmpd, "Director", "Earlier", ends_on=MONDAY - timedelta(days=1))
    for fields, beside in (
        ({"organisation": icmpd}, "person_name"),
        ({"organisation": icmpd, "post": ended}, "post"),
        ({"organisation": fia, "post": post_of(icmpd, "Head")}, "post"),
        ({"organisation": icmpd, "person_name": "x" * 200}, "person_name"),
    ):
        with pytest.raises(ValidationError) as refusal:
            services.add_member(officer, visit, **fields)
        assert list(refusal.value.error_dict) == [beside]
    assert not visit.members.exists()


def test_only_those_who_write_records_prepare_a_visit(officer, visit, space, icmpd):
    contributor = make_member(space, Role.CONTRIBUTOR, icmpd)
    meeting = hold(space, 10)
    member = services.add_member(officer, visit, organisation=icmpd, person_name="Anna")
    span = {"starts_at": at(9), "ends_at": at(10), "time_zone": "Asia/Karachi"}
    entry = services.add_entry(officer, visit, kind="free_time", title="Rest", **span)
    letter = Letter.objects.create(visit=visit, organisation=icmpd, subject="Thanks", body="Thanks")
    template = services.add_letter_template(officer, space, name="Ours", subject="Thanks", body="{name}")
    deeds = {
        "plan": lambda one: services.plan_visit(one, space, title="X", organisation=icmpd, starts_on=MONDAY,
                                                ends_on=MONDAY),
        "edit": lambda one: services.edit_visit(one, visit, version=1, title="X"),
        "outcome": lambda one: services.write_outcome(one, visit, version=1, outcome="X"),
        "member": lambda one: services.add_member(one, visit, organisation=icmpd, person_name="X"),
        "strike": lambda one: services.remove_member(one, member),
        "add": lambda one: services.add_to_programme(one, visit, meeting),
        "schedule": lambda one: services.schedule_in_programme(one, visit, title="X", organiser=icmpd, **span),
        "take": lambda one: services.remove_from_programme(one, visit, meeting),
        "choose": lambda one: services.choose_who_goes(one, visit, meeting, [member]),
        "note": lambda one: services.note_delegation(one, visit, meeting),
        "enter": lambda one: services.add_entry(one, visit, kind="free_time", title="X", **span),
        "change": lambda one: services.edit_entry(one, entry, version=1, title="X"),
        "drop": lambda one: services.remove_entry(one, entry),
        "write": lambda one: services.write_letters(one, visit, [], language="en"),
        "correct": lambda one: services.edit_letter(one, letter, version=1, subject="X", body="X"),
        "throw": lambda one: services.remove_letter(one, letter),
        "keep": lambda one: services.add_letter_template(one, space, name="X", subject="X", body="X"),
        "reword": lambda one: services.edit_letter_template(one, template, version=1, name="X"),
        "throw template": lambda one: services.remove_letter_template(one, template),
    }  # fmt: skip
    before = AuditEntry.objects.count()
    for who in (contributor, make_member(make_space(), Role.CHAIR, icmpd)):
        for name, deed in deeds.items():
            with pytest.raises(PermissionDenied):
                deed(who)
                pytest.fail(name)
    assert AuditEntry.objects.count() == before


def test_what_editors_have_open_keeps_what_the_site_did(officer, visit, space):
    visit.save_revision()
    meeting = hold(space, 10)
    services.add_to_programme(officer, visit, meeting)
    services.edit_visit(officer, Visit.objects.get(), version=1, title="Visit of March")
    latest = Visit.objects.get().get_latest_revision_as_object()
    assert (latest.title, [row.meeting for row in latest.programme.all()]) == ("Visit of March", [meeting])
    services.remove_from_programme(officer, visit, meeting)
    assert not Visit.objects.get().get_latest_revision_as_object().programme.exists()


# --- conflicts and who meets whom ----------------------------------------------------------------------------------
def test_conflicts_name_nothing_that_their_reader_may_not_read(officer, visit, space, icmpd, fia):
    director = post_of(fia, "Director", "Sana Khan")
    anna = services.add_member(officer, visit, organisation=icmpd, person_name="Anna")
    talks = hold(space, 10, until=12, title="Talks")
    services.add_to_programme(officer, visit, talks)
    services.note_attendance(officer, talks, organisation=fia, post=director)
    open_one, closed = hold(space, 11, title="Elsewhere"), hold(space, 11, title="Closed")
    mark(closed, Marking.RED, users=[make_member(space)])
    for other in (open_one, closed):
        Attendance.objects.create(meeting=other, organisation=fia, post=director)
        Attendance.objects.create(meeting=other, organisation=icmpd, person=anna.person)
    Holiday.objects.create(name="Founders’ Day", day=MONDAY, country_id="PK")
    found = conflicts_of(itinerary_of(visit, officer), officer)
    texts = {conflict.kind: conflict.text for conflict in found}
    assert texts == {
        "two_places": "Anna, ICMPD is expected at “Elsewhere” during “Talks”.",
        "double_booked": "Sana Khan, Director, FIA is expected at “Elsewhere” during “Talks”.",
        "day_off": "1 March 2027 is a holiday in PK: Founders’ Day.",
    }
    assert len(found) == 3


def test_who_meets_whom(client, officer, visit, space, icmpd, fia):
    anna, timur = (services.add_member(officer, visit, organisation=icmpd, person_name=name) for name in "AT")
    director = post_of(fia, "Director", "Sana Khan")
    talks, other = hold(space, 10, title="Talks"), hold(space, 14, organiser=fia, title="At large")
    for meeting in (talks, other):
        services.add_to_programme(officer, visit, meeting)
    services.note_attendance(officer, talks, organisation=fia, post=director)
    services.choose_who_goes(officer, visit, talks, [anna])
    services.note_delegation(officer, visit, talks)
    itinerary = itinerary_of(visit, officer)
    cells = {row.counterpart.name: [[slot.title for slot in cell] for cell in row.cells] for row in itinerary.matrix}
    assert cells == {
        "Sana Khan, Director, FIA": [["Talks"], []],
        "FIA in full": [["At large"], ["At large"]],
    }, "of a meeting whose page names nobody its organiser is met; and nobody meets one’s own delegation"
    client.force_login(officer)
    page = client.get(address("visit_matrix", visit)).content.decode()
    assert "Sana Khan" in page and "do not meet" in page
    services.choose_who_goes(officer, visit, talks, [anna, timur])
    assert itinerary_of(visit, officer).slots[0].is_for_all, "all of them named are all"


# --- counterpart cards ---------------------------------------------------------------------------------------------
@pytest.fixture
def history(space, officer, visit, icmpd, fia):
    """What was before: a meeting with the director, one with the predecessor, and one under the Chatham House Rule."""
    before = post_of(fia, "Director", "Omar Baig", ends_on=date(2026, 1, 1))
    director = post_of(fia, "Director", "Sana Khan", starts_on=date(2026, 1, 1))
    Post.objects.update(succession=before.succession)
    for post, title, year, rule in (
        (before, "With Omar", 2025, False), (director, "With Sana", 2026, False),
        (director, "In confidence", 2027, True),
    ):  # fmt: skip
        meeting = make_meeting(space, title=title, starts_at=datetime(year, 1, 20, 9, tzinfo=UTC))
        Attendance.objects.create(meeting=meeting, organisation=fia, post=post)
        record = make_record(meeting, RecordState.AGREED, chatham_house=rule)
        make_paragraph(record, kind=ParagraphKind.STATEMENT, text=f"Said {title}", speaker_post=post)
        make_paragraph(record, kind=ParagraphKind.STATEMENT, text="Another said", speaker_organisation=icmpd)
        make_paragraph(record, kind=ParagraphKind.DECISION, text=f"Decided {title}")
    talks = hold(space, 10, title="Talks")
    services.add_to_programme(officer, visit, talks)
    services.note_attendance(officer, talks, organisation=fia, post=director)
    for title, party, owed_to in (("They owe", fia, icmpd), ("We owe", icmpd, fia), ("To others", fia, fia)):
        make_commitment(space, party, owed_to=owed_to, title=title)
    return talks


def test_a_card_tells_post_predecessor_what_was_said_agreed_and_is_owed(client, history, officer, visit):
    [card] = cards_of(itinerary_of(visit, officer), officer)
    assert (card.counterpart.name, card.predecessor.person.name) == ("Sana Khan, Director, FIA", "Omar Baig")
    told = [
        (one.meeting.title, one.predecessor, [p.text for p in one.said], [p.text for p in one.agreed])
        for one in card.earlier
    ]
    assert told == [
        ("In confidence", "", [], ["Decided In confidence"]),
        ("With Sana", "", ["Said With Sana"], ["Decided With Sana"]),
        ("With Omar", "Omar Baig, Director, FIA", ["Said With Omar"], ["Decided With Omar"]),
    ]
    assert [one.title for one in card.they_owe] == ["They owe"]
    assert [one.title for one in card.we_owe] == ["We owe"]
    client.force_login(officer)
    page = client.get(address("visit_counterparts", visit)).content.decode()
    assert "Said With Sana" in page and "Said In confidence" not in page and "We owe" in page


def test_a_card_tells_nothing_that_its_reader_may_not_read(history, officer, visit, space):
    chair = make_member(space, Role.CHAIR)
    for meeting in Meeting.objects.filter(title__startswith="With"):
        mark(meeting, Marking.RED, users=[chair])
    mark(Meeting.objects.get(title="Talks"), Marking.RED, users=[chair])
    assert cards_of(itinerary_of(visit, officer), officer) == [], "nor that they meet at all"
    [card] = cards_of(itinerary_of(visit, chair), chair)
    assert [one.meeting.title for one in card.earlier] == ["In confidence", "With Sana", "With Omar"]


# --- afterwards ----------------------------------------------------------------------------------------------------
def test_the_outcome_is_told_by_the_records_as_far_as_their_reader_goes(client, officer, liaison, visit, space, fia):
    open_one, closed, drafted = (hold(space, 10 + number, title=f"Talks {number}") for number in range(3))
    for meeting in (open_one, closed, drafted):
        services.add_to_programme(officer, visit, meeting)
        state = RecordState.DRAFT if meeting is drafted else RecordState.AGREED
        record = make_record(meeting, state)
        make_paragraph(record, kind=ParagraphKind.SUMMARY, text=f"Summary {meeting.title}")
        make_paragraph(record, kind=ParagraphKind.STATEMENT, text="A statement", speaker_organisation=fia)
        decision = make_paragraph(record, kind=ParagraphKind.ACTION, text=f"Action {meeting.title}")
        Action.objects.create(space=space, owner=fia, title=f"Task {meeting.title}", source=decision)
    mark(closed, Marking.RED, users=[officer])
    mark(Action.objects.get(title="Task Talks 1"), Marking.RED, users=[officer])
    mark(Action.objects.get(title="Task Talks 2"), Marking.RED, users=[officer])
    services.write_outcome(officer, visit, version=visit.version, outcome="Data will be shared.")
    by_liaison = outcome_of(visit, liaison)
    assert [each.meeting.title for each in by_liaison.meetings] == ["Talks 0", "Talks 2"]
    assert [p.text for each in by_liaison.meetings for p in each.paragraphs] == ["Summary Talks 0", "Action Talks 0"]
    assert [action.title for action in by_liaison.actions] == ["Task Talks 0"]
    for reader, seen, unseen in (
        (officer, ("Summary Talks 1", "Action Talks 2", "Task Talks 2"), ("A statement",)),
        (liaison, ("Summary Talks 0", "Data will be shared."), ("Talks 1", "Summary Talks 2", "Task Talks 2")),
    ):
        client.force_login(reader)
        texts = [client.get(address("visit_outcome", visit)).content.decode()]
        pdf = client.get(address("visit_outcome_paper", visit, form="pdf")).content
        texts.append(" ".join("\n".join(page.extract_text() for page in PdfReader(BytesIO(pdf)).pages).split()))
        docx = Document(BytesIO(client.get(address("visit_outcome_paper", visit, form="docx")).content))
        cells = [cell.text for table in docx.tables for row in table.rows for cell in row.cells]
        texts.append("\n".join([*(paragraph.text for paragraph in docx.paragraphs), *cells]))
        for text in texts:
            assert [word for word in seen if word not in text] == []
            assert [word for word in unseen if word in text] == []


def test_follow_up_actions_are_assigned_and_come_of_the_visit(client, liaison, visit, space):
    client.force_login(liaison)
    answer = {"lines": "Share the figures | FIA | 2027-04-01\nName a contact | FIA", "submission": str(uuid4())}
    for _twice in range(2):
        ok(client.post(address("visit_follow_up", visit), answer))
    assert [action.source for action in Action.objects.all()] == [visit, visit]
    assert [action.title for action in outcome_of(visit, liaison).actions] == ["Share the figures", "Name a contact"]
    refused = client.post(address("visit_follow_up", visit), {"lines": "Call | Nobody", "submission": str(uuid4())})
    assert "Nobody" in refused.content.decode() and Action.objects.count() == 2


def test_letters_are_written_from_a_template_changed_and_sent(client, history, officer, visit, space, fia):
    client.force_login(officer)
    words = "Dear {name},\nthank you for {meetings} during {visit}."
    answer = {"name": "Ours", "language": "en", "subject": "Thanks", "body": words, "submission": str(uuid4())}
    new = reverse("letter_template_new", kwargs={"key": space.key})
    refused = client.post(new, {**answer, "body": "{nam} {visit}"})
    assert "{nam}" in str(refused.context["form"].errors["body"])
    ok(client.post(new, answer))
    template = LetterTemplate.objects.get()
    page = client.get(address("letter_list", visit))
    [to] = [key for key, _name in page.context["form"].fields["to"].choices]
    for _twice in range(2):
        client.post(address("letter_list", visit), {"to": [to], "template": template.key, "language": "en"})
    letter = Letter.objects.get()
    assert letter.body.startswith("Dear Sana Khan,\nthank you for – Talks, 1 March 2027 during Visit to Islamabad.")
    edit = address("letter_edit", visit, letter=letter.key)
    answer = {"subject": "Our thanks", "body": "Dear friend", "sent_on": "2026-01-02", "version": 1}
    ok(client.post(edit, answer))
    assert client.post(edit, {**answer, "body": "Mine"}).context["form"].is_stale
    pdf = client.get(address("letter_paper", visit, letter=letter.key, form="pdf"))
    assert "Our thanks" in PdfReader(BytesIO(pdf.content)).pages[0].extract_text()
    docx = client.get(address("letter_paper", visit, letter=letter.key, form="docx"))
    assert "Dear friend" in [one.text for one in Document(BytesIO(docx.content)).paragraphs]
    assert client.get(address("letter_paper", visit, letter=letter.key, form="exe")).status_code == 404
    client.post(address("letter_remove", visit, letter=letter.key))
    assert Letter.objects.exists(), "what was sent stays"
    with pytest.raises(StaleVersion):
        services.edit_letter_template(officer, template, version=7, name="X")


def test_a_letter_names_no_meeting_that_is_closed_to_a_reader_of_the_visit(client, history, officer, visit, space):
    mark(history, Marking.RED, users=[officer])
    assert access.may_read(officer, history)
    client.force_login(officer)
    assert client.get(address("letter_list", visit)).context["to_thank"] == []
    [met] = itinerary_of(visit, officer).counterparts
    assert services.write_letters(officer, visit, [met], language="en") == []


def test_letters_of_accord_itself_speak_the_language_of_the_letter(history, officer, visit):
    [met] = itinerary_of(visit, officer).counterparts
    [letter] = services.write_letters(officer, visit, [met], language="en")
    assert "Dear Sana Khan," in letter.body and "{" not in letter.body + letter.subject


# --- cost ----------------------------------------------------------------------------------------------------------
def test_a_visit_costs_as_many_queries_with_ten_meetings_as_with_two(
    client, django_assert_max_num_queries, history, officer, visit, space, fia, icmpd
):
    client.force_login(officer)
    names = ("visit_detail", "visit_matrix", "visit_counterparts", "visit_outcome", "letter_list")
    for number in range(2):
        for extra in range(4 * number + 1):
            meeting = hold(space, 11 + extra, day=number)
            services.add_to_programme(officer, visit, meeting)
            services.note_attendance(officer, meeting, organisation=fia, post=post_of(fia, f"P{number}{extra}", "N"))
            services.add_member(officer, visit, organisation=icmpd, person_name=f"M{number}{extra}")
            make_paragraph(make_record(meeting), kind=ParagraphKind.DECISION)
        for name in names:
            client.get(address(name, visit))
            with django_assert_max_num_queries(22):
                assert client.get(address(name, visit)).status_code == 200
