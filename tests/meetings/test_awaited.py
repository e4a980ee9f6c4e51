"""What is asked and awaited: reminders before the day, what is found of it, and what goes to a successor."""

from datetime import UTC, datetime, time, timedelta
from uuid import uuid4

import pytest
import time_machine
from django.utils import timezone

from coordination import handing_over
from coordination.models import Person, Role
from discussion.models import Notification
from meetings import services
from meetings.models import AgendaItem, Meeting, ParagraphDraft
from search.models import Entry
from tests import factories as make

pytestmark = pytest.mark.django_db


@pytest.fixture
def room(db):
    """FIA asks; of MoI and EU only MoI has not answered yet."""
    space, fia = make.make_space(), make.make_organisation("FIA")
    moi, eu = make.make_organisation("MoI"), make.make_organisation("EU")
    return {
        "space": space, "fia": fia, "moi": moi, "eu": eu,
        "rapporteur": make.make_member(space, Role.RAPPORTEUR, fia),
        "contributor": make.make_member(space, Role.CONTRIBUTOR, moi),
        "reader": make.make_member(space, Role.READER, moi),
        "quick": make.make_member(space, Role.CONTRIBUTOR, eu),
    }  # fmt: skip


def noon(day):
    return datetime.combine(day, time(12), tzinfo=UTC)


def circulated(room, last):
    meeting = make.make_meeting(room["space"], starts_at=timezone.now() - timedelta(days=1), time_zone="UTC")
    record = make.make_record(meeting, "draft")
    make.make_paragraph(record)
    asked = [room["moi"], room["eu"]]
    record = services.circulate_record(room["rapporteur"], record, organisations=asked, due_on=last)
    services.answer_record(room["quick"], record, kind="agreed", version=1)
    return "answer_to_record_reminded"


def invited(room, last):
    meeting = make.make_meeting(room["space"], starts_at=noon(last) + timedelta(days=9), time_zone="UTC")
    Meeting.objects.filter(pk=meeting.pk).update(answers_until=last)
    for invitation in services.invite(room["rapporteur"], meeting, [room["moi"], room["eu"]]):
        if invitation.organisation == room["eu"]:
            services.answer_invitation(room["quick"], invitation, version=1, answer="accepted")
    return "invitation_reminded"


def polled(room, last):
    times = [noon(last) + timedelta(days=days) for days in (8, 9)]
    poll = services.open_poll(
        room["rapporteur"], room["space"], title="Which day?", closes_on=last, time_zone="UTC",
        organisations=[room["moi"], room["eu"]], options=[(each, each + timedelta(hours=1)) for each in times],
    )  # fmt: skip
    services.vote(room["quick"], poll, {option.pk: "yes" for option in poll.options.all()})
    return "poll_reminded"


@pytest.mark.both_stacks(every_row=True)
@pytest.mark.parametrize("ask", [circulated, invited, polled])
def test_who_has_not_answered_is_reminded_before_the_day_and_each_time_once(room, ask):
    last = timezone.localdate() + timedelta(days=6)
    kind = ask(room, last)
    told = []
    for days in range(-5, 3):
        with time_machine.travel(noon(last + timedelta(days=days)), tick=False):
            told += [days for _round in range(2) if services.remind_of_answers()]
    assert told == [-3, -1]
    news = Notification.objects.filter(kind=kind)
    assert {each.user for each in news} == {room["contributor"]}


def test_a_meeting_is_found_by_whom_it_invites_and_a_poll_while_it_is_open(room):
    invited(room, timezone.localdate() + timedelta(days=6))
    polled(room, timezone.localdate() + timedelta(days=6))
    found = {entry.title: entry for entry in Entry.objects.filter(kind="meeting")}
    assert set(found) >= {"Which day?"} and len(found) == 2
    assert all("MoI" in entry.body and "EU" in entry.body for entry in found.values())


@pytest.mark.both_stacks
def test_places_in_delegations_and_words_not_written_down_go_to_a_successor(room):
    invited(room, timezone.localdate() + timedelta(days=6))
    meeting = Meeting.objects.get()
    gone, new = (
        Person.objects.create(name=name, user=make.make_member(room["space"], Role.RAPPORTEUR, room["fia"], name=name))
        for name in ("Gone", "New")
    )
    [invitation] = services.invite(room["rapporteur"], meeting, [room["fia"]])
    services.name_delegate(room["rapporteur"], invitation, role="head", person=gone)
    section = make.make_paragraph(make.make_record(meeting)).section
    ParagraphDraft.objects.create(submission=uuid4(), section=section, author=gone.user, text="Half a sentence")
    items = handing_over.open_items_of(room["rapporteur"], gone)
    assert len(items) == 2 and all(item.pass_on(new, "left") for item in items)
    assert invitation.delegates.get().person == new and ParagraphDraft.objects.get().author == new.user
    assert handing_over.open_items_of(room["reader"], new) == []


def test_an_older_draft_of_an_editor_brings_no_earlier_time_of_an_item_back(room):
    meeting = make.make_meeting(room["space"], starts_at=timezone.now() + timedelta(days=9))
    item = services.add_agenda_item(room["rapporteur"], meeting, title="Opening", starts_at=meeting.starts_at)
    meeting = Meeting.objects.get()
    meeting.save_revision()
    draft = Meeting.objects.get().latest_revision
    moved = meeting.starts_at + timedelta(minutes=30)
    AgendaItem.objects.filter(pk=item.pk).update(starts_at=moved)
    draft.publish()
    assert AgendaItem.objects.get(pk=item.pk).starts_at == moved
