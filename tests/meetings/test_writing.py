"""A record written by several at once: who writes where, what is kept, and to whom the live frames go."""

import json
import re
import uuid
from datetime import timedelta

import pytest
from asgiref.sync import sync_to_async
from django.core.exceptions import PermissionDenied, ValidationError
from django.urls import reverse
from django.utils import timezone

from coordination import access
from coordination import services as coordination
from coordination.models import Action, AuditEntry, Marking, Person, Role
from meetings import services
from meetings.models import (
    LEASE,
    TIME_TO_ANSWER,
    AgendaItem,
    AttendanceRole,
    Paragraph,
    ParagraphChange,
    ParagraphDraft,
    ParagraphKind,
    SectionLock,
)
from tests.discussion.tabs import tab_of
from tests.factories import make_meeting, make_member, make_organisation, make_space, make_user, mark

Q = 0.35


class Room:
    """A meeting with two items, its record as a draft, two rapporteurs, a reader who attended and one who did not."""

    def __init__(self) -> None:
        self.space, self.fia = make_space("Border management"), make_organisation("FIA")
        self.nadia = make_member(self.space, Role.RAPPORTEUR, name="Nadia")
        self.bilal = make_member(self.space, Role.RAPPORTEUR, name="Bilal")
        self.chair = make_member(self.space, Role.CHAIR, name="Chair")
        self.present = make_member(self.space, Role.READER, self.fia, name="Omar")
        self.absent = make_member(self.space, Role.READER, name="Absent")
        self.meeting = make_meeting(self.space)
        for number in range(2):
            AgendaItem.objects.create(meeting=self.meeting, title=f"Item {number}", sort_order=number)
        self.record = services.open_record(self.nadia, self.meeting)
        self.one, self.other = self.record.sections.all()
        self.attendance = services.note_attendance(
            self.nadia,
            self.meeting,
            organisation=self.fia,
            person=Person.objects.create(name="Omar", user=self.present),
            role=AttendanceRole.MEMBER,
        )

    @property
    def address(self) -> str:
        return f"/meetings/{self.meeting.key}/record/write/"

    def write(self, actor, text: str, **more) -> Paragraph:
        return services.add_paragraph(actor, more.pop("section", self.one), kind="summary", text=text, **more)


@pytest.fixture
def room(db):
    return Room()


def later(seconds):
    return timezone.now() + timedelta(seconds=seconds)


# --- who writes in a section -----------------------------------------------------------------------------------------
def test_nobody_writes_over_a_colleague_by_any_way(room):
    paragraph = room.write(room.nadia, "It began at nine.")
    services.take_section(room.nadia, room.one)
    for deed in (
        lambda: services.take_section(room.bilal, room.one),
        lambda: room.write(room.bilal, "It began at ten."),
        lambda: services.edit_paragraph(room.bilal, paragraph, version=1, text="It began at ten."),
        lambda: services.remove_paragraph(room.bilal, paragraph, version=1),
        lambda: services.keep_draft(room.bilal, room.one, uuid.uuid4(), text="It"),
    ):
        with pytest.raises(services.SectionTaken, match="Nadia is writing"):
            deed()
    assert room.write(room.bilal, "Elsewhere.", section=room.other)
    assert room.write(room.nadia, "The holder goes on.")
    assert services.edit_paragraph(room.nadia, paragraph, version=1, text="It began at nine sharp.").version == 2


def test_a_section_is_free_when_its_rapporteur_is_gone_and_passes_on_when_asked_for(room):
    services.take_section(room.nadia, room.one)
    after_lease = timezone.now() + LEASE + timedelta(seconds=1)
    assert services.take_section(room.bilal, room.one, now=after_lease).holder == room.bilal
    assert not AuditEntry.objects.filter(verb="section taken over").exists()
    SectionLock.objects.update(held_until=later(30))

    # Asked, and kept; asked, and not answered; asked, and handed over.
    services.ask_for_section(room.nadia, room.one)
    services.keep_section(room.bilal, room.one)
    answered = timezone.now() + TIME_TO_ANSWER + timedelta(seconds=1)
    with pytest.raises(services.SectionTaken):
        services.take_section(room.nadia, room.one, now=answered)
    services.ask_for_section(room.nadia, room.one)
    with pytest.raises(services.SectionTaken):
        services.take_section(room.nadia, room.one)
    assert services.take_section(room.nadia, room.one, now=answered).holder == room.nadia
    assert AuditEntry.objects.get(verb="section taken over").actor == room.nadia
    services.ask_for_section(room.bilal, room.one)
    services.release_section(room.nadia, room.one)
    assert SectionLock.objects.get().holder == room.bilal
    services.release_section(room.nadia, room.one)  # not Nadia's to release
    services.release_section(room.bilal, room.one)
    assert not SectionLock.objects.exists()


