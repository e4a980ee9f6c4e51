"""Emergency access: what it opens and what not, who is told, what is written down, and how it ends."""

from datetime import UTC, datetime, timedelta

import pytest
import time_machine
from django.core import mail as letters
from django.core.exceptions import PermissionDenied, ValidationError

from accounts.models import MailRhythm
from coordination import access, selectors, services
from coordination.models import AuditEntry, EmergencyAccess, Marking, Person
from discussion import mail
from discussion import selectors as discussion
from tests.accounts.signing import sign_in
from tests.factories import make_action, make_member, make_space, make_user, mark

pytestmark = [pytest.mark.django_db, pytest.mark.both_stacks]
NOON = datetime(2027, 6, 7, 12, tzinfo=UTC)
REASON = "The chair is ill and a member reports a leak of names."


@pytest.fixture
def clock():
    with time_machine.travel(NOON, tick=False) as clock:
        yield clock


@pytest.fixture
def begun(clock, administrator, space, chair):
    """Of one hour, in a space with a chair."""
    return services.begin_emergency(administrator, space, reason=REASON, hours=1)


def test_it_opens_what_all_members_read_and_nothing_that_names_anybody(begun, space, fia, administrator, chair):
    things = {marking: make_action(space, fia, title=f"Canary {marking}") for marking in Marking.values}
    for marking, action in things.items():
        mark(action, marking, organisations=[fia], users=[administrator, chair])
    open_things = {marking for marking, action in things.items() if access.may_read(administrator, action)}
    assert open_things == {Marking.CLEAR, Marking.GREEN, Marking.AMBER}
    readable = type(things[Marking.RED]).objects.readable_by(administrator)
    assert set(readable) == {things[marking] for marking in open_things}
    asked_together = [administrator, chair]
    with access.remembering():
        access.ask_for_many(asked_together)  # as sockets do
        assert set(access.those_readable(administrator, things.values())) == set(readable)
    amber = things[Marking.AMBER]
    assert not any(access.can(administrator, verb, amber) for verb in ("contribute", "record", "manage", "follow_up"))
    # Whoever asks who can see it is told; whoever writes to the members does not write to the administrator.
    assert access.who_can_see(amber).in_emergency == [administrator]
    assert access.who_can_see(things[Marking.RED]).in_emergency == []
    assert access.readers_among([administrator, chair], amber) == [chair]
    assert not access.may_read(administrator, make_space("Another"))


@pytest.mark.parametrize("end", ["time", "button of whoever entered", "button of a chair", "office", "closed account"])
def test_it_ends(end, begun, clock, space, administrator, chair):
    assert access.may_read(administrator, space)
    match end:
        case "time":
            clock.move_to(NOON + timedelta(hours=1), tick=False)
        case "button of whoever entered":
            services.end_emergency(administrator, begun)
        case "button of a chair":
            services.end_emergency(chair, begun)
        case "office":
            administrator.platform_role = ""
            administrator.save()
        case "closed account":
            administrator.is_active = False
            administrator.save()
    assert not access.may_read(administrator, space)
    services.end_what_is_over()
    services.end_what_is_over()
    begun.refresh_from_db()
    assert begun.ended_at is not None
    ended = AuditEntry.objects.get(verb="emergency access ended")  # once
    assert (ended.actor is not None) == end.startswith("button")


def test_who_may_begin_it_and_how(clock, space, chair, administrator):
    for other in (chair, make_user(platform_role="secretariat"), make_user(platform_role="auditor"), make_user()):
        with pytest.raises(PermissionDenied):
            services.begin_emergency(other, space, reason=REASON, hours=1)
    for refused in ({"hours": 9}, {"hours": 0}, {"reason": "  why not?  "}):
        with pytest.raises(ValidationError):
            services.begin_emergency(administrator, space, **{"reason": REASON, "hours": 1, **refused})
    member = make_member(space, platform_role="administrator")
    with pytest.raises(ValidationError):
        services.begin_emergency(member, space, reason=REASON, hours=1)
    assert not EmergencyAccess.objects.exists()
    with pytest.raises(PermissionDenied):
        begun = services.begin_emergency(administrator, space, reason=REASON, hours=1)
        services.end_emergency(member, begun)


def test_the_chairs_are_told_at_once_whatever_they_have_chosen(clock, space, chair, administrator):
    chair.mail_rhythm = MailRhythm.NEVER
    chair.save()
    begun = services.begin_emergency(administrator, space, reason=REASON, hours=2)
    services.end_emergency(administrator, begun)
    mail.send_waiting.func()
    told = [news.subject for news in discussion.told(discussion.notifications_of(chair), chair)]
    assert told == [
        "The emergency access to “Border management” has ended",
        "Administrator reads “Border management” by emergency access, for 2 h at most",
    ]
    subjects = [(letter.to, letter.subject) for letter in letters.outbox]
    assert subjects == [
        ([chair.email], "Emergency access to a space that you chair"),
        ([chair.email], "An emergency access has ended"),
    ]
    services.begin_emergency(administrator, space, reason=REASON, hours=2)  # before anybody has looked
    mail.send_waiting.func()
    assert [letter.subject for letter in letters.outbox[2:]] == ["Emergency access to a space that you chair"]
    said = "".join(letter.body + str(letter.extra_headers) for letter in letters.outbox)
    assert not any(word in said for word in ("Border management", REASON, "No more mails", "List-Unsubscribe"))


