"""Forms of knowledge. They say what is wrong beside its field; the services decide."""

from collections.abc import Collection
from typing import Any

from django import forms
from django.conf import settings
from django.core.exceptions import ValidationError
from django.utils.text import format_lazy
from django.utils.translation import gettext_lazy as _
from django.utils.translation import gettext_noop
from wagtail.documents.forms import BaseDocumentForm
from wagtail.images.forms import BaseImageForm

from accounts.text import validate_plain_text
from coordination import access, audit
from coordination.forms import DeedForm, FilesField, Filters, OnceForm, SeveralOf, a_day, one_line, paragraphs
from coordination.models import Country, Space, Topic
from knowledge.languages import WrittenLanguage
from knowledge.models import File, Licence, ReadingList, ResourceKind, Service, ServiceKind, ServicePointState
from knowledge.models.resources import EARLIEST_YEAR, LATEST_YEAR
from knowledge.uploads import KINDS, PICTURES, check_upload

ABSTRACT_MAX_LENGTH = 3000
WORDS_MAX_LENGTH = 100
# As many as Django takes in one request (DATA_UPLOAD_MAX_NUMBER_FILES); with scripts each goes by itself.
MOST_FILES_AT_ONCE = 100
AUTHORS_MAX_LENGTH = 1000


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
    authors = forms.CharField(
        label=_("Authors"),
        max_length=AUTHORS_MAX_LENGTH,
        required=False,
        validators=[validate_plain_text],
        help_text=_(
            "Separate them by semicolons. Of persons the family name first: “Khan, Ayesha; Ministry of Interior”."
        ),
    )
    publisher = one_line(_("Publisher"), required=False)
    year = forms.IntegerField(label=_("Year"), min_value=EARLIEST_YEAR, max_value=LATEST_YEAR, required=False)
    licence = forms.ChoiceField(label=_("Licence"), choices=[("", _("not known")), *Licence.choices], required=False)
    source_url = forms.URLField(label=_("Address of the original"), required=False, assume_scheme="https")
    language = forms.ChoiceField(label=_("Language of the text"), choices=settings.LANGUAGES)
    languages = forms.MultipleChoiceField(
        label=_("Languages that it is in"),
        choices=WrittenLanguage.choices,
        required=False,
        widget=forms.CheckboxSelectMultiple,
    )
    countries = SeveralOf(
        label=_("Countries"),
        queryset=Country.objects.filter(in_programme=True),
        required=False,
        widget=forms.CheckboxSelectMultiple,
    )
    topics = SeveralOf(
        label=_("Topics"), queryset=Topic.objects.all(), required=False, widget=forms.CheckboxSelectMultiple
    )
    file = UploadField(label=_("File"), required=False)


