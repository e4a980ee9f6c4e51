"""What several pages of discussions need."""

from django.core.exceptions import PermissionDenied, ValidationError
from django.http import Http404

from coordination import access
from discussion import services
from discussion.forms import MessageForm
from discussion.models import Message, Thread, page_of

# Threads as their pages want them: with what says who may read them.
open_threads = Thread.objects.select_related("audience", "space")


def post(request, about):
    """The form with its errors, and the message if there were none. Who may not write here finds nothing here."""
    form = MessageForm(request.POST, auto_id="message_%s")
    if not access.can(request.user, "contribute", about):
        raise Http404
    if not form.is_valid():
        return form, None
    try:
        return form, services.post_message(
            request.user, about, form.cleaned_data["text"], form.cleaned_data["submission"]
        )
    except ValidationError as refusal:
        form.add_error(None, refusal)
        return form, None
    except PermissionDenied as refusal:  # the membership ended in the meantime
        raise Http404 from refusal


def place_of(message: Message) -> str:
    return f"{message.thread.get_absolute_url()}?page={page_of(message.number)}#{message.anchor}"


def is_number(text: str) -> bool:
    return text.isascii() and text.isdigit() and len(text) < 10
