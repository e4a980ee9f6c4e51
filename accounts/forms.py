"""Forms of the account: each says beside its field what is wrong."""

import zoneinfo
from functools import cache

from allauth.account import forms as allauth_forms
from django import forms
from django.apps import apps
from django.conf import settings
from django.utils.translation import gettext_lazy as _

from accounts import services
from accounts.models import User
from accounts.text import validate_plain_text
from accounts.widgets import QuickSelect

# Names such as `Etc/GMT+4` and `Cuba` are aliases that nobody looks for.
REGIONS = ("Africa", "America", "Asia", "Atlantic", "Australia", "Europe", "Indian", "Pacific")

PASSWORD_HELP = _("At least 12 characters. Four words that have nothing to do with each other are good.")


@cache
def time_zone_choices() -> list[tuple[str, str]]:
    """The zones that people look for, by name, and UTC."""
    names = sorted(name for name in zoneinfo.available_timezones() if name.split("/")[0] in REGIONS)
    return [("UTC", "UTC"), *((name, name.replace("_", " ")) for name in names)]


class LocaleForm(forms.ModelForm):
    """What Accord must know to show somebody a page: how to call them, in which language, in which time."""

    time_zone = forms.ChoiceField(
        label=_("Time zone"),
        choices=time_zone_choices,
        widget=QuickSelect,
        help_text=_("Times are shown in this zone, with the place’s own time beside them."),
    )

    class Meta:
        model = User
        fields: tuple[str, ...] = ("name", "language", "time_zone")


class PreferencesForm(LocaleForm):
    class Meta(LocaleForm.Meta):
        fields = ("name", "language", "time_zone", "theme", "mail_rhythm", "shows_presence")
        # “theme” alone is also a kind of space; other languages call the two by different words.
        labels = {
            "theme": _("Theme"),
            "mail_rhythm": _("Mail of what is new"),
            "shows_presence": _("Show others when I am there"),
        }
        help_texts = {
            "mail_rhythm": _("Reminders of what is due are among it. No mail says what it is about."),
            "shows_presence": _("Whoever has the same discussion open sees your name there, and when you are writing."),
        }


class AcceptInvitationForm(LocaleForm):
    password = forms.CharField(
        label=_("Password"),
        strip=False,
        widget=forms.PasswordInput(attrs={"autocomplete": "new-password"}),
        help_text=PASSWORD_HELP,
    )

    field_order = ("name", "password", "language", "time_zone")


class InvitationForm(forms.Form):
    email = forms.EmailField(label=_("E-mail address"), max_length=254)
    name = forms.CharField(label=_("Name"), max_length=150, validators=[validate_plain_text])
    organisation = forms.ModelChoiceField(
        label=_("Organisation"),
        queryset=None,
        help_text=_("The account gets the memberships that this organisation has in spaces."),
    )
    language = forms.ChoiceField(label=_("Language of the invitation"), choices=settings.LANGUAGES)

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        # By name: accounts stands below the package that holds organisations.
        self.fields["organisation"].queryset = apps.get_model("coordination.Organisation").objects.all()


def _named(form: forms.Form, **labels) -> None:
    """Call the fields of one of allauth's forms in our words; a placeholder is no label."""
    for name, label in labels.items():
        form.fields[name].label = label
        form.fields[name].help_text = ""
        form.fields[name].widget.attrs.pop("placeholder", None)


class SignInForm(allauth_forms.LoginForm):
    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        _named(self, login=_("E-mail address"), password=_("Password"))
        self.fields["remember"].label = _("Keep me signed in on this device")
        self.fields["login"].widget.attrs["autocomplete"] = "username"


class AskForNewPasswordForm(allauth_forms.ResetPasswordForm):
    """Answers the same, after the same work, whether the address has an account or not."""

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        _named(self, email=_("E-mail address"))

    def clean_email(self) -> str:
        return self.cleaned_data["email"].lower()

    def save(self, request, **kwargs) -> str:
        services.ask_for_new_password(self.cleaned_data["email"])
        return self.cleaned_data["email"]


class NewPasswordForm(allauth_forms.ResetPasswordKeyForm):
    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        _named(self, password1=_("New password"), password2=_("New password, once more"))
        self.fields["password1"].help_text = PASSWORD_HELP


class ChangePasswordForm(allauth_forms.ChangePasswordForm):
    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        _named(
            self,
            oldpassword=_("Present password"),
            password1=_("New password"),
            password2=_("New password, once more"),
        )
        self.fields["password1"].help_text = PASSWORD_HELP
