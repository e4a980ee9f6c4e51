"""Forms about actions."""

from datetime import date
from typing import Any

from django import forms
from django.conf import settings
from django.core.exceptions import ValidationError
from django.db.models import Q, QuerySet
from django.utils.translation import gettext_lazy as _

from accounts.models import User
from coordination import attachments, selectors, services
from coordination.forms.commitments import FilesField
from coordination.forms.shared import (
    DESCRIPTION_MAX_LENGTH,
    REASON_MAX_LENGTH,
    REPORT_MAX_LENGTH,
    DueFields,
    LatestForm,
    OnceForm,
    ReportForm,
    SeveralOf,
    one_line,
    paragraphs,
)
from coordination.models import (
    Action,
    ActionState,
    Organisation,
    Person,
    Priority,
    Space,
)

STEPS_MAX_LENGTH = 30_000
LINES_MAX_LENGTH = 100_000
SEARCH_MAX_LENGTH = 100


class PersonField(forms.ModelChoiceField):
    def label_from_instance(self, obj: Person) -> str:
        if obj.user and obj.user.organisation:
            return f"{obj.name} ({obj.user.organisation.acronym})"
        return obj.name


class StepsField(forms.CharField):
    """Steps, one on each line; each is a text of its own."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(
            label=_("Steps, one on each line"),
            required=False,
            max_length=STEPS_MAX_LENGTH,
            widget=forms.Textarea(attrs={"rows": 4}),
            **kwargs,
        )

    def clean(self, value: Any) -> list[str]:
        return str(super().clean(value)).splitlines()


class ReportOnActionForm(ReportForm):
    """What has been done on an action, and the state that it is in now. Who only helps says the first."""

    states, transitions = ActionState, services.ACTION_TRANSITIONS
    text = paragraphs(_("What has been done"), max_length=REPORT_MAX_LENGTH)
    waiting_for_organisation = forms.ModelChoiceField(
        label=_("It waits for the organisation"), queryset=Organisation.objects.none(), required=False
    )
    waiting_for_text = one_line(_("or for somebody or something else"), required=False)
    waiting_reason = paragraphs(_("Why it waits"), max_length=REASON_MAX_LENGTH, rows=2)
    files = FilesField(  # type: ignore[assignment]  # Django takes the fields out before a form has files
        label=_("Files"), most=services.MOST_FILES_OF_A_REPORT
    )
    field_order = ("text", "state", "waiting_for_organisation", "waiting_for_text", "waiting_reason", "files")

    def __init__(self, *args: Any, action: Action, may_move: bool, may_attach: bool, **kwargs: Any) -> None:
        super().__init__(*args, state=action.state, **kwargs)
        self.fields["text"].widget.attrs["rows"] = 3
        self.fields["waiting_for_text"].help_text = _("Choose an organisation, write on whom it waits, or both.")
        self.fields["files"].help_text = attachments.keeper().hint
        self.fields["waiting_for_organisation"].queryset = selectors.organisations_in(action.space)
        if not may_attach:
            del self.fields["files"]
        if not may_move:
            for name in ("state", "seen_state", *services.WAITING_FIELDS):
                del self.fields[name]

    def catch_up(self, state: str) -> None:
        super().catch_up(state)
        if self.files and "files" in self.fields:
            self.add_error("files", _("Choose the files once more: a form that comes back cannot keep them."))


class _ActionFields(DueFields):
    title = one_line(_("What is to be done"))
    description = paragraphs(_("Details"), max_length=DESCRIPTION_MAX_LENGTH)
    priority = forms.TypedChoiceField(
        label=_("Priority"), choices=Priority.choices, initial=Priority.NORMAL, required=False,
        coerce=int, empty_value=Priority.NORMAL,  # type: ignore[arg-type]  # the stubs know of texts only
    )  # fmt: skip
    helpers = SeveralOf(
        label=_("Helpers"),
        queryset=Organisation.objects.none(),
        required=False,
        widget=forms.CheckboxSelectMultiple,
        help_text=_("Their contributors report and tick steps; the organisation above answers for it."),
    )
    language = forms.ChoiceField(label=_("Language of the text"), choices=settings.LANGUAGES)


class NewActionForm(OnceForm, _ActionFields):
    owner = forms.ModelChoiceField(
        label=_("Organisation"),
        queryset=Organisation.objects.none(),
        error_messages={"invalid_choice": _("Choose an organisation that takes part in this space.")},
    )
    owner_person = PersonField(label=_("Person"), queryset=Person.objects.none(), required=False)
    steps = StepsField()
    field_order = (
        "title", "description", "owner", "owner_person", "due_on", "priority", "starts_on", "steps", "helpers",
        "language",
    )  # fmt: skip

    def __init__(
        self, *args: Any, space: Space, reader: User, suggested: dict[str, Any] | None = None, **kwargs: Any
    ) -> None:
        initial = {"owner": reader.organisation_id, "language": reader.language, **(suggested or {})}
        super().__init__(*args, **{"initial": initial, **kwargs})
        self.fields["owner"].queryset = self.fields["helpers"].queryset = selectors.organisations_in(space)
        self.fields["owner_person"].queryset = selectors.persons_in(space)


class EditActionForm(LatestForm, _ActionFields):
    field_order = ("title", "description", "due_on", "priority", "starts_on", "helpers", "language")

    def __init__(self, *args: Any, action: Action, **kwargs: Any) -> None:
        initial = {name: getattr(action, name) for name in type(self).base_fields if name != "helpers"}
        initial["helpers"] = present = list(action.helpers.all())
        super().__init__(*args, **{"initial": initial, **kwargs})
        self.fields["helpers"].queryset = _with(selectors.organisations_in(action.space), present)


def _with(organisations: QuerySet[Organisation], present: list[Organisation]) -> QuerySet[Organisation]:
    """Those, and what stands there now: whoever left the space is not taken off by a form that says nothing of it."""
    keys = [one.pk for one in present]
    return Organisation.objects.filter(Q(pk__in=organisations.values("pk")) | Q(pk__in=keys)).order_by("acronym")


class StepsForm(LatestForm):
    steps = StepsField(
        help_text=_("Move, add or take out lines. A step that stays keeps who did it and when."),
    )

    def __init__(self, *args: Any, action: Action, **kwargs: Any) -> None:
        steps = "\n".join(action.checklist.values_list("text", flat=True))
        super().__init__(*args, **{"initial": {"steps": steps, "version": action.version}, **kwargs})
        self.fields["steps"].widget.attrs["rows"] = 12


class DependencySearchForm(forms.Form):
    q = forms.CharField(label=_("Words of its title, or its reference"), max_length=SEARCH_MAX_LENGTH, required=False)


class ManyActionsForm(OnceForm):
    """Many actions at once, one on each line: title | organisation | day."""

    lines = forms.CharField(
        label=_("One action on each line"),
        max_length=LINES_MAX_LENGTH,
        widget=forms.Textarea(attrs={"rows": 12, "dir": "auto"}),
        help_text=_("What is to be done | acronym of the organisation | day as 2026-05-31. The day may be left out."),
    )

    def __init__(self, *args: Any, space: Space, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._space = space

    def clean_lines(self) -> list[services.NewLine]:
        """The lines as the service takes them; every problem names its line as it was typed."""
        by_acronym: dict[str, list[Organisation]] = {}
        for organisation in selectors.organisations_in(self._space):
            for name in {organisation.acronym.casefold(), str(organisation).casefold()}:
                by_acronym.setdefault(name, []).append(organisation)
        found, problems = [], []
        for number, line in enumerate(self.cleaned_data["lines"].splitlines(), start=1):
            if not line.strip():
                continue
            try:
                found.append(_read_line(line, by_acronym, number))
            except ValidationError as refusal:
                problems += [_at_line(number, message) for message in refusal.messages]
        if problems:
            raise ValidationError(problems)
        return found


def _at_line(number: int, problem: str) -> str:
    return _("Line %(number)d: %(problem)s") % {"number": number, "problem": problem}


def _read_line(line: str, by_acronym: dict[str, list[Organisation]], number: int) -> services.NewLine:
    parts = [part.strip() for part in line.split("|")]
    if len(parts) not in (2, 3):
        raise ValidationError(_("Write the title, the organisation and perhaps the day, with | between them."))
    named = by_acronym.get(parts[1].casefold(), [])
    problems: list[Any] = []
    if not parts[0]:
        problems.append(_("Say what is to be done."))
    if not named:
        problems.append(_("“%s” is no organisation of this space.") % parts[1])
    if len(named) > 1:
        others = ", ".join(str(one) for one in named)
        problems.append(_("Several organisations are called so. Write which one: %s.") % others)
    due_on = None
    if len(parts) == 3 and parts[2]:
        try:
            due_on = date.fromisoformat(parts[2])
        except ValueError:
            problems.append(_("“%s” is not a day such as 2026-05-31.") % parts[2])
    if problems:
        raise ValidationError(problems)
    return services.NewLine(parts[0], named[0], due_on, number)


class ReassignActionForm(LatestForm):
    owner = forms.ModelChoiceField(
        label=_("Organisation"),
        queryset=Organisation.objects.none(),
        error_messages={"invalid_choice": _("Choose an organisation that takes part in this space.")},
    )
    owner_person = PersonField(label=_("Person"), queryset=Person.objects.none(), required=False)
    reason = paragraphs(_("Why"), max_length=REASON_MAX_LENGTH, rows=2)

    def __init__(self, *args: Any, action: Action, **kwargs: Any) -> None:
        kwargs["initial"] = {
            "owner": action.owner_id, "owner_person": action.owner_person_id, "version": action.version
        }  # fmt: skip
        super().__init__(*args, **kwargs)
        self.fields["owner"].queryset = _with(selectors.organisations_in(action.space), [action.owner])
        self.fields["owner_person"].queryset = selectors.persons_in(action.space)
