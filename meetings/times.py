"""Times of meetings: typed by the clock of the place, kept in UTC."""

from datetime import UTC, datetime
from zoneinfo import ZoneInfo

from django import forms
from django.core.exceptions import ValidationError
from django.utils import timezone
from django.utils.translation import gettext_lazy as _


def at_the_place(wall_clock: datetime, zone_name: str) -> datetime:
    """The moment at which a clock in the zone shows `wall_clock`; of two such moments in autumn the first.

    Raises ValidationError for a time that the clock leaps over in spring.
    """
    zone = ZoneInfo(zone_name)
    typed = wall_clock.replace(tzinfo=None)
    moment = typed.replace(tzinfo=zone).astimezone(UTC)
    if moment.astimezone(zone).replace(tzinfo=None) != typed:
        raise ValidationError(_("There is no such time on that day: the clocks are put forward."))
    return moment


class WallClockField(forms.DateTimeField):
    """A day and a time as a clock on the wall shows them; the form knows in which zone that wall stands."""

    def to_python(self, value):
        with timezone.override(UTC):
            return super().to_python(value)

    def prepare_value(self, value):
        return value


class TimesOfThePlaceMixin:
    """For a form with `starts_at`, `ends_at` and `time_zone`: both times are read by the clock of that zone."""

    times = ("starts_at", "ends_at")

    def clean(self):
        cleaned = super().clean() or self.cleaned_data
        for name in self.times:
            if cleaned.get("time_zone") and cleaned.get(name):
                try:
                    cleaned[name] = at_the_place(cleaned[name], cleaned["time_zone"])
                except ValidationError as refusal:
                    self.add_error(name, refusal)
        return cleaned


def wall_clock(moment: datetime, zone_name: str) -> datetime:
    """What the clock in the zone shows at `moment`, for typing."""
    return moment.astimezone(ZoneInfo(zone_name)).replace(tzinfo=None)
