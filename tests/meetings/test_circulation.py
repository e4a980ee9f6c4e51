"""A record goes round the delegations: rounds, answers, comments, versions, and what is put right afterwards."""

from datetime import timedelta
from itertools import product
from uuid import uuid4

import pytest
from django.core.exceptions import PermissionDenied, ValidationError
from django.db import DatabaseError, connection, transaction
from django.urls import reverse
from django.utils import timezone

from coordination import access
from coordination import services as coordination
from coordination.models import Action, AuditEntry, Marking, Organisation, Person, Post, Role
from coordination.services import StaleVersion
from meetings import services
from meetings.models import (
    Answer,
    AnswerKind,
    CommentState,
    Corrigendum,
    Paragraph,
    Record,
    RecordComment,
    RecordState,
    Round,
    Section,
    VersionParagraph,
)
from meetings.selectors import circulation
from tests.factories import (
    make_meeting,
    make_member,
    make_organisation,
    make_record,
    make_space,
    make_user,
    mark,
)

pytestmark = [pytest.mark.django_db, pytest.mark.both_stacks]

TOMORROW = timedelta(days=1)


def an_organisation(acronym, country="PK"):
    """The same one in a second world."""
    return Organisation.objects.filter(acronym=acronym).first() or make_organisation(acronym, country)


class World:
    """Two delegations at a meeting, FIA and MOI, a third organisation in the space, and who keeps the record."""

    def __init__(self, *, silence: bool = False, chatham_house: bool = False) -> None:
        self.space = make_space("Border management")
        self.fia, self.moi, self.eu = (an_organisation(name) for name in ("FIA", "MOI", "EUD"))
        self.of_fia = make_member(self.space, Role.CONTRIBUTOR, self.fia, name="Canary Fia")
        self.of_moi = make_member(self.space, Role.CONTRIBUTOR, self.moi)
        self.of_eu = make_member(self.space, Role.CONTRIBUTOR, self.eu)
        self.reader_of_fia = make_member(self.space, Role.READER, self.fia)
        self.rapporteur = make_member(self.space, Role.RAPPORTEUR, an_organisation("ICMPD", None))
        self.chair = make_member(self.space, Role.CHAIR, an_organisation("SEC", None))
        self.outsider = make_user(organisation=self.fia)
        self.meeting = make_meeting(self.space, title="Talks on training", silence_is_agreement=silence)
        for organisation in (self.fia, self.moi):
            self.meeting.attendance.create(organisation=organisation)
        self.record = services.open_record(self.rapporteur, self.meeting, chatham_house=chatham_house)
        self.first = self.write("The parties met in Islamabad.")
        self.second = self.write("The parties agreed on forty officers.")

    def write(self, text, **fields):
        fields.setdefault("kind", "summary")
        return services.add_paragraph(self.rapporteur, self.record.sections.get(), text=text, **fields)

    def circulate(self, **fields):
        self.record = services.circulate_record(self.rapporteur, self.record, **fields)
        return services.last_round(self.record)

    def answer(self, user, kind=AnswerKind.AGREED, **fields):
        answer = Answer.objects.filter(round=services.last_round(self.record), organisation=user.organisation).first()
        return services.answer_record(user, self.record, kind=kind, version=answer.version if answer else 1, **fields)

    def pass_the_deadline(self):
        Round.objects.update(due_at=timezone.now() - timedelta(minutes=1))

    def agree(self):
        self.circulate()
        for user in (self.of_fia, self.of_moi):
            self.answer(user)
        self.record = services.agree_record(self.chair, self.record)
        return self.record

    def tomorrow(self):
        return (timezone.now() + 2 * TOMORROW).date()


@pytest.fixture
def world():
    return World()


def kinds(world):
    rows = Answer.objects.filter(round=services.last_round(world.record))
    return {row.organisation.acronym: row.kind for row in rows}


# --- rounds ----------------------------------------------------------------------------------------------------------
def test_the_delegations_that_attended_are_asked_and_the_text_is_kept_as_a_version(world):
    begun = world.circulate(due_on=world.tomorrow(), note="Please look at item 1.")
    assert kinds(world) == {"FIA": "awaited", "MOI": "awaited"}
    assert [row.text for row in begun.paragraphs.all()] == [world.first.text, world.second.text]
    assert (begun.number, begun.note) == (1, "Please look at item 1.")
    assert begun.due_at.astimezone(world.meeting.zone).time().hour == 23


