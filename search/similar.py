"""What is like an entry, of all that its reader may read: entries with a word of its title, and most of its words."""

from collections import Counter
from typing import Any

from django.contrib.contenttypes.models import ContentType

from coordination import access
from search import words
from search.engines import embedded
from search.models import Entry

# So many words of the text are asked for besides those of the title, of so much of it.
MOST_WORDS, LOOKED_THROUGH = 12, 20_000
SHORTEST = 4
SHOWN = 5
# An object of more parts is known by its first; of each object only the likest part is shown, so more are fetched.
MOST_PARTS = 40
FETCHED_FOR_EACH = 6


def similar_to(obj: Any, user: access.Reader) -> list[Entry]:
    """What is most like `obj`, by all parts of it that `user` may read; a fixed number of queries."""
    kind = ContentType.objects.get_for_model(obj)
    parts = list(
        Entry.objects.standing()
        .readable_by(user)
        .filter(content_type=kind, object_id=obj.pk)
        .order_by("part", "pk")
        .only("title", "body")[:MOST_PARTS]
    )
    if not parts:
        return []
    body = "\n".join(part.body for part in parts)
    return similar(Entry(content_type=kind, object_id=obj.pk, title=parts[0].title, body=body), user)


def similar(entry: Entry, user: access.Reader, shown: int = SHOWN) -> list[Entry]:
    """The entries of other objects that are most like `entry`, the likest first. Of those under one title, as the
    meetings of a series or a page and its file, only the first."""
    title = [word for word in words.split(entry.title) if _tells(word)][:MOST_WORDS]
    used = Counter(word for word in words.split(entry.body[:LOOKED_THROUGH]) if _tells(word))
    asked = list(dict.fromkeys([*title, *(word for word, _count in used.most_common(MOST_WORDS))]))
    if not asked:
        return []
    # Parts of the same object are beside it already.
    others = (
        Entry.objects.standing().readable_by(user).exclude(content_type=entry.content_type, object_id=entry.object_id)
    )
    numbers = embedded.with_some(title or asked, asked, others, shown * FETCHED_FOR_EACH)
    by_number = others.select_related("audience").defer("body", "places").in_bulk(numbers)
    found: dict[Any, Entry] = {}
    seen = {entry.title}
    for number in numbers:
        one = by_number.get(number)
        if one is not None and one.title not in seen:
            seen.add(one.title)
            found.setdefault((one.content_type_id, one.object_id), one)
    return list(found.values())[:shown]


def _tells(word: str) -> bool:
    return len(word) >= SHORTEST and word not in words.EMPTY and not word.isdigit()
