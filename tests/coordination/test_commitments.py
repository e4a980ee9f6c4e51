"""Pages of agreements and commitments: what was undertaken, under which article, and how it goes."""

import re
import uuid
from datetime import date, timedelta
from decimal import Decimal

import pytest
from django.urls import reverse
from django.utils import timezone

from coordination import access, services
from coordination.models import Article, Commitment, CommitmentState, Marking, Party, Role
from tests.factories import make_agreement, make_member, make_organisation, make_space, mark

pytestmark = [pytest.mark.django_db, pytest.mark.both_stacks]


@pytest.fixture
def agreement(space, fia):
    agreement = make_agreement(space, title="Cooperation Agreement", state="in_force", signed_on=date(2020, 3, 1))
    Party.objects.create(agreement=agreement, organisation=fia)
    return agreement


@pytest.fixture
def article(agreement):
    return Article.objects.create(agreement=agreement, number="4", title="Training", body="<p>They train.</p>")


def make_commitment(space, party, **fields):
    fields.setdefault("title", "Train forty officers")
    return Commitment.objects.create(space=space, party=party, **fields)


def undertaken(by, **fields):
    return {"title": "Train forty officers", "party": by.pk, "language": "en", "submission": uuid.uuid4(), **fields}


# --- agreements ----------------------------------------------------------------------------------------------------
def test_an_agreement_reads_like_a_document(client, space, fia, liaison, agreement, article):
    make_commitment(space, fia, article=article, state="at_risk")
    client.force_login(liaison)
    page = client.get(agreement.get_absolute_url()).content.decode()
    assert f'href="#{article.anchor}"' in page and f'id="{article.anchor}"' in page
    assert page.index("They train.") < page.index("Train forty officers")
    assert "accord-state-at_risk" in page and "FIA in full" in page and "Signed" in page


def test_a_closed_commitment_is_neither_shown_nor_counted_under_its_article(
    client, space, fia, liaison, chair, agreement, article
):
    mark(make_commitment(space, fia, article=article, title="Canary"), Marking.RED, users=[chair])
    client.force_login(liaison)
    page = client.get(agreement.get_absolute_url()).content.decode()
    assert "Canary" not in page and "Undertaken under this article" not in page


def test_an_agreement_that_is_not_published_is_not_named_under_its_commitments(
    client, space, fia, liaison, agreement, article
):
    commitment = make_commitment(space, fia, article=article)
    client.force_login(liaison)
    assert "Cooperation Agreement" in client.get(commitment.get_absolute_url()).content.decode()
    agreement.unpublish()
    assert "Cooperation Agreement" not in client.get(commitment.get_absolute_url()).content.decode()


def test_each_article_leads_to_a_discussion_of_its_own(client, space, liaison, agreement, article):
    client.force_login(liaison)
    page = client.get(agreement.get_absolute_url()).content.decode()
    address = re.search(r'href="(/threads/about/[^"]+)"', page).group(1)
    discussion = client.get(address)
    assert discussion.status_code == 200 and "Article 4: Training" in discussion.content.decode()


@pytest.mark.parametrize(
    ("query", "found"),
    [("", True), ("?state=in_force", True), ("?state=signed", False), ("?kind=protocol", False), ("?country=PK", True),
     ("?q=cooperation", True), ("?q=nothing", False), ("?country=XX", True), ("?state=nonsense", True)],
)  # fmt: skip
def test_agreements_are_narrowed_down(client, liaison, agreement, query, found):
    client.force_login(liaison)
    page = client.get(reverse("agreement_list") + query)
    assert ([one.pk for one in page.context["page"]] == [agreement.pk]) == found


def test_a_stranger_finds_no_agreement_and_no_country_of_it(client, stranger, agreement):
    client.force_login(stranger)
    page = client.get(reverse("agreement_list")).content.decode()
    assert "Cooperation Agreement" not in page and 'value="PK"' not in page