def test_others_of_the_space_can_be_asked_and_nobody_who_could_not_answer(world):
    absent = make_organisation("NADRA")
    with pytest.raises(ValidationError) as refusal:
        world.circulate(organisations=[world.fia, absent])
    assert list(refusal.value.message_dict) == ["organisations"]
    assert Record.objects.get().state == RecordState.DRAFT
    world.circulate(organisations=[world.eu])
    assert kinds(world) == {"EUD": "awaited"}


def test_an_organisation_that_may_not_read_the_record_is_not_asked(world):
    mark(world.record, Marking.AMBER_STRICT, organisations=[world.fia, world.rapporteur.organisation])
    world.record.refresh_from_db()
    assert {one.acronym for one in services.organisations_to_ask(world.record)} == {"FIA", "ICMPD"}
    world.circulate()
    assert kinds(world) == {"FIA": "awaited"}


@pytest.mark.parametrize("days", [-1, 400])
def test_a_day_that_is_over_or_far_off_is_refused_beside_its_field(world, days):
    with pytest.raises(ValidationError) as refusal:
        world.circulate(due_on=(timezone.now() + timedelta(days=days)).date())
    assert list(refusal.value.message_dict) == ["due_on"]


def test_a_second_round_asks_anew_of_the_text_as_it_is_by_then_and_is_made_once(world):
    world.circulate()
    world.answer(world.of_fia)
    comment = services.comment_on(world.of_moi, world.first, wording="The parties met in Lahore.")
    services.decide_comment(world.rapporteur, comment, state="taken_up", version=1)
    for _ in range(2):
        services.circulate_again(world.rapporteur, world.record, after_round=1)
    assert [one.number for one in world.record.rounds.all()] == [1, 2]
    assert kinds(world) == {"FIA": "awaited", "MOI": "awaited"}
    texts = [world.record.rounds.get(number=number).paragraphs.first().text for number in (1, 2)]
    assert texts == ["The parties met in Islamabad.", "The parties met in Lahore."]
    with pytest.raises(StaleVersion):
        services.circulate_again(world.rapporteur, world.record, after_round=0)


def test_a_reopened_record_asks_nobody_until_it_circulates_again(world):
    world.circulate()
    world.record = services.reopen_record(world.rapporteur, world.record)
    with pytest.raises((ValidationError, PermissionDenied)):
        world.answer(world.of_fia)
    assert world.circulate().number == 2


# --- answers: every answer, of everybody, at every time --------------------------------------------------------------
MAY_ANSWER = {"of_fia", "of_moi"}
PEOPLE = ("outsider", "reader_of_fia", "of_fia", "of_moi", "of_eu", "rapporteur", "chair")
TIMES = {
    "while it is asked": lambda world: None,
    "after the time to answer": World.pass_the_deadline,
    "in a draft": lambda world: services.reopen_record(world.rapporteur, world.record),
    "once it is agreed": lambda world: (
        world.pass_the_deadline(),
        services.agree_record(world.chair, world.record, reason="All agreed by telephone."),
    ),
}


def test_a_delegation_answers_by_its_contributors_while_it_is_asked_and_nobody_else_ever(world):
    world.circulate(due_on=world.tomorrow())
    for when, who, kind in product(TIMES, PEOPLE, [*AnswerKind.values, "no such answer"]):
        user = getattr(world, who)
        with transaction.atomic():
            TIMES[when](world)
            before = kinds(world)
            may = when == "while it is asked" and who in MAY_ANSWER and kind in ("agreed", "reservation")
            words = {"reservation": "Not article 4."} if kind == "reservation" else {}
            if may:
                world.answer(user, kind, **words)
                assert kinds(world) == before | {user.organisation.acronym: kind}
            else:
                with pytest.raises((PermissionDenied, ValidationError)):
                    world.answer(user, kind, **words)
                assert kinds(world) == before
            assert (
                services.answer_open_to(user, Record.objects.get(), services.last_round(world.record)) is not None
            ) == (when == "while it is asked" and who in MAY_ANSWER)
            transaction.set_rollback(True)


