"""Service points: narrowed down, with what is open now, on a map."""

from collections.abc import Callable, Iterable
from datetime import date, time
from typing import Any, NamedTuple
from zoneinfo import ZoneInfo

from django.db.models import QuerySet
from django.utils import timezone

from coordination.models import Country
from knowledge import maps
from knowledge.models import ServicePoint, Weekday

Chosen = Callable[[str], Any]


def narrowed_service_points(points: QuerySet[ServicePoint], chosen: Chosen) -> list[ServicePoint]:
    """What is open now is asked of each one's own clock and holidays, which no query knows."""
    for name in ("country", "state"):
        if value := chosen(name):
            points = points.filter(**{name: value})
    if kind := chosen("service"):
        points = points.filter(services__kind=kind).distinct()
    if language := chosen("language"):
        points = points.filter(languages__contains=f" {language} ")
    return [point for point in points if point.is_open_now or not chosen("open_now")]


def map_of(points: Iterable[ServicePoint]) -> maps.Drawing | None:
    """The points that say where they are; the countries of the programme stand out."""
    points = [point for point in points if point.has_place]
    if not points:
        return None
    return maps.draw(points, {one.name: str(one) for one in Country.objects.filter(in_programme=True)})


class Day(NamedTuple):
    name: str
    hours: list[tuple[time, time]]
    is_today: bool


def week_of(point: ServicePoint) -> list[Day]:
    """The seven days by name, each with its hours; none where it stays closed. Empty where no hours are known."""
    rows = list(point.opening_hours.all())
    if not rows:
        return []
    today = timezone.now().astimezone(ZoneInfo(point.time_zone)).weekday()
    return [
        Day(str(day.label), [(row.opens, row.closes) for row in rows if row.weekday == day], day == today)
        for day in Weekday
    ]


def coming_exceptions(point: ServicePoint) -> list[Any]:
    """Holidays and other days to come, by the clock of the place."""
    today: date = timezone.now().astimezone(ZoneInfo(point.time_zone)).date()
    return [one for one in point.exceptions.all() if one.last_day >= today]