# --- commitments ---------------------------------------------------------------------------------------------------
@pytest.mark.parametrize("marking", Marking.values)
def test_a_commitment_answers_exactly_those_who_may_read_it(
    client, space, fia, liaison, chair, stranger, secretary, marking
):
    commitment = mark(make_commitment(space, fia), marking, organisations=[fia], users=[chair])
    expected = {
        Marking.CLEAR: {None, stranger, secretary, liaison, chair},
        Marking.GREEN: {stranger, secretary, liaison, chair},
        Marking.AMBER: {liaison, chair},
        Marking.AMBER_STRICT: {liaison},
        Marking.RED: {chair},
    }[marking]
    for reader in (None, stranger, secretary, liaison, chair):
        client.logout()
        if reader:
            client.force_login(reader)
        answers = {client.get(commitment.get_absolute_url()).status_code == 200}
        listed = client.get(reverse("commitment_list"))
        answers.add("Train forty officers" in listed.content.decode())
        assert answers == {reader in expected}


def test_the_article_is_not_named_where_the_agreement_is_closed(client, space, fia, liaison, chair, agreement, article):
    mark(agreement, Marking.RED, users=[chair])
    commitment = make_commitment(space, fia, article=article)
    client.force_login(liaison)
    page = client.get(commitment.get_absolute_url()).content.decode()
    assert "Cooperation Agreement" not in page and "Article 4" not in page
    filters = client.get(reverse("commitment_list")).content.decode()
    assert "Cooperation Agreement" not in filters


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        ("?state=any", {"Late of FIA", "Achieved of FIA", "Under article 4"}),
        ("?overdue=on", {"Late of FIA"}),
        ("?state=achieved", {"Achieved of FIA"}),
        ("", {"Late of FIA", "Under article 4"}),
        ("?country=KZ", {"Under article 4"}),
        ("?q=article", {"Under article 4"}),
    ],
)
def test_commitments_are_narrowed_down(client, space, fia, liaison, agreement, article, query, expected):
    late = timezone.localdate() - timedelta(days=1)
    make_commitment(space, fia, title="Late of FIA", due_on=late)
    make_commitment(space, fia, title="Achieved of FIA", due_on=late, state="achieved")
    make_commitment(space, make_organisation(country="KZ"), title="Under article 4", article=article)
    client.force_login(liaison)
    page = client.get(reverse("commitment_list") + query)
    assert {one.title for one in page.context["page"].rows} == expected
    by_agreement = client.get(reverse("commitment_list"), {"agreement": agreement.key})
    assert [one.title for one in by_agreement.context["page"].rows] == ["Under article 4"]


def test_a_rapporteur_writes_a_commitment_down_under_an_article_once(client, space, fia, rapporteur, article):
    client.force_login(rapporteur)
    address = reverse("commitment_new", kwargs={"key": space.key})
    assert f'value="{article.key}" selected' in client.get(address, {"article": article.key}).content.decode()
    answer = undertaken(fia, article=article.key, indicator="Trained", unit="officers", target="40")
    for _ in range(2):
        client.post(address, answer)
    commitment = Commitment.objects.get()
    assert (commitment.article, commitment.party, commitment.created_by) == (article, fia, rapporteur)


def test_a_contributor_finds_no_form_for_commitments(client, space, fia, liaison):
    client.force_login(liaison)
    address = reverse("commitment_new", kwargs={"key": space.key})
    assert client.get(address).status_code == client.post(address, undertaken(fia)).status_code == 404


@pytest.mark.parametrize(
    ("field", "fields"),
    [
        ("title", {"title": "x" * 300}),
        ("title", {"title": "\u2066hidden\u2069"}),
        ("target_in_words", {"target_in_words": "\u202e04"}),
        ("due_on", {"starts_on": "2026-05-02", "due_on": "2026-05-01"}),
        ("party", {"party": ""}),
        ("article", {"article": "bcdfghjkmn"}),
    ],
)
def test_a_bad_commitment_is_refused_beside_the_field(client, space, fia, liaison, rapporteur, field, fields):
    client.force_login(rapporteur)
    answer = undertaken(fia, **{"text": "Typed with care.", **fields})
    page = client.post(reverse("commitment_new", kwargs={"key": space.key}), answer)
    assert list(page.context["form"].errors) == [field] and "Typed with care." in page.content.decode()
    assert not Commitment.objects.exists()


