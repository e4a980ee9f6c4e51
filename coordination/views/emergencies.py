"""Emergency access: begun by an administrator with a reason, seen and ended by the chairs (docs/decisions/0026)."""

from allauth.account.decorators import reauthentication_required
from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.exceptions import PermissionDenied
from django.http import Http404
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from coordination import access, services
from coordination.forms import EmergencyForm
from coordination.models import EmergencyAccess, Space
from coordination.views.shared import attempt, page_of, posted, require_or_404


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def emergency(request):
    """Break the glass: for administrators. For everyone else the page is not there."""
    if not access.can_in_office(request.user, "enter_in_emergency"):
        raise Http404
    return _break_the_glass(request)


@reauthentication_required(app="allauth.mfa")
def _break_the_glass(request):
    """Whoever sits down at a browser that was left open does not."""
    form = EmergencyForm(posted(request))
    if request.method == "POST" and attempt(form, lambda: services.begin_emergency(request.user, **form.cleaned_data)):
        messages.success(request, _("You can read the space now. Its chairs have been told."))
        return redirect(form.cleaned_data["space"])
    own = EmergencyAccess.objects.filter(user=request.user)
    context = {
        "form": form,
        "running": own.running().select_related("space"),
        # Which spaces these were is closed again: of what is over the times and the reasons are left.
        "page": page_of(request, own.exclude(ended_at=None)),
    }
    return render(request, "coordination/emergency.html", context)


@login_required
@require_POST
def emergency_end(request, key):
    """Before its time: by whoever entered, or by a chair."""
    found = get_object_or_404(EmergencyAccess.objects.select_related("space"), key=key)
    try:
        services.end_emergency(request.user, found)
    except PermissionDenied as refusal:
        raise Http404 from refusal
    messages.success(request, _("The emergency access has ended."))
    if found.user_id == request.user.pk:
        return redirect("emergency" if access.can_in_office(request.user, "enter_in_emergency") else "desk")
    return redirect("space_emergencies", key=found.space.key)


@login_required
@require_safe
def space_emergencies(request, key):
    """Who read the space by emergency access, why and until when: for its chairs."""
    space = access.open_readable(request, Space.objects.live().select_related("audience"), key=key)
    require_or_404(request, "manage", space)
    found = EmergencyAccess.objects.filter(space=space).select_related("user__organisation", "ended_by")
    return render(request, "coordination/space_emergencies.html", {"space": space, "page": page_of(request, found)})