def test_an_answer_can_be_changed_until_the_time_is_over_and_an_older_form_changes_nothing(world):
    world.circulate(due_on=world.tomorrow())
    world.answer(world.of_fia, "reservation", reservation="Not article 4.")
    services.answer_record(world.of_fia, world.record, kind="reservation", reservation="Not article 4.", version=1)
    with pytest.raises(StaleVersion):
        services.answer_record(world.of_fia, world.record, kind="agreed", version=1)
    world.answer(world.of_fia, "agreed")
    answer = Answer.objects.get(organisation=world.fia)
    assert (answer.kind, answer.reservation) == ("agreed", "")


def test_a_reservation_says_what_it_is(world):
    world.circulate()
    with pytest.raises(ValidationError) as refusal:
        world.answer(world.of_fia, "reservation", reservation="  ")
    assert list(refusal.value.message_dict) == ["reservation"]


# --- silence and agreement -------------------------------------------------------------------------------------------
def test_silence_is_agreement_where_the_meeting_says_so_and_nowhere_else():
    lenient, strict = World(silence=True), World()
    for world in (lenient, strict):
        world.circulate(due_on=world.tomorrow())
        world.answer(world.of_fia, "reservation", reservation="Not article 4.")
    assert services.count_silence() == 0
    lenient.pass_the_deadline()
    assert services.count_silence() == 1
    assert services.count_silence() == 0
    assert kinds(lenient) == {"FIA": "reservation", "MOI": "silence"}
    assert kinds(strict) == {"FIA": "reservation", "MOI": "awaited"}
    assert AuditEntry.objects.get(verb="silence counted as agreement").actor is None


def test_a_rule_made_after_the_record_went_out_counts_nobodys_silence(world):
    world.circulate(due_on=world.tomorrow())
    type(world.meeting).objects.update(silence_is_agreement=True)
    world.pass_the_deadline()
    assert services.count_silence() == 0


def test_with_more_time_those_who_were_silent_are_asked_again():
    world = World(silence=True)
    world.circulate(due_on=world.tomorrow())
    world.pass_the_deadline()
    services.count_silence()
    with pytest.raises(ValidationError):
        services.extend_round(world.rapporteur, world.record, due_on=(timezone.now() - TOMORROW).date())
    services.extend_round(world.rapporteur, world.record, due_on=world.tomorrow())
    assert set(kinds(world).values()) == {"awaited"}
    world.answer(world.of_moi)
    with pytest.raises(PermissionDenied):
        services.extend_round(world.of_fia, world.record, due_on=world.tomorrow() + 3 * TOMORROW)


def test_nothing_is_agreed_over_the_heads_of_delegations(world):
    world.circulate(due_on=world.tomorrow())
    world.answer(world.of_fia)

    def refused(**fields):
        with pytest.raises(ValidationError) as refusal:
            services.agree_record(world.chair, world.record, **fields)
        assert Record.objects.get().state == RecordState.CIRCULATED
        return " ".join(refusal.value.messages)

    assert "MOI" in refused(reason="In a hurry.")  # they still have time
    proposal = services.comment_on(world.of_fia, world.first, wording="The parties met in Lahore.")
    world.pass_the_deadline()
    assert "wording" in refused(reason="In a hurry.")
    services.decide_comment(world.rapporteur, proposal, state="taken_up", version=1)
    assert "changed" in refused(reason="In a hurry.")
    services.circulate_again(world.rapporteur, world.record, after_round=1)
    assert "MOI" in refused()
    world.answer(world.of_fia)
    services.agree_record(world.chair, world.record, reason="MOI agreed by telephone.")
    assert AuditEntry.objects.get(verb="record agreed").reason == "MOI agreed by telephone."


# --- comments --------------------------------------------------------------------------------------------------------
MAY_COMMENT = {"of_fia", "of_moi", "rapporteur", "chair"}


def test_delegations_and_those_who_keep_the_record_comment_while_it_is_with_the_delegations(world):
    world.circulate(due_on=world.tomorrow())
    for when, who in product(TIMES, PEOPLE):
        user = getattr(world, who)
        with transaction.atomic():
            TIMES[when](world)
            if when == "while it is asked" and who in MAY_COMMENT:
                comment = services.comment_on(user, world.first, text="It was in Lahore.")
                assert (comment.organisation, comment.words_then) == (user.organisation, world.first.text)
            else:
                with pytest.raises((PermissionDenied, ValidationError)):
                    services.comment_on(user, world.first, text="It was in Lahore.")
                assert not RecordComment.objects.exists()
            transaction.set_rollback(True)


