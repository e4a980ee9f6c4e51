"""Forms about commitments."""

from decimal import Decimal
from typing import Any

from django import forms
from django.conf import settings
from django.core.exceptions import ValidationError
from django.db.models import Q, QuerySet
from django.utils.translation import gettext_lazy as _

from accounts.models import User
from coordination import attachments, audit, selectors, services
from coordination.forms.shared import (
    DESCRIPTION_MAX_LENGTH,
    REASON_MAX_LENGTH,
    REPORT_MAX_LENGTH,
    DeedForm,
    DueFields,
    LatestForm,
    OnceForm,
    ReportForm,
    SeveralOf,
    a_day,
    one_line,
    paragraphs,
)
from coordination.models import (
    Agreement,
    Article,
    Commitment,
    CommitmentState,
    Confidence,
    Organisation,
    Recurrence,
    Space,
    Verdict,
)
from coordination.models.commitments import NUMBER_DECIMALS, NUMBER_DIGITS

UNIT_MAX_LENGTH = 60


class NumberField(forms.DecimalField):
    """A number in a line of text: in the digits of any script, with the comma or point of the language."""

    def __init__(self, **kwargs: Any) -> None:
        kwargs.setdefault("required", False)
        widget = forms.TextInput(attrs={"inputmode": "decimal", "autocomplete": "off"})
        super().__init__(
            max_digits=NUMBER_DIGITS, decimal_places=NUMBER_DECIMALS, localize=True, widget=widget, **kwargs
        )

    def prepare_value(self, value: Any) -> Any:
        """Without the noughts that the database puts behind it."""
        return Decimal(audit.plain(value)) if isinstance(value, Decimal) else value


class _SeveralFiles(forms.FileInput):
    allow_multiple_selected = True

    def value_from_datadict(self, data: Any, files: Any, name: str) -> Any:
        return files.getlist(name) if hasattr(files, "getlist") else files.get(name)


class FilesField(forms.FileField):
    """Several files, each judged by its content."""

    def __init__(self, *, most: int, **kwargs: Any) -> None:
        self.most = most
        super().__init__(required=False, allow_empty_file=True, widget=_SeveralFiles(), **kwargs)

    def clean(self, data: Any, initial: Any = None) -> list[Any]:
        files = [super(FilesField, self).clean(one, initial) for one in data or []]
        if len(files) > self.most:
            raise ValidationError(_("At most %(most)s files at once."), params={"most": self.most})
        for file in files:
            attachments.keeper().check(file)
        return files


class ReportProgressForm(ReportForm):
    """How a commitment goes, and the evidence of it."""

    states, transitions = CommitmentState, services.COMMITMENT_TRANSITIONS
    text = paragraphs(_("What has been done"), max_length=REPORT_MAX_LENGTH, required=True)
    value = NumberField(label=_("Value"))
    confidence = forms.ChoiceField(
        label=_("Confidence"), choices=[("", _("not said")), *Confidence.choices], required=False
    )
    reason = paragraphs(
        _("Why it gets worse"),
        max_length=REASON_MAX_LENGTH,
        rows=2,
        help_text=_("Where the state is worse than before."),
    )
    new_due_on = a_day(_("Now expected on"))
    files = FilesField(  # type: ignore[assignment]  # Django takes the fields out before a form has files
        label=_("Files as evidence"), most=services.MOST_FILES_OF_A_REPORT
    )
    evidence_url = forms.URLField(
        label=_("Evidence (a public address)"), max_length=200, required=False, assume_scheme="https"
    )
    # Asked only of a value that is far from what is expected.
    is_sure = forms.BooleanField(label=_("Yes, this value is right."), required=False, widget=forms.HiddenInput)
    field_order = (
        "text", "files", "value", "state", "is_sure", "confidence", "reason", "new_due_on", "evidence_url",
    )  # fmt: skip

    def __init__(self, *args: Any, commitment: Commitment, may_record: bool, may_attach: bool, **kwargs: Any) -> None:
        self.may_record = may_record
        super().__init__(*args, state=commitment.state, **kwargs)
        self.fields["confidence"].initial = commitment.confidence
        self.fields["text"].widget.attrs["rows"] = 3
        keeper = attachments.keeper()
        self.fields["files"].help_text = keeper.hint
        self.fields["files"].widget.attrs["accept"] = ",".join(f".{suffix}" for suffix in keeper.suffixes)
        if not may_attach:
            del self.fields["files"]
        if commitment.is_measured:
            self.fields["value"].help_text = _("In: %(unit)s.") % {"unit": commitment.unit}
        else:
            del self.fields["value"], self.fields["is_sure"]

        self.expected = services.plausible(commitment) if commitment.is_measured else None

    def worse_states(self) -> str:
        """For the script that shows what a step down asks for only where one is chosen."""
        return " ".join(one for one in CommitmentState.values if services.gets_worse(self.offered_from, one))

    def dated_states(self) -> str:
        return " ".join(one for one in CommitmentState.values if services.asks_for_a_date(self.offered_from, one))

    def _offer_from(self, state: str) -> None:
        self.offered_from = state
        super()._offer_from(state)
        if not self.may_record:
            self.fields["state"].choices = [
                (value, label)
                for value, label in self.fields["state"].choices
                if services.right_to_move(state, value) == "follow_up"
            ]

    def add_refusal(self, refusal: ValidationError) -> None:
        """A value that is far off is asked about: a box to tick appears, and what was typed stays."""
        super().add_refusal(refusal)
        if self.has_error("value", code="far"):
            self.fields["is_sure"].widget = forms.CheckboxInput()

    def let_go_of_files(self) -> None:
        """A browser keeps what was typed in a form that comes back, but not its files: say so beside them."""
        if self.files and "files" in self.fields and not self.has_error("files"):
            self.add_error("files", _("Choose the files once more: a form that comes back cannot keep them."))


