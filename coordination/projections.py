"""What of coordination can be found: spaces, agreements with their articles, commitments and actions."""

from collections.abc import Iterable, Iterator
from datetime import date

from django.utils.text import Truncator

from coordination.models import (
    Action,
    ActionUpdate,
    Agreement,
    Amendment,
    Article,
    ChecklistItem,
    Commitment,
    DirectoryEntry,
    Organisation,
    Party,
    ProgressReport,
    Space,
)
from search.projections import Projection, plain, projects


def countries_of(*organisations: Organisation | None) -> list[str]:
    return [each.country_id for each in organisations if each is not None and each.country_id]


@projects(Space)
def space(obj: Space) -> Iterator[Projection]:
    if not obj.live:
        return
    yield Projection(
        kind="space",
        title=obj.title,
        body=obj.description,
        url=obj.get_absolute_url(),
        space_id=obj.pk,
        countries=[obj.country_id] if obj.country_id else [],
        topics=[topic.slug for topic in obj.topics.all()],
    )


@projects(DirectoryEntry)
def person(obj: DirectoryEntry) -> Iterator[Projection]:
    """Of posts only those that are listed: others have readers of their own (docs/decisions/0016)."""
    posts = list(obj.person.posts.filter(listed=True).select_related("organisation").order_by("-starts_on", "pk"))
    organisations = [post.organisation for post in posts]
    titles = [f"{post.title}, {post.organisation.name} ({post.organisation.acronym})" for post in posts]
    yield Projection(
        kind="person",
        title=obj.person.name,
        body=plain(obj.person.name_native, *titles),
        url=obj.get_absolute_url(),
        countries=countries_of(*organisations),
        organisations={each.pk for each in organisations},
    )


@projects(Agreement, parts={Article: "agreement", Amendment: "agreement", Party: "agreement"})
def agreement(obj: Agreement) -> Iterator[Projection]:
    if not obj.live:
        return
    parties = [party.organisation for party in obj.parties.select_related("organisation")]
    shared = {
        "language": obj.language,
        "space_id": obj.space_id,
        "countries": countries_of(*parties),
        "organisations": [party.pk for party in parties],
        "topics": [topic.slug for topic in obj.topics.all()],
        "date": obj.signed_on or obj.in_force_from,
    }
    names = [f"{party.acronym} {party.name}" for party in parties]
    signatories = [f"{party.signatory} {party.signatory_post}" for party in obj.parties.all()]
    yield Projection(
        kind="agreement",
        title=obj.title,
        body=plain(obj.reference, obj.summary, *names, *signatories),
        url=obj.get_absolute_url(),
        **shared,
    )
    for article in obj.articles.all():
        yield Projection(
            part=article.anchor,
            kind="article",
            title=f"{article}, {obj.title}",
            body=plain(article.body),
            url=article.get_absolute_url(),
            **shared,
        )
    for amendment in obj.amendments.all():
        yield Projection(
            part=amendment.anchor,
            kind="article",
            title=f"{amendment}, {obj.title}",
            body=plain(amendment.title, amendment.body),
            url=amendment.get_absolute_url(),
            **shared,
        )


@projects(Commitment, parts={ProgressReport: "commitment"})
def commitment(obj: Commitment) -> Iterator[Projection]:
    said = [text for row in obj.reports.values_list("text", "reason", "verdict_reason") for text in row]
    texts = [obj.text, obj.indicator, obj.unit, obj.target_in_words, *said]
    yield _undertaking("commitment", obj, texts, [obj.party, obj.owed_to, *obj.partners.all()])


@projects(Action, parts={ActionUpdate: "action", ChecklistItem: "action"})
def action(obj: Action) -> Iterator[Projection]:
    updates = [text for row in obj.updates.values_list("text", "waiting_reason", "waiting_for_text") for text in row]
    steps = obj.checklist.values_list("text", flat=True)
    yield _undertaking("action", obj, [obj.description, *steps, *updates], [obj.owner, *obj.helpers.all()])


def _undertaking(
    kind: str, obj: Action | Commitment, texts: Iterable[str], organisations: Iterable[Organisation | None]
) -> Projection:
    concerned = [each for each in organisations if each is not None]
    return Projection(
        kind=kind,
        title=Truncator(obj.title).chars(500),
        body=plain(*texts, *(f"{each.acronym} {each.name}" for each in concerned)),
        url=obj.get_absolute_url(),
        language=obj.language,
        space_id=obj.space_id,
        countries=countries_of(*concerned),
        organisations=[each.pk for each in concerned],
        date=_day_of(obj),
    )


def _day_of(obj: Action | Commitment) -> date:
    return obj.due_on or obj.starts_on or obj.created_at.date()
