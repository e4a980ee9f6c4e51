"""Times of meetings: typed by the clock of the place, kept in UTC.

When the clocks are put forward an hour is missing, and a time in it is refused. When they are put back an hour comes
twice, and whoever types a time in it is asked which of the two is meant.
"""

from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any
from zoneinfo import ZoneInfo

from django import forms
from django.core.exceptions import ValidationError
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

TWICE = "twice"


def moments_at(wall_clock: datetime, zone_name: str) -> list[datetime]:
    """The moments at which a clock in the zone shows `wall_clock`: one; none or two where the clocks are changed."""
    zone = ZoneInfo(zone_name)
    typed = wall_clock.replace(tzinfo=None)
    found = {typed.replace(tzinfo=zone, fold=fold).astimezone(UTC) for fold in (0, 1)}
    return sorted(moment for moment in found if moment.astimezone(zone).replace(tzinfo=None) == typed)


def at_the_place(wall_clock: datetime, zone_name: str) -> datetime:
    """The moment at which a clock in the zone shows `wall_clock`.

    Raises ValidationError for a time that the clock leaps over in spring, and for one that it shows twice in autumn.
    """
    moments = moments_at(wall_clock, zone_name)
    if not moments:
        raise ValidationError(_("There is no such time on that day: the clocks are put forward."))
    if len(moments) > 1:
        raise ValidationError(
            _("The clocks are put back on that day and show this time twice. Choose a time before or after."),
            code=TWICE,
        )
    return moments[0]


class WallClockField(forms.DateTimeField):
    """A day and a time as a clock on the wall shows them; the form knows in which zone that wall stands."""

    def to_python(self, value):
        with timezone.override(UTC):
            return super().to_python(value)

    def prepare_value(self, value):
        return value


if TYPE_CHECKING:
    _Form = forms.Form
else:
    _Form = object


class TimesOfThePlaceMixin(_Form):
    """For a form with `starts_at`, `ends_at` and `time_zone`: both times are read by the clock of that zone.

    Where a clock shows a time twice, the form asks which of the two is meant, in a field that appears then. A form
    that changes something sets `present`: a time that was left as it is is not asked about again.
    """

    times: tuple[str, ...] = ("starts_at", "ends_at")
    present: dict[str, datetime]
    # Whether the form can show a field that was not there at first.
    asks_which = True

    def clean(self):
        cleaned = super().clean() or self.cleaned_data
        for name in self.times:
            if cleaned.get("time_zone") and cleaned.get(name):
                try:
                    cleaned[name] = self._moment(name, cleaned[name], cleaned["time_zone"])
                except ValidationError as refusal:
                    self.add_error(name, refusal)
        return cleaned

    def _moment(self, name: str, typed: datetime, zone_name: str) -> datetime:
        present = getattr(self, "present", {}).get(name)
        if present is not None and wall_clock(present, zone_name) == typed.replace(tzinfo=None):
            return present
        moments = moments_at(typed, zone_name)
        if len(moments) < 2 or not self.asks_which:
            return at_the_place(typed, zone_name)
        answer = self._ask_which(name, moments, zone_name)
        if answer is None:
            raise ValidationError(
                _("The clocks are put back on that day and show this time twice. Say below which one you mean."),
                code=TWICE,
            )
        return moments[answer]

    def _ask_which(self, name: str, moments: list[datetime], zone_name: str) -> int | None:
        """Show the question beside the field, and give the answer, if there is one yet."""
        zone = ZoneInfo(zone_name)
        offsets = [f"{moment.astimezone(zone):%z}" for moment in moments]
        said = [_("the first time, before the clocks are put back (UTC%(offset)s)"),
                _("the second time, after the clocks are put back (UTC%(offset)s)")]  # fmt: skip
        choices = [(str(number), text % {"offset": offsets[number]}) for number, text in enumerate(said)]
        asked = f"{name}_which"
        label: Any = _("Which of the two: %(field)s") % {"field": self.fields[name].label}
        field = forms.ChoiceField(label=label, choices=choices, required=False, widget=forms.RadioSelect)
        before = list(self.fields)
        self.fields[asked] = field
        place = before.index(name) + 1
        self.order_fields([*before[:place], asked, *before[place:]])
        answer = field.widget.value_from_datadict(self.data, self.files, self.add_prefix(asked))
        return int(answer) if answer in dict(choices) else None


def wall_clock(moment: datetime, zone_name: str) -> datetime:
    """What the clock in the zone shows at `moment`, for typing."""
    return moment.astimezone(ZoneInfo(zone_name)).replace(tzinfo=None)
