"""Handing everything over: what will move, to whom, and why, on one page."""

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import Http404
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_http_methods

from coordination import selectors, services
from coordination.forms import HandoverForm
from coordination.models import Person
from coordination.views.shared import attempt, posted


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def handover(request, pk=None):
    """Hand over one's own actions; with `pk`, those of somebody for whom one may do it."""
    predecessor = _predecessor(request, pk)
    form = HandoverForm(posted(request), predecessor=predecessor, actor=request.user) if predecessor else None
    done = []
    if request.method == "POST":
        if form is None:
            raise Http404
        if attempt(form, lambda: done.append(services.hand_over(request.user, predecessor, **form.cleaned_data))):
            _say(request, done[0], form.cleaned_data["successor"])
            return redirect("handover")
    actions = selectors.actions_to_hand_over(request.user, predecessor) if predecessor else []
    if form is not None:
        form.show(action.key for action in actions)
    context = {
        "predecessor": predecessor,
        "is_mine": predecessor is not None and predecessor.user_id == request.user.pk,
        "actions": actions,
        "focal_points": selectors.focal_points_to_pass_on(request.user, predecessor) if predecessor else [],
        "others": selectors.predecessors_for(request.user),
        "form": form,
    }
    return render(request, "coordination/handover.html", context)


def _predecessor(request, pk):
    if pk is None:
        return Person.objects.select_related("user").filter(user=request.user).first()
    predecessor = get_object_or_404(Person.objects.select_related("user"), pk=pk)
    if not selectors.may_hand_over_for(request.user, predecessor):
        raise Http404
    return predecessor


def _say(request, result, successor):
    number = len(result.moved)
    told = ngettext("%(number)d action now lies with %(name)s.", "%(number)d actions now lie with %(name)s.", number)
    if number:
        messages.success(request, told % {"number": number, "name": successor})
    elif not result.focal_points:
        messages.info(request, _("Nothing was left to hand over."))
    for organisation in result.focal_points:
        told = _("%(name)s is the focal point of %(organisation)s now.")
        messages.success(request, told % {"name": successor, "organisation": organisation.name})
    if result.kept:
        titles = ", ".join(f"“{action}”" for action in result.kept)
        messages.warning(request, _("These stay, since the successor may not read them: %s.") % titles)
