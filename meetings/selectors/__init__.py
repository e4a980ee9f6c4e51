"""What more than one view of meetings asks for."""

from meetings.selectors.agenda import (
    FIRST_REMINDER_DAYS,
    agenda_of,
    agenda_with_clock,
    is_to_be_reminded_of,
    next_of_the_series,
    rapporteurs_for,
    senders_of,
)
from meetings.selectors.briefing import MemberReading, briefing_of, readers_of_briefing
from meetings.selectors.meetings import (
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
    "FIRST_REMINDER_DAYS",
    "SPEAKER_ROWS",
    "MemberReading",
    "ShownParagraph",
    "ShownSection",
    "agenda_of",
    "agenda_with_clock",
    "briefing_of",
    "coming_meetings",
    "is_to_be_reminded_of",
    "narrowed_meetings",
    "next_of_the_series",
    "organisations_at",
    "persons_for",
    "posts_for",
    "programme_of",
    "rapporteurs_for",
    "readers_of_briefing",
    "record_of",
    "sections_shown",
    "senders_of",
    "texts_for_all_readers",
    "time_zones",
    "visits_with",
]
