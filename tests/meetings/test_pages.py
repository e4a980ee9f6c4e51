"""Pages of meetings, records and visits as every kind of reader: what may not be read is not there."""

from datetime import UTC, datetime, timedelta
from uuid import uuid4

import pytest
from django.urls import reverse
from django.utils import timezone
from icalendar import Calendar

from accounts.models import User
from coordination import access
from coordination.models import Action, AuditEntry, Marking, Person, Post, Role
from meetings import services
from meetings.models import AgendaItem, Attendance, Meeting, Paragraph, ParagraphKind, Record, RecordState
from tests.factories import (
    make_action,
    make_meeting,
    make_member,
    make_organisation,
    make_paragraph,
    make_record,
    make_space,
    make_user,
    make_visit,
    mark,
)

pytestmark = pytest.mark.django_db
CANARY = "Canary"


@pytest.fixture
def liaison(space, fia):
    return make_member(space, Role.CONTRIBUTOR, fia)


@pytest.fixture
def rapporteur(space):
    return make_member(space, Role.RAPPORTEUR, make_organisation("ICMPD", None))


def readers(space, fia, liaison):
    return [
        None,
        make_user(),
        make_member(make_space(), Role.CHAIR, fia),
        make_user(platform_role="secretariat"),
        make_user(platform_role="auditor"),
        make_member(space, Role.READER),
        liaison,
        make_member(space, Role.RAPPORTEUR),
        make_member(space, Role.CHAIR, fia),
    ]


def sign_in(client, reader):
    client.logout()
    if reader is not None:
        client.force_login(reader)


def a_meeting(space):
    meeting = make_meeting(space, title=CANARY, place=CANARY)
    return meeting, [meeting.get_absolute_url(), reverse("meeting_calendar", kwargs={"key": meeting.key})]


def a_record(space):
    record = make_record(make_meeting(space))
    make_paragraph(record, text=CANARY)
    return record, [record.get_absolute_url()]


def a_visit(space):
    visit = make_visit(space, title=CANARY)
    return visit, [visit.get_absolute_url()]


@pytest.mark.parametrize("marking", Marking.values)
@pytest.mark.parametrize("make", [a_meeting, a_record, a_visit])
def test_a_page_answers_exactly_those_who_may_read_it(client, space, fia, liaison, marking, make):
    obj, addresses = make(space)
    if isinstance(obj, Record):
        mark(obj.meeting, Marking.CLEAR)
    mark(obj, marking, organisations=[fia], users=[liaison])
    lists = [reverse("meeting_list"), reverse("visit_list"), space.get_absolute_url()]
    for reader in readers(space, fia, liaison):
        sign_in(client, reader)
        may_read = access.may_read(reader, obj) if reader else marking == Marking.CLEAR
        for address in addresses:
            page = client.get(address)
            assert page.status_code == (200 if may_read else 404)
            assert (CANARY in page.content.decode()) == may_read
        seen = any(CANARY in client.get(address).content.decode() for address in lists)
        assert seen == (may_read and not isinstance(obj, Record))


@pytest.mark.parametrize("state", RecordState.values)
def test_a_meeting_leads_to_its_record_for_those_who_read_it(client, space, fia, liaison, state):
    meeting = mark(make_meeting(space), Marking.CLEAR)
    record = make_record(meeting, state)
    for reader in readers(space, fia, liaison):
        sign_in(client, reader)
        page = client.get(meeting.get_absolute_url()).content.decode()
        may_read = reader is not None and access.may_read(reader, record)
        assert (record.get_absolute_url() + '"' in page) == may_read
        assert client.get(record.get_absolute_url()).status_code == (200 if may_read else 404)


def test_a_withdrawn_meeting_takes_its_record_along(client, space, liaison):
    record = make_record(make_meeting(space))
    record.meeting.unpublish()
    client.force_login(liaison)
    assert client.get(record.meeting.get_absolute_url()).status_code == 404
    assert client.get(record.get_absolute_url()).status_code == 404


