"""The form by which somebody who leaves hands everything over."""

from typing import Any

from django.utils.translation import gettext_lazy as _

from accounts.models import User
from coordination import selectors
from coordination.forms.actions import PersonField
from coordination.forms.shared import REASON_MAX_LENGTH, ShownForm, paragraphs
from coordination.models import Person


class HandoverForm(ShownForm):
    successor = PersonField(
        label=_("Successor"),
        queryset=Person.objects.none(),
        error_messages={"invalid_choice": _("Choose somebody of the same organisation.")},
    )
    reason = paragraphs(_("Why"), max_length=REASON_MAX_LENGTH, required=True, rows=2)

    def __init__(self, *args: Any, predecessor: Person, actor: User, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["successor"].queryset = successors = selectors.successors_of(actor, predecessor)
        if not successors.exists():
            self.fields["successor"].help_text = _(
                "Nobody else of the organisation is in a space of yours. Whoever takes over needs an account first: "
                "the secretariat invites people."
            )