def test_an_article_of_a_closed_agreement_is_no_choice(
    client, space, fia, liaison, rapporteur, chair, agreement, article
):
    mark(agreement, Marking.RED, users=[chair])
    client.force_login(rapporteur)
    address = reverse("commitment_new", kwargs={"key": space.key})
    assert "Cooperation" not in client.get(address, {"article": article.key}).content.decode()
    assert "article" in client.post(address, undertaken(fia, article=article.key)).context["form"].errors


def test_the_ministry_reports_progress_once(client, space, fia, liaison):
    commitment = make_commitment(space, fia)
    client.force_login(liaison)
    answer = {
        "text": "Twelve are trained.", "state": "on_track", "evidence_url": "https://example.org/report",
        "submission": uuid.uuid4(),
    }  # fmt: skip
    for _ in range(2):
        client.post(commitment.get_absolute_url(), answer)
    page = client.get(commitment.get_absolute_url()).content.decode()
    assert page.count("Twelve are trained.") == 1 and "https://example.org/report" in page
    assert Commitment.objects.get().state == CommitmentState.ON_TRACK


@pytest.mark.parametrize(
    ("field", "value"),
    [("text", ""), ("text", "x" * 100_000), ("state", "finished"), ("evidence_url", "javascript:alert(1)")],
)
def test_a_bad_progress_report_is_refused(client, space, fia, liaison, field, value):
    commitment = make_commitment(space, fia)
    client.force_login(liaison)
    answer = {"text": "Twelve.", "state": "on_track", "submission": uuid.uuid4(), field: value}
    page = client.post(commitment.get_absolute_url(), answer)
    assert list(page.context["form"].errors) == [field] and not commitment.reports.exists()


def test_another_ministry_does_not_report_on_our_commitment(client, space, fia):
    commitment = make_commitment(space, fia)
    client.force_login(make_member(space, Role.CONTRIBUTOR, make_organisation()))
    answer = {"text": "Done.", "state": "achieved", "submission": uuid.uuid4()}
    assert client.post(commitment.get_absolute_url(), answer).status_code == 404


def test_an_older_form_of_a_commitment_shows_what_stands_there_now(client, space, fia, rapporteur, chair):
    commitment = make_commitment(space, fia, unit="officers", target=40)
    services.edit_commitment(chair, commitment, version=1, target=Decimal(45))
    client.force_login(rapporteur)
    answer = {"title": commitment.title, "target": "50", "unit": "officers", "recurrence": "none", "language": "en"}
    answer["version"] = 1
    address = reverse("commitment_edit", kwargs={"key": commitment.key})
    page = client.post(address, answer)
    assert page.context["present"] == [("Target", "45")] and 'value="50"' in page.content.decode()
    client.post(address, page.context["form"].data.dict())
    assert Commitment.objects.get().target == 50


def test_a_commitment_of_another_space_is_not_there(client, fia, liaison):
    commitment = make_commitment(make_space(), fia)
    client.force_login(liaison)
    for route in ("commitment_detail", "commitment_edit"):
        assert client.get(reverse(route, kwargs={"key": commitment.key})).status_code == 404


def test_a_commitment_begins_with_no_more_readers_than_its_article_has(
    space, fia, liaison, rapporteur, agreement, article
):
    mark(agreement, Marking.RED, users=[rapporteur])
    article.agreement.refresh_from_db()
    made = services.make_commitment(rapporteur, space, title="Say nothing of it", party=fia, article=article)
    assert access.may_read(rapporteur, made) and not access.may_read(liaison, made)
    made = services.make_commitment(rapporteur, space, title="Train officers", party=fia)
    assert access.may_read(liaison, made)
