"""The page of a user's tokens for programs, and that of a space's webhooks."""

from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.debug import sensitive_variables
from django.views.decorators.http import require_http_methods, require_POST

from coordination import access, selectors, services
from coordination.forms import NewTokenForm, NewWebhookForm
from coordination.models import ApiToken, Space, Webhook
from coordination.views.shared import attempt, posted, require_or_404


@login_required
@sensitive_variables("secret")
@require_http_methods(["GET", "HEAD", "POST"])
def token_list(request):
    """One's own tokens, and the form that makes one. Its secret is shown this once, on the answer to its making."""
    form = NewTokenForm(posted(request), spaces=selectors.spaces_to_choose(request.user))
    made: list[Any] = []
    if request.method == "POST":
        attempt(form, lambda: made.extend(services.make_token(request.user, **form.cleaned_data)))
    if made:
        form = NewTokenForm(spaces=selectors.spaces_to_choose(request.user))
    token, secret = made or (None, "")
    tokens = ApiToken.objects.filter(user=request.user).prefetch_related("spaces")
    context = {"tokens": tokens, "form": form, "made": token, "secret": secret}
    return render(request, "coordination/token_list.html", context)


@login_required
@require_POST
def token_end(request, key):
    token = get_object_or_404(ApiToken, key=key, user=request.user)
    services.end_token(request.user, token)
    messages.success(request, _("The token opens nothing any more."))
    return redirect("token_list")


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def space_webhooks(request, key):
    """Which addresses are called when something happens in the space: its chairs'."""
    space = _managed(request, key)
    form = NewWebhookForm(posted(request))
    if request.method == "POST" and attempt(
        form, lambda: services.add_webhook(request.user, space, form.cleaned_data["url"])
    ):
        messages.success(request, _("The address is called from now on."))
        return redirect("space_webhooks", key=key)
    return render(request, "coordination/space_webhooks.html", {"space": space, "rows": _rows(space), "form": form})


def _rows(space: Space) -> list[dict[str, Any]]:
    hooks = Webhook.objects.filter(space=space).select_related("created_by")
    return [{"hook": hook, "secret": services.secret_of(hook), **selectors.calls_of(hook)} for hook in hooks]


@login_required
@require_POST
def space_webhook(request, key, webhook):
    """End one, or call it again after a pause."""
    space = _managed(request, key)
    hook = get_object_or_404(Webhook.objects.select_related("space"), key=webhook, space=space)
    if request.POST.get("deed") == "resume":
        services.resume_webhook(request.user, hook)
        messages.success(request, _("The address is called again."))
    else:
        services.end_webhook(request.user, hook)
        messages.success(request, _("The address is called no more."))
    return redirect("space_webhooks", key=key)


def _managed(request: Any, key: str) -> Space:
    space = access.open_readable(request, Space.objects.live().select_related("audience"), key=key)
    require_or_404(request, "manage", space)
    return space
