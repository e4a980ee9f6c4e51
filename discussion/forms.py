"""The form in which a message is written. What is wrong with a text is said by discussion.text, what is wrong with a
file by discussion.files; the form keeps what was typed."""

import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from django import forms
from django.http import HttpRequest, QueryDict
from django.utils.translation import gettext_lazy as _

from coordination import attachments
from coordination.forms import DeedForm, FilesField
from discussion import drafts, files, text, threads, words
from discussion.models import MESSAGE_LENGTH, Message, Thread


class UploadsField(FilesField):
    """Files that come with a message; the form has them checked together, each by its name."""

    def clean(self, data: Any, initial: Any = None) -> list[Any]:
        return [forms.FileField.clean(self, one, initial) for one in data or []]


@contextmanager
def beside_the_field() -> Iterator[None]:
    """What a check refuses under a name of its own is said beside the field that is looked at."""
    try:
        yield
    except forms.ValidationError as refusal:
        raise forms.ValidationError(refusal.messages) from refusal


class MessageForm(DeedForm):
    # What is missing is said in `clean`, in our own words; nothing here is optional.
    optional_goes_unsaid = True
    # Not `max_length`: the browser would cut a pasted text short in silence.
    text = forms.CharField(
        label=_("Your message"),
        required=False,
        strip=False,
        widget=forms.Textarea(attrs={"rows": 3, "dir": "auto", "placeholder": " ", "data-limit": MESSAGE_LENGTH}),
    )
    files = UploadsField(  # type: ignore[assignment]  # Django takes the fields out before a form has files
        label=_("Files"), most=files.FILES_OF_A_MESSAGE
    )
    # The key of the message that this one answers to.
    answers = forms.CharField(required=False, widget=forms.HiddenInput)
    submission = forms.UUIDField(widget=forms.HiddenInput, initial=uuid.uuid4)

    # How it will look, where that was asked for without scripts.
    preview: words.Words | None = None
    # Files came along and are gone with the request: a browser gives each once.
    lost_files = False

    def __init__(self, *args: Any, writer: Any = None, about: Any = None, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        keeper = attachments.keeper()
        self.fields["files"].help_text = keeper.hint
        self.fields["files"].widget.attrs["accept"] = ",".join(f".{suffix}" for suffix in keeper.suffixes)
        # What it is called in the addresses that its scripts ask (discussion.views.writing).
        self.about_name = threads.name_of(about) if about is not None else ""
        if isinstance(about, Thread) and not files.may_attach(writer, about):
            del self.fields["files"]

    @classmethod
    def empty(cls, writer: Any, about: Any, **kwargs: Any) -> "MessageForm":
        """The form as a page offers it: with what `writer` has typed before, on whatever device."""
        kwargs["initial"] = {"text": drafts.of(writer, about), **kwargs.get("initial", {})}
        return cls(writer=writer, about=about, **kwargs)

    @classmethod
    def sent(cls, request: HttpRequest, about: Any, **kwargs: Any) -> "MessageForm":
        """The form as it was sent; where it was only to be looked at, with how the message will look."""
        if "preview" not in request.POST:
            form = cls(request.POST, request.FILES, writer=request.user, about=about, **kwargs)
            form.lost_files = bool(request.FILES)
            return form
        typed = {name: value for name in cls.base_fields if (value := request.POST.get(name))}
        form = cls(writer=request.user, about=about, initial=typed, **kwargs)
        form.lost_files = bool(request.FILES)
        form.preview = words.preview(typed.get("text", ""), about, request.user)
        return form

    def clean_text(self) -> str:
        with beside_the_field():
            return text.check(self.cleaned_data["text"], may_be_empty=bool(self.files))

    def clean_files(self) -> list[Any]:
        with beside_the_field():
            files.check(self.cleaned_data["files"])
        return self.cleaned_data["files"]

    def said(self) -> dict[str, Any]:
        """What the service wants besides the words."""
        fields = self.cleaned_data
        key = fields.get("answers")
        return {
            "answers": Message.objects.filter(key=key).first() if key else None,
            "uploads": fields.get("files") or [],
            "titles": self.data.getlist("titles") if isinstance(self.data, QueryDict) else [],
        }
