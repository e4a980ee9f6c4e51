"""What somebody may have meant to type: words of entries that this reader may read, and of nothing else.

The ledger is asked for readable entries with words that begin nearly as what was typed; their own text then says which
word is nearest. So the same is suggested whichever engine answers, and what the reader may not read has no part in it.
"""

from collections import Counter

from coordination import access
from search import words
from search.engines import embedded
from search.queries import Query

# Shorter words are too near to too many others.
SHORTEST = 4
# As many entries are looked through, and of each as much of its text.
MOST_ENTRIES, LOOKED_THROUGH = 60, 4_000
# A word of this length or more may differ in two letters, others in one.
LONG = 8


def better(query: Query, user: access.Reader) -> str:
    """The text of `query` with the words that nothing readable has put right; empty where nothing is nearer."""
    text = query.read_text
    corrected = {
        word: nearest
        for word in dict.fromkeys(term.text for term in query.asked.wanted_terms if not term.is_phrase)
        if (nearest := _nearest(word, user))
    }
    if not corrected:
        return ""
    return " ".join(corrected.get(word, word) for word in text.split())


def _nearest(typed: str, user: access.Reader) -> str:
    """The word nearest to `typed` in what the reader may read; empty where the word is there, or nothing is near."""
    [word, *others] = words.split(typed) or [""]
    if others or len(word) < SHORTEST or word.isdigit() or embedded.has_word(word, user):
        return ""
    furthest = 2 if len(word) >= LONG else 1
    seen: Counter[str] = Counter()
    for title, body in embedded.beginning_as(_beginnings(word), user, MOST_ENTRIES):
        seen.update(set(words.split(f"{title} {body[:LOOKED_THROUGH]}")))
    near = {other: distance for other in seen if (distance := _distance(word, other, furthest)) <= furthest}
    return min(near, key=lambda other: (near[other], -seen[other], other), default="")


def _beginnings(word: str) -> list[str]:
    """How what was meant may begin: as it was typed, or with a letter too many, or two of them changed round."""
    half = word[: max(3, len(word) // 2)]
    without = [half[:at] + half[at + 1 :] for at in range(len(half))]
    turned = [half[:at] + half[at + 1] + half[at] + half[at + 2 :] for at in range(len(half) - 1)]
    return list(dict.fromkeys(each for each in (half, half[:-1], *turned, *without) if len(each) > 1))


def _distance(one: str, other: str, furthest: int) -> int:
    """How many letters differ, are missing or changed round; more than `furthest` is said to be one more."""
    if abs(len(one) - len(other)) > furthest:
        return furthest + 1
    before: list[int] = []
    row = list(range(len(other) + 1))
    for at, letter in enumerate(one, start=1):
        longer_ago, before, row = before, row, [at]
        for there, its in enumerate(other, start=1):
            best = min(before[there] + 1, row[there - 1] + 1, before[there - 1] + (letter != its))
            if at > 1 and there > 1 and letter == other[there - 2] and one[at - 2] == its:
                best = min(best, longer_ago[there - 2] + 1)
            row.append(best)
        if min(row) > furthest:
            return furthest + 1
    return row[-1]
