"""The agenda: prepared by the clock, put in order, carried over, with documents that are to come by a day."""

from datetime import UTC, datetime, timedelta

import pytest
import time_machine
from django.core.exceptions import PermissionDenied, ValidationError
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse

from coordination import access
from coordination.models import Marking, Person, Post, Role
from discussion.models import Notification
from meetings import selectors, services
from meetings.models import AgendaDocument, AgendaItem, Meeting
from tests import factories as make

pytestmark = pytest.mark.django_db
START = datetime(2027, 1, 12, 5, tzinfo=UTC)  # ten in Karachi


@pytest.fixture
def room(db):
    """A meeting of two hours with three items, an hour and a half long together."""
    space, fia, moi = make.make_space(), make.make_organisation("FIA"), make.make_organisation("MoI")
    rapporteur = make.make_member(space, Role.RAPPORTEUR, fia)
    meeting = make.make_meeting(space, title="Talks", starts_at=START, time_zone="Asia/Karachi")
    for title in ("Opening", "Training", "Closing"):
        services.add_agenda_item(rapporteur, meeting, title=title, minutes=30)
    return {
        "space": space,
        "meeting": meeting,
        "fia": fia,
        "moi": moi,
        "rapporteur": rapporteur,
        "contributor": make.make_member(space, Role.CONTRIBUTOR, moi),
        "other": make.make_member(space, Role.CONTRIBUTOR, make.make_organisation("EU")),
        "reader": make.make_member(space, Role.READER, moi),
    }


def agenda(room, meeting=None):
    return selectors.agenda_of(meeting or room["meeting"], room["rapporteur"])


def titles(room):
    return [item.title for item in agenda(room)]


def address(name, room, **more):
    return reverse(name, kwargs={"key": room["meeting"].key, **more})


# --- the clock -----------------------------------------------------------------------------------------------------
def test_the_clock_follows_the_order_the_lengths_and_the_fixed_times(room):
    meeting, rapporteur = room["meeting"], room["rapporteur"]

    def clock():
        items, clock = selectors.agenda_with_clock(meeting, rapporteur)
        return [(item.title, item.turn and item.turn.strftime("%H:%M"), item.overlaps) for item in items], clock

    rows, end = clock()
    assert rows == [("Opening", "05:00", False), ("Training", "05:30", False), ("Closing", "06:00", False)]
    assert (end.minutes_left, end.minutes_over) == (30, 0)

    services.move_agenda_item(rapporteur, agenda(room)[2], -1)
    assert [row[0] for row in clock()[0]] == ["Opening", "Closing", "Training"]

    training = agenda(room)[2]
    services.edit_agenda_item(rapporteur, training, version=training.version, starts_at=START + timedelta(minutes=45))
    rows, end = clock()
    assert rows[2] == ("Training", "05:45", True), "the item before it runs into the fixed time"

    opening = agenda(room)[0]
    services.edit_agenda_item(rapporteur, opening, version=opening.version, minutes=None)
    assert clock()[0][1] == ("Closing", None, False), "nobody can say when it begins"

    training = agenda(room)[2]
    services.edit_agenda_item(rapporteur, training, version=training.version, minutes=120)
    assert clock()[1].minutes_over == 45

    meeting = Meeting.objects.get(pk=meeting.pk)
    services.edit_meeting(rapporteur, meeting, version=meeting.version, starts_at=START + timedelta(hours=1),
                          ends_at=START + timedelta(hours=4))  # fmt: skip
    assert agenda(room)[2].starts_at == START + timedelta(minutes=105), "a fixed time is moved with the meeting"


# --- order ---------------------------------------------------------------------------------------------------------
def test_items_are_put_in_order_by_dragging_and_by_the_arrows(client, room):
    client.force_login(room["rapporteur"])
    opening, training, closing = agenda(room)
    by_htmx = {"headers": {"hx-request": "true"}}
    order = {"order": f"{closing.key} {opening.key} {training.key}"}
    answer = client.post(address("agenda_order", room), order, **by_htmx)
    assert titles(room) == ["Closing", "Opening", "Training"] and b"<html" not in answer.content
    client.post(address("agenda_item_move", room, item=closing.key), {"step": "down"})
    assert titles(room) == ["Opening", "Closing", "Training"]
    client.post(address("agenda_item_move", room, item=opening.key), {"step": "up"})
    assert titles(room) == ["Opening", "Closing", "Training"], "the first stays the first"
    answer = client.post(address("agenda_order", room), {"order": closing.key}, **by_htmx)
    assert "Somebody else has changed the agenda" in answer.content.decode()
    assert titles(room) == ["Opening", "Closing", "Training"]


