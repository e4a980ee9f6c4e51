"""Single messages: their lasting addresses, those that came after what a page has, and what can be done with one.

Each deed has a page of its own, which a script may show beside the message; so a message in a discussion carries no
more than two links, and is the same on a page and over the socket.
"""

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import Http404
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from coordination import access, going_on
from coordination.models.marking import is_key
from coordination.views.shared import attempt, attempt_on_latest, posted
from discussion import panel, rights, selectors, services, shown, single_messages
from discussion.forms import MessageForm
from discussion.message_forms import EditMessageForm, NothingForm, ReportMessageForm, TranslateForm
from discussion.models import Message, Standing
from discussion.signs import SIGNS
from discussion.translations import LANGUAGES
from discussion.views.shared import is_number, open_threads, place_of, post

# How many messages one answer to a page without a socket holds.
CATCH_UP = 100
# From one discussion to the next and on: whoever moves a message more often than this looks for it.
MOST_MOVES = 20
open_messages = Message.objects.select_related("thread__audience", "thread__space", "author__organisation")


@require_safe
def thread_messages(request, key):
    """What of a thread has changed since a change, as the page shows it: for pages without a socket, which ask again
    and again. The head of the answer says up to which change it goes."""
    thread = get_object_or_404(open_threads.readable_by(request.user), key=key)
    after = request.GET.get("after", "")
    if not is_number(after):
        raise Http404
    found = selectors.messages_changed_after(thread, request.user, int(after), CATCH_UP)
    head = panel.head_of(thread, request.user) if thread.head_change > int(after) else {}
    if found or head:
        access.note_reading(request, thread)
    answer = render(request, "discussion/messages.html", {"messages_shown": found, **head})
    # What has changed since the thread was read comes with the next answer, once more perhaps.
    answer["Accord-Change"] = found[-1].change if len(found) == CATCH_UP else thread.last_change
    return answer


@require_safe
def message_detail(request, key):
    """The lasting address of a message: its place in its thread; where it has been moved, the new one.

    Who may not read the new thread finds the line that the message has left, if the old one may be read.
    """
    message = Message.objects.filter(key=key).first() if is_key(key) else None
    for _move in range(MOST_MOVES):
        if message is None or message.moved_to_id is None:
            break
        following = open_messages.readable_by(request.user).filter(pk=message.moved_to_id).first()
        if following is None:
            break
        message = following
    return redirect(place_of(access.open_readable(request, open_messages, key=message.key if message else key)))


# --- what every page of a message does -----------------------------------------------------------------------------
def opened(request, key):
    """A message and what its reader may do in its thread. What has been moved has its pages where it is now."""
    message = access.open_readable(request, open_messages, key=key)
    [message] = shown.prepare([message], message.thread, request.user)
    return message, rights.deeds(request.user, message.thread)


def allow(is_right):
    """A page for those who have the right; for all others it is not there."""
    if not is_right:
        raise Http404


def render_below(request, template, message, **more):
    """A page about a message, with the way to it."""
    context = {
        "message": message,
        "thread": message.thread,
        "title_of_thread": selectors.title_of(message.thread, request.user),
        "space": access.if_readable(request.user, message.thread.space),
        "back": place_of(message),
        **more,
    }
    return render(request, template, context)


def render_deed(request, message, deeds, form, *, why_not="", **more):
    """The page of one deed: the message that it is about, the form, or why there is none at the moment.

    A form that has been sent stays, with what was typed.
    """
    quote = shown.quote_of(message, deeds) if message.standing == Standing.POSTED else None
    if message.standing != Standing.POSTED:
        why_not = services.GONE[Standing(message.standing)]
    shown_why = "" if form.is_bound else why_not
    return render_below(
        request, "discussion/message_deed.html", message, quote=quote, form=form, why_not=shown_why, **more
    )


@login_required
@require_safe
def message_deeds(request, key):
    """All that the reader may do with a message."""
    message, deeds = opened(request, key)
    allow(deeds.offers_anything(message))
    signs = [(sign, any(one.is_own for one in message.signs if one.sign == sign)) for sign in SIGNS.values()]
    more = {"may": deeds.of(message), "why_not": deeds.why_not() if deeds.contribute else "", "signs": signs}
    return render_below(request, "discussion/message_deeds.html", message, **more)


# --- said, changed, taken back -------------------------------------------------------------------------------------
@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def message_answer(request, key):
    """Answer to a message, with its beginning above the answer."""
    message, deeds = opened(request, key)
    allow(deeds.contribute)
    form, answer = post(request, message.thread, answers=message) if request.method == "POST" else (None, None)
    if answer is not None:
        return redirect(place_of(answer))
    return render_deed(
        request,
        message,
        deeds,
        form or MessageForm.empty(request.user, message.thread, auto_id="message_%s"),
        title=_("Answer"),
        label=_("Send"),
        why_not=deeds.why_not(),
    )


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def message_edit(request, key):
    """Say otherwise what one has said."""
    message, deeds = opened(request, key)
    allow(deeds.contribute and deeds.is_author(message))
    version = services.version_of(message)
    form = EditMessageForm(posted(request), initial={"text": message.text, "version": version})
    if request.method == "POST" and attempt_on_latest(
        form,
        lambda: services.edit_message(
            request.user, message, form.cleaned_data["text"], version=form.cleaned_data["version"]
        ),
        lambda: services.version_of(message),
    ):
        return redirect(place_of(message))
    present = message.text if form.is_bound and form.is_stale else ""
    more = {
        "title": _("Change the message"),
        "label": _("Save"),
        "why_not": _why_no_change(deeds, message),
        "present": present,
    }
    return render_deed(request, message, deeds, form, **more)


