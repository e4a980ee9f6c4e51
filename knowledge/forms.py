"""Forms of knowledge. They say what is wrong beside its field; the services decide."""

from collections.abc import Collection
from typing import Any

from django import forms
from django.conf import settings
from django.utils.text import format_lazy
from django.utils.translation import gettext_lazy as _
from django.utils.translation import gettext_noop
from wagtail.documents.forms import BaseDocumentForm
from wagtail.images.forms import BaseImageForm

from coordination import access, audit
from coordination.forms import Filters, OnceForm, one_line, paragraphs
from coordination.models import Country, Space, Topic
from knowledge.models import ResourceKind, ServicePointState
from knowledge.models.resources import EARLIEST_YEAR, LATEST_YEAR
from knowledge.uploads import KINDS, PICTURES, check_upload

ABSTRACT_MAX_LENGTH = 3000
WORDS_MAX_LENGTH = 100


WHAT_IS_TAKEN = format_lazy(
    _("At most {limit} MB: {suffixes}."), limit=settings.UPLOAD_LIMIT_MB, suffixes=", ".join(sorted(KINDS))
)


class UploadField(forms.FileField):
    """A file, judged by its content."""

    default_validators = [check_upload]

    def __init__(self, **kwargs: Any) -> None:
        kwargs.setdefault("help_text", WHAT_IS_TAKEN)
        # What the browser offers first; what was chosen is judged here all the same.
        accept = ",".join(f".{suffix}" for suffix in KINDS)
        super().__init__(widget=forms.FileInput(attrs={"accept": accept}), allow_empty_file=True, **kwargs)


class NewResourceForm(OnceForm):
    title = one_line(_("Title"))
    kind = forms.ChoiceField(label=_("Kind"), choices=ResourceKind.choices)
    abstract = paragraphs(_("Abstract"), max_length=ABSTRACT_MAX_LENGTH)
    authors = one_line(_("Authors"), required=False)
    publisher = one_line(_("Publisher"), required=False)
    year = forms.IntegerField(label=_("Year"), min_value=EARLIEST_YEAR, max_value=LATEST_YEAR, required=False)
    language = forms.ChoiceField(label=_("Language of the text"), choices=settings.LANGUAGES)
    countries = forms.ModelMultipleChoiceField(
        label=_("Countries"),
        queryset=Country.objects.filter(in_programme=True),
        required=False,
        widget=forms.CheckboxSelectMultiple,
    )
    topics = forms.ModelMultipleChoiceField(
        label=_("Topics"), queryset=Topic.objects.all(), required=False, widget=forms.CheckboxSelectMultiple
    )
    file = UploadField(label=_("File"), required=False)


class AttachFileForm(OnceForm):
    title = one_line(_("Title of the file"), required=False)
    file = UploadField(label=_("File"))


# --- lists ---------------------------------------------------------------------------------------------------------
class ResourceFilters(Filters):
    q = forms.CharField(label=_("Words"), max_length=WORDS_MAX_LENGTH, required=False)
    kind = forms.ChoiceField(label=_("Kind"), choices=[("", _("any")), *ResourceKind.choices], required=False)
    country = forms.ModelChoiceField(label=_("Country"), queryset=Country.objects.none(), required=False)
    topic = forms.ModelChoiceField(
        label=_("Topic"), queryset=Topic.objects.none(), required=False, to_field_name="slug"
    )
    space = forms.ModelChoiceField(label=_("Space"), queryset=Space.objects.none(), required=False, to_field_name="key")
    language = forms.ChoiceField(label=_("Language"), choices=[("", _("any")), *settings.LANGUAGES], required=False)

    def __init__(self, *args: Any, reader: access.Reader, readable: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        keys = readable.order_by().values("pk")
        self.fields["country"].queryset = Country.objects.filter(resources__in=keys).distinct()
        self.fields["topic"].queryset = Topic.objects.filter(resources__in=keys).distinct()
        self.fields["space"].queryset = Space.objects.readable_by(reader).filter(
            pk__in=readable.order_by().values("space")
        )


class ServicePointFilters(Filters):
    country = forms.ModelChoiceField(label=_("Country"), queryset=Country.objects.none(), required=False)
    state = forms.ChoiceField(label=_("State"), choices=[("", _("any")), *ServicePointState.choices], required=False)

    def __init__(self, *args: Any, readable: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["country"].queryset = Country.objects.filter(
            service_points__in=readable.order_by().values("pk")
        ).distinct()


# --- the editors' side ---------------------------------------------------------------------------------------------
class UploadedForm(forms.ModelForm):
    """What is put into a space with Wagtail's forms is judged as everywhere, and stands in the trail."""

    kinds: Collection[str] = KINDS

    def clean_file(self) -> Any:
        file = self.cleaned_data["file"]
        if "file" in self.changed_data and file:
            check_upload(file, kinds=self.kinds)
        return file

    def save(self, commit: bool = True) -> Any:
        is_new = self.instance._state.adding
        saved = super().save(commit=commit)
        if is_new and commit:
            audit.record(saved.uploaded_by_user, gettext_noop("file uploaded"), saved, after={"name": saved.filename})
        return saved


class EditorsFileForm(UploadedForm, BaseDocumentForm):
    pass


class EditorsPictureForm(UploadedForm, BaseImageForm):
    kinds = PICTURES
