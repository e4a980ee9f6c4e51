"""What the components of every package's templates need and Django does not have."""

import zlib
import zoneinfo
from collections.abc import Iterable
from datetime import date, datetime
from functools import cache, lru_cache
from typing import Any

from django import template
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.text import slugify
from django.utils.translation import get_language, get_language_bidi
from django.utils.translation import gettext as _

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
    is_one_day = end is not None and end.date() == start.date()
    text = _clock(start, end) if is_one_day else _clock(start)
    if with_day:
        text = f"{date_format(start, 'DATE_FORMAT')}{comma()}{text}"
    if end is None or is_one_day:
        return text
    return f"{text} – {date_format(end, 'DATE_FORMAT')}{comma()}{_clock(end)}"


def _clock(start: datetime, end: datetime | None = None) -> str:
    """The hours, which run from left to right in every language, as on a timetable (Unicode's isolates keep them)."""
    if end is None:
        return date_format(start, "H:i")
    text = f"{date_format(start, 'H:i')}–{date_format(end, 'H:i')}"
    return f"\u2066{text}\u2069" if get_language_bidi() else text


@register.simple_tag
def comma() -> str:
    """The comma of the reader's language, with the blank after it."""
    return "، " if get_language_bidi() else ", "


@register.filter
def listed(names: Iterable[object]) -> str:
    """Names in a row, with the comma of the reader's language between them."""
    return comma().join(str(name) for name in names)


# --- what stands in every row --------------------------------------------------------------------------------------
# Lists show these by the hundred: a template for each would take longer than all the rest of the page.
@register.simple_tag
def marking_of(marking: str) -> SafeString:
    """A pill as the Traffic Light Protocol 2.0 draws it."""
    return _pill(str(marking), get_language())


@cache
def _pill(marking: str, language: str | None) -> SafeString:
    return format_html(
        '<span class="accord-tlp accord-tlp-{}"><span class="visually-hidden">{} </span>'
        '<bdi dir="ltr">TLP:{}</bdi></span>',
        slugify(marking), _("Marking"), marking,
    )  # fmt: skip


@register.simple_tag
def state_of(state: str, label: str) -> SafeString:
    """A state by its value, and how it is called; the dot repeats the words."""
    return format_html('<span class="accord-state accord-state-{}">{}</span>', state, label)


@register.simple_tag
def due_of(thing: Any) -> SafeString | str:
    """When it is due; said in words, with a sign, where that is over."""
    due_on = getattr(thing, "due_on", None)
    return _due(due_on, bool(thing.is_overdue), get_language()) if due_on else ""


@lru_cache(maxsize=5000)
def _due(on: date, is_overdue: bool, language: str | None) -> SafeString:
    return format_html(
        '<span class="accord-due{}"><span class="bi bi-{}" aria-hidden="true"></span> {} <time datetime="{}">{}</time>'
        "</span>",
        " accord-due-over" if is_overdue else "",
        "exclamation-triangle-fill" if is_overdue else "calendar-event",
        _("overdue since") if is_overdue else _("due on"),
        on.isoformat(), date_format(on, "SHORT_DATE_FORMAT"),
    )  # fmt: skip


@register.simple_tag
def reference_of(thing: Any) -> SafeString | str:
    """Its short reference, to be read aloud and copied; nothing where it has none."""
    if not (reference := getattr(thing, "short_reference", "")):
        return ""
    return format_html(
        '<span class="accord-reference"><span class="visually-hidden">{} </span><bdi dir="ltr">{}</bdi></span>',
        _("Reference"), reference,
    )  # fmt: skip


@register.simple_tag
def illustrative_sign() -> SafeString:
    """Invented for the demonstration, not reported."""
    return format_html(
        '<span class="accord-illustrative" title="{}"><span class="bi bi-stars" aria-hidden="true"></span> {}</span>',
        _("Made up for the demonstration; not taken from a report"), _("Illustrative"),
    )  # fmt: skip