def test_only_rapporteurs_write_and_only_in_a_draft(room):
    for outsider in (room.present, room.absent, make_user()):
        for deed in (services.take_section, services.ask_for_section):
            with pytest.raises(PermissionDenied):
                deed(outsider, room.one)
        with pytest.raises(PermissionDenied):
            services.let_follow_along(outsider, room.record, follow=True)
    room.write(room.nadia, "All that was said.")
    services.circulate_record(room.nadia, room.record)
    room.one.refresh_from_db()
    with pytest.raises(ValidationError, match="no draft"):
        services.take_section(room.nadia, room.one)


# --- what is kept, and what is sent again ----------------------------------------------------------------------------
def test_what_is_sent_again_is_in_the_record_once_whoever_sends_it(room):
    submission = uuid.uuid4()
    services.keep_draft(room.nadia, room.one, submission, text="Once", number=1)
    written = room.write(room.nadia, "Once", submission=submission)
    assert not ParagraphDraft.objects.exists()
    services.release_section(room.nadia, room.one)
    assert room.write(room.bilal, "Once", submission=submission) == written
    assert services.keep_draft(room.nadia, room.one, submission, text="Onc", number=9) is None
    assert not ParagraphDraft.objects.exists()

    change = uuid.uuid4()
    services.edit_paragraph(room.nadia, written, version=1, submission=change, text="Once more")
    services.release_section(room.nadia, room.one)
    services.edit_paragraph(room.bilal, written, version=2, text="Once more, and for all")
    again = services.edit_paragraph(room.nadia, written, version=1, submission=change, text="Once more")
    assert (again.version, again.text) == (3, "Once more, and for all")
    assert ParagraphChange.objects.count() == Paragraph.objects.count() == 1


def test_a_paragraph_goes_below_another_and_to_the_end_where_that_is_gone(room, client):
    first, last = room.write(room.nadia, "One."), room.write(room.nadia, "Four.")
    key = uuid.uuid4()
    for _sending in range(2):
        room.write(room.nadia, "Two.", after=first.key, submission=key)
    room.write(room.nadia, "Five.", after="2345678923")
    client.force_login(room.nadia)
    address = reverse("paragraph_new", kwargs={"key": room.record.meeting.key, "section": room.one.pk})
    page = client.get(f"{address}?after={first.key}")
    sent = {"kind": "summary", "text": "Three.", "submission": str(uuid.uuid4())}
    client.post(address, {**sent, "after": room.one.paragraphs.get(text="Two.").key})
    assert page.context["form"]["after"].value() == first.key
    assert [each.text for each in room.one.paragraphs.all()] == ["One.", "Two.", "Three.", "Four.", "Five."]
    assert last.version == 1


def test_a_draft_is_as_its_last_letter_and_a_colleague_goes_on_with_it(room):
    submission = uuid.uuid4()
    for number, text in ((1, "The"), (3, "The chair"), (2, "The ch")):
        services.keep_draft(room.nadia, room.one, submission, text=text, number=number)
    assert ParagraphDraft.objects.get().text == "The chair"
    SectionLock.objects.update(held_until=timezone.now())  # Nadia's computer is shut
    services.keep_draft(room.bilal, room.one, submission, text="The chair closed.", number=1)
    draft = ParagraphDraft.objects.get()
    assert (draft.author, draft.text) == (room.bilal, "The chair closed.")
    with pytest.raises(services.SectionTaken):
        services.keep_draft(room.nadia, room.one, submission, text="The chair opened.", number=4)
    services.drop_draft(room.nadia, room.record, submission)
    assert ParagraphDraft.objects.exists()
    services.drop_draft(room.bilal, room.record, submission)
    assert not ParagraphDraft.objects.exists()


