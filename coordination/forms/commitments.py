"""Forms about commitments."""

from typing import Any

from django import forms
from django.conf import settings
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from accounts.models import User
from coordination import selectors, services
from coordination.forms.shared import (
    DESCRIPTION_MAX_LENGTH,
    REPORT_MAX_LENGTH,
    DueFields,
    LatestForm,
    OnceForm,
    ReportForm,
    one_line,
    paragraphs,
)
from coordination.models import (
    Agreement,
    Article,
    CommitmentState,
    Organisation,
    Space,
)


class ReportProgressForm(ReportForm):
    """How a commitment goes, and the evidence of it."""

    states, transitions = CommitmentState, services.COMMITMENT_TRANSITIONS
    text = paragraphs(_("What has been done"), max_length=REPORT_MAX_LENGTH, required=True)
    evidence_url = forms.URLField(
        label=_("Evidence (a public address)"), max_length=200, required=False, assume_scheme="https"
    )
    field_order = ("text", "state", "evidence_url")


class ArticleField(forms.ModelChoiceField):
    def label_from_instance(self, obj: Article) -> str:
        return f"{obj.agreement.title}: {obj}"


class _CommitmentFields(DueFields):
    title = one_line(_("Title"))
    text = paragraphs(_("What was undertaken"), max_length=DESCRIPTION_MAX_LENGTH)
    indicator = one_line(_("Indicator"), required=False)
    target = one_line(_("Target"), required=False)
    language = forms.ChoiceField(label=_("Language of the text"), choices=settings.LANGUAGES)


class NewCommitmentForm(OnceForm, _CommitmentFields):
    party = forms.ModelChoiceField(label=_("Who undertook it"), queryset=Organisation.objects.none())
    owed_to = forms.ModelChoiceField(label=_("To whom"), queryset=Organisation.objects.none(), required=False)
    article = ArticleField(label=_("Article"), queryset=Article.objects.none(), required=False, to_field_name="key")
    field_order = (
        "title", "text", "party", "owed_to", "article", "indicator", "target", "starts_on", "due_on", "language",
    )  # fmt: skip

    def __init__(self, *args: Any, space: Space, reader: User, article: str = "", **kwargs: Any) -> None:
        super().__init__(*args, initial={"language": reader.language, "article": article}, **kwargs)
        agreements = Agreement.live_pages().readable_by(reader).filter(space=space)
        organisations = (
            Organisation.objects.filter(
                Q(pk__in=selectors.organisations_in(space)) | Q(party_to__agreement__in=agreements.values("pk"))
            )
            .distinct()
            .order_by("acronym")
        )
        self.fields["party"].queryset = self.fields["owed_to"].queryset = organisations
        self.fields["article"].queryset = (
            Article.objects.readable_by(reader)
            .filter(agreement__in=agreements.values("pk"))
            .select_related("agreement")
            .order_by("agreement__title", "sort_order")
        )


class EditCommitmentForm(LatestForm, _CommitmentFields):
    field_order = ("title", "text", "indicator", "target", "starts_on", "due_on", "language")