def test_a_comment_says_something(world):
    world.circulate()
    for fields in ({}, {"text": " "}, {"wording": world.first.text}):
        with pytest.raises(ValidationError) as refusal:
            services.comment_on(world.of_fia, world.first, **fields)
        assert list(refusal.value.message_dict) == ["text"]


def test_a_proposal_is_decided_by_those_who_keep_the_record_once(world):
    world.circulate()
    for who, state in product(PEOPLE, CommentState.values):
        with transaction.atomic():
            comment = services.comment_on(world.of_fia, world.first, wording="The parties met in Lahore.")
            if who in {"rapporteur", "chair"} and state in ("taken_up", "declined"):
                decided = services.decide_comment(getattr(world, who), comment, state=state, version=1, reply="Noted.")
                assert (decided.state, decided.reply) == (state, "Noted.")
                services.decide_comment(getattr(world, who), comment, state=state, version=1)  # pressed twice
                other = "declined" if state == "taken_up" else "taken_up"
                with pytest.raises(ValidationError):
                    services.decide_comment(world.chair, comment, state=other, version=2)
                with pytest.raises(ValidationError):
                    services.withdraw_comment(world.of_fia, comment)
            else:
                with pytest.raises((PermissionDenied, ValidationError)):
                    services.decide_comment(getattr(world, who), comment, state=state, version=1)
            text = Paragraph.objects.get(pk=world.first.pk).text
            may = who in {"rapporteur", "chair"} and state == "taken_up"
            assert text == ("The parties met in Lahore." if may else "The parties met in Islamabad.")
            transaction.set_rollback(True)


def test_a_comment_is_taken_back_by_its_own_delegation_only(world):
    world.circulate()
    colleague = make_member(world.space, Role.CONTRIBUTOR, world.fia)
    comment = services.comment_on(world.of_fia, world.first, text="It was in Lahore.")
    for user in (world.of_moi, world.rapporteur, world.reader_of_fia, world.outsider):
        with pytest.raises(PermissionDenied):
            services.withdraw_comment(user, comment)
    assert services.withdraw_comment(colleague, comment).state == "withdrawn"


def test_what_was_reworded_in_the_meantime_is_not_overwritten(world):
    world.circulate()
    one = services.comment_on(world.of_fia, world.first, wording="The parties met in Lahore.")
    other = services.comment_on(world.of_moi, world.first, wording="The parties met in Karachi.")
    services.decide_comment(world.rapporteur, one, state="taken_up", version=1)
    with pytest.raises(StaleVersion):
        services.decide_comment(world.chair, other, state="taken_up", version=1)
    services.decide_comment(world.chair, other, state="taken_up", wording="They met in Lahore and Karachi.", version=2)
    assert Paragraph.objects.get(pk=world.first.pk).text == "They met in Lahore and Karachi."


def test_a_reworded_action_is_reworded_in_the_list_too(world):
    paragraph = world.write("Draw up the list", kind="action", owner=world.fia)
    world.circulate()
    proposal = services.comment_on(world.of_fia, paragraph, wording="Draw up the list of posts")
    services.decide_comment(world.rapporteur, proposal, state="taken_up", version=1)
    assert Action.objects.get().title == "Draw up the list of posts"
    long = services.comment_on(world.of_fia, paragraph, wording="x" * 300)
    with pytest.raises(ValidationError):
        services.decide_comment(world.rapporteur, long, state="taken_up", version=2)


def test_a_comment_outlives_the_paragraph_that_it_is_about(world):
    world.circulate()
    services.comment_on(world.of_fia, world.first, text="This was not said.")
    services.reopen_record(world.rapporteur, world.record)
    services.remove_paragraph(world.rapporteur, world.first, version=1)
    world.record.refresh_from_db()
    assert [one.text for one in circulation.comments_of(world.record, world.rapporteur)[""]] == ["This was not said."]


# --- versions and differences ----------------------------------------------------------------------------------------
def runs(record, before, after, user):
    return [
        [(run.kind, run.text) for run in row.runs]
        for section in circulation.differences_between(record, before, after, user)
        for row in section.changed
    ]