def test_a_visit_lists_only_the_meetings_that_its_reader_may_read(client, space, liaison):
    chair = make_member(space, Role.CHAIR)
    open_one, closed, elsewhere = make_meeting(space), make_meeting(space), make_meeting(make_space())
    mark(closed, Marking.RED, users=[chair])
    visit = make_visit(space, meetings=[closed, open_one, elsewhere])
    client.force_login(liaison)
    page = client.get(visit.get_absolute_url())
    assert list(page.context["programme"]) == [open_one]
    assert closed.title not in page.content.decode()
    client.force_login(chair)
    assert list(client.get(visit.get_absolute_url()).context["programme"]) == [open_one, closed]


def test_a_meeting_names_only_visits_that_its_reader_may_read(client, space, liaison):
    meeting = make_meeting(space)
    visit = mark(make_visit(space, meetings=[meeting]), Marking.RED, users=[make_member(space)])
    client.force_login(liaison)
    assert visit.title not in client.get(meeting.get_absolute_url()).content.decode()


def test_reading_a_closed_record_is_noted(client, space, liaison):
    record = mark(make_record(make_meeting(space)), Marking.RED, users=[liaison])
    client.force_login(liaison)
    client.get(record.get_absolute_url())
    assert AuditEntry.objects.get(verb="read").object_id == record.pk


# --- times ---------------------------------------------------------------------------------------------------------
def test_a_meeting_is_shown_in_the_zone_of_its_reader_with_its_own_beside_it(client, space):
    meeting = make_meeting(space, starts_at=datetime(2027, 1, 12, 9, 0, tzinfo=UTC), time_zone="Asia/Karachi")
    client.force_login(make_member(space, time_zone="Europe/Vienna"))
    page = client.get(meeting.get_absolute_url()).content.decode()
    assert "10:00–12:00" in page
    assert "14:00–16:00 Karachi" in page


def test_a_calendar_program_reads_the_meeting(client, space, liaison):
    start = datetime(2027, 1, 12, 9, 0, tzinfo=UTC)
    meeting = make_meeting(space, title="Talks; on, training", starts_at=start, place="Headquarters")
    client.force_login(liaison)
    answer = client.get(reverse("meeting_calendar", kwargs={"key": meeting.key}))
    [event] = Calendar.from_ical(answer.content).walk("VEVENT")
    assert answer["Content-Type"].startswith("text/calendar")
    assert (event["summary"], event["location"]) == ("Talks; on, training", "Headquarters")
    assert (event.start, event.end) == (start, start + timedelta(hours=2))
    assert meeting.get_absolute_url() in event["url"]


# --- preparing -----------------------------------------------------------------------------------------------------
def answers(organisation, **fields):
    return {
        "title": "Talks on training",
        "kind": "bilateral",
        "starts_at": "2027-01-12T10:00",
        "ends_at": "2027-01-12T12:00",
        "time_zone": "Asia/Karachi",
        "format": "in_person",
        "organiser": organisation.pk,
        "language": "en",
        "submission": str(uuid4()),
        **fields,
    }


def test_a_meeting_is_scheduled_by_the_clock_of_its_place_and_once(client, space, rapporteur):
    client.force_login(rapporteur)
    address, answer = reverse("meeting_new", kwargs={"key": space.key}), answers(rapporteur.organisation)
    assert client.get(address).status_code == 200
    for _ in range(2):
        client.post(address, answer)
    meeting = Meeting.objects.get()
    assert meeting.starts_at == datetime(2027, 1, 12, 5, 0, tzinfo=UTC)
    assert (meeting.space, meeting.owner, meeting.marking) == (space, rapporteur, Marking.AMBER)
    assert AuditEntry.objects.get(verb="meeting scheduled").actor == rapporteur


@pytest.mark.parametrize(
    ("field", "value", "beside"),
    [
        ("title", "x" * 300, "title"),
        ("title", "Talks\u202eon training", "title"),
        ("title", "", "title"),
        ("time_zone", "Asia/Nowhere", "time_zone"),
        ("ends_at", "2027-01-12T10:00", "ends_at"),
        ("ends_at", "2027-01-11T10:00", "ends_at"),
        ("starts_at", "soon", "starts_at"),
        ("place", "Hall\u2066 1", "place"),
        ("link", "javascript:alert(1)", "link"),
        ("organiser", "999999", "organiser"),
        ("kind", "picnic", "kind"),
        ("submission", "not-a-key", "submission"),
        ("purpose", "x" * 100_000, "purpose"),
    ],
)
def test_a_bad_meeting_is_refused_beside_its_field_and_keeps_what_was_typed(
    client, space, rapporteur, field, value, beside
):
    client.force_login(rapporteur)
    answer = answers(rapporteur.organisation, **{"purpose": "To agree on training.", field: value})
    page = client.post(reverse("meeting_new", kwargs={"key": space.key}), answer)
    assert page.status_code == 200
    assert list(page.context["form"].errors) == [beside]
    assert page.context["form"].data["purpose"] == answer["purpose"]
    assert not Meeting.objects.exists()