def _why_no_change(deeds, message):
    if deeds.may_change(message):
        return ""
    return deeds.why_not() or _("This space lets messages be changed for a while only. That is over.")


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def message_delete(request, key):
    """Take back what one has said."""
    message, deeds = opened(request, key)
    allow(deeds.contribute and deeds.is_author(message))
    form = NothingForm(posted(request))
    if request.method == "POST" and attempt(form, lambda: services.delete_message(request.user, message)):
        messages.success(request, _("The message is deleted."))
        return redirect(place_of(message))
    more = {"title": _("Delete the message"), "label": _("Delete"), "danger": True}
    lead = _("Its number stays. Those who chair the space can still see what it said.")
    return render_deed(request, message, deeds, form, lead=lead, why_not=_why_no_change(deeds, message), **more)


@login_required
@require_safe
def message_history(request, key):
    """What a message said before, for those whom the space allows; of what is gone, for those who manage it."""
    message, deeds = opened(request, key)
    allow(deeds.may_see_history(message))
    versions = message.versions.order_by("-pk")
    return render_below(request, "discussion/message_history.html", message, versions=versions)


@login_required
@require_safe
def message_readers(request, key):
    """Who has read a message, of those who may read it now."""
    message, deeds = opened(request, key)
    allow(deeds.of(message).see_readers)
    readers = single_messages.readers_of(message)
    return render_below(request, "discussion/message_readers.html", message, readers=readers)


# --- signs ---------------------------------------------------------------------------------------------------------
@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def message_reactions(request, key):
    """Whose signs stand on a message, and the form to put one on it or take it off."""
    message, deeds = opened(request, key)
    allow(deeds.is_member)
    form = NothingForm(posted(request))
    if request.method == "POST":
        put = "put" in request.POST
        sign = request.POST.get("put" if put else "take", "")
        if attempt(form, lambda: services.react(request.user, message, sign, put=put)):
            return redirect(place_of(message))
    own = {one.sign for one in message.signs if one.is_own}
    more = {
        "form": form,
        "put_by": single_messages.signs_on(message, deeds) if message.standing == Standing.POSTED else [],
        "signs": [(sign, sign in own) for sign in SIGNS.values()] if deeds.of(message).react else [],
    }
    return render_below(request, "discussion/message_reactions.html", message, **more)


# --- translations --------------------------------------------------------------------------------------------------
@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def message_translate(request, key):
    """Put a message into another language, or change how one has put it."""
    message, deeds = opened(request, key)
    allow(deeds.contribute)
    language = request.POST.get("language") or request.GET.get("language", "")
    language = language if language in LANGUAGES else ""
    own = message.translations.filter(language=language, translator=request.user).first()
    initial = {"language": language, "text": own.text if own else "", "version": services.version_of_translation(own)}
    form = TranslateForm(posted(request), initial=initial)
    if request.method == "POST" and attempt_on_latest(
        form,
        lambda: services.translate_message(
            request.user,
            message,
            form.cleaned_data["language"],
            form.cleaned_data["text"],
            version=form.cleaned_data["version"],
        ),
        lambda: services.version_of_translation(message.translations.filter(language=language).first()),
    ):
        return redirect(place_of(message))
    present = own.text if own and form.is_bound and form.is_stale else ""
    more = {"title": _("Translate the message"), "label": _("Save"), "present": present, "why_not": deeds.why_not()}
    return render_deed(request, message, deeds, form, own=own, **more)


@login_required
@require_POST
def message_translation_remove(request, key):
    message, deeds = opened(request, key)
    allow(deeds.contribute)
    form = NothingForm(request.POST)
    language = request.POST.get("language", "")
    if not attempt(form, lambda: services.remove_translation(request.user, message, language)):
        messages.error(request, " ".join(form.non_field_errors()))
    return redirect(place_of(message))


# --- reported ------------------------------------------------------------------------------------------------------
@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def message_report(request, key):
    """Ask those who chair the space to look at a message."""
    message, deeds = opened(request, key)
    allow(deeds.report and not deeds.is_author(message))
    form = ReportMessageForm(posted(request))
    if request.method == "POST" and attempt(
        form, lambda: services.report_message(request.user, message, form.cleaned_data["reason"])
    ):
        messages.success(request, _("Those who chair the space have been asked to look at it."))
        return redirect(place_of(message))
    return render_deed(request, message, deeds, form, title=_("Report the message"), label=_("Report"))


# --- what it becomes -----------------------------------------------------------------------------------------------
@login_required
@require_safe
def message_make(request, key):
    """Where a message can go on as a decision or as an item of an agenda."""
    message, deeds = opened(request, key)
    allow(deeds.of(message).make_more)
    quote = shown.quote_of(message, deeds)
    places = going_on.places_for(message, request.user)
    return render_below(request, "discussion/message_make.html", message, quote=quote, places=places)
