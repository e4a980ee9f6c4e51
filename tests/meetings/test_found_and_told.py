"""What of meetings can be found, and whom the notifier tells."""

import pytest

from coordination.models import Marking, Role
from discussion import projections
from discussion.models import Notification
from meetings import services
from meetings.models import AgendaItem, Attendance, RecordState
from search.models import Entry
from tests.factories import (
    make_action,
    make_meeting,
    make_member,
    make_message,
    make_organisation,
    make_paragraph,
    make_record,
    make_space,
    make_visit,
    mark,
)

pytestmark = pytest.mark.django_db


@pytest.fixture
def reader(space):
    return make_member(space, Role.READER)


@pytest.fixture
def rapporteur(space):
    return make_member(space, Role.RAPPORTEUR)


def words_found(user):
    """In content: the directory of organisations is known to whoever signs in."""
    found = Entry.objects.standing().readable_by(user).exclude(kind="organisation")
    return "\n".join(f"{entry.title}\n{entry.body}" for entry in found)


def test_a_meeting_is_found_by_its_agenda_place_and_organisations(space, reader):
    meeting = make_meeting(space, title="Talks on training", place="Headquarters")
    AgendaItem.objects.create(meeting=meeting, title="Forty officers")
    Attendance.objects.create(meeting=meeting, organisation=make_organisation("MOI"))
    entry = Entry.objects.readable_by(reader).get(kind="meeting")
    assert entry.url == meeting.get_absolute_url()
    for words in ("Headquarters", "Forty officers", "MOI in full"):
        assert words in entry.body
    assert "Forty officers" not in words_found(make_member(make_space(), Role.CHAIR))


def test_a_paragraph_is_found_at_its_own_address(space, reader):
    paragraph = make_paragraph(make_record(make_meeting(space)), text="Forty officers are trained.")
    entry = Entry.objects.readable_by(reader).get(part=paragraph.anchor)
    assert (entry.kind, entry.url, entry.body) == ("record", paragraph.get_absolute_url(), paragraph.text)


def test_a_draft_is_found_by_those_who_write_it_and_a_circulated_record_by_all(space, reader, rapporteur):
    record = make_record(make_meeting(space), RecordState.DRAFT)
    make_paragraph(record, text="Forty officers are trained.")
    assert "Forty officers" in words_found(rapporteur)
    assert "Forty officers" not in words_found(reader)
    services.circulate_record(rapporteur, record)
    assert "Forty officers" in words_found(reader)
    services.reopen_record(rapporteur, record)
    assert "Forty officers" not in words_found(reader)


def test_a_record_of_a_narrowed_meeting_is_found_by_its_new_readers_only(space, reader):
    record = make_record(make_meeting(space))
    make_paragraph(record, text="Forty officers are trained.")
    mark(record.meeting, Marking.RED, users=[make_member(space)])
    assert "Forty officers" not in words_found(reader)


def test_under_the_chatham_house_rule_nobody_finds_who_spoke(space, reader, rapporteur):
    record = make_record(make_meeting(space), RecordState.DRAFT)
    said = {"speaker_organisation": make_organisation("CANARY"), "on_behalf_of": make_organisation("CANARYTOO")}
    make_paragraph(record, kind="statement", text="Forty officers are trained.", **said)
    services.circulate_record(rapporteur, record)
    assert "CANARY" in words_found(reader)
    services.reopen_record(rapporteur, record)
    services.keep_under_chatham_house(rapporteur, record)
    services.circulate_record(rapporteur, record)
    assert "Forty officers" in words_found(reader)
    assert "CANARY" not in words_found(reader)
    assert "CANARY" not in words_found(rapporteur)


def test_a_withdrawn_meeting_is_not_found_and_nor_is_its_record(space, reader):
    record = make_record(make_meeting(space, title="Talks on training"))
    make_paragraph(record, text="Forty officers are trained.")
    record.meeting.unpublish()
    assert "Talks" not in words_found(reader) and "Forty officers" not in words_found(reader)


