"""Days as people write them: a day, a month or a year, in figures of any script or with the month's name."""

import re
import unicodedata
from calendar import monthrange
from datetime import date, timedelta
from functools import cache

from django.conf import settings
from django.utils import translation
from django.utils.dates import MONTHS, MONTHS_3, MONTHS_ALT

from search import words

Days = tuple[date, date]

_YEAR_FIRST = re.compile(r"(\d{4})(?:[-./](\d{1,2})(?:[-./](\d{1,2}))?)?")
_DAY_FIRST = re.compile(r"(?:(\d{1,2})[-./])?(\d{1,2})[-./](\d{4})")
_WITH_NAME = re.compile(r"(?:(\d{1,2})\.?\s+)?([^\W\d_]+)\.?,?\s+(\d{4})")
_NAME_FIRST = re.compile(r"([^\W\d_]+)\.?\s+(\d{1,2}),?\s+(\d{4})")
_AGO = re.compile(r"(\d{1,3})\s?([dwmy])")
_DAYS_OF = {"d": 1, "w": 7, "m": 30, "y": 365}


def read(text: str, today: date) -> Days | None:
    """The first and the last day of what `text` names; None where it names no day, or might name either of two."""
    text = "".join(_figure(sign) for sign in text).strip().casefold()
    if text in ("today", "сегодня", "آج"):
        return today, today
    if text in ("yesterday", "вчера"):
        return today - timedelta(days=1), today - timedelta(days=1)
    try:
        return _read(text, today)
    except (ValueError, OverflowError):  # no such day: 31 February, the year 0
        return None


def _read(text: str, today: date) -> Days | None:
    if match := _YEAR_FIRST.fullmatch(text):
        return _span(*match.groups())
    if match := _DAY_FIRST.fullmatch(text):
        day, month, year = match.groups()
        # 3/4 is March to some and April to others.
        might_be_either = "/" in text and day and int(day) <= 12 and int(month) <= 12 and int(day) != int(month)
        return None if might_be_either else _span(year, month, day)
    if match := _WITH_NAME.fullmatch(text):
        day, name, year = match.groups()
        return _named(year, name, day)
    if match := _NAME_FIRST.fullmatch(text):
        name, day, year = match.groups()
        return _named(year, name, day)
    if match := _AGO.fullmatch(text):
        day_then = today - timedelta(days=int(match[1]) * _DAYS_OF[match[2]])
        return day_then, day_then
    return None


def _figure(sign: str) -> str:
    return str(unicodedata.digit(sign)) if sign.isdigit() and unicodedata.category(sign) == "Nd" else sign


def _named(year: str, name: str, day: str | None) -> Days | None:
    month = _months().get(words.fold(name))
    return _span(year, str(month), day) if month else None


def _span(year: str, month: str | None, day: str | None) -> Days:
    first = date(int(year), int(month or 1), int(day or 1))
    if day:
        return first, first
    last_month = int(month or 12)
    return first, date(first.year, last_month, monthrange(first.year, last_month)[1])


@cache
def _months() -> dict[str, int]:
    """The months by their names, folded, in each language of the interface."""
    named: dict[str, int] = {}
    for language, _label in settings.LANGUAGES:
        with translation.override(language):
            for names in (MONTHS, MONTHS_ALT, MONTHS_3):
                named |= {words.fold(str(name)): number for number, name in names.items()}
    return named
