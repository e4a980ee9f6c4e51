"""What several pages of discussions need."""

from django.core.exceptions import PermissionDenied, ValidationError
from django.http import Http404

from coordination import access
from discussion import panel, services
from discussion.forms import MessageForm
from discussion.models import Thread
from discussion.shown import place_of

__all__ = ["is_number", "open_threads", "place_of", "post"]
# Threads as their pages want them: with what says who may read them.
open_threads = Thread.objects.select_related("audience", "space")


def post(request, about, **more):
    """The form with its errors, and the message if there were none. Who may not write here finds nothing here."""
    if not access.can(request.user, "contribute", about):
        raise Http404
    form = MessageForm.sent(request, about, auto_id=panel.names_in(about))
    if not form.is_valid():
        return form, None
    said, fields = {**form.said(), **more}, form.cleaned_data
    try:
        return form, services.post_message(request.user, about, fields["text"], fields["submission"], **said)
    except ValidationError as refusal:
        form.add_refusal(refusal)
        return form, None
    except PermissionDenied as refusal:  # the membership ended in the meantime
        raise Http404 from refusal


def is_number(text: str) -> bool:
    return text.isascii() and text.isdigit() and len(text) < 10
