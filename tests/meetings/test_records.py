"""Records: who reads them in which state, who takes which step, and what becomes of what was agreed in them."""

from datetime import date, timedelta
from itertools import product
from uuid import uuid4

import pytest
from django.contrib.auth.models import AnonymousUser
from django.core.exceptions import PermissionDenied, ValidationError
from django.db import connection

from coordination import access
from coordination import services as coordination
from coordination.models import Action, AuditEntry, Commitment, Marking, Person, Post, Role
from coordination.services import StaleVersion
from meetings import frozen, selectors, services
from meetings.models import AgendaItem, Attendance, Paragraph, ParagraphKind, Record, RecordState
from tests.factories import (
    make_meeting,
    make_member,
    make_organisation,
    make_paragraph,
    make_record,
    make_space,
    make_user,
    mark,
)

pytestmark = [pytest.mark.django_db, pytest.mark.both_stacks]

STEPS = {
    (RecordState.DRAFT, RecordState.CIRCULATED): Role.RAPPORTEUR,
    (RecordState.CIRCULATED, RecordState.DRAFT): Role.RAPPORTEUR,
    (RecordState.CIRCULATED, RecordState.AGREED): Role.CHAIR,
    (RecordState.AGREED, RecordState.PUBLISHED): Role.CHAIR,
}
TAKE = {
    RecordState.DRAFT: services.reopen_record,
    RecordState.CIRCULATED: services.circulate_record,
    RecordState.AGREED: services.agree_record,
    RecordState.PUBLISHED: services.publish_record,
}


@pytest.fixture
def fia(space):
    """It takes part in the space: nobody else is given an action there."""
    organisation = make_organisation("FIA")
    make_member(space, Role.READER, organisation)
    return organisation


@pytest.fixture
def rapporteur(space):
    return make_member(space, Role.RAPPORTEUR, make_organisation("ICMPD", None))


@pytest.fixture
def liaison(space, fia):
    return make_member(space, Role.CONTRIBUTOR, fia)


@pytest.fixture
def meeting(space):
    meeting = make_meeting(space, title="Talks on training")
    for number, title in enumerate(["Opening", "Training"]):
        AgendaItem.objects.create(meeting=meeting, title=title, sort_order=number)
    return meeting


@pytest.fixture
def draft(rapporteur, meeting):
    return services.open_record(rapporteur, meeting)


def write(user, record, kind=ParagraphKind.SUMMARY, number=1, **fields):
    fields.setdefault("text", "The parties met.")
    return services.add_paragraph(user, record.sections.get(number=number), kind=kind, **fields)


# --- the states ----------------------------------------------------------------------------------------------------
@pytest.mark.parametrize("role", Role.values)
@pytest.mark.parametrize(("before", "after"), list(product(RecordState.values, repeat=2)))
def test_a_record_takes_every_step_of_the_table_and_no_other(space, meeting, before, after, role):
    record = make_record(meeting, before)
    make_paragraph(record)
    user = make_member(space, role)
    order = Role.values
    needed = STEPS.get((before, after))
    may_write = order.index(role) >= order.index(Role.RAPPORTEUR)
    if needed is not None and order.index(role) >= order.index(needed):
        TAKE[after](user, record)
        assert Record.objects.get().state == after
        entry = AuditEntry.objects.get(verb=services.RECORD_VERBS[after])
        assert (entry.actor, entry.before, entry.after) == (user, {"state": before}, {"state": after})
        return
    if before == after and may_write:  # the same button pressed twice
        TAKE[after](user, record)
    else:
        with pytest.raises((PermissionDenied, ValidationError)):
            TAKE[after](user, record)
    assert Record.objects.get().state == before
    assert not AuditEntry.objects.filter(verb__in=services.RECORD_VERBS.values()).exists()


def test_an_empty_record_is_not_circulated(rapporteur, draft):
    with pytest.raises(ValidationError):
        services.circulate_record(rapporteur, draft)


# --- who reads it --------------------------------------------------------------------------------------------------
def readers(space, fia):
    return {
        "anonymous": AnonymousUser(),
        "signed in": make_user(organisation=fia),
        "reader": make_member(space, Role.READER, fia),
        "contributor": make_member(space, Role.CONTRIBUTOR),
        "rapporteur": make_member(space, Role.RAPPORTEUR, fia),
        "chair": make_member(space, Role.CHAIR),
        "chair elsewhere": make_member(make_space(), Role.CHAIR, fia),
        "secretariat": make_user(platform_role="secretariat"),
    }


