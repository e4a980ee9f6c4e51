"""Actions: one of them with its reports, and the forms that make, change and reassign one."""

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.exceptions import PermissionDenied, ValidationError
from django.http import Http404
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_http_methods, require_POST

from coordination import access, attachments, named, selectors, services
from coordination.forms import (
    DependencySearchForm,
    EditActionForm,
    ManyActionsForm,
    NewActionForm,
    ReassignActionForm,
    ReportOnActionForm,
    StepsForm,
)
from coordination.models import Action, Space
from coordination.views.shared import attempt, attempt_on_latest, posted, require_or_404

HISTORY_SHOWN = 50


@require_http_methods(["GET", "HEAD", "POST"])
def action_detail(request, key):
    """An action with all that hangs on it, and the form to report on it for those who do it or help."""
    action = access.open_readable(request, _shown_actions(), key=key)
    may_report = access.can(request.user, "report", action)
    if request.method == "POST" and not may_report:
        raise Http404
    may_move = may_report and access.can(request.user, "follow_up", action)
    files = request.FILES if request.method == "POST" else None
    may_attach = attachments.keeper().may_attach(request.user, action)
    form = (
        ReportOnActionForm(posted(request), files, action=action, may_move=may_move, may_attach=may_attach)
        if may_report
        else None
    )
    if request.method == "POST" and attempt_on_latest(
        form,
        lambda: services.report_on_action(request.user, action, **form.cleaned_data),
        lambda: Action.objects.values_list("state", flat=True).get(pk=action.pk),
    ):
        messages.success(request, _("Your report is saved."))
        return redirect(action)
    return render(request, "coordination/action_detail.html", _page_of_action(request, action, form, may_move))


def _shown_actions():
    related = ("created_by", "waiting_for_organisation")
    return Action.objects.for_lists().select_related(*related).prefetch_related("helpers")


def _page_of_action(request, action, form, may_move):
    manages = access.can(request.user, "manage", action)
    waits_for = list(selectors.waits_for(action, request.user))
    followers = selectors.followers_of(action)
    files = list(attachments.keeper().files_of(action, request.user))
    return {
        "action": action,
        "space": access.if_readable(request.user, action.space),
        "source": selectors.source_of(action, request.user),
        "checklist": selectors.checklist_of(action),
        "waits_for": waits_for,
        "blocked_by": [] if action.is_closed else [one for one in waits_for if not one.is_closed],
        "awaited_by": selectors.awaited_by(action, request.user),
        "followers": followers if access.role_in(request.user, action.space_id) else None,
        "follows": request.user in followers,
        "updates": _updates_with_files(action, files),
        "files": [file for file in files if file.came_with is None],
        "form": form,
        "may_move": may_move,
        "may_contribute": access.can(request.user, "contribute", action),
        "history": selectors.history_of(action)[:HISTORY_SHOWN] if manages else None,
    }


def _updates_with_files(action, files):
    """What was reported, each with the files that came with it."""
    updates = list(action.updates.select_related("author__organisation", "waiting_for_organisation"))
    for update in updates:
        update.files = [file for file in files if file.came_with == update.pk]
    return updates


@require_POST
def action_follow(request, key):
    """Follow an action, or no longer."""
    action = access.open_readable(request, Action.objects.for_lists(), key=key)
    if not request.user.is_authenticated:
        raise Http404
    follows = request.POST.get("follows") == "1"
    services.follow_action(request.user, action, follows)
    messages.success(request, _("You follow it now.") if follows else _("You no longer follow it."))
    return redirect(action)


