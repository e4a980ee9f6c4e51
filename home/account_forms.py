"""Forms of administrators, about accounts and how organisations sign in."""

from allauth.socialaccount.providers.oauth2.client import OAuth2Error
from django import forms
from django.conf import settings
from django.core.exceptions import ValidationError
from django.utils.text import capfirst
from django.utils.translation import gettext_lazy as _

from accounts import identity
from accounts.models import IdentityProvider

REASON_LENGTH = 1000


class ResetForm(forms.Form):
    reason = forms.CharField(
        label=_("Why"),
        max_length=REASON_LENGTH,
        widget=forms.Textarea(attrs={"rows": 2}),
        help_text=_("And how you know that it is this person who asks. It stands in the audit trail."),
    )


class EraseForm(forms.Form):
    reason = forms.CharField(
        label=_("Why"),
        max_length=REASON_LENGTH,
        widget=forms.Textarea(attrs={"rows": 2}),
        help_text=_("Such as the number of the request. It stands in the audit trail for good: write no name into it."),
    )
    sure = forms.BooleanField(label=_("I have looked at what goes and what stays. It cannot be undone."))


class IdentityProviderForm(forms.ModelForm):
    issuer = forms.URLField(
        label=capfirst(IdentityProvider._meta.get_field("issuer").verbose_name),
        max_length=300,
        assume_scheme="https",
        help_text=IdentityProvider._meta.get_field("issuer").help_text,
    )

    class Meta:
        model = IdentityProvider
        fields: tuple[str, ...] = (
            "issuer", "client_id", "secret_name", "domains", "counts_second_factor", "acr_values", "is_required",
            "is_open",
        )  # fmt: skip

    def clean_issuer(self) -> str:
        issuer = self.cleaned_data["issuer"]
        if not identity.may_be_called(issuer):
            raise ValidationError(_("Write an address that begins with https://."))
        return issuer

    def clean_secret_name(self) -> str:
        name = self.cleaned_data["secret_name"]
        if name and name not in settings.OIDC_SECRETS:
            raise ValidationError(_("OIDC_SECRETS holds no secret of this name. Ask whoever runs Accord to add it."))
        return name

    def clean_domains(self) -> str:
        domains = self.cleaned_data["domains"].split()
        others = IdentityProvider.objects.exclude(pk=self.instance.pk)
        taken = {domain for other in others for domain in other.domains.split()} & set(domains)
        if taken:
            raise ValidationError(
                _("Another organisation signs in for %(domains)s."), params={"domains": ", ".join(sorted(taken))}
            )
        return " ".join(domains)

    def clean(self) -> dict:
        """What is taken into use is asked first: a wrong issuer would close the door for all of the organisation."""
        cleaned = super().clean() or self.cleaned_data
        if cleaned.get("is_required") and not cleaned.get("is_open"):
            self.add_error("is_required", _("It cannot be the only way while it is not in use."))
        if cleaned.get("is_open") and cleaned.get("issuer"):
            try:
                identity.discovered(cleaned["issuer"])
            except OAuth2Error:
                self.add_error("issuer", _("Nobody answers there as this issuer. Look at the address once more."))
        return cleaned
