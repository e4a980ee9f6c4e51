"""The embedded engine: the ledger, searched by its database's own full text.

modelsearch keeps the text where each database searches it (FTS5 of SQLite, tsvector of PostgreSQL), and knows how to
ask for words there. Its own search is not used: it would cut the ledger to the reader's audience only after matching,
rank each row by a query of its own on SQLite, and count facets of single fields only.
"""

from typing import Any

from django.contrib.contenttypes.models import ContentType
from django.db import connection, models
from modelsearch.conf import get_app_config

from search.models import Entry

# How much more a word in the title weighs than one in the text.
TITLE_WEIGHT = 5.0
INDEX_CONFIG = "simple"  # PostgreSQL's dictionary that keeps words as they are: they come folded


def _index_entries() -> type[models.Model]:
    return get_app_config().get_model("IndexEntry")


# --- writing -------------------------------------------------------------------------------------------------------
def write(entries: list[Entry]) -> None:
    """Put the text of `entries` where the database searches it; the caller's transaction holds both."""
    if not entries:
        return
    content_type = ContentType.objects.get_for_model(Entry)
    IndexEntry = _index_entries()
    IndexEntry.objects.bulk_create(
        [
            # `title_norm` is modelsearch's, which rewrites every row where it is 1; ranking here does not use it.
            IndexEntry(content_type=content_type, object_id=str(entry.pk), title_norm=2.0, **_text_of(entry))
            for entry in entries
        ],
        update_conflicts=True,
        unique_fields=["content_type", "object_id"],
        update_fields=["title", "body", "autocomplete"],
    )


def remove(entries: list[Entry]) -> None:
    keys = [str(entry.pk) for entry in entries]
    if keys:
        content_type = ContentType.objects.get_for_model(Entry)
        _index_entries().objects.filter(content_type=content_type, object_id__in=keys).delete()


def _text_of(entry: Entry) -> dict[str, Any]:
    title, body = (field.get_value(entry) for field in Entry.search_fields)
    if connection.vendor != "postgresql":
        return {"title": title, "body": body, "autocomplete": ""}
    from django.contrib.postgres.search import SearchVector

    return {
        "title": SearchVector(models.Value(title), weight="A", config=INDEX_CONFIG),
        "body": SearchVector(models.Value(body), weight="D", config=INDEX_CONFIG),
        "autocomplete": SearchVector(models.Value(""), config=INDEX_CONFIG),
    }