def test_what_came_from_a_withdrawn_meeting_or_is_said_about_a_part_of_it_does_not_name_it(client, space, reader):
    meeting = make_meeting(space, title="Talks on training")
    paragraph, item = make_paragraph(make_record(meeting)), AgendaItem.objects.create(meeting=meeting, title="Officers")
    action = make_action(space, title="Send the list", source=paragraph)
    message = make_message(item, text="Forty of them.")
    thread, of_a_message = message.thread, make_action(space, title="Count them", source=message)
    address = f"/actions/?source={paragraph._meta.model_name}"
    client.force_login(reader)
    named = {action.get_absolute_url(): "Talks on training", thread.get_absolute_url(): "Officers"}
    named[of_a_message.get_absolute_url()] = "Officers"
    assert all(name in client.get(page).content.decode() for page, name in named.items())
    assert "Forty of them." in words_found(reader) and "Send the list" in client.get(address).content.decode()
    meeting.unpublish()
    assert not any(name in client.get(page).content.decode() for page, name in named.items())
    assert not {"Talks", "Officers", "Forty"} & set(words_found(reader).split())
    assert "Send the list" not in client.get(address).content.decode(), "nor is it counted among what came of it"
    meeting.save_revision().publish()
    projections.project_messages_about.func(meeting.pk)
    assert {"Talks", "Officers", "Forty"} <= set(words_found(reader).split())


def test_a_record_is_found_under_the_new_title_of_its_meeting(space, reader, rapporteur):
    meeting = make_meeting(space, title="Talks")
    make_paragraph(make_record(meeting))
    services.edit_meeting(rapporteur, meeting, version=meeting.version, title="Consultations")
    assert {entry.title for entry in Entry.objects.filter(kind="record")} == {"Consultations"}


def test_a_visit_is_found_but_not_by_its_programme(space, reader):
    closed = mark(make_meeting(space, title="Canary talks"), Marking.RED, users=[make_member(space)])
    make_visit(space, title="Visit of the Director General", meetings=[closed])
    assert "Visit of the Director General" in words_found(reader)
    assert "Canary" not in words_found(reader)


# --- told ----------------------------------------------------------------------------------------------------------
def told(user):
    return set(Notification.objects.filter(user=user).values_list("kind", flat=True))


def test_the_members_are_told_of_a_circulated_record_and_nobody_else(space, reader, rapporteur):
    record = make_record(make_meeting(space), RecordState.DRAFT)
    make_paragraph(record)
    stranger = make_member(make_space(), Role.CHAIR)
    services.circulate_record(rapporteur, record)
    assert told(reader) == {"record_circulated"}
    assert told(rapporteur) == told(stranger) == set()


def test_a_closed_record_is_told_to_those_it_names(space, reader, rapporteur):
    named = make_member(space)
    record = mark(make_record(make_meeting(space), RecordState.DRAFT), Marking.RED, users=[rapporteur, named])
    make_paragraph(record)
    services.circulate_record(rapporteur, record)
    assert told(named) == {"record_circulated"}
    assert told(reader) == set()


def test_the_owner_of_an_action_is_told_of_it_once_when_the_record_is_circulated(space, rapporteur):
    owner = make_organisation("FIA")
    liaison = make_member(space, Role.CONTRIBUTOR, owner)
    record = services.open_record(rapporteur, make_meeting(space))
    services.add_paragraph(
        rapporteur, record.sections.get(), kind="action", text="Draw up the list", owner=owner, due_on=None
    )
    assert "action_assigned" not in told(liaison)
    services.circulate_record(rapporteur, record)
    assert [news.kind for news in Notification.objects.filter(user=liaison, kind="action_assigned")] == [
        "action_assigned"
    ]
    assert "action_assigned" not in told(rapporteur)


def test_a_commitment_that_is_released_with_its_record_is_not_told_as_an_action(space, rapporteur):
    party = make_organisation("FIA")
    liaison = make_member(space, Role.CONTRIBUTOR, party)
    record = services.open_record(rapporteur, make_meeting(space))
    services.add_paragraph(rapporteur, record.sections.get(), kind="commitment", text="A list each month", owner=party)
    services.circulate_record(rapporteur, record)
    assert told(liaison) == {"record_circulated", "commitment_made"}


def test_the_members_are_told_of_a_meeting_and_of_its_new_time(space, reader, rapporteur):
    meeting = make_meeting(space)
    services.edit_meeting(rapporteur, meeting, version=meeting.version, purpose="To agree.")
    assert told(reader) == set()
    meeting.refresh_from_db()
    services.edit_meeting(rapporteur, meeting, version=meeting.version, place="Another hall")
    assert told(reader) == {"meeting_moved"}
