"""When a space reminds of what is due, for its chairs; and an organisation's focal point, for the secretariat."""

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import Http404
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from coordination import access, selectors, services
from coordination.forms.reminders import FocalPointForm, ReminderRulesForm, initial_rules, version_of
from coordination.models import Space
from coordination.views.shared import attempt, attempt_on_latest, posted, require_or_404


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def space_reminders(request, key):
    space = access.open_readable(request, Space.objects.live().select_related("audience"), key=key)
    require_or_404(request, "manage", space)
    form = ReminderRulesForm(posted(request), initial=initial_rules(selectors.reminder_rules_of(space)))
    if request.method == "POST" and attempt_on_latest(
        form,
        lambda: services.change_reminder_rules(request.user, space, **form.cleaned_data),
        lambda: version_of(selectors.reminder_rules_of(space)),
    ):
        messages.success(request, _("The reminders are changed."))
        return redirect("space_reminders", key=key)
    context = {
        "object": space,
        "space": space,
        "form": form,
        "title": _("Reminders and escalation"),
        "present": selectors.present_values(selectors.reminder_rules_of(space), form) if form.is_stale else None,
        "organisations": selectors.organisations_in(space),
    }
    return render(request, "coordination/space_reminders.html", context)


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def organisation_focal_point(request, pk):
    if not access.can_in_office(request.user, "keep_reference_data"):
        raise Http404
    organisation = get_object_or_404(selectors.directory().select_related("focal_point"), pk=pk)
    present = organisation.focal_point
    form = FocalPointForm(
        posted(request), organisation=organisation, initial={"email": present.email if present else ""}
    )
    if request.method == "POST" and attempt(
        form, lambda: services.name_focal_point(request.user, organisation, form.cleaned_data["email"])
    ):
        messages.success(
            request, _("The focal point is named.") if form.cleaned_data["email"] else _("Nobody is named.")
        )
        return redirect("organisation_detail", pk=pk)
    return render(request, "coordination/focal_point.html", {"organisation": organisation, "form": form})