MEMBERS = {"reader", "contributor", "rapporteur", "chair"}
SIGNED_IN = {*MEMBERS, "signed in", "chair elsewhere", "secretariat"}
CIRCULATED = {
    Marking.CLEAR: {"anonymous", *SIGNED_IN},
    Marking.GREEN: SIGNED_IN,
    Marking.AMBER: MEMBERS,
    Marking.AMBER_STRICT: {"reader", "rapporteur"},
    Marking.RED: {"contributor", "chair"},
}


@pytest.mark.parametrize("marking", CIRCULATED)
def test_a_draft_is_read_by_those_who_write_it_and_a_circulated_record_by_its_marking(space, fia, marking):
    people = readers(space, fia)
    meeting = mark(make_meeting(space), Marking.CLEAR)
    record = make_record(meeting, RecordState.DRAFT)
    paragraph = make_paragraph(record)
    mark(record, marking, organisations=[fia], users=[people["contributor"], people["chair"]])

    def who():
        in_sql = {n for n, user in people.items() if Paragraph.objects.readable_by(user).filter(pk=paragraph.pk)}
        record.refresh_from_db()
        assert in_sql == {n for n, user in people.items() if access.may_read(user, Paragraph.objects.get())}
        assert in_sql == {n for n, user in people.items() if access.may_read(user, record)}
        return in_sql

    assert who() == CIRCULATED[marking] & {"rapporteur", "chair"}
    chair = people["chair"] if marking != Marking.AMBER_STRICT else people["rapporteur"]
    services.circulate_record(chair, record)
    assert who() == CIRCULATED[marking]
    services.reopen_record(chair, record)
    assert who() == CIRCULATED[marking] & {"rapporteur", "chair"}


def test_a_record_is_never_wider_than_its_meeting(space, fia):
    named, other = make_member(space), make_member(space)
    meeting = mark(make_meeting(space), Marking.RED, users=[named])
    record = mark(make_record(meeting), Marking.CLEAR)
    assert access.may_read(named, record)
    assert not access.may_read(other, record)


def test_narrowing_the_meeting_narrows_its_record_at_once(space, meeting):
    named, other = make_member(space), make_member(space)
    record = make_record(meeting)
    assert access.may_read(other, record)
    mark(meeting, Marking.RED, users=[named])
    record.refresh_from_db()
    assert not access.may_read(other, record)


def test_a_marking_narrowed_in_the_draft_survives_every_state(space, meeting, fia):
    chair, outsider = make_member(space, Role.CHAIR, fia), make_member(space, Role.READER)
    record = services.open_record(chair, meeting)
    write(chair, record)
    coordination.change_marking(chair, record, Marking.AMBER_STRICT, organisations=[fia])
    for step in (services.circulate_record, services.agree_record, services.publish_record):
        record = step(chair, record)
        record.refresh_from_db()
        assert record.marking == Marking.AMBER_STRICT
        assert not access.may_read(outsider, record)


# --- writing -------------------------------------------------------------------------------------------------------
def test_a_record_is_opened_with_a_section_for_each_item_of_the_agenda(draft):
    assert [(section.number, section.title) for section in draft.sections.all()] == [(1, "Opening"), (2, "Training")]


def test_a_record_opened_twice_is_one_record(rapporteur, meeting, draft):
    assert services.open_record(rapporteur, meeting) == draft
    assert Record.objects.count() == 1


def test_an_item_that_comes_onto_the_agenda_later_gets_its_section(rapporteur, meeting, draft):
    services.add_agenda_item(rapporteur, meeting, title="Any other business")
    write(rapporteur, draft)
    assert draft.sections.get(number=3).title == "Any other business"


def test_what_was_written_stays_when_the_item_leaves_the_agenda(rapporteur, meeting, draft):
    write(rapporteur, draft, number=2)
    services.remove_agenda_item(rapporteur, meeting.agenda_items.get(title="Training"))
    assert draft.sections.get(title="Training").paragraphs.count() == 1


@pytest.mark.parametrize("role", [Role.READER, Role.CONTRIBUTOR])
def test_a_member_who_does_not_write_records_does_not_open_or_change_one(space, meeting, draft, role):
    member = make_member(space, role)
    with pytest.raises(PermissionDenied):
        services.open_record(member, meeting)
    with pytest.raises(PermissionDenied):
        write(member, draft)