def test_an_hour_that_the_clock_leaps_over_is_refused(client, space, rapporteur):
    client.force_login(rapporteur)
    answer = answers(
        rapporteur.organisation,
        starts_at="2027-03-28T02:30",
        ends_at="2027-03-28T05:00",
        time_zone="Europe/Vienna",
    )
    page = client.post(reverse("meeting_new", kwargs={"key": space.key}), answer)
    assert list(page.context["form"].errors) == ["starts_at"]


def test_a_meeting_is_changed_and_an_older_form_is_refused_with_what_was_typed(client, space, rapporteur):
    meeting = make_meeting(space, organiser=rapporteur.organisation)
    client.force_login(rapporteur)
    address = reverse("meeting_edit", kwargs={"key": meeting.key})
    assert 'value="' + str(meeting.version) in client.get(address).content.decode()
    answer = answers(rapporteur.organisation, version=meeting.version, title="Newer")
    assert client.post(address, answer).status_code == 302
    page = client.post(address, {**answer, "title": "Older"})
    assert page.context["form"].is_stale
    assert "Older" in page.content.decode() and "Newer" in page.content.decode()
    assert Meeting.objects.get().title == Meeting.objects.get().draft_title == "Newer"
    client.post(address, {**answer, "title": "Older", "version": page.context["form"].data["version"]})
    assert Meeting.objects.get().title == "Older"


@pytest.mark.parametrize("is_draft", [False, True])
def test_what_an_editor_publishes_later_undoes_no_change_made_on_the_site(space, rapporteur, is_draft):
    meeting = make_meeting(space, title="Round table", organiser=rapporteur.organisation)
    meeting.place = "Vienna"
    revision = meeting.save_revision()
    if not is_draft:
        revision.publish()
    meeting.refresh_from_db()
    changed = services.edit_meeting(rapporteur, meeting, version=meeting.version, title="Round table, postponed")
    assert changed.has_unpublished_changes == is_draft
    opened = Meeting.objects.get().get_latest_revision_as_object()
    opened.purpose = "To look back"
    opened.save_revision().publish()
    published = Meeting.objects.get()
    assert (published.title, published.place, published.purpose) == ("Round table, postponed", "Vienna", "To look back")


def test_what_an_editor_publishes_later_leaves_the_agenda_as_the_site_has_it(space, rapporteur):
    meeting = make_meeting(space, organiser=rapporteur.organisation)
    kept, dropped = (services.add_agenda_item(rapporteur, meeting, title=title) for title in ("Opening", "Closing"))
    Meeting.objects.get().save_revision().publish()
    services.remove_agenda_item(rapporteur, dropped)
    services.add_agenda_item(rapporteur, Meeting.objects.get(), title="Training")
    Meeting.objects.get().get_latest_revision_as_object().save_revision().publish()
    items = list(AgendaItem.objects.order_by("sort_order"))
    assert [item.title for item in items] == ["Opening", "Training"]
    assert items[0] == kept


def test_a_change_by_an_editor_makes_an_open_form_an_older_one(space, rapporteur):
    meeting = make_meeting(space)
    meeting.title = "From the editors' side"
    meeting.save_revision().publish()
    with pytest.raises(services.StaleVersion):
        services.edit_meeting(rapporteur, meeting, version=1, title="Older")


def test_an_agenda_is_prepared(client, space, rapporteur):
    meeting = make_meeting(space)
    client.force_login(rapporteur)
    address = reverse("meeting_agenda", kwargs={"key": meeting.key})
    for title in ("Opening", "Training"):
        answer = {"title": title, "minutes": 20, "submission": str(uuid4())}
        for _ in range(2):
            client.post(address, answer)
    page = client.get(meeting.get_absolute_url())
    assert [(item.number, item.title) for item in page.context["agenda"]] == [(1, "Opening"), (2, "Training")]
    assert [item.number for item in AgendaItem.objects.all()] == [1, 2]
    item = AgendaItem.objects.first()
    client.post(reverse("agenda_item_remove", kwargs={"key": meeting.key, "item": item.key}))
    assert [item.title for item in AgendaItem.objects.all()] == ["Training"]