def test_a_reservation_says_whose_it_is(room):
    with pytest.raises(ValidationError, match="Say who"):
        services.add_paragraph(room.nadia, room.one, kind=ParagraphKind.RESERVATION, text="Not Article 3.")
    made = services.add_paragraph(
        room.nadia, room.one, kind=ParagraphKind.RESERVATION, text="Not Article 3.", on_behalf_of=room.fia
    )
    assert made.on_behalf_of == room.fia


# --- following along -------------------------------------------------------------------------------------------------
def test_those_who_attended_follow_along_where_they_may_and_what_is_to_be_done_waits(room):
    def readers():
        people = (room.nadia, room.present, room.absent)
        return [user.name for user in people if type(room.record).objects.readable_by(user).exists()]

    assert readers() == ["Nadia"]
    services.let_follow_along(room.nadia, room.record, follow=True)
    assert readers() == ["Nadia", "Omar"]
    services.add_paragraph(room.nadia, room.one, kind="action", text="Train officers", owner=room.fia)
    assert not Action.objects.readable_by(room.present).exists()
    services.remove_attendance(room.nadia, room.attendance)
    assert readers() == ["Nadia"]
    services.circulate_record(room.nadia, room.record)
    assert Action.objects.readable_by(room.present).exists()
    assert access.may_read(room.absent, type(room.record).objects.get())


# --- the page --------------------------------------------------------------------------------------------------------
def test_the_page_of_the_writing_saves_for_its_script_and_says_what_is_wrong(
    room, client, django_assert_max_num_queries
):
    paragraph = room.write(room.nadia, "It began at nine.")
    for user, status in ((room.absent, 404), (room.present, 404), (make_user(), 404), (room.bilal, 200)):
        client.force_login(user)
        assert client.get(room.address).status_code == status, user
    add, change = (f"{room.address}{path}/" for path in (f"sections/{room.one.pk}", f"paragraphs/{paragraph.key}"))
    sent = {"kind": "summary", "text": "It ended at ten.", "submission": str(uuid.uuid4())}
    for _time in range(2):
        answer = client.post(add, sent)
        assert (answer.status_code, answer.json()["text"]) == (200, "It ended at ten.")
    assert client.post(add, {**sent, "text": ""}).status_code == 400
    for text, status in (("It began at ten.", 200), ("It began at one.", 409)):
        answer = client.post(change, {"text": text, "version": 1, "submission": str(uuid.uuid4())})
        assert answer.status_code == status
    services.take_section(room.nadia, room.one)
    answer = client.post(add, {**sent, "submission": str(uuid.uuid4())})
    assert (answer.status_code, answer.json()) == (
        423,
        {"errors": {"__all__": ["Nadia is writing in this section. Ask for it first."]}},
    )
    assert "It began at ten." in client.get(change).text
    client.post(f"{room.address}follow/", {"follow": "1"})
    with django_assert_max_num_queries(25):
        page = client.get(room.address)
    assert "data-accord-here" in page.text
    client.force_login(room.present)
    page = client.get(room.address).text
    assert "It ended at ten." in page and "data-accord-here" not in page and "data-accord-composer" not in page
    assert client.post(add, sent).status_code == client.get(change).status_code == 404
    assert client.post(f"{room.address}follow/", {"follow": "0"}).status_code == 404


# --- the live frames -------------------------------------------------------------------------------------------------
def has(page: str) -> dict[str, str]:
    return dict(re.findall(r'data-accord-paragraph="(\w+)" data-stamp="(\w+)"', page))


async def do(function, *args, **kwargs):
    return await sync_to_async(function)(*args, **kwargs)


async def follow(tab, room, stamps=None):
    await tab.send(type="record.follow", record=room.meeting.key, has=stamps or {})
    return await tab.until("record.state")