@pytest.mark.parametrize("state", [RecordState.CIRCULATED, RecordState.AGREED, RecordState.PUBLISHED])
def test_what_is_no_draft_is_not_changed(space, meeting, state):
    chair = make_member(space, Role.CHAIR)
    record = make_record(meeting, state)
    paragraph = make_paragraph(record, text="As agreed.")
    with pytest.raises(ValidationError):
        write(chair, record)
    with pytest.raises(ValidationError):
        services.edit_paragraph(chair, paragraph, version=1, text="Otherwise.")
    with pytest.raises(ValidationError):
        services.remove_paragraph(chair, paragraph, version=1)
    assert Paragraph.objects.get().text == "As agreed."


def test_an_older_form_does_not_overwrite_a_newer_paragraph(rapporteur, draft):
    paragraph = write(rapporteur, draft)
    services.edit_paragraph(rapporteur, paragraph, version=1, text="Newer.")
    with pytest.raises(StaleVersion):
        services.edit_paragraph(rapporteur, paragraph, version=1, text="Older.")
    with pytest.raises(StaleVersion):
        services.remove_paragraph(rapporteur, paragraph, version=1)
    assert Paragraph.objects.get().text == "Newer."


def test_a_paragraph_sent_twice_is_one_paragraph_and_one_action(rapporteur, draft, fia):
    submission = uuid4()
    for _ in range(2):
        write(rapporteur, draft, ParagraphKind.ACTION, text="Draw up the list", owner=fia, submission=submission)
    assert Paragraph.objects.count() == Action.objects.count() == 1


@pytest.mark.parametrize(
    ("kind", "fields", "beside"),
    [
        ("summary", {"text": "   "}, "text"),
        ("summary", {"text": "x" * 10_001}, "text"),
        ("speech", {}, "kind"),
        ("statement", {}, "speaker"),
        ("action", {}, "owner"),
        ("action", {"text": "x" * 300}, "text"),
        ("action", {"text": "Draw up\u202ethe list"}, "text"),
        ("commitment", {"text": "One line\nand another"}, "text"),
    ],
)
def test_a_bad_paragraph_is_refused_beside_its_field(rapporteur, draft, kind, fields, beside):
    with pytest.raises(ValidationError) as refusal:
        write(rapporteur, draft, kind, **fields)
    assert list(refusal.value.message_dict) == [beside]
    assert not Paragraph.objects.exists()


def test_only_a_statement_has_a_speaker(rapporteur, draft, fia):
    with pytest.raises(ValidationError):
        write(rapporteur, draft, ParagraphKind.DECISION, speaker_organisation=fia)


def test_a_post_speaks_only_while_it_is_held(rapporteur, draft, fia):
    post = Post.objects.create(organisation=fia, title="Director", ends_on=date(2020, 1, 1))
    with pytest.raises(ValidationError) as refusal:
        write(rapporteur, draft, ParagraphKind.STATEMENT, speaker_post=post)
    assert list(refusal.value.message_dict) == ["speaker"]


# --- what comes of it ----------------------------------------------------------------------------------------------
def test_an_action_agreed_in_a_record_keeps_its_source_and_the_paragraph_shows_its_state(
    rapporteur, draft, fia, liaison
):
    paragraph = write(rapporteur, draft, ParagraphKind.ACTION, number=2, text="Draw up the list", owner=fia)
    action = Action.objects.get()
    assert (action.title, action.owner, action.source) == ("Draw up the list", fia, paragraph)
    assert str(action.source) == "Record of Talks on training, item 2"
    services.circulate_record(rapporteur, draft)
    coordination.report_on_action(liaison, action, text="It is drawn up.", state="done")
    draft.refresh_from_db()
    [_first, second] = selectors.sections_shown(draft, liaison)
    assert [task.state for task in second.paragraphs[0].actions] == ["done"]


def test_a_commitment_made_in_a_record_keeps_its_source(rapporteur, draft, fia):
    paragraph = write(rapporteur, draft, ParagraphKind.COMMITMENT, text="Train forty officers", owner=fia)
    commitment = Commitment.objects.get()
    assert (commitment.party, commitment.source) == (fia, paragraph)


