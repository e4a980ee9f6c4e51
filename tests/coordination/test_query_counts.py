"""A page asks the database as often for a thousand rows as for ten."""

from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from coordination import access
from coordination.models import Action, ActionUpdate, Agreement, Article, Commitment, Party
from coordination.models.marking import new_key
from tests.factories import join, make_action, make_agreement, make_organisation, make_user

pytestmark = pytest.mark.django_db
FEW, MANY = 10, 1000


def fill(space, fia, article, rows):
    """`rows` more actions, commitments under one article, and updates; written at once, as no user could."""
    audience = access.intern({access.space_token(space.pk)})
    shared = {"space": space, "own_audience": audience, "audience": audience, "due_on": timezone.localdate()}
    Action.objects.bulk_create(Action(title=f"Action {n}", owner=fia, key=new_key(), **shared) for n in range(rows))
    Commitment.objects.bulk_create(
        Commitment(title=f"Commitment {n}", party=fia, article=article, key=new_key(), **shared) for n in range(rows)
    )


def queries_for(client, address):
    with CaptureQueriesContext(
        connection,
    ) as captured:
        assert client.get(address).status_code == 200
    return len(captured)


@pytest.fixture
def agreement(space, fia):
    agreement = make_agreement(space, title="Cooperation Agreement")
    Party.objects.create(agreement=agreement, organisation=fia)
    return agreement


@pytest.fixture
def article(agreement):
    return Article.objects.create(agreement=agreement, number="1", body="<p>They meet.</p>")


def test_no_page_takes_more_queries_for_many_rows_than_for_few(client, space, fia, chair, liaison, agreement, article):
    action = make_action(space, fia)
    fill(space, fia, article, FEW)
    ActionUpdate.objects.create(action=action, author=liaison, text="Begun.", state_before="open", state_after="open")
    commitment = Commitment.objects.first()
    addresses = [
        reverse("action_list"),
        reverse("action_list") + "?whose=ours&overdue=on&state=any",
        reverse("commitment_list"),
        reverse("agreement_list"),
        reverse("space_list"),
        reverse("organisation_list"),
        reverse("organisation_detail", kwargs={"pk": fia.pk}),
        space.get_absolute_url(),
        reverse("space_members", kwargs={"key": space.key}),
        agreement.get_absolute_url(),
        action.get_absolute_url(),
        commitment.get_absolute_url(),
        reverse("who_can_see", kwargs={"kind": "action", "key": action.key}),
        reverse("action_new", kwargs={"key": space.key}),
        reverse("commitment_new", kwargs={"key": space.key}),
    ]
    client.force_login(chair)
    for address in addresses:  # content types and the like are asked for once a process
        client.get(address)
    few = {address: queries_for(client, address) for address in addresses}

    fill(space, fia, article, MANY)
    for number in range(30):
        other = make_organisation()
        member = make_user(organisation=other)
        join(member if number % 2 else other, space)
        Party.objects.create(agreement=agreement, organisation=other)
        Article.objects.create(agreement=agreement, number=str(number + 2), body="<p>They meet again.</p>")
        ActionUpdate.objects.create(
            action=action, author=member, text="More.", state_before="open", state_after="open",
        )  # fmt: skip
    for number in range(5):
        make_agreement(space, title=f"Protocol {number}", signed_on=timezone.localdate() - timedelta(days=number))
    many = {address: queries_for(client, address) for address in addresses}

    assert many == few
    assert max(few.values()) < 45
    assert Agreement.objects.count() == 6 and Action.objects.count() > MANY
