"""Forms of the account: each says beside its field what is wrong."""

import zoneinfo

from django import forms
from django.apps import apps
from django.conf import settings
from django.utils.translation import gettext_lazy as _

from accounts.models import User

# Names such as `Etc/GMT+4` and `Cuba` are aliases that nobody looks for.
REGIONS = ("Africa", "America", "Asia", "Atlantic", "Australia", "Europe", "Indian", "Pacific")


def time_zone_choices() -> list[tuple[str, str]]:
    """The zones that people look for, by name, and UTC."""
    names = sorted(name for name in zoneinfo.available_timezones() if name.split("/")[0] in REGIONS)
    return [("UTC", "UTC"), *((name, name.replace("_", " ")) for name in names)]


class LocaleForm(forms.ModelForm):
    """What Accord must know to show somebody a page: how to call them, in which language, in which time."""

    time_zone = forms.ChoiceField(
        label=_("Time zone"),
        choices=time_zone_choices,
        help_text=_("Times are shown in this zone, with the place’s own time beside them."),
    )

    class Meta:
        model = User
        fields = ("name", "language", "time_zone")


class PreferencesForm(LocaleForm):
    class Meta(LocaleForm.Meta):
        fields = ("name", "language", "time_zone", "theme")


class AcceptInvitationForm(LocaleForm):
    password = forms.CharField(
        label=_("Password"),
        strip=False,
        widget=forms.PasswordInput(attrs={"autocomplete": "new-password"}),
        help_text=_("At least 12 characters. Four words that have nothing to do with each other are good."),
    )

    field_order = ("name", "password", "language", "time_zone")


class InvitationForm(forms.Form):
    email = forms.EmailField(label=_("E-mail address"), max_length=254)
    name = forms.CharField(label=_("Name"), max_length=150)
    organisation = forms.ModelChoiceField(label=_("Organisation"), queryset=None)
    language = forms.ChoiceField(label=_("Language of the invitation"), choices=settings.LANGUAGES)

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        # By name: accounts stands below the package that holds organisations.
        self.fields["organisation"].queryset = apps.get_model("coordination.Organisation").objects.all()