def test_what_a_draft_makes_is_a_draft_until_the_record_is_circulated(rapporteur, draft, fia, liaison):
    write(rapporteur, draft, ParagraphKind.ACTION, text="Draw up the list", owner=fia)
    write(rapporteur, draft, ParagraphKind.COMMITMENT, text="Train forty officers", owner=fia)
    assert not Action.objects.readable_by(liaison).exists()
    assert not Commitment.objects.readable_by(liaison).exists()
    services.circulate_record(rapporteur, draft)
    assert Action.objects.readable_by(liaison).count() == Commitment.objects.readable_by(liaison).count() == 1


def test_what_a_closed_record_makes_is_closed_too(space, meeting, fia, liaison):
    chair = make_member(space, Role.CHAIR)
    record = mark(services.open_record(chair, meeting), Marking.RED, users=[chair])
    write(chair, record, ParagraphKind.ACTION, text="Draw up the list", owner=fia)
    services.circulate_record(chair, record)
    assert not Action.objects.readable_by(liaison).exists()
    assert Action.objects.get().marking == Marking.RED


def test_what_a_public_record_makes_is_for_the_members(space, fia):
    chair = make_member(space, Role.CHAIR)
    meeting = mark(make_meeting(space), Marking.CLEAR)
    record = mark(services.open_record(chair, meeting), Marking.CLEAR)
    write(chair, record, ParagraphKind.ACTION, text="Draw up the list", owner=fia)
    services.circulate_record(chair, record)
    assert Action.objects.get().marking == Marking.AMBER


def test_an_action_marked_otherwise_in_the_meantime_stays_as_marked(space, draft, rapporteur, fia, liaison):
    write(rapporteur, draft, ParagraphKind.ACTION, text="Draw up the list", owner=fia)
    mark(Action.objects.get(), Marking.RED, users=[rapporteur])
    services.circulate_record(rapporteur, draft)
    assert Action.objects.get().marking == Marking.RED


def test_a_reworded_paragraph_rewords_the_action(rapporteur, draft, fia):
    paragraph = write(rapporteur, draft, ParagraphKind.ACTION, text="Draw up the list", owner=fia)
    services.edit_paragraph(rapporteur, paragraph, version=1, text="Draw up the list of posts")
    assert Action.objects.get().title == "Draw up the list of posts"


def test_a_paragraph_that_an_action_came_from_stays(rapporteur, draft, fia):
    paragraph = write(rapporteur, draft, ParagraphKind.ACTION, text="Draw up the list", owner=fia)
    with pytest.raises(ValidationError):
        services.remove_paragraph(rapporteur, paragraph, version=1)


def test_a_reader_of_the_record_does_not_see_the_state_of_an_action_closed_to_the_reader(
    rapporteur, draft, fia, liaison
):
    write(rapporteur, draft, ParagraphKind.ACTION, text="Draw up the list", owner=fia)
    services.circulate_record(rapporteur, draft)
    mark(Action.objects.get(), Marking.RED, users=[rapporteur])
    draft.refresh_from_db()
    assert selectors.sections_shown(draft, liaison)[0].paragraphs[0].actions == []
    assert len(selectors.sections_shown(draft, rapporteur)[0].paragraphs[0].actions) == 1


# --- the Chatham House Rule ----------------------------------------------------------------------------------------
@pytest.fixture
def under_the_rule(space, meeting, fia):
    """A circulated record of one statement, said by a named director for the ministry of interior."""
    director = make_member(space, Role.READER, fia, name="Canary Director")
    person = Person.objects.create(name="Canary Director", user=director)
    post = Post.objects.create(organisation=fia, title="Director General", person=person)
    Attendance.objects.create(meeting=meeting, organisation=fia, post=post)
    record = make_record(meeting, chatham_house=True)
    make_paragraph(
        record,
        kind=ParagraphKind.STATEMENT,
        text="We shall train forty officers.",
        speaker_post=post,
        speaker_organisation=fia,
        on_behalf_of=make_organisation("MOI"),
    )
    return record, director


def test_under_the_rule_only_those_who_attended_are_told_who_spoke(space, under_the_rule):
    record, director = under_the_rule
    [paragraph] = selectors.sections_shown(record, director)[0].paragraphs
    assert (paragraph.speaker, paragraph.on_behalf_of) == ("Canary Director, Director General, FIA", "MOI (PK)")
    for role in Role.values:
        [paragraph] = selectors.sections_shown(record, make_member(space, role))[0].paragraphs
        assert paragraph.text == "We shall train forty officers."
        assert paragraph.names_withheld
        assert "Canary" not in repr(paragraph) and "FIA" not in repr(paragraph) and "MOI" not in repr(paragraph)


