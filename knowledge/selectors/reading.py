"""Collections as their readers see them, and what is suggested for reading."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.contrib.contenttypes.models import ContentType
from django.db.models import Case, Count, IntegerField, OuterRef, QuerySet, Subquery, Sum, Value, When
from django.db.models.functions import Coalesce
from django.urls import Resolver404, resolve
from django.utils import timezone

from accounts import languages
from coordination import access, named
from coordination.models import Space
from coordination.selectors import marked_models
from knowledge.models import CountryProfile, Question, ReadingList, ReadingListItem, Resource, Use

SUGGESTED = 5
# Use counts for a season: what was read two years ago says little of what is read now.
MONTHS_THAT_COUNT = 3
# Of the pages used most these are looked at: enough for every reader to find some that are open.
LOOKED_AT = 200
SUGGESTED_KINDS: tuple[type[Any], ...] = (Resource, Question, CountryProfile)


# --- collections ---------------------------------------------------------------------------------------------------
@dataclass(frozen=True)
class Kept:
    """An item of a collection with the thing itself, which its reader may read."""

    item: ReadingListItem
    obj: Any

    @property
    def kind(self) -> str:
        return str(self.obj._meta.verbose_name)

    @property
    def language(self) -> str:
        return getattr(self.obj, "language", "")


def collections_of(user: access.Reader, space: Space | None = None) -> QuerySet[ReadingList]:
    """The collections open to `user`, or those of one space."""
    found = ReadingList.objects.open_to(user).select_related("space", "created_by")
    return found.filter(space=space) if space is not None else found


def readable_items(reading_list: ReadingList, user: access.Reader) -> list[Kept]:
    """What `user` may read of a collection, in its order. One query for each kind of thing in it."""
    items = list(reading_list.items.select_related("object_type"))
    keys: dict[ContentType, list[int]] = {}
    for item in items:
        keys.setdefault(item.object_type, []).append(item.object_id)
    found: dict[tuple[int, int], Any] = {}
    for kind, pks in keys.items():
        if (model := kind.model_class()) is not None:
            rows = access.readable_by(named.live(model._default_manager.filter(pk__in=pks)), user)
            found |= {(kind.pk, row.pk): row for row in rows.select_related("audience")}
    kept = ((item, found.get((item.object_type_id, item.object_id))) for item in items)
    return [Kept(item, obj) for item, obj in kept if obj is not None]


def found_at(address: str, user: access.Reader) -> Any | None:
    """The thing whose page is at this path of the site, if `user` may read it."""
    try:
        match = resolve(address)
    except Resolver404:
        return None
    key, kind = match.kwargs.get("key"), (match.url_name or "").removesuffix("_detail").replace("_", "")
    model = marked_models().get({"news": "newsitem"}.get(kind, kind))
    if model is None or not key or "\0" in key:
        return None
    obj = access.readable_by(named.live(model._default_manager.all()), user).filter(key=key).first()
    return obj if obj is not None and obj.get_absolute_url() == address else None


# --- suggested -----------------------------------------------------------------------------------------------------
def suggested_for(page: Any, user: access.Reader, limit: int = SUGGESTED) -> list[Any]:
    """What else `user` may read on the topics of `page`: of more topics in common first, then what is used more."""
    topics = [topic.pk for topic in page.topics.all()]
    if not topics:
        return []
    ranked: list[tuple[tuple[int, int, int], type[Any], int, int]] = []
    for model in SUGGESTED_KINDS:
        rows = (
            model.objects.live()
            .readable_by(user)
            .filter(topics__in=topics)
            .annotate(common=Count("topics"), used=_used(model), spoken=_in_the_readers_language())
            .order_by("-common", "-spoken", "-used", "-first_published_at")
        )
        for pk, original, *rank in rows.values_list("pk", "translation_of_id", "common", "spoken", "used")[: limit * 2]:
            ranked.append(((rank[0], rank[1], rank[2]), model, pk, original or pk))
    own = getattr(page, "translation_of_id", None) or page.pk
    return _fetched(_best(ranked, own, limit))


def most_used(user: access.Reader, limit: int = SUGGESTED) -> list[Any]:
    """What is used most, of what `user` may read."""
    kinds = {ContentType.objects.get_for_model(model).pk: model for model in SUGGESTED_KINDS}
    rows = Use.objects.filter(object_type__in=kinds, month__gte=_first_month()).values("object_type", "object_id")
    used = list(rows.annotate(all=Sum("number")).order_by("-all", "object_id")[:LOOKED_AT])
    readable: set[tuple[int, int]] = set()
    for kind, model in kinds.items():
        keys = [row["object_id"] for row in used if row["object_type"] == kind]
        open_to = model.objects.live().readable_by(user).filter(pk__in=keys)
        readable |= {(kind, pk) for pk in open_to.values_list("pk", flat=True)}
    wanted = [(row["object_type"], row["object_id"]) for row in used]
    return _fetched([(kinds[kind], pk) for kind, pk in wanted if (kind, pk) in readable][:limit])


def _best(ranked: list, own: int, limit: int) -> list[tuple[type[Any], int]]:
    """The first of them, of a page and its translations one, and the page itself not."""
    seen, best = {own}, []
    for _rank, model, pk, original in sorted(ranked, key=lambda one: one[0], reverse=True):
        if original not in seen:
            seen.add(original)
            best.append((model, pk))
    return best[:limit]


def _fetched(wanted: Iterable[tuple[type[Any], int]]) -> list[Any]:
    wanted = list(wanted)
    rows: dict[int, Any] = {}
    for model in {model for model, _pk in wanted}:
        rows |= model.live_pages().in_bulk([pk for one, pk in wanted if one is model])
    return [rows[pk] for _model, pk in wanted if pk in rows]


def _used(model: type[Any]) -> Coalesce:
    kind = ContentType.objects.get_for_model(model)
    uses = Use.objects.filter(object_type=kind, object_id=OuterRef("pk"), month__gte=_first_month())
    total = uses.order_by().values("object_id").annotate(all=Sum("number")).values("all")
    return Coalesce(Subquery(total, output_field=IntegerField()), 0)


def _in_the_readers_language() -> Case:
    return Case(When(language=languages.current(), then=Value(1)), default=Value(0), output_field=IntegerField())


def _first_month() -> date:
    today = timezone.localdate()
    months = today.year * 12 + today.month - 1 - (MONTHS_THAT_COUNT - 1)
    return date(months // 12, months % 12 + 1, 1)
