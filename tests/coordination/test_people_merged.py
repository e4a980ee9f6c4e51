"""Two entries of one person: found, looked at side by side, told apart, or made one with all that pointed to them."""

from datetime import date, timedelta

import pytest
from django.core.exceptions import PermissionDenied, ValidationError
from django.urls import reverse
from django.utils import timezone

from coordination import access, selectors, services
from coordination.models import Action, AuditEntry, NotOnePerson, Person, Post, Role
from coordination.people_names import key_of_name
from meetings.models import Attendance, Meeting
from search.models import Entry
from tests.factories import (
    join,
    make_action,
    make_meeting,
    make_member,
    make_paragraph,
    make_record,
    make_user,
    make_visit,
)

pytestmark = [pytest.mark.django_db, pytest.mark.both_stacks]
REASON = "The same official, entered twice."


def holder(organisation, name, title="Desk officer", **fields):
    person = Person.objects.create(name=name, **fields)
    Post.objects.create(organisation=organisation, title=title, person=person, kept=True, starts_on=date(2024, 1, 1))
    return person


def merged(actor, kept, gone):
    seen = services.seen_of(Person.objects.get(pk=kept.pk), Person.objects.get(pk=gone.pk))
    return services.merge_people(actor, kept, gone, reason=REASON, seen=seen)


def test_those_who_may_be_one_are_found_by_name_mail_and_post_and_others_are_not(fia, moi, secretary):
    same = holder(fia, "Жээнбеков Сооронбай"), holder(moi, "Sooronbay Jeenbekov")
    vowels = holder(fia, "Muhammad Ali"), holder(fia, "محمد علی", title="Adviser")
    mails = holder(fia, "A. Khan", email="khan@fia.example"), holder(moi, "Asad K.", email="KHAN@fia.example")
    titles = holder(fia, "Gulmira Asanova", title="Director"), holder(fia, "Gulmira Asanov", title=" director")
    holder(fia, "Somebody Else", title="Director")
    found = {frozenset((pair.one, pair.other)): pair.reasons for pair in selectors.pairs_that_may_be_one(secretary)}
    assert set(found) == {frozenset(pair) for pair in (same, vowels, mails, titles)}
    assert found[frozenset(same)] == ("the same name",) and found[frozenset(mails)] == ("the same e-mail address",)
    assert found[frozenset(titles)][-1].startswith("the same post")


def test_they_are_proposed_no_more_once_they_are_told_apart(client, fia, moi, secretary):
    one, other = holder(fia, "Ali Khan"), holder(moi, "Ali Khan")
    client.force_login(secretary)
    assert len(client.get(reverse("people_duplicates")).context["page"]) == 1
    for _time in range(2):
        client.post(reverse("people_apart", kwargs={"key": other.key, "other": one.key}))
    assert len(client.get(reverse("people_duplicates")).context["page"]) == 0
    assert NotOnePerson.objects.count() == AuditEntry.objects.filter(verb="people told apart").count() == 1


def test_a_merge_repoints_everything_and_leaves_one_who_says_what_both_said(space, fia, moi, chair, liaison, secretary):
    join(fia, space, Role.READER)
    kept = holder(fia, "Nargiza Saidova", languages=["ru"], phone="1")
    gone = holder(
        fia, "Саидова Наргиза", title="Desk Officer", languages=["uz", "ru"], phone="2", email="n@fia.example"
    )
    other_post = Post.objects.create(organisation=moi, title="Adviser", person=gone, listed=True)
    gone.user = make_member(space, Role.READER, fia, name="Nargiza Saidova-Karimova")
    gone.save()
    meeting, both = make_meeting(space), make_meeting(space)
    meeting.attendance.create(organisation=fia, person=gone, post=gone.posts.get(title="Desk Officer"))
    for person in (kept, gone):
        both.attendance.create(organisation=fia, person=person)
    action = make_action(space, fia, owner_person=gone)
    member = make_visit(space, organisation=fia).members.create(organisation=fia, person=gone)
    draft = meeting.save_revision()
    merged(secretary, kept, gone)
    kept.refresh_from_db()
    assert (
        not Person.objects.filter(pk=gone.pk).exists() and Entry.objects.standing().filter(kind="person").count() == 1
    )
    assert (kept.name, kept.user, kept.phone, kept.email) == (
        "Nargiza Saidova-Karimova",
        gone.user,
        "1",
        "n@fia.example",
    )
    assert kept.languages == ["ru", "uz"]
    # Of two rows that said the same of one post, one is left, and the meeting names it.
    desk = kept.posts.get(organisation=fia)
    assert set(kept.posts.all()) == {desk, other_post}
    assert Attendance.objects.get(meeting=meeting).post == desk and Attendance.objects.get(meeting=both).person == kept
    assert Action.objects.get(pk=action.pk).owner_person == kept
    member.refresh_from_db()
    assert member.person == kept
    assert Meeting.objects.get(pk=meeting.pk).get_latest_revision().pk == draft.pk
    [entry] = AuditEntry.objects.filter(verb="people merged")
    assert entry.before["name"] == "Саидова Наргиза" and entry.reason == REASON
    assert access.knows(make_user(), kept)  # by the listed post


