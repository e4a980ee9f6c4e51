"""The interface for programs: searching all that the token's owner may read."""

from typing import Any

from django.http import QueryDict
from django.utils.html import strip_tags
from ninja import Field, Query, Router, Schema

from coordination import api
from coordination.api import REFUSALS, Text
from search import even, paging, selectors
from search.forms import SearchForm
from search.words import LONGEST_QUERY

router = Router(tags=["search"])


class HitOut(Schema):
    kind: str
    title: str
    passage: str
    language: str
    space: str | None
    url: str


class HitsOut(Schema):
    items: list[HitOut]
    total: int
    meant: str
    next_place: str | None = Field(None, description="for the parameter `place`")


class Asked(Schema):
    q: Text = Field(max_length=LONGEST_QUERY, description="as in the search box, operators included")
    place: Text = Field("", max_length=2000, description="`next_place` of the page before")


@router.get("/search", response={200: HitsOut, **REFUSALS}, summary="Search")
def search(request, asked: Query[Asked]):
    begun = even.begin()
    data = QueryDict(mutable=True)
    data.update({"q": asked.q, "place": asked.place})
    results = selectors.search(SearchForm(data).query(), request.user)
    if not results.total:
        even.wait_for_the_step(begun)
    return {
        "items": [_hit(hit) for hit in results.hits],
        "total": results.total,
        "meant": results.meant,
        "next_place": paging.seal(results.next) if results.next else None,
    }


def _hit(hit: Any) -> dict[str, Any]:
    return {
        "kind": hit.entry.kind,
        "title": strip_tags(str(hit.title)),
        "passage": strip_tags(str(hit.passage)),
        "language": hit.entry.language,
        "space": hit.space.key if hit.space else None,
        "url": api.settings.BASE_URL + hit.url,
    }