def test_the_differences_between_any_two_versions_are_told_in_words(world):
    world.circulate()
    services.reopen_record(world.rapporteur, world.record)
    services.edit_paragraph(world.rapporteur, world.second, version=1, text="The parties agreed on fifty officers.")
    services.remove_paragraph(world.rapporteur, world.first, version=1)
    world.write("They will meet again.")
    world.circulate()
    told = runs(world.record, 1, 2, world.of_fia)
    assert told == runs(world.record, 1, circulation.PRESENT, world.of_fia)
    assert told == [
        [("deleted", "The parties met in Islamabad.")],
        [
            ("same", "The parties agreed on "),
            ("deleted", "forty"),
            ("inserted", "fifty"),
            ("same", " officers."),
        ],
        [("inserted", "They will meet again.")],
    ]
    assert runs(world.record, 2, circulation.PRESENT, world.of_fia) == []


# --- the Chatham House Rule ------------------------------------------------------------------------------------------
def under_the_rule():
    """FIA's director spoke and attended; in the second round the ministry is said to have spoken instead."""
    world = World(chatham_house=True)
    director = make_member(world.space, Role.CONTRIBUTOR, world.fia, name="Canary Director")
    post = Post.objects.create(
        organisation=world.fia, title="Canary Post", person=Person.objects.create(name="Canary Director", user=director)
    )
    world.meeting.attendance.filter(organisation=world.fia).update(post=post)
    said = world.write("We shall train.", kind="statement", speaker_post=post)
    world.circulate()
    services.reopen_record(world.rapporteur, world.record)
    Paragraph.objects.filter(pk=said.pk).update(speaker_post=None, speaker_organisation=world.moi)
    world.circulate()
    services.comment_on(world.of_moi, said, text="We never said so.")
    world.answer(world.of_moi, "reservation", reservation="Who spoke is wrong.")
    world.record = Record.objects.get(pk=world.record.pk)
    return world, director


def everything_shown(world, user):
    return "\n".join(
        repr(shown)
        for shown in (
            circulation.wordings_of(world.record, 1, user),
            circulation.wordings_of(world.record, 2, user),
            circulation.differences_between(world.record, 1, 2, user),
            circulation.comments_of(world.record, user),
            circulation.reservations_on(world.record, user),
            circulation.agreed_by(world.record, user),
            [answer for answer in circulation.standing_of(world.record, user).answers if not answer.is_withheld],
        )
    )


def test_under_the_rule_no_version_difference_comment_or_reservation_tells_who_it_was():
    world, director = under_the_rule()
    for user in (world.chair, world.rapporteur, world.of_eu, world.reader_of_fia):
        shown = everything_shown(world, user)
        assert "Canary" not in shown and "MOI" not in shown
        assert "We shall train." in shown and "We never said so." in shown
    # That somebody else is said to have spoken would tell of a name too.
    assert runs(world.record, 1, 2, world.chair) == []
    shown = everything_shown(world, director)
    assert "Canary Post" in shown and "MOI" in shown
    assert len(runs(world.record, 1, 2, director)) == 1
    # One's own comment is one's own.
    assert "MOI" in repr(circulation.comments_of(world.record, world.of_moi))


def test_under_the_rule_the_chair_sees_who_has_answered_and_not_what():
    world, _director = under_the_rule()
    told = {one.organisation: one for one in circulation.standing_of(world.record, world.chair).answers}
    assert told["MOI in full"].is_withheld and not told["MOI in full"].label
    assert told["FIA in full"].kind == "awaited"
    assert circulation.standing_of(world.record, world.of_eu).answers == []


def test_the_trail_leads_from_no_name_to_its_words():
    world, _director = under_the_rule()
    for entry in AuditEntry.objects.filter(verb__in=["record commented on", "record answered"]):
        assert (entry.object_type.model, entry.object_id) == ("record", world.record.pk)
        assert not {"text", "wording", "reservation", "answer"} & {*entry.before, *entry.after}


