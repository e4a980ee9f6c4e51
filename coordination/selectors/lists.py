"""Lists, narrowed down."""

from collections.abc import Callable
from typing import Any

from django.db.models import F, Q, QuerySet

from coordination import access
from coordination.models import (
    Action,
    AuditEntry,
    Commitment,
    Organisation,
    Party,
)
from coordination.selectors.following_up import for_the_organisation_of

# `chosen` gives what the reader chose for a filter, or None.
Chosen = Callable[[str], Any]


def holding(words: str, *fields: str) -> Q:
    """Whether one of the fields holds `words`. SQLite knows upper and lower case of ASCII only: both are asked for."""
    matching = Q()
    for field in fields:
        for written in {words, words.lower(), words.capitalize(), words.upper()}:
            matching |= Q(**{f"{field}__icontains": written})
    return matching


def narrowed_actions(actions: QuerySet[Action], user: access.Reader, chosen: Chosen) -> QuerySet[Action]:
    match chosen("whose"):
        case "mine":
            actions = actions.filter(owner_person__user=user.pk) if user.is_authenticated else actions.none()
        case "ours":
            actions = for_the_organisation_of(user, actions, "owner")
    return _narrowed_due(actions, "owner", "description", chosen)


def narrowed_commitments(commitments: QuerySet[Commitment], chosen: Chosen) -> QuerySet[Commitment]:
    if country := chosen("country"):
        commitments = commitments.filter(party__country=country)
    if agreement := chosen("agreement"):
        commitments = commitments.filter(article__agreement=agreement)
    return _narrowed_due(commitments, "party", "text", chosen)


def _narrowed_due(rows: Any, owner: str, text: str, chosen: Chosen) -> Any:
    if words := chosen("q"):
        rows = rows.filter(holding(words, "title", text))
    if space := chosen("space"):
        rows = rows.filter(space=space)
    if organisation := chosen("organisation"):
        rows = rows.filter(**{owner: organisation})
    if chosen("overdue"):
        rows = rows.overdue()
    state = chosen("state")
    if state is None:
        return rows.standing()
    return rows if state == "any" else rows.filter(state=state)


def narrowed_agreements(agreements: Any, chosen: Chosen) -> Any:
    if words := chosen("q"):
        agreements = agreements.filter(holding(words, "title", "reference"))
    for name in ("space", "kind", "state"):
        if value := chosen(name):
            agreements = agreements.filter(**{name: value})
    if country := chosen("country"):
        agreements = agreements.filter(pk__in=Party.objects.filter(organisation__country=country).values("agreement"))
    return agreements.order_by(F("signed_on").desc(nulls_last=True), "title")


def narrowed_organisations(organisations: QuerySet[Organisation], chosen: Chosen) -> QuerySet[Organisation]:
    if words := chosen("q"):
        organisations = organisations.filter(holding(words, "name", "acronym"))
    for name in ("kind", "country"):
        if value := chosen(name):
            organisations = organisations.filter(**{name: value})
    return organisations


def narrowed_trail(entries: QuerySet[AuditEntry], chosen: Chosen) -> QuerySet[AuditEntry]:
    if verb := chosen("verb"):
        entries = entries.filter(verb__icontains=verb)
    if since := chosen("since"):
        entries = entries.filter(at__date__gte=since)
    if until := chosen("until"):
        entries = entries.filter(at__date__lte=until)
    return entries
