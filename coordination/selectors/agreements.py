"""Agreements: their days, their articles, and what was undertaken under each."""

from dataclasses import dataclass
from datetime import date

from django.utils import timezone
from django.utils.translation import gettext as _

from coordination import access
from coordination.models import (
    Agreement,
    Article,
    Commitment,
)


@dataclass
class Milestone:
    """A day in the life of an agreement."""

    on: date
    label: str
    is_past: bool


def milestones_of(agreement: Agreement) -> list[Milestone]:
    """The days of `agreement` that are known, in their order."""
    days = [
        (agreement.signed_on, _("Signed")),
        (agreement.in_force_from, _("In force from")),
        (agreement.in_force_until, _("In force until")),
    ]
    known = sorted(((on, label) for on, label in days if on), key=lambda day: day[0])
    return [Milestone(on, label, on <= timezone.localdate()) for on, label in known]


def articles_of(agreement: Agreement, user: access.Reader) -> list[tuple[Article, list[Commitment]]]:
    """The articles of `agreement` in their order, each with what `user` may read of what was undertaken under it."""
    under = commitments_under(agreement, user)
    articles = list(agreement.articles.all())
    for article in articles:
        article.agreement = agreement  # known already: the page asks each article for its space
    return [(article, under.get(article.pk, [])) for article in articles]


def commitments_under(agreement: Agreement, user: access.Reader) -> dict[int, list[Commitment]]:
    """The commitments under each article of `agreement` that `user` may read, by the article's key. One query."""
    found: dict[int, list[Commitment]] = {}
    for commitment in Commitment.objects.readable_by(user).for_lists().filter(article__agreement=agreement):
        found.setdefault(commitment.article_id, []).append(commitment)
    return found
