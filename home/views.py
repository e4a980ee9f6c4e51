"""The public front page, and the desk of whoever is signed in."""

from django.contrib.auth.decorators import login_required
from django.shortcuts import render
from django.views.decorators.http import require_safe

from coordination import selectors
from coordination.models import Country, Topic
from home.models import HomePage

# A desk shows what fits a screen; the lists show the rest.
ROWS_ON_THE_DESK = 20


@require_safe
def front(request):
    """What the programme is: the same for everyone."""
    context = {
        "page": HomePage.objects.live().first(),
        "countries": Country.objects.filter(in_programme=True),
        "topics": Topic.objects.all(),
    }
    return render(request, "home/front.html", context)


@login_required
@require_safe
def desk(request):
    """What the reader must do and what the reader's organisation owes, the longest overdue first."""
    context = {
        "actions": selectors.actions_of(request.user)[:ROWS_ON_THE_DESK],
        "commitments": selectors.commitments_of(request.user)[:ROWS_ON_THE_DESK],
    }
    return render(request, "home/desk.html", context)
