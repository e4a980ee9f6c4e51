"""What is done with a thread: the reader's own choices, and what those who manage its space decide."""

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.exceptions import PermissionDenied, ValidationError
from django.http import Http404
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, gettext_noop
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from coordination import access
from coordination.forms import DeedForm
from coordination.selectors import by_organisation
from coordination.views.shared import attempt, attempt_on_latest, posted, require_or_404
from discussion import selectors, services
from discussion.models import Interest, Message, Thread
from discussion.thread_forms import CloseForm, ReadOnlyForm, SlowForm, SubjectForm, SummaryForm, SureForm
from discussion.views.shared import open_threads

# What a button does without asking for more, and what is said then. For everybody who reads the thread:
OWN_DEEDS: dict[str, tuple[Callable[..., None], str]] = {
    "acknowledge": (services.acknowledge, gettext_noop("It is noted that you have read this.")),
    "favourite": (services.make_favourite, gettext_noop("It stands first among your discussions.")),
    "unfavourite": (
        partial(services.make_favourite, favourite=False), gettext_noop("It is no favourite of yours any more."),
    ),
    "follow": (
        partial(services.take_interest, interest=Interest.FOLLOWED), gettext_noop("You are told of every message."),
    ),
    "normal": (
        partial(services.take_interest, interest=Interest.NORMAL), gettext_noop("You are told of answers here."),
    ),
    "mute": (
        partial(services.take_interest, interest=Interest.MUTED),
        gettext_noop("You are told nothing of it, unless somebody names you."),
    ),
}  # fmt: skip
# For those who manage the space:
MANAGING_DEEDS: dict[str, tuple[Callable[..., None], str]] = {
    "reopen": (services.reopen_thread, gettext_noop("The discussion goes on.")),
    "pin": (services.pin_thread, gettext_noop("The discussion is pinned.")),
    "unpin": (services.unpin_thread, gettext_noop("The discussion is not pinned any more.")),
    "write-again": (services.lift_read_only, gettext_noop("Whoever contributes writes here again.")),
    "ask": (services.ask_acknowledgement, gettext_noop("Each reader is asked to say that it has been read.")),
    "ask-no-more": (services.ask_no_acknowledgement, gettext_noop("Nobody is asked any more.")),
}


@require_POST
def thread_mine(request, key, deed):
    """What each reader chooses or says for oneself."""
    return _press(request, key, "read", OWN_DEEDS.get(deed))


@require_POST
def thread_deed(request, key, deed):
    """What those who manage the space do by a button."""
    return _press(request, key, "manage", MANAGING_DEEDS.get(deed))


def _press(request, key, verb, deed):
    thread = _thread(request, key)
    if deed is None or not request.user.is_authenticated:
        raise Http404
    require_or_404(request, verb, thread)
    do, told = deed
    try:
        do(request.user, thread)
    except PermissionDenied as refusal:
        raise Http404 from refusal
    except ValidationError as refusal:
        messages.error(request, " ".join(refusal.messages))
    else:
        messages.success(request, _(told))
    return redirect(_back(request, thread))


def _thread(request, key) -> Thread:
    if "\0" in key:
        raise Http404
    return get_object_or_404(open_threads.readable_by(request.user), key=key)


def _back(request, thread) -> str:
    """The page that the button stood on, if it is one of ours."""
    wanted = request.POST.get("next", "")
    is_ours = url_has_allowed_host_and_scheme(wanted, {request.get_host()}, require_https=request.is_secure())
    return wanted if is_ours else thread.get_absolute_url()


@require_POST
def message_unread(request, key):
    """Let a message and all after it count as unread. It leads to the list: the thread would be read again at once."""
    if "\0" in key or not request.user.is_authenticated:
        raise Http404
    message = get_object_or_404(Message.objects.readable_by(request.user).select_related("thread"), key=key)
    services.mark_unread(request.user, message)
    messages.success(request, _("From this message on it counts as unread."))
    return redirect("thread_list")


# --- with something to say -----------------------------------------------------------------------------------------
@dataclass(frozen=True)
class Change:
    """A page with a form on which those who manage a space change something of a thread."""

    title: Any
    lead: Any
    label: Any
    form: type[DeedForm]
    initial: Callable[[Thread], dict[str, Any]]
    do: Callable[..., None]