@pytest.mark.both_stacks
async def test_what_a_rapporteur_does_is_told_to_whom_it_may_concern(stack):
    room = await do(Room)
    key, one = room.meeting.key, room.one.pk
    submission = str(uuid.uuid4())
    await do(services.let_follow_along, room.nadia, room.record, follow=True)
    async with (
        tab_of(stack, room.nadia) as nadia, tab_of(stack, room.bilal) as bilal,
        tab_of(stack, room.present) as omar, tab_of(stack, room.absent) as absent,
    ):  # fmt: skip
        assert [(await follow(tab, room))["writes"] for tab in (nadia, bilal, omar)] == [True, True, False]
        await absent.send(type="record.follow", record=key, has={})
        await absent.send(type="record.follow", record="z" * 10, has={})
        refused = [(await absent.until("error"))["code"] for _time in range(2)]
        assert refused == ["not_found", "not_found"]

        draft = {"record": key, "section": one, "key": submission, "paragraph": "", "kind": "summary"}
        await nadia.send(type="record.type", **draft, text="We have", number=1)
        await nadia.until("record.done", deed="type")
        assert (await bilal.until("record.drafts"))["drafts"][0]["text"] == "We have"
        await bilal.send(type="record.type", **draft, text="They have", number=2)
        assert (await bilal.until("error"))["code"] == "taken"
        for tab in (omar, absent):
            for frame in ({"type": "record.take", "record": key, "section": one}, {"type": "record.type", **draft}):
                more = {"text": "I", "number": 3} if frame["type"] == "record.type" else {}
                await tab.send(**frame, **more)
                assert (await tab.until("error"))["code"] == "not_found"
        await do(room.write, room.nadia, "We have begun.", submission=submission)
        for tab in (nadia, bilal, omar):
            [written] = (await tab.until("record.paragraphs"))["paragraphs"]
            assert "We have begun." in written["html"]
            assert ("Change" in written["html"]) == (tab is not omar)

        # A section that is marked narrower is told of to those alone whom it names.
        await do(mark, room.other, Marking.RED, users=[room.nadia, room.bilal])
        await do(room.write, room.nadia, "Canary", section=room.other)
        await bilal.until("record.paragraphs")
        await do(services.let_follow_along, room.nadia, room.record, follow=False)
        frames = await omar.frames_for(1.5)
        assert frames[-1] == {"type": "record.closed", "record": key}
        assert "Canary" not in json.dumps(frames) and "We have" not in json.dumps(frames[1:])

        # A membership that ends while the page is open ends the frames.
        await do(coordination.revoke_membership, room.chair, room.space, room.bilal)
        await bilal.until("record.closed")
        await do(room.write, room.nadia, "Canary of the end")
        assert "Canary" not in json.dumps(await bilal.frames_for(Q))


@pytest.mark.both_stacks
async def test_a_page_that_was_away_lacks_nothing_and_gets_nothing_twice(stack, client):
    """What is sent to a page brings it to what a fresh page shows."""
    room = await do(Room)

    def write_many():
        for number in range(120):
            room.write(room.nadia, f"No. {number}", section=(room.one, room.other)[number % 2])
        page = get()
        first = Paragraph.objects.get(text="No. 4")
        services.edit_paragraph(room.nadia, first, version=1, text="No. 4, changed")
        services.remove_paragraph(room.nadia, Paragraph.objects.get(text="No. 7"), version=1)
        room.write(room.nadia, "The last one")
        return page

    def get():
        client.force_login(room.bilal)
        return client.get(room.address).text

    page = await do(write_many)
    stamps = has(page)
    assert len(stamps) == 120
    async with tab_of(stack, room.bilal) as bilal:
        await follow(bilal, room, stamps)
        frame = await bilal.until("record.paragraphs")
        assert (len(frame["paragraphs"]), len(frame["gone"]), frame["more"]) == (2, 1, False)
        for key in frame["gone"]:
            del stamps[key]
        for told in frame["paragraphs"]:
            stamps |= has(told["html"])
        assert stamps == has(await do(get))
        # Nothing at all: all of it, in parts.
        await follow(bilal, room)
        counted, more = [], True
        while more:
            frame = await bilal.until("record.paragraphs")
            counted += [told["key"] for told in frame["paragraphs"]]
            more = frame["more"]
        assert set(counted) == set(stamps) and len(counted) == len(stamps) == 120
