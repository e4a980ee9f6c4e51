"""On which days somebody is at work: weekends and holidays by country."""

from collections.abc import Callable, Iterable
from datetime import date, timedelta

from coordination.models import Country, Holiday, Weekend

# What falls on a longer row of days off goes out on its own day all the same.
MOST_DAYS_OFF = 14
# Where an organisation has no country.
USUAL_WEEKEND = str(Weekend.SATURDAY_SUNDAY)
_A_DAY = timedelta(days=1)


class WorkingDays:
    """The weekends and holidays of every country, as they stand when this is made."""

    def __init__(self, weekends: dict[str, str], holidays: Iterable[Holiday]) -> None:
        self._weekends = weekends
        self._on: set[tuple[str | None, date]] = set()
        self._yearly: dict[tuple[str | None, int, int], date] = {}
        for holiday in holidays:
            if holiday.yearly:
                self._yearly[holiday.country_id, holiday.day.month, holiday.day.day] = holiday.day
            else:
                self._on.add((holiday.country_id, holiday.day))
        with_days_of_their_own = {country for country, _day in self._on} | {key[0] for key in self._yearly}
        # One country for each weekend stands for all that have no more than that.
        usual = {weekend: country for country, weekend in weekends.items()}
        self._calendars: set[str | None] = {None, *with_days_of_their_own, *usual.values()}
        self._moved: dict[tuple[str | None, date, int], date] = {}

    @classmethod
    def as_configured(cls) -> "WorkingDays":
        return cls(dict(Country.objects.values_list("code", "weekend")), Holiday.objects.all())

    def is_working(self, day: date, country: str | None) -> bool:
        if str(day.weekday()) in self._weekends.get(country or "", USUAL_WEEKEND):
            return False
        return not any(self._is_holiday(day, where) for where in {None, country})

    def _is_holiday(self, day: date, country: str | None) -> bool:
        first = self._yearly.get((country, day.month, day.day))
        return (country, day) in self._on or (first is not None and day >= first)

    def before(self, day: date, country: str | None) -> date:
        """The day itself if it is a working day there, else the last one before it."""
        return self._nearest(day, country, -1)

    def after(self, day: date, country: str | None) -> date:
        """The day itself if it is a working day there, else the first one after it."""
        return self._nearest(day, country, 1)

    def earliest(self, day: date) -> date:
        """The earliest that `before` gives for any country."""
        return min(self._nearest(day, country, -1) for country in self._calendars)

    def latest(self, day: date) -> date:
        """The latest that `after` gives for any country."""
        return max(self._nearest(day, country, 1) for country in self._calendars)

    def _nearest(self, day: date, country: str | None, step: int) -> date:
        key = (country, day, step)
        if key not in self._moved:
            days = (day + number * step * _A_DAY for number in range(MOST_DAYS_OFF + 1))
            working: Callable[[date], bool] = lambda one: self.is_working(one, country)  # noqa: E731
            self._moved[key] = next(filter(working, days), day)
        return self._moved[key]
