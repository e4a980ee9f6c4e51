"""The operator's page: what is slow, failing or behind."""

from django.conf import settings
from django.contrib.auth.decorators import login_required
from django.http import Http404
from django.shortcuts import render
from django.views.decorators.http import require_safe

from config.figures import figures
from coordination import access


@login_required
@require_safe
def operator(request):
    """For administrators; what needs a look comes first."""
    if not access.can_in_office(request.user, "operate"):
        raise Http404
    shown = sorted(figures(), key=lambda figure: not figure.needs_a_look)
    context = {"figures": shown, "needing": sum(figure.needs_a_look for figure in shown), "version": settings.VERSION}
    return render(request, "config/operator.html", context)
