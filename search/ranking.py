"""What counts besides the words, the same for both engines: how new something is, its kind, and whether it lies in one
of the reader's own spaces. The score of the words is raised by these shares of it, added up."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta

from django.utils import timezone

from coordination import access

# By how many days ago at most.
RECENT = {90: 0.08, 365: 0.06}
# What was agreed and what explains before what was only said, and things before people who are named in them.
KINDS = {
    **dict.fromkeys(("agreement", "record", "resource", "country_profile", "service_point", "glossary_term"), 0.1),
    **dict.fromkeys(("article", "commitment", "meeting", "visit", "news", "space", "organisation"), 0.05),
}
OWN_SPACE = 0.1
# What has all words comes before all that has only some: no score of words is as high as this.
ALL_WORDS = 1000.0


@dataclass(frozen=True)
class Share:
    """Entries whose `field` has one of `values`, or is a date from `since` on, count so much more."""

    share: float
    field: str
    values: tuple[str | int, ...] = ()
    since: date | None = None


def shares(user: access.Reader) -> Iterator[Share]:
    today = timezone.localdate()
    for days, share in RECENT.items():
        yield Share(share, "date", since=today - timedelta(days))
    for share in sorted(set(KINDS.values())):
        yield Share(share, "kind", tuple(kind for kind, its in KINDS.items() if its == share))
    if own := () if isinstance(user, access.Outsider) else tuple(sorted(access.memberships(user))):
        yield Share(OWN_SPACE, "space", own)
