"""The forms of meetings and visits on the editors' side."""

from django import forms
from django.utils.translation import gettext_lazy as _
from wagtail.admin.widgets import AdminDateTimeInput

from coordination.editors_forms import LatestPageForm
from meetings.times import TimesOfThePlaceMixin, WallClockField, wall_clock


class MeetingPageForm(TimesOfThePlaceMixin, LatestPageForm):
    """The times are typed and shown by the clock of the place, not by that of whoever edits."""

    starts_at = WallClockField(label=_("starts"), widget=AdminDateTimeInput)
    ends_at = WallClockField(label=_("ends"), widget=AdminDateTimeInput)
    # The pages of the site change a meeting without a new revision.
    version = forms.IntegerField(widget=forms.HiddenInput, required=False)

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        for name in self.times:
            if moment := getattr(self.instance, name):
                self.initial[name] = wall_clock(moment, self.instance.time_zone)
        self.initial["version"] = self.instance.version

    def is_older(self):
        is_older = super().is_older()
        version = type(self.instance).objects.values_list("version", flat=True).get(pk=self.instance.pk)
        if self.data.get("version") == str(version):
            return is_older
        self.data = self.data.copy()
        self.data["version"] = version
        return True


class VisitPageForm(LatestPageForm):
    """Offers the posts of organisations that take part in the space: nobody learns of others' people here."""

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        if "head_post" in self.fields:
            self.fields["head_post"].queryset = self._posts()

    def _posts(self):
        from coordination import selectors
        from coordination.models import Post

        space = self.instance.space if self.instance.space_id else self.parent_page and self.parent_page.specific
        organisations = selectors.organisations_in(space) if space else []
        return Post.objects.filter(listed=True, organisation__in=organisations).select_related("organisation", "person")
