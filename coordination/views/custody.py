"""For how long things are kept, and legal holds (docs/decisions/0030)."""

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.exceptions import ValidationError
from django.http import Http404
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from coordination import access, holds, named, retention, selectors, services
from coordination.forms import EndOfSpaceForm, HoldForm, HoldOnSpaceForm, LiftForm, RuleForm
from coordination.models import Marked, Space, SpaceEnd
from coordination.views.shared import attempt, posted, require_or_404


# --- retention -----------------------------------------------------------------------------------------------------
@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def space_retention(request, key):
    """What holds in a space, and what goes in the next thirty days; sent, it says anew for how long things are kept."""
    space = _opened(request, key, "see_retention")
    may_set = access.can(request.user, "set_retention", space)
    forms = _rule_forms(request, space)
    if request.method == "POST":
        require_or_404(request, "set_retention", space)
        if _set(request, space, forms):
            return redirect("space_retention", key=key)
    end = SpaceEnd.objects.filter(space=space).first()
    context = {
        "space": space,
        "forms": forms,
        "may_set": may_set,
        "is_held": holds.hold_on(space) is not None,
        "falling_due": selectors.falling_due(space, request.user),
        "end": end,
        "end_form": EndOfSpaceForm(initial={"on": end.on if end else None}) if may_set else None,
    }
    return render(request, "coordination/space_retention.html", context)


@login_required
@require_POST
def space_end(request, key):
    """The day on which the work in the space ended."""
    space = _opened(request, key, "set_retention")
    form = EndOfSpaceForm(posted(request))
    if attempt(form, lambda: services.set_end_of_space(request.user, space, form.cleaned_data["on"])):
        messages.success(request, _("It is noted."))
    else:
        messages.error(request, " ".join(form.errors.get("on", [])))
    return redirect("space_retention", key=key)


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def retention_rules(request):
    """What holds in all spaces that say nothing themselves: for the secretariat."""
    if not access.can_in_office(request.user, "keep_rules"):
        raise Http404
    forms = _rule_forms(request, None)
    if request.method == "POST" and _set(request, None, forms):
        return redirect("retention_rules")
    return render(request, "coordination/retention_rules.html", {"forms": forms, "may_set": True})


def _rule_forms(request, space: Space | None) -> list[RuleForm]:
    own, unsaid = retention.rules_of(space), retention.rules_of(None) if space else {}
    return [
        RuleForm(posted(request), kind=kind, own=own.get(name), unsaid=unsaid.get(name))
        for name, kind in retention.kinds.items()
    ]


def _set(request, space: Space | None, forms: list[RuleForm]) -> bool:
    # All of them are asked, so that all that is wrong is said at once.
    if [form for form in forms if not form.is_valid()]:
        return False
    try:
        services.set_retention(request.user, space, {form.kind.name: form.rule for form in forms})
    except ValidationError as refusal:
        forms[0].add_refusal(refusal)
        return False
    messages.success(request, _("It is decided so. Nothing goes that has not been shown here for thirty days."))
    return True


def _opened(request, key: str, verb: str) -> Space:
    space: Space = access.open_readable(request, Space.objects.live().select_related("audience"), key=key)
    require_or_404(request, verb, space)
    return space


# --- legal holds ---------------------------------------------------------------------------------------------------
@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def space_holds(request, key):
    """For the chairs: what is held in their space, and all of it put under a hold."""
    space = _opened(request, key, "manage")
    form = HoldForm(posted(request))
    if request.method == "POST" and attempt(form, lambda: services.put_hold(request.user, space, **form.cleaned_data)):
        messages.success(request, _("All of the space is held. The chairs have been told."))
        return redirect("space_holds", key=key)
    context = {"space": space, "form": form, "holds": selectors.holds_in(space, request.user)}
    return render(request, "coordination/space_holds.html", context)


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def hold_list(request):
    """For auditors: every hold, and a whole space put under one, by its address."""
    if not access.can_in_office(request.user, "hold"):
        raise Http404
    form = HoldOnSpaceForm(posted(request))
    if request.method == "POST" and attempt(form, lambda: services.put_hold(request.user, **form.cleaned_data)):
        messages.success(request, _("All of the space is held. The chairs have been told."))
        return redirect("hold_list")
    return render(
        request, "coordination/space_holds.html", {"form": form, "holds": selectors.holds_of_office(request.user)}
    )


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def hold_new(request, name):
    """One thing with all that hangs on it put under a hold, by a chair."""
    obj = named.find(name, request.user)
    if not isinstance(obj, Marked) or not access.can(request.user, "manage", obj):
        raise Http404
    space = Space.objects.get(pk=access.space_id_of(obj))
    form = HoldForm(posted(request))
    if request.method == "POST" and attempt(
        form, lambda: services.put_hold(request.user, space, obj=obj, **form.cleaned_data)
    ):
        messages.success(request, _("It is held. The chairs have been told."))
        return redirect("space_holds", key=space.key)
    return render(request, "coordination/hold_new.html", {"object": obj, "space": space, "form": form})


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def hold_detail(request, key):
    """What it keeps, why, and since when; whoever may lifts it here."""
    shown = selectors.hold_shown_to(request.user, key)
    if shown is None:
        raise Http404
    form = LiftForm(posted(request)) if shown.may_lift else None
    if request.method == "POST":
        if form is None:
            raise Http404
        if attempt(form, lambda: services.lift_hold(request.user, shown.hold, **form.cleaned_data)):
            messages.success(request, _("The hold is lifted. The chairs have been told."))
            return redirect("hold_detail", key=key)
    return render(request, "coordination/hold_detail.html", {"shown": shown, "hold": shown.hold, "form": form})
