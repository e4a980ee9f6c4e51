"""What pages need of those who keep them: a look when their day has come, links mended, and what readers said."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from django.contrib.contenttypes.models import ContentType
from django.db.models import Count, Q, QuerySet
from django.utils import timezone

from accounts.models import User
from coordination import access
from knowledge.models import (
    BrokenLink,
    CountryProfile,
    Event,
    GlossaryTerm,
    NewsItem,
    Question,
    Resource,
    ServicePoint,
    Verdict,
)

KEPT_KINDS: tuple[type[Any], ...] = (
    Resource,
    Question,
    CountryProfile,
    ServicePoint,
    GlossaryTerm,
    NewsItem,
    Event,
)
ROWS_OF_A_KIND = 50
SENTENCES = 20


@dataclass(frozen=True)
class Said:
    """What readers said of a page: how many of how many it helped, and what they missed, without their names."""

    helped: int
    all: int
    sentences: list[Verdict]


def kept_by(user: User, model: type[Any]) -> QuerySet:
    """The published pages of a kind that `user` looks after: the user's own, and those of spaces whose records the user
    writes; as far as the user may read them."""
    keeps = Q(owner=user) | Q(space__in=access.spaces_where(user, "record_space"))
    return model.live_pages().readable_by(user).filter(keeps)


def past_review(user: User) -> list[Any]:
    """The pages that are to be looked through, the longest waiting first: the user's own; of others' those alone
    whose owner is nobody any more. A query for each kind."""
    today = timezone.localdate()
    found: list[Any] = []
    for model in KEPT_KINDS:
        rows = kept_by(user, model).filter(review_on__lte=today)
        rows = rows.filter(Q(owner=user) | Q(owner__isnull=True) | Q(owner__is_active=False))
        found += rows.order_by("review_on")[:ROWS_OF_A_KIND]
    return sorted(found, key=lambda page: page.review_on)


def number_past_review(user: User) -> int:
    """How many of the user's own pages are to be looked through. One query."""
    today = timezone.localdate()
    own = [
        model.objects.live().readable_by(user).filter(owner=user, review_on__lte=today).order_by().values("pk")
        for model in KEPT_KINDS
    ]
    return own[0].union(*own[1:], all=True).count()


def broken_links(user: User) -> list[tuple[Any, list[BrokenLink]]]:
    """The pages that `user` looks after and that have broken links, each with these."""
    found = []
    for model, kind in _kinds():
        broken = BrokenLink.objects.filter(object_type=kind)
        pages = kept_by(user, model).filter(pk__in=broken.values("object_id"))[:ROWS_OF_A_KIND]
        links: dict[int, list[BrokenLink]] = {}
        for link in broken.filter(object_id__in=[page.pk for page in pages]).order_by("url"):
            links.setdefault(link.object_id, []).append(link)
        found += [(page, links.get(page.pk, [])) for page in pages]
    return found


def said_of_pages(user: User) -> list[tuple[Any, Said]]:
    """The pages that `user` looks after and of which something was said, the least helpful first."""
    found = []
    for model, kind in _kinds():
        verdicts = Verdict.objects.filter(object_type=kind)
        pages = list(kept_by(user, model).filter(pk__in=verdicts.values("object_id"))[:ROWS_OF_A_KIND])
        found += list(_said(pages, verdicts))
    return sorted(found, key=lambda row: row[1].helped / row[1].all)


def said_of(page: Any) -> Said | None:
    """What readers said of one page; None where nobody did."""
    verdicts = Verdict.objects.filter(object_type=ContentType.objects.get_for_model(page))
    return next((said for _page, said in _said([page], verdicts)), None)


def _said(pages: list[Any], verdicts: QuerySet[Verdict]) -> Iterator[tuple[Any, Said]]:
    verdicts = verdicts.filter(object_id__in=[page.pk for page in pages])
    numbers = {
        row["object_id"]: row
        for row in verdicts.order_by()
        .values("object_id")
        .annotate(all=Count("pk"), helped=Count("pk", filter=Q(is_helpful=True)))
    }
    sentences: dict[int, list[Verdict]] = {}
    for verdict in verdicts.exclude(text="").order_by("-at")[: SENTENCES * max(1, len(pages))]:
        sentences.setdefault(verdict.object_id, []).append(verdict)
    for page in pages:
        if row := numbers.get(page.pk):
            yield page, Said(row["helped"], row["all"], sentences.get(page.pk, [])[:SENTENCES])


def _kinds() -> Iterator[tuple[type[Any], ContentType]]:
    for model in KEPT_KINDS:
        yield model, ContentType.objects.get_for_model(model)