def test_attendance_names_the_post_as_it_was_held_on_the_day(client, space, fia, rapporteur, liaison):
    meeting = make_meeting(space, starts_at=datetime(2023, 9, 12, 5, 0, tzinfo=UTC))
    then, now = Person.objects.create(name="Held It Then"), Person.objects.create(name="Holds It Now")
    first, second = datetime(2022, 1, 1).date(), datetime(2024, 1, 1).date()
    old = Post.objects.create(
        organisation=fia, title="Director", person=then, starts_on=first, ends_on=second, listed=True
    )
    new = Post.objects.create(
        organisation=fia, title="Director", person=now, starts_on=second + timedelta(days=1), listed=True
    )
    client.force_login(rapporteur)
    address = reverse("meeting_attendance", kwargs={"key": meeting.key})
    page = client.get(address).content.decode()
    assert "Held It Then" in page and "Holds It Now" not in page
    refused = client.post(address, {"organisation": fia.pk, "post": new.pk, "role": "head"})
    assert list(refused.context["form"].errors) == ["post"]
    for _ in range(2):
        client.post(address, {"organisation": fia.pk, "post": old.pk, "role": "head"})
    page = client.get(meeting.get_absolute_url()).content.decode()
    assert "Held It Then, Director, FIA" in page
    row = Attendance.objects.get()
    client.post(reverse("attendance_remove", kwargs={"key": meeting.key, "row": row.pk}))
    assert not Attendance.objects.exists()


def test_a_person_is_shown_in_the_post_held_on_the_day(space, fia, rapporteur):
    person = Person.objects.create(name="Some Body")
    Post.objects.create(organisation=fia, title="Director", person=person)
    row = services.note_attendance(rapporteur, make_meeting(space), organisation=fia, person=person)
    assert str(row) == "Some Body, Director, FIA"


def test_somebody_known_by_name_only_is_typed_and_offered_nowhere_else(client, space, fia, rapporteur):
    meeting = make_meeting(space)
    client.force_login(rapporteur)
    address = reverse("meeting_attendance", kwargs={"key": meeting.key})
    for _ in range(2):
        client.post(address, {"organisation": fia.pk, "person_name": "Canary Guest", "role": "adviser"})
    assert Person.objects.filter(name="Canary Guest").count() == Attendance.objects.count() == 1
    other = reverse("meeting_attendance", kwargs={"key": make_meeting(space).key})
    assert "Canary" not in client.get(other).content.decode()


def test_a_bad_name_is_refused_beside_its_field(client, space, fia, rapporteur):
    client.force_login(rapporteur)
    address = reverse("meeting_attendance", kwargs={"key": make_meeting(space).key})
    page = client.post(address, {"organisation": fia.pk, "person_name": "Some\u202eBody", "role": "adviser"})
    assert list(page.context["form"].errors) == ["person_name"]
    assert not Person.objects.exists()


# --- the record ----------------------------------------------------------------------------------------------------
def test_a_record_is_written_circulated_and_followed_up_without_scripts(client, space, fia, rapporteur, liaison):
    meeting = make_meeting(space, title="Talks on training")
    services.add_agenda_item(rapporteur, meeting, title="Training")
    services.note_attendance(rapporteur, meeting, organisation=fia)
    client.force_login(rapporteur)
    client.post(reverse("record_open", kwargs={"key": meeting.key}), {})
    record = Record.objects.get()
    section = record.sections.get()
    write = reverse("paragraph_new", kwargs={"key": meeting.key, "section": section.pk})
    assert client.get(write).context["form_in"] == section.pk
    answer = {"kind": "action", "text": "Draw up the list", "owner": fia.pk, "submission": str(uuid4())}
    for _ in range(2):
        assert client.post(write, answer).status_code == 302
    said = {"kind": "statement", "text": "We shall.", "speaker": Attendance.objects.get().pk}
    client.post(write, {**said, "submission": str(uuid4())})
    client.force_login(liaison)
    assert client.get(record.get_absolute_url()).status_code == 404
    client.force_login(rapporteur)
    client.post(reverse("record_move", kwargs={"key": meeting.key}), {"state": "circulated"})
    client.force_login(liaison)
    page = client.get(record.get_absolute_url()).content.decode()
    paragraph = Paragraph.objects.get(kind=ParagraphKind.ACTION)
    assert f'id="p-{paragraph.key}"' in page and "We shall." in page and "FIA" in page
    assert Action.objects.get().get_absolute_url() in page and "accord-state-open" in page
    assert paragraph.get_absolute_url() == f"{meeting.get_absolute_url()}record/#p-{paragraph.key}"
    on_the_action = client.get(Action.objects.get().get_absolute_url()).content.decode()
    assert "Record of Talks on training, item 1" in on_the_action and paragraph.get_absolute_url() in on_the_action