class ReviewForm(DeedForm):
    """Accept a report, or return it with a reason."""

    verdict = forms.ChoiceField(choices=[choice for choice in Verdict.choices if choice[0] != Verdict.PENDING])
    reason = paragraphs(_("What is missing"), max_length=REASON_MAX_LENGTH, rows=2)


class ArticleField(forms.ModelChoiceField):
    def label_from_instance(self, obj: Article) -> str:
        return f"{obj.agreement.title}: {obj}"


class _CommitmentFields(DueFields):
    title = one_line(_("Title"))
    text = paragraphs(_("What was undertaken"), max_length=DESCRIPTION_MAX_LENGTH)
    partners = SeveralOf(
        label=_("Partners"),
        queryset=Organisation.objects.none(),
        required=False,
        widget=forms.CheckboxSelectMultiple,
        help_text=_("Who helps to keep it."),
    )
    indicator = one_line(_("Indicator"), required=False)
    unit = one_line(_("Unit"), max_length=UNIT_MAX_LENGTH, required=False)
    baseline = NumberField(label=_("Baseline"))
    target = NumberField(label=_("Target"))
    target_in_words = one_line(_("Target in words"), required=False)
    recurrence = forms.ChoiceField(label=_("Owed"), choices=Recurrence.choices, required=False, initial=Recurrence.NONE)
    language = forms.ChoiceField(label=_("Language of the text"), choices=settings.LANGUAGES)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["indicator"].help_text = _("What shows that it is kept: “Officers trained”.")
        self.fields["unit"].help_text = _("What the numbers count or measure: “officers”, “days”.")

    def clean_recurrence(self) -> str:
        return self.cleaned_data["recurrence"] or Recurrence.NONE


_NUMBERS = ("indicator", "unit", "baseline", "target", "target_in_words")
_DAYS = ("starts_on", "due_on", "recurrence", "language")


def _organisations(agreements: Any, space: Space) -> QuerySet[Organisation]:
    """Who can be named: whoever takes part in the space, and the parties of its agreements."""
    return (
        Organisation.objects.filter(
            Q(pk__in=selectors.organisations_in(space)) | Q(party_to__agreement__in=agreements.values("pk"))
        )
        .distinct()
        .order_by("acronym")
    )


class NewCommitmentForm(OnceForm, _CommitmentFields):
    party = forms.ModelChoiceField(label=_("Who undertook it"), queryset=Organisation.objects.none())
    owed_to = forms.ModelChoiceField(label=_("To whom"), queryset=Organisation.objects.none(), required=False)
    article = ArticleField(label=_("Article"), queryset=Article.objects.none(), required=False, to_field_name="key")
    field_order = ("title", "text", "party", "owed_to", "partners", "article", *_NUMBERS, *_DAYS)

    def __init__(self, *args: Any, space: Space, reader: User, article: str = "", **kwargs: Any) -> None:
        super().__init__(*args, initial={"language": reader.language, "article": article}, **kwargs)
        agreements = Agreement.live_pages().readable_by(reader).filter(space=space)
        organisations = _organisations(agreements, space)
        for name in ("party", "owed_to", "partners"):
            self.fields[name].queryset = organisations
        self.fields["article"].queryset = (
            Article.objects.readable_by(reader)
            .filter(agreement__in=agreements.values("pk"))
            .select_related("agreement")
            .order_by("agreement__title", "sort_order")
        )


class EditCommitmentForm(LatestForm, _CommitmentFields):
    field_order = ("title", "text", "partners", *_NUMBERS, *_DAYS)

    def __init__(self, *args: Any, commitment: Commitment, reader: User, **kwargs: Any) -> None:
        fields = [*type(self).base_fields]
        initial = {name: getattr(commitment, name) for name in fields if name != "partners"}
        initial["partners"] = present = list(commitment.partners.all())
        super().__init__(*args, initial=initial, **kwargs)
        agreements = Agreement.live_pages().readable_by(reader).filter(space=commitment.space_id)
        others = _organisations(agreements, commitment.space).values("pk")
        self.fields["partners"].queryset = Organisation.objects.filter(
            Q(pk__in=others) | Q(pk__in=[one.pk for one in present])
        ).exclude(pk=commitment.party_id)
