"""Pages of spaces, agreements and actions. A view parses, calls one service or selector, and renders."""

from django.contrib import messages
from django.core.exceptions import PermissionDenied, ValidationError
from django.http import Http404
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from coordination import access, selectors, services
from coordination.forms import ReportOnActionForm
from coordination.models import Action, Agreement, Space


@require_safe
def space_list(request):
    """The spaces that the reader may know of."""
    return render(request, "coordination/space_list.html", {"spaces": selectors.spaces_readable_by(request.user)})


@require_safe
def space_detail(request, key):
    space = access.open_readable(request, Space.objects.live().select_related("audience"), key=key)
    context = {
        "space": space,
        "agreements": Agreement.live_pages().readable_by(request.user).filter(space=space).order_by("title"),
        "actions": Action.objects.standing().readable_by(request.user).for_lists().filter(space=space),
    }
    return render(request, "coordination/space_detail.html", context)


@require_safe
def agreement_detail(request, key):
    agreement = access.open_readable(request, Agreement.live_pages(), key=key)
    context = {
        "agreement": agreement,
        "space": access.if_readable(request.user, agreement.space),
        "parties": agreement.parties.select_related("organisation"),
    }
    return render(request, "coordination/agreement_detail.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
def action_detail(request, key):
    """An action, what was reported on it, and the form to report more for those who follow it up."""
    action = access.open_readable(request, Action.objects.for_lists(), key=key)
    follows_up = access.can(request.user, "follow_up", action)
    if request.method == "POST" and not follows_up:
        raise Http404
    form = ReportOnActionForm(request.POST or None, action=action)
    if request.method == "POST" and form.is_valid():
        try:
            services.report_on_action(request.user, action, **form.cleaned_data)
        except ValidationError as refusal:
            form.add_error(None, refusal)
        except PermissionDenied as refusal:  # the membership ended in the meantime
            raise Http404 from refusal
        else:
            messages.success(request, _("Your report is saved."))
            return redirect(action)
    context = {
        "action": action,
        "space": access.if_readable(request.user, action.space),
        "updates": action.updates.select_related("author"),
        "form": form if follows_up else None,
    }
    return render(request, "coordination/action_detail.html", context)