class TranslateForm(DeedForm):
    language = forms.ChoiceField(label=_("Into which language"))

    def __init__(self, *args: Any, languages: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["language"].choices = languages


class SeveralUploads(FilesField):
    """Several files, of which each is judged by itself afterwards: one that is bad stops no other."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.required = True

    def clean(self, data: Any, initial: Any = None) -> list[Any]:
        if not data:
            raise ValidationError(_("Choose at least one file."), code="required")
        if len(data) > self.most:
            raise ValidationError(_("At most %(most)s files at once."), params={"most": self.most})
        return list(data)


class SpaceFilesForm(OnceForm):
    files = SeveralUploads(label=_("Files"), most=MOST_FILES_AT_ONCE, help_text=WHAT_IS_TAKEN)  # type: ignore[assignment]
    becomes = forms.ChoiceField(
        label=_("What becomes of them"),
        choices=[
            ("drafts", _("a draft of a resource for each")),
            ("files", _("files of the space, to be chosen on pages")),
        ],
        initial="drafts",
        widget=forms.RadioSelect,
        help_text=_("A draft takes title, author and year from the file, as far as it says them."),
    )
    again = forms.BooleanField(label=_("Keep files that are here already once more"), required=False)


class AttachFileForm(OnceForm):
    title = one_line(_("Title of the file"), required=False)
    file = UploadField(label=_("File"))
    replaces = forms.ModelChoiceField(
        label=_("A new version of"),
        queryset=File.objects.none(),
        to_field_name="key",
        required=False,
        empty_label=_("another file, no version"),
        help_text=_("The newest version is offered; those before stay at their addresses."),
    )

    def __init__(self, *args: Any, files: Any = None, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if files is None or not files.exists():
            del self.fields["replaces"]
        else:
            self.fields["replaces"].queryset = files


# --- lists ---------------------------------------------------------------------------------------------------------
class ResourceFilters(Filters):
    q = forms.CharField(label=_("Words"), max_length=WORDS_MAX_LENGTH, required=False)
    kind = forms.ChoiceField(label=_("Kind"), choices=[("", _("any")), *ResourceKind.choices], required=False)
    country = forms.ModelChoiceField(label=_("Country"), queryset=Country.objects.none(), required=False)
    topic = forms.ModelChoiceField(
        label=_("Topic"), queryset=Topic.objects.none(), required=False, to_field_name="slug"
    )
    space = forms.ModelChoiceField(label=_("Space"), queryset=Space.objects.none(), required=False, to_field_name="key")
    language = forms.ChoiceField(
        label=_("Language"), choices=[("", _("any")), *WrittenLanguage.choices], required=False
    )
    year = forms.ChoiceField(label=_("Year"), required=False)
    licence = forms.ChoiceField(label=_("Licence"), choices=[("", _("any")), *Licence.choices], required=False)

    def __init__(self, *args: Any, reader: access.Reader, readable: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        keys = readable.order_by().values("pk")
        years = readable.exclude(year=None).order_by("-year").values_list("year", flat=True).distinct()
        self.fields["year"].choices = [("", _("any")), *((str(year), year) for year in years)]
        self.fields["country"].queryset = Country.objects.filter(resources__in=keys).distinct()
        self.fields["topic"].queryset = Topic.objects.filter(resources__in=keys).distinct()
        self.fields["space"].queryset = Space.objects.readable_by(reader).filter(
            pk__in=readable.order_by().values("space")
        )


class ServicePointFilters(Filters):
    country = forms.ModelChoiceField(label=_("Country"), queryset=Country.objects.none(), required=False)
    service = forms.ChoiceField(label=_("Service"), required=False)
    language = forms.ChoiceField(label=_("Language spoken"), required=False)
    state = forms.ChoiceField(label=_("State"), choices=[("", _("any")), *ServicePointState.choices], required=False)
    open_now = forms.BooleanField(label=_("Open now"), required=False)

    def __init__(self, *args: Any, readable: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        keys = readable.order_by().values("pk")
        self.fields["country"].queryset = Country.objects.filter(service_points__in=keys).distinct()
        kinds = set(Service.objects.filter(service_point__in=keys).values_list("kind", flat=True))
        spoken = {code for codes in readable.order_by().values_list("languages", flat=True) for code in codes}
        self.fields["service"].choices = [("", _("any")), *(one for one in ServiceKind.choices if one[0] in kinds)]
        self.fields["language"].choices = [
            ("", _("any")),
            *(one for one in WrittenLanguage.choices if one[0] in spoken),
        ]


class QuestionFilters(Filters):
    q = forms.CharField(label=_("Words"), max_length=WORDS_MAX_LENGTH, required=False)
    country = forms.ModelChoiceField(label=_("Country"), queryset=Country.objects.none(), required=False)
    topic = forms.ModelChoiceField(
        label=_("Topic"), queryset=Topic.objects.none(), required=False, to_field_name="slug"
    )
    language = forms.ChoiceField(label=_("Language"), choices=[("", _("any")), *settings.LANGUAGES], required=False)

    def __init__(self, *args: Any, readable: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        keys = readable.order_by().values("pk")
        self.fields["country"].queryset = Country.objects.filter(questions__in=keys).distinct()
        self.fields["topic"].queryset = Topic.objects.filter(questions__in=keys).distinct()


# --- collections, and what readers say ------------------------------------------------------------------------------
class NewCollectionForm(OnceForm):
    title = one_line(_("Title"), max_length=150)
    description = paragraphs(_("Description"), max_length=1000, rows=3)
    space = forms.ModelChoiceField(
        label=_("Shared in"), queryset=Space.objects.none(), required=False, to_field_name="key"
    )

    def __init__(self, *args: Any, reader: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        spaces = Space.objects.live().readable_by(reader)
        self.fields["space"].queryset = spaces.filter(pk__in=access.spaces_where(reader, "contribute_space"))
        self.fields["space"].empty_label = _("nobody: for me alone")


class CollectionForm(DeedForm):
    title = one_line(_("Title"), max_length=150)
    description = paragraphs(_("Description"), max_length=1000, rows=3)


class AddToCollectionForm(DeedForm):
    address = forms.CharField(
        label=_("Address of a page of this site"), max_length=1000, help_text=_("As the browser shows it.")
    )
    note = one_line(_("Note"), max_length=500, required=False)


class KeepForm(DeedForm):
    collection = forms.ModelChoiceField(
        label=_("Collection"), queryset=ReadingList.objects.none(), to_field_name="key", empty_label=None
    )
    note = one_line(_("Note"), max_length=500, required=False)

    def __init__(self, *args: Any, collections: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["collection"].queryset = collections


class VerdictForm(DeedForm):
    helpful = forms.ChoiceField(label=_("Was this helpful?"), choices=[("yes", _("Yes")), ("no", _("No"))])
    text = one_line(_("What is missing, or was good? (may be left empty)"), max_length=300, required=False)


class LookThroughForm(DeedForm):
    next_on = a_day(_("Look through it again on"))

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["next_on"].required = True


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