def test_an_item_is_changed_on_its_own_page_and_an_older_form_is_refused(client, room):
    client.force_login(room["rapporteur"])
    item = agenda(room)[1]
    post = Post.objects.create(
        organisation=room["moi"], title="Director", person=Person.objects.create(name="A. Director"), listed=True
    )
    make.join(room["moi"], room["space"])
    page = address("agenda_item_edit", room, item=item.key)
    sent = {"version": item.version, "title": "Training", "minutes": 45, "starts_at": "10:30", "lead": room["moi"].pk,
            "rapporteur": post.pk, "expected_outcome": "A date for the course"}  # fmt: skip
    assert client.post(page, sent).status_code == 302
    item.refresh_from_db()
    assert item.starts_at == START + timedelta(minutes=30) and item.rapporteur == post
    refused = client.post(page, {**sent, "title": "Something else"})
    assert refused.status_code == 200 and "Something else" in refused.content.decode()
    read = client.get(address("meeting_detail", room)).content.decode()
    assert "A date for the course" in read and "A. Director" in read and "10:30" in read


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("starts_at", "23:00"),  # not within the meeting
        ("starts_at", "soon"),
        ("minutes", "0"),
        ("minutes", "half an hour"),
        ("title", ""),
        ("expected_outcome", "x" * 256),
    ],
)
def test_bad_input_is_refused_beside_its_field_and_changes_nothing(client, room, field, value):
    client.force_login(room["rapporteur"])
    item = agenda(room)[0]
    sent = {"version": item.version, "title": "Opening", field: value}
    page = client.post(address("agenda_item_edit", room, item=item.key), sent)
    assert page.status_code == 200 and list(page.context["form"].errors) == [field]
    assert AgendaItem.objects.get(pk=item.pk).version == item.version


# --- dealt with and carried over -----------------------------------------------------------------------------------
@pytest.fixture
def series(room):
    """The meeting as the first of a series whose next one is prepared."""
    first = START.date()
    with time_machine.travel(START - timedelta(days=2), tick=False):
        series = services.begin_series(
            room["rapporteur"], room["space"], title="Weekly", first_day=first, starts_at_time=START.time(),
            minutes=120, time_zone="UTC", rule="FREQ=WEEKLY;BYDAY=TU", organiser=room["fia"],
        )  # fmt: skip
        following = services.prepare_occurrence(room["rapporteur"], series, first + timedelta(days=7))
    room["meeting"] = Meeting.objects.get(series=series, starts_at=START)
    for title in ("Opening", "Training", "Closing"):
        services.add_agenda_item(room["rapporteur"], room["meeting"], title=title, minutes=30)
    return following


def test_what_is_not_dealt_with_is_carried_over_to_the_next_of_the_series_once(client, room, series):
    client.force_login(room["rapporteur"])
    first = agenda(room)[0]
    client.post(address("agenda_item_finish", room, item=first.key), {"done": "1"})
    for _twice in range(2):
        client.post(address("agenda_carry_over", room))
    carried = agenda(room, series)
    assert [item.title for item in carried] == ["Training", "Closing"]
    assert [item.came_from.title for item in carried] == ["Training", "Closing"]
    # Who may not read the earlier meeting is not told that there was one.
    make.mark(room["meeting"], Marking.RED, users=[room["rapporteur"]])
    assert [item.came_from for item in selectors.agenda_of(series, room["reader"])] == [None, None]


def test_nothing_is_carried_over_to_where_more_people_read_it(room, series):
    make.mark(room["meeting"], Marking.RED, users=[room["rapporteur"]])
    with pytest.raises(ValidationError, match="More people may read"):
        services.carry_over(room["rapporteur"], Meeting.objects.get(pk=room["meeting"].pk))
    assert not AgendaItem.objects.filter(meeting=series).exists()


