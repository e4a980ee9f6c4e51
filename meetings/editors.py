"""The forms of meetings and visits on the editors' side."""

from django import forms
from django.utils.translation import gettext_lazy as _
from wagtail.admin.widgets import AdminDateTimeInput

from coordination.editors_forms import LatestPageForm
from meetings.times import TimesOfThePlaceMixin, WallClockField, wall_clock


class _VersionedPageForm(LatestPageForm):
    """For pages that the site changes without a new revision: an older version is an older form."""

    version = forms.IntegerField(widget=forms.HiddenInput, required=False)

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        self.initial["version"] = self.instance.version

    def is_older(self):
        is_older = super().is_older()
        version = type(self.instance).objects.values_list("version", flat=True).get(pk=self.instance.pk)
        if self.data.get("version") == str(version):
            return is_older
        self.data = self.data.copy()
        self.data["version"] = version
        return True


class MeetingPageForm(TimesOfThePlaceMixin, _VersionedPageForm):
    """The times are typed and shown by the clock of the place, not by that of whoever edits."""

    starts_at = WallClockField(label=_("starts"), widget=AdminDateTimeInput)
    ends_at = WallClockField(label=_("ends"), widget=AdminDateTimeInput)
    # The panels show only what they were made for: a time that the clocks show twice is refused here.
    asks_which = False

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        self.present = {}
        for name in self.times:
            if moment := getattr(self.instance, name):
                self.present[name] = moment
                self.initial[name] = wall_clock(moment, self.instance.time_zone)


class VisitPageForm(_VersionedPageForm):
    """A visit is written on its own page of the site too."""