# --- its steps -----------------------------------------------------------------------------------------------------
@require_POST
def step_tick(request, key, step):
    """Tick a step, or take the tick away: htmx asks for the list alone, everybody else comes back to the page."""
    action = access.open_readable(request, _shown_actions(), key=key)
    require_or_404(request, "report", action)
    item = get_object_or_404(action.checklist, key=step)
    try:
        services.tick_step(request.user, item, request.POST.get("done") == "1")
    except PermissionDenied as refusal:
        raise Http404 from refusal
    except ValidationError as refusal:
        messages.error(request, refusal.messages[0])
    if not request.htmx:
        return redirect(f"{action.get_absolute_url()}#steps")
    context = {"action": action, "checklist": selectors.checklist_of(action), "may_tick": True}
    return render(request, "coordination/action_steps.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
def action_steps(request, key):
    """Write the steps of an action, one on each line."""
    action = _followed_up(request, key)
    form = StepsForm(posted(request), action=action)
    if request.method == "POST" and attempt_on_latest(
        form, lambda: services.set_steps(request.user, action, **form.cleaned_data), lambda: _version(action)
    ):
        messages.success(request, _("The steps are saved."))
        return redirect(f"{action.get_absolute_url()}#steps")
    return _render_edit(request, action, form, _("Steps of the action"))


# --- what it waits for ---------------------------------------------------------------------------------------------
@require_http_methods(["GET", "HEAD", "POST"])
def action_waits_for(request, key):
    """Say which other action this one waits for: found by words of its title, or by its reference."""
    action = _followed_up(request, key)
    refusal = ""
    if request.method == "POST":
        # One that its reader may not read is not there.
        other = access.open_readable(request, Action.objects.for_lists(), key=request.POST.get("other", ""))
        try:
            if request.POST.get("deed") == "remove":
                services.remove_dependency(request.user, action, other)
            else:
                services.add_dependency(request.user, action, other)
        except ValidationError as problem:
            refusal = " ".join(problem.messages)
        except PermissionDenied as problem:
            raise Http404 from problem
        else:
            return redirect(f"{action.get_absolute_url()}#waits-for")
    form = DependencySearchForm(request.GET)
    words = form.cleaned_data["q"] if form.is_valid() else ""
    context = {
        "action": action,
        "space": access.if_readable(request.user, action.space),
        "form": form,
        "words": words,
        "found": selectors.actions_to_wait_for(action, request.user, words),
        "waits_for": selectors.waits_for(action, request.user),
        "refusal": refusal,
    }
    return render(request, "coordination/action_waits_for.html", context)


# --- written down --------------------------------------------------------------------------------------------------
@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def action_new(request, key):
    """Write down a task in the space."""
    space = access.open_readable(request, Space.objects.live().select_related("audience"), key=key)
    require_or_404(request, "contribute", space)
    return _new_action(request, space)


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def action_from(request, name):
    """Write down a task that comes of something: a message, a commitment, a visit, whatever `name` stands for."""
    source = named.find(name, request.user)
    if source is None:
        raise Http404
    access.note_reading(request, source)
    require_or_404(request, "contribute", source)
    space = access.open_readable(
        request, Space.objects.live().select_related("audience"), pk=access.space_id_of(source)
    )
    require_or_404(request, "contribute", space)
    return _new_action(request, space, source)


def _new_action(request, space, source=None):
    suggested = source.as_action() if hasattr(source, "as_action") else {}
    form = NewActionForm(posted(request), space=space, reader=request.user, suggested=suggested)
    made = []
    if request.method == "POST" and attempt(
        form, lambda: made.append(services.create_action(request.user, space, source=source, **form.cleaned_data))
    ):
        messages.success(request, _("The action is written down."))
        return redirect(made[0])
    context = {"space": space, "source": source, "form": form, "title": _("Add an action")}
    return render(request, "coordination/action_new.html", context)


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def actions_new(request, key):
    """Write down many tasks at once, one on each line."""
    space = access.open_readable(request, Space.objects.live().select_related("audience"), key=key)
    require_or_404(request, "contribute", space)
    form = ManyActionsForm(posted(request), space=space)
    made = []
    if request.method == "POST" and attempt(
        form, lambda: made.extend(services.create_actions(request.user, space, **form.cleaned_data))
    ):
        told = ngettext("%d action is written down.", "%d actions are written down.", len(made)) % len(made)
        messages.success(request, told)
        return redirect(f"{reverse('action_list')}?space={space.key}")
    context = {"space": space, "form": form, "title": _("Add many actions"), "label": _("Add the actions")}
    return render(request, "coordination/new_in_space.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
def action_edit(request, key):
    """Change the wording and the days of an action."""
    action = _followed_up(request, key)
    form = EditActionForm(posted(request), action=action)
    if request.method == "POST" and attempt_on_latest(
        form, lambda: services.edit_action(request.user, action, **form.cleaned_data), lambda: _version(action)
    ):
        messages.success(request, _("The action is changed."))
        return redirect(action)
    return _render_edit(request, action, form, _("Change the action"))


@require_http_methods(["GET", "HEAD", "POST"])
def action_reassign(request, key):
    """Hand an action to another organisation or person."""
    action = _followed_up(request, key)
    form = ReassignActionForm(posted(request), action=action)
    if request.method == "POST" and attempt_on_latest(
        form, lambda: services.reassign_action(request.user, action, **form.cleaned_data), lambda: _version(action)
    ):
        messages.success(request, _("The action is reassigned."))
        still_read = Action.objects.readable_by(request.user).filter(pk=action.pk).exists()
        return redirect(action if still_read else "action_list")
    return _render_edit(request, action, form, _("Reassign the action"))


def _followed_up(request, key) -> Action:
    action = access.open_readable(request, Action.objects.for_lists(), key=key)
    require_or_404(request, "follow_up", action)
    return action


def _version(action: Action) -> int:
    return Action.objects.values_list("version", flat=True).get(pk=action.pk)


def _render_edit(request, action, form, title):
    action.refresh_from_db()
    context = {
        "object": action,
        "space": access.if_readable(request.user, action.space),
        "form": form,
        "title": title,
        # Beside a form that was older than the object: what stands there now, to compare.
        "present": selectors.present_values(action, form) if form.is_stale else None,
    }
    return render(request, "coordination/edit.html", context)