# --- what was agreed stays -------------------------------------------------------------------------------------------
def test_no_service_changes_an_agreed_record(world):
    world.circulate()
    comment_before = services.comment_on(world.of_fia, world.first, text="It was in Lahore.")
    for user in (world.of_fia, world.of_moi):
        world.answer(user)
    record = services.agree_record(world.chair, world.record)
    section = record.sections.get()
    for step in (
        lambda: services.add_paragraph(world.chair, section, kind="summary", text="More."),
        lambda: services.edit_paragraph(world.chair, world.first, version=1, text="Otherwise."),
        lambda: services.remove_paragraph(world.chair, world.first, version=1),
        lambda: services.reopen_record(world.chair, record, reason="A mistake."),
        lambda: services.circulate_record(world.chair, record),
        lambda: services.circulate_again(world.chair, record, after_round=1),
        lambda: services.keep_under_chatham_house(world.chair, record),
        lambda: services.comment_on(world.of_fia, world.first, wording="Otherwise."),
        lambda: services.decide_comment(world.chair, comment_before, state="taken_up", wording="Otherwise.", version=1),
        lambda: services.withdraw_comment(world.of_fia, comment_before),
        lambda: world.answer(world.of_fia, "reservation", reservation="Not so."),
        lambda: services.extend_round(world.chair, record, due_on=world.tomorrow()),
        lambda: services.note_attendance(world.chair, world.meeting, organisation=world.eu),
        lambda: services.remove_attendance(world.chair, world.meeting.attendance.first()),
    ):
        with pytest.raises((ValidationError, PermissionDenied)):
            step()
    assert [one.text for one in Paragraph.objects.order_by("pk")] == [world.first.text, world.second.text]


def test_the_database_refuses_whatever_else_would_change_an_agreed_record(world):
    world.agree()
    services.correct(world.chair, world.first, text="The parties met in Lahore.", reason="A slip.")
    record, section = Record.objects.filter(), Section.objects.filter()
    for change in (
        lambda: Paragraph.objects.filter(pk=world.first.pk).update(text="Otherwise."),
        lambda: Paragraph.objects.filter(pk=world.first.pk).update(kind="decision"),
        lambda: Paragraph.objects.update(position=7),
        lambda: Paragraph.objects.filter(pk=world.second.pk).delete(),
        lambda: Paragraph.objects.bulk_create([Paragraph(section=section.get(), text="More.")]),
        lambda: section.update(title="Otherwise"),
        lambda: Section(record=record.get(), number=2).save(),
        lambda: record.update(state="draft"),
        lambda: record.update(state="circulated"),
        lambda: record.update(language="ur"),
        lambda: record.delete(),
        lambda: VersionParagraph.objects.update(text="Otherwise."),
        lambda: VersionParagraph.objects.all().delete(),
        lambda: Corrigendum.objects.update(text="Otherwise."),
        lambda: Corrigendum.objects.all().delete(),
        lambda: connection.cursor().execute("UPDATE meetings_paragraph SET text = 'Otherwise.'"),
    ):
        with pytest.raises(DatabaseError), transaction.atomic():
            change()
    services.publish_record(world.chair, world.record)
    for state in ("agreed", "circulated", "draft"):
        with pytest.raises(DatabaseError), transaction.atomic():
            record.update(state=state)


def test_a_promise_of_the_chatham_house_rule_is_not_taken_back_even_in_the_database():
    record = make_record(make_meeting(make_space()), RecordState.DRAFT, chatham_house=True)
    with pytest.raises(DatabaseError), transaction.atomic():
        Record.objects.filter(pk=record.pk).update(chatham_house=False)


def test_what_happens_around_an_agreed_record_goes_on(world):
    """Its marking, the agenda of the meeting, the meeting itself, and the actions that came of it."""
    world.agree()
    item = services.add_agenda_item(world.rapporteur, world.meeting, title="Any other business")
    services.remove_agenda_item(world.rapporteur, item)
    coordination.change_marking(world.chair, world.record, Marking.RED, users=[world.chair])
    coordination.change_marking(world.chair, world.record, Marking.AMBER, reason="All attended.")
    world.meeting.save()
    assert access.may_read(world.of_fia, Record.objects.get())


