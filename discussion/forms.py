"""Forms of a discussion. What is wrong with a text is said by discussion.text; the forms keep what was typed."""

import uuid

from django import forms
from django.utils.translation import gettext_lazy as _

from discussion import text
from discussion.models import MESSAGE_LENGTH


class MessageForm(forms.Form):
    # What is missing is said in `clean`, in our own words; nothing here is optional.
    optional_goes_unsaid = True
    # Not `max_length`: the browser would cut a pasted text short in silence.
    text = forms.CharField(
        label=_("Your message"),
        required=False,
        strip=False,
        widget=forms.Textarea(attrs={"rows": 3, "dir": "auto", "data-limit": MESSAGE_LENGTH}),
    )
    submission = forms.UUIDField(widget=forms.HiddenInput, initial=uuid.uuid4)

    def clean_text(self) -> str:
        try:
            return text.check(self.cleaned_data["text"])
        except forms.ValidationError as refusal:
            raise forms.ValidationError(refusal.messages) from refusal


class StartThreadForm(MessageForm):
    subject = forms.CharField(label=_("Subject"), required=False, widget=forms.TextInput(attrs={"dir": "auto"}))

    field_order = ("subject", "text", "submission")

    def clean_text(self) -> str:
        return self.cleaned_data["text"]  # the service checks both fields at once
