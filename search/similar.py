"""What is like an entry, of all that its reader may read: entries with a word of its title, and most of its words."""

from collections import Counter

from coordination import access
from search import words
from search.engines import embedded
from search.models import Entry

# So many words of the text are asked for besides those of the title, of so much of it.
MOST_WORDS, LOOKED_THROUGH = 12, 20_000
SHORTEST = 4
SHOWN = 5


def similar(entry: Entry, user: access.Reader, shown: int = SHOWN) -> list[Entry]:
    """The entries of other objects that are most like `entry`, the likest first."""
    title = [word for word in words.split(entry.title) if _tells(word)][:MOST_WORDS]
    used = Counter(word for word in words.split(entry.body[:LOOKED_THROUGH]) if _tells(word))
    asked = list(dict.fromkeys([*title, *(word for word, _count in used.most_common(MOST_WORDS))]))
    if not asked:
        return []
    # Parts of the same object are beside it already.
    others = (
        Entry.objects.standing().readable_by(user).exclude(content_type=entry.content_type, object_id=entry.object_id)
    )
    numbers = embedded.with_some(title or asked, asked, others, shown)
    by_number = others.select_related("audience").in_bulk(numbers)
    return [by_number[number] for number in numbers if number in by_number]


def _tells(word: str) -> bool:
    return len(word) >= SHORTEST and word not in words.EMPTY and not word.isdigit()
