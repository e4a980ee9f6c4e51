"""Forms of coordination. They say what is wrong beside its field; the services decide."""

import uuid

from django import forms
from django.utils.translation import gettext_lazy as _

from coordination import services
from coordination.models import Action, ActionState

REPORT_MAX_LENGTH = 10_000


class ReportOnActionForm(forms.Form):
    """What has been done on an action, and the state that it is in now."""

    text = forms.CharField(
        label=_("What has been done"),
        max_length=REPORT_MAX_LENGTH,
        required=False,
        widget=forms.Textarea(attrs={"rows": 4}),
    )
    state = forms.ChoiceField(label=_("State"))
    # Made with the form: the same form sent twice is one report.
    submission = forms.UUIDField(widget=forms.HiddenInput)

    def __init__(self, *args, action: Action, **kwargs):
        kwargs.setdefault("initial", {"state": action.state, "submission": uuid.uuid4()})
        super().__init__(*args, **kwargs)
        reachable = {action.state, *services.ACTION_TRANSITIONS[action.state]}
        self.fields["state"].choices = [choice for choice in ActionState.choices if choice[0] in reachable]