def test_what_an_agreed_record_says_keeps_the_name_that_was_agreed(space, fia, chair, secretary):
    kept, gone = holder(fia, "Ali Khan"), holder(fia, "Ali Khann", title="Desk officer")
    post = gone.posts.get()
    record = make_record(make_meeting(space))
    said = make_paragraph(record, kind="statement", text="Said", speaker_person=gone, speaker_post=post)
    record.state = "agreed"
    record.save()
    assert not record.is_draft
    merged(secretary, kept, gone)
    said.refresh_from_db()
    gone.refresh_from_db()
    post.refresh_from_db()
    assert (said.speaker_person, said.speaker_post) == (gone, post) and gone.merged_into == kept
    assert not post.kept and not post.listed
    for reader in (chair, secretary):
        assert not access.knows(reader, gone)
    assert access.knows(secretary, kept)
    assert len(selectors.posts_of(kept, secretary)) == 1


def test_the_preview_shows_both_and_no_more_than_its_reader_may_read(client, space, fia, secretary, chair):
    kept, gone = holder(fia, "Ali Khan"), holder(fia, "Ali Khan", title="Adviser")
    meeting = make_meeting(space, title="Canary talks", starts_at=timezone.now() - timedelta(days=3))
    meeting.attendance.create(organisation=fia, person=gone)
    make_action(space, fia, owner_person=gone, title="Canary action")
    client.force_login(secretary)
    address = reverse("people_merge", kwargs={"key": kept.key, "other": gone.key})
    page = client.get(address)
    assert "Adviser" in (text := page.content.decode()) and "Canary" not in text
    assert page.context["gone"]["meeting_number"] == page.context["gone"]["action_number"] == 0
    seen = page.context["form"]["seen"].value()
    services.edit_person(secretary, gone, version=1, phone="+92")
    page = client.post(address, {"reason": REASON, "seen": seen})
    assert (
        "Somebody else has changed this" in page.content.decode() and page.context["form"]["reason"].value() == REASON
    )
    assert list(client.post(address, {"reason": " ", "seen": "2-2"}).context["form"].errors) == ["reason"]
    assert Person.objects.count() == 2
    page = client.post(address, {"reason": REASON, "seen": page.context["form"]["seen"].value()}, follow=True)
    assert page.redirect_chain[0][0] == kept.get_absolute_url() and Person.objects.get() == kept
    assert client.post(address, {"reason": REASON, "seen": "1-1"}).status_code == 404


def test_nobody_but_the_secretariat_merges_nor_merges_whom_it_does_not_know(
    client, space, fia, chair, liaison, secretary
):
    kept, gone, unknown = holder(fia, "Ali"), holder(fia, "Ali"), Person.objects.create(name="Ali")
    fia.focal_point = liaison
    fia.save()
    for actor in (chair, liaison):
        client.force_login(actor)
        for name in ("people_merge", "people_apart"):
            address = reverse(name, kwargs={"key": kept.key, "other": gone.key})
            assert client.post(address, {"reason": "x", "seen": "1-1"}).status_code == 404
        assert client.get(reverse("people_duplicates")).status_code == 404
        with pytest.raises(PermissionDenied):
            merged(actor, kept, gone)
    for one, other in ((kept, unknown), (unknown, kept), (kept, kept)):
        with pytest.raises(PermissionDenied):
            merged(secretary, one, other)
        address = reverse("people_merge", kwargs={"key": one.key, "other": other.key})
        client.force_login(secretary)
        assert client.get(address).status_code == 404
    assert Person.objects.count() == 3 and key_of_name("Ali") == "ali"


def test_two_accounts_in_use_are_two_and_nobody_becomes_one_of_those_who_attended(space, fia, secretary):
    one, other = (Person.objects.create(name="Ali Khan", user=make_user("Ali Khan", organisation=fia)) for _ in "12")
    with pytest.raises(ValidationError, match="account in use"):
        merged(secretary, one, other)
    other.user.is_active = False
    other.user.save()
    Post.objects.create(organisation=fia, title="Adviser", person=other, kept=True)
    assert merged(secretary, other, one).user == one.user
    me = Person.objects.create(name=secretary.name, user=secretary)
    attended = holder(fia, "Secretary")
    for kept, gone in ((me, attended), (attended, me)):
        with pytest.raises(ValidationError, match="One of the two is you"):
            merged(secretary, kept, gone)
