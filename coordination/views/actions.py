"""Actions: their list, one of them with its reports, and the forms that make, change and reassign one."""

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import Http404
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from coordination import access, selectors, services
from coordination.forms import ActionFilters, EditActionForm, NewActionForm, ReassignActionForm, ReportOnActionForm
from coordination.models import Action, Space
from coordination.views.shared import attempt, attempt_on_latest, page_of, posted, require_or_404

HISTORY_SHOWN = 50


@require_safe
def action_list(request):
    """The actions that the reader may read, narrowed down."""
    readable = Action.objects.readable_by(request.user)
    filters = ActionFilters(request.GET, reader=request.user, readable=readable)
    filters.is_valid()
    page = page_of(request, selectors.narrowed_actions(readable.for_lists(), request.user, filters.chosen))
    context = {
        "filters": filters,
        "page": page,
        "spaces": selectors.known_spaces(request.user, page.object_list),
    }
    return render(request, "coordination/action_list.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
def action_detail(request, key):
    """An action, what was reported on it, and the form to report more for those who follow it up."""
    action = access.open_readable(request, Action.objects.for_lists().select_related("created_by"), key=key)
    follows_up = access.can(request.user, "follow_up", action)
    if request.method == "POST" and not follows_up:
        raise Http404
    form = ReportOnActionForm(posted(request), state=action.state)
    if request.method == "POST" and attempt_on_latest(
        form,
        lambda: services.report_on_action(request.user, action, **form.cleaned_data),
        lambda: Action.objects.values_list("state", flat=True).get(pk=action.pk),
    ):
        messages.success(request, _("Your report is saved."))
        return redirect(action)
    manages = access.can(request.user, "manage", action)
    context = {
        "action": action,
        "space": access.if_readable(request.user, action.space),
        "source": selectors.source_of(action, request.user),
        "updates": action.updates.select_related("author__organisation"),
        "form": form if follows_up else None,
        "history": selectors.history_of(action)[:HISTORY_SHOWN] if manages else None,
    }
    return render(request, "coordination/action_detail.html", context)


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def action_new(request, key):
    """Write down a task in the space."""
    space = access.open_readable(request, Space.objects.live().select_related("audience"), key=key)
    require_or_404(request, "contribute", space)
    form = NewActionForm(posted(request), space=space, reader=request.user)
    made = []
    if request.method == "POST" and attempt(
        form, lambda: made.append(services.create_action(request.user, space, **form.cleaned_data))
    ):
        messages.success(request, _("The action is written down."))
        return redirect(made[0])
    context = {"space": space, "form": form, "title": _("Add an action"), "label": _("Add the action")}
    return render(request, "coordination/new_in_space.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
def action_edit(request, key):
    """Change the wording and the days of an action."""
    action = _followed_up(request, key)
    initial = {name: getattr(action, name) for name in EditActionForm.base_fields}
    form = EditActionForm(posted(request), initial=initial)
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