# --- corrigenda ------------------------------------------------------------------------------------------------------
def test_a_chair_puts_an_agreed_record_right_beside_its_words(world):
    with pytest.raises(ValidationError):
        services.correct(world.chair, world.first, text="Otherwise.", reason="A slip.")  # a draft
    world.agree()
    for who in set(PEOPLE) - {"chair"}:
        with pytest.raises(PermissionDenied):
            services.correct(getattr(world, who), world.first, text="Otherwise.", reason="A slip.")
    services.correct(world.chair, world.first, text="The parties met in Lahore.", reason="A slip.")
    services.correct(world.chair, world.first, text="The parties met in Karachi.", reason="Another slip.")
    with pytest.raises(ValidationError) as refusal:
        services.correct(world.chair, world.first, text="The parties met in Karachi.", reason="Again.")
    assert list(refusal.value.message_dict) == ["text"]
    [first, second] = circulation.corrigenda_of(world.record, world.of_fia)[world.first.key]
    assert [(run.kind, run.text) for run in second.runs] == [
        ("same", "The parties met in "),
        ("deleted", "Lahore."),
        ("inserted", "Karachi."),
    ]
    assert (first.reason, Paragraph.objects.get(pk=world.first.pk).text) == ("A slip.", "The parties met in Islamabad.")


# --- marking per section ---------------------------------------------------------------------------------------------
def test_a_section_marked_narrower_takes_all_of_it_along(world):
    from meetings import selectors

    paragraph = world.write("Draw up the secret list", kind="action", owner=world.fia)
    world.circulate()
    services.comment_on(world.of_fia, world.first, text="Canary comment.")
    section = Section.objects.get()
    author = make_member(world.space, Role.RAPPORTEUR, world.fia)
    coordination.change_marking(author, section, Marking.AMBER_STRICT, organisations=[world.fia])
    record = Record.objects.get()
    for user, reads in ((world.of_fia, True), (world.of_moi, False), (world.rapporteur, False)):
        assert bool(selectors.sections_shown(record, user)) is reads
        assert bool(circulation.wordings_of(record, 1, user)) is reads
        assert bool(circulation.comments_of(record, user)) is reads
        assert bool(circulation.differences_between(record, 1, 0, user)) is reads
        assert Action.objects.readable_by(user).exists() is reads
        assert access.may_read(user, record)
        assert access.may_read(user, Paragraph.objects.get(pk=paragraph.pk)) is reads
    with pytest.raises(PermissionDenied):
        services.comment_on(world.of_moi, world.first, text="What is this?")


def test_a_section_is_never_wider_than_its_record_and_follows_it(world):
    section = Section.objects.get()
    assert section.audience == world.record.audience
    world.circulate()
    section.refresh_from_db()
    assert access.may_read(world.of_eu, section)
    mark(world.record, Marking.RED, users=[world.of_fia])
    section.refresh_from_db()
    assert access.may_read(world.of_fia, section) and not access.may_read(world.of_eu, section)


def test_who_may_not_read_a_section_does_not_write_in_it(world):
    section = Section.objects.get()
    author = make_member(world.space, Role.RAPPORTEUR, world.fia)
    coordination.change_marking(author, section, Marking.RED, users=[author])
    for step in (
        lambda: services.add_paragraph(world.rapporteur, section, kind="summary", text="More."),
        lambda: services.edit_paragraph(world.rapporteur, world.first, version=1, text="Otherwise."),
        lambda: services.remove_paragraph(world.rapporteur, world.first, version=1),
    ):
        with pytest.raises(PermissionDenied):
            step()
    services.add_paragraph(author, section, kind="summary", text="More.")