def test_under_the_rule_what_can_be_found_has_no_names(under_the_rule):
    record, _director = under_the_rule
    [(_section, _paragraph, text)] = selectors.texts_for_all_readers(record)
    assert text == "We shall train forty officers."
    with frozen.suspended(connection):  # a promise is not taken back
        Record.objects.update(chatham_house=False)
    [(_section, _paragraph, text)] = selectors.texts_for_all_readers(Record.objects.get())
    assert "Canary Director" in text


def test_the_audit_trail_never_says_who_spoke(rapporteur, draft, fia):
    paragraph = write(rapporteur, draft, ParagraphKind.STATEMENT, speaker_organisation=fia)
    services.edit_paragraph(rapporteur, paragraph, version=1, text="Otherwise.", on_behalf_of=fia)
    for entry in AuditEntry.objects.filter(verb__startswith="paragraph"):
        assert {*entry.before, *entry.after} <= {"kind", "text", "version"}


def test_a_rapporteur_who_did_not_attend_does_not_change_who_spoke(rapporteur, draft, fia):
    paragraph = write(rapporteur, draft, ParagraphKind.STATEMENT, speaker_organisation=fia)
    services.keep_under_chatham_house(rapporteur, draft)
    services.edit_paragraph(rapporteur, paragraph, version=1, text="Otherwise.")
    with pytest.raises(PermissionDenied):
        services.edit_paragraph(rapporteur, paragraph, version=2, speaker_organisation=None)


def test_nobody_gets_at_the_names_by_writing_themselves_down_as_present(space, rapporteur, meeting, under_the_rule):
    person = Person.objects.create(name=rapporteur.name, user=rapporteur)
    with pytest.raises(ValidationError):
        services.note_attendance(rapporteur, meeting, organisation=rapporteur.organisation, person=person)
    other = make_member(space, Role.RAPPORTEUR)
    services.note_attendance(other, meeting, organisation=rapporteur.organisation, person=person)
    assert access.may_see_names(rapporteur, Record.objects.get())


def test_a_meeting_without_an_agenda_has_a_record_of_one_section(rapporteur, space):
    meeting = make_meeting(space)
    record = services.open_record(rapporteur, meeting)
    write(rapporteur, record)
    assert record.sections.count() == 1


def test_the_day_of_a_meeting_is_that_of_its_place(space):
    from datetime import UTC, datetime

    late = datetime(2026, 3, 1, 21, 0, tzinfo=UTC)
    meeting = make_meeting(space, starts_at=late, ends_at=late + timedelta(hours=1), time_zone="Asia/Karachi")
    assert meeting.day == date(2026, 3, 2)


# --- what a reopened draft says waits until it is circulated ---------------------------------------------------------
def test_the_words_of_a_reopened_draft_reach_its_action_only_when_it_is_circulated_again():
    space, fia = make_space("Border management"), make_organisation("FIA")
    rapporteur = make_member(space, Role.RAPPORTEUR, fia)
    record = services.open_record(rapporteur, make_meeting(space))
    section = record.sections.get()
    paragraph = services.add_paragraph(rapporteur, section, kind="action", text="Send the list", owner=fia)
    services.circulate_record(rapporteur, record)
    services.reopen_record(rapporteur, record)

    for words in ("Send the secret list", "Send the whole list"):
        paragraph.refresh_from_db()
        services.edit_paragraph(rapporteur, paragraph, version=paragraph.version, text=words)
        assert Action.objects.get().title == "Send the list"

    services.circulate_record(rapporteur, record)
    assert Action.objects.get().title == "Send the whole list"


def test_whoever_may_not_see_who_spoke_learns_nothing_from_saving_the_text():
    space = make_space("Border management")
    fia, rapporteur = make_organisation("FIA"), make_member(space, Role.RAPPORTEUR)
    meeting = make_meeting(space)
    post = Post.objects.create(organisation=fia, title="Director", ends_on=meeting.day)
    record = services.open_record(rapporteur, meeting)
    paragraph = services.add_paragraph(
        rapporteur, record.sections.get(), kind="statement", text="We agree.", speaker_post=post
    )
    Post.objects.filter(pk=post.pk).update(ends_on=meeting.day - timedelta(days=9))

    services.edit_paragraph(rapporteur, paragraph, version=paragraph.version, text="We agree now.")

    paragraph.refresh_from_db()
    assert paragraph.text == "We agree now."