CHANGES = {
    "close": Change(
        gettext_lazy("Close the discussion"),
        gettext_lazy("Nobody writes in it until it is reopened; it stays to be read and found."),
        gettext_lazy("Close the discussion"),
        CloseForm,
        lambda thread: {},
        services.close_thread,
    ),
    "subject": Change(
        gettext_lazy("Rename the discussion"),
        gettext_lazy("Its address stays the same."),
        gettext_lazy("Rename"),
        SubjectForm,
        lambda thread: {"subject": thread.subject},
        services.rename_thread,
    ),
    "slow": Change(
        gettext_lazy("Slow mode"),
        gettext_lazy(
            "For a discussion that runs too hot: each writes once in a while. Those who chair write at any time."
        ),
        gettext_lazy("Keep"),
        SlowForm,
        lambda thread: {"seconds": thread.slow_seconds},
        services.slow_down,
    ),
    "read-only": Change(
        gettext_lazy("Read-only times"),
        gettext_lazy("Between these times only those who chair the space write here."),
        gettext_lazy("Keep"),
        ReadOnlyForm,
        lambda thread: {"starts": thread.read_only_from or timezone.now(), "until": thread.read_only_until},
        lambda actor, thread, starts, until: services.make_read_only(actor, thread, starts, until),
    ),
    "chatham-house": Change(
        gettext_lazy("Keep it under the Chatham House Rule"),
        gettext_lazy(
            "All that is said here, and all that has been said, is shown without who said it. There is no way back: "
            "whoever speaks under the rule relies on it."
        ),
        gettext_lazy("Keep it under the rule"),
        SureForm,
        lambda thread: {},
        services.keep_under_chatham_house,
    ),
}


@require_http_methods(["GET", "HEAD", "POST"])
def thread_change(request, key, what):
    """What those who manage the space decide with some words, a time or a second thought."""
    thread = access.open_readable(request, open_threads, key=key)
    require_or_404(request, "manage", thread)
    change = CHANGES.get(what)
    if change is None or (what == "subject" and not thread.subject):
        raise Http404
    form = change.form(posted(request), initial=change.initial(thread))
    if request.method == "POST" and attempt(form, lambda: change.do(request.user, thread, **form.cleaned_data)):
        return redirect(thread)
    context = {
        **_around(request, thread), "heading": change.title, "lead": change.lead, "label": change.label, "form": form,
        "lifts": what == "read-only" and thread.read_only_from is not None,
    }  # fmt: skip
    return render(request, "discussion/thread_change.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
def thread_summary(request, key):
    """What stands at the top, by whoever writes the records of the space."""
    thread = access.open_readable(request, open_threads, key=key)
    require_or_404(request, "record", thread)
    initial = {"text": thread.summary, "version": services.summary_version(thread)}
    form = SummaryForm(posted(request), initial=initial)
    if request.method == "POST" and attempt_on_latest(
        form,
        lambda: services.write_summary(request.user, thread, form.cleaned_data["text"], form.cleaned_data["version"]),
        lambda: services.summary_version(Thread.objects.get(pk=thread.pk)),
    ):
        return redirect(thread)
    present = Thread.objects.get(pk=thread.pk).summary if form.is_stale else ""
    context = {
        **_around(request, thread), "heading": _("Summary"), "label": _("Keep the summary"), "form": form,
        "lead": _("What those need who do not read all of it. Formatting as in messages; empty, it is taken away."),
        "present": present,
    }  # fmt: skip
    return render(request, "discussion/thread_change.html", context)


def _around(request, thread):
    return {
        "thread": thread,
        "title": selectors.title_of(thread, request.user),
        "space": access.if_readable(request.user, thread.space),
    }


@login_required
@require_safe
def thread_acknowledgements(request, key):
    """Who has said to have read an announcement and who has not, for those who manage the space."""
    thread = access.open_readable(request, open_threads, key=key)
    require_or_404(request, "manage", thread)
    done, waiting = selectors.acknowledgements_in(thread)
    context = {**_around(request, thread), "done": done, "waiting": by_organisation(waiting), "number": len(waiting)}
    return render(request, "discussion/thread_acknowledgements.html", context)
