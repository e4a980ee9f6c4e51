"""The days of the demonstration: relative to today, and never on a weekend."""

from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from django.contrib.contenttypes.models import ContentType
from django.db.models import Model
from django.utils import timezone

from discussion.models import Notification

# The report is of September 2023 and names no day.
MONTH_OF_THE_REPORT = (date(2023, 9, 1), date(2023, 9, 30))
SATURDAY = 5


def day(offset: int) -> date:
    """The day so many days from today; a weekend gives way to the Monday after it."""
    found = timezone.localdate() + timedelta(days=offset)
    return found + timedelta(days=max(0, 7 - found.weekday()) if found.weekday() >= SATURDAY else 0)


def moment(on: date, hour: int, zone: str) -> datetime:
    """That hour of the clock in `zone`, in UTC."""
    return datetime.combine(on, time(hour), ZoneInfo(zone)).astimezone(UTC)


def days_ago(days: float) -> datetime:
    """The moment so many days before now."""
    return timezone.now() - timedelta(days=days)


class Past:
    """When things happened that the loader does now; laid down at the end, in one go."""

    # What each kind calls the moment at which it came to be.
    FIELDS = ("created_at", "updated_at", "state_since", "circulated_at", "first_published_at", "last_published_at")

    def __init__(self) -> None:
        self._noted: list[tuple[Model, datetime]] = []

    def note(self, obj: Model, when: datetime) -> None:
        """`obj` came to be at `when`; never in the future."""
        self._noted.append((obj, min(when, timezone.now())))

    def lay_down(self) -> None:
        """Set the times without touching anything else: neither versions nor the ledger take notice."""
        for obj, when in self._noted:
            names = {field.name for field in obj._meta.concrete_fields}
            times = {name: when for name in self.FIELDS if name in names}
            type(obj)._base_manager.filter(pk=obj.pk).update(**times)
            kind = ContentType.objects.get_for_model(obj)
            Notification.objects.filter(object_type=kind, object_id=obj.pk).update(created_at=when)
