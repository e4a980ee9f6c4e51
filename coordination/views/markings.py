"""Who can see this? The answer for every kind of content, and the form that marks it anew."""

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.exceptions import PermissionDenied, ValidationError
from django.http import Http404
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods
from wagtail.models import Page

from coordination import access, named, selectors, services
from coordination.forms import MARKINGS_EXPLAINED, ChangeMarkingForm
from coordination.models import Marked
from coordination.views.shared import attempt, posted, require_or_404


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def who_can_see(request, kind, key):
    """For those who may edit the object: its audience in words and by name, and its marking."""
    obj = _open(request, kind, key)
    require_or_404(request, "edit", obj)
    may_mark = services.may_mark(request.user, obj)
    if request.method == "POST" and not may_mark:
        raise Http404
    form = ChangeMarkingForm(posted(request), obj=obj)
    if request.method == "POST" and attempt(form, lambda: _mark(request, obj, form)):
        messages.success(request, _("The marking is changed."))
        return redirect("who_can_see", kind=kind, key=key)
    readers = access.who_can_see(obj)
    context = {
        "object": obj,
        "kind": type(obj)._meta.verbose_name,
        "url": obj.get_absolute_url() if hasattr(obj, "get_absolute_url") else "",
        "readers": readers,
        "by_organisation": selectors.by_organisation(readers.users),
        "words": selectors.in_plain_words(obj.audience.tokens, request.user),
        # A parent may have made the audience narrower than the object's own marking.
        "is_narrowed": obj.audience_id != obj.own_audience_id,
        "own_marking": obj.own_audience.marking,
        "explained": MARKINGS_EXPLAINED.values(),
        "form": form if may_mark else None,
        "hold_name": named.name_of(obj) if access.can(request.user, "manage", obj) else "",
    }
    return render(request, "coordination/who_can_see.html", context)


def _open(request, kind: str, key: str) -> Marked:
    model = selectors.marked_models().get(kind)
    if model is None:
        raise Http404
    published = {"live": True} if issubclass(model, Page) else {}
    queryset = model._default_manager.select_related("audience", "own_audience")
    return access.open_readable(request, queryset, key=key, **published)


def _mark(request, obj: Marked, form: ChangeMarkingForm) -> None:
    fields = form.cleaned_data
    try:
        services.change_marking(request.user, obj, **fields)
    except PermissionDenied:
        # Whoever may mark at all is told; a right that is gone altogether is a 404.
        if not services.may_mark(request.user, obj):
            raise
        refusal = _("Only a chair of the space makes a marking wider.")
        raise ValidationError({"marking": refusal}) from None
