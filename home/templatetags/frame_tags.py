"""What the components of every package's templates need and Django does not have."""

import zlib
import zoneinfo
from datetime import datetime

from django import template
from django.utils import timezone
from django.utils.formats import date_format

register = template.Library()

# How many shades components.css has for avatars.
SHADES = 6


@register.filter
def initials(name: object) -> str:
    """The first letters of the first and the last word: “Ayesha Noor Khan” is AK; an acronym keeps its own."""
    words = str(name).split()
    if not words:
        return "?"
    if len(words) == 1:
        return words[0][:2].upper()
    return (words[0][0] + words[-1][0]).upper()


@register.filter
def shade(name: object) -> int:
    """The same name has the same shade on every page and after every start."""
    return zlib.crc32(str(name).encode()) % SHADES


@register.simple_tag
def notes_of(field) -> str:
    """The ids of what stands beside a field: its help and its errors (components/field_notes.html)."""
    notes = [f"{field.auto_id}_helptext"] if field.help_text else []
    return " ".join([*notes, f"{field.auto_id}_error"] if field.errors else notes)


@register.simple_tag
def span_of_time(start: datetime, end: datetime | None = None) -> str:
    """“24 November 2026, 10:00–11:30”, in the reader's zone; the day of the end only where it is another."""
    return _span(timezone.localtime(start), timezone.localtime(end) if end else None)


@register.simple_tag
def span_there(start: datetime, end: datetime | None, zone: str) -> str:
    """The same in the zone of the place, with its city; nothing where its clocks show what the reader's show."""
    there = zoneinfo.ZoneInfo(zone)
    local = start.astimezone(there)
    if local.utcoffset() == timezone.localtime(start).utcoffset():
        return ""
    span = _span(local, end.astimezone(there) if end else None, with_day=local.date() != timezone.localdate(start))
    return f"{span} {zone.rsplit('/', 1)[-1].replace('_', ' ')}"


def _span(start: datetime, end: datetime | None, with_day: bool = True) -> str:
    text = date_format(start, "H:i")
    if with_day:
        text = f"{date_format(start, 'DATE_FORMAT')}, {text}"
    if end is None:
        return text
    if end.date() == start.date():
        return f"{text}–{date_format(end, 'H:i')}"
    return f"{text} – {date_format(end, 'DATE_FORMAT')}, {date_format(end, 'H:i')}"
