"""What of coordination can be found: spaces, agreements with their articles, commitments and actions."""

from collections.abc import Iterable, Iterator
from datetime import date
from typing import Any

from django.db import transaction
from django.dispatch import receiver
from django.urls import reverse
from django.utils.text import Truncator

from coordination import access
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
from coordination.paragraphs import paragraphs_of, plain_text
from search import ledger
from search.projections import Projection, plain, projects


def countries_of(*organisations: Organisation | None) -> list[str]:
    return [each.country_id for each in organisations if each is not None and each.country_id]


def names_of(*organisations: Organisation | None) -> list[str]:
    """By these what comes from them is found."""
    return [name for each in organisations if each is not None for name in (each.acronym, each.name)]


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


@projects(Organisation, audience=lambda: access.intern({access.PARTNERS}))
def organisation(obj: Organisation) -> Iterator[Projection]:
    """The directory is known to whoever is signed in (docs/decisions/0003). It is not narrowed down to by itself: an
    organisation is named beside results only where something of its work was found."""
    yield Projection(
        kind="organisation",
        title=f"{obj.name} ({obj.acronym})",
        url=reverse("organisation_detail", kwargs={"pk": obj.pk}),
        countries=countries_of(obj),
    )


@receiver(ledger.renamed, sender=Organisation, dispatch_uid="coordination.projections.organisation")
def with_their_organisation(obj: Organisation, **_signal: object) -> None:
    """What bears the name of an organisation is found under its new one: soon, since that may be much."""
    transaction.on_commit(lambda: ledger.project_what_concerns.enqueue(obj.pk))


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
        "by": names_of(*parties),
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
            url=article.get_absolute_url(),
            **_paragraphs(article.anchor, article.body),
            **shared,
        )
    for amendment in obj.amendments.all():
        yield Projection(
            part=amendment.anchor,
            kind="article",
            title=f"{amendment}, {obj.title}",
            url=amendment.get_absolute_url(),
            **_paragraphs(amendment.anchor, amendment.body, amendment.title),
            **shared,
        )


def _paragraphs(anchor: str, text: str, title: str = "") -> dict[str, Any]:
    """Each paragraph in its own place, where there are several."""
    blocks = [plain_text(block) for block in paragraphs_of(text)]
    if len(blocks) < 2:
        return {"body": plain(title, *blocks)}
    return {"body": title, "places": [(f"{anchor}-{number}", block) for number, block in enumerate(blocks, start=1)]}


@projects(Commitment, parts={ProgressReport: "commitment"}, along=("audience", "party", "owed_to"))
def commitment(obj: Commitment) -> Iterator[Projection]:
    texts = [obj.text, obj.indicator, obj.unit, obj.target_in_words]
    places = [
        (f"report-{report.key}", plain(report.text, report.reason, report.verdict_reason))
        for report in obj.reports.all()
    ]
    yield _undertaking("commitment", obj, texts, places, [obj.party, obj.owed_to, *obj.partners.all()])


@projects(Action, parts={ActionUpdate: "action", ChecklistItem: "action"}, along=("audience", "owner"))
def action(obj: Action) -> Iterator[Projection]:
    places = [
        ("steps", plain(*obj.checklist.values_list("text", flat=True))),
        *(
            (update.anchor, plain(update.text, update.waiting_reason, update.waiting_for_text))
            for update in obj.updates.all()
        ),
    ]
    yield _undertaking("action", obj, [obj.description], places, [obj.owner, *obj.helpers.all()])


def _undertaking(
    kind: str,
    obj: Action | Commitment,
    texts: Iterable[str],
    places: list[tuple[str, str]],
    organisations: Iterable[Organisation | None],
) -> Projection:
    """`organisations` are those concerned, whoever owes it first."""
    concerned = [each for each in organisations if each is not None]
    return Projection(
        kind=kind,
        title=Truncator(obj.title).chars(500),
        body=plain(*texts, *(f"{each.acronym} {each.name}" for each in concerned)),
        places=places,
        url=obj.get_absolute_url(),
        language=obj.language,
        space_id=obj.space_id,
        by=names_of(*concerned[:1]),
        countries=countries_of(*concerned),
        organisations=[each.pk for each in concerned],
        date=_day_of(obj),
    )


def _day_of(obj: Action | Commitment) -> date:
    return obj.due_on or obj.starts_on or obj.created_at.date()