def test_the_page_of_an_action_does_not_name_a_record_that_is_closed_to_its_reader(client, space, fia, liaison):
    meeting = make_meeting(space, title=CANARY)
    record = mark(make_record(meeting), Marking.RED, users=[make_member(space, Role.CHAIR)])
    action = make_action(space, fia, source=make_paragraph(record))
    client.force_login(liaison)
    page = client.get(action.get_absolute_url())
    assert page.status_code == 200
    assert CANARY not in page.content.decode()


def test_an_older_paragraph_form_is_refused_with_both_texts(client, space, rapporteur):
    record = make_record(make_meeting(space), RecordState.DRAFT)
    paragraph = make_paragraph(record, text="Before.")
    client.force_login(rapporteur)
    address = reverse("paragraph_edit", kwargs={"key": record.meeting.key, "paragraph": paragraph.key})
    assert "Before." in client.get(address).content.decode()
    assert client.post(address, {"text": "Newer.", "version": 1}).status_code == 302
    page = client.post(address, {"text": "Older.", "version": 1})
    assert page.status_code == 200
    assert "Older." in page.content.decode() and "Newer." in page.content.decode()
    assert Paragraph.objects.get().text == "Newer."


def test_changing_the_text_of_a_statement_keeps_its_speaker(client, space, fia, rapporteur):
    record = make_record(make_meeting(space), RecordState.DRAFT)
    paragraph = make_paragraph(record, kind="statement", text="We shall.", speaker_organisation=fia, on_behalf_of=fia)
    client.force_login(rapporteur)
    address = reverse("paragraph_edit", kwargs={"key": record.meeting.key, "paragraph": paragraph.key})
    client.post(address, {"text": "We shall not.", "version": 1, "on_behalf_of": fia.pk})
    paragraph.refresh_from_db()
    assert (paragraph.text, paragraph.speaker_organisation, paragraph.on_behalf_of) == ("We shall not.", fia, fia)


@pytest.mark.parametrize(
    ("fields", "beside"),
    [
        ({"text": ""}, "text"),
        ({"text": "x" * 100_000}, "text"),
        ({"kind": "speech"}, "kind"),
        ({"kind": "statement"}, "speaker"),
        ({"kind": "action"}, "owner"),
        ({"kind": "action", "owner": "0"}, "owner"),
        ({"due_on": "2027-02-30"}, "due_on"),
        ({"due_on": "2027-02-20"}, "kind"),
    ],
)
def test_a_bad_paragraph_is_refused_beside_its_field_and_keeps_what_was_typed(
    client, space, rapporteur, fields, beside
):
    record = services.open_record(rapporteur, make_meeting(space))
    client.force_login(rapporteur)
    address = reverse("paragraph_new", kwargs={"key": record.meeting.key, "section": record.sections.get().pk})
    answer = {"kind": "summary", "text": "The parties met.", "submission": str(uuid4()), **fields}
    page = client.post(address, answer)
    assert page.status_code == 200
    assert list(page.context["form"].errors) == [beside]
    assert page.context["form"].data["text"] == answer["text"]
    assert not Paragraph.objects.exists()


def test_buttons_are_those_of_the_table(client, space, rapporteur):
    record = make_record(make_meeting(space), RecordState.CIRCULATED)
    make_paragraph(record)
    for reader, labels in [
        (rapporteur, ["draft"]),
        (make_member(space, Role.CHAIR), ["draft", "agreed"]),
        (make_member(space, Role.CONTRIBUTOR), []),
    ]:
        client.force_login(reader)
        assert [step["state"] for step in client.get(record.get_absolute_url()).context["steps"]] == labels


