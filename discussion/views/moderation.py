"""What those who manage a space do in its discussions: reports settled, messages hidden and moved, threads merged."""

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from coordination import access
from coordination.models import Space
from coordination.views.shared import attempt, page_of, posted, require_or_404
from discussion import rights, selectors, services, shown, single_messages
from discussion.message_forms import HideMessageForm, MergeForm, MoveMessagesForm, NothingForm, RulesForm
from discussion.models import Message, Standing
from discussion.views.messages import allow, open_messages, opened, render_deed
from discussion.views.shared import open_threads, place_of


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def message_hide(request, key):
    """Hide a message from everybody, and say why; what has been reported of it is settled by that."""
    message, deeds = opened(request, key)
    allow(deeds.manage and message.standing != Standing.MOVED)
    form = HideMessageForm(posted(request))
    if request.method == "POST" and attempt(
        form, lambda: services.hide_message(request.user, message, form.cleaned_data["reason"])
    ):
        messages.success(request, _("The message is hidden."))
        return redirect(place_of(message))
    lead = _("Its number and this reason stay. Only those who chair the space see what it said.")
    more = {"title": _("Hide the message"), "label": _("Hide"), "lead": lead, "danger": True}
    return render_deed(request, message, deeds, form, **more)


@login_required
@require_POST
def message_restore(request, key):
    message, deeds = opened(request, key)
    allow(deeds.manage)
    form = NothingForm(request.POST)
    if attempt(form, lambda: services.restore_message(request.user, message)):
        messages.success(request, _("The message is shown again."))
    else:
        messages.error(request, " ".join(form.non_field_errors()))
    return redirect(place_of(message))


# --- reports -------------------------------------------------------------------------------------------------------
@login_required
@require_safe
def report_list(request, key):
    """What readers have reported in the discussions of a space and nobody has settled yet."""
    space = access.open_readable(request, Space.objects.live().select_related("audience"), key=key)
    require_or_404(request, "manage", space)
    page = page_of(request, single_messages.reported_in(space, request.user))
    for thread in {message.thread_id: message.thread for message in page}.values():
        access.note_reading(request, thread)
    context = {"space": space, "page": page, "reported": single_messages.with_reports(list(page), request.user)}
    return render(request, "discussion/report_list.html", context)


@login_required
@require_POST
def reports_settle(request, key):
    """Leave a message that has been reported."""
    message, deeds = opened(request, key)
    allow(deeds.manage)
    services.settle_reports(request.user, message, hide=False)
    messages.success(request, _("The message stays."))
    return redirect("report_list", key=message.thread.space.key)


# --- moved ---------------------------------------------------------------------------------------------------------
@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def message_move(request, key):
    """Let a message, or all from it on, go on in another discussion: one of the space, or a new one."""
    message = access.open_readable(request, open_messages, key=key)
    thread = message.thread
    deeds = rights.deeds(request.user, thread)
    allow(deeds.manage)
    targets = single_messages.discussions_to_move_into(thread, request.user)
    form, went_to = MoveMessagesForm(posted(request), targets=targets), []
    if request.method == "POST" and attempt(form, lambda: went_to.append(_move(request, message, form.cleaned_data))):
        messages.success(request, _("This is where it goes on."))
        return redirect(went_to[0])
    [message] = shown.prepare([message], thread, request.user)
    more = {"title": _("Move messages"), "label": _("Move")}
    lead = _("Their places stay here, and lead on those who may read the other discussion.")
    return render_deed(request, message, deeds, form, lead=lead, **more)


def _move(request, message, fields):
    moved = [message]
    if fields["which"] == "following":
        moved += list(Message.objects.filter(thread=message.thread, number__gt=message.number).order_by("number"))
    if fields["target"] is None:
        return services.split_thread(request.user, moved, fields["subject"])
    services.move_messages(request.user, moved, fields["target"])
    return fields["target"]


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def thread_merge(request, key):
    """Let a whole discussion go on in another one."""
    thread = access.open_readable(request, open_threads, key=key)
    require_or_404(request, "manage", thread)
    targets = single_messages.discussions_to_move_into(thread, request.user)
    form, went_to = MergeForm(posted(request), targets=targets), []
    if request.method == "POST" and attempt(
        form, lambda: went_to.append(services.merge_threads(request.user, thread, form.cleaned_data["target"]))
    ):
        messages.success(request, _("This is where it goes on."))
        return redirect(went_to[0])
    context = {
        "thread": thread,
        "title_of_thread": selectors.title_of(thread, request.user),
        "space": access.if_readable(request.user, thread.space),
        "form": form,
        "has_targets": bool(targets),
    }
    return render(request, "discussion/thread_merge.html", context)


# --- what the space allows -----------------------------------------------------------------------------------------
@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def message_rules(request, key):
    """For how long members of a space change what they have said, and who sees what it said before."""
    space = access.open_readable(request, Space.objects.live().select_related("audience"), key=key)
    require_or_404(request, "manage", space)
    rules = rights.rules_of(space.pk)
    minutes = "" if rules.change_minutes is None else rules.change_minutes
    form = RulesForm(posted(request), initial={"change_minutes": minutes, "open_history": rules.open_history})
    if request.method == "POST" and attempt(form, lambda: services.set_rules(request.user, space, **form.cleaned_data)):
        messages.success(request, _("This is how it is from now on."))
        return redirect("space_threads", key=space.key)
    return render(request, "discussion/message_rules.html", {"space": space, "form": form})