# --- the pages --------------------------------------------------------------------------------------------------------
def test_a_record_goes_round_by_its_pages(world, client):
    """Circulated, commented on, answered, taken up, circulated again, agreed, corrected: as each of them does it."""

    def page(user, name, status=200, post=None, query="", **kwargs):
        client.force_login(user)
        address = reverse(name, kwargs={"key": world.meeting.key, **kwargs}) + query
        answer = client.get(address) if post is None else client.post(address, post)
        assert answer.status_code == status, (name, answer.status_code)
        return answer.content.decode()

    said = {"paragraph": world.first.key}
    new = {"submission": str(uuid4())}
    asked = [world.fia.pk, world.moi.pk]
    day = world.tomorrow()
    services.keep_draft(world.chair, world.record.sections.get(), uuid4(), text="Half a sentence")
    assert "FIA in full" in (offered := page(world.rapporteur, "record_circulate")) and "Half a sentence" in offered
    page(world.of_fia, "record_circulate", 404)
    past = {"organisations": asked, "due_on": (timezone.now() - 3 * TOMORROW).date(), "after_round": 0, "note": "Look."}
    refused = page(world.rapporteur, "record_circulate", post=past)
    assert "This day is over." in refused and "Look." in refused
    page(world.rapporteur, "record_circulate", 302, post=past | {"due_on": day})

    assert "The answer of FIA in full" in page(world.of_fia, "record_detail")
    assert "The answer of" not in page(world.of_eu, "record_detail")
    assert world.first.text in page(world.of_fia, "comment_new", **said)
    page(world.of_eu, "comment_new", 404, **said)
    assert "Say something" in page(world.of_fia, "comment_new", post={**new, "wording": world.first.text}, **said)
    page(world.of_fia, "comment_new", 302, post={**new, "wording": "The parties met in Lahore."}, **said)
    comment = {"comment": RecordComment.objects.get().key}
    shown = page(world.of_moi, "record_detail")
    assert "proposes another wording" in shown and "Decide on it" not in shown
    page(world.of_moi, "record_answer", 302, post={"kind": "agreed", "version": 1})
    assert "Say what the reservation is." in page(
        world.of_fia, "record_answer", post={"kind": "reservation", "version": 1}
    )
    page(world.of_fia, "record_answer", 302, post={"kind": "reservation", "reservation": "Not so fast.", "version": 1})
    page(world.of_eu, "record_answer", 404, post={"kind": "agreed", "version": 1})
    assert "2 of 2 delegations have answered" in page(world.chair, "record_detail")
    assert "delegations have answered" not in page(world.of_fia, "record_detail")

    page(world.of_moi, "comment_decide", 404, **comment)
    page(world.rapporteur, "comment_decide", **comment)
    page(world.rapporteur, "comment_decide", 302, **comment, post={
        "state": "taken_up", "wording": "The parties met in Lahore.", "version": 1, "reply": "Right.",
    })  # fmt: skip
    assert "circulate it again" in page(world.chair, "record_detail")
    page(world.chair, "record_extend")
    page(world.chair, "record_extend", 302, post={"due_on": day + TOMORROW})
    page(world.rapporteur, "record_circulate", 302, post={"organisations": asked, "after_round": 1})
    told = page(world.of_eu, "record_differences", query="?from=1&to=2")
    assert "Islamabad." in told and "<ins>" in told and world.second.text not in told
    assert world.second.text in page(world.of_eu, "record_differences", query="?from=1&to=2&whole=1")
    page(world.of_eu, "record_differences", query="?from=x&to=99")
    assert "Islamabad" in page(world.of_eu, "record_version", number=1)
    page(world.of_eu, "record_version", 404, number=3)
    page(world.outsider, "record_version", 404, number=1)

    page(world.of_fia, "record_answer", 302, post={"kind": "reservation", "reservation": "Not so fast.", "version": 1})
    refused = page(world.chair, "record_move", post={"state": "agreed"})
    assert "without an answer of MOI" in refused and 'name="reason"' in refused
    page(world.chair, "record_move", 302, post={"state": "agreed", "reason": "By telephone."})
    agreed = page(world.of_eu, "record_detail")
    assert "Not so fast." in agreed and "FIA in full" in agreed
    page(world.chair, "record_circulate", 404)
    page(world.rapporteur, "paragraph_correct", 404, **said)
    page(world.chair, "paragraph_correct", **said)
    page(
        world.chair,
        "paragraph_correct",
        302,
        post={**new, "text": "The parties met in Karachi.", "reason": "A slip."},
        **said,
    )
    corrected = page(world.of_eu, "record_detail")
    assert "A slip." in corrected and "Karachi." in corrected


def test_the_page_of_a_record_asks_as_much_of_many_comments_as_of_few(world, client, django_assert_max_num_queries):
    world.circulate()
    client.force_login(world.chair)
    counts = []
    for _ in range(2):
        for paragraph in Paragraph.objects.all():
            for user in (world.of_fia, world.of_moi):
                services.comment_on(user, paragraph, text="Hm.", wording="Otherwise.")
        with django_assert_max_num_queries(40) as captured:
            client.get(world.record.get_absolute_url())
        counts.append(len(captured))
    assert counts[0] == counts[1]