def test_an_agreed_record_is_not_reopened_by_its_page(client, space):
    record = make_record(make_meeting(space), RecordState.AGREED)
    client.force_login(make_member(space, Role.CHAIR))
    address = reverse("record_move", kwargs={"key": record.meeting.key})
    page = client.post(address, {"state": "draft", "reason": "A date was wrong."}, follow=True)
    assert "cannot go from its state" in page.content.decode()
    assert Record.objects.get().state == RecordState.AGREED


def test_an_empty_record_is_not_circulated_and_the_page_says_why(client, space, rapporteur):
    record = make_record(make_meeting(space), RecordState.DRAFT)
    client.force_login(rapporteur)
    address = reverse("record_move", kwargs={"key": record.meeting.key})
    page = client.post(address, {"state": "circulated"}, follow=True)
    assert "Nothing is written in this record yet." in page.content.decode()


def test_under_the_chatham_house_rule_no_page_names_who_spoke_to_those_who_were_not_there(client, space, fia):
    director = make_member(space, Role.READER, fia)
    person = Person.objects.create(name="Canary Speaker", user=director)
    post = Post.objects.create(organisation=fia, title="Canary Post", person=person)
    meeting = make_meeting(space)
    row = Attendance.objects.create(meeting=meeting, organisation=fia, person=person)
    record = make_record(meeting, RecordState.DRAFT, chatham_house=True)
    said = {"speaker_organisation": fia, "speaker_person": person, "on_behalf_of": make_organisation("CanaryMoI")}
    paragraph = make_paragraph(record, kind="statement", text="We shall.", speaker_post=post, **said)
    edit = reverse("paragraph_edit", kwargs={"key": meeting.key, "paragraph": paragraph.key})
    absent = make_member(space, Role.RAPPORTEUR)
    client.force_login(absent)
    for address in (record.get_absolute_url(), edit):
        page = client.get(address).content.decode()
        assert "We shall." in page and "Canary" not in page
    client.post(edit, {"text": "We shall, soon.", "version": 1, "speaker": row.pk, "on_behalf_of": ""})
    paragraph.refresh_from_db()
    assert (paragraph.text, paragraph.speaker_post) == ("We shall, soon.", post)
    services.circulate_record(absent, record)
    for role in Role.values:
        client.force_login(make_member(space, role))
        page = client.get(record.get_absolute_url()).content.decode()
        assert "A participant" in page and "Canary" not in page
    client.force_login(director)
    assert "Canary Speaker" in client.get(record.get_absolute_url()).content.decode()


# --- who may not ---------------------------------------------------------------------------------------------------
def deeds(space, meeting, record, paragraph, item, row):
    key = {"key": meeting.key}
    return {
        "meeting_new": ({"key": space.key}, True),
        "meeting_edit": (key, True),
        "meeting_agenda": (key, True),
        "meeting_attendance": (key, True),
        "agenda_item_remove": ({**key, "item": item.key}, False),
        "attendance_remove": ({**key, "row": row.pk}, False),
        "record_open": (key, False),
        "record_move": (key, False),
        "record_under_the_rule": (key, False),
        "paragraph_new": ({**key, "section": paragraph.section_id}, True),
        "paragraph_edit": ({**key, "paragraph": paragraph.key}, True),
        "paragraph_remove": ({**key, "paragraph": paragraph.key}, False),
    }


@pytest.mark.parametrize("role", [None, Role.READER, Role.CONTRIBUTOR])
def test_whoever_does_not_write_records_finds_none_of_the_forms_and_changes_nothing(client, space, fia, role):
    meeting = mark(make_meeting(space), Marking.CLEAR)
    record = mark(make_record(meeting, RecordState.DRAFT), Marking.CLEAR)
    paragraph, item = make_paragraph(record), AgendaItem.objects.create(meeting=meeting, title="Opening")
    row = Attendance.objects.create(meeting=meeting, organisation=fia)
    reader: User = make_member(space, role) if role else make_member(make_space(), Role.CHAIR)
    client.force_login(reader)
    before = AuditEntry.objects.count()
    for name, (kwargs, has_form) in deeds(space, meeting, record, paragraph, item, row).items():
        address = reverse(name, kwargs=kwargs)
        assert client.post(address, {"state": "circulated", "version": 1}).status_code == 404, name
        if has_form:
            assert client.get(address).status_code == 404, name
    assert AuditEntry.objects.count() == before
    assert (Paragraph.objects.count(), AgendaItem.objects.count(), Attendance.objects.count()) == (1, 1, 1)


