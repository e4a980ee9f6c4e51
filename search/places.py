"""Where within its page the text of an entry stands: a page of a file, a paragraph of an article, a report.

The ledger keeps the text as one, so that words on two pages of a file find the file. A form feed stands between its
pieces, as between the pages of a paper; `Entry.places` names the fragment of each, `page=3` or `report-…`.
"""

import re
from collections.abc import Iterable
from dataclasses import dataclass

from django.utils.translation import gettext as _

from search import highlights
from search.models import Entry
from search.queries import Query

BETWEEN = "\f"
# So many pieces that seem to hold what was asked for are looked at closely, of so many characters together at most:
# results stay quick.
MOST_LOOKED_AT = 24
LOOKED_AT = 120_000
# Letters of a word by which a piece is chosen for a closer look: inflection changes the end of a word.
FIRST_LETTERS = 4

_PAGE = re.compile(r"page=(\d+)$")


@dataclass(frozen=True)
class Spot:
    """Where a result leads to, how that is called, and the text that stands there."""

    url: str
    label: str
    text: str


def join(body: str, places: Iterable[tuple[str, str]]) -> tuple[str, list[str]]:
    """The text of an entry and the fragments of its pieces; what has no words is no piece."""
    pieces = [(fragment, text.replace(BETWEEN, " ")) for fragment, text in places if text.strip()]
    if not pieces:
        return body, []
    fragments, texts = zip(*pieces, strict=True)
    return BETWEEN.join([body.replace(BETWEEN, " "), *texts]), list(fragments)


def best(entry: Entry, query: Query) -> Spot:
    """The piece of the text in which most of what was asked for stands; the whole where it is one, or nothing was."""
    if not entry.places:
        return Spot(entry.url, "", entry.body)
    pieces = list(zip(["", *entry.places], entry.body.split(BETWEEN), strict=False))
    chosen = _chosen(pieces, query)
    if chosen is None:  # found by its title
        # What stands before the pages of a file is the name that it was sent under, which tells a reader nothing.
        shown = pieces[1:] if _PAGE.match(entry.places[0]) else pieces
        return Spot(entry.url, "", next((text for _fragment, text in shown if text.strip()), ""))
    fragment, text = chosen
    page = _PAGE.match(fragment)
    label = _("page %(number)s") % {"number": page[1]} if page else ""
    return Spot(f"{entry.url.partition('#')[0]}#{fragment}" if fragment else entry.url, label, text)


def _chosen(pieces: list[tuple[str, str]], query: Query) -> tuple[str, str] | None:
    asked = {word[:FIRST_LETTERS] for word in highlights.wanted(query)}
    likely, length = [], 0
    for number, (_fragment, text) in enumerate(pieces):
        small = text.casefold()
        if found := sum(word in small for word in asked):
            likely.append((-found, number))
    if not likely and not all(word.isascii() for word in asked):
        # Of one script there are several keyboards: the text may be spelled with other letters.
        likely = [(0, number) for number in range(len(pieces))]
    best_so_far, chosen = 0, None
    for _found, number in sorted(likely)[:MOST_LOOKED_AT]:
        length += len(pieces[number][1])
        if length > LOOKED_AT:
            break
        weight = highlights.weight(pieces[number][1], query)
        if weight > best_so_far:
            best_so_far, chosen = weight, pieces[number]
    return chosen
