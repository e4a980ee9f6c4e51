"""What more than one view of meetings asks for."""

from meetings.selectors.meetings import (
    agenda_of,
    coming_meetings,
    narrowed_meetings,
    organisations_at,
    persons_for,
    posts_for,
    programme_of,
    record_of,
    time_zones,
    visits_with,
)
from meetings.selectors.records import (
    SPEAKER_ROWS,
    ShownParagraph,
    ShownSection,
    sections_shown,
    texts_for_all_readers,
)

__all__ = [
    "SPEAKER_ROWS",
    "ShownParagraph",
    "ShownSection",
    "agenda_of",
    "coming_meetings",
    "narrowed_meetings",
    "organisations_at",
    "persons_for",
    "posts_for",
    "programme_of",
    "record_of",
    "sections_shown",
    "texts_for_all_readers",
    "time_zones",
    "visits_with",
]