def test_what_is_looked_at_is_marked_on_each_page_and_written_down(client, begun, space, fia, administrator, chair):
    action = make_action(space, fia)
    public = mark(make_action(space, fia), Marking.CLEAR)
    client.force_login(administrator)
    address = f"/spaces/{space.key}/"
    assert "End it now" in client.get(address).content.decode()
    for page in (action.get_absolute_url(), public.get_absolute_url(), "/actions/"):
        assert "End it now" in client.get(page).content.decode()
    seen = AuditEntry.objects.filter(actor=administrator, space_id=space.pk).order_by("pk")
    assert [entry.object_id for entry in seen.filter(verb="read in an emergency")] == [space.pk, action.pk]
    pages = [entry.after["page"] for entry in seen.filter(verb="page seen in an emergency")]
    assert pages == [address, action.get_absolute_url(), public.get_absolute_url(), "/actions/"]
    assert "End it now" in client.get("/editors/").content.decode(), "on Wagtail's pages too"
    client.force_login(chair)  # the chair follows it in the own trail
    listed = client.get("/audit/", {"who": "Administrator", "space": space.key}).context["deeds"]
    assert {deed.entry.verb for deed in listed} == {
        "emergency access begun", "read in an emergency", "page seen in an emergency"
    }  # fmt: skip
    assert REASON in client.get(f"/spaces/{space.key}/emergencies/").content.decode()


def test_the_page_asks_for_the_address_and_tells_of_no_space(client, clock, space, chair, administrator):
    client.force_login(administrator)
    # Whoever finds the browser open has to prove to be the administrator.
    assert client.get("/emergency/")["Location"].startswith("/account/")
    client.logout()
    sign_in(client, administrator)
    page = client.get("/emergency/").content.decode()
    assert "Address of the space" in page and "Border management" not in page and space.key not in page
    sent = {"submission": "6f9619ff-8b86-4d01-b42d-00cf4fc964ff", "reason": REASON, "hours": 1}
    assert "There is no space at this address." in client.post("/emergency/", {**sent, "space": "x"}).content.decode()
    named = {**sent, "space": f"https://accord.example/spaces/{space.key}/members/"}
    for _twice in range(2):
        assert client.post("/emergency/", named)["Location"] == f"/spaces/{space.key}/"
    assert client.get(f"/spaces/{space.key}/").status_code == 200
    begun = EmergencyAccess.objects.get()
    assert client.post(f"/emergency/{begun.key}/end/")["Location"] == "/emergency/"
    assert client.get(f"/spaces/{space.key}/").status_code == 404
    assert "Border management" not in client.get("/emergency/").content.decode()
    client.force_login(chair)
    assert client.get("/emergency/").status_code == 404


# --- what can this person see? -------------------------------------------------------------------------------------
def test_rights_are_told_within_what_whoever_asks_may_know(client, space, fia, moi, chair, liaison):
    person = Person.objects.create(name=liaison.name, user=liaison)
    elsewhere = make_space("Canary elsewhere")
    access.grant(fia, "rapporteur", elsewhere)
    mark(make_action(space, moi, title="Canary for both"), Marking.RED, users=[liaison, chair])
    mark(make_action(space, moi, title="Canary for one"), Marking.RED, users=[liaison])
    mark(make_action(space, moi, title="Canary of FIA"), Marking.AMBER_STRICT, organisations=[fia])
    administrator = make_user(platform_role="administrator")

    def told(asker):
        client.force_login(asker)
        answer = client.get(f"/people/{person.key}/rights/")
        if answer.status_code == 404:
            return None
        assert asker == liaison or b"Canary" not in answer.content
        rows = answer.context["rights"].spaces
        return [(str(row.space or ""), row.role, row.is_own, row.through, row.red, row.strict) for row in rows]

    # A chair is told of the own space, and counts what the chair may read.
    assert told(chair) == [("Border management", "contributor", True, [], 1, 0)]
    # An administrator is told of all, and reads no title; the person reads the own.
    of_all = [("contributor", True, [], 2, 1), ("rapporteur", False, [fia], 0, 0)]
    assert sorted(row[1:] for row in told(administrator)) == of_all and {row[0] for row in told(administrator)} == {""}
    assert [row[1:] for row in told(liaison)] == of_all
    assert told(make_user(platform_role="auditor")) is told(make_user(platform_role="secretariat")) is None
    assert told(make_member(space)) is told(make_member(elsewhere, "contributor")) is None


def test_rights_take_as_many_queries_for_many_spaces_as_for_few(administrator, fia, liaison, django_assert_num_queries):
    person = Person.objects.create(name=liaison.name, user=liaison)
    for number, asked in ((1, True), (6, False)):
        for _more in range(number):
            mark(make_action(place := make_space(), fia), Marking.RED, users=[liaison])
            access.grant(liaison, "reader", place)
        if asked:
            selectors.rights_of(person, administrator)  # content types are asked for once a process
        with django_assert_num_queries(11):  # an administrator's emergencies are a question of their own
            selectors.rights_of(person, administrator)
