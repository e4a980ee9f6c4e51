"""Finding a date: candidates, answers of organisations, and the meeting that comes of it."""

from datetime import timedelta

import pytest
from django.core.exceptions import PermissionDenied, ValidationError
from django.utils import timezone

from coordination.models import Role
from meetings import selectors, services
from meetings.models import Poll
from tests import factories as make

pytestmark = pytest.mark.django_db


@pytest.fixture
def room(db):
    fia, moi = make.make_organisation("FIA"), make.make_organisation("MOI")
    space = make.make_space()
    room = {
        "space": space,
        "fia": fia,
        "moi": moi,
        "rapporteur": make.make_member(space, Role.RAPPORTEUR, fia),
        "contributor": make.make_member(space, Role.CONTRIBUTOR, moi),
        "reader": make.make_member(space, Role.READER, moi),
        "outsider": make.make_user(organisation=moi),
    }
    return {**room, "poll": opened(room)}


def opened(room, **fields) -> Poll:
    fields = {
        "title": "Next round", "time_zone": "Asia/Karachi", "options": candidates(3),
        "organisations": [room["fia"], room["moi"]], **fields,
    }  # fmt: skip
    return services.open_poll(room["rapporteur"], room["space"], **fields)


def candidates(number):
    first = timezone.now().replace(microsecond=0) + timedelta(days=10)
    return [(first + timedelta(days=each), first + timedelta(days=each, hours=2)) for each in range(number)]


def votes_of(poll, *values) -> dict[int, str]:
    return dict(zip(poll.options.values_list("pk", flat=True), values, strict=True))


def test_an_organisation_answers_once_by_whoever_speaks_for_it_and_may_think_again(room):
    poll = room["poll"]
    services.vote(room["contributor"], poll, votes_of(poll, "yes", "no", "if_need_be"))
    services.vote(room["contributor"], poll, votes_of(poll, "no", "yes", "if_need_be"))
    services.vote(room["rapporteur"], poll, votes_of(poll, "if_need_be", "yes", "no"))
    for who in ("reader", "outsider"):
        with pytest.raises(PermissionDenied):
            services.vote(room[who], poll, votes_of(poll, "yes", "yes", "yes"))
    table = selectors.candidates_of(poll, [room["fia"], room["moi"]])
    assert [row.votes for row in table] == [["if_need_be", "no"], ["yes", "yes"], ["no", "if_need_be"]]
    assert [row.is_best for row in table] == [False, True, False]
    with pytest.raises(ValidationError, match="each of the candidates"):
        services.vote(room["contributor"], poll, {})
    Poll.objects.filter(pk=poll.pk).update(closes_on=timezone.localdate() - timedelta(days=1))
    with pytest.raises(ValidationError, match="closed"):
        services.vote(room["contributor"], poll, votes_of(poll, "yes", "yes", "yes"))


def test_the_date_that_is_taken_makes_the_meeting_and_invites_those_who_were_asked(room):
    poll = room["poll"]
    option = poll.options.all()[1]
    with pytest.raises(PermissionDenied):
        services.decide_poll(room["contributor"], poll, option)
    meeting = services.decide_poll(room["rapporteur"], poll, option)
    poll.refresh_from_db()
    option.refresh_from_db()
    assert services.decide_poll(room["rapporteur"], poll, option) == meeting  # pressed twice
    assert (meeting.title, meeting.starts_at) == ("Next round", option.starts_at)
    assert meeting.invitations.count() == 2 and poll.state == "decided"
    with pytest.raises(ValidationError, match="closed"):
        services.close_poll(room["rapporteur"], poll)
    make.mark(meeting, "RED", users=[room["rapporteur"]])
    assert not Poll.objects.readable_by(room["contributor"]).exists()


def test_a_poll_on_a_meeting_that_is_there_moves_it(room):
    meeting = make.make_meeting(room["space"])
    poll = opened(room, meeting=meeting)
    option = poll.options.all()[0]
    moved = services.decide_poll(room["rapporteur"], poll, option)
    assert moved == meeting and moved.starts_at == option.starts_at and moved.sequence == 1


def test_what_is_no_poll_is_refused_beside_its_field(room):
    past = [(since - timedelta(days=40), until - timedelta(days=40)) for since, until in candidates(2)]
    turned = [(until, since) for since, until in candidates(2)]
    for field, sent in [
        ("options", {"options": candidates(1)}),
        ("options", {"options": candidates(21)}),
        ("options", {"options": past}),
        ("options", {"options": turned}),
        ("organisations", {"organisations": []}),
        ("organisations", {"organisations": [make.make_organisation("STRANGER")]}),
        ("closes_on", {"closes_on": timezone.localdate() - timedelta(days=1)}),
    ]:
        with pytest.raises(ValidationError) as refusal:
            opened(room, **sent)
        assert field in refusal.value.error_dict
    assert Poll.objects.count() == 1