# --- documents -----------------------------------------------------------------------------------------------------
def ask(room, **fields):
    with time_machine.travel(START - timedelta(days=30), tick=False):
        return services.ask_for_document(
            room["rapporteur"], agenda(room)[1], **{"title": "Curriculum", "owner": room["moi"], **fields}
        )


def a_file():
    return SimpleUploadedFile("curriculum.txt", b"Lines of a curriculum.")


def test_a_document_is_handed_in_by_those_who_are_to_send_it(client, room):
    document = ask(room, due_on=START.date() - timedelta(days=10))
    page = address("agenda_document", room, document=document.key)
    for who, may in (("contributor", True), ("rapporteur", True), ("other", False), ("reader", False)):
        client.force_login(room[who])
        assert (client.get(page).context["form"] is not None) == may
        if not may:
            assert client.post(page, {"files": a_file()}).status_code == 404
            with pytest.raises(PermissionDenied):
                services.hand_in_document(room[who], document, [a_file()])
    client.force_login(room["contributor"])
    assert client.post(page, {"files": a_file()}).status_code == 302
    document.refresh_from_db()
    assert document.received_at is not None
    client.force_login(room["reader"])
    assert "curriculum" in client.get(address("meeting_detail", room)).content.decode()
    with pytest.raises(ValidationError):
        services.withdraw_document(room["rapporteur"], document)
    with pytest.raises(ValidationError):
        services.remove_agenda_item(room["rapporteur"], document.item)


def test_its_senders_are_reminded_before_and_after_the_day_and_each_time_once(room):
    due = START.date() - timedelta(days=4)
    ask(room, due_on=due)
    told = []
    for days in range(-9, 4):
        # At noon in Karachi, with three rounds of the worker.
        now = datetime.combine(due + timedelta(days=days), START.time(), tzinfo=UTC) + timedelta(hours=2)
        with time_machine.travel(now, tick=False):
            told += [days for _round in range(3) if services.remind_of_documents(now)]
    assert told == [-7, -2, 1]
    news = Notification.objects.filter(kind="agenda_document_reminded")
    assert {each.user for each in news} == {room["contributor"]}


def test_nobody_is_reminded_of_what_has_come_or_may_not_be_read(room):
    due = START.date() - timedelta(days=4)
    closed, sent = ask(room, due_on=due), ask(room, due_on=due, title="List")
    services.hand_in_document(room["contributor"], sent, [a_file()])
    make.mark(room["meeting"], Marking.RED, users=[room["rapporteur"]])
    with time_machine.travel(datetime.combine(due, START.time(), tzinfo=UTC), tick=False):
        assert services.remind_of_documents() == 0
    assert not Notification.objects.filter(kind="agenda_document_reminded").exists()
    assert AgendaDocument.objects.get(pk=closed.pk).received_at is None


# --- who may -------------------------------------------------------------------------------------------------------
def test_only_those_who_prepare_meetings_change_the_agenda(client, room):
    item = agenda(room)[0]
    document = ask(room)
    pages = {
        "meeting_agenda": {}, "agenda_order": {}, "agenda_carry_over": {}, "agenda_item_edit": {"item": item.key},
        "agenda_item_move": {"item": item.key}, "agenda_item_finish": {"item": item.key},
        "agenda_item_remove": {"item": item.key}, "agenda_document_ask": {"item": item.key},
        "agenda_document_withdraw": {"document": document.key},
    }  # fmt: skip
    for who in ("contributor", "reader"):
        client.force_login(room[who])
        for name, more in pages.items():
            assert client.post(address(name, room, **more), {}).status_code == 404, (who, name)
    assert len(agenda(room)) == 3 and not access.can(room["reader"], "record", room["meeting"])


def test_the_page_takes_the_same_queries_whatever_is_on_the_agenda(client, room, django_assert_max_num_queries):
    client.force_login(room["rapporteur"])
    for _round in range(2):
        for number in range(3):
            item = services.add_agenda_item(
                room["rapporteur"], room["meeting"], title=f"Item {number}", lead=room["fia"]
            )
            services.ask_for_document(room["rapporteur"], item, title="Paper", owner=room["moi"])
        with django_assert_max_num_queries(20):
            assert client.get(address("meeting_agenda", room)).status_code == 200
