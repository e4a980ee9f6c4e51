"""The access review of a space, for its chairs: who is a member, and whether that is to stay (docs/decisions/0027)."""

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.exceptions import PermissionDenied, ValidationError
from django.http import Http404
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_http_methods, require_POST

from coordination import access, selectors, services
from coordination.forms import UnconfirmedForm
from coordination.models import Space
from coordination.views.shared import attempt, posted, require_or_404


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def space_review(request, key):
    """Everybody who is a member, with since when and last seen; sent, it confirms those that were chosen or shown."""
    space = _chaired(request, key)
    if request.method == "POST":
        names = request.POST.getlist("shown") if "all" in request.POST else request.POST.getlist("member")
        try:
            number = services.confirm_memberships(request.user, space, names)
        except ValidationError as refusal:
            messages.error(request, " ".join(refusal.messages))
        except PermissionDenied as refusal:
            raise Http404 from refusal
        else:
            said = ngettext("%(number)d membership is confirmed.", "%(number)d memberships are confirmed.", number)
            messages.success(request, said % {"number": number})
        return redirect("space_review", key=key)
    review = selectors.open_review_of(space)
    members = selectors.reviewed_members(space, review)
    context = {
        "space": space,
        "review": review,
        "last": selectors.last_review_of(space),
        "members": members,
        "waiting": [one for one in members if review and not one.is_confirmed],
        "suspended": selectors.suspended_in(space),
        "form": UnconfirmedForm(initial={"unconfirmed": selectors.unconfirmed_rule_of(space)}),
    }
    return render(request, "coordination/space_review.html", context)


@login_required
@require_POST
def space_review_rules(request, key):
    """What becomes of memberships that nobody confirms."""
    space = _chaired(request, key)
    form = UnconfirmedForm(posted(request))
    if attempt(form, lambda: services.decide_on_unconfirmed(request.user, space, form.cleaned_data["unconfirmed"])):
        messages.success(request, _("It is decided so."))
    return redirect("space_review", key=key)


@login_required
@require_POST
def membership_restore(request, key, pk):
    """Give back what was suspended."""
    space = _chaired(request, key)
    try:
        services.restore_membership(request.user, space, pk)
    except PermissionDenied as refusal:
        raise Http404 from refusal
    messages.success(request, _("The membership is restored."))
    return redirect("space_review", key=key)


def _chaired(request, key) -> Space:
    space: Space = access.open_readable(request, Space.objects.live().select_related("audience"), key=key)
    require_or_404(request, "manage", space)
    return space