def test_a_paragraph_of_another_record_is_not_found_under_this_one(client, space, rapporteur):
    mine = make_record(make_meeting(space), RecordState.DRAFT)
    chair = make_member(space, Role.CHAIR)
    closed = mark(make_record(make_meeting(space), RecordState.DRAFT), Marking.RED, users=[chair])
    paragraph = make_paragraph(closed, text=CANARY)
    client.force_login(rapporteur)
    kwargs = {"key": mine.meeting.key, "paragraph": paragraph.key}
    assert client.get(reverse("paragraph_edit", kwargs=kwargs)).status_code == 404
    assert client.post(reverse("paragraph_remove", kwargs=kwargs), {"version": 1}).status_code == 404
    kwargs = {"key": mine.meeting.key, "section": paragraph.section_id}
    assert client.get(reverse("paragraph_new", kwargs=kwargs)).status_code == 404


# --- how many queries ----------------------------------------------------------------------------------------------
def queries_of(client, address, django_assert_max_num_queries):
    with django_assert_max_num_queries(60) as counted:
        assert client.get(address).status_code == 200
    return len(counted)


def test_a_record_of_a_hundred_paragraphs_takes_as_many_queries_as_one_of_ten(
    client, space, fia, liaison, django_assert_max_num_queries
):
    counts = []
    for size in (10, 100):
        record = make_record(make_meeting(space))
        post = Post.objects.create(organisation=fia, title="Director", person=Person.objects.create(name="Some Body"))
        for number in range(size):
            said = {"kind": "statement", "speaker_post": post, "speaker_organisation": fia, "on_behalf_of": fia}
            paragraph = make_paragraph(record, number=number % 5 + 1, **(said if number % 2 else {"kind": "action"}))
            if not number % 2:
                make_action(space, fia, source=paragraph)
        client.force_login(liaison)
        counts.append(queries_of(client, record.get_absolute_url(), django_assert_max_num_queries))
    assert counts[0] == counts[1]


@pytest.mark.parametrize("name", ["meeting_list", "visit_list", "space", "meeting", "visit"])
def test_lists_take_as_many_queries_for_forty_rows_as_for_ten(
    client, space, fia, liaison, name, django_assert_max_num_queries
):
    counts = []
    client.force_login(liaison)
    held = make_meeting(space)
    visit = make_visit(space, meetings=[held])
    addresses = {
        "meeting_list": reverse("meeting_list"),
        "visit_list": reverse("visit_list"),
        "space": space.get_absolute_url(),
        "meeting": held.get_absolute_url(),
        "visit": visit.get_absolute_url(),
    }
    for size in (10, 30):
        for number in range(size):
            if name in ("meeting_list", "space", "visit"):
                meeting = make_meeting(space, organiser=fia)
                visit.programme.create(meeting=meeting) if name == "visit" else None
            elif name == "visit_list":
                make_visit(space, organisation=fia)
            else:
                AgendaItem.objects.create(meeting=held, title=f"Item {number}", lead=fia)
                person = Person.objects.create(name=f"Person {number}")
                Attendance.objects.create(meeting=held, organisation=make_organisation(), person=person)
        counts.append(queries_of(client, addresses[name], django_assert_max_num_queries))
    assert counts[0] == counts[1]


def test_the_list_tells_coming_from_past_and_narrows_down(client, space, liaison):
    coming = make_meeting(space, title="Coming talks")
    past = make_meeting(space, title="Past talks", starts_at=timezone.now() - timedelta(days=3))
    client.force_login(liaison)
    address = reverse("meeting_list")
    assert list(client.get(address).context["page"].object_list) == [coming]
    assert list(client.get(address, {"when": "past"}).context["page"].object_list) == [past]
    assert list(client.get(address, {"q": "coming", "space": space.key}).context["page"].object_list) == [coming]
    assert list(client.get(address, {"q": "nothing"}).context["page"].object_list) == []
